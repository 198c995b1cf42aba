# SPDX-License-Identifier: GPL-2.0
# Features of the kernel's headers that the preprocessor can't see; compat.h
# has the rest.
ifneq ($(shell grep 'proc_handler.const struct ctl_table' $(srctree)/include/linux/sysctl.h),)
ccflags-y += -DCOMPAT_CONST_CTL_TABLE
endif
ifneq ($(shell grep 'const handler..u8' $(srctree)/include/linux/sysrq.h),)
ccflags-y += -DCOMPAT_SYSRQ_U8
endif
ifneq ($(shell grep nr_free_highatomic $(srctree)/include/linux/mmzone.h),)
ccflags-y += -DCOMPAT_FREE_HIGHATOMIC
endif
# Shrinkers are allocated, no longer registered where they lie (6.7).
ifneq ($(shell grep -w shrinker_alloc $(srctree)/include/linux/shrinker.h),)
ccflags-y += -DCOMPAT_SHRINKER_ALLOC
endif
# The trace event mm_migrate_pages has one more argument (6.7).
ifneq ($(shell grep large_folio_split $(srctree)/include/trace/events/migrate.h),)
ccflags-y += -DCOMPAT_MIGRATE_FOLIO_SPLIT
endif
# folio_isolate_lru(), which isn't in the headers, changed what it returns together
# with this one (6.4).
ifneq ($(shell grep 'bool isolate_movable_page' $(srctree)/include/linux/migrate.h),)
ccflags-y += -DCOMPAT_ISOLATE_BOOL
endif
