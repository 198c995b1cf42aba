// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/watchdog.h"

#include "base/str.h"

/*
 * A virtual second is a billion instructions.  With 7.2 and three runnable
 * tasks on two cores, five of them took more than 25 s; a busier host takes longer.
 */
#define VIRTUAL_SECOND_S 20.0

void watchdog_init(struct watchdog *w, const struct machine_spec *spec, double now)
{
	double second = spec->mode == MODE_DETERMINISTIC ? VIRTUAL_SECOND_S : 1;

	*w = (struct watchdog){
		.started = now,
		.looked = now,
		.boot_s = spec->boot_timeout_s * second,
		.silence_s = (double)spec->heartbeat_s * WATCHDOG_SILENT_BEATS * second,
		.total_s = spec->timeout_s * second,
	};
}

/*
 * While we were stopped (Ctrl-Z, a debugger, a full disk that blocked us) the
 * guest was too, sooner or later: its streams were full.  That time isn't its.
 */
static void note_own_stalls(struct watchdog *w, double now)
{
	double gap = now - w->looked;

	if (gap > WATCHDOG_STALL_S) {
		w->lost += gap;
		w->resumed = now;
	}
	w->looked = now;
}

static bool bite(enum outcome *ret, enum outcome o, char **ret_detail, char *detail)
{
	*ret = o;
	*ret_detail = detail;
	return true;
}

bool watchdog_bites(struct watchdog *w, const struct guest_state *g, double now, enum outcome *ret,
		    char **ret_detail)
{
	double heard, age;

	note_own_stalls(w, now);
	heard = g->last_frame_s > w->resumed ? g->last_frame_s : w->resumed;
	age = now - w->started - w->lost;
	if (w->panic_at && now - w->panic_at >= WATCHDOG_PANIC_S)
		return bite(ret, OUTCOME_KERNEL_PANIC, ret_detail, NULL);
	if (!g->hello && age >= w->boot_s)
		return bite(ret, OUTCOME_BOOT_FAILED, ret_detail,
			    xasprintf("nothing was heard of the agent for %.0f s", w->boot_s));
	if (age >= w->total_s)
		return bite(ret, OUTCOME_TIMEOUT, ret_detail,
			    xasprintf("still in phase \"%s\" after %.0f s", g->phase, w->total_s));
	if (g->hello && now - heard >= w->silence_s)
		return bite(ret, OUTCOME_HANG, ret_detail,
			    xasprintf("no heartbeat for %.0f s in phase \"%s\"", w->silence_s,
				      g->phase));
	return false;
}
