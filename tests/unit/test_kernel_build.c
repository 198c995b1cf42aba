// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building: what is compiled again and what isn't, and what is left of a build
 * that failed.  The "kernel" is fake_tree.h's; real ones are tests/long's.
 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "kernel/identity.h"
#include "kernel/kernel.h"
#include "kernel/objects.h"
#include "tests/unit/fake_tree.h"

/* Builds the kernel of main, or of the files as they are. */
static int build(struct fake *f, bool worktree, const char *patches, struct kernel **ret,
		 struct error **err)
{
	_cleanup_fake_kernel_ struct fake_kernel k;

	fake_kernel_init(&k, f, worktree ? NULL : (char *[]){ "main", NULL });
	k.def.patches = (char *)patches;
	if (fake_expand(&k, err) < 0)
		return -1;
	return kernel_get(k.set.defs[0], ret, err);
}

static void add_queue(struct fake *f, const char *new_value)
{
	_cleanup_free_ char *patch = xasprintf("--- a/one.c\n+++ b/one.c\n@@ -1,2 +1,2 @@\n"
					       "-int one = 1;\n+int one = %s;\n int uno = 1;\n",
					       new_value);

	fake_file(f, "queue/series", "one.patch\n");
	fake_file(f, "queue/one.patch", patch);
}

/* Names in a folder of the cache that aren't locks. */
static size_t count_in(struct fake *f, const char *sub)
{
	_cleanup_free_ char *dir = xasprintf("cache/mm-harness/%s", sub);
	_cleanup_strv_ char **names = NULL;
	size_t n = 0;

	if (dir_list(fake_path(f, dir), &names, NULL) < 0)
		return 0;
	for (size_t i = 0; names[i]; i++)
		n += !str_starts(names[i], ".lock-") && !str_ends(names[i], ".log");
	return n;
}

/* --- on top of objects ------------------------------------------------------------ */

TEST(a_patched_kernel_is_built_on_top_of_the_stock_one)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *stock = NULL, *patched = NULL;
	_cleanup_free_ char *all = NULL, *some = NULL, *none = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_tree(f);
	add_queue(f, "11");
	EXPECT_OK(build(f, false, NULL, &stock, &err));
	all = fake_compiled(f);
	EXPECT_STR(all, "one.c two.c");
	EXPECT_OK(build(f, false, fake_path(f, "queue"), &patched, &err));
	some = fake_compiled(f);
	EXPECT_STR(some, "one.c");
	EXPECT(!streq(stock->id, patched->id));
	EXPECT_HAS(patched->version, "+1 patch");
	kernel_free(steal_ptr(&patched));
	EXPECT_OK(build(f, false, fake_path(f, "queue"), &patched, &err));
	none = fake_compiled(f);
	EXPECT_STR(none, "");
}

TEST(the_stock_kernel_is_made_with_the_patched_one)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *stock = NULL, *patched = NULL;
	_cleanup_free_ char *compiled = NULL, *none = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_tree(f);
	add_queue(f, "11");
	EXPECT_OK(build(f, false, fake_path(f, "queue"), &patched, &err));
	compiled = fake_compiled(f);
	EXPECT_STR(compiled, "one.c one.c two.c");
	EXPECT_OK(build(f, false, NULL, &stock, &err));
	none = fake_compiled(f);
	EXPECT_STR(none, "");
}

TEST(objects_that_are_gone_are_made_again)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *stock = NULL, *patched = NULL;
	_cleanup_free_ char *objects = NULL, *compiled = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_tree(f);
	add_queue(f, "11");
	EXPECT_OK(build(f, false, NULL, &stock, &err));
	EXPECT_OK(objects_path(stock->id, &objects, &err));
	EXPECT(path_is_dir(objects));
	EXPECT_OK(dir_remove(objects, &err));
	free(fake_compiled(f));
	EXPECT_OK(build(f, false, fake_path(f, "queue"), &patched, &err));
	compiled = fake_compiled(f);
	EXPECT_STR(compiled, "one.c one.c two.c");
	EXPECT(path_is_dir(objects));
	EXPECT(path_is_dir(stock->dir));
}

/* The source is shared by hard links: a patch must not reach the cache's own. */
TEST(a_patch_does_not_change_the_cached_source)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *patched = NULL;
	_cleanup_free_ char *content = NULL, *path = NULL, *text = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_tree(f);
	add_queue(f, "11");
	EXPECT_OK(build(f, false, fake_path(f, "queue"), &patched, &err));
	content = fake_git(f, "rev-parse 'main^{tree}'");
	path = xasprintf("cache/mm-harness/sources/git_%s/one.c", content);
	EXPECT_OK(file_read(fake_path(f, path), &text, NULL, &err));
	EXPECT_STR(text, "int one = 1;\nint uno = 1;\n");
}

/* The change is older than the objects, as after a checkout and a build of the other state. */
TEST(only_what_a_change_touches_is_compiled)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *a = NULL, *b = NULL, *c = NULL;
	_cleanup_free_ char *all = NULL, *two = NULL, *back = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_tree(f);
	EXPECT_OK(build(f, true, NULL, &a, &err));
	all = fake_compiled(f);
	EXPECT_STR(all, "one.c two.c");
	fake_file(f, "linux/two.c", "int two = 22;\n");
	EXPECT_OK(build(f, true, NULL, &b, &err));
	two = fake_compiled(f);
	EXPECT_STR(two, "two.c");
	/* On top of the last state, whose objects are newer than this source's files. */
	EXPECT_OK(proc_runl(NULL, &err, "rm", "-r", "--", a->dir, NULL));
	free(steal_ptr(&two));
	EXPECT_OK(objects_path(a->id, &two, &err));
	EXPECT_OK(dir_remove(two, &err));
	fake_file(f, "linux/two.c", "int two = 2;\n");
	EXPECT_OK(build(f, true, NULL, &c, &err));
	EXPECT_STR(c->id, a->id);
	back = fake_compiled(f);
	EXPECT_STR(back, "two.c");
}

/* --- bits --------------------------------------------------------------------------- */

static int check(struct fake *f, const char *patches, char **ret, struct error **err)
{
	_cleanup_fake_kernel_ struct fake_kernel k;

	fake_kernel_init(&k, f, (char *[]){ "main", NULL });
	k.def.patches = (char *)patches;
	if (fake_expand(&k, err) < 0)
		return -1;
	return kernel_check(k.set.defs[0], ret, err);
}

TEST(a_build_in_another_folder_has_the_same_bits)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *differences = NULL, *all = NULL;

	fake_tree(f);
	add_queue(f, "11");
	EXPECT_OK(check(f, fake_path(f, "queue"), &differences, &err));
	EXPECT_STR(differences, "");
	all = fake_compiled(f);
	/* stock, patched on top of it, and once more from nothing */
	EXPECT_STR(all, "one.c one.c one.c two.c two.c");
	EXPECT_INT(count_in(f, "kernels"), 2);
}

TEST(a_build_that_depends_on_its_folder_is_found)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *differences = NULL;

	fake_tree(f);
	fake_makefile_write(f, "pwd >>$(B)/arch/x86/boot/bzImage");
	fake_commit(f, "the folder is in the image");
	EXPECT_OK(check(f, NULL, &differences, &err));
	EXPECT_HAS(differences, "vmlinuz differ");
	EXPECT(!strstr(differences, "System.map"));
}

/* --- what goes wrong ------------------------------------------------------------------ */

TEST(a_refused_option_is_named_with_its_line)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_tree(f);
	fake_file(f, "base.config", "CONFIG_A=y\nCONFIG_REFUSED=y\n");
	EXPECT(build(f, false, NULL, &k, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT_HAS(err->msg, "base.config:2: CONFIG_REFUSED=y, but it is n");
	EXPECT_INT(count_in(f, "kernels") + count_in(f, "objects") + count_in(f, "builds"), 0);
}

TEST(a_failed_build_leaves_nothing_and_says_where_its_log_is)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *err = NULL;

	fake_tree(f);
	fake_file(f, "linux/two.c", "int two = ;\n");
	EXPECT(build(f, true, NULL, &k, &err) < 0);
	EXPECT_INT(err->code, EXIT_FAULT);
	EXPECT_HAS(err->msg, "two.c:1:11: error");
	EXPECT_HAS(err->msg, ".log has all of it");
	EXPECT_INT(count_in(f, "kernels") + count_in(f, "objects") + count_in(f, "builds"), 0);
}

/* Ends a build by a signal, while it compiles. */
static int status_after(struct fake *f, int sig)
{
	const struct timespec tick = { .tv_nsec = 20 * 1000 * 1000 };
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		struct error *err = NULL;
		struct kernel *k = NULL;

		proc_catch_signals();
		_exit(build(f, true, NULL, &k, &err) < 0 ? (int)err->code : 0);
	}
	for (int i = 0; i < 1000 && !path_exists(fake_path(f, "started")); i++)
		nanosleep(&tick, NULL);
	kill(pid, sig);
	waitpid(pid, &status, 0);
	return status;
}

TEST(an_interrupted_build_leaves_nothing)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_free_ char *wait = xasprintf("touch %s; sleep 60", fake_path(f, "started"));
	int status;

	fake_tree(f);
	fake_makefile_write(f, wait);
	status = status_after(f, SIGINT);
	EXPECT(WIFEXITED(status));
	EXPECT_INT(WEXITSTATUS(status), EXIT_INTERRUPTED);
	EXPECT_INT(count_in(f, "kernels") + count_in(f, "objects") + count_in(f, "builds"), 0);
}

TEST(what_a_killed_build_left_is_no_kernel)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_free_ char *wait = xasprintf("touch %s; sleep 60", fake_path(f, "started"));
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *text = NULL, *same = NULL;

	fake_tree(f);
	/* The first time it waits to be killed; the same files, thus the same id, then build. */
	same = xasprintf("test -e %s || { %s; }", fake_path(f, "started"), wait);
	fake_makefile_write(f, same);
	EXPECT(WIFSIGNALED(status_after(f, SIGKILL)));
	EXPECT_INT(count_in(f, "objects"), 0);
	EXPECT_INT(count_in(f, "builds"), 1);
	EXPECT_OK(build(f, true, NULL, &k, &err));
	EXPECT_INT(count_in(f, "kernels"), 1);
	EXPECT_INT(count_in(f, "objects"), 1);
	EXPECT_INT(count_in(f, "builds"), 0);
}

TEST(two_processes_build_a_kernel_once)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_free_ char *compiled = NULL;
	int ok = 0, status;

	fake_tree(f);
	add_queue(f, "11");
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			struct kernel *k = NULL;

			/* Two want it patched, one as it is: all three need its objects. */
			_exit(build(f, false, i ? fake_path(f, "queue") : NULL, &k, NULL) < 0);
		}
	}
	while (wait(&status) > 0)
		ok += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	EXPECT_INT(ok, 3);
	compiled = fake_compiled(f);
	EXPECT_STR(compiled, "one.c one.c two.c");
	EXPECT_INT(count_in(f, "kernels"), 2);
}

/* A file system of our own with room for few files; false if that isn't allowed here. */
static bool mount_small(const char *dir, const char *options)
{
	return dir_make(dir, NULL) == 0 && mount("none", dir, "tmpfs", 0, options) == 0;
}

/* In a child: mounts end with it.  0: as it should be, 1: not, 2: can't be tried here. */
static int build_on_a_full_disk(struct fake *f)
{
	_cleanup_free_ char *cache = xstrdup(fake_path(f, "cache"));
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_error_ struct error *full = NULL, *err = NULL;

	if (unshare(geteuid() ? CLONE_NEWNS | CLONE_NEWUSER : CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    !mount_small(cache, "size=8g,nr_inodes=120"))
		return 2;
	if (build(f, true, NULL, &k, &full) == 0 || full->code != EXIT_HOST) {
		printf("# %s\n", full ? full->msg : "it was built");
		return 1;
	}
	if (!strstr(full->msg, "the cache's disk is full") || count_in(f, "kernels") ||
	    count_in(f, "objects") || count_in(f, "builds")) {
		printf("# left behind, or: %s\n", full->msg);
		return 1;
	}
	if (mount("none", cache, "tmpfs", MS_REMOUNT, "size=8g,nr_inodes=10000") < 0)
		return 2;
	if (build(f, true, NULL, &k, &err) == 0 && count_in(f, "objects") == 1)
		return 0;
	printf("# with room: %s\n", err ? err->msg : "no objects");
	return 1;
}

TEST(a_disk_that_fills_up_in_the_middle_leaves_the_cache_right)
{
	_cleanup_fake_ struct fake *f = fake_create();
	int status;

	fake_tree(f);
	fake_makefile_write(f, "cd $(B); for i in $$(seq 500); do touch f$$i || exit 1; done");
	fflush(stdout);
	if (fork() == 0) {
		int r = build_on_a_full_disk(f);

		fflush(stdout);
		_exit(r);
	}
	wait(&status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		printf("# skipped: no file system can be mounted here\n");
		return;
	}
	EXPECT(WIFEXITED(status));
	EXPECT_INT(WEXITSTATUS(status), 0);
}

/* --- eviction ----------------------------------------------------------------------- */

static void age(const char *path, unsigned int days)
{
	const struct timespec then = { .tv_sec = time(NULL) - days * 24 * 3600 - 60 };

	if (utimensat(AT_FDCWD, path, (struct timespec[]){ then, then }, 0) < 0)
		abort();
}

static size_t stale_count(unsigned int days)
{
	struct stale *s = NULL;
	size_t n = 0;

	if (kernel_stale(days, &s, &n, NULL) < 0)
		return 99;
	stale_free(s, n);
	return n;
}

TEST(what_nobody_used_is_found_and_removed)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_free_ char *objects = NULL;
	_cleanup_error_ struct error *err = NULL;
	struct stale *s = NULL;
	size_t n;

	fake_tree(f);
	EXPECT_OK(build(f, false, NULL, &k, &err));
	EXPECT_OK(objects_path(k->id, &objects, &err));
	EXPECT_INT(stale_count(30), 0);
	age(k->dir, 40);
	age(objects, 20);
	EXPECT_INT(stale_count(50), 0);
	EXPECT_INT(stale_count(10), 2);
	EXPECT_OK(kernel_stale(30, &s, &n, &err));
	EXPECT_INT(n, 1);
	EXPECT_STR(s[0].path, k->dir);
	EXPECT_INT(s[0].days, 40);
	EXPECT(s[0].bytes > 0);
	EXPECT(kernel_evict(&s[0]));
	EXPECT(!path_exists(k->dir));
	EXPECT(path_is_dir(objects));
	stale_free(s, n);
	/* Using it is what keeps it. */
	kernel_free(steal_ptr(&k));
	EXPECT_OK(build(f, false, NULL, &k, &err));
	age(k->dir, 40);
	kernel_free(steal_ptr(&k));
	EXPECT_OK(build(f, false, NULL, &k, &err));
	EXPECT_INT(stale_count(30), 0);
}

TEST(a_kernel_that_is_being_made_stays)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_kernel_ struct kernel *k = NULL;
	_cleanup_free_ char *lock = NULL;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_close_ int fd = -1;
	struct stale *s = NULL;
	size_t n;

	fake_tree(f);
	EXPECT_OK(build(f, false, NULL, &k, &err));
	age(k->dir, 40);
	EXPECT_OK(kernel_stale(30, &s, &n, &err));
	EXPECT_INT(n, 1);
	lock = xasprintf("cache/mm-harness/kernels/.lock-%.16s", k->id);
	EXPECT_OK(lock_take(fake_path(f, lock), false, &fd, &err));
	EXPECT(!kernel_evict(&s[0]));
	EXPECT(path_is_dir(k->dir));
	stale_free(s, n);
}

/* --- trees for people ---------------------------------------------------------------- */

TEST(a_shell_tree_goes_on_from_the_objects_and_stays)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *tree = NULL, *again = NULL, *mine = NULL, *obj = NULL, *one = NULL;
	_cleanup_strv_ char **env = NULL, **env2 = NULL, **env3 = NULL;
	struct stat theirs, ours;

	fake_tree(f);
	fake_kernel_init(&k, f, (char *[]){ "main", NULL });
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_OK(kernel_shell_tree(k.set.defs[0], false, &tree, &env, &err));
	obj = xasprintf("%s/obj/one.o", tree);
	EXPECT(path_exists(obj));
	/* An editor that writes in place must not reach the cache's source. */
	one = xasprintf("%s/one.c", tree);
	EXPECT(stat(one, &ours) == 0 && ours.st_nlink == 1);
	EXPECT(stat(fake_path(f, "linux/one.c"), &theirs) == 0);
	mine = xasprintf("%s/my-notes", tree);
	EXPECT_OK(file_puts(mine, "x", &err));
	EXPECT_OK(kernel_shell_tree(k.set.defs[0], false, &again, &env2, &err));
	EXPECT_STR(again, tree);
	EXPECT(path_exists(mine));
	free(steal_ptr(&again));
	EXPECT_OK(kernel_shell_tree(k.set.defs[0], true, &again, &env3, &err));
	EXPECT(!path_exists(mine));
}

TEST(a_configuration_is_known_before_the_kernel_is_built)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *text = NULL, *compiled = NULL;

	fake_tree(f);
	fake_kernel_init(&k, f, (char *[]){ "main", NULL });
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_OK(kernel_config(k.set.defs[0], &text, &err));
	EXPECT_STR(text, "CONFIG_A=y\n");
	compiled = fake_compiled(f);
	EXPECT_STR(compiled, "");
	EXPECT_INT(count_in(f, "kernels") + count_in(f, "builds"), 0);
}

TEST_MAIN
