// SPDX-License-Identifier: GPL-2.0-or-later
/* What all parts measure by: a squeeze, and what has come of it. */
#include "kpaged.h"

unsigned int squeeze_mb;

void squeeze_init(void)
{
	squeeze_mb = (unsigned int)free_mb() - HOT_MB - COLD_MB / 2;
	say("# %llu MB are free, %u MB will be asked for", (unsigned long long)free_mb(),
	    squeeze_mb);
}

bool wait_for_counter(const char *name, uint64_t least)
{
	uint64_t end = now_ms() + 30000;

	while (counter(name) < least && now_ms() < end)
		sleep_ms(50);
	return counter(name) >= least;
}

/* --- counts -------------------------------------------------------------------------- */

static const char *const why[] = { "escaped_timeout", "escaped_nofs",     "escaped_swap_full",
				   "escaped_kswapd",  "escaped_kthread",  "escaped_io",
				   "escaped_dying",   "escaped_not_short" };

/* Allocations that reclaimed by themselves although the policy saw them, by its own count. */
uint64_t escaped(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		sum += counter(why[i]);
	return sum;
}

void escapes_show(void)
{
	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++) {
		if (counter(why[i]))
			say("#   %s %llu", why[i], (unsigned long long)counter(why[i]));
	}
}

/* And all that did, by the kernel's. */
uint64_t allocstall(void)
{
	return vmstat("allocstall_dma") + vmstat("allocstall_dma32") + vmstat("allocstall_normal") +
	       vmstat("allocstall_movable") + vmstat("allocstall_device");
}

struct outcome outcome_now(void)
{
	return (struct outcome){
		.marked = counter("marked"),
		.regretted = counter("swap_hits_marked"),
		.used = counter("candidates_used"),
		.overload = counter("overload"),
		.ordinary = counter("ordinary"),
		.rounds = counter("rounds"),
		.pswpout = vmstat("pswpout"),
		.stalls = counter("stalls"),
		.woken = counter("woken"),
		.escaped = escaped(),
		.waits = counter("waits"),
		.told = counter("waits_told"),
		.kthreads = counter("escaped_kthread"),
		.allocstall = allocstall(),
	};
}

void outcome_since(struct outcome *o, const struct load *l)
{
	struct outcome n = outcome_now();

	o->marked = n.marked - o->marked;
	o->regretted = n.regretted - o->regretted;
	o->used = n.used - o->used;
	o->overload = n.overload - o->overload;
	o->ordinary = n.ordinary - o->ordinary;
	o->rounds = n.rounds - o->rounds;
	o->pswpout = n.pswpout - o->pswpout;
	o->stalls = n.stalls - o->stalls;
	o->woken = n.woken - o->woken;
	o->escaped = n.escaped - o->escaped;
	o->waits = n.waits - o->waits;
	o->told = n.told - o->told;
	o->kthreads = n.kthreads - o->kthreads;
	o->allocstall = n.allocstall - o->allocstall;
	o->hot_faults = l->hot_faults;
	o->cold_faults = l->cold_faults;
	o->wrong = l->wrong;
}

void outcome_show(const char *what, const struct outcome *o)
{
	say("# %s: rounds %llu: candidates %llu, overload %llu, ordinary %llu; marked %llu, "
	    "of these wanted back %llu, pswpout %llu; faults hot %llu, cold %llu",
	    what, (unsigned long long)o->rounds, (unsigned long long)o->used,
	    (unsigned long long)o->overload, (unsigned long long)o->ordinary,
	    (unsigned long long)o->marked, (unsigned long long)o->regretted,
	    (unsigned long long)o->pswpout, (unsigned long long)o->hot_faults,
	    (unsigned long long)o->cold_faults);
	say("# %s: allocations %llu: woken %llu, escaped %llu; the kernel counts %llu", what,
	    (unsigned long long)o->stalls, (unsigned long long)o->woken,
	    (unsigned long long)o->escaped, (unsigned long long)o->allocstall);
}

bool gauge_is_right(void)
{
	/* The thread is at rest: one look is as good as the other. */
	return counter("candidates") == counter("candidates_counted");
}

/* Read again, or found in the swap cache before they were gone. */
uint64_t misses(const struct outcome *o)
{
	return o->hot_faults + o->regretted;
}

/* --- the squeeze ----------------------------------------------------------------------- */

void wait_for_candidates(void)
{
	uint64_t end = now_ms() + 30000;

	wait_for_counter("passes", counter("passes") + 12);
	while (counter("candidates") < PAGES(COLD_MB) / 4 && now_ms() < end)
		sleep_ms(50);
}

struct outcome squeeze_load(struct load *l)
{
	struct outcome o = outcome_now();
	uint64_t in;

	l->hot_faults = 0;
	hog_start(squeeze_mb);
	load_wait_passes(l, 5);
	outcome_since(&o, l);
	hog_end();
	/* Read-ahead brings more than one page for a fault. */
	in = vmstat("pswpin");
	load_look(l);
	o.cold_faults = vmstat("pswpin") - in;
	o.wrong = l->wrong;
	load_end();
	return o;
}

struct outcome squeeze(bool with_candidates, bool lock_cold)
{
	struct load *l = load_start(HOT_MB, COLD_MB, lock_cold);

	if (with_candidates)
		wait_for_candidates();
	return squeeze_load(l);
}
