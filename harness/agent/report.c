// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of a run directory's guest/ folder, as docs/run-directory.md lists them. */
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <tracefs.h>

#include "agent/agent.h"
#include "agent/json.h"
#include "base/file.h"

double uptime_s(void)
{
	_cleanup_free_ char *text = NULL;

	if (file_read("/proc/uptime", &text, NULL, NULL) < 0)
		return 0;
	return strtod(text, NULL);
}

/* A file that this kernel or this run doesn't have is left out. */
static int send_path(struct stream *to, const char *path, const char *as)
{
	_cleanup_free_ char *data = NULL;
	size_t len;

	if (file_read(path, &data, &len, NULL) < 0)
		return 0;
	return stream_file(to, as, data, len);
}

static int send_identity(struct stream *to)
{
	_cleanup_free_ char *text = NULL;
	struct utsname u;

	uname(&u);
	text = xasprintf("%s %s %s %s\n", u.sysname, u.release, u.version, u.machine);
	if (stream_file_text(to, "uname", text) < 0 ||
	    send_path(to, "/proc/cmdline", "cmdline") < 0)
		return -1;
	return send_path(to, "/proc/config.gz", "config.gz");
}

static uint64_t number_of(const char *path, const char *name)
{
	_cleanup_free_ char *text = NULL;
	uint64_t v = 0;

	if (file_read(path, &text, NULL, NULL) == 0)
		text_number(text, name, &v);
	return v;
}

static void put_capture(struct json *j, const struct trace *t)
{
	ssize_t kb = tracefs_instance_get_buffer_size(NULL, -1);

	json_put_u64(j, "trace_buffer_kb", kb > 0 ? (uint64_t)kb : 0);
	json_put_u64(j, "streamed_bytes", drain_streamed(t->drain));
}

static void put_workload(struct json *j, const struct agent *a)
{
	const struct workload *w = &a->workload;
	bool exited = WIFEXITED(w->status);

	json_put_u64(j, "workload_ns", w->end_ns - w->start_ns);
	json_put_u64(j, "workload_start_ns", w->start_ns);
	json_put_u64(j, "workload_end_ns", w->end_ns);
	json_put_bool(j, "timed_out", w->timed_out);
	if (exited)
		json_put_i64(j, "exit_status", WEXITSTATUS(w->status));
	else
		json_put_i64(j, "exit_signal", WTERMSIG(w->status));
	json_put_u64(j, "stdout_dropped_bytes", w->out_dropped);
	json_put_u64(j, "stderr_dropped_bytes", w->err_dropped);
	json_put_u64(j, "mem_available_kb",
		     snapshot_number(&a->before, SNAPSHOT_MEMINFO, "MemAvailable"));
	json_put_u64(j, "cpu_ns", a->cpu_ns);
	if (a->job.trace_buffer_kb)
		put_capture(j, &a->trace);
	json_put_u64(j, "workload_uptime_ms", (uint64_t)(a->workload_uptime_s * 1000));
}

static int send_agent_json(const struct agent *a)
{
	_cleanup_json_ struct json j = { 0 };

	json_open(&j, NULL, '{');
	json_put_u64(&j, "rss_peak_kb", number_of("/proc/self/status", "VmHWM"));
	json_put_u64(&j, "mem_total_kb", number_of("/proc/meminfo", "MemTotal"));
	json_put_u64(&j, "swap_total_kb", number_of("/proc/meminfo", "SwapTotal"));
	json_put_i64(&j, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	json_put_i64(&j, "page_size", sysconf(_SC_PAGESIZE));
	json_put_u64(&j, "agent_uptime_ms", (uint64_t)(a->boot_uptime_s * 1000));
	json_put_strings(&j, "events", a->trace.events);
	json_put_strings(&j, "skipped_events", a->trace.skipped);
	if (a->measured)
		put_workload(&j, a);
	json_close(&j, '}');
	return stream_file_text(a->stream, "agent.json", j.text.data);
}

/* Names that the wire refuses (a stray core file, say) are left out; so are links and devices. */
static int send_output(struct stream *to, const char *dir, const char *as, int depth)
{
	_cleanup_strv_ char **names = NULL;

	if (depth > 4 || dir_list(dir, &names, NULL) < 0)
		return 0;
	for (size_t i = 0; names[i]; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]);
		_cleanup_free_ char *name = xasprintf("%s/%s", as, names[i]);
		struct stat st;
		int r = 0;

		if (lstat(path, &st) < 0 || !wire_path_ok(name, strlen(name)))
			continue;
		if (S_ISDIR(st.st_mode))
			r = send_output(to, path, name, depth + 1);
		else if (S_ISREG(st.st_mode))
			r = send_path(to, path, name);
		if (r < 0)
			return -1;
	}
	return 0;
}

static int send_workload(const struct agent *a)
{
	const struct workload *w = &a->workload;

	if (stream_file(a->stream, "out/stdout", w->out.data, w->out.len) < 0 ||
	    stream_file(a->stream, "out/stderr", w->err.data, w->err.len) < 0)
		return -1;
	unlink(JOB_OUT_DIR "/stdout"); /* each path once: ours is the one that is documented */
	unlink(JOB_OUT_DIR "/stderr");
	return send_output(a->stream, JOB_OUT_DIR, "out", 0);
}

static int send_measurement(const struct agent *a, struct error **err)
{
	if (snapshot_send(&a->before, "before", a->stream) < 0 ||
	    snapshot_send(&a->after, "after", a->stream) < 0 ||
	    counters_send(a->counters, a->stream) < 0 || sampler_send(a->sampler, a->stream) < 0 ||
	    send_workload(a) < 0)
		return error_set(err, EXIT_FAULT, "send counters and output");
	if (a->job.trace_buffer_kb)
		return trace_send(&a->trace, &a->job, a->stream, err);
	return 0;
}

int report_send(const struct agent *a, struct error **err)
{
	if (send_identity(a->stream) < 0 || send_agent_json(a) < 0 ||
	    policy_send(&a->policy, a->stream) < 0)
		return error_set(err, EXIT_FAULT, "send the guest's identity");
	return a->measured ? send_measurement(a, err) : 0;
}
