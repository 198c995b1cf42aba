// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/sha256.h"
#include "base/str.h"
#include "base/table.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

TEST(sizes_are_parsed)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t bytes;
	} cases[] = {
		{ "0", true, 0 },
		{ "4096", true, 4096 },
		{ "4K", true, 4096 },
		{ "384M", true, 384ull << 20 },
		{ "2GiB", true, 2ull << 30 },
		{ "1TB", true, 1ull << 40 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "1Q", false, 0 },
		{ "1KB2", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "18014398509481985K", false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t v = 0;

		if (str_to_size(cases[i].text, &v) != cases[i].ok)
			FAIL("\"%s\" is%s a size", cases[i].text, cases[i].ok ? "" : "n't");
		if (cases[i].ok)
			EXPECT_INT(v, cases[i].bytes);
	}
}

TEST(nearest_word_is_suggested_only_when_near)
{
	static const char *const keys[] = { "mem", "cpus", "heartbeat" };

	EXPECT_STR(str_nearest("memm", keys, 3), "mem");
	EXPECT_STR(str_nearest("cpsu", keys, 3), "cpus");
	EXPECT_STR(str_nearest("hartbeat", keys, 3), "heartbeat");
	EXPECT(!str_nearest("swappiness", keys, 3));
}

TEST(shell_quoting_survives_a_shell)
{
	char *argv[] = { "printf", "%s\\n", "a b", "it's", "", "$HOME", NULL };
	_cleanup_free_ char *line = strv_shell(argv), *out = NULL;
	char *sh[] = { "sh", "-c", line, NULL };

	EXPECT_INT(proc_output(sh, &out, NULL), 0);
	EXPECT_STR(out, "a b\nit's\n\n$HOME\n");
}

TEST(errors_gather_context)
{
	_cleanup_error_ struct error *err = NULL;

	error_errno(&err, ENOSPC, "write %s", "x");
	error_wrap(&err, "cell %d", 7);
	EXPECT_STR(err->msg, "cell 7: write x: No space left on device");
	EXPECT_INT(err->code, EXIT_HOST);
	EXPECT_INT(err->errnum, ENOSPC);
}

TEST(hash_parts_do_not_run_together)
{
	char a[HASH_HEX], b[HASH_HEX], empty[HASH_HEX];
	struct hash *h = hash_create();

	hash_finish(h, empty);
	hash_destroy(h);
	EXPECT_STR(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	h = hash_create();
	hash_str(h, "ab");
	hash_str(h, "c");
	hash_finish(h, a);
	hash_destroy(h);
	h = hash_create();
	hash_str(h, "a");
	hash_str(h, "bc");
	hash_finish(h, b);
	hash_destroy(h);
	EXPECT(!streq(a, b));
}

static void tree_hash(const char *dir, char ret[HASH_HEX])
{
	static const char *const skip[] = { "README.md", NULL };
	struct hash *h = hash_create();

	hash_tree(h, dir, skip, NULL);
	hash_finish(h, ret);
	hash_destroy(h);
}

TEST(tree_hash_sees_names_contents_and_the_executable_bit)
{
	_cleanup_free_ char *dir = scratch_folder(), *f = xasprintf("%s/f", dir),
			    *g = xasprintf("%s/g", dir), *readme = xasprintf("%s/README.md", dir);
	char first[HASH_HEX], now[HASH_HEX];

	file_puts(f, "one", NULL);
	tree_hash(dir, first);
	file_puts(readme, "words", NULL);
	tree_hash(dir, now);
	EXPECT_STR(now, first);
	chmod(f, 0755);
	tree_hash(dir, now);
	EXPECT(!streq(now, first));
	chmod(f, 0644);
	file_puts(f, "two", NULL);
	tree_hash(dir, now);
	EXPECT(!streq(now, first));
	file_puts(f, "one", NULL);
	rename(f, g);
	tree_hash(dir, now);
	EXPECT(!streq(now, first));
	EXPECT_INT(dir_remove(dir, NULL), 0);
	EXPECT(!path_exists(dir));
}

TEST(a_failed_program_says_why)
{
	_cleanup_error_ struct error *err = NULL;

	EXPECT_INT(proc_runl(NULL, &err, "sh", "-c", "echo no such luck; exit 7", NULL), -1);
	EXPECT(strstr(err->msg, "exit status 7") && strstr(err->msg, "no such luck"));
	EXPECT_INT(proc_runl(NULL, &err, "no-such-program-here", NULL), -1);
	EXPECT_STR(err->msg, "start no-such-program-here: No such file or directory");
}

TEST(a_spawned_program_gets_its_descriptors)
{
	char *argv[] = { "sh", "-c", "printf three >&3; printf four >&4; ls /proc/self/fd", NULL };
	int a[2], b[2], out[2];
	char buf[64] = "";
	pid_t pid;

	EXPECT(!pipe2(a, O_CLOEXEC) && !pipe2(b, O_CLOEXEC) && !pipe2(out, O_CLOEXEC));
	EXPECT_INT(proc_spawn(argv, (int[]){ a[1], b[1] }, 2, out[1], &pid, NULL), 0);
	EXPECT_INT(read(a[0], buf, sizeof(buf)), 5);
	EXPECT(!memcmp(buf, "three", 5));
	EXPECT_INT(read(b[0], buf, sizeof(buf)), 4);
	EXPECT(!memcmp(buf, "four", 4));
	kill(pid, SIGKILL);
}

TEST(a_lock_is_held_by_one)
{
	_cleanup_free_ char *dir = scratch_folder(), *path = xasprintf("%s/lock", dir);
	_cleanup_error_ struct error *err = NULL;
	int fd, second;

	EXPECT_INT(lock_take(path, false, &fd, &err), 0);
	EXPECT_INT(lock_take(path, false, &second, &err), -1);
	EXPECT_INT(err->errnum, EWOULDBLOCK);
	close(fd);
	EXPECT_INT(lock_take(path, false, &second, NULL), 0);
	close(second);
	dir_remove(dir, NULL);
}

static char *printed(enum table_format f)
{
	struct table *t = table_create();
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	table_column(t, "name", ALIGN_LEFT);
	table_column(t, "Δ", ALIGN_RIGHT);
	table_add(t, "a,\"b\"|");
	table_add(t, "-1.5");
	table_add(t, "é");
	table_add(t, NULL);
	table_print(t, f, out);
	fclose(out);
	table_destroy(t);
	return text;
}

TEST(tables_in_every_format)
{
	_cleanup_free_ char *text = printed(TABLE_TEXT), *md = printed(TABLE_MARKDOWN),
			    *csv = printed(TABLE_CSV), *json = printed(TABLE_JSON);

	EXPECT_STR(text, "name       Δ\na,\"b\"|  -1.5\né          -\n");
	EXPECT_STR(md, "| name | Δ |\n|---|---:|\n| a,\"b\"\\| | -1.5 |\n| é |  |\n");
	EXPECT_STR(csv, "name,Δ\r\n\"a,\"\"b\"\"|\",-1.5\r\né,\r\n");
	EXPECT_STR(json, "[\n {\n  \"name\": \"a,\\\"b\\\"|\",\n  \"Δ\": -1.5\n },\n"
			 " {\n  \"name\": \"é\",\n  \"Δ\": null\n }\n]\n");
}

TEST_MAIN
