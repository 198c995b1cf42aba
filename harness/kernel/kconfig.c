// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kconfig.h"

#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/resource.h"
#include "base/str.h"
#include "kernel/arch.h"

#define WHY "harness/kernels/kconfig/why.c"
#define PARSER "scripts/kconfig"

/* All but conf.o, which has the main() that ours takes the place of. */
static int add_parser(const struct build *b, char ***argv)
{
	_cleanup_free_ char *dir = xasprintf("%s/" PARSER, b->obj);
	_cleanup_strv_ char **names = NULL;

	if (dir_list(dir, &names, NULL) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		if (str_ends(names[i], ".o") && !streq(names[i], "conf.o"))
			strv_addf(argv, "%s/%s", dir, names[i]);
	}
	return 0;
}

static int compile(const struct build *b, const char *program)
{
	_cleanup_free_ char *source = resource_path(WHY);
	_cleanup_strv_ char **argv = NULL;

	strv_add(&argv, "gcc");
	strv_addf(&argv, "-I%s/" PARSER, b->tree);
	strv_addf(&argv, "-I%s/scripts/include", b->tree); /* since 6.11 */
	strv_add(&argv, "-o");
	strv_add(&argv, program);
	strv_add(&argv, source);
	if (add_parser(b, &argv) < 0)
		return -1;
	return proc_run(argv, C_LOCALE, NULL);
}

/* What the top Makefile exports for Kconfig's macros.  Tools that aren't there count as such. */
static void add_environment(const struct build *b, char ***argv)
{
	static const char *const fixed[] = {
		"ARCH=" ARCH_SOURCE,
		"SRCARCH=" ARCH_SOURCE,
		"CC=gcc",
		"LD=ld",
		"AR=ar",
		"NM=nm",
		"OBJCOPY=objcopy",
		"RUSTC=rustc",
		"BINDGEN=bindgen",
		"PAHOLE=pahole",
	};
	_cleanup_free_ char *cc = xstrndup(b->id->compiler, strcspn(b->id->compiler, ","));

	strv_add(argv, "env");
	strv_add(argv, "-C");
	strv_add(argv, b->obj);
	strv_add(argv, "srctree=..");
	strv_addf(argv, "CC_VERSION_TEXT=%s", cc);
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		strv_add(argv, fixed[i]);
}

static char *ask(const struct build *b, const char *program, const struct option *const *refused,
		 size_t n)
{
	_cleanup_strv_ char **argv = NULL;
	char *answer = NULL;

	add_environment(b, &argv);
	strv_add(&argv, program);
	strv_add(&argv, ".config");
	for (size_t i = 0; i < n; i++)
		strv_addf(&argv, "%s=%s", refused[i]->name + strlen("CONFIG_"), refused[i]->value);
	return proc_output(argv, &answer, NULL) < 0 ? NULL : answer;
}

/* A line each, in the order of the question. */
static void take_reasons(char *answer, char **reasons, size_t n)
{
	char *rest = answer, *line;

	for (size_t i = 0; i < n && (line = strsep(&rest, "\n")); i++) {
		char *tab = strchr(line, '\t');

		if (tab)
			reasons[i] = xstrdup(tab + 1);
	}
}

char **kconfig_explain(const struct build *b, const struct option *const *refused, size_t n)
{
	_cleanup_free_ char *program = xasprintf("%s/why", b->obj), *answer = NULL;
	char **reasons = xcalloc(n + 1, sizeof(*reasons));

	if (compile(b, program) == 0 && (answer = ask(b, program, refused, n)))
		take_reasons(answer, reasons, n);
	return reasons;
}
