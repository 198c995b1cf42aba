// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plants faults in real guests (fault_init.c) and on the host, and checks the
 * outcome that each leaves.  usage: fault_driver INIT HARNESS_TOML [TEST];
 * TEST is a part of the names of those to run.  The kernel is Debian's 6.1, or with FAULT_KERNEL=bzImage FAULT_MODULES=lib/modules/X any.
 */
#include <dirent.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "artifact/artifact.h"
#include "artifact/runs.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "image/cpio.h"
#include "image/modules.h"
#include "machine/child.h"
#include "machine/host_clock.h"
#include "machine/probe_guest.h"
#include "machine/qemu.h"
#include "tests/unit/test.h"

#define MIB (1ull << 20)

static const char *init_path, *config_path;
static char *work, *results, *initrd;
static struct config *config;
static struct kernel *kernel;

static struct machine_config machine = { 2, 256 * MIB, 60, 1 };
static struct trace_config trace = { .enabled = false };
static struct counters_config no_counters;
static const struct sample_config no_sample;
static struct policy_def policy = { .name = "stock", .title = "nothing", .origin = "-" };
static struct workload_def workload = {
	.name = "fault", .title = "a planted fault", .output = "none", .timeout_s = 60
};

/* What one guest is given, and what came of it. */
struct trial {
	const char *fault;
	unsigned int boot_timeout_s, timeout_s;
	uint64_t mem_bytes;
	void (*before)(struct trial *t);   /* in run_in_child() only */
	void (*on_frame)(struct trial *t); /* after hello, once */
	bool done;                         /* on_frame was called */
	struct artifact *artifact;
	struct machine_sink inner;
	pid_t qemu;

	int r;
	struct error *err;
	struct machine_result machine;
	enum outcome outcome;
	char *run_id;
};

/* --- preparation ------------------------------------------------------------------- */

static int get_kernel(struct error **err)
{
	const char *image = getenv("FAULT_KERNEL"), *modules = getenv("FAULT_MODULES");
	const struct kernel_def *def;

	if (image) {
		kernel = xcalloc(1, sizeof(*kernel));
		kernel->name = xstrdup("given");
		kernel->release = xstrdup("given");
		kernel->version = xstrdup(image);
		kernel->image = xstrdup(image);
		kernel->modules = xstrdup(modules ?: "/nonexistent");
		return 0;
	}
	config = config_load(config_path, err);
	if (!config || !(def = config_kernel(config, "debian-6.1", err)))
		return -1;
	return kernel_get(def, &kernel, err);
}

static int add_modules(struct cpio *c, const char *name, int *n, struct error **err)
{
	_cleanup_strv_ char **paths = NULL;

	if (modules_resolve(kernel, name, &paths, err) < 0)
		return -1;
	for (size_t i = 0; paths[i]; i++) {
		_cleanup_free_ char *to =
			xasprintf("modules/%02d-%s", (*n)++, strrchr(paths[i], '/') + 1);
		_cleanup_free_ char *from = xasprintf("%s/%s", kernel->modules, paths[i]);

		if (cpio_file(c, to, 0644, from, err) < 0)
			return -1;
	}
	return 0;
}

static int make_initrd(struct error **err)
{
	_cleanup_cpio_ struct cpio *c = NULL;
	int n = 0;

	initrd = xasprintf("%s/initrd", work);
	c = cpio_create(initrd, err);
	if (!c || cpio_dir(c, "modules", err) < 0 || cpio_dir(c, "dev", err) < 0 ||
	    cpio_chardev(c, "dev/console", 5, 1, err) < 0 ||
	    cpio_file(c, "init", 0755, init_path, err) < 0)
		return -1;
	if (!getenv("FAULT_KERNEL") && (add_modules(c, "virtio_pci", &n, err) < 0 ||
					add_modules(c, "virtio_console", &n, err) < 0))
		return -1;
	return cpio_finish(c, err);
}

static int prepare(struct error **err)
{
	work = xstrdup("/tmp/mm-harness-faults-XXXXXX");
	if (!mkdtemp(work))
		return error_set(err, EXIT_HOST, "no temporary folder");
	results = xasprintf("%s/results", work);
	return get_kernel(err) < 0 || make_initrd(err) < 0 ? -1 : 0;
}

/* --- one guest --------------------------------------------------------------------- */

/* The QEMU that is our child, or 0. */
static pid_t find_qemu(pid_t parent)
{
	_cleanup_closedir_ DIR *d = opendir("/proc");
	struct dirent *e;

	while (d && (e = readdir(d))) {
		_cleanup_free_ char *path = xasprintf("/proc/%s/stat", e->d_name);
		_cleanup_fclose_ FILE *f = fopen(path, "re");
		char comm[32];
		int pid, ppid;

		if (f && fscanf(f, "%d (%31[^)]) %*c %d", &pid, comm, &ppid) == 3 &&
		    ppid == parent && str_starts(comm, "qemu-system"))
			return pid;
	}
	return 0;
}

static int sink_stream(void *arg, const void *data, size_t len, struct error **err)
{
	struct trial *t = arg;
	int r = t->inner.stream(t->inner.arg, data, len, err);

	if (r == 0 && !t->done && t->on_frame && artifact_guest(t->artifact)->hello) {
		t->done = true;
		t->qemu = find_qemu(getpid());
		t->on_frame(t);
	}
	return r;
}

static int sink_console(void *arg, const void *data, size_t len)
{
	struct trial *t = arg;

	return t->inner.console(t->inner.arg, data, len);
}

static struct cell cell_of(const struct trial *t)
{
	static const struct kernel_def def = { .name = (char *)"faults" };
	struct cell c = {
		.kernel = &def,
		.kernel_id = "00",
		.policy = &policy,
		.workload = &workload,
		.mode = MODE_TCG,
		.rep = 1,
		.machine = &machine,
		.trace = &trace,
		.counters = &no_counters,
		.sample = &no_sample,
	};

	snprintf(c.id, sizeof(c.id), "%s", t->fault);
	snprintf(c.group, sizeof(c.group), "faults");
	return c;
}

static void run(struct trial *t)
{
	struct cell cell = cell_of(t);
	char *cmdline =
		xasprintf("console=ttyS0 loglevel=7 printk.time=1 panic=-1 fault=%s", t->fault);
	struct boot_files boot = { .kernel = kernel->image,
				   .initrd = initrd,
				   .cmdline = cmdline,
				   .layout = { .total_bytes = t->mem_bytes ?: 256 * MIB } };
	struct machine_spec spec = {
		.boot = &boot,
		.mode = MODE_TCG,
		.cpus = 2,
		.heartbeat_s = 1,
		.tsc_khz = host_tsc_khz(),
		.boot_timeout_s = t->boot_timeout_s ?: 60,
		.timeout_s = t->timeout_s ?: 60,
		.sink = { sink_console, sink_stream, t },
	};

	t->artifact = artifact_create(results, &cell, "faults", &t->err);
	if (!t->artifact) {
		t->r = -1;
		return;
	}
	t->inner = artifact_sink(t->artifact);
	spec.guest = artifact_guest(t->artifact);
	t->r = machine_run(&spec, &t->machine, &t->err);
	if (t->r == 0)
		t->r = artifact_publish(t->artifact, kernel, &t->machine, &t->run_id, &t->outcome,
					&t->err);
	artifact_destroy(t->artifact);
	t->artifact = NULL;
	free(cmdline);
}

static char *run_file(const struct trial *t, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/runs/%s/%s", results, t->run_id ?: "none", name);
	char *text = NULL;

	file_read(path, &text, NULL, NULL);
	return text;
}

/* "hang: no heartbeat for 5 s …", what all but a few tests look at; lives until the next call. */
static const char *outcome_of(struct trial *t)
{
	static char *text;
	_cleanup_free_ char *manifest = NULL;

	run(t);
	/* Emulated machines rarely fail to come up: a fault that was never reached is no result. */
	if (t->r == 0 && t->outcome == OUTCOME_BOOT_FAILED && !t->boot_timeout_s) {
		machine_result_deinit(&t->machine);
		t->machine = (struct machine_result){ 0 };
		free(steal_ptr(&t->run_id));
		run(t);
	}
	free(text);
	text = t->r < 0 ? xasprintf("error: %s", t->err ? t->err->msg : "?")
			: xstrdup(outcome_name(t->outcome));
	manifest = run_file(t, "run.json");
	if (t->r == 0 && (!manifest || !strstr(manifest, text)))
		return "a manifest that doesn't say so";
	printf("# %s: %s, %s after %.1f s\n", t->fault, text, t->machine.detail ?: "no detail",
	       t->machine.duration_s);
	return text;
}

static bool all_reaped(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && find_qemu(getpid()) == 0;
}

static void trial_deinit(struct trial *t)
{
	machine_result_deinit(&t->machine);
	error_free(t->err);
	free(t->run_id);
}
#define _cleanup_trial_ cleanup(trial_deinit)

/* --- tests --------------------------------------------------------------------------- */

#define OUTCOME_TEST(id, name, want, ...)                                        \
	TEST(id)                                                                 \
	{                                                                        \
		_cleanup_trial_ struct trial t = { .fault = name, __VA_ARGS__ }; \
                                                                                 \
		EXPECT_STR(outcome_of(&t), want);                                \
		EXPECT(all_reaped());                                            \
	}

OUTCOME_TEST(panic_is_named, "panic", "kernel-panic")
OUTCOME_TEST(oops_beats_the_agents_ok, "oops", "kernel-oops")
OUTCOME_TEST(silence_is_a_hang, "hang", "hang")
OUTCOME_TEST(alive_for_too_long_is_a_timeout, "timeout", "timeout", .timeout_s = 20)
OUTCOME_TEST(dead_init_is_a_panic, "exit", "kernel-panic")
OUTCOME_TEST(poweroff_without_bye_is_vm_lost, "poweroff", "vm-lost")
OUTCOME_TEST(garbage_tears_the_stream, "garbage", "stream-torn")
OUTCOME_TEST(short_file_tears_the_stream, "short-file", "stream-torn")
OUTCOME_TEST(mute_agent_is_boot_failed, "mute", "boot-failed", .boot_timeout_s = 12)
OUTCOME_TEST(memory_hog_is_oom, "oom", "oom")
OUTCOME_TEST(refused_policy_is_passed_on, "refused", "policy-refused")

TEST(good_guest_leaves_a_whole_run)
{
	_cleanup_trial_ struct trial t = { .fault = "none" };
	_cleanup_free_ char *file = NULL, *log = NULL, *phases = NULL;

	EXPECT_STR(outcome_of(&t), "ok");
	EXPECT_STR(t.run_id, "none-1");
	EXPECT(t.machine.boot_s > 0 && t.machine.boot_s < t.machine.duration_s);
	file = run_file(&t, "guest/before/vmstat");
	EXPECT_STR(file, "nr_free_pages 1\n");
	log = run_file(&t, "agent.log");
	EXPECT_STR(log, "all is well\n");
	phases = run_file(&t, "guest/phases");
	EXPECT(phases && strstr(phases, " measure\n"));
}

TEST(console_is_kept_whole)
{
	_cleanup_trial_ struct trial t = { .fault = "flood" };
	_cleanup_free_ char *console = NULL;
	size_t bytes = 0;

	EXPECT_STR(outcome_of(&t), "ok");
	console = run_file(&t, "console.log");
	EXPECT(console);
	for (char *p = console; (p = strchr(p, '~')); p++)
		bytes++;
	EXPECT_INT(bytes, 400 * 1022);
	EXPECT(strstr(console, "Linux version"));
}

TEST(escaping_paths_tear_the_stream)
{
	_cleanup_trial_ struct trial t = { .fault = "escape" };
	_cleanup_free_ char *outside = xasprintf("%s/escaped", work);

	EXPECT_STR(outcome_of(&t), "stream-torn");
	EXPECT(!path_exists(outside));
}

static void kill_qemu(struct trial *t)
{
	if (t->qemu)
		kill(t->qemu, SIGKILL);
}

TEST(killed_process_is_vm_lost)
{
	_cleanup_trial_ struct trial t = { .fault = "timeout", .on_frame = kill_qemu };

	EXPECT_STR(outcome_of(&t), "vm-lost");
	EXPECT(strstr(t.machine.detail, "signal 9"));
	EXPECT(all_reaped());
}

static void stop_qemu(struct trial *t)
{
	if (t->qemu)
		kill(t->qemu, SIGSTOP);
}

/* A stopped process doesn't act on SIGTERM: the supervisor has to go on to SIGKILL. */
TEST(stopped_process_is_a_hang_and_is_reaped)
{
	_cleanup_trial_ struct trial t = { .fault = "timeout", .on_frame = stop_qemu };

	EXPECT_STR(outcome_of(&t), "hang");
	EXPECT(all_reaped());
}

static void die(struct trial *t)
{
	/* In a child of the test: its parent reads QEMU's pid from here. */
	printf("%d\n", (int)t->qemu);
	fflush(stdout);
	kill(getpid(), SIGKILL);
}

static bool gone_within(pid_t pid, double seconds)
{
	double end = now_s() + seconds;

	while (kill(pid, 0) == 0 && now_s() < end)
		usleep(20000);
	return kill(pid, 0) < 0;
}

/* Runs `t` in a child whose stdout is read; *ret_status as of waitpid(). */
static char *run_in_child(struct trial *t, int *ret_status)
{
	char text[64] = "";
	int fds[2];
	pid_t pid;

	fflush(stdout);
	if (pipe(fds) < 0)
		return NULL;
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		if (t->before)
			t->before(t);
		run(t);
		printf("%s\n", t->r < 0 ? "error" : outcome_name(t->outcome));
		fflush(stdout);
		_exit(0);
	}
	close(fds[1]);
	if (read(fds[0], text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fds[0]);
	waitpid(pid, ret_status, 0);
	return xstrdup(text);
}

TEST(no_guest_outlives_a_killed_harness)
{
	_cleanup_trial_ struct trial t = { .fault = "timeout", .on_frame = die };
	_cleanup_free_ char *text = NULL;
	_cleanup_strv_ char **orphans = NULL;
	int status = 0, pid;

	text = run_in_child(&t, &status);
	EXPECT(WIFSIGNALED(status));
	pid = atoi(text);
	EXPECT(pid > 1);
	EXPECT(gone_within(pid, 3));
	/* And what it was writing is swept away by the next one. */
	EXPECT(runs_orphans(results, &orphans, NULL) == 0);
	EXPECT_INT(strv_len(orphans), 1);
	EXPECT(artifact_sweep(results, NULL) == 0);
	EXPECT(!path_exists(orphans[0]));
}

static void interrupt(struct trial *t)
{
	(void)t;
	raise(SIGINT);
}

TEST(ctrl_c_is_interrupted)
{
	_cleanup_trial_ struct trial t = { .fault = "timeout", .on_frame = interrupt };
	_cleanup_free_ char *text = NULL;
	int status = 0;

	text = run_in_child(&t, &status);
	EXPECT_STR(text, "interrupted\n");
}

static void limit_files(struct trial *t)
{
	struct rlimit small = { 4096, RLIM_INFINITY };

	(void)t;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
}

/* The limit stands for a full disk, and needs no privileges. */
TEST(full_disk_ends_the_run_and_leaves_nothing)
{
	_cleanup_trial_ struct trial t = { .fault = "flood", .on_frame = limit_files };
	_cleanup_strv_ char **left = NULL;
	_cleanup_free_ char *text = NULL, *tmp = xasprintf("%s/tmp", results);
	int status = 0;

	text = run_in_child(&t, &status);
	EXPECT_STR(text, "error\n");
	EXPECT(dir_list(tmp, &left, NULL) == 0);
	EXPECT_INT(strv_len(left), 1); /* .lock */
}

static void give_up_root(struct trial *t)
{
	(void)t;
	if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
		_exit(77);
}

TEST(guests_need_no_root)
{
	_cleanup_trial_ struct trial t = { .fault = "none", .before = give_up_root };
	_cleanup_free_ char *image = xasprintf("%s/vmlinuz", work), *text = NULL;
	char *was = kernel->image, *old = results;
	int status = 0;

	if (geteuid() != 0)
		return; /* then all the others have shown it */
	/* A place of its own: caches below /root are closed to others. */
	results = xasprintf("%s/nobody", work);
	EXPECT(file_copy(was, image, NULL) == 0 && chmod(image, 0644) == 0 &&
	       chmod(initrd, 0644) == 0 && chmod(work, 0755) == 0 && dir_make(results, NULL) == 0 &&
	       chown(results, 65534, 65534) == 0);
	kernel->image = image;
	text = run_in_child(&t, &status);
	kernel->image = was;
	free(results);
	results = old;
	EXPECT_STR(text, "ok\n");
}

/* "max" has BMI2, as the hosts have that KVM is asked for. */
static const char *const probe_words[] = {
	"-accel",  "tcg", "-cpu", "max",     "-M",
	"pc",      "-m",  "64",   "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
	"-kernel", NULL
};

/* Where KVM works, the probe's guest is to answer; so it has to be right by itself. */
TEST(probe_guest_is_sound)
{
	_cleanup_free_ char *image = xasprintf("%s/probe", work);
	_cleanup_strv_ char **argv = NULL;
	struct child c;

	EXPECT(file_write(image, probe_guest_begin, (size_t)(probe_guest_end - probe_guest_begin),
			  NULL) == 0);
	qemu_add_base(&argv);
	for (size_t i = 0; probe_words[i]; i++)
		strv_add(&argv, probe_words[i]);
	strv_add(&argv, image);
	EXPECT(child_start(argv, NULL, 0, 2, NULL, 0, &c, NULL) == 0);
	EXPECT(child_wait(&c, 20));
	EXPECT(WIFEXITED(c.status));
	EXPECT_INT(WEXITSTATUS(c.status), PROBE_GUEST_STATUS(PROBE_GUEST_OK));
	child_deinit(&c);
}

TEST(missing_kernel_is_an_error_and_no_outcome)
{
	_cleanup_trial_ struct trial t = { .fault = "none" };
	char *image = kernel->image;

	kernel->image = xstrdup("/nonexistent/bzImage");
	run(&t);
	free(kernel->image);
	kernel->image = image;
	EXPECT_INT(t.r, -1);
	EXPECT(strstr(t.err->msg, "/nonexistent/bzImage"));
}

/* TEST_MAIN, with a preparation before it and a choice. */
static int run_tests(const char *only)
{
	int n = 0, failed = 0;

	for (struct test *t = tests; t; t = t->next)
		n += strstr(t->name, only) != NULL;
	printf("KTAP version 1\n1..%d\n", n);
	n = 0;
	for (struct test *t = tests; t; t = t->next) {
		if (!strstr(t->name, only))
			continue;
		test_failed = false;
		t->run();
		printf("%sok %d %s\n", test_failed ? "not " : "", ++n, t->name);
		fflush(stdout);
		failed += test_failed;
	}
	return failed != 0;
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error *err = NULL;
	int r;

	if (argc < 3)
		return EXIT_INPUT;
	init_path = argv[1];
	config_path = argv[2];
	progress_init(QUIET);
	proc_catch_signals();
	if (prepare(&err) < 0) {
		fprintf(stderr, "fault_driver: %s\n", err->msg);
		return EXIT_FAULT;
	}
	r = run_tests(argc > 3 ? argv[3] : "");
	dir_remove(work, NULL);
	return r;
}
