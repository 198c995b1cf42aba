// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that comes and goes. Before a range goes, we let go of it: what is held
 * there is given back, and who is at work there has ended. Struct pages may
 * vanish afterwards, so that nobody looks at the range from then on.
 */
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/rwsem.h>

#include "kmempowerd.h"

DECLARE_RWSEM(km_offlining);

static unsigned long off_start, off_end;	/* one at a time, says memory hotplug */

bool km_goes_offline(unsigned long start, unsigned long end)
{
	return start < off_end && end > off_start;
}

static void set_offlining(unsigned long start, unsigned long end)
{
	down_write(&km_offlining);
	off_start = start;
	off_end = end;
	up_write(&km_offlining);
}

/* Zones may have grown: their tables are made anew. */
static void memory_came(int nid)
{
	mutex_lock(&km_mutex);
	if (km_node_start(nid))
		pr_err(KM_NAME ": no memory to look after node %d\n", nid);
	mutex_unlock(&km_mutex);
}

static void node_went(int nid)
{
	mutex_lock(&km_mutex);
	km_node_stop(nid);
	mutex_unlock(&km_mutex);
}

static int memory_changed(struct notifier_block *self, unsigned long action, void *arg)
{
	struct memory_notify *notify = arg;
	unsigned long start = notify->start_pfn, end = start + notify->nr_pages;

	switch (action) {
	case MEM_GOING_OFFLINE:
		set_offlining(start, end);
		km_release_range(start, end, KM_RELEASED_OFFLINE);
		break;
	case MEM_CANCEL_OFFLINE:
		set_offlining(0, 0);
		break;
	case MEM_OFFLINE:
		set_offlining(0, 0);
		/* Now it has no memory at all. */
		if (notify->status_change_nid >= 0)
			node_went(notify->status_change_nid);
		break;
	case MEM_ONLINE:
		memory_came(page_to_nid(pfn_to_page(start)));
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block memory_nb = { .notifier_call = memory_changed };

static void stop_nodes(void)
{
	int nid;

	mutex_lock(&km_mutex);
	for (nid = 0; nid < nr_node_ids; nid++)
		km_node_stop(nid);
	mutex_unlock(&km_mutex);
}

/* The notifier comes first, so that no node is missed; starting one twice does no harm. */
int km_hotplug_init(void)
{
	int nid, ret = register_memory_notifier(&memory_nb);

	if (ret)
		return ret;
	mutex_lock(&km_mutex);
	for_each_node_state(nid, N_MEMORY) {
		ret = km_node_start(nid);
		if (ret)
			break;
	}
	mutex_unlock(&km_mutex);
	if (ret)
		km_hotplug_exit();
	return ret;
}

void km_hotplug_exit(void)
{
	unregister_memory_notifier(&memory_nb);
	stop_nodes();
}
