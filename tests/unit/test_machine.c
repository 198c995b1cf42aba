// SPDX-License-Identifier: GPL-2.0-or-later
/* The pure parts of machine/: command line, console, watchdog, outcome. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/resource.h"
#include "base/str.h"
#include "machine/console_scan.h"
#include "machine/mailbox.h"
#include "machine/machine.h"
#include "machine/probe_guest.h"
#include "machine/qemu.h"
#include "machine/watchdog.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"
#include "wire/mailbox.h"

/* --- command line -------------------------------------------------------------------- */

static struct boot_files files = {
	.kernel = "/k/vmlinuz",
	.initrd = "/k/initrd",
	.cmdline = "console=ttyS0",
	.tools = "/c/a,b/tools.erofs",
	.tools_bytes = 105 << 20,
	.layout = { .total_bytes = 576ull << 20 },
};

static char *spec_command(const struct machine_spec *s)
{
	_cleanup_strv_ char **argv = qemu_argv(s);

	return strv_shell(argv);
}

TEST(a_balloon_is_there_for_those_who_need_it)
{
	struct machine_spec s = { .boot = &files, .mode = MODE_TCG, .cpus = 1 };
	_cleanup_free_ char *without = spec_command(&s), *with = NULL;

	s.free_page_reporting = true;
	with = spec_command(&s);
	EXPECT(!strstr(without, "balloon"));
	EXPECT(strstr(with, "-device virtio-balloon-pci,free-page-reporting=on"));
}

static char *command(enum mode mode, unsigned int cpus, const struct boot_files *f)
{
	return spec_command(&(struct machine_spec){ .boot = f, .mode = mode, .cpus = cpus });
}

static bool has(const char *text, const char *words)
{
	if (strstr(text, words))
		return true;
	printf("# no \"%s\" in %s\n", words, text);
	return false;
}

TEST(every_guest_is_confined)
{
	static const enum mode modes[] = { MODE_TCG, MODE_KVM, MODE_DETERMINISTIC };

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		_cleanup_free_ char *c = command(modes[i], 2, &files);

		EXPECT(has(c, "-nodefaults"));
		EXPECT(has(c, "-no-user-config"));
		EXPECT(has(c, "-nic none"));
		EXPECT(has(c, "-no-reboot"));
		EXPECT(has(c, "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
			      "resourcecontrol=deny"));
	}
}

TEST(tcg_has_threads_and_a_fixed_cpu)
{
	_cleanup_free_ char *c = command(MODE_TCG, 4, &files);

	EXPECT(has(c, "-accel tcg,thread=multi"));
	EXPECT(has(c, "-cpu qemu64,"));
	EXPECT(has(c, "-smp 4"));
	EXPECT(has(c, "console=ttyS0 tsc=reliable no_timer_check"));
	EXPECT(!strstr(c, "nolapic_timer"));
	EXPECT(has(c, "virtserialport,chardev=frames,name=harness.frames"));
}

/* QEMU 7.2 loses changes of code under another CPU that has a thread of its own. */
TEST(tcg_cpus_join_when_the_code_is_final)
{
	_cleanup_free_ char *threads = command(MODE_TCG, 2, &files);
	_cleanup_free_ char *alone = command(MODE_TCG, 1, &files);
	_cleanup_free_ char *one_thread = spec_command(&(struct machine_spec){
		.boot = &files, .mode = MODE_TCG, .cpus = 2, .one_thread = true });

	EXPECT(has(threads, "maxcpus=1 noreplace-smp"));
	EXPECT(has(one_thread, "-accel tcg,thread=single"));
	EXPECT(!strstr(one_thread, "maxcpus"));
	EXPECT(!strstr(alone, "maxcpus"));
}

TEST(kvm_shows_its_ipis)
{
	_cleanup_free_ char *c = command(MODE_KVM, 2, &files);

	EXPECT(has(c, "-accel kvm"));
	EXPECT(has(c, "kvm-pv-tlb-flush=off"));
	EXPECT(!strstr(c, "tsc=reliable"));
}

typedef int clock_fn(struct timeval *, void *);

struct asked {
	clock_fn *clock;
	struct timeval first, last;
};

static void *ask_a_thousand_times(void *arg)
{
	struct asked *a = arg;

	a->clock(&a->first, NULL);
	for (int i = 0; i < 1000; i++)
		a->clock(&a->last, NULL);
	return NULL;
}

/* What QEMU's TLB is sized by: questions in the guest's thread, whatever the time is. */
TEST(the_clock_of_the_tlb_counts)
{
	_cleanup_free_ char *path = resource_built("libtlb_clock.so");
	void *library = dlopen(path, RTLD_NOW);
	struct asked a = { .clock = library ? (clock_fn *)dlsym(library, "gettimeofday") : NULL };
	struct timeval now = { 0 };
	pthread_t guest;

	EXPECT(a.clock);
	EXPECT_INT(pthread_create(&guest, NULL, ask_a_thousand_times, &a), 0);
	pthread_join(guest, NULL);
	EXPECT_INT(a.first.tv_sec, 0);
	EXPECT_INT(a.last.tv_sec, 0);
	EXPECT_INT(a.last.tv_usec - a.first.tv_usec, 100000);
	a.clock(&now, NULL);
	EXPECT(labs(now.tv_sec - time(NULL)) <= 1);
	dlclose(library);
}

TEST(the_clock_of_the_tlb_is_loaded_into_qemu)
{
	struct machine_spec s = { .boot = &files, .mode = MODE_DETERMINISTIC, .cpus = 1 };
	_cleanup_free_ char *without = spec_command(&s), *with = NULL;

	s.tlb_clock = "/b/libtlb_clock.so";
	with = spec_command(&s);
	EXPECT(!strncmp(with, "env LD_PRELOAD=/b/libtlb_clock.so qemu-system-x86_64 ", 53));
	EXPECT(!strstr(without, "LD_PRELOAD"));
}

TEST(deterministic_takes_nothing_from_the_host)
{
	_cleanup_free_ char *c = command(MODE_DETERMINISTIC, 1, &files);

	EXPECT(has(c, "-icount shift=0,sleep=off"));
	EXPECT(has(c, "clock=vm,base="));
	EXPECT(has(c, "-smp 1"));
	EXPECT(!strstr(c, "virtio"));
	EXPECT(has(c, "-serial chardev:console"));
	EXPECT(has(c, "-serial chardev:frames"));
	EXPECT(has(c, "-seed 0"));
	EXPECT(strstr(c, " nolapic_timer"));
}

/* A "no" of this guest says something of counting only if it gets through without. */
TEST(the_guest_with_a_second_cpu_gets_through_where_nothing_is_counted)
{
	SCRATCH dir = scratch_folder();
	_cleanup_free_ char *image = xasprintf("%s/guest", dir);
	_cleanup_free_ char *exit_device =
		xasprintf("isa-debug-exit,iobase=%#x,iosize=4", PROBE_GUEST_PORT);
	char *argv[] = { "timeout",  "60",   QEMU_PROGRAM, "-nodefaults",
			 "-display", "none", "-accel",     "tcg,thread=single",
			 "-smp",     "2",    "-M",         "pc",
			 "-m",       "64",   "-device",    exit_device,
			 "-kernel",  image,  NULL };
	int status = -1;

	EXPECT_INT(file_write(image, probe_cpus_begin, (size_t)(probe_cpus_end - probe_cpus_begin),
			      NULL),
		   0);
	if (fork() == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	wait(&status);
	EXPECT(WIFEXITED(status));
	EXPECT_INT(WEXITSTATUS(status), PROBE_GUEST_STATUS(PROBE_GUEST_OK));
}

/* The guest stops itself; a machine that is restored waits for its state. */
TEST(a_guest_with_a_tray_can_stop_its_machine)
{
	struct boot_files with = files;
	struct machine_spec s = { .boot = &with, .mode = MODE_DETERMINISTIC, .cpus = 1 };
	_cleanup_free_ char *none = spec_command(&s), *fresh = NULL, *restored = NULL;

	with.tray = "/b/job.cpio";
	fresh = spec_command(&s);
	s.restore = "/b/state";
	restored = spec_command(&s);
	EXPECT(!strstr(none, "pvpanic"));
	EXPECT(has(fresh, "-device pvpanic-pci -action panic=pause"));
	EXPECT(!strstr(fresh, "-incoming"));
	EXPECT(has(restored, "-incoming defer"));
}

/* One boot for many jobs, and each job is another input. */
TEST(a_boot_doesnt_depend_on_its_job)
{
	_cleanup_free_ char *job = scratch_path("a.cpio"), *other = scratch_path("b.cpio");
	_cleanup_free_ char *kernel = scratch_path("kernel");
	struct boot_files with = files;
	struct machine_spec s = { .boot = &with, .mode = MODE_DETERMINISTIC, .cpus = 1 };
	char boot[2][HASH_HEX], inputs[2][HASH_HEX];

	EXPECT_INT(file_puts(job, "a", NULL), 0);
	EXPECT_INT(file_puts(other, "b", NULL), 0);
	EXPECT_INT(file_puts(kernel, "k", NULL), 0);
	with.kernel = kernel;
	with.initrd = with.tools = NULL;
	for (int i = 0; i < 2; i++) {
		with.tray = i ? other : job;
		s.restore = i ? "/b/state" : NULL;
		EXPECT_INT(machine_boot_hash(&s, boot[i], NULL), 0);
		EXPECT_INT(machine_inputs_hash(&s, inputs[i], NULL), 0);
	}
	EXPECT_STR(boot[0], boot[1]);
	EXPECT(!streq(inputs[0], inputs[1]));
	s.seed = 1;
	EXPECT_INT(machine_boot_hash(&s, boot[1], NULL), 0);
	EXPECT(!streq(boot[0], boot[1]));
}

/* --- mailbox --------------------------------------------------------------------------- */

TEST(a_mailbox_is_memory_of_ours)
{
	struct boot_files with = files;
	_cleanup_free_ char *c = NULL;

	with.mailbox_bytes = 28 << 20;
	c = command(MODE_DETERMINISTIC, 1, &with);
	EXPECT(has(c, "id=mailbox,share=on,mem-path=/proc/self/fd/6,size=29360128"));
	EXPECT(has(c, "nvdimm,id=mailbox0,memdev=mailbox"));
	EXPECT(has(c, "slots=2,maxmem=3825205248b"));
}

static int keep(void *arg, const void *data, size_t len)
{
	strbuf_add(arg, data, len);
	return 0;
}

static void put_head(int fd, const char *mark, uint64_t n)
{
	EXPECT_INT(pwrite(fd, mark, 8, 0), 8);
	EXPECT_INT(pwrite(fd, &n, 8, 8), 8); /* this host is little-endian, as is the guest */
}

static void take_mail(int fd, struct strbuf *ret)
{
	EXPECT_INT(mailbox_read(fd, keep, ret), 0);
}

TEST(a_mailbox_gives_what_its_head_promises)
{
	_cleanup_strbuf_ struct strbuf none = { 0 }, wrong = { 0 }, some = { 0 }, all = { 0 };
	_cleanup_close_ int fd = -1;

	EXPECT_INT(mailbox_create(1 << 20, &fd, NULL), 0);
	EXPECT_INT(pwrite(fd, "frames", 6, MAILBOX_START), 6);
	take_mail(fd, &none);
	put_head(fd, "mailbox0", 6);
	take_mail(fd, &wrong);
	put_head(fd, MAILBOX_MAIL, 5);
	take_mail(fd, &some);
	put_head(fd, MAILBOX_MAIL, (1 << 20) - MAILBOX_START);
	take_mail(fd, &all);
	EXPECT_INT(none.len, 0);
	EXPECT_INT(wrong.len, 0);
	EXPECT_INT(some.len, 5);
	EXPECT(memcmp(some.data, "frame", 5) == 0);
	EXPECT_INT(all.len, (1 << 20) - MAILBOX_START);
}

/* The head is the guest's to write. */
TEST(a_mailbox_is_never_read_beyond_its_end)
{
	static const uint64_t lies[] = { (1 << 20) - MAILBOX_START + 1, UINT64_MAX };
	_cleanup_close_ int fd = -1;

	EXPECT_INT(mailbox_create(1 << 20, &fd, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		_cleanup_strbuf_ struct strbuf b = { 0 };

		put_head(fd, MAILBOX_MAIL, lies[i]);
		take_mail(fd, &b);
		EXPECT_INT(b.len, 0);
	}
}

TEST(tools_are_a_read_only_nvdimm)
{
	_cleanup_free_ char *c = command(MODE_TCG, 2, &files);

	EXPECT(has(c, "readonly=on"));
	EXPECT(has(c, "unarmed=on"));
	EXPECT(has(c, "mem-path=/c/a,,b/tools.erofs")); /* QEMU's escape for a comma */
	EXPECT(has(c, "size=110100480"));
	EXPECT(has(c, "-m size=603979776b,slots=2,maxmem=2751463424b"));
}

TEST(no_tools_no_nvdimm)
{
	struct boot_files plain = files;
	_cleanup_free_ char *c = NULL;

	plain.tools = NULL;
	c = command(MODE_TCG, 2, &plain);
	EXPECT(!strstr(c, "nvdimm"));
	EXPECT(has(c, "-m size=603979776b "));
}

/* --- console --------------------------------------------------------------------------- */

TEST(lines_are_told_apart)
{
	static const struct {
		const char *line;
		enum incident_kind kind;
	} rows[] = {
		{ "[    1.055792] Kernel panic - not syncing: VFS: Unable to mount root fs",
		  INCIDENT_PANIC },
		{ "[    9.1][    T1] Kernel panic - not syncing: Fatal exception", INCIDENT_PANIC },
		{ "[    9.1] Kernel panic - not syncing: System is deadlocked on memory",
		  INCIDENT_OOM_PANIC },
		{ "[    9.1] BUG: kernel NULL pointer dereference, address: 0000000000000000",
		  INCIDENT_OOPS },
		{ "[    9.1] Oops: 0002 [#1] PREEMPT SMP", INCIDENT_OOPS },
		{ "[    9.1] kernel BUG at mm/vmscan.c:1234!", INCIDENT_OOPS },
		{ "[    9.1] BUG: KASAN: use-after-free in shrink_node+0x12/0x34", INCIDENT_DEBUG },
		{ "[    9.1] WARNING: possible circular locking dependency detected",
		  INCIDENT_DEBUG },
		{ "[    9.1] kmemleak: 3 new suspected memory leaks (see /sys/…)", INCIDENT_DEBUG },
		{ "[    9.1] WARNING: CPU: 0 PID: 1 at mm/page_alloc.c:42 f+0x1/0x2",
		  INCIDENT_WARNING },
		{ "[    9.1] Out of memory: Killed process 77 (stress-ng-vm) total-vm:1kB",
		  INCIDENT_OOM },
		{ "[    9.1] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [kswapd0:42]",
		  INCIDENT_STALL },
		{ "[    9.1] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
		  INCIDENT_STALL },
		{ "[    9.1] INFO: task fio:77 blocked for more than 120 seconds.",
		  INCIDENT_STALL },
		/* What isn't the kernel's distress. */
		{ "[    9.1] kmemleak: Kernel memory leak detector initialized", INCIDENT_NONE },
		{ "[    9.1] Booting paravirtualized kernel", INCIDENT_NONE },
		{ "[    9.1] traps: fio[12] general protection fault ip:1 sp:2", INCIDENT_NONE },
		{ "stress-ng: see Oops: in the manual; BUG: none", INCIDENT_NONE },
		{ "[not a timestamp] Kernel panic - not syncing", INCIDENT_NONE },
		{ "", INCIDENT_NONE },
		{ "[", INCIDENT_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum incident_kind got = console_line_kind(rows[i].line);

		if (got != rows[i].kind)
			FAIL("\"%s\" is %s, expected %s", rows[i].line, incident_name(got),
			     incident_name(rows[i].kind));
	}
}

static const char panic_text[] =
	"SeaBIOS\r\n[    1.0] hello\r\n"
	"[    2.0] Kernel panic - not syncing: \x1b[1mgone\r\n[    2.1] rest";

TEST(a_panic_is_seen_in_any_cut)
{
	for (size_t cut = 0; cut <= sizeof(panic_text) - 1; cut++) {
		struct console_scan s = { 0 };
		bool panicked;

		console_scan_feed(&s, panic_text, cut);
		console_scan_feed(&s, panic_text + cut, sizeof(panic_text) - 1 - cut);
		panicked = s.panicked && s.n_incidents == 1 && s.incidents[0].offset == 9 + 17 &&
			   streq(s.incidents[0].title, "Kernel panic - not syncing: ?[1mgone");
		if (!panicked)
			FAIL("cut at %zu: offset %" PRIu64 " title %s", cut,
			     s.n_incidents ? s.incidents[0].offset : 0,
			     s.n_incidents ? s.incidents[0].title : "none");
		console_scan_deinit(&s);
	}
}

TEST(a_last_line_needs_no_newline)
{
	struct console_scan s = { 0 };

	console_scan_feed(&s, "Kernel panic - not syncing", 26);
	EXPECT(!s.panicked);
	console_scan_end(&s);
	EXPECT(s.panicked);
	console_scan_deinit(&s);
}

TEST(floods_are_bounded_and_a_panic_still_counts)
{
	struct console_scan s = { 0 };
	char rubbish[4096];

	memset(rubbish, 0xff, sizeof(rubbish));
	for (int i = 0; i < 1000; i++) {
		console_scan_feed(&s, "WARNING: CPU: 0\n", 16);
		console_scan_feed(&s, rubbish, sizeof(rubbish));
		console_scan_feed(&s, "\n", 1);
	}
	EXPECT_INT(s.n_incidents, CONSOLE_INCIDENTS_MAX);
	EXPECT_INT(s.n_dropped, 1000 - CONSOLE_INCIDENTS_MAX);
	console_scan_feed(&s, "Kernel panic - not syncing\n", 27);
	EXPECT(s.panicked);
	EXPECT_INT(s.incidents[CONSOLE_INCIDENTS_MAX - 1].kind, INCIDENT_PANIC);
	console_scan_deinit(&s);
}

/* --- watchdog --------------------------------------------------------------------------- */

static const struct machine_spec limits = { .boot_timeout_s = 60,
					    .heartbeat_s = 1,
					    .timeout_s = 300 };

/* Looks every 0.2 s from 100 (the start) until it bites or `until`; gives the time of the bite or 0. */
static double bite_time(struct watchdog *w, struct guest_state *g, double until, enum outcome *ret,
			bool beating)
{
	for (double now = w->looked; now < until; now += 0.2) {
		_cleanup_free_ char *detail = NULL;

		if (beating)
			g->last_frame_s = now;
		if (watchdog_bites(w, g, now, ret, &detail))
			return now;
	}
	return 0;
}

TEST(a_mute_guest_failed_to_boot)
{
	struct guest_state g = { 0 };
	struct watchdog w;
	enum outcome o;

	watchdog_init(&w, &limits, 100);
	EXPECT_NEAR(bite_time(&w, &g, 1000, &o, false), 160, 0.3);
	EXPECT_INT(o, OUTCOME_BOOT_FAILED);
}

TEST(silence_is_a_hang)
{
	struct guest_state g = { .hello = true, .last_frame_s = 110 };
	struct watchdog w;
	enum outcome o;

	watchdog_init(&w, &limits, 100);
	EXPECT_NEAR(bite_time(&w, &g, 1000, &o, false), 115, 0.3);
	EXPECT_INT(o, OUTCOME_HANG);
}

TEST(a_beating_guest_runs_into_the_timeout)
{
	struct guest_state g = { .hello = true };
	struct watchdog w;
	enum outcome o;

	watchdog_init(&w, &limits, 100);
	EXPECT_NEAR(bite_time(&w, &g, 1000, &o, true), 400, 0.3);
	EXPECT_INT(o, OUTCOME_TIMEOUT);
}

TEST(our_own_stall_is_not_the_guests)
{
	struct guest_state g = { .hello = true, .last_frame_s = 110 };
	struct watchdog w;
	enum outcome o;
	char *detail;

	watchdog_init(&w, &limits, 100);
	EXPECT(bite_time(&w, &g, 111, &o, false) == 0);
	/* Stopped for an hour: neither a hang nor a timeout, and the silence counts from now. */
	EXPECT(!watchdog_bites(&w, &g, 3711, &o, &detail));
	EXPECT_NEAR(bite_time(&w, &g, 5000, &o, false), 3716, 0.3);
	EXPECT_INT(o, OUTCOME_HANG);
}

TEST(a_panic_gets_two_seconds)
{
	struct guest_state g = { .hello = true, .last_frame_s = 120 };
	struct watchdog w;
	enum outcome o;

	watchdog_init(&w, &limits, 100);
	w.looked = 120;
	w.panic_at = 120;
	EXPECT_NEAR(bite_time(&w, &g, 1000, &o, false), 122, 0.3);
	EXPECT_INT(o, OUTCOME_KERNEL_PANIC);
}

/* --- outcome ----------------------------------------------------------------------------- */

TEST(outcomes_have_names)
{
	for (enum outcome o = 0; o < N_OUTCOMES; o++) {
		enum outcome back = N_OUTCOMES;

		EXPECT(outcome_from_name(outcome_name(o), &back));
		EXPECT_INT(back, o);
		EXPECT(*outcome_help(o));
	}
	EXPECT(!outcome_from_name("fine", &(enum outcome){ 0 }));
}

static enum outcome decide(enum outcome machine, enum outcome claimed, enum incident_kind kind)
{
	struct incident i = { .kind = kind, .title = "title" };
	struct machine_result m = { .outcome = machine,
				    .detail = "machine",
				    .incidents = &i,
				    .n_incidents = kind != INCIDENT_NONE };
	struct guest_state g = { .claimed = claimed };
	const char *detail;

	return outcome_decide(&m, &g, &detail);
}

TEST(evidence_beats_claims)
{
	EXPECT_INT(decide(OUTCOME_OK, OUTCOME_OK, INCIDENT_NONE), OUTCOME_OK);
	EXPECT_INT(decide(OUTCOME_OK, OUTCOME_POLICY_REFUSED, INCIDENT_NONE),
		   OUTCOME_POLICY_REFUSED);
	EXPECT_INT(decide(OUTCOME_OK, OUTCOME_OK, INCIDENT_OOPS), OUTCOME_KERNEL_OOPS);
	EXPECT_INT(decide(OUTCOME_OK, OUTCOME_OK, INCIDENT_DEBUG), OUTCOME_KERNEL_OOPS);
	EXPECT_INT(decide(OUTCOME_HANG, OUTCOME_OK, INCIDENT_PANIC), OUTCOME_KERNEL_PANIC);
	EXPECT_INT(decide(OUTCOME_HANG, OUTCOME_OK, INCIDENT_OOPS), OUTCOME_KERNEL_OOPS);
	EXPECT_INT(decide(OUTCOME_HANG, OUTCOME_OK, INCIDENT_NONE), OUTCOME_HANG);
	EXPECT_INT(decide(OUTCOME_KERNEL_PANIC, OUTCOME_OK, INCIDENT_OOM_PANIC), OUTCOME_OOM);
	EXPECT_INT(decide(OUTCOME_INTERRUPTED, OUTCOME_OK, INCIDENT_OOPS), OUTCOME_INTERRUPTED);
}

TEST(noise_on_the_console_changes_nothing)
{
	EXPECT_INT(decide(OUTCOME_OK, OUTCOME_OK, INCIDENT_WARNING), OUTCOME_OK);
	EXPECT_INT(decide(OUTCOME_OK, OUTCOME_OK, INCIDENT_STALL), OUTCOME_OK);
	/* stress-ng loses children to the OOM killer and goes on. */
	EXPECT_INT(decide(OUTCOME_OK, OUTCOME_OK, INCIDENT_OOM), OUTCOME_OK);
	EXPECT_INT(decide(OUTCOME_OK, OUTCOME_WORKLOAD_FAILED, INCIDENT_OOM), OUTCOME_OOM);
}

TEST_MAIN
