// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel itself is told; x86-64. */
#include "base/str.h"
#include "image/inputs.h"

/*
 * The console has no reader but the watchdog, and each character on it costs an
 * exit from the guest: warnings and worse.  That is where oopses, OOM kills and
 * panics are.  One oops ends the run, since no number after it can be used, and
 * a panic ends the machine at once.  Addresses are those of System.map, so that
 * two boots are the same.  The tools' nvdimm lies above 4 GiB, for which the
 * kernel would put 64 MiB aside as bounce buffers; no device here needs them.
 * Nothing else touches how memory is managed.
 */
static const char words[] = "console=ttyS0 loglevel=5 oops=panic panic=-1 nokaslr "
			    "random.trust_cpu=1 random.trust_bootloader=1 swiotlb=noforce";

/*
 * Kernels know "!" as memory that is there and not theirs: persistent memory.
 * "$" is memory for nobody, which a simdisk takes.
 */
static void add_range(struct strbuf *b, uint64_t start, uint64_t bytes, bool reserved)
{
	if (bytes)
		strbuf_printf(b, " memmap=%lluM%c%lluM", (unsigned long long)bytes >> 20,
			      reserved ? '$' : '!', (unsigned long long)start >> 20);
}

char *kernel_cmdline(const struct memory_layout *l)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, words);
	add_range(&b, l->swap_start, l->swap_bytes, l->swap_reserved);
	add_range(&b, l->data_start, l->data_bytes, l->data_reserved);
	return strbuf_steal(&b);
}
