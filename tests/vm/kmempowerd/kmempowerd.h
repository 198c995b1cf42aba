/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kmempowerd's tests and its campaign on debug kernels share. */
#ifndef TEST_KMEMPOWERD_H
#define TEST_KMEMPOWERD_H

#include "../policy/guest.h"

/* regions.c: /proc/policy/NAME_regions. */
struct region {
	int node;
	char zone[16];
	unsigned int number;
	unsigned long start_pfn, present, free, movable, other;
	char state[12];
};

/* Caller frees. Gives up if it can't be read or isn't what it should be. */
size_t regions_read(struct region **ret);
/* Those that are as large as they can be and entirely free, on a node or (-1) anywhere. */
unsigned int regions_free(int node);
void regions_show(void); /* as comments, where a check failed */
bool region_find(unsigned long pfn, struct region *ret);
/* Again, as it is now. */
bool region_look(struct region *region);
/* 0, or -errno. */
int region_request(const struct region *region);
int region_request_text(const char *text);

/* Waits until nothing is requested that isn't over, or gives up. */
void wait_idle(void);
/* No more looks, and what the last one asked for is done. */
void quiet(void);
/* requested = done + failed + cancelled, and failed is the sum of its reasons. */
bool adds_up(void);

/* fill.c: memory whose every page has contents of its own. */
struct fill {
	uint64_t *base;
	size_t pages;
	bool *kept;
};

/* On that node alone; -1: anywhere. In order that light regions are there to be
 * found, pages are small ones. */
void fill_make(struct fill *f, int node, size_t mb);
/* Frees pages at random, so that this many percent of all are kept. */
void fill_thin(struct fill *f, unsigned int percent, unsigned int seed);
/* How many kept pages have lost their contents. */
size_t fill_wrong(const struct fill *f);
void fill_drop(struct fill *f);
size_t fill_kept(const struct fill *f);
/* A kept page whose region is whole and has none of the kernel's. Gives up if there is none. */
size_t fill_page(const struct fill *f, struct region *ret);
void *fill_at(const struct fill *f, size_t page);

/* 0 if it isn't in memory. */
unsigned long pfn_of(const void *p);
/* Free pages of all zones, those on CPUs' lists too. */
unsigned long free_pages(void);
/* What user memory may still take of a node's zone, down to its high watermark; of
 * them all, for NULL. */
unsigned long node_spare(int node, const char *zone);

/* blocks.c: memory that can be plugged: blocks that were offline at boot. */
unsigned int blocks_find(void); /* how many */
bool blocks_online(void);
bool blocks_offline(void);

/* Whether this form of the policy has a say in where pages go. */
bool chooses_targets(void);

/* many.c: so many, of regions of 4 MB; takes minutes. */
void evacuate_many(unsigned int wanted);

/* targets.c, pinned.c, hold.c, plug.c */
void test_targets(void);
void test_pinned(void);
void test_room(void);
void test_hold(void);
void test_unload(void);
void test_plug(void);

#endif
