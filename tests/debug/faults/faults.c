// SPDX-License-Identifier: GPL-2.0
/*
 * One error of each kind that the debug kernel is there to see, committed when
 * the module is loaded with fault=NAME. A debug kernel that says nothing about
 * a policy has said something only if it speaks up here.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *fault = "";
module_param(fault, charp, 0444);

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void sleeping(void)
{
	spin_lock(&spin);
	msleep(20);
	spin_unlock(&spin);
}

static void use_after_free(void)
{
	char *p = kzalloc(64, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	READ_ONCE(p[8]);
}

static void leak(void)
{
	char *p = kzalloc(200, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(p);
}

static void lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

struct armed {
	struct timer_list timer;
};

static void ignore(struct timer_list *timer)
{
}

static void armed_timer(void)
{
	struct armed *a = kzalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return;
	timer_setup(&a->timer, ignore, 0);
	mod_timer(&a->timer, jiffies + 1000 * HZ);
	kfree(a);
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "sleeping", sleeping },     { "use_after_free", use_after_free }, { "leak", leak },
	{ "lock_order", lock_order }, { "armed_timer", armed_timer },
};

static int __init faults_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!strcmp(fault, faults[i].name)) {
			faults[i].commit();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit faults_exit(void)
{
}

module_init(faults_init);
module_exit(faults_exit);
MODULE_DESCRIPTION("What a debug kernel must report");
MODULE_LICENSE("GPL");
