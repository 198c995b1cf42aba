/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the watermark timer's tests; watermark_timer.c calls them. */
#ifndef POLICY_TESTS_H
#define POLICY_TESTS_H

#include "guest.h"

/* wakes.c: who woke kswapd and when, by a trace of the timer at work. false: a check failed. */
bool check_wakes(const struct trace_event *e, size_t n, unsigned int expiry_ms);

bool check_quiet(const struct trace_event *e, size_t n, unsigned int expiry_ms);

/* order.c: a node's kswapd finds its policy set up. No policy may be loaded. */
void test_order(void);

#endif
