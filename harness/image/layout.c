// SPDX-License-Identifier: GPL-2.0-or-later
/* Where RAM ends and which parts of it are devices: the x86 -M pc address map. */
#include "base/str.h"
#include "image/image.h"

#define MiB (1ull << 20)

/*
 * A sparse-memory section: the page allocator and a pmem range may share one,
 * but a range that starts on a section gets its page structs whole.
 */
#define RANGE_ALIGN (128 * MiB)
#define SIZE_ALIGN (2 * MiB) /* what memremap_pages() takes: a subsection */

/* Below it the kernel unpacks itself (at 16 MiB) and needs room for that. */
#define RANGE_LOWEST (128 * MiB)

/*
 * RAM that stays RAM above the last range.  QEMU puts the initrd and the ACPI
 * tables there, and a range that touches the end of RAM is cut by those tables
 * and then refused as misaligned (6.1, "not aligned to 0x1000000").
 */
#define TOP_MIN (64 * MiB)

/* RAM below the PCI hole.  With 3.5 GiB or more QEMU splits it at 3 GiB, so that is safe. */
#define LOW_RAM (3072 * MiB)

static uint64_t align_up(uint64_t v, uint64_t a)
{
	return (v + a - 1) / a * a;
}

static uint64_t align_down(uint64_t v, uint64_t a)
{
	return v / a * a;
}

/*
 * The ranges lie as high as they can: [low RAM | swap | data | top RAM].  What
 * aligning leaves between them stays with the page allocator, so the sum of
 * RAM is always exactly what was asked for.
 */
static int place(struct memory_layout *l, uint64_t mem, struct error **err)
{
	uint64_t data_offset = align_up(l->swap_bytes, RANGE_ALIGN);
	uint64_t span = l->data_bytes ? data_offset + l->data_bytes : l->swap_bytes;
	uint64_t end = l->total_bytes < LOW_RAM ? l->total_bytes : LOW_RAM;
	uint64_t start;

	if (span + RANGE_LOWEST + TOP_MIN > LOW_RAM)
		return error_set(
			err, EXIT_INPUT,
			"swap and data devices of %s don't fit below the PCI hole; at most "
			"%s do",
			size_to_str(span), size_to_str(LOW_RAM - RANGE_LOWEST - TOP_MIN));
	start = end < span + TOP_MIN ? 0 : align_down(end - span - TOP_MIN, RANGE_ALIGN);
	if (start < RANGE_LOWEST)
		return error_set(
			err, EXIT_INPUT,
			"mem = %s is too little beside swap and data devices; use %s or more",
			size_to_str(mem),
			size_to_str(RANGE_LOWEST + TOP_MIN + span -
				    (l->total_bytes - align_up(mem, MiB))));
	l->swap_start = l->swap_bytes ? start : 0;
	l->data_start = l->data_bytes ? start + data_offset : 0;
	return 0;
}

int memory_layout(const struct cell *cell, struct memory_layout *ret, struct error **err)
{
	const struct workload_def *w = cell->workload;
	uint64_t mem = cell->machine->mem_bytes;
	struct memory_layout l = { 0 };

	/* zram's memory is the guest's own: that it costs some is what it is. */
	l.swap_reserved = w->swap == SWAP_SIMDISK;
	l.data_reserved = w->data_bytes && w->data_device == DATA_SIMDISK;
	if (w->swap == SWAP_PMEM || w->swap == SWAP_SIMDISK)
		l.swap_bytes = align_up(w->swap_bytes, SIZE_ALIGN);
	l.data_bytes = align_up(w->data_bytes, SIZE_ALIGN);
	l.total_bytes = align_up(mem, MiB) + l.swap_bytes + l.data_bytes;
	if ((l.swap_bytes || l.data_bytes) && place(&l, mem, err) < 0)
		return -1;
	*ret = l;
	return 0;
}
