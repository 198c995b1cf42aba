// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The init-order bug of the original: kswapd_run() made the thread and then set
 * up its timer, and a kswapd that was quick ran into the BUG_ON() of a timer
 * without a callback. With the hooks a node is set up before its thread exists.
 * order/order.c looks; with late=1 it does what the original did, so that the
 * difference is seen and not only said.
 */
#include "tests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULE "/order.ko"
#define ROUNDS 3

static unsigned int param(const char *name)
{
	char path[80], *text;
	unsigned int value;

	snprintf(path, sizeof(path), "/sys/module/policy_order/parameters/%s", name);
	text = get(path);
	value = text ? (unsigned int)strtoul(text, NULL, 10) : ~0u;
	free(text);
	return value;
}

/* A node's memory comes, its kswapd has something to say, and both go. */
static bool round_trip(void)
{
	unsigned int reports = param("reports");
	uint64_t end = now_ms() + 10000;
	bool heard;

	if (!node_online())
		return false;
	while (param("reports") == reports && now_ms() < end)
		sleep_ms(20);
	heard = param("reports") != reports;
	return node_offline() && heard;
}

static void observe(bool late, unsigned int *ret_early, unsigned int *ret_with_thread)
{
	int r = module_load_with(MODULE, late ? "late=1" : ""), rounds = 0;

	if (r)
		give_up("order.ko doesn't load: %s", strerror(-r));
	while (rounds < ROUNDS && round_trip())
		rounds++;
	if (rounds < ROUNDS || param("starts") != ROUNDS || param("stops") != ROUNDS)
		give_up("%u starts and %u stops of a node that came and went %d times",
			param("starts"), param("stops"), rounds);
	*ret_early = param("early");
	*ret_with_thread = param("with_thread");
	r = module_unload("policy_order");
	if (r)
		give_up("order.ko doesn't unload: %s", strerror(-r));
}

void test_order(void)
{
	unsigned int early, with_thread;

	if (access(MODULE, F_OK)) {
		skip("kswapd comes after its policy", "no hooks on this kernel");
		return;
	}
	if (!node_online() || !node_offline()) {
		skip("kswapd comes after its policy", "no node that can be plugged");
		return;
	}
	observe(false, &early, &with_thread);
	check(!early && !with_thread,
	      "a new node's kswapd never runs before its policy is set up: %u early, %u threads",
	      early, with_thread);
	observe(true, &early, &with_thread);
	check(early > 0, "in the original's order it does: %u times in %d", early, ROUNDS);
}
