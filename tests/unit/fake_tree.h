/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A git tree that builds like a kernel, in a second: a Makefile that knows the
 * targets that a build asks for, and two source files.  What it compiles it
 * notes down in DIR/compiled.
 */
#ifndef HARNESS_FAKE_TREE_H
#define HARNESS_FAKE_TREE_H

#include "kernel/expand.h"
#include "tests/unit/fake_debian.h"

static const char fake_makefile[] =
	"B := $(O)\n"
	"OBJS := $(B)/one.o $(B)/two.o\n"
	"RELEASE := 6.9.0$(LOCALVERSION)\n"
	"allnoconfig:\n"
	"\t@grep -v REFUSED $(KCONFIG_ALLCONFIG) >$(B)/.config || :\n"
	"modules_prepare:\n"
	"\t@mkdir -p $(B)/include/config; echo $(RELEASE) >$(B)/include/config/kernel.release\n"
	"modules:\n"
	"bzImage: $(OBJS)\n"
	"\t@mkdir -p $(B)/arch/x86/boot\n"
	"\t@cat $(OBJS) >$(B)/arch/x86/boot/bzImage; touch $(B)/System.map\n"
	"\t@$(EXTRA)\n"
	"$(B)/%.o: %.c\n"
	"\t@echo '  CC      $@'; echo $< >>COMPILED\n"
	"\t@gcc -c -o $@ $<\n"
	"modules_install:\n"
	"\t@mkdir -p $(INSTALL_MOD_PATH)/lib/modules/$(RELEASE)\n";

/* `git WORDS` in DIR/linux; what it prints, without the newline.  Caller frees. */
static char *fake_git(struct fake *f, const char *words)
{
	_cleanup_free_ char *command =
		xasprintf("git -C '%s' -c user.name=me -c user.email=me@here %s",
			  fake_path(f, "linux"), words);
	char *out = NULL;

	if (proc_output((char *[]){ "sh", "-c", command, NULL }, &out, NULL) < 0)
		abort();
	out[strcspn(out, "\n")] = '\0';
	return out;
}

static void fake_commit(struct fake *f, const char *message)
{
	_cleanup_free_ char *words = xasprintf("commit -q -m '%s'", message);

	free(fake_git(f, "add --all"));
	free(fake_git(f, words));
}

/* `extra` is one more command of the bzImage target. */
static void fake_makefile_write(struct fake *f, const char *extra)
{
	const char *at = strstr(fake_makefile, "COMPILED");
	_cleanup_free_ char *text =
		xasprintf("EXTRA = %s\n%.*s%s%s", extra, (int)(at - fake_makefile), fake_makefile,
			  fake_path(f, "compiled"), at + strlen("COMPILED"));

	fake_file(f, "linux/Makefile", text);
}

static void fake_tree(struct fake *f)
{
	fake_makefile_write(f, ":");
	fake_file(f, "linux/one.c", "int one = 1;\nint uno = 1;\n");
	fake_file(f, "linux/two.c", "int two = 2;\n");
	fake_file(f, "linux/.gitignore", "*.o\n");
	fake_file(f, "base.config", "CONFIG_A=y\n");
	free(fake_git(f, "init -q -b main"));
	fake_commit(f, "first");
}

/* What was compiled since the last time, sorted, as "one.c two.c".  Caller frees. */
static unused char *fake_compiled(struct fake *f)
{
	_cleanup_free_ char *command =
		xasprintf("touch '%1$s'; sort '%1$s' | xargs; rm '%1$s'", fake_path(f, "compiled"));
	char *out = NULL;

	if (proc_output((char *[]){ "sh", "-c", command, NULL }, &out, NULL) < 0)
		abort();
	out[strcspn(out, "\n")] = '\0';
	return out;
}

/* [kernel.mine] with `rev` as a list of at most four words, in lines 1, 2, … of harness.toml. */
struct fake_kernel {
	struct kernel_def def;
	struct rev_def revs[4];
	char *config[2];
	struct config all;
	struct kernel_set set;
};

static void fake_kernel_init(struct fake_kernel *k, struct fake *f, char *const *revs)
{
	*k = (struct fake_kernel){ 0 };
	k->config[0] = (char *)fake_path(f, "base.config");
	k->def = (struct kernel_def){ .name = "mine",
				      .source = KERNEL_GIT,
				      .pos = { "harness.toml", 1, 1 },
				      .tree = (char *)fake_path(f, "linux"),
				      .revs = k->revs,
				      .config = k->config };
	for (; revs && revs[k->def.n_revs]; k->def.n_revs++)
		k->revs[k->def.n_revs] =
			(struct rev_def){ revs[k->def.n_revs],
					  { "harness.toml", (int)k->def.n_revs + 1, 7 } };
	k->all.kernels = &k->def;
	k->all.n_kernels = 1;
}

static void fake_kernel_deinit(struct fake_kernel *k)
{
	kernel_set_deinit(&k->set);
}
#define _cleanup_fake_kernel_ cleanup(fake_kernel_deinit)

static int fake_expand(struct fake_kernel *k, struct error **err)
{
	kernel_set_deinit(&k->set);
	return kernel_expand(&k->all, &k->def, &k->set, err);
}

#endif
