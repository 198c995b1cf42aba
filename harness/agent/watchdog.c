// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "agent/log.h"
#include "agent/power.h"
#include "agent/wait.h"
#include "base/str.h"

/* MCL_FUTURE locks whole stacks, so this one is small. */
#define STACK (64 * 1024)

static struct {
	pthread_mutex_t lock;
	pthread_t thread;
	struct stream *stream;
	unsigned int heartbeat_ms;
	const char *what, *outcome;
	unsigned int seconds;
	uint64_t deadline; /* ns; 0: none */
} w = { .lock = PTHREAD_MUTEX_INITIALIZER };

void watchdog_step(const char *what, const char *outcome, unsigned int seconds)
{
	pthread_mutex_lock(&w.lock);
	w.what = what;
	w.outcome = outcome;
	w.seconds = seconds;
	w.deadline = seconds ? now_ns() + seconds * 1000000000ull : 0;
	pthread_mutex_unlock(&w.lock);
}

static void give_up(void)
{
	_cleanup_free_ char *detail = xasprintf("%s: not over after %u s", w.what, w.seconds);

	stream_outcome(w.stream, w.outcome, detail);
	log_line("%s: %s", w.outcome, detail);
	stream_bye(w.stream);
	power_off();
}

static void *watch(void *arg)
{
	(void)arg;
	for (;;) {
		stream_heartbeat(w.stream);
		pthread_mutex_lock(&w.lock);
		if (w.deadline && now_ns() > w.deadline)
			give_up();
		pthread_mutex_unlock(&w.lock);
		sleep_ms(w.heartbeat_ms);
	}
	return NULL;
}

int watchdog_start(struct stream *s, unsigned int heartbeat_ms, struct error **err)
{
	struct sched_param priority = { .sched_priority = 1 };
	pthread_attr_t attr;
	int r;

	w.stream = s;
	w.heartbeat_ms = heartbeat_ms;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	r = pthread_create(&w.thread, &attr, watch, NULL);
	pthread_attr_destroy(&attr);
	if (r)
		return error_errno(err, r, "start the watchdog");
	/* A workload with a thread on every CPU must not look like a hang. */
	if (pthread_setschedparam(w.thread, SCHED_RR, &priority))
		log_line("heartbeats have no real-time priority");
	return 0;
}
