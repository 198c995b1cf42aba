// SPDX-License-Identifier: GPL-2.0-or-later
/* Boot files: archives, the job's text, modules, libraries. */
#include "test.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "image/closure.h"
#include "image/cpio.h"
#include "image/inputs.h"
#include "image/modules.h"
#include "wire/job.h"
#include "tests/unit/scratch.h"

#define MiB (1ull << 20)

static struct counters_config no_counters;
static struct sample_config no_sample;

/* A cell with nothing in it but what the tests set. */
struct fixture {
	struct machine_config machine;
	struct trace_config trace;
	struct policy_def policy;
	struct workload_def workload;
	struct cell cell;
};

static void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->machine = (struct machine_config){ .cpus = 2, .mem_bytes = 384 * MiB, .heartbeat_s = 5 };
	f->workload.name = "job";
	f->workload.timeout_s = 60;
	f->cell = (struct cell){
		.policy = &f->policy,
		.workload = &f->workload,
		.machine = &f->machine,
		.trace = &f->trace,
		.counters = &no_counters,
		.sample = &no_sample,
		.mode = MODE_TCG,
		.seed = 7,
	};
}

/* --- archives ---------------------------------------------------------------------- */

static int write_archive(const char *path)
{
	_cleanup_cpio_ struct cpio *c = cpio_create(path, NULL);

	if (!c || cpio_dir(c, "policy", NULL) < 0 || cpio_chardev(c, "console", 5, 1, NULL) < 0 ||
	    cpio_data(c, "policy/a.ko", 0444, "hello", 5, NULL) < 0)
		return -1;
	return cpio_finish(c, NULL);
}

/* A field of a newc header: eight hex digits. */
static unsigned long field(const char *header, int index)
{
	_cleanup_free_ char *digits = xstrndup(header + 6 + 8 * index, 8);

	return strtoul(digits, NULL, 16);
}

TEST(archives_are_what_the_kernel_unpacks)
{
	_cleanup_free_ char *path = scratch_path("a.cpio"), *data = NULL;
	size_t len;
	const char *file;

	EXPECT_INT(write_archive(path), 0);
	EXPECT_INT(file_read(path, &data, &len, NULL), 0);
	EXPECT(memcmp(data, "070701", 6) == 0);
	EXPECT_STR(data + 110, "policy");
	EXPECT_INT(field(data, 1), 040755);
	EXPECT_INT(len % 512, 0);
	/* The third entry: the first two have no data, names padded to 4 with the header. */
	file = data + 120 + 120;
	EXPECT(memcmp(file, "070701", 6) == 0);
	EXPECT_INT(field(file, 0), 2); /* inode numbers in order: no hard links */
	EXPECT_INT(field(file, 1), 0100444);
	EXPECT_INT(field(file, 2), 0); /* owner */
	EXPECT_INT(field(file, 5), 0); /* time */
	EXPECT_INT(field(file, 6), 5);
	EXPECT_STR(file + 110, "policy/a.ko");
	EXPECT(memcmp(file + 124, "hello", 5) == 0);
	EXPECT(memmem(data, len, "TRAILER!!!", 10));
}

TEST(equal_contents_give_equal_archives)
{
	_cleanup_free_ char *a = scratch_path("1.cpio"), *b = scratch_path("2.cpio");
	_cleanup_free_ char *da = NULL, *db = NULL;
	size_t la, lb;

	EXPECT_INT(write_archive(a), 0);
	EXPECT_INT(write_archive(b), 0);
	EXPECT_INT(file_read(a, &da, &la, NULL), 0);
	EXPECT_INT(file_read(b, &db, &lb, NULL), 0);
	EXPECT_INT(la, lb);
	EXPECT(memcmp(da, db, la) == 0);
}

TEST(an_archive_that_cannot_be_written_is_an_error)
{
	_cleanup_error_ struct error *err = NULL;

	EXPECT(!cpio_create("/nonexistent/a.cpio", &err));
	EXPECT(strstr(err->msg, "/nonexistent/a.cpio"));
}

/* --- the job ------------------------------------------------------------------------ */

static struct knob_def knob_defs[] = {
	{ .name = "expiry_ms" },
	{ .name = "factor", .set = "/proc/sys/vm/watermark_scale_factor" },
};
static struct knob_value knob_values[] = {
	{ &knob_defs[0], "250" },
	{ &knob_defs[1], "1\n0" },
};
static struct counter_def counters[] = {
	{ .name = "fired", .file = "/proc/policy/timer", .liveness = true },
	{ .name = "pages", .file = "/proc/policy/timer" },
};
static char *params[] = { "expiry=${expiry_ms}", "debug=1", NULL };
static struct module_def modules[] = { { .name = "policy-timer", .params = params } };
static struct policy_file policy_files[] = {
	{ "/host/policy-timer.ko", "/policy/policy-timer.ko", "expiry=250 debug=1" },
};
static char *guest_modules[] = { "/lib/modules/nd_pmem.ko", NULL };
static char *command[] = { "fio", "--dir=${dir}", "${data}", "${mem_kb} ${cpus} ${seed}", NULL };
static char *events[] = { "vmscan:*", NULL };

static void job_fixture(struct fixture *f, struct image_inputs *in)
{
	fixture_init(f);
	f->trace =
		(struct trace_config){ .enabled = true, .buffer_kb = 64, .wishes.events = events };
	f->policy = (struct policy_def){
		.name = "timer",
		.modules = modules,
		.n_modules = 1,
		.counters = counters,
		.n_counters = 2,
	};
	f->workload.command = command;
	f->workload.output = "fio.json";
	f->workload.swap = SWAP_PMEM;
	f->workload.data_bytes = 2 * MiB;
	f->cell.policy_knobs = knob_values;
	f->cell.n_policy_knobs = 2;
	*in = (struct image_inputs){
		.cell = &f->cell,
		.initrd.modules = guest_modules,
		.tools_bytes = 4096,
		.program = "/usr/bin/fio",
		.policy = policy_files,
		.n_policy = 1,
		.layout = { .swap_start = 1, .swap_bytes = 2, .data_start = 3, .data_bytes = 4 },
	};
}

TEST(the_job_says_everything)
{
	static const char want[] =
		"version 1\nstream " JOB_STREAM_PORT "\nheartbeat_ms 5000\nseed 7\n"
		"tools 4096\nswap pmem 1 2\ndata 3 4\n"
		"trace_buffer_kb 64\ntrace_event vmscan:*\n"
		"trace_kprobe p:shrink shrink_node\ntrace_graph shrink_*\ntrace_stream 50 100\n"
		"perf_group cycles,instructions\nperf_per both\nperf_interval_ms 20\n"
		"policy_module /policy/policy-timer.ko expiry=250 debug=1\n"
		"knob factor /proc/sys/vm/watermark_scale_factor 1\\n0\n"
		"module_param expiry_ms policy_timer expiry 250\n"
		"module_param debug policy_timer debug 1\n"
		"counter fired live /proc/policy/timer\ncounter pages plain /proc/policy/timer\n"
		"workload job\narg /usr/bin/fio\narg --dir=/workloads/job\n"
		"arg " JOB_DATA_DEVICE "\narg 393216 2 7\noutput fio.json\ntimeout_s 60\n";
	char *kprobes[] = { "p:shrink shrink_node", NULL }, *functions[] = { "shrink_*", NULL };
	char *groups[] = { "cycles,instructions", NULL };
	const struct counters_config counted = { groups, COUNTERS_BOTH, 20 };
	_cleanup_job_text_ struct job_text parsed = { 0 };
	_cleanup_free_ char *text = NULL;
	struct image_inputs in;
	struct fixture f;

	job_fixture(&f, &in);
	f.trace.wishes.kprobes = kprobes;
	f.trace.wishes.function_graph = functions;
	f.trace.stream_ms = 100;
	f.cell.counters = &counted;
	EXPECT_INT(job_text(&in, &text, NULL), 0);
	EXPECT_STR(text, want);
	EXPECT_INT(job_parse(text, &parsed, NULL), 0);
	EXPECT_STR(parsed.values[JOB_KNOB][0], "factor /proc/sys/vm/watermark_scale_factor 1\n0");
}

static struct knob_def said_def = { .name = "period_ms", .read = "/run/policy/d" };
static struct knob_value said[] = { { &said_def, "5000" } };

TEST(a_daemon_is_told_its_knobs_and_asked_for_them)
{
	char *args[] = { "--period", "${period_ms}", NULL };
	_cleanup_free_ char *text = NULL;
	struct image_inputs in;
	struct fixture f;

	job_fixture(&f, &in);
	f.policy = (struct policy_def){ .name = "d", .daemon = { "d.c", args } };
	f.cell.policy_knobs = said;
	f.cell.n_policy_knobs = 1;
	EXPECT_INT(job_text(&in, &text, NULL), 0);
	EXPECT(strstr(text, "\nknob_read period_ms /run/policy/d 5000\n"
			    "daemon /policy/daemon\ndaemon --period\ndaemon 5000\n"));
}

TEST(a_deterministic_guest_speaks_on_the_serial_port_and_has_one_cpu)
{
	_cleanup_free_ char *text = NULL;
	struct image_inputs in;
	struct fixture f;

	job_fixture(&f, &in);
	f.cell.mode = MODE_DETERMINISTIC;
	EXPECT_INT(job_text(&in, &text, NULL), 0);
	EXPECT(strstr(text, "stream " JOB_STREAM_TTY "\n"));
	EXPECT(!strstr(text, "trace_stream"));
	EXPECT(strstr(text, "arg 393216 1 7\n"));
}

/* Swap and data are two disks of one driver; nothing of either is a pmem range. */
TEST(simdisks_are_told_to_their_driver)
{
	_cleanup_free_ char *text = NULL, *one = NULL;
	struct image_inputs in;
	struct fixture f;

	job_fixture(&f, &in);
	in.simdisk = "/cache/simdisk.ko";
	in.layout.swap_reserved = in.layout.data_reserved = true;
	f.cell.seed = 1;
	f.workload.swap = SWAP_SIMDISK;
	f.workload.simdisk = (struct simdisk_config){ 80, 5, 500, 16 };
	EXPECT_INT(job_text(&in, &text, NULL), 0);
	EXPECT(strstr(text, "module /devices/simdisk.ko start=1,3 bytes=2,4 latency_us=80,80 "
			    "spread_us=5,5 bandwidth_mb=500,500 queue_depth=16,16 "
			    "seed=1,18446744073709551614\n"));
	EXPECT(strstr(text, "\nswap disk /dev/simdisk0\n"));
	EXPECT(strstr(text, "\ndata disk /dev/simdisk1\n"));
	in.layout.swap_reserved = false;
	f.workload.swap = SWAP_PMEM;
	EXPECT_INT(job_text(&in, &one, NULL), 0);
	EXPECT(strstr(one, "start=3 bytes=4 latency_us=80 "));
	EXPECT(strstr(one, "\nswap pmem 1 2\n"));
	EXPECT(strstr(one, "\ndata disk /dev/simdisk0\n"));
}

TEST(a_job_without_tracing_has_no_buffer)
{
	_cleanup_free_ char *text = NULL;
	struct image_inputs in;
	struct fixture f;

	job_fixture(&f, &in);
	f.trace.enabled = false;
	EXPECT_INT(job_text(&in, &text, NULL), 0);
	EXPECT(!strstr(text, "trace"));
}

TEST(data_without_a_device_is_an_error)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *text = NULL;
	struct image_inputs in;
	struct fixture f;

	job_fixture(&f, &in);
	in.layout.data_bytes = 0;
	EXPECT(job_text(&in, &text, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT(strstr(err->msg, "workload job"));
}

TEST(a_module_parameter_needs_a_value)
{
	static char *bad[] = { "debug", NULL };
	static struct module_def module = { .name = "m", .params = bad };
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *text = NULL;
	struct image_inputs in;
	struct fixture f;

	job_fixture(&f, &in);
	f.policy.modules = &module;
	EXPECT(job_text(&in, &text, &err) < 0);
	EXPECT(strstr(err->msg, "\"debug\" is not key=value"));
}

/* --- modules -------------------------------------------------------------------------- */

/*
 * A kernel's module folder of its own, with real if empty modules: depmod
 * finds out who needs whom by their symbols, as it does for a kernel's.
 */
struct tree {
	struct kernel kernel;
	char *root;
};

static void tree_init(struct tree *t, const char *builtin)
{
	static int n;
	_cleanup_free_ char *name = xasprintf("tree%d", n++), *path = NULL;

	memset(t, 0, sizeof(*t));
	t->root = scratch_path(name);
	t->kernel.name = "test";
	t->kernel.release = "1.2.3-test";
	t->kernel.modules = xasprintf("%s/lib/modules/1.2.3-test", t->root);
	dir_make(t->kernel.modules, NULL);
	path = xasprintf("%s/modules.builtin", t->kernel.modules);
	file_puts(path, builtin, NULL);
	setenv("XDG_CACHE_HOME", *scratch_own(), 1);
}

static void tree_deinit(struct tree *t)
{
	free(t->kernel.modules);
	free(t->root);
}

/* A module that exports its own name and uses the symbol `uses`. */
static void tree_add(struct tree *t, const char *name, const char *uses, const char *softdep)
{
	_cleanup_free_ char *ko = xasprintf("%s/%s.ko", t->kernel.modules, name);
	_cleanup_free_ char *source = xasprintf("%s/%s.c", t->root, name);
	_cleanup_strbuf_ struct strbuf c = { 0 };

	strbuf_printf(&c,
		      "#define IN(s) __attribute__((section(s), used)) static char\n"
		      "IN(\"__ksymtab_strings\") s[] = \"%s\";\n"
		      "IN(\".modinfo\") n[] = \"name=%s\";\n",
		      name, name);
	if (uses)
		strbuf_printf(&c, "extern int %s; int *u = &%s;\n", uses, uses);
	if (softdep)
		strbuf_printf(&c, "IN(\".modinfo\") d[] = \"softdep=%s\";\n", softdep);
	file_puts(source, c.data, NULL);
	proc_runl(NULL, NULL, "cc", "-c", "-o", ko, source, NULL);
}

static int tree_index(struct tree *t, struct error **err)
{
	return proc_runl(NULL, err, path_exists("/sbin/depmod") ? "/sbin/depmod" : "depmod", "-b",
			 t->root, t->kernel.release, NULL);
}

static char *joined(char *const *v)
{
	struct strbuf b = { 0 };

	for (; *v; v++)
		strbuf_printf(&b, "%s%s", b.len ? " " : "", *v);
	return strbuf_steal(&b);
}

TEST(modules_come_after_what_they_need)
{
	_cleanup_strv_ char **list = NULL;
	_cleanup_free_ char *text = NULL;
	struct tree t;

	tree_init(&t, "");
	tree_add(&t, "above", "below", "pre: soft");
	tree_add(&t, "below", NULL, NULL);
	tree_add(&t, "soft", NULL, NULL);
	EXPECT_INT(tree_index(&t, NULL), 0);
	EXPECT_INT(modules_resolve(&t.kernel, "above", &list, NULL), 0);
	text = joined(list);
	EXPECT_STR(text, "below.ko soft.ko above.ko");
	tree_deinit(&t);
}

TEST(a_module_that_is_built_in_is_not_loaded)
{
	_cleanup_strv_ char **list = NULL;
	struct tree t;

	tree_init(&t, "kernel/drivers/virtio/virtio_pci.ko\n");
	EXPECT_INT(tree_index(&t, NULL), 0);
	EXPECT_INT(modules_resolve(&t.kernel, "virtio_pci", &list, NULL), 0);
	EXPECT(list && !list[0]);
	tree_deinit(&t);
}

TEST(a_kernel_without_modules_loads_none)
{
	struct kernel k = { .name = "test", .release = "1.2.3-test" };
	_cleanup_strv_ char **list = NULL;

	EXPECT_INT(modules_for_devices(&k, true, &list, NULL), 0);
	EXPECT(list && !list[0]);
}

TEST(a_kernel_without_what_a_device_needs_is_named)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_strv_ char **list = NULL;
	struct tree t;

	tree_init(&t, "kernel/virtio_pci.ko\n");
	tree_add(&t, "virtio_console", NULL, NULL);
	EXPECT_INT(tree_index(&t, NULL), 0);
	EXPECT(modules_for_devices(&t.kernel, false, &list, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT(str_starts(err->msg, "kernel test has no nd_pmem, "));
	tree_deinit(&t);
}

TEST(zram_is_asked_for_only_by_who_swaps_to_it)
{
	_cleanup_strv_ char **without = NULL, **with = NULL;
	_cleanup_free_ char *text = NULL;
	struct tree t;

	tree_init(&t, "k/virtio_pci.ko\nk/virtio_console.ko\nk/nd_pmem.ko\nk/nd_e820.ko\n"
		      "k/nfit.ko\nk/erofs.ko\n");
	tree_add(&t, "zram", "zsmalloc", NULL);
	tree_add(&t, "zsmalloc", NULL, NULL);
	tree_add(&t, "lzo_rle", "zsmalloc", NULL);
	EXPECT_INT(tree_index(&t, NULL), 0);
	EXPECT_INT(modules_for_devices(&t.kernel, false, &without, NULL), 0);
	EXPECT(!without[0]);
	EXPECT_INT(modules_for_devices(&t.kernel, true, &with, NULL), 0);
	text = joined(with);
	/* Each once, though two need the first. */
	EXPECT_STR(text, "zsmalloc.ko lzo_rle.ko zram.ko");
	tree_deinit(&t);
}

/* --- programs --------------------------------------------------------------------------- */

TEST(libraries_are_read_from_ldd)
{
	_cleanup_strv_ char **paths = NULL;
	_cleanup_free_ char *text = NULL;
	char ldd[] = "\tlinux-vdso.so.1 (0x00007ffd)\n"
		     "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fd6)\n"
		     "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fd6)\n"
		     "\t/lib64/ld-linux-x86-64.so.2 (0x00007fd6)\n";

	EXPECT_INT(closure_parse_ldd("fio", ldd, &paths, NULL), 0);
	text = joined(paths);
	EXPECT_STR(text, "/lib/x86_64-linux-gnu/libm.so.6 /lib64/ld-linux-x86-64.so.2");
}

TEST(a_missing_library_is_an_error)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_strv_ char **paths = NULL;
	char ldd[] = "\tlibx.so.1 => not found\n";

	EXPECT(closure_parse_ldd("fio", ldd, &paths, &err) < 0);
	EXPECT_INT(err->code, EXIT_HOST);
	EXPECT_STR(err->msg, "fio: libx.so.1 => not found");
}

TEST(a_program_comes_with_its_loader)
{
	_cleanup_strv_ char **paths = NULL;
	_cleanup_free_ char *text = NULL;

	EXPECT_INT(closure_add("ls", &paths, NULL), 0);
	text = joined(paths);
	EXPECT(str_ends(paths[0], "/ls"));
	EXPECT(strstr(text, "/ld-linux"));
	EXPECT(strstr(text, "/libc.so.6"));
}

TEST(scripts_and_missing_programs_are_refused)
{
	_cleanup_error_ struct error *script = NULL, *none = NULL;
	_cleanup_strv_ char **paths = NULL;

	EXPECT(closure_add("ldd", &paths, &script) < 0);
	EXPECT_INT(script->code, EXIT_INPUT);
	EXPECT(strstr(script->msg, "not a 64-bit ELF program"));
	EXPECT(closure_add("no-such-program", &paths, &none) < 0);
	EXPECT_INT(none->code, EXIT_HOST);
}

TEST_MAIN
