/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Backend for any kernel, since nothing of it is hooked: boost.c makes kswapd
 * reclaim, probes.c sees what it does, load.c measures CPU time.
 */
#ifndef WT_BOOST_H
#define WT_BOOST_H

#include "timer.h"

/* probes.c: calls boost_slept() and wt_kswapd_busy(). */
int probes_register(void);
void probes_unregister(void);

/* boost.c: kswapd has gone to sleep. */
void boost_slept(struct pglist_data *pgdat);

/* load.c */
int load_init(void);
void load_exit(void);

#endif /* WT_BOOST_H */
