/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/policy/NAME: the counters of a policy, one `name value` a line.
 *
 * The folder belongs to all policies: whichever module comes first makes it,
 * and it stays until the next boot. Nothing in it points into a module, while
 * an owner would have to know that it is the last one out.
 */
#ifndef POLICY_PROC_H
#define POLICY_PROC_H

#include <linux/namei.h>
#include <linux/path.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#define POLICY_PROC_DIR "policy"

static inline struct proc_dir_entry *
policy_proc_create(const char *name, int (*show)(struct seq_file *m, void *data))
{
	char file[64];
	struct path path;

	/* proc_mkdir() warns, with a backtrace, about what is there already. */
	if (kern_path("/proc/" POLICY_PROC_DIR, LOOKUP_DIRECTORY, &path) == 0)
		path_put(&path);
	else if (!proc_mkdir(POLICY_PROC_DIR, NULL))
		return NULL;

	snprintf(file, sizeof(file), POLICY_PROC_DIR "/%s", name);
	return proc_create_single(file, 0444, NULL, show);
}

/* Returns when no reader is left. */
static inline void policy_proc_remove(struct proc_dir_entry *entry)
{
	proc_remove(entry);
}

#endif /* POLICY_PROC_H */
