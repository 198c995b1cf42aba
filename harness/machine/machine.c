// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervisor: one loop over everything that a running machine says and does. */
#include "machine/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "machine/child.h"
#include "machine/console_scan.h"
#include "machine/mailbox.h"
#include "machine/qmp.h"
#include "machine/state.h"
#include "machine/watchdog.h"

#define CHUNK (64 * 1024)
#define TURN_CHUNKS 16          /* read from one stream before the others get their turn */
#define TICK_MS 200             /* the watchdog's and the progress line's pace */
#define STREAM_BUFFER (1 << 20) /* so that the guest rarely waits for us */
#define QUIET_S 0.1             /* silence on the console that says it has been read to its end */
#define SETTLE_MAX_S 2.0        /* a console that never falls silent is left after this */
#define QUIT_S 2.0              /* for QEMU to end by itself after the guest's bye */
#define STATUS_S 0.5            /* for QEMU to say what it thinks of a silent guest */
#define OUTPUT_MAX 2048         /* kept of what QEMU itself prints */

struct machine {
	const struct machine_spec *spec;
	struct machine_result *result;
	struct child child;
	struct qmp qmp;
	struct console_scan scan;
	struct watchdog dog;
	struct error *sink_error;
	struct strbuf output;     /* QEMU's own words */
	int frames, console, out; /* -1 once at their end */
	int mailbox;              /* -1: the guest has none */
	bool judged;              /* result->outcome stands */
	char chunk[CHUNK];
};

static void judge(struct machine *m, enum outcome o, char *detail)
{
	if (m->judged) {
		free(detail);
		return;
	}
	m->judged = true;
	m->result->outcome = o;
	m->result->detail = detail;
}

/* --- what arrives ---------------------------------------------------------------- */

static int feed(struct machine *m, const void *data, size_t n)
{
	const struct machine_sink *sink = &m->spec->sink;
	bool before = m->spec->guest->hello;

	if (m->sink_error)
		return 0; /* nothing after a torn frame is believed */
	if (sink->stream(sink->arg, data, n, &m->sink_error) < 0) {
		judge(m, OUTCOME_STREAM_TORN,
		      xstrdup(m->sink_error ? m->sink_error->msg : "the stream was refused"));
		if (!m->sink_error)
			error_set(&m->sink_error, EXIT_FAULT, "the stream was refused");
		return -1;
	}
	if (!before && m->spec->guest->hello) {
		m->result->boot_s = now_s() - m->dog.started;
		child_share_nice(&m->child);
	}
	return 0;
}

static int take_frames(struct machine *m, size_t n)
{
	return feed(m, m->chunk, n);
}

static int take_mail(void *arg, const void *data, size_t len)
{
	return feed(arg, data, len);
}

static void hear(struct machine *m, const char *said, size_t n)
{
	const struct machine_sink *sink = &m->spec->sink;

	console_scan_feed(&m->scan, said, n);
	if (m->scan.panicked && !m->dog.panic_at)
		m->dog.panic_at = now_s();
	if (sink->console(sink->arg, said, n) < 0 && !m->sink_error) {
		error_set(&m->sink_error, EXIT_HOST, "the console could not be kept");
		judge(m, OUTCOME_STREAM_TORN, xstrdup(m->sink_error->msg));
	}
}

static int take_console(struct machine *m, size_t n)
{
	hear(m, m->chunk, n);
	return 0;
}

static int take_output(struct machine *m, size_t n)
{
	size_t room = OUTPUT_MAX - m->output.len;

	strbuf_add(&m->output, m->chunk, n < room ? n : room);
	return 0;
}

/* Reads what is there, within a turn; at its end the descriptor is closed and becomes -1. */
static void pump(struct machine *m, int *fd, int (*take)(struct machine *, size_t), bool all)
{
	for (int i = 0; *fd >= 0 && (all || i < TURN_CHUNKS); i++) {
		ssize_t n = read(*fd, m->chunk, sizeof(m->chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close(*fd);
			*fd = -1;
			return;
		}
		if (take(m, (size_t)n) < 0)
			return;
	}
}

static void pump_all(struct machine *m, bool all)
{
	pump(m, &m->console, take_console, all);
	pump(m, &m->frames, take_frames, all);
	pump(m, &m->out, take_output, all);
	qmp_read(&m->qmp);
}

/* --- judgement ------------------------------------------------------------------- */

/* The process is gone, and everything that it said was read. */
static void judge_ended(struct machine *m)
{
	const struct guest_state *g = m->spec->guest;
	_cleanup_free_ char *how = child_status_text(&m->child);
	bool by_guest = m->qmp.shutdown[0] != '\0';
	char *detail;

	if (m->mailbox >= 0)
		mailbox_read(m->mailbox, take_mail, m);
	if (g->bye) {
		judge(m, OUTCOME_OK, NULL);
		return;
	}
	if (m->scan.panicked) {
		judge(m, OUTCOME_KERNEL_PANIC, NULL);
		return;
	}
	if (by_guest)
		detail = xasprintf("the guest went down without a bye (%s)", m->qmp.shutdown);
	else
		detail = xasprintf("QEMU %s%s%s", how, m->output.len ? ": " : "",
				   m->output.len ? m->output.data : "");
	judge(m, by_guest && !g->hello ? OUTCOME_BOOT_FAILED : OUTCOME_VM_LOST, detail);
}

/* A watchdog's verdict is worth more with QEMU's view: "internal-error" is no guest's fault. */
static void add_status(struct machine *m)
{
	double end = now_s() + STATUS_S;
	char *old = m->result->detail;

	qmp_ask_status(&m->qmp);
	while (m->qmp.fd >= 0 && !m->qmp.status[0] && now_s() < end) {
		struct pollfd p = { .fd = m->qmp.fd, .events = POLLIN };

		poll(&p, 1, TICK_MS / 4);
		qmp_read(&m->qmp);
	}
	if (!old || (m->qmp.status[0] && streq(m->qmp.status, "running")))
		return;
	m->result->detail =
		xasprintf("%s; QEMU says: %s%s%s", old,
			  m->qmp.status[0] ? m->qmp.status : "nothing", m->output.len ? ": " : "",
			  m->output.len ? m->output.data : "");
	free(old);
}

/* Booted, and stopped by its guest. */
static void save(struct machine *m)
{
	_cleanup_error_ struct error *e = NULL;

	if (state_save(&m->qmp, m->spec->save, &e) < 0)
		judge(m, OUTCOME_VM_LOST, xstrdup(e->msg));
	else
		judge(m, OUTCOME_OK, NULL);
}

static void look(struct machine *m)
{
	const struct guest_state *g = m->spec->guest;
	enum outcome o;
	char *detail;

	if (proc_interrupted())
		judge(m, OUTCOME_INTERRUPTED, NULL);
	else if (m->qmp.stopped && m->spec->save)
		save(m);
	else if (g->bye)
		judge(m, OUTCOME_OK, NULL);
	else if (watchdog_bites(&m->dog, g, now_s(), &o, &detail)) {
		judge(m, o, detail);
		add_status(m);
	}
}

/* --- start, loop, end ------------------------------------------------------------ */

static int stream_pair(int ret[2], struct error **err)
{
	int size = STREAM_BUFFER;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret) < 0)
		return error_errno(err, errno, "socketpair");
	/* Only ours; QEMU decides for its own end, and the flag is not shared between the two. */
	if (fcntl(ret[0], F_SETFL, O_NONBLOCK) < 0)
		return error_errno(err, errno, "fcntl");
	setsockopt(ret[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return 0;
}

/*
 * QEMU's main loop puts the virtual clock forward when it finds the guest halted.
 * If it does so a moment before the guest's thread has accounted for its last
 * instructions (icount_start_warp_timer() of 7.2), the step is some nanoseconds
 * too long, and the run another one.  The two share a core, and the main loop is
 * woken each time that the guest sets a timer: where it comes first, it has looked
 * and sleeps again before the guest gets to its HLT.  Else it may come to run at
 * any moment when the core is contended.
 */
static void let_main_loop_go_first(const struct child *c)
{
	if (!child_first_thread_first(c))
		progress_detail("no privilege for real-time scheduling: on a busy host a "
				"deterministic run may come out differently");
}

/* A guest that is to be saved gets no job: those that go on from there have each their own. */
static int make_mailbox(struct machine *m, struct error **err)
{
	const struct machine_spec *s = m->spec;

	if (mailbox_create(s->boot->mailbox_bytes, &m->mailbox, err) < 0)
		return -1;
	return s->save ? 0 : mailbox_put_job(m->mailbox, s->boot->tray, err);
}

static int launch(struct machine *m, char *const *argv, struct error **err)
{
	const struct machine_spec *s = m->spec;
	int pairs[4][2], theirs[4], opened = 0, r = 0;

	if (s->boot->mailbox_bytes)
		r = make_mailbox(m, err);
	while (r == 0 && opened < 4 && (r = stream_pair(pairs[opened], err)) == 0)
		opened++;
	if (r == 0) {
		for (int i = 0; i < 3; i++)
			theirs[i] = pairs[i][1];
		theirs[3] = m->mailbox;
		m->dog.started = now_s();
		r = child_start(argv, theirs, m->mailbox < 0 ? 3 : 4, pairs[3][1], s->pin_cpus,
				s->n_pin_cpus, &m->child, err);
		if (r == 0 && s->mode == MODE_DETERMINISTIC && s->n_pin_cpus == 1)
			let_main_loop_go_first(&m->child);
	}
	for (int i = 0; i < opened; i++) {
		close(pairs[i][1]);
		if (r < 0)
			close(pairs[i][0]);
	}
	if (r < 0)
		return -1;
	m->frames = pairs[0][0];
	m->console = pairs[1][0];
	m->out = pairs[3][0];
	qmp_init(&m->qmp, pairs[2][0]);
	return 0;
}

static void show(const struct machine *m)
{
	const struct guest_state *g = m->spec->guest;

	progress("guest: %s [%s]", g->hello ? g->phase : "booting",
		 duration_to_str(now_s() - m->dog.started));
}

static void wait_for_something(struct machine *m)
{
	/* poll() passes over descriptors that are -1. */
	struct pollfd p[] = {
		{ .fd = m->frames, .events = POLLIN },      { .fd = m->console, .events = POLLIN },
		{ .fd = m->out, .events = POLLIN },         { .fd = m->qmp.fd, .events = POLLIN },
		{ .fd = m->child.pidfd, .events = POLLIN },
	};

	poll(p, ARRAY_SIZE(p), TICK_MS);
}

static void supervise(struct machine *m)
{
	hear(m, m->spec->said, m->spec->said_len);
	while (!m->judged) {
		wait_for_something(m);
		pump_all(m, false);
		if (m->judged)
			break;
		if (child_wait(&m->child, 0)) {
			pump_all(m, true);
			console_scan_end(&m->scan);
			judge_ended(m);
		} else {
			look(m);
			show(m);
		}
	}
}

/*
 * Frames overtake the console, whose UART is slow: what the guest had printed
 * before its bye is still on the way.  Waits until the console is quiet.
 */
static void settle(struct machine *m)
{
	double until = now_s() + SETTLE_MAX_S, heard = now_s();
	uint64_t seen = m->scan.position;

	while (now_s() < until && now_s() - heard < QUIET_S && !child_wait(&m->child, 0)) {
		struct pollfd p = { .fd = m->console, .events = POLLIN };

		poll(&p, 1, (int)(QUIET_S * 1000 / 2));
		pump_all(m, false);
		if (m->scan.position != seen)
			heard = now_s();
		seen = m->scan.position;
	}
}

/* A guest that said bye is switched off in order; any other is killed.  What it still says is kept. */
static void end(struct machine *m)
{
	double until;

	if (m->spec->guest->bye) {
		settle(m);
		qmp_quit(&m->qmp);
		until = now_s() + QUIT_S;
		while (now_s() < until && !child_wait(&m->child, 0)) {
			wait_for_something(m);
			pump_all(m, false);
		}
	}
	child_kill(&m->child);
	pump_all(m, true);
	console_scan_end(&m->scan);
}

static void deinit(struct machine *m)
{
	child_deinit(&m->child);
	qmp_deinit(&m->qmp);
	console_scan_deinit(&m->scan);
	strbuf_deinit(&m->output);
	error_free(m->sink_error);
	close_guard(&m->frames);
	close_guard(&m->console);
	close_guard(&m->out);
	close_guard(&m->mailbox);
	free(m);
}

/* QEMU refused its command line or lacked something: there never was a machine. */
static bool never_ran(const struct machine *m)
{
	return !m->spec->guest->hello && m->scan.position == 0 && m->child.reaped &&
	       WIFEXITED(m->child.status) && WEXITSTATUS(m->child.status) != 0;
}

static int report(struct machine *m, struct error **err)
{
	struct machine_result *r = m->result;

	r->duration_s = now_s() - m->dog.started;
	r->incidents = steal_ptr(&m->scan.incidents);
	r->n_incidents = m->scan.n_incidents;
	m->scan.n_incidents = 0;
	if (m->sink_error && m->sink_error->code == EXIT_HOST)
		return error_propagate(err, steal_ptr(&m->sink_error));
	if (r->outcome == OUTCOME_VM_LOST && never_ran(m))
		return error_set(err, EXIT_FAULT, "no machine: %s", r->detail);
	return 0;
}

int machine_run(const struct machine_spec *spec, struct machine_result *ret, struct error **err)
{
	_cleanup_strv_ char **argv = qemu_argv(spec);
	struct machine *m = xcalloc(1, sizeof(*m));
	int r;

	*ret = (struct machine_result){ .command = strv_shell(argv) };
	m->spec = spec;
	m->result = ret;
	m->frames = m->console = m->out = m->mailbox = m->qmp.fd = m->child.pidfd = -1;
	watchdog_init(&m->dog, spec, now_s());
	r = launch(m, argv, err);
	if (r == 0 && spec->restore && state_restore(&m->qmp, spec->restore, err) < 0) {
		child_kill(&m->child);
		r = -1;
	}
	if (r == 0) {
		supervise(m);
		end(m);
		r = report(m, err);
	}
	deinit(m);
	return r;
}

void machine_result_deinit(struct machine_result *r)
{
	free(r->detail);
	free(r->command);
	incidents_free(r->incidents, r->n_incidents);
	*r = (struct machine_result){ 0 };
}
