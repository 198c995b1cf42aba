// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's first process.  It is told everything at once (/job), only
 * speaks, and always ends the machine: setup → policy → workload →
 * collect → send → power off.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "agent/agent.h"
#include "agent/checkpoint.h"
#include "agent/cpus.h"
#include "agent/devices.h"
#include "agent/log.h"
#include "agent/modules.h"
#include "agent/mounts.h"
#include "agent/power.h"
#include "agent/swap.h"
#include "agent/wait.h"
#include "agent/watchdog.h"
#include "agent/write.h"
#include "base/file.h"

/* Far more than an emulated CPU needs; what takes longer never ends. */
#define STEP_TIMEOUT_S 120
#define SEND_TIMEOUT_S 600
/* After its own timeout a workload is killed; ending, it may have a lot of memory to give back. */
#define KILL_GRACE_S 60
/* For the host to take the reason of a failure. */
#define FAILED_LINGER_MS 2000

/* Says what comes now, and what the outcome is if that isn't over in time. */
static void enter(struct agent *a, const char *phase, const char *outcome, unsigned int seconds)
{
	watchdog_step(phase, outcome, seconds);
	stream_phase(a->stream, now_ns(), phase);
}

static int read_job(struct agent *a, struct error **err)
{
	_cleanup_free_ char *text = NULL;

	if (file_read(JOB_PATH, &text, NULL, err) < 0)
		return -1;
	return job_read(text, &a->job, err);
}

/*
 * ENODEV is no failure by itself: crc32c_intel says so on a CPU without the
 * instruction, and the generic code serves.  A device that is really missing
 * is named by the step that looks for it.
 */
static int load_device_module(const char *path, const char *params, struct error **err)
{
	_cleanup_error_ struct error *e = NULL;

	if (module_load(path, params, &e) == 0)
		return 0;
	if (e->errnum != ENODEV)
		return error_propagate(err, steal_ptr(&e));
	log_line("%s", e->msg);
	return 0;
}

/* Those of the machine, which are the same for every job. */
static int load_machine_modules(struct error **err)
{
	_cleanup_free_ char *list = NULL;
	char *save = NULL;

	if (file_read(JOB_MODULES_PATH, &list, NULL, err) < 0)
		return -1;
	for (char *m = strtok_r(list, "\n", &save); m; m = strtok_r(NULL, "\n", &save)) {
		if (load_device_module(m, "", err) < 0)
			return -1;
	}
	return 0;
}

static int load_job_modules(const struct job *job, struct error **err)
{
	for (size_t i = 0; i < job->n_modules; i++) {
		if (load_device_module(job->modules[i].path, job->modules[i].params, err) < 0)
			return -1;
	}
	return 0;
}

/* From here on a failure can be heard on the stream. */
static int open_stream(struct agent *a, struct error **err)
{
	struct utsname u;

	a->stream = stream_open(a->job.stream, err);
	if (!a->stream)
		return error_wrap(err, "stream");
	uname(&u);
	if (stream_text(a->stream, WIRE_HELLO, u.release) < 0)
		return error_set(err, EXIT_FAULT, "stream: the host doesn't take frames");
	log_attach(a->stream);
	return watchdog_start(a->stream, a->job.heartbeat_ms, err);
}

/*
 * Neither reclaim nor the OOM killer may touch the agent: it would then be
 * part of what is measured, or lose it.
 */
static int protect_self(struct error **err)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		return error_errno(err, errno, "mlockall");
	return write_text("/proc/self/oom_score_adj", "-1000", err);
}

static int mount_tools(struct agent *a, struct error **err)
{
	_cleanup_free_ char *device = NULL;

	if (a->job.tools_bytes == 0)
		return 0;
	if (device_by_size(a->job.tools_bytes, &device, err) < 0)
		return error_wrap(err, "tools");
	return mounts_tools(device, err);
}

static int setup(struct agent *a, struct error **err)
{
	enter(a, "setup", "setup-failed", STEP_TIMEOUT_S);
	if (device_data(&a->job, err) < 0 || mount_tools(a, err) < 0 ||
	    swap_setup(&a->job, err) < 0)
		return -1;
	return protect_self(err);
}

/*
 * After the policy, so that the events of its modules are there.  Switching
 * events on and opening the first counter of a kind rewrite kernel code: both
 * come before the other CPUs.
 */
static int prepare_capture(struct agent *a, struct error **err)
{
	if (a->job.trace_buffer_kb && trace_prepare(&a->job, a->stream, &a->trace, err) < 0)
		return -1;
	if (counters_rehearse(&a->job, err) < 0 || cpus_join(err) < 0)
		return -1;
	a->counters = counters_open(&a->job, err);
	if (!a->counters || sampler_create(&a->job, &a->sampler, err) < 0)
		return -1;
	return a->job.trace_buffer_kb ? trace_open(&a->trace, err) : 0;
}

static uint64_t own_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int measure(struct agent *a, struct error **err)
{
	bool tracing = a->job.trace_buffer_kb != 0;
	int r;

	enter(a, "workload", "timeout", a->job.timeout_s + KILL_GRACE_S);
	a->workload_uptime_s = uptime_s();
	snapshot_take(&a->before);
	counters_start(a->counters);
	if (tracing)
		trace_start(&a->trace);
	a->cpu_ns = own_cpu_ns();
	sampler_begin(a->sampler);
	r = workload_run(&a->job, &a->workload, err);
	sampler_end(a->sampler);
	policy_daemon_end(&a->policy);
	workload_end_stragglers();
	a->cpu_ns = own_cpu_ns() - a->cpu_ns;
	if (tracing)
		trace_stop(&a->trace);
	counters_stop(a->counters);
	snapshot_take(&a->after);
	a->measured = r == 0;
	return r;
}

static struct verdict verdict(const char *outcome, char *detail)
{
	return (struct verdict){ outcome, detail };
}

/* The first reason not to believe the measurement; what the kernel did to it comes first. */
static struct verdict judge(struct agent *a)
{
	uint64_t killed = snapshot_number(&a->after, SNAPSHOT_VMSTAT, "oom_kill") -
			  snapshot_number(&a->before, SNAPSHOT_VMSTAT, "oom_kill");
	_cleanup_free_ char *refused = policy_verify_after(&a->job, &a->policy);
	_cleanup_free_ char *failed = workload_problem(&a->workload, &a->job);

	/* Whatever else went wrong: this is the worst that a kernel can do. */
	if (workload_lost_data(&a->workload))
		return verdict("data-lost", steal_ptr(&failed));
	if (killed)
		return verdict("oom",
			       xasprintf("the OOM killer killed %ju times%s%s", (uintmax_t)killed,
					 failed ? "; " : "", failed ? failed : ""));
	if (failed)
		return verdict("workload-failed", steal_ptr(&failed));
	if (refused)
		return verdict("policy-refused", steal_ptr(&refused));
	return verdict("ok", NULL);
}

static struct verdict setup_failed(struct error **e)
{
	return verdict("setup-failed", xstrdup((*e)->msg));
}

/* The map of the agent, between the first frame and the files. */
static struct verdict run(struct agent *a)
{
	_cleanup_error_ struct error *e = NULL;
	char *refused;

	if (setup(a, &e) < 0)
		return setup_failed(&e);
	enter(a, "policy", "setup-failed", STEP_TIMEOUT_S);
	refused = policy_apply(&a->job, &a->policy);
	if (refused)
		return verdict("policy-refused", refused);
	enter(a, "capture", "setup-failed", STEP_TIMEOUT_S);
	if (prepare_capture(a, &e) < 0 || measure(a, &e) < 0)
		return setup_failed(&e);
	enter(a, "collect", "timeout", STEP_TIMEOUT_S);
	return judge(a);
}

/* What was measured is over: nothing that is done to send it can change it any more. */
static int open_mailbox(struct agent *a, struct error **err)
{
	_cleanup_free_ char *device = NULL;

	if (!a->measured || a->job.mailbox_bytes == 0)
		return 0;
	if (device_by_size(a->job.mailbox_bytes, &device, err) < 0 ||
	    stream_to_mailbox(a->stream, device, err) < 0)
		return error_wrap(err, "mailbox");
	return 0;
}

static void speak(struct agent *a, struct verdict v)
{
	_cleanup_error_ struct error *e = NULL;

	if (v.detail)
		log_line("%s: %s", v.outcome, v.detail);
	enter(a, "send", "timeout", SEND_TIMEOUT_S);
	if (open_mailbox(a, &e) < 0) {
		log_line("%s; the serial port is used", e->msg);
		error_free(steal_ptr(&e));
	}
	if (report_send(a, &e) < 0) {
		log_line("%s", e->msg);
		stream_linger(a->stream, FAILED_LINGER_MS); /* no BYE: it isn't whole */
		return;
	}
	stream_outcome(a->stream, v.outcome, v.detail);
	watchdog_step("bye", "timeout", 0);
	stream_bye(a->stream);
}

/* What has to be there before there is a stream. */
static int prepare(struct agent *a, struct error **err)
{
	if (mounts_kernel(err) < 0 || load_machine_modules(err) < 0 ||
	    (!path_exists(JOB_PATH) && checkpoint_pass(err) < 0) || read_job(a, err) < 0)
		return -1;
	a->boot_uptime_s = uptime_s();
	return load_job_modules(&a->job, err);
}

int main(void)
{
	_cleanup_error_ struct error *failed = NULL, *mute = NULL;
	struct agent a = { 0 };

	power_catch_crashes();
	prepare(&a, &failed);
	/* A module that didn't load need not be the stream's: try to be heard all the same. */
	if (a.job.stream && open_stream(&a, &mute) == 0)
		speak(&a, failed ? setup_failed(&failed) : run(&a));
	else
		log_line("setup-failed: %s", failed ? failed->msg : mute->msg);
	power_off();
}
