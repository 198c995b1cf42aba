// SPDX-License-Identifier: GPL-2.0-or-later
/* The tools image and the boot files as wholes: made, cached, equal for equal inputs. */
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/resource.h"
#include "base/str.h"
#include "image/image.h"
#include "image/tools.h"
#include "wire/job.h"
#include "tests/unit/scratch.h"

#define MiB (1ull << 20)

/* Each test has a cache of its own. */
static char *fresh_cache(void)
{
	static int n;
	char name[20], *path;

	snprintf(name, sizeof(name), "cache%d", n++);
	path = scratch_path(name);
	setenv("XDG_CACHE_HOME", path, 1);
	return path;
}

struct fixture {
	char *cache;
	char *dir;
	struct workload_def workload;
};

static void put(const struct fixture *f, const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", f->dir, name);

	file_puts(path, text, NULL);
}

static char *command[] = { "${dir}/tiny", NULL };

static void fixture_init(struct fixture *f)
{
	*f = (struct fixture){ .cache = fresh_cache() };
	f->dir = xasprintf("%s-tiny", f->cache);
	dir_make(f->dir, NULL);
	put(f, "tiny.c", "#include \"tiny.h\"\nint main(void) { return STATUS; }\n");
	put(f, "tiny.h", "#define STATUS 7\n");
	put(f, "workload.toml", "title = \"tiny\"\n");
	put(f, "input.txt", "hello\n");
	f->workload = (struct workload_def){
		.name = "tiny",
		.dir = f->dir,
		.source = "tiny.c",
		.command = command,
		.output = "tiny.json",
		.timeout_s = 5,
	};
}

static void fixture_deinit(struct fixture *f)
{
	free(f->cache);
	free(f->dir);
}
#define _cleanup_fixture_ cleanup(fixture_deinit)

TEST(a_source_becomes_a_static_program)
{
	_cleanup_fixture_ struct fixture f;
	_cleanup_free_ char *program = NULL, *text = NULL;
	char *argv[2] = { NULL };

	fixture_init(&f);
	EXPECT_INT(tools_build(&f.workload, &program, NULL), 0);
	argv[0] = program;
	EXPECT_INT(proc_run(argv, NULL, NULL), -1); /* it ends with 7 */
	EXPECT(proc_output((char *const[]){ "ldd", program, NULL }, &text, NULL) < 0 ||
	       strstr(text, "statically"));
}

TEST(a_source_that_does_not_compile_says_where)
{
	_cleanup_fixture_ struct fixture f;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *program = NULL;

	fixture_init(&f);
	put(&f, "tiny.c", "int main(void) { return nothing; }\n");
	EXPECT(tools_build(&f.workload, &program, &err) < 0);
	EXPECT(str_starts(err->msg, "workload tiny: build tiny.c: "));
	EXPECT(strstr(err->msg, "tiny.c:1:25: error"));
	/* Nothing that looks finished is left. */
	put(&f, "tiny.c", "int main(void) { return 0; }\n");
	EXPECT_INT(tools_build(&f.workload, &program, NULL), 0);
}

TEST(a_header_belongs_to_the_source)
{
	_cleanup_fixture_ struct fixture f;
	_cleanup_free_ char *before = NULL, *after = NULL;

	fixture_init(&f);
	EXPECT_INT(tools_build(&f.workload, &before, NULL), 0);
	put(&f, "tiny.h", "#define STATUS 0\n");
	EXPECT_INT(tools_build(&f.workload, &after, NULL), 0);
	EXPECT(strcmp(before, after) != 0);
}

/* Workloads share sources by links. */
TEST(what_a_link_leads_to_belongs_to_the_source)
{
	_cleanup_free_ char *before = NULL, *after = NULL, *link = NULL, *shared = NULL;
	_cleanup_fixture_ struct fixture f;

	fixture_init(&f);
	link = xasprintf("%s/tiny.h", f.dir);
	shared = xasprintf("%s-shared.h", f.dir);
	file_puts(shared, "#define STATUS 1\n", NULL);
	EXPECT(unlink(link) == 0 && symlink(shared, link) == 0);
	EXPECT_INT(tools_build(&f.workload, &before, NULL), 0);
	file_puts(shared, "#define STATUS 2\n", NULL);
	EXPECT_INT(tools_build(&f.workload, &after, NULL), 0);
	EXPECT(before && after && strcmp(before, after) != 0);
}

/* In the image's bytes: it isn't compressed. */
static bool holds(const char *image, const char *text)
{
	_cleanup_free_ char *data = NULL;
	size_t len;

	return file_read(image, &data, &len, NULL) == 0 && memmem(data, len, text, strlen(text));
}

TEST(the_image_has_the_folder_and_mount_points)
{
	_cleanup_fixture_ struct fixture f;
	_cleanup_free_ char *image = NULL;
	uint64_t bytes;

	fixture_init(&f);
	EXPECT_INT(tools_image(&f.workload, &image, &bytes, NULL), 0);
	EXPECT(bytes > 0);
	EXPECT_INT(bytes % (2 * MiB), 0);
	EXPECT(holds(image, "hello\n"));
	EXPECT(holds(image, "workloads"));
	EXPECT(holds(image, "input.txt"));
	EXPECT(holds(image, "proc"));
	EXPECT(!holds(image, "workload.toml"));
	EXPECT(!holds(image, "tiny.c"));
}

TEST(equal_workloads_give_equal_images)
{
	_cleanup_fixture_ struct fixture f;
	_cleanup_free_ char *a = NULL, *b = NULL, *da = NULL, *db = NULL, *other = NULL;
	uint64_t bytes, again;
	size_t la, lb;

	fixture_init(&f);
	EXPECT_INT(tools_image(&f.workload, &a, &bytes, NULL), 0);
	other = fresh_cache();
	EXPECT_INT(tools_image(&f.workload, &b, &again, NULL), 0);
	EXPECT(strcmp(a, b) != 0);
	EXPECT_STR(strrchr(b, '/'), strrchr(a, '/'));
	EXPECT_INT(file_read(a, &da, &la, NULL), 0);
	EXPECT_INT(file_read(b, &db, &lb, NULL), 0);
	EXPECT_INT(la, lb);
	EXPECT(memcmp(da, db, la) == 0);
}

TEST(what_the_guest_sees_makes_the_hash)
{
	_cleanup_fixture_ struct fixture f;
	char first[HASH_HEX], same[HASH_HEX], changed[HASH_HEX];

	fixture_init(&f);
	EXPECT_INT(image_tools_hash(&f.workload, first, NULL), 0);
	put(&f, "workload.toml", "title = \"another\"\n");
	EXPECT_INT(image_tools_hash(&f.workload, same, NULL), 0);
	EXPECT_STR(same, first);
	put(&f, "input.txt", "hullo\n");
	EXPECT_INT(image_tools_hash(&f.workload, changed, NULL), 0);
	EXPECT(strcmp(changed, first) != 0);
}

TEST(a_program_that_is_missing_is_named)
{
	static char *programs[] = { "no-such-program", NULL };
	_cleanup_fixture_ struct fixture f;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *image = NULL;
	uint64_t bytes;

	fixture_init(&f);
	f.workload.programs = programs;
	EXPECT(tools_image(&f.workload, &image, &bytes, &err) < 0);
	EXPECT_INT(err->code, EXIT_HOST);
	EXPECT_STR(err->msg, "workload tiny: the program no-such-program isn't installed");
}

/* --- boot files ------------------------------------------------------------------------ */

static struct machine_config machine = { .cpus = 1, .mem_bytes = 256 * MiB, .heartbeat_s = 1 };
static struct trace_config no_trace;
static struct counters_config no_counters;
static struct sample_config no_sample;
static struct policy_def no_policy = { .name = "stock" };

static struct boot_files *prepare(struct fixture *f, struct error **err)
{
	const struct cell cell = {
		.policy = &no_policy,
		.workload = &f->workload,
		.machine = &machine,
		.trace = &no_trace,
		.counters = &no_counters,
		.sample = &no_sample,
		.mode = MODE_TCG,
	};
	struct kernel k = { .name = "test", .id = "1", .release = "1", .image = "/boot/vmlinuz" };
	struct boot_files *b;

	return image_prepare(&cell, &k, &b, err) < 0 ? NULL : b;
}

TEST(the_initrd_is_the_base_and_the_job)
{
	_cleanup_boot_files_ struct boot_files *b = NULL;
	_cleanup_free_ char *agent = resource_built("agent"), *init = NULL, *initrd = NULL;
	_cleanup_fixture_ struct fixture f;
	_cleanup_error_ struct error *err = NULL;
	size_t agent_len, len;

	fixture_init(&f);
	b = prepare(&f, &err);
	if (!b)
		FAIL("%s", err->msg);
	EXPECT_STR(b->kernel, "/boot/vmlinuz");
	EXPECT(str_starts(b->job, "version 1\n"));
	EXPECT_INT(file_read(agent, &init, &agent_len, NULL), 0);
	EXPECT_INT(file_read(b->initrd, &initrd, &len, NULL), 0);
	EXPECT(memmem(initrd, len, init, agent_len));
	EXPECT(memmem(initrd, len, b->job, strlen(b->job)));
	EXPECT_INT(b->layout.total_bytes, 256 * MiB);
}

TEST(boot_files_go_with_their_owner)
{
	_cleanup_fixture_ struct fixture f;
	_cleanup_free_ char *dir = NULL;
	struct boot_files *b;

	fixture_init(&f);
	b = prepare(&f, NULL);
	EXPECT(b);
	dir = xstrdup(b->dir);
	EXPECT(path_is_dir(dir));
	boot_files_free(b);
	EXPECT(!path_exists(dir));
}

TEST(what_a_killed_harness_left_is_swept)
{
	_cleanup_boot_files_ struct boot_files *alive = NULL, *next = NULL;
	_cleanup_free_ char *dead = NULL, *file = NULL;
	_cleanup_fixture_ struct fixture f;

	fixture_init(&f);
	alive = prepare(&f, NULL);
	EXPECT(alive);
	dead = xasprintf("%s/mm-harness/boot/dead", f.cache);
	file = xasprintf("%s/initrd", dead);
	EXPECT_INT(dir_make(dead, NULL), 0);
	EXPECT_INT(file_puts(file, "", NULL), 0);
	next = prepare(&f, NULL);
	EXPECT(next);
	EXPECT(!path_exists(dead));
	/* Its owner has the lock: a sweep must not touch it. */
	EXPECT(path_exists(alive->initrd));
}

TEST_MAIN
