# SPDX-License-Identifier: GPL-2.0
# Features of the kernel's headers that the preprocessor can't see; compat.h
# has the rest.
ifneq ($(shell grep 'proc_handler.const struct ctl_table' $(srctree)/include/linux/sysctl.h),)
ccflags-y += -DCOMPAT_CONST_CTL_TABLE
endif
ifneq ($(shell grep nr_free_highatomic $(srctree)/include/linux/mmzone.h),)
ccflags-y += -DCOMPAT_FREE_HIGHATOMIC
endif
