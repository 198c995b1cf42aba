// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings that have anonymous pages, and their candidates.
 *
 * Only the thread adds and removes mappings; kswapds look for some under
 * maps_lock and then hold a reference. Nothing here pins a process or a page:
 * an mm_struct that is held by mmgrab() loses its pages when its last user goes.
 * maps_lock and a map's lock are leaves, never held together but in that order,
 * and nothing allocates or sleeps under them.
 */
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "kpaged.h"
#include "policy_mm.h"

/* A mapping with fewer anonymous pages isn't worth the bookkeeping (ours). */
#define MIN_ANON 64

#define MIN_RING 64

static LIST_HEAD(maps);
static DEFINE_HASHTABLE(maps_by_mm, 8);	/* the thread's */
static DEFINE_SPINLOCK(maps_lock);
static unsigned int generation;		/* of looks for mappings; the thread's */

/* Of all live rings; each changes it under its map's lock. */
static atomic_long_t candidates = ATOMIC_LONG_INIT(0);

long kp_candidates(void)
{
	return atomic_long_read(&candidates);
}

static unsigned long anon_pages(struct mm_struct *mm)
{
	return get_mm_counter(mm, MM_ANONPAGES);
}

/* --- mappings ------------------------------------------------------------------ */

void kp_map_put(struct kp_map *map)
{
	if (!refcount_dec_and_test(&map->ref))
		return;
	atomic_long_sub(map->live.n, &candidates);
	kp_ring_free(&map->live);
	kp_ring_free(&map->next);
	mmdrop(map->mm);
	kfree(map);
}

static struct kp_map *map_find(struct mm_struct *mm)
{
	struct kp_map *map;

	hash_for_each_possible(maps_by_mm, map, by_mm, (unsigned long)mm) {
		if (map->mm == mm)
			return map;
	}
	return NULL;
}

static void map_add(struct mm_struct *mm)
{
	/* Within RCU; one that can't be had now is added by a later look. */
	struct kp_map *map = kzalloc(sizeof(*map), GFP_NOWAIT | __GFP_NOWARN);

	if (!map)
		return;
	refcount_set(&map->ref, 1);
	spin_lock_init(&map->lock);
	mmgrab(mm);
	map->mm = mm;
	map->seen = generation;
	hash_add(maps_by_mm, &map->by_mm, (unsigned long)mm);
	spin_lock(&maps_lock);
	list_add_tail(&map->list, &maps);
	spin_unlock(&maps_lock);
}

static void map_remove(struct kp_map *map)
{
	hash_del(&map->by_mm);
	spin_lock(&maps_lock);
	list_del(&map->list);
	spin_unlock(&maps_lock);
	kp_map_put(map);
}

static void look_at(struct task_struct *process)
{
	struct mm_struct *mm = policy_process_mm(process);
	struct kp_map *map;

	if (!mm)
		return;
	map = map_find(mm);
	if (map)
		map->seen = generation;
	else if (anon_pages(mm) >= MIN_ANON)
		map_add(mm);
	/* The last user's end is nothing for here. */
	mmput_async(mm);
}

void kp_maps_look(void)
{
	struct kp_map *map, *next;
	struct task_struct *task;

	generation++;
	rcu_read_lock();
	for_each_process(task)
		look_at(task);
	rcu_read_unlock();
	list_for_each_entry_safe(map, next, &maps, list) {
		if (map->seen != generation)
			map_remove(map);
	}
}

void kp_maps_exit(void)
{
	struct kp_map *map, *next;

	list_for_each_entry_safe(map, next, &maps, list)
		map_remove(map);
}

/* By its place in the list, which is where it was unless others have gone. */
struct kp_map *kp_map_due(unsigned int *index)
{
	struct kp_map *map;
	unsigned int i = 0;

	list_for_each_entry(map, &maps, list) {
		if (i++ == *index) {
			++*index;
			refcount_inc(&map->ref);
			return map;
		}
	}
	*index = 0;
	return NULL;
}

/* By the age of the oldest, then by how many are so old. */
static unsigned long rank(struct kp_map *map)
{
	unsigned int age = kp_ring_oldest(&map->live);

	return age ? (unsigned long)age << 32 | READ_ONCE(map->live.nr_aged[age]) : 0;
}

/* What is locked can't be had, and may be more than is there yet. */
static unsigned long resident(struct kp_map *map)
{
	unsigned long pages = anon_pages(map->mm), locked = READ_ONCE(map->mm->locked_vm);

	return pages > locked ? pages - locked : 0;
}

static struct kp_map *map_most(unsigned long (*of)(struct kp_map *map))
{
	struct kp_map *map, *best = NULL;
	unsigned long most = 0;

	spin_lock(&maps_lock);
	list_for_each_entry(map, &maps, list) {
		unsigned long n = of(map);

		if (n > most) {
			most = n;
			best = map;
		}
	}
	if (best)
		refcount_inc(&best->ref);
	spin_unlock(&maps_lock);
	return best;
}

struct kp_map *kp_map_oldest(void)
{
	return map_most(rank);
}

struct kp_map *kp_map_largest(void)
{
	return map_most(resident);
}

/* --- candidates ------------------------------------------------------------------ */

/* Both rings of a mapping are as large as the mapping was, up to the knob. */
static bool ring_fit(struct kp_map *map)
{
	unsigned int most = READ_ONCE(kp_ring_pages);
	unsigned long want = clamp_t(unsigned long, anon_pages(map->mm), MIN_RING, most);

	if (map->next.size >= want && map->next.size <= most)
		return true;
	return kp_ring_alloc(&map->next, min_t(unsigned long, roundup_pow_of_two(want), most));
}

void kp_map_found(struct kp_map *map, unsigned long addr, int nid)
{
	unsigned int before = kp_ring_age(&map->live, addr, &map->known);
	/* What is there by chance isn't to be ordered after all. */
	unsigned int most = READ_ONCE(kp_random) ? 1 : READ_ONCE(kp_ages);

	kp_ring_add(&map->next, addr, nid, min(before + 1, most));
}

void kp_map_publish(struct kp_map *map)
{
	spin_lock(&map->lock);
	swap(map->live, map->next);
	map->live_at = jiffies;
	atomic_long_add((long)map->live.n - (long)map->next.n, &candidates);
	spin_unlock(&map->lock);
	map->known = 0;
	kp_ring_clear(&map->next);
	ring_fit(map);
}

/* Of other nodes' none is kept: there is one ring, and any node's kswapd is as likely to come. */
unsigned int kp_map_take(struct kp_map *map, int nid, unsigned long *addr, unsigned int n)
{
	unsigned int before, found;

	spin_lock(&map->lock);
	before = map->live.n;
	found = kp_ring_take(&map->live, nid, addr, n);
	atomic_long_sub(before - map->live.n, &candidates);
	spin_unlock(&map->lock);
	return found;
}

void kp_map_expire(struct kp_map *map)
{
	unsigned long age = msecs_to_jiffies(READ_ONCE(kp_max_age_ms));

	spin_lock(&map->lock);
	if (map->live.n && time_after(jiffies, map->live_at + age)) {
		kp_count(KP_EXPIRED, map->live.n);
		atomic_long_sub(map->live.n, &candidates);
		kp_ring_give_up(&map->live);
	}
	spin_unlock(&map->lock);
}

void kp_maps_expire(void)
{
	struct kp_map *map;

	list_for_each_entry(map, &maps, list)
		kp_map_expire(map);
}

long kp_candidates_counted(void)
{
	struct kp_map *map;
	long sum = 0;

	spin_lock(&maps_lock);
	list_for_each_entry(map, &maps, list)
		sum += READ_ONCE(map->live.n);
	spin_unlock(&maps_lock);
	return sum;
}
