/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A function of the kernel's is entered, and one of ours runs instead, by ftrace,
 * as live patches do it. Ours may call the original, which is then not diverted.
 */
#ifndef KP_DIVERT_H
#define KP_DIVERT_H

#include <linux/atomic.h>
#include <linux/ftrace.h>

struct kp_divert {
	const char *name;
	void *to;		/* begins with nothing and ends with kp_divert_left() */
	bool (*wanted)(void);	/* for who is entering it now; atomic; NULL: for all */
	void *original;		/* is found */
	struct ftrace_ops ops;
	atomic_t inside;
};

int kp_divert_start(struct kp_divert *divert);
/* When this returns nobody is in `to` any more. It waits for who is. */
void kp_divert_stop(struct kp_divert *divert);

static inline void kp_divert_left(struct kp_divert *divert)
{
	atomic_dec(&divert->inside);
}

#endif
