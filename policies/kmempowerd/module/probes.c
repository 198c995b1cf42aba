// SPDX-License-Identifier: GPL-2.0
/*
 * How many pages the engine moved: it doesn't say, but the trace event
 * mm_migrate_pages does, in the context of who called it.
 */
#include <linux/errno.h>
#include <linux/migrate_mode.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "kmempowerd.h"

static void count_moved(unsigned long succeeded, int reason)
{
	struct km_node *node = reason == MR_CONTIG_RANGE ? km_node_of_current() : NULL;

	if (node)
		node->moved += succeeded;
}

#ifdef COMPAT_MIGRATE_FOLIO_SPLIT
static void probe(void *data, unsigned long succeeded, unsigned long failed,
		  unsigned long thp_succeeded, unsigned long thp_failed,
		  unsigned long thp_split, unsigned long large_folio_split,
		  enum migrate_mode mode, int reason)
#else
static void probe(void *data, unsigned long succeeded, unsigned long failed,
		  unsigned long thp_succeeded, unsigned long thp_failed,
		  unsigned long thp_split, enum migrate_mode mode, int reason)
#endif
{
	count_moved(succeeded, reason);
}

static struct tracepoint *moved_tp;

static void find(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "mm_migrate_pages"))
		moved_tp = tp;
}

int km_probes_register(void)
{
	for_each_kernel_tracepoint(find, NULL);
	if (!moved_tp)
		return -ENOENT;
	return tracepoint_probe_register(moved_tp, probe, NULL);
}

void km_probes_unregister(void)
{
	tracepoint_probe_unregister(moved_tp, probe, NULL);
	/* It is not running any more. */
	tracepoint_synchronize_unregister();
}
