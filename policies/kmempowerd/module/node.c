// SPDX-License-Identifier: GPL-2.0
/* A node's worker and its zones' tables: made and unmade under km_mutex. */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "kmempowerd.h"

DEFINE_MUTEX(km_mutex);
unsigned int km_shift;

static struct km_node *nodes;	/* nr_node_ids of them */

struct km_node *km_node(int nid)
{
	return &nodes[nid];
}

struct km_node *km_node_of_current(void)
{
	void *worker = kthread_func(current) == kthread_worker_fn ? kthread_data(current) : NULL;
	int nid;

	/* A worker is freed after it was taken away, and never while it runs this. */
	for (nid = 0; worker && nid < nr_node_ids; nid++) {
		if (READ_ONCE(nodes[nid].worker) == worker)
			return &nodes[nid];
	}
	return NULL;
}

void km_range(const struct km_zone *kz, unsigned int r, unsigned long *ret_start,
	      unsigned long *ret_end)
{
	unsigned long start = kz->first + ((unsigned long)r << km_shift);

	*ret_start = max(start, kz->zone->zone_start_pfn);
	*ret_end = min(start + (1ul << km_shift), zone_end_pfn(kz->zone));
}

/* --- tables ------------------------------------------------------------------------ */

static void free_tables(struct km_zone *kz)
{
	kz->nr = 0;
	bitmap_free(kz->mask);
	bitmap_free(kz->local);
	kvfree(kz->region);
	kvfree(kz->pick);
	kz->mask = NULL;
	kz->local = NULL;
	kz->region = NULL;
	kz->pick = NULL;
}

static int make_tables(struct km_zone *kz, struct zone *zone)
{
	unsigned long first = zone->zone_start_pfn >> km_shift;
	unsigned long last = (zone_end_pfn(zone) - 1) >> km_shift;
	unsigned int nr = last - first + 1;

	kz->zone = zone;
	kz->first = first << km_shift;
	kz->mask = bitmap_zalloc(nr, GFP_KERNEL);
	kz->local = bitmap_zalloc(nr, GFP_KERNEL);
	kz->region = kvcalloc(nr, sizeof(*kz->region), GFP_KERNEL);
	kz->pick = kvcalloc(nr, sizeof(*kz->pick), GFP_KERNEL);
	if (!kz->mask || !kz->local || !kz->region || !kz->pick) {
		free_tables(kz);
		return -ENOMEM;
	}
	kz->nr = nr;
	return 0;
}

static void free_node_tables(struct km_node *node)
{
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		free_tables(&node->zones[i]);
}

static int make_node_tables(struct km_node *node)
{
	struct pglist_data *pgdat = NODE_DATA(node->nid);
	int i, ret;

	for (i = 0; i < pgdat->nr_zones; i++) {
		if (!populated_zone(&pgdat->node_zones[i]))
			continue;
		ret = make_tables(&node->zones[i], &pgdat->node_zones[i]);
		if (ret) {
			free_node_tables(node);
			return ret;
		}
	}
	return 0;
}

/* --- the worker -------------------------------------------------------------------- */

/* kthread_create_worker() can't be told the node. */
static struct kthread_worker *create_worker(int nid)
{
	const struct cpumask *cpus = cpumask_of_node(nid);
	struct kthread_worker *worker = kzalloc(sizeof(*worker), GFP_KERNEL);
	struct task_struct *task;

	if (!worker)
		return ERR_PTR(-ENOMEM);
	kthread_init_worker(worker);
	worker->flags = KTW_FREEZABLE;
	task = kthread_create_on_node(kthread_worker_fn, worker, nid, "kmempowerd/%d", nid);
	if (IS_ERR(task)) {
		kfree(worker);
		return ERR_CAST(task);
	}
	if (!cpumask_empty(cpus))
		set_cpus_allowed_ptr(task, cpus);
	worker->task = task;
	return worker;
}

/* Anew for each worker: a work remembers the one that it was queued on. */
static void init_works(struct km_node *node)
{
	int i;

	kthread_init_delayed_work(&node->scan, km_scan_node);
	for (i = 0; i < MAX_NR_ZONES; i++)
		kthread_init_work(&node->zones[i].work, km_serve_zone);
}

int km_node_start(int nid)
{
	struct km_node *node = km_node(nid);
	struct kthread_worker *worker;
	int ret;

	km_node_stop(nid);
	ret = make_node_tables(node);
	if (ret)
		return ret;
	worker = create_worker(nid);
	if (IS_ERR(worker)) {
		free_node_tables(node);
		return PTR_ERR(worker);
	}
	init_works(node);
	WRITE_ONCE(node->stopping, false);
	node->unpaid_since = jiffies;
	node->unpaid = 0;
	node->hold_at = jiffies;
	WRITE_ONCE(node->worker, worker);
	/* All is set up before it runs. */
	wake_up_process(worker->task);
	if (READ_ONCE(km_enable))
		kthread_queue_delayed_work(worker, &node->scan, 0);
	return 0;
}

/* What is waiting is cancelled by the worker itself, one by one. */
void km_node_stop(int nid)
{
	struct km_node *node = km_node(nid);
	struct kthread_worker *worker;

	if (!node->worker)
		return;
	WRITE_ONCE(node->stopping, true);
	wake_up_all(&node->wait);
	kthread_cancel_delayed_work_sync(&node->scan);
	/* As long as it has something to do, it is known as the node's. */
	kthread_flush_worker(node->worker);
	worker = node->worker;
	WRITE_ONCE(node->worker, NULL);
	kthread_destroy_worker(worker);
	free_node_tables(node);
}

/* --- all of them ---------------------------------------------------------------------- */

static int start_nodes(void)
{
	int nid, ret;

	for_each_node_state(nid, N_MEMORY) {
		ret = km_node_start(nid);
		if (ret)
			return ret;
	}
	return 0;
}

static void stop_nodes(void)
{
	int nid;

	for (nid = 0; nid < nr_node_ids; nid++)
		km_node_stop(nid);
}

unsigned int km_get_region_mb(void)
{
	return 1u << (READ_ONCE(km_shift) + PAGE_SHIFT - 20);
}

/* Requests are cancelled, and what is held is given back: they are of other regions. */
int km_set_region_mb(unsigned int mb)
{
	unsigned int shift = ilog2(mb) + 20 - PAGE_SHIFT;
	int ret = 0;

	mutex_lock(&km_mutex);
	if (shift != km_shift) {
		stop_nodes();
		km_release_range(0, ULONG_MAX, KM_RELEASED_OFF);
		WRITE_ONCE(km_shift, shift);
		ret = start_nodes();
	}
	mutex_unlock(&km_mutex);
	return ret;
}

static void with_workers(void (*apply)(struct km_node *node))
{
	int nid;

	for (nid = 0; nid < nr_node_ids; nid++) {
		if (km_node(nid)->worker)
			apply(km_node(nid));
	}
}

/* What is waiting is cancelled, so that this takes no longer than one evacuation. */
static void apply_enable(struct km_node *node)
{
	wake_up_all(&node->wait);
	if (READ_ONCE(km_enable)) {
		kthread_mod_delayed_work(node->worker, &node->scan, 0);
	} else {
		kthread_cancel_delayed_work_sync(&node->scan);
		kthread_flush_worker(node->worker);
	}
}

void km_apply_enable(void)
{
	mutex_lock(&km_mutex);
	with_workers(apply_enable);
	if (!READ_ONCE(km_enable))
		km_release_range(0, ULONG_MAX, KM_RELEASED_OFF);
	mutex_unlock(&km_mutex);
}

static void apply_hold(struct km_node *node)
{
	WRITE_ONCE(node->hold_at, jiffies);
}

void km_apply_hold(void)
{
	mutex_lock(&km_mutex);
	with_workers(apply_hold);
	if (!READ_ONCE(km_hold))
		km_release_range(0, ULONG_MAX, KM_RELEASED_OFF);
	mutex_unlock(&km_mutex);
}

static void apply_scan_ms(struct km_node *node)
{
	kthread_cancel_delayed_work_sync(&node->scan);
	if (READ_ONCE(km_enable))
		kthread_queue_delayed_work(node->worker, &node->scan,
					   msecs_to_jiffies(READ_ONCE(km_scan_ms)));
}

void km_apply_scan_ms(void)
{
	mutex_lock(&km_mutex);
	with_workers(apply_scan_ms);
	mutex_unlock(&km_mutex);
}

static void apply_rate(struct km_node *node)
{
	wake_up_all(&node->wait);
}

void km_apply_rate(void)
{
	mutex_lock(&km_mutex);
	with_workers(apply_rate);
	mutex_unlock(&km_mutex);
}

static void init_node(int nid)
{
	struct km_node *node = km_node(nid);
	int i;

	node->nid = nid;
	init_waitqueue_head(&node->wait);
	/* The same on each run of the same module: a control has to be repeatable. */
	prandom_seed_state(&node->random, nid + 1);
	for (i = 0; i < MAX_NR_ZONES; i++) {
		node->zones[i].node = node;
		spin_lock_init(&node->zones[i].lock);
	}
}

int km_nodes_init(void)
{
	int nid;

	km_shift = ilog2(16) + 20 - PAGE_SHIFT;
	nodes = kvcalloc(nr_node_ids, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		return -ENOMEM;
	for (nid = 0; nid < nr_node_ids; nid++)
		init_node(nid);
	return 0;
}

void km_nodes_exit(void)
{
	kvfree(nodes);
}
