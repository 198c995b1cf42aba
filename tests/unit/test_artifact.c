// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames to run directories, with guests that lie. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "artifact/artifact.h"
#include "artifact/runs.h"
#include "base/file.h"
#include "base/str.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"
#include "wire/wire.h"

static struct machine_config machine = { 2, 256 << 20, 60, 1 };
static struct trace_config trace = { .enabled = false };
static struct counters_config no_counters;
static struct sample_config no_sample;
static struct knob_def knob = { .name = "expiry_ms" };
static struct knob_value knobs[] = { { &knob, "1000" } };
static struct metric_def metric = { "iops", "1/s", BETTER_HIGHER, "$.iops" };
static struct policy_def policy = { .name = "watermark-timer", .title = "T", .origin = "O" };
static struct workload_def workload = { .name = "burst",
					.title = "B",
					.output = "out.json",
					.metrics = &metric,
					.n_metrics = 1,
					.swap = SWAP_ZRAM,
					.swap_bytes = 4096 };
static struct kernel kernel = {
	.name = "debian-6.1", .id = "abc", .release = "6.1.0", .version = "linux-image 6.1.0-1"
};
static struct kernel_def kernel_def = { .name = "debian-6.1" };
static struct cell cell = {
	.kernel = &kernel_def,
	.id = "0123456789abcdef",
	.group = "fedcba9876543210",
	.policy = &policy,
	.policy_knobs = knobs,
	.n_policy_knobs = 1,
	.workload = &workload,
	.mode = MODE_TCG,
	.rep = 2,
	.seed = 7,
	.machine = &machine,
	.trace = &trace,
	.counters = &no_counters,
	.sample = &no_sample,
};

/* --- a guest's voice ------------------------------------------------------------------ */

struct voice {
	struct strbuf bytes;
	uint32_t seq;
};

static void say(struct voice *v, enum wire_type type, const void *payload, size_t len)
{
	uint8_t out[WIRE_HEADER + WIRE_PAYLOAD_MAX];

	strbuf_add(&v->bytes, out, wire_encode(type, v->seq++, payload, (uint32_t)len, out));
}

static void say_text(struct voice *v, enum wire_type type, const char *text)
{
	say(v, type, text, strlen(text));
}

static void say_u64(struct voice *v, enum wire_type type, uint64_t n)
{
	uint8_t le[8];

	for (int i = 0; i < 8; i++)
		le[i] = (uint8_t)(n >> 8 * i);
	say(v, type, le, 8);
}

static void say_file(struct voice *v, const char *path, const char *text)
{
	say_text(v, WIRE_FILE_OPEN, path);
	say_text(v, WIRE_FILE_DATA, text);
	say_u64(v, WIRE_FILE_CLOSE, strlen(text));
}

static void say_end(struct voice *v, const char *outcome)
{
	say_text(v, WIRE_OUTCOME, outcome);
	say(v, WIRE_BYE, NULL, 0);
}

static struct voice good_guest(void)
{
	struct voice v = { 0 };

	say_text(&v, WIRE_HELLO, "6.1.0-guest");
	say(&v, WIRE_PHASE, "\1\0\0\0\0\0\0\0setup", 13);
	say(&v, WIRE_PHASE, "\2\0\0\0\0\0\0\0workload", 16);
	say_text(&v, WIRE_LOG, "knob set");
	say_file(&v, "before/vmstat", "nr_free_pages 1\n");
	say_file(&v, "before/meminfo", "MemTotal: 1 kB\n");
	say_file(&v, "out/out.json", "{}");
	say_end(&v, "ok\n");
	return v;
}

/* --- a results folder --------------------------------------------------------------------- */

static char *new_results(void)
{
	_cleanup_free_ char *dir = scratch_folder();

	return xasprintf("%s/results", dir);
}

static void drop_results(char **results)
{
	*strrchr(*results, '/') = '\0';
	dir_remove(*results, NULL);
	free(*results);
}
#define _cleanup_results_ cleanup(drop_results)

static int feed(struct artifact *a, const struct voice *v, size_t step, struct error **err)
{
	struct machine_sink s = artifact_sink(a);

	for (size_t at = 0; at < v->bytes.len; at += step) {
		size_t n = v->bytes.len - at < step ? v->bytes.len - at : step;

		if (s.stream(s.arg, v->bytes.data + at, n, err) < 0)
			return -1;
	}
	return 0;
}

static int publish(struct artifact *a, enum outcome o, char **ret_id, enum outcome *ret)
{
	struct machine_result m = {
		.outcome = o, .command = "qemu", .duration_s = 9.5, .boot_s = 2
	};

	return artifact_publish(a, &kernel, &m, ret_id, ret, NULL);
}

static char *run_text(const char *results, const char *run_id, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/runs/%s/%s", results, run_id, name);
	char *text = NULL;

	file_read(path, &text, NULL, NULL);
	return text;
}

/* The words of the error that this voice ends in, or NULL; they live until the next call. */
static const char *complaint_about(const struct voice *v, enum exit_code *ret_code)
{
	static char *text;
	_cleanup_results_ char *results = new_results();
	_cleanup_artifact_ struct artifact *a = artifact_create(results, &cell, "c", NULL);
	_cleanup_error_ struct error *err = NULL;

	free(steal_ptr(&text));
	if (a && feed(a, v, 4096, &err) < 0) {
		text = xstrdup(err->msg);
		*ret_code = err->code;
	}
	return text;
}

#define EXPECT_TORN(voice, words)                                                                  \
	do {                                                                                       \
		enum exit_code code = EXIT_OK;                                                     \
		const char *why = complaint_about(&(voice), &code);                                \
                                                                                                   \
		strbuf_deinit(&(voice).bytes);                                                     \
		if (!why || !strstr(why, words) || code != EXIT_FAULT)                             \
			FAIL("\"%s\" (code %d), expected \"%s\"", why ?: "no error", code, words); \
	} while (0)

/* --- whole runs -------------------------------------------------------------------------- */

TEST(a_good_guest_in_any_cut)
{
	static const size_t steps[] = { 1, 7, 20, 4096, 1 << 20 };
	struct voice v = good_guest();

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		_cleanup_results_ char *results = new_results();
		_cleanup_artifact_ struct artifact *a =
			artifact_create(results, &cell, "camp", NULL);
		_cleanup_free_ char *id = NULL, *vmstat = NULL, *phases = NULL, *log = NULL;
		enum outcome o = OUTCOME_HANG;

		EXPECT(a);
		EXPECT_INT(feed(a, &v, steps[i], NULL), 0);
		EXPECT(artifact_guest(a)->hello && artifact_guest(a)->bye);
		EXPECT_STR(artifact_guest(a)->phase, "workload");
		EXPECT_INT(publish(a, OUTCOME_OK, &id, &o), 0);
		EXPECT_STR(id, "0123456789abcdef-1");
		EXPECT_INT(o, OUTCOME_OK);
		vmstat = run_text(results, id, "guest/before/vmstat");
		EXPECT_STR(vmstat, "nr_free_pages 1\n");
		phases = run_text(results, id, "guest/phases");
		EXPECT_STR(phases, "1 setup\n2 workload\n");
		log = run_text(results, id, "agent.log");
		EXPECT_STR(log, "knob set\n");
	}
	strbuf_deinit(&v.bytes);
}

static const char *string_at(json_t *o, const char *key, const char *sub)
{
	json_t *v = json_object_get(o, key);

	return json_string_value(sub ? json_object_get(v, sub) : v);
}

TEST(the_manifest_says_it_all)
{
	_cleanup_results_ char *results = new_results();
	_cleanup_artifact_ struct artifact *a = artifact_create(results, &cell, "camp", NULL);
	_cleanup_free_ char *id = NULL, *text = NULL;
	struct voice v = good_guest();
	enum outcome o;
	json_t *run, *first;

	EXPECT_INT(feed(a, &v, 4096, NULL), 0);
	strbuf_deinit(&v.bytes);
	EXPECT_INT(publish(a, OUTCOME_OK, &id, &o), 0);
	text = run_text(results, id, "run.json");
	run = json_loads(text, 0, NULL);
	EXPECT(run);
	EXPECT_STR(string_at(run, "run_id", NULL), id);
	EXPECT_STR(string_at(run, "cell_id", NULL), cell.id);
	EXPECT_STR(string_at(run, "group", NULL), cell.group);
	EXPECT_STR(string_at(run, "campaign_id", NULL), "camp");
	EXPECT_STR(string_at(run, "outcome", NULL), "ok");
	EXPECT_STR(string_at(run, "mode", NULL), "tcg");
	EXPECT_STR(string_at(run, "swap", NULL), "zram");
	EXPECT_STR(string_at(run, "kernel", "release"), "6.1.0");
	EXPECT_STR(string_at(run, "kernel", "guest_release"), "6.1.0-guest");
	EXPECT_STR(json_string_value(json_object_get(
			   json_object_get(json_object_get(run, "policy"), "knobs"), "expiry_ms")),
		   "1000");
	first = json_array_get(json_object_get(json_object_get(run, "workload"), "metrics"), 0);
	EXPECT_STR(string_at(first, "better", NULL), "higher");
	EXPECT_INT(json_integer_value(json_object_get(run, "rep")), 2);
	EXPECT_INT(json_integer_value(json_object_get(run, "mem_bytes")), 256 << 20);
	EXPECT_NEAR(json_real_value(json_object_get(run, "duration_s")), 9.5, 1e-9);
	EXPECT(string_at(run, "started_at", NULL)[10] == 'T');
	EXPECT(string_at(run, "host", "kernel"));
	json_decref(run);
}

TEST(an_agents_detail_goes_with_its_claim)
{
	_cleanup_results_ char *results = new_results();
	_cleanup_artifact_ struct artifact *a = artifact_create(results, &cell, "c", NULL);
	_cleanup_free_ char *id = NULL, *text = NULL;
	struct voice v = { 0 };
	enum outcome o;

	say_text(&v, WIRE_HELLO, "x");
	say_end(&v, "policy-refused\nexpiry_ms reads 0");
	EXPECT_INT(feed(a, &v, 4096, NULL), 0);
	strbuf_deinit(&v.bytes);
	EXPECT_INT(publish(a, OUTCOME_OK, &id, &o), 0);
	EXPECT_INT(o, OUTCOME_POLICY_REFUSED);
	text = run_text(results, id, "run.json");
	EXPECT(strstr(text, "\"detail\": \"expiry_ms reads 0\""));
}

TEST(runs_are_numbered_and_never_replaced)
{
	_cleanup_results_ char *results = new_results();
	_cleanup_strv_ char **runs = NULL;

	for (int i = 1; i <= 11; i++) {
		_cleanup_artifact_ struct artifact *a = artifact_create(results, &cell, "c", NULL);
		_cleanup_free_ char *id = NULL, *want = xasprintf("%s-%d", cell.id, i);
		enum outcome o;

		EXPECT_INT(publish(a, OUTCOME_HANG, &id, &o), 0);
		EXPECT_STR(id, want);
	}
	EXPECT_INT(artifact_runs(results, cell.id, &runs, NULL), 0);
	EXPECT_INT(strv_len(runs), 11);
	EXPECT_STR(runs[10], "0123456789abcdef-11"); /* by number, not by name */
	EXPECT_STR(runs[1], "0123456789abcdef-2");
}

TEST(a_name_that_appears_meanwhile_is_left_alone)
{
	_cleanup_results_ char *results = new_results();
	_cleanup_strv_ char **names = NULL;
	enum outcome o;
	char *id;

	/* Children race for the same numbers. */
	for (int i = 0; i < 8; i++) {
		if (fork() == 0) {
			struct artifact *a = artifact_create(results, &cell, "c", NULL);

			_exit(!a || publish(a, OUTCOME_OK, &id, &o) < 0);
		}
	}
	for (int i = 0, status; i < 8; i++) {
		EXPECT(wait(&status) > 0);
		EXPECT_INT(status, 0);
	}
	EXPECT_INT(artifact_runs(results, cell.id, &names, NULL), 0);
	EXPECT_INT(strv_len(names), 8);
	EXPECT_STR(names[7], "0123456789abcdef-8");
	for (int i = 0; i < 8; i++) {
		_cleanup_free_ char *text = run_text(results, names[i], "run.json");

		EXPECT(text && strstr(text, names[i])); /* each says its own name */
	}
}

TEST(the_outcome_is_read_back)
{
	_cleanup_results_ char *results = new_results();
	_cleanup_artifact_ struct artifact *a = artifact_create(results, &cell, "c", NULL);
	_cleanup_free_ char *id = NULL;
	_cleanup_error_ struct error *err = NULL;
	enum outcome o, back = OUTCOME_OK;

	EXPECT_INT(publish(a, OUTCOME_VM_LOST, &id, &o), 0);
	EXPECT_INT(artifact_outcome(results, id, &back, NULL), 0);
	EXPECT_INT(back, OUTCOME_VM_LOST);
	EXPECT_INT(artifact_outcome(results, "nope-1", &back, &err), -1);
	EXPECT(strstr(err->msg, "nope-1/run.json"));
}

/* --- guests that lie ---------------------------------------------------------------------- */

TEST(a_broken_frame_says_where)
{
	struct voice v = good_guest();

	v.bytes.data[v.bytes.len / 2] ^= 1;
	EXPECT_TORN(v, "at byte ");
}

TEST(paths_stay_inside)
{
	static const char *const paths[] = { "../x", "/etc/x", "a/../../x", "a//b", "a/",
					     ".",    "a b",    "a\\b",      "a/..", "\303\244" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct voice v = { 0 };

		say_text(&v, WIRE_HELLO, "x");
		say_file(&v, paths[i], "x");
		EXPECT_TORN(v, "bad file path");
	}
}

TEST(a_file_comes_once)
{
	struct voice v = { 0 };

	say_text(&v, WIRE_HELLO, "x");
	say_file(&v, "a/b", "1");
	say_file(&v, "a/b", "2");
	EXPECT_TORN(v, "\"a/b\" was sent twice");
}

TEST(a_file_is_no_folder)
{
	struct voice v = { 0 }, w = { 0 };

	say_text(&v, WIRE_HELLO, "x");
	say_file(&v, "a", "1");
	say_file(&v, "a/b", "2");
	EXPECT_TORN(v, "was sent twice");
	say_text(&w, WIRE_HELLO, "x");
	say_file(&w, "a/b", "1");
	say_file(&w, "a", "2");
	EXPECT_TORN(w, "was sent twice");
}

TEST(pages_are_of_a_cpu_that_is_there)
{
	struct voice v = { 0 }, w = { 0 };

	say_text(&v, WIRE_HELLO, "x");
	say(&v, WIRE_PAGES, "\2\0\0\0page", 8);
	EXPECT_TORN(v, "pages of CPU 2; the machine has 2");
	say_text(&w, WIRE_HELLO, "x");
	say(&w, WIRE_PAGES, "\1\0\0\0page", 8);
	say_text(&w, WIRE_FILE_OPEN, "trace/cpu1.raw");
	EXPECT_TORN(w, "was sent twice");
}

TEST(a_file_has_its_length)
{
	struct voice v = { 0 };

	say_text(&v, WIRE_HELLO, "x");
	say_text(&v, WIRE_FILE_OPEN, "f");
	say_text(&v, WIRE_FILE_DATA, "four");
	say_u64(&v, WIRE_FILE_CLOSE, 5);
	EXPECT_TORN(v, "has 4 bytes, 5 were announced");
}

TEST(frames_come_in_order)
{
	static const struct {
		enum wire_type first, second;
		const char *words;
	} rows[] = {
		{ WIRE_FILE_OPEN, WIRE_FILE_OPEN, "while another one is open" },
		{ WIRE_LOG, WIRE_FILE_DATA, "without an open file" },
		{ WIRE_LOG, WIRE_FILE_CLOSE, "that isn't open" },
		{ WIRE_OUTCOME, WIRE_OUTCOME, "a second outcome" },
		{ WIRE_LOG, WIRE_BYE, "bye without an outcome" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct voice v = { 0 };

		say_text(&v, WIRE_HELLO, "x");
		for (int k = 0; k < 2; k++) {
			enum wire_type t = k ? rows[i].second : rows[i].first;
			size_t n = t == WIRE_BYE ? 0 : t == WIRE_FILE_CLOSE ? 8 : 2;

			say(&v, t, "ok\0\0\0\0\0\0", n);
		}
		EXPECT_TORN(v, rows[i].words);
	}
}

TEST(bye_is_the_end)
{
	struct voice v = good_guest(), w = { 0 };

	say_text(&v, WIRE_LOG, "one more");
	EXPECT_TORN(v, "a frame after bye");
	say_text(&w, WIRE_HELLO, "x");
	say_text(&w, WIRE_OUTCOME, "ok\n");
	say_text(&w, WIRE_FILE_OPEN, "f");
	say(&w, WIRE_BYE, NULL, 0);
	EXPECT_TORN(w, "bye while a file is open");
}

TEST(an_agent_claims_only_what_it_can_know)
{
	static const char *const claims[] = { "vm-lost\n", "hang\n", "interrupted", "fine\n",
					      "\n" };

	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		struct voice v = { 0 };

		say_text(&v, WIRE_HELLO, "x");
		say_text(&v, WIRE_OUTCOME, claims[i]);
		EXPECT_TORN(v, "an outcome that an agent can't know");
	}
}

TEST(files_and_phases_are_counted)
{
	struct voice v = { 0 }, w = { 0 };

	say_text(&v, WIRE_HELLO, "x");
	for (int i = 0; i < 10001; i++) {
		_cleanup_free_ char *path = xasprintf("f%d", i);

		say_file(&v, path, "x");
	}
	EXPECT_TORN(v, "too many files");
	say_text(&w, WIRE_HELLO, "x");
	for (int i = 0; i < 1001; i++)
		say(&w, WIRE_PHASE, "\0\0\0\0\0\0\0\0p", 9);
	EXPECT_TORN(w, "too many phases");
}

/* --- the disk ------------------------------------------------------------------------------ */

TEST(a_flooded_console_is_cut_and_marked)
{
	_cleanup_results_ char *results = new_results();
	_cleanup_artifact_ struct artifact *a = artifact_create(results, &cell, "c", NULL);
	_cleanup_free_ char *id = NULL, *text = NULL, *block = xmalloc(1 << 20);
	struct machine_sink s = artifact_sink(a);
	enum outcome o;

	memset(block, 'x', 1 << 20);
	for (int i = 0; i < 17; i++)
		EXPECT_INT(s.console(s.arg, block, 1 << 20), 0);
	EXPECT_INT(publish(a, OUTCOME_OK, &id, &o), 0);
	text = run_text(results, id, "console.log");
	EXPECT_INT(strspn(text, "x"), 16 << 20);
	EXPECT_STR(text + (16 << 20), "\n[harness: cut here, 1048576 bytes dropped]\n");
}

/* A limit on file sizes stands for a full disk: it needs no privileges. */
TEST(a_full_disk_is_the_hosts_fault)
{
	int status;

	if (fork() == 0) {
		struct rlimit small = { 4096, 4096 };
		char *results = new_results(), *tmp = xasprintf("%s/tmp", results), **left = NULL;
		struct artifact *a = artifact_create(results, &cell, "c", NULL);
		_cleanup_free_ char *big = xmalloc(WIRE_DATA_MAX);
		struct voice v = { 0 };
		struct error *err = NULL;

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &small);
		memset(big, 0, WIRE_DATA_MAX);
		say_text(&v, WIRE_HELLO, "x");
		say_text(&v, WIRE_FILE_OPEN, "trace/cpu0.raw");
		say(&v, WIRE_FILE_DATA, big, WIRE_DATA_MAX);
		if (!a || feed(a, &v, 4096, &err) == 0)
			_exit(1);
		if (err->code != EXIT_HOST || !strstr(err->msg, "trace/cpu0.raw"))
			_exit(2);
		artifact_destroy(a);
		if (dir_list(tmp, &left, NULL) < 0 || strv_len(left) != 1)
			_exit(3); /* .lock and no half directory */
		drop_results(&results);
		_exit(0);
	}
	EXPECT(wait(&status) > 0);
	EXPECT_INT(WEXITSTATUS(status), 0);
}

TEST(a_folder_that_cannot_be_made_is_the_hosts_fault)
{
	_cleanup_error_ struct error *err = NULL;

	EXPECT(!artifact_create("/proc/results", &cell, "c", &err));
	EXPECT(strstr(err->msg, "/proc/results"));
}

TEST(a_trace_that_cannot_fit_is_refused_first)
{
	_cleanup_results_ char *results = new_results();
	_cleanup_error_ struct error *err = NULL;
	struct trace_config huge = { .enabled = true, .buffer_kb = UINT32_MAX };
	struct machine_config many = { .cpus = 100000 };
	struct cell c = cell;

	c.trace = &huge;
	c.machine = &many;
	EXPECT(!artifact_create(results, &c, "c", &err));
	EXPECT_INT(err->code, EXIT_HOST);
	EXPECT(strstr(err->msg, "a run may need"));
}

TEST(a_sweep_takes_orphans_and_nothing_else)
{
	_cleanup_results_ char *results = new_results();
	_cleanup_artifact_ struct artifact *alive = artifact_create(results, &cell, "c", NULL);
	_cleanup_free_ char *tmp = xasprintf("%s/tmp", results),
			    *dead = xasprintf("%s/dead.x", tmp);
	_cleanup_strv_ char **orphans = NULL, **left = NULL;
	_cleanup_free_ char *id = NULL;
	enum outcome o;

	EXPECT(alive);
	EXPECT_INT(dir_make(dead, NULL), 0);
	EXPECT_INT(runs_orphans(results, &orphans, NULL), 0);
	EXPECT_INT(strv_len(orphans), 1);
	EXPECT_STR(orphans[0], dead);
	EXPECT_INT(artifact_sweep(results, NULL), 0);
	EXPECT(!path_exists(dead));
	EXPECT_INT(publish(alive, OUTCOME_HANG, &id, &o), 0); /* it lost nothing */
	EXPECT_INT(dir_list(tmp, &left, NULL), 0);
	EXPECT_INT(strv_len(left), 1);
}

TEST(an_unpublished_run_leaves_nothing)
{
	_cleanup_results_ char *results = new_results();
	struct artifact *a = artifact_create(results, &cell, "c", NULL);
	_cleanup_free_ char *tmp = xasprintf("%s/tmp", results);
	_cleanup_strv_ char **left = NULL, **runs = NULL;

	EXPECT(a);
	artifact_destroy(a);
	EXPECT_INT(dir_list(tmp, &left, NULL), 0);
	EXPECT_INT(strv_len(left), 1);
	EXPECT_INT(artifact_runs(results, cell.id, &runs, NULL), 0);
	EXPECT_INT(strv_len(runs), 0);
}

TEST_MAIN
