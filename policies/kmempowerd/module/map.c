// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/policy/NAME_regions: each region as it is now, one a line. A region that
 * is held counts as free here, though not for the kernel.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/rwsem.h>

#include "kmempowerd.h"
#include "policy_proc.h"

/* The position is 1 + the number of the region, over all nodes' zones. */
static struct km_zone *zone_at(loff_t at, unsigned int *ret_region)
{
	int nid, i;

	for (nid = 0; nid < nr_node_ids; nid++) {
		for (i = 0; i < MAX_NR_ZONES; i++) {
			struct km_zone *kz = &km_node(nid)->zones[i];

			if (at < kz->nr) {
				*ret_region = at;
				return kz;
			}
			at -= kz->nr;
		}
	}
	return NULL;
}

static void *start(struct seq_file *m, loff_t *pos)
{
	unsigned int r;

	mutex_lock(&km_mutex);
	if (!*pos)
		return SEQ_START_TOKEN;
	return zone_at(*pos - 1, &r) ? pos : NULL;
}

static void *next(struct seq_file *m, void *v, loff_t *pos)
{
	unsigned int r;

	++*pos;
	return zone_at(*pos - 1, &r) ? pos : NULL;
}

static void stop(struct seq_file *m, void *v)
{
	mutex_unlock(&km_mutex);
}

static const char *state_of(struct km_zone *kz, unsigned int r, const struct km_fill *fill)
{
	const struct km_region *region = &kz->region[r];
	const char *state = "-";

	spin_lock(&kz->lock);
	if (region->busy)
		state = "busy";
	else if (test_bit(r, kz->mask))
		state = "queued";
	else if (fill->held && fill->held == fill->present)
		state = "held";
	else if (region->failures && time_before(jiffies, region->not_before))
		state = "backoff";
	spin_unlock(&kz->lock);
	return state;
}

static int show(struct seq_file *m, void *v)
{
	unsigned long first, past;
	struct km_fill fill;
	struct km_zone *kz;
	unsigned int r;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "# node zone region start_pfn present free movable other state\n");
		return 0;
	}
	kz = zone_at(*(loff_t *)v - 1, &r);
	km_range(kz, r, &first, &past);
	down_read(&km_offlining);
	km_look(kz, r, &fill);
	up_read(&km_offlining);
	seq_printf(m, "%d %s %u %lu %u %u %u %u %s\n", kz->node->nid, kz->zone->name, r, first,
		   fill.present, fill.free + fill.held, fill.movable, fill.other,
		   state_of(kz, r, &fill));
	return 0;
}

static const struct seq_operations map_ops = {
	.start = start,
	.next = next,
	.stop = stop,
	.show = show,
};

static struct proc_dir_entry *map_entry;

int km_map_register(void)
{
	map_entry = proc_create_seq(POLICY_PROC_DIR "/" KM_NAME "_regions", 0444, NULL, &map_ops);
	return map_entry ? 0 : -ENOMEM;
}

void km_map_unregister(void)
{
	policy_proc_remove(map_entry);
}
