// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernels: parsing, identities, the cache.  Everything runs offline in a
 * cache of its own, with small programs named apt-cache and apt-get in front
 * of PATH that answer from files.  Real kernels are the business of tests/vm.
 */
#include "tests/unit/test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/proc.h"
#include "base/str.h"
#include "kernel/apt.h"
#include "kernel/fragment.h"
#include "kernel/identity.h"
#include "kernel/parts.h"
#include "kernel/patches.h"
#include "tests/unit/fake_debian.h"

/* --- apt ------------------------------------------------------------------------ */

TEST(candidate_is_read)
{
	_cleanup_free_ char *v = apt_parse_candidate("linux-source-6.1:\n"
						     "  Installed: (none)\n"
						     "  Candidate: 6.1.192-2\n"
						     "  Version table:\n");
	_cleanup_free_ char *none =
		apt_parse_candidate("x:\n  Installed: (none)\n  Candidate: (none)\n");
	_cleanup_free_ char *nothing = apt_parse_candidate("");

	EXPECT_STR(v, "6.1.192-2");
	EXPECT(!none);
	EXPECT(!nothing);
}

TEST(dependencies_are_read)
{
	_cleanup_apt_deps_ struct apt_deps d = { 0 };

	apt_parse_depends("linux-headers-6\n"
			  "  Depends: linux-headers-6-common (= 6.1-2)\n"
			  " |Depends: initramfs-tools (>= 0.120)\n"
			  "  Depends: <virtual>\n"
			  "    provider\n"
			  "  Recommends: apparmor\n",
			  &d);
	EXPECT_INT(d.n, 2);
	EXPECT_STR(d.deps[0].name, "linux-headers-6-common");
	EXPECT_STR(d.deps[0].version, "6.1-2");
	EXPECT_STR(d.deps[1].name, "initramfs-tools");
	EXPECT(!d.deps[1].version);
}

/* --- configuration -------------------------------------------------------------- */

TEST(later_options_win)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fragment_ struct fragment got = { 0 };
	_cleanup_error_ struct error *err = NULL;
	char *a = fake_file(f, "a", "# words\n\nCONFIG_A=y\nCONFIG_B=16\nCONFIG_A=m\n");
	char *b = fake_file(f, "b", "# CONFIG_B is not set\nCONFIG_C=\"x y\"\n");

	EXPECT_OK(fragment_read_all(&got, (char *[]){ a, b, NULL }, &err));
	EXPECT_INT(got.n, 3);
	EXPECT_STR(fragment_get(&got, "CONFIG_A"), "m");
	EXPECT_STR(fragment_get(&got, "CONFIG_B"), "n");
	EXPECT_STR(fragment_get(&got, "CONFIG_C"), "\"x y\"");
	EXPECT_STR(fragment_get(&got, "CONFIG_D"), "n");
	EXPECT(fragment_has(&got, "CONFIG_B"));
	EXPECT(!fragment_has(&got, "CONFIG_D"));
}

TEST(a_line_that_is_no_option_is_named)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fragment_ struct fragment got = { 0 };
	_cleanup_error_ struct error *err = NULL;
	char *a = fake_file(f, "a", "CONFIG_A=y\nCONFG_B=y\n");

	EXPECT(fragment_read(&got, a, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT_HAS(err->msg, "/a:2: \"CONFG_B=y\"");
}

TEST(options_that_were_not_granted_are_named)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fragment_ struct fragment asked = { 0 }, granted = { 0 };
	_cleanup_free_ const struct option **refused = NULL;
	_cleanup_error_ struct error *err = NULL;
	char *a = fake_file(f, "a", "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=m\n# CONFIG_D is not set\n");
	char *b = fake_file(f, "b", "CONFIG_A=y\nCONFIG_C=y\nCONFIG_E=y\n");

	EXPECT_OK(fragment_read(&asked, a, &err));
	EXPECT_OK(fragment_read(&granted, b, &err));
	EXPECT_INT(fragment_refused(&asked, &granted, &refused), 2);
	EXPECT(fragment_refusal(refused, 2, &granted, (char *[]){ "needs X", NULL }, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT_HAS(err->msg, "/a:2: CONFIG_B=y, but it is n: needs X\n");
	EXPECT_HAS(err->msg, "/a:3: CONFIG_C=m, but it is y");
	EXPECT(!strstr(err->msg, "CONFIG_A"));
	EXPECT(!strstr(err->msg, "CONFIG_D"));
}

/* --- patches -------------------------------------------------------------------- */

#define DIFF(file, from, to) \
	"--- a/" file "\n+++ b/" file "\n@@ -1,3 +1,3 @@\n one\n-" from "\n+" to "\n three\n"

static struct patch_queue *fake_queue(struct fake *f, struct patch_queue *q,
				      const char *description)
{
	_cleanup_free_ char *text =
		xasprintf("%s\n---\n file | 2 +-\n\n%s", description, DIFF("file", "two", "zwei"));

	fake_file(f, "q/series", "# the order counts\n\nfirst.patch\n");
	fake_file(f, "q/first.patch", text);
	if (queue_read(q, fake_path(f, "q"), NULL) < 0)
		return NULL;
	return q;
}

TEST(hooks_are_found_in_descriptions)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_queue_ struct patch_queue q = { 0 };

	EXPECT(fake_queue(f, &q, "Subject: x\n\nPolicy-Hook: watermark \nPolicy-Hook:\ttlb\n"));
	EXPECT_INT(q.n, 1);
	EXPECT(queue_has_hook(&q, "watermark"));
	EXPECT(queue_has_hook(&q, "tlb"));
	EXPECT(!queue_has_hook(&q, "water"));
}

static void queue_id(const struct patch_queue *q, char ret[HASH_HEX])
{
	_cleanup_hash_ struct hash *h = hash_create();

	queue_hash(q, h);
	hash_finish(h, ret);
}

TEST(descriptions_do_not_change_a_kernel)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_queue_ struct patch_queue a = { 0 }, b = { 0 }, none = { 0 };
	char ida[HASH_HEX], idb[HASH_HEX], idn[HASH_HEX];

	EXPECT(fake_queue(f, &a, "Subject: a"));
	EXPECT(fake_queue(f, &b, "Subject: b, with more words"));
	queue_id(&a, ida);
	queue_id(&b, idb);
	queue_id(&none, idn);
	EXPECT_STR(ida, idb);
	EXPECT(!streq(ida, idn));
	b.patches[0].text[strlen(b.patches[0].text) - 2] ^= 1;
	queue_id(&b, idb);
	EXPECT(!streq(ida, idb));
}

TEST(a_queue_is_applied)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_queue_ struct patch_queue q = { 0 };
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *text = NULL;
	char *file = fake_file(f, "tree/file", "one\ntwo\nthree\n");

	EXPECT(fake_queue(f, &q, "Subject: x"));
	EXPECT_OK(queue_apply(&q, fake_path(f, "tree"), &err));
	EXPECT_OK(file_read(file, &text, NULL, &err));
	EXPECT_STR(text, "one\nzwei\nthree\n");
}

TEST(a_patch_that_does_not_apply_is_named_with_file_and_hunk)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_queue_ struct patch_queue q = { 0 };
	_cleanup_error_ struct error *err = NULL;

	fake_file(f, "tree/file", "one\nwto\nthree\n");
	EXPECT(fake_queue(f, &q, "Subject: x"));
	EXPECT(queue_apply(&q, fake_path(f, "tree"), &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT_HAS(err->msg, "q/first.patch does not apply");
	EXPECT_HAS(err->msg, "file: Hunk #1 FAILED at 1");
}

TEST(no_queue_is_an_empty_one)
{
	_cleanup_queue_ struct patch_queue q = { 0 };

	EXPECT(queue_read(&q, "/nonexistent", NULL) == 0);
	EXPECT(queue_read(&q, NULL, NULL) == 0);
	EXPECT_INT(q.n, 0);
}

TEST(a_series_with_a_missing_patch_is_an_error)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_queue_ struct patch_queue q = { 0 };
	_cleanup_error_ struct error *err = NULL;

	fake_file(f, "q/series", "gone.patch\n");
	EXPECT(queue_read(&q, fake_path(f, "q"), &err) < 0);
	EXPECT_HAS(err->msg, "q/gone.patch");
}

TEST(a_queue_brings_its_options)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fragment_ struct fragment options = { 0 };
	_cleanup_queue_ struct patch_queue q = { 0 };
	_cleanup_error_ struct error *err = NULL;
	char *fragments[] = { fake_file(f, "base", "CONFIG_A=y\nCONFIG_HOOKS=n\n"), NULL };
	struct kernel_def def = { .name = "src", .config = fragments };

	fake_file(f, "q/series", "");
	fake_file(f, "q/config", "CONFIG_HOOKS=y\n");
	def.patches = (char *)fake_path(f, "q");
	EXPECT_OK(source_inputs(&def, &options, &q, &err));
	EXPECT_STR(fragment_get(&options, "CONFIG_A"), "y");
	EXPECT_STR(fragment_get(&options, "CONFIG_HOOKS"), "y");
}

/* --- identities ----------------------------------------------------------------- */

static struct kernel_def debian(const char *package)
{
	return (struct kernel_def){ .name = "deb",
				    .source = KERNEL_DEBIAN_IMAGE,
				    .package = (char *)package };
}

TEST(a_meta_package_stands_for_its_newest)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_identity_ struct identity id = { 0 }, direct = { 0 };
	_cleanup_error_ struct error *err = NULL;
	const struct kernel_def meta = debian("linux-image-cloud"),
				real = debian("linux-image-6.1.0-1");

	fake_meta(f, "linux-image-cloud", "linux-image-6.1.0-1", "6.1.9-1");
	fake_package(f, "linux-image-6.1.0-1", "6.1.9-1", "  Depends: kmod\n");
	EXPECT_OK(identity_find(&meta, &id, &err));
	EXPECT_STR(id.package, "linux-image-6.1.0-1");
	EXPECT_STR(id.version, "6.1.9-1");
	EXPECT_OK(identity_find(&real, &direct, &err));
	EXPECT_STR(direct.id, id.id);
}

TEST(another_version_is_another_kernel)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def a = debian("linux-image-a"), b = debian("linux-image-b");
	_cleanup_error_ struct error *err = NULL;
	char ida[HASH_HEX], idb[HASH_HEX];

	fake_meta(f, "linux-image-a", "linux-image-6.1.0-1", "6.1.9-1");
	fake_meta(f, "linux-image-b", "linux-image-6.1.0-1", "6.1.9-2");
	fake_package(f, "linux-image-6.1.0-1", "6.1.9-1", "");
	EXPECT_OK(kernel_identify(&a, ida, &err));
	EXPECT_OK(kernel_identify(&b, idb, &err));
	EXPECT(!streq(ida, idb));
}

TEST(an_unknown_package_gets_a_suggestion)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cluod-amd64");
	_cleanup_error_ struct error *err = NULL;
	char id[HASH_HEX];

	fake_file(f, "apt/pkgnames", "linux-image-rt-amd64\nlinux-image-cloud-amd64\n");
	EXPECT(kernel_identify(&def, id, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT_HAS(err->msg, "did you mean \"linux-image-cloud-amd64\"?");
}

TEST(empty_package_lists_are_the_machines_fault)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud-amd64");
	_cleanup_error_ struct error *err = NULL;
	char id[HASH_HEX];

	EXPECT(kernel_identify(&def, id, &err) < 0);
	EXPECT_INT(err->code, EXIT_HOST);
	EXPECT_HAS(err->msg, "apt-get update");
	(void)f;
}

TEST(apt_is_asked_once)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-6.1.0-1");
	_cleanup_error_ struct error *err = NULL;
	char id[HASH_HEX];
	int n;

	fake_package(f, "linux-image-6.1.0-1", "6.1.9-1", "");
	EXPECT_OK(kernel_identify(&def, id, &err));
	n = fake_calls(f);
	EXPECT(n > 0);
	EXPECT_OK(kernel_identify(&def, id, &err));
	EXPECT_INT(fake_calls(f), n);
}

/* --- the cache ------------------------------------------------------------------- */

TEST(a_debian_image_is_unpacked)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud");
	_cleanup_kernel_ struct kernel *k = NULL, *again = NULL;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *dep = NULL, *ko = NULL;

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	EXPECT_OK(kernel_cached(&def, &k, &err));
	EXPECT(!k);
	EXPECT_OK(kernel_get(&def, &k, &err));
	EXPECT_STR(k->release, "6.1.0-1");
	EXPECT_STR(k->version, "linux-image-6.1.0-1 6.1.9-1");
	EXPECT(path_exists(k->image));
	ko = xasprintf("%s/kernel/drivers/demo.ko", k->modules);
	EXPECT(path_exists(ko));
	dep = xasprintf("%s/modules.dep", k->modules);
	EXPECT(path_exists(dep));
	EXPECT_OK(kernel_cached(&def, &again, &err));
	EXPECT(again);
	EXPECT_STR(again->dir, k->dir);
}

TEST(headers_work_where_they_were_unpacked)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud");
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *out = NULL;

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	EXPECT_OK(kernel_get(&def, &k, &err));
	EXPECT(k->build);
	/* The flavour's Makefile includes the common one, which reads a file through scripts/. */
	EXPECT_OK(
		proc_output((char *[]){ "make", "-s", "-C", k->build, "where", NULL }, &out, &err));
	EXPECT_STR(out, "relocated kbuild\n");
}

TEST(what_a_killed_process_left_is_not_taken_for_a_kernel)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud");
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *tmp = NULL, *leftover = NULL;
	char id[HASH_HEX];

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	EXPECT_OK(kernel_identify(&def, id, &err));
	tmp = xasprintf("cache/mm-harness/kernels/.tmp-%.16s/leftover", id);
	fake_file(f, tmp, "half a kernel");
	EXPECT_OK(kernel_cached(&def, &k, &err));
	EXPECT(!k);
	EXPECT_OK(kernel_get(&def, &k, &err));
	EXPECT(!path_exists(fake_path(f, tmp)));
	leftover = xasprintf("%s/leftover", k->dir);
	EXPECT(!path_exists(leftover));
}

TEST(a_failed_unpacking_leaves_nothing)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud");
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_strv_ char **names = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	fake_file(f, "debs/linux-image-6.1.0-1_6.1.9-1_amd64.deb", "not a package");
	EXPECT(kernel_get(&def, &k, &err) < 0);
	EXPECT(!k);
	EXPECT(dir_list(fake_path(f, "cache/mm-harness/kernels"), &names, NULL) == 0);
	for (size_t i = 0; names[i]; i++)
		EXPECT(str_starts(names[i], ".lock-"));
}

/* Ends a kernel_get() in a child by a signal, while apt-get is at work. */
static int status_after(struct fake *f, const struct kernel_def *def, int sig)
{
	const struct timespec tick = { .tv_nsec = 20 * 1000 * 1000 };
	int status;
	pid_t pid;

	fake_program(f, "bin/apt-get", "#!/bin/sh\n: >\"$FAKE/started\"\nexec sleep 60\n");
	pid = fork();
	if (pid == 0) {
		struct error *err = NULL;
		struct kernel *k = NULL;

		proc_catch_signals();
		_exit(kernel_get(def, &k, &err) < 0 ? (int)err->code : 0);
	}
	for (int i = 0; i < 500 && !path_exists(fake_path(f, "started")); i++)
		nanosleep(&tick, NULL);
	kill(pid, sig);
	waitpid(pid, &status, 0);
	return status;
}

TEST(an_interrupted_fetch_leaves_nothing)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud");
	_cleanup_strv_ char **names = NULL;
	int status;

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	status = status_after(f, &def, SIGINT);
	EXPECT(WIFEXITED(status));
	EXPECT_INT(WEXITSTATUS(status), EXIT_INTERRUPTED);
	EXPECT(dir_list(fake_path(f, "cache/mm-harness/kernels"), &names, NULL) == 0);
	for (size_t i = 0; names[i]; i++)
		EXPECT(str_starts(names[i], ".lock-"));
}

TEST(a_killed_fetch_is_done_again)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud");
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	EXPECT(WIFSIGNALED(status_after(f, &def, SIGKILL)));
	EXPECT_OK(kernel_cached(&def, &k, &err));
	EXPECT(!k);
	fake_program(f, "bin/apt-get", fake_apt_get);
	EXPECT_OK(kernel_get(&def, &k, &err));
}

TEST(a_full_disk_is_the_machines_fault)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud");
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *err = NULL, *early = NULL;

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	fake_program(f, "bin/apt-get",
		     "#!/bin/sh\necho 'E: write (28: No space left on device)'; exit 100\n");
	EXPECT(kernel_get(&def, &k, &err) < 0);
	EXPECT_INT(err->code, EXIT_HOST);
	EXPECT(store_check_space(f->dir, 1ULL << 60, "a build", &early) < 0);
	EXPECT_INT(early->code, EXIT_HOST);
	EXPECT_HAS(early->msg, "a build needs");
	EXPECT(store_check_space(f->dir, 1, "a build", NULL) == 0);
}

TEST(two_processes_make_a_kernel_once)
{
	_cleanup_fake_ struct fake *f = fake_create();
	const struct kernel_def def = debian("linux-image-cloud");
	int ok = 0, status;

	fake_debian_kernel(f, "6.1.0-1", "6.1.9-1");
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			struct kernel *k = NULL;

			_exit(kernel_get(&def, &k, NULL) < 0 || !k);
		}
	}
	while (wait(&status) > 0)
		ok += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	EXPECT_INT(ok, 3);
	/* image, headers, headers-common, kbuild: each fetched by one of the three */
	EXPECT_INT(fake_downloads(f), 4);
}

TEST(a_prebuilt_kernel_is_taken_as_it_is)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *err = NULL;
	struct kernel_def def = { .name = "mine", .source = KERNEL_PREBUILT };
	char a[HASH_HEX], b[HASH_HEX];

	def.image = fake_bzimage(f, "bzImage", "6.99.0-mine (me@here) #1");
	EXPECT_OK(kernel_identify(&def, a, &err));
	EXPECT_OK(kernel_get(&def, &k, &err));
	EXPECT_STR(k->release, "6.99.0-mine");
	EXPECT(!k->build);
	EXPECT(path_is_dir(k->modules));
	def.image = fake_bzimage(f, "bzImage", "6.99.1-mine (me@here) #1");
	EXPECT_OK(kernel_identify(&def, b, &err));
	EXPECT(!streq(a, b));
}

TEST(a_file_that_is_no_kernel_is_refused)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_error_ struct error *err = NULL;
	char *image = fake_bzimage(f, "x", "6.1"), *release = NULL;

	EXPECT(truncate(image, 0x202) == 0);
	EXPECT(bzimage_release(image, &release, &err) < 0);
	EXPECT_HAS(err->msg, "not a bzImage");
	EXPECT(truncate(image, 0x400) == 0); /* long enough, and no magic in it */
	EXPECT(bzimage_release(image, &release, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT_HAS(err->msg, "not a bzImage");
}

TEST_MAIN
