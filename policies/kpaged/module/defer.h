/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KP_DEFER_H
#define KP_DEFER_H

/* The highest limit: each look is at all of them. */
#define KP_DEFER_MAX 1024

int kp_defer_init(void);
void kp_defer_exit(void);
void kp_release_deferred(void);		/* by kswapd: those that have to be written by now */
unsigned int kp_deferred(void);		/* the gauge, counted */

#endif
