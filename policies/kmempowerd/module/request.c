// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/policy/NAME_request: `node zone region`, as the map has them, asks for
 * one by hand. EINVAL: not of that form; ENXIO: there is no such region; EPERM:
 * the policy is switched off. What came of it is in the counters and the trace.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "kmempowerd.h"
#include "policy_proc.h"

#define MAX_TEXT 63

static struct km_zone *find_zone(int nid, const char *name)
{
	int i;

	if (nid < 0 || nid >= nr_node_ids)
		return NULL;
	for (i = 0; i < MAX_NR_ZONES; i++) {
		struct km_zone *kz = &km_node(nid)->zones[i];

		if (kz->nr && !strcmp(kz->zone->name, name))
			return kz;
	}
	return NULL;
}

static int request(int nid, const char *zone, unsigned int r)
{
	struct km_zone *kz;
	int ret = 0;

	mutex_lock(&km_mutex);
	kz = find_zone(nid, zone);
	if (!kz || r >= kz->nr)
		ret = -ENXIO;
	else if (!km_may_run(kz->node))
		ret = -EPERM;
	else
		km_request(kz, r, true);
	mutex_unlock(&km_mutex);
	return ret;
}

static ssize_t write(struct file *file, const char __user *buffer, size_t size, loff_t *pos)
{
	char *text, zone[16];
	unsigned int r;
	int nid, ret, used = 0;

	if (size > MAX_TEXT)
		return -EINVAL;
	text = memdup_user_nul(buffer, size);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = -EINVAL;
	if (sscanf(text, "%d %15s %u %n", &nid, zone, &r, &used) == 3 && !text[used])
		ret = request(nid, zone, r);
	kfree(text);
	return ret ?: size;
}

static const struct proc_ops request_ops = { .proc_write = write };
static struct proc_dir_entry *request_entry;

int km_request_register(void)
{
	request_entry = proc_create(POLICY_PROC_DIR "/" KM_NAME "_request", 0200, NULL,
				    &request_ops);
	return request_entry ? 0 : -ENOMEM;
}

void km_request_unregister(void)
{
	policy_proc_remove(request_entry);
}
