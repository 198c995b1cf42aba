/* SPDX-License-Identifier: GPL-2.0 */
/*
 * targets.c chooses regions for evacuated pages. Whoever gives it their pages is
 * asked where pages go: hooks.c by the hook set "contig", divert.c on any kernel.
 */
#ifndef KM_TARGETS_H
#define KM_TARGETS_H

#include <linux/list.h>

#include "kmempowerd.h"

/* A region that may be filled. */
struct candidate {
	unsigned int region;
	unsigned int allocated;
	unsigned int free;
	bool light;
};

struct source;

/* Of a node's worker, for the evacuation under way, and for that thread alone. */
struct targets {
	struct km_zone *kz;	/* NULL: there is none */
	struct candidate *candidates;	/* the one to be filled first is the first */
	unsigned int n;
	struct source *source;
};

struct targets *targets_of_current(void);	/* NULL: not our business */
/* One that is the caller's, or NULL: it is not to be moved. */
struct page *target_of_page(struct targets *t);

void free_list_of_pages(struct list_head *pages);
struct page *first_of_pages(struct list_head *pages);	/* or NULL */

/* hooks.c, divert.c. `wanted` pages are to be had of the candidates. */
int source_attach(void);
void source_detach(void);
bool source_begin(struct targets *t, struct km_zone *kz, unsigned int wanted);
struct page *source_next(struct targets *t);	/* NULL: there is none left */
void source_end(struct targets *t);

#endif /* KM_TARGETS_H */
