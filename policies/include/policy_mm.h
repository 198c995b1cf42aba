/* SPDX-License-Identifier: GPL-2.0 */
#ifndef POLICY_MM_H
#define POLICY_MM_H

#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

/*
 * The mm of a process, to be put by mmput_async(), or NULL if it has none any more;
 * under RCU. Of any of its threads: the first one may be gone.
 */
static inline struct mm_struct *policy_process_mm(struct task_struct *process)
{
	struct mm_struct *mm = NULL;
	struct task_struct *thread;

	for_each_thread(process, thread) {
		mm = get_task_mm(thread);
		if (mm)
			break;
	}
	return mm;
}

#endif /* POLICY_MM_H */
