// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static int __init nops_init(void)
{
	asm volatile("nop");
	return 0;
}

static void __exit nops_exit(void)
{
}

module_init(nops_init);
module_exit(nops_exit);
MODULE_DESCRIPTION("Does nothing for one instruction");
MODULE_LICENSE("GPL");
