// SPDX-License-Identifier: GPL-2.0-or-later
/* Git trees as kernels: what a revision means, and that the tree is left alone. */
#include "tests/unit/test.h"

#include <sys/stat.h>

#include "kernel/identity.h"
#include "kernel/kernel.h"
#include "tests/unit/fake_tree.h"

#define REVS(...) ((char *[]){ __VA_ARGS__, NULL })

/* first (tag v1), second, third: main. */
static void three_commits(struct fake *f)
{
	fake_tree(f);
	free(fake_git(f, "tag v1"));
	fake_file(f, "linux/two.c", "int two = 22;\n");
	fake_commit(f, "second");
	fake_file(f, "linux/two.c", "int two = 222;\n");
	fake_commit(f, "third");
}

static char *name_of(struct fake *f, const char *rev)
{
	_cleanup_free_ char *words = xasprintf("rev-parse --short=12 %s", rev);
	_cleanup_free_ char *commit = fake_git(f, words);

	return xasprintf("mine@%s", commit);
}

TEST(each_revision_is_a_kernel)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *first = NULL, *third = NULL;
	char a[HASH_HEX], b[HASH_HEX];

	three_commits(f);
	first = name_of(f, "v1");
	third = name_of(f, "main");
	fake_kernel_init(&k, f, REVS("main", "v1"));
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_INT(k.set.n, 2);
	EXPECT_STR(k.set.defs[0]->name, third);
	EXPECT_STR(k.set.defs[1]->name, first);
	EXPECT(!k.set.defs[0]->rev.dirty);
	EXPECT_OK(kernel_identify(k.set.defs[0], a, &err));
	EXPECT_OK(kernel_identify(k.set.defs[1], b, &err));
	EXPECT(!streq(a, b));
	EXPECT(kernel_matches(k.set.defs[0], "mine"));
	EXPECT(kernel_matches(k.set.defs[0], third));
	EXPECT(!kernel_matches(k.set.defs[0], first));
}

TEST(a_range_has_both_ends)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *first = NULL, *second = NULL, *third = NULL;

	three_commits(f);
	first = name_of(f, "v1");
	second = name_of(f, "main~1");
	third = name_of(f, "main");
	fake_kernel_init(&k, f, REVS("v1..main"));
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_INT(k.set.n, 3);
	EXPECT_STR(k.set.defs[0]->name, first);
	EXPECT_STR(k.set.defs[1]->name, second);
	EXPECT_STR(k.set.defs[2]->name, third);
}

TEST(a_commit_with_two_names_is_one_kernel)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL;

	three_commits(f);
	fake_kernel_init(&k, f, REVS("v1", "main~2", "v1..main"));
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_INT(k.set.n, 3);
}

static void expect_refused(struct fake *f, const char *first, const char *second, const char *msg)
{
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL;

	fake_kernel_init(&k, f, (char *[]){ (char *)first, (char *)second, NULL });
	EXPECT(fake_expand(&k, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT_HAS(err->msg, msg);
}

TEST(a_revision_that_is_not_there_has_a_position)
{
	_cleanup_fake_ struct fake *f = fake_create();

	three_commits(f);
	expect_refused(f, "v2", NULL, "harness.toml:1:7: ");
	expect_refused(f, "v2", NULL, "has no revision \"v2\"");
	expect_refused(f, "main", "v2", "harness.toml:2:7: ");
	expect_refused(f, "v1..v2", NULL, "has no revision \"v2\"");
	expect_refused(f, "main..v1", NULL, "\"main\" isn't an ancestor of \"v1\"");
	expect_refused(f, "v1...main", NULL, "a range is GOOD..BAD");
	expect_refused(f, "..main", NULL, "a range is GOOD..BAD");
	/* A file's contents have a name in git, too. */
	expect_refused(f, "main:one.c", NULL, "has no revision \"main:one.c\"");
}

TEST(a_folder_that_is_no_tree_is_refused)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL, *sub = NULL, *gone = NULL;

	three_commits(f);
	fake_kernel_init(&k, f, NULL);
	fake_file(f, "plain/one.c", "");
	k.def.tree = (char *)fake_path(f, "plain");
	EXPECT(fake_expand(&k, &err) < 0);
	EXPECT_HAS(err->msg, "harness.toml:1:1: ");
	EXPECT_HAS(err->msg, "is no git tree");
	fake_file(f, "linux/mm/vmscan.c", "");
	k.def.tree = (char *)fake_path(f, "linux/mm");
	EXPECT(fake_expand(&k, &sub) < 0);
	EXPECT_HAS(sub->msg, "not its top");
	k.def.tree = (char *)fake_path(f, "nowhere");
	EXPECT(fake_expand(&k, &gone) < 0);
	EXPECT_INT(gone->code, EXIT_INPUT);
}

/* --- files as they are ------------------------------------------------------------- */

/* Name and id of the worktree's kernel. */
static int look(struct fake *f, char **ret_name, char ret_id[HASH_HEX], struct error **err)
{
	_cleanup_fake_kernel_ struct fake_kernel k;

	fake_kernel_init(&k, f, NULL);
	if (fake_expand(&k, err) < 0 || kernel_identify(k.set.defs[0], ret_id, err) < 0)
		return -1;
	*ret_name = xstrdup(k.set.defs[0]->name);
	return 0;
}

TEST(a_clean_worktree_is_its_commit)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *name = NULL;
	char a[HASH_HEX], b[HASH_HEX];

	three_commits(f);
	fake_file(f, "linux/one.o", "ignored");
	EXPECT_OK(look(f, &name, a, &err));
	EXPECT(!strstr(name, "dirty"));
	fake_kernel_init(&k, f, REVS("main"));
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_STR(k.set.defs[0]->name, name);
	EXPECT_OK(kernel_identify(k.set.defs[0], b, &err));
	EXPECT_STR(a, b);
}

/* Runs `change` in the tree and sees the worktree become another, dirty, kernel. */
static void expect_dirty(const char *change)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_free_ char *clean = NULL, *name = NULL, *again = NULL, *command = NULL;
	_cleanup_error_ struct error *err = NULL;
	char a[HASH_HEX], b[HASH_HEX], c[HASH_HEX];

	three_commits(f);
	EXPECT_OK(look(f, &clean, a, &err));
	command = xasprintf("cd '%s' && %s", fake_path(f, "linux"), change);
	EXPECT_OK(proc_runl(NULL, &err, "sh", "-c", command, NULL));
	EXPECT_OK(look(f, &name, b, &err));
	if (!str_ends(name, "-dirty"))
		FAIL("%s: %s", change, name);
	EXPECT(str_starts(name, clean));
	EXPECT(!streq(a, b));
	EXPECT_OK(look(f, &again, c, &err));
	EXPECT_STR(b, c);
}

TEST(local_changes_are_part_of_the_kernel)
{
	expect_dirty("echo '/* x */' >>one.c");
	expect_dirty("echo '/* x */' >>one.c && git add one.c"); /* in the index already */
	expect_dirty("echo 'int three;' >three.c");
	expect_dirty("rm two.c");
	expect_dirty("chmod +x one.c");
	expect_dirty("git update-index --assume-unchanged one.c && echo '/* x */' >>one.c");
	/* The same length, and the time put back. */
	expect_dirty("touch -r one.c t.o && sed -i s/1/7/ one.c && touch -r t.o one.c");
}

/* Not the times of objects: git renews them when it meets a content that it has. */
static char *fingerprint(struct fake *f)
{
	_cleanup_free_ char *command = xasprintf(
		"cd '%s' && { find . -path './.git/objects/*' -printf '%%p %%s %%m\\n' -o "
		"-printf '%%p %%s %%m %%T@\\n'; } | sort | sha256sum",
		fake_path(f, "linux"));
	char *out = NULL;

	if (proc_output((char *[]){ "sh", "-c", command, NULL }, &out, NULL) < 0)
		abort();
	return out;
}

TEST(looking_and_building_write_nothing_into_the_tree)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_free_ char *before = NULL, *after = NULL;
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_kernel_ struct kernel *built = NULL;
	_cleanup_error_ struct error *err = NULL;

	three_commits(f);
	fake_file(f, "linux/one.c", "int one = 111;\n");
	fake_file(f, "linux/three.c", "int three;\n");
	before = fingerprint(f);
	fake_kernel_init(&k, f, NULL);
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_OK(kernel_get(k.set.defs[0], &built, &err));
	after = fingerprint(f);
	EXPECT_STR(after, before);
}

TEST(the_record_of_a_dirty_kernel_says_so)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_kernel_ struct kernel *clean = NULL, *dirty = NULL, *cached = NULL;
	_cleanup_error_ struct error *err = NULL;

	three_commits(f);
	fake_kernel_init(&k, f, NULL);
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_OK(kernel_get(k.set.defs[0], &clean, &err));
	EXPECT(!clean->dirty);
	EXPECT(!strstr(clean->version, "dirty"));
	fake_file(f, "linux/one.c", "int one = 111;\n");
	EXPECT_OK(fake_expand(&k, &err));
	EXPECT_OK(kernel_get(k.set.defs[0], &dirty, &err));
	EXPECT(dirty->dirty);
	EXPECT_HAS(dirty->version, "-dirty");
	EXPECT_OK(kernel_cached(k.set.defs[0], &cached, &err));
	EXPECT(cached && cached->dirty);
}

TEST(a_baseline_is_taken_at_the_same_commit)
{
	_cleanup_fake_ struct fake *f = fake_create();
	_cleanup_fake_kernel_ struct fake_kernel k;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *want = NULL;
	struct kernel_def both[2];

	three_commits(f);
	fake_kernel_init(&k, f, REVS("v1..main"));
	both[0] = both[1] = k.def;
	both[1].name = "hooked";
	both[1].baseline = "mine";
	k.all.kernels = both;
	k.all.n_kernels = 2;
	want = name_of(f, "main~1");
	EXPECT_OK(kernel_expand(&k.all, &both[1], &k.set, &err));
	EXPECT_INT(k.set.n, 3);
	EXPECT_STR(k.set.defs[1]->baseline, want);
	both[0].n_revs = 0; /* main: the only one, though of another commit */
	kernel_set_deinit(&k.set);
	free(want);
	want = name_of(f, "main");
	EXPECT_OK(kernel_expand(&k.all, &both[1], &k.set, &err));
	EXPECT_STR(k.set.defs[0]->baseline, want);
}

TEST_MAIN
