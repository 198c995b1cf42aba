// SPDX-License-Identifier: GPL-2.0
/*
 * Which processes are PPS's: all, or those of one cgroup and those below it.
 *
 * The administrator says so, as for all of the kernel's own knobs of reclaim,
 * and not the process: a mark on its VMAs, as the original has it, would need a
 * new call that programs know of, and a hook wherever VMAs are made, split,
 * merged and copied. Which VMAs of a chosen process are fit is in pte.h.
 */
#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "pps.h"

static struct cgroup __rcu *chosen;	/* NULL: all */
static DEFINE_MUTEX(choose_mutex);

/* Below where cgroups (v2) are mounted, as "/a/b"; "/" has all. */
int pps_choose(const char *path)
{
	struct cgroup *new = NULL, *old;

	if (strcmp(path, "/")) {
		new = cgroup_get_from_path(path);
		if (IS_ERR(new))
			return PTR_ERR(new);
	}
	mutex_lock(&choose_mutex);
	old = rcu_replace_pointer(chosen, new, lockdep_is_held(&choose_mutex));
	mutex_unlock(&choose_mutex);
	if (!old)
		return 0;
	synchronize_rcu();
	cgroup_put(old);
	return 0;
}

bool pps_chosen(struct task_struct *task)
{
	struct cgroup *cgroup;
	bool ret;

	rcu_read_lock();
	cgroup = rcu_dereference(chosen);
	ret = !cgroup || task_under_cgroup_hierarchy(task, cgroup);
	rcu_read_unlock();
	return ret;
}

/* By the process that is charged for its memory. */
bool pps_chosen_mm(struct mm_struct *mm)
{
	struct task_struct *owner;
	bool ret;

	if (!rcu_access_pointer(chosen))
		return true;
	rcu_read_lock();
	owner = rcu_dereference(mm->owner);
	ret = owner && pps_chosen(owner);
	rcu_read_unlock();
	return ret;
}

/* Nobody asks any more. */
void pps_choose_stop(void)
{
	pps_choose("/");
}
