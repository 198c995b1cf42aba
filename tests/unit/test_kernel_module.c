// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies and kernels: what runs where, and modules.  The "kernel" to build
 * against is a Makefile that compiles an object with the vermagic it is told.
 */
#include "tests/unit/test.h"

#include "kernel/kernel.h"
#include "tests/unit/fake_debian.h"

/* Counts its runs in ../runs; MAGIC is what the modules get. */
static const char fake_kbuild[] =
	"modules:\n"
	"\t@echo run >>../runs\n"
	"\tgcc -DMAGIC='\"6.1.0-fake\"' -I$(M) -c -o $(M)/demo.ko $(M)/demo.c\n";

static const char demo_source[] =
	"#include \"shared.h\"\n"
	"__attribute__((section(\".modinfo\"), used)) static const char m[] =\n"
	"\t\"vermagic=\" MAGIC \" SMP\\0license=GPL\\0name=demo\";\n"
	"int demo = SHARED;\n";

struct bench {
	struct fake *fake;
	struct kernel kernel;
	struct policy_def policy;
	struct module_def module;
};

static void bench_init(struct bench *b)
{
	*b = (struct bench){ .fake = fake_create() };
	fake_file(b->fake, "kernel/build/Makefile", fake_kbuild);
	fake_file(b->fake, "kernel/modules/modules.dep",
		  "kernel/drivers/block/zram/zram.ko: kernel/lib/lz4.ko\nkernel/nd-pmem.ko:\n");
	fake_file(b->fake, "policies/include/shared.h", "#define SHARED 1\n");
	fake_file(b->fake, "policies/demo/module/demo.c", demo_source);
	if (symlink("../../include/shared.h", fake_path(b->fake, "policies/demo/module/shared.h")) <
	    0)
		abort();
	b->kernel = (struct kernel){ .name = "fake", .release = "6.1.0-fake" };
	b->kernel.build = (char *)fake_path(b->fake, "kernel/build");
	b->kernel.modules = (char *)fake_path(b->fake, "kernel/modules");
	strcpy(b->kernel.id, "0123456789abcdef");
	b->module = (struct module_def){ .name = "demo", .source = "module" };
	b->policy = (struct policy_def){ .name = "demo", .modules = &b->module, .n_modules = 1 };
	b->policy.dir = (char *)fake_path(b->fake, "policies/demo");
}

static void bench_deinit(struct bench *b)
{
	fake_destroy(b->fake);
}
#define _cleanup_bench_ cleanup(bench_deinit)

static int runs(struct bench *b)
{
	return count_lines(fake_path(b->fake, "kernel/runs"));
}

TEST(a_module_is_built_once)
{
	_cleanup_bench_ struct bench b;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *ko = NULL, *again = NULL;

	bench_init(&b);
	EXPECT_OK(kernel_module(&b.kernel, &b.policy, &b.module, &ko, &err));
	EXPECT(path_exists(ko));
	EXPECT_OK(kernel_module(&b.kernel, &b.policy, &b.module, &again, &err));
	EXPECT_STR(again, ko);
	EXPECT_INT(runs(&b), 1);
}

TEST(a_change_behind_a_link_builds_it_again)
{
	_cleanup_bench_ struct bench b;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *ko = NULL, *again = NULL;

	bench_init(&b);
	EXPECT_OK(kernel_module(&b.kernel, &b.policy, &b.module, &ko, &err));
	fake_file(b.fake, "policies/include/shared.h", "#define SHARED 2\n");
	EXPECT_OK(kernel_module(&b.kernel, &b.policy, &b.module, &again, &err));
	EXPECT(!streq(ko, again));
	EXPECT_INT(runs(&b), 2);
}

TEST(another_kernel_builds_it_again)
{
	_cleanup_bench_ struct bench b;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *ko = NULL, *again = NULL;

	bench_init(&b);
	EXPECT_OK(kernel_module(&b.kernel, &b.policy, &b.module, &ko, &err));
	b.kernel.id[0] = 'f';
	EXPECT_OK(kernel_module(&b.kernel, &b.policy, &b.module, &again, &err));
	EXPECT_INT(runs(&b), 2);
}

TEST(a_module_for_another_kernel_is_refused)
{
	_cleanup_bench_ struct bench b;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_strv_ char **names = NULL;
	char *ko = NULL;

	bench_init(&b);
	b.kernel.release = "6.1.0-other";
	EXPECT(kernel_module(&b.kernel, &b.policy, &b.module, &ko, &err) < 0);
	EXPECT_HAS(err->msg, "was built for kernel 6.1.0-fake, not for 6.1.0-other");
	EXPECT(!ko);
	EXPECT(dir_list(fake_path(b.fake, "cache/mm-harness/modules"), &names, NULL) == 0);
	for (size_t i = 0; names[i]; i++)
		EXPECT(str_starts(names[i], ".lock-"));
}

TEST(a_compiler_error_reaches_the_user)
{
	_cleanup_bench_ struct bench b;
	_cleanup_error_ struct error *err = NULL;
	char *ko = NULL;

	bench_init(&b);
	fake_file(b.fake, "policies/demo/module/demo.c", "int demo = no_such_thing;\n");
	EXPECT(kernel_module(&b.kernel, &b.policy, &b.module, &ko, &err) < 0);
	EXPECT_INT(err->code, EXIT_FAULT);
	EXPECT_HAS(err->msg, "policy demo: module demo for fake");
	EXPECT_HAS(err->msg, "no_such_thing");
}

TEST(a_module_of_the_kernel_is_found)
{
	_cleanup_bench_ struct bench b;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *ko = NULL, *none = NULL;
	struct module_def module = { .name = "nd_pmem" };

	bench_init(&b);
	EXPECT_OK(kernel_module(&b.kernel, &b.policy, &module, &ko, &err));
	EXPECT(str_ends(ko, "/modules/kernel/nd-pmem.ko"));
	module.name = "lz4x";
	EXPECT(kernel_module(&b.kernel, &b.policy, &module, &none, &err) < 0);
	EXPECT_HAS(err->msg, "has no module lz4x");
}

/* --- kernel_supports -------------------------------------------------------------- */

TEST(a_missing_hook_is_the_reason)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *no_queue = NULL, *other_hook = NULL;
	char *hooks[] = { "watermark", NULL };
	const struct policy_def policy = { .name = "timer", .needs_hooks = hooks };
	struct kernel_def image = { .name = "debian-6.1", .source = KERNEL_DEBIAN_IMAGE };
	struct kernel_def source = { .name = "patched", .source = KERNEL_DEBIAN_SOURCE };

	EXPECT_OK(kernel_supports(&image, &policy, &no_queue, &err));
	EXPECT_STR(no_queue,
		   "needs hook \"watermark\", which debian-6.1 doesn't have (no patch queue)");
	fake_file(f, "q/series", "a.patch\n");
	fake_file(f, "q/a.patch", "Policy-Hook: tlb\n--- a/x\n+++ b/x\n");
	source.patches = (char *)fake_path(f, "q");
	EXPECT_OK(kernel_supports(&source, &policy, &other_hook, &err));
	EXPECT_STR(other_hook, "needs hook \"watermark\", which patched doesn't have "
			       "(its patch queue has tlb)");
}

TEST(a_hook_of_the_queue_is_enough)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *reason = NULL;
	char *hooks[] = { "watermark", NULL };
	const struct policy_def policy = { .name = "timer", .needs_hooks = hooks };
	struct kernel_def source = { .name = "patched",
				     .source = KERNEL_DEBIAN_SOURCE,
				     .package = "linux-source-6.1" };

	fake_package(f, "linux-source-6.1", "6.1.9-1", "");
	fake_file(f, "q/series", "a.patch\n");
	fake_file(f, "q/a.patch", "Policy-Hook: watermark\n--- a/x\n+++ b/x\n");
	source.patches = (char *)fake_path(f, "q");
	EXPECT_OK(kernel_supports(&source, &policy, &reason, &err));
	EXPECT(!reason);
}

TEST(an_option_is_judged_by_the_fetched_config)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *before = NULL, *after = NULL, *module = NULL;
	_cleanup_kernel_ struct kernel *k = NULL;
	char *numa[] = { "CONFIG_NUMA", NULL }, *zram[] = { "CONFIG_ZRAM", NULL };
	struct policy_def policy = { .name = "p", .needs_config = numa };
	struct kernel_def def = { .name = "deb",
				  .source = KERNEL_DEBIAN_IMAGE,
				  .package = "linux-image-cloud" };

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	EXPECT_OK(kernel_supports(&def, &policy, &before, &err));
	EXPECT(!before); /* nobody knows yet */
	EXPECT_OK(kernel_get(&def, &k, &err));
	EXPECT_OK(kernel_supports(&def, &policy, &after, &err));
	EXPECT_STR(after, "needs CONFIG_NUMA, which is not set in deb's configuration");
	policy.needs_config = zram;
	EXPECT_OK(kernel_supports(&def, &policy, &module, &err));
	EXPECT(!module);
}

TEST(an_option_that_a_fragment_forbids_is_known_before_the_build)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *forbidden = NULL, *unnamed = NULL;
	char *numa[] = { "CONFIG_NUMA", NULL }, *psi[] = { "CONFIG_PSI", NULL };
	struct policy_def policy = { .name = "p", .needs_config = numa };
	char *fragments[] = { fake_file(f, "c", "# CONFIG_NUMA is not set\n"), NULL };
	struct kernel_def def = { .name = "src",
				  .source = KERNEL_DEBIAN_SOURCE,
				  .package = "linux-source-6.1",
				  .config = fragments };

	fake_package(f, "linux-source-6.1", "6.1.9-1", "");
	EXPECT_OK(kernel_supports(&def, &policy, &forbidden, &err));
	EXPECT_HAS(forbidden, "needs CONFIG_NUMA");
	policy.needs_config = psi;
	EXPECT_OK(kernel_supports(&def, &policy, &unnamed, &err));
	EXPECT(!unnamed);
}

TEST_MAIN
