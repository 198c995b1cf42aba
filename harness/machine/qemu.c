// SPDX-License-Identifier: GPL-2.0-or-later
/* The QEMU command line.  Nothing here has effects but qemu_version(). */
#include <string.h>

#include "base/proc.h"
#include "base/str.h"
#include "machine/machine.h"
#include "machine/qemu.h"
#include "wire/job.h"

#define GIB (1ull << 30)

/*
 * Under TCG the CPU is the same on any host and with any QEMU, so that equal
 * inputs can give equal bits: qemu64 is frozen, and the flags added to it are
 * those that TCG carries out without a warning.  It is of AMD's make, which
 * spares the guest page-table isolation: with it, each system call would flush
 * the emulated TLB.
 *
 * A kernel doesn't trust the TSCs of two such CPUs (no invariant-TSC flag, and
 * TCG of QEMU 7.2 can't give one) and reads the HPET instead, through a device
 * emulation behind QEMU's global lock.  All vCPUs see one and the same counter
 * there, so "tsc=reliable" tells the kernel the truth.  Its frequency is the
 * host's (virtual in deterministic mode); a guest that measures it against an
 * emulated timer on a busy host can be wrong by a factor of ten, so it is told.
 */
#define TCG_CPU "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt"
#define TCG_CMDLINE "tsc=reliable"

/*
 * At boot a kernel waits some milliseconds for ticks of the timer to prove that
 * it is connected; on a host that is busy they come too late, and it panics.
 * Deterministic time doesn't run away from the guest.
 */
#define TCG_REAL_TIME_CMDLINE "no_timer_check"

/*
 * The local APIC's timer is measured against another one at boot: a tenth of a
 * second of a loop with a PAUSE in it, and at each of these QEMU leaves the
 * translated code.  While instructions are counted that takes longer than the
 * rest of the boot.  The HPET does what the timer would have done.
 */
#define DETERMINISTIC_CMDLINE "nolapic_timer"

/*
 * While a kernel rewrites its code (static keys, tracepoints), QEMU before 8.1
 * with a host thread per CPU may keep a translation of the bytes in between:
 * it reads a block's bytes before it locks their page.  On that CPU the change
 * is lost, or its breakpoint stays and the guest dies of "Oops: int3" (6.12
 * within a second when events are switched under load, measured with 7.2).
 * So one CPU boots, loads and switches, and the others join for the workload;
 * or all of them share one host thread, which is right at any time and slower.
 */
#define TCG_STAGED_CMDLINE "maxcpus=1 noreplace-smp"

/* A paravirtualised flush is no IPI, and the IPIs are what many policies are about. */
#define KVM_CPU "host,kvm-pv-tlb-flush=off"

static void add_words(char ***v, const char *const *words)
{
	for (; *words; words++)
		strv_add(v, *words);
}

void qemu_add_base(char ***v)
{
	add_words(v,
		  (const char *const[]){
			  QEMU_PROGRAM, "-nodefaults", "-no-user-config", "-display", "none",
			  "-no-reboot", "-nic", "none", "-sandbox",
			  "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
			  NULL });
}

void qemu_add_kvm(char ***v)
{
	add_words(v, (const char *const[]){ "-accel", "kvm", "-cpu", KVM_CPU, NULL });
}

/* Time is a count of instructions; the clock starts at a fixed date. */
void qemu_add_counted(char ***v)
{
	add_words(v, (const char *const[]){
			     "-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-rtc",
			     "clock=vm,base=2020-01-01T00:00:00", "-cpu", TCG_CPU, NULL });
}

static void add_accel(char ***v, const struct machine_spec *s)
{
	switch (s->mode) {
	case MODE_KVM:
		qemu_add_kvm(v);
		break;
	case MODE_DETERMINISTIC:
		qemu_add_counted(v);
		/* Where QEMU draws a number for the guest, it draws from this. */
		strv_add(v, "-seed");
		strv_addf(v, "%u", (unsigned int)s->seed);
		break;
	case MODE_TCG:
	case MODE_AUTO:
		strv_add(v, "-accel");
		strv_addf(v, "tcg,thread=%s", s->one_thread ? "single" : "multi");
		add_words(v, (const char *const[]){ "-cpu", TCG_CPU, NULL });
		break;
	}
}

/* In QEMU's option lists a comma in a value is written twice. */
static char *option_value(const char *path)
{
	struct strbuf b = { 0 };

	for (; *path; path++) {
		if (*path == ',')
			strbuf_add(&b, ",", 1);
		strbuf_add(&b, path, 1);
	}
	return strbuf_steal(&b);
}

/* Room in the address space for an nvdimm, whose base QEMU aligns to 1 GiB. */
static uint64_t room(uint64_t bytes)
{
	return (bytes + GIB - 1) / GIB * GIB;
}

static uint64_t max_memory(const struct boot_files *b)
{
	return b->layout.total_bytes + room(b->tools ? b->tools_bytes : 0) +
	       room(b->mailbox_bytes) + GIB;
}

/* In one page cache for all guests of the host, and none of them can write to it. */
static void add_tools(char ***v, const struct boot_files *b)
{
	_cleanup_free_ char *tools = option_value(b->tools);

	strv_add(v, "-object");
	strv_addf(v, "memory-backend-file,id=tools,share=on,readonly=on,mem-path=%s,size=%llu",
		  tools, (unsigned long long)b->tools_bytes);
	strv_add(v, "-device");
	strv_add(v, "nvdimm,id=tools0,memdev=tools,unarmed=on");
}

static void add_mailbox(char ***v, const struct boot_files *b)
{
	strv_add(v, "-object");
	strv_addf(v, "memory-backend-file,id=mailbox,share=on,mem-path=/proc/self/fd/%d,size=%llu",
		  QEMU_FD_MAILBOX, (unsigned long long)b->mailbox_bytes);
	strv_add(v, "-device");
	strv_add(v, "nvdimm,id=mailbox0,memdev=mailbox");
}

static void add_memory(char ***v, const struct boot_files *b)
{
	bool nvdimm = b->tools || b->mailbox_bytes;

	strv_add(v, "-M");
	strv_add(v, nvdimm ? "pc,nvdimm=on" : "pc");
	strv_add(v, "-m");
	if (!nvdimm) {
		strv_addf(v, "size=%llub", (unsigned long long)b->layout.total_bytes);
		return;
	}
	strv_addf(v, "size=%llub,slots=2,maxmem=%llub", (unsigned long long)b->layout.total_bytes,
		  (unsigned long long)max_memory(b));
	if (b->tools)
		add_tools(v, b);
	if (b->mailbox_bytes)
		add_mailbox(v, b);
}

static void add_streams(char ***v, enum mode mode)
{
	strv_add(v, "-chardev");
	strv_addf(v, "socket,id=frames,fd=%d", QEMU_FD_FRAMES);
	strv_add(v, "-chardev");
	strv_addf(v, "socket,id=console,fd=%d", QEMU_FD_CONSOLE);
	strv_add(v, "-chardev");
	strv_addf(v, "socket,id=qmp,fd=%d", QEMU_FD_QMP);
	add_words(v, (const char *const[]){ "-serial", "chardev:console", "-mon",
					    "chardev=qmp,mode=control", NULL });
	if (mode == MODE_DETERMINISTIC) {
		/* Virtio completes when the host pleases; a UART when the guest's clock says so. */
		add_words(v, (const char *const[]){ "-serial", "chardev:frames", NULL });
		return;
	}
	add_words(v, (const char *const[]){ "-device", "virtio-serial-pci", "-device",
					    "virtserialport,chardev=frames,name=" JOB_STREAM_PORT,
					    NULL });
}

static void add_cmdline(char ***v, const struct machine_spec *s)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };

	strbuf_puts(&b, s->boot->cmdline);
	if (s->mode != MODE_KVM)
		strbuf_puts(&b, " " TCG_CMDLINE);
	if (s->mode == MODE_DETERMINISTIC)
		strbuf_puts(&b, " " DETERMINISTIC_CMDLINE);
	if (s->mode == MODE_TCG)
		strbuf_puts(&b, " " TCG_REAL_TIME_CMDLINE);
	if (s->mode == MODE_TCG && s->tsc_khz)
		strbuf_printf(&b, " tsc_early_khz=%u", s->tsc_khz);
	if (s->mode == MODE_TCG && s->cpus > 1 && !s->one_thread)
		strbuf_puts(&b, " " TCG_STAGED_CMDLINE);
	strv_add(v, "-append");
	strv_add(v, b.data);
}

static void add_boot(char ***v, const struct machine_spec *s)
{
	const struct boot_files *b = s->boot;

	add_words(v, (const char *const[]){ "-kernel", b->kernel, NULL });
	if (b->initrd)
		add_words(v, (const char *const[]){ "-initrd", b->initrd, NULL });
	add_cmdline(v, s);
}

/* A guest that "panics" stops the machine, which then is saved and goes on. */
static void add_checkpoint(char ***v, const struct machine_spec *s)
{
	add_words(v, (const char *const[]){ "-device", "pvpanic-pci", "-action", "panic=pause",
					    NULL });
	if (s->restore)
		add_words(v, (const char *const[]){ "-incoming", "defer", NULL });
}

char **qemu_argv(const struct machine_spec *spec)
{
	char **v = NULL;

	if (spec->tlb_clock) {
		strv_add(&v, "env");
		strv_addf(&v, "LD_PRELOAD=%s", spec->tlb_clock);
	}
	qemu_add_base(&v);
	add_accel(&v, spec);
	strv_add(&v, "-smp");
	strv_addf(&v, "%u", spec->cpus);
	add_memory(&v, spec->boot);
	add_streams(&v, spec->mode);
	if (spec->free_page_reporting)
		add_words(&v, (const char *const[]){ "-device",
						     "virtio-balloon-pci,free-page-reporting=on",
						     NULL });
	if (spec->boot->tray)
		add_checkpoint(&v, spec);
	add_boot(&v, spec);
	return v;
}

char *qemu_version(struct error **err)
{
	char *const argv[] = { QEMU_PROGRAM, "--version", NULL };
	char *text, *nl;

	if (!proc_exists(QEMU_PROGRAM)) {
		error_set(err, EXIT_HOST, "%s isn't installed (package qemu-system-x86)",
			  QEMU_PROGRAM);
		return NULL;
	}
	if (proc_output(argv, &text, err) < 0)
		return NULL;
	nl = strchr(text, '\n');
	if (nl)
		*nl = '\0';
	return text;
}
