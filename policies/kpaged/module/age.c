// SPDX-License-Identifier: GPL-2.0
/*
 * The thread. It runs as SCHED_IDLE, and only where CPUs had idle time since its
 * last run: SCHED_IDLE alone still gets a share of a busy CPU. A mapping's lock
 * is tried for and held for one batch of entries, so that a thread that gets no
 * more CPU time is in nobody's way for long.
 *
 * A page is a candidate if it wasn't accessed between two passes over its
 * mapping, which are at least an interval apart; each more such pass makes it older.
 */
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/kernel_stat.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/smp.h>
#include <linux/tick.h>
#include <uapi/linux/sched/types.h>
#include <asm/tlbflush.h>

#include "kpaged.h"
#include "kp_trace.h"
#include "walk.h"

/* Entries under one hold of the locks. */
#define BATCH 256

/* A look for new processes, in intervals of the thread's runs (ours). */
#define LOOK_MS 200

static struct task_struct *thread;

/* --- idle time ------------------------------------------------------------------- */

static u64 idle_us(void)
{
	u64 sum = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		u64 us = get_cpu_idle_time_us(cpu, NULL);

		/* Without NO_HZ ticks are all there is to go by. */
		if (us == -1ULL)
			us = kcpustat_cpu(cpu).cpustat[CPUTIME_IDLE] / NSEC_PER_USEC;
		sum += us;
	}
	return sum;
}

/*
 * Was any CPU idle for long enough? A CPU that comes or goes changes the sum:
 * what it brings or takes along is one run's error.
 */
static bool gate_open(void)
{
	static u64 last_idle;
	static ktime_t last;
	u64 idle = idle_us();
	ktime_t now = ktime_get();
	s64 idled = idle - last_idle;
	s64 passed = ktime_us_delta(now, last);

	last_idle = idle;
	last = now;
	return idled * 100 >= passed * READ_ONCE(kp_gate_pct);
}

/* --- passes ------------------------------------------------------------------------ */

struct walk {
	struct kp_walk walk;
	struct kp_map *map;
};

static void old(struct kp_walk *walk, unsigned long addr, int nid)
{
	kp_map_found(container_of(walk, struct walk, walk)->map, addr, nid);
}

/* Whether it was accessed or not: what the age is worth shows against this. */
static void any(struct kp_walk *walk, unsigned long addr, int nid)
{
	if (get_random_u32() % 2 == 0)
		old(walk, addr, nid);
}

static void flush(void *info)
{
	__flush_tlb_all();
}

/*
 * What is in a TLB is not marked again, and a page that is used all the time would
 * look as if it weren't. Once for all that a pass has cleared.
 */
static void flush_all(struct mm_struct *mm)
{
	on_each_cpu_mask(mm_cpumask(mm), flush, NULL, true);
}

static void pass_end(struct kp_map *map)
{
	flush_all(map->mm);
	/* The first pass only clears what was accessed since whenever. */
	if (!map->passed)
		kp_ring_clear(&map->next);
	map->passed = true;
	map->cursor = 0;
	kp_map_publish(map);
	kp_count(KP_PASSES, 1);
	trace_pass(map->mm, READ_ONCE(map->live.n), jiffies - map->begun);
}

static bool due(struct kp_map *map)
{
	unsigned long interval = msecs_to_jiffies(READ_ONCE(kp_interval_ms));

	if (map->cursor)
		return true;
	if (map->passed && time_before(jiffies, map->begun + interval))
		return false;
	map->begun = jiffies;
	return true;
}

/* One batch; false: this mapping has no more. */
static bool age_batch(struct kp_map *map, unsigned int *ptes)
{
	bool random = READ_ONCE(kp_random);
	struct walk w = {
		.walk = {
			.addr = map->cursor,
			.nr_ptes = min_t(unsigned int, BATCH, *ptes),
			.even_young = random,
			.old = random ? any : old,
		},
		.map = map,
	};
	int ret = kp_walk_age(map->mm, &w.walk);

	kp_count(KP_AGED, w.walk.nr_present);
	kp_count(KP_YOUNG, w.walk.nr_young);
	/* A piece without pages costs a little, too. */
	*ptes -= min_t(unsigned long, *ptes, max(w.walk.nr_present, 16UL));
	if (ret == -EAGAIN) {
		kp_count(KP_LOCKED, 1);
		return false;
	}
	map->cursor = w.walk.addr;
	if (ret == -ENOENT)
		pass_end(map);
	return !ret;
}

static void age_map(struct kp_map *map, unsigned int *ptes)
{
	bool more = due(map);

	if (!more || !mmget_not_zero(map->mm))
		return;
	while (more && *ptes && !kthread_should_stop()) {
		more = age_batch(map, ptes);
		cond_resched();
	}
	mmput_async(map->mm);
}

static void age_some(void)
{
	unsigned int ptes = READ_ONCE(kp_run_ptes);
	static unsigned int index;
	struct kp_map *map;

	while (ptes && (map = kp_map_due(&index))) {
		age_map(map, &ptes);
		/* In the middle of a pass: it goes on here in the next run. */
		if (!ptes && map->cursor)
			index--;
		kp_map_put(map);
	}
}

/* --- the thread --------------------------------------------------------------------- */

static void run(void)
{
	static unsigned long looked;
	bool open = gate_open();

	kp_count(KP_RUNS, 1);
	kp_count(kp_mode(), 1);
	/* What is known gets old whether there is time to learn more or not. */
	kp_maps_expire();
	if (!open) {
		kp_count(KP_GATED, 1);
		return;
	}
	if (!looked || time_after(jiffies, looked + msecs_to_jiffies(LOOK_MS))) {
		looked = jiffies ?: 1;
		kp_maps_look();
	}
	age_some();
}

static int kpaged(void *data)
{
	set_freezable();
	while (!kthread_should_stop()) {
		schedule_timeout_interruptible(msecs_to_jiffies(READ_ONCE(kp_period_ms)));
		try_to_freeze();
		if (READ_ONCE(kp_enable))
			run();
	}
	kp_maps_exit();
	return 0;
}

int kp_age_init(void)
{
	const struct sched_attr attr = { .size = sizeof(attr), .sched_policy = SCHED_IDLE };
	int ret;

	thread = kthread_create(kpaged, NULL, "kpaged");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	ret = sched_setattr_nocheck(thread, &attr);
	if (ret) {
		kthread_stop(thread);
		return ret;
	}
	wake_up_process(thread);
	return 0;
}

void kp_age_exit(void)
{
	kthread_stop(thread);
}
