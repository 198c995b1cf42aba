// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's address map, and the command line that tells the kernel. */
#include "test.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/str.h"
#include "image/inputs.h"

#define MiB (1ull << 20)
#define GiB (1ull << 30)

/* A cell with nothing in it but what the tests set. */
struct fixture {
	struct machine_config machine;
	struct workload_def workload;
	struct cell cell;
};

static void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->machine = (struct machine_config){ .cpus = 2, .mem_bytes = 384 * MiB };
	f->cell = (struct cell){ .workload = &f->workload, .machine = &f->machine };
}

static int layout_of(uint64_t mem, uint64_t swap, uint64_t data, struct memory_layout *l,
		     struct error **err)
{
	struct fixture f;

	fixture_init(&f);
	f.machine.mem_bytes = mem;
	f.workload.swap = swap ? SWAP_PMEM : SWAP_NONE;
	f.workload.swap_bytes = swap;
	f.workload.data_bytes = data;
	return memory_layout(&f.cell, l, err);
}

TEST(a_guest_without_devices_has_only_its_memory)
{
	struct memory_layout l;

	EXPECT_INT(layout_of(384 * MiB, 0, 0, &l, NULL), 0);
	EXPECT_INT(l.total_bytes, 384 * MiB);
	EXPECT_INT(l.swap_bytes, 0);
	EXPECT_INT(l.data_bytes, 0);
}

TEST(the_default_guest_is_laid_out_as_measured)
{
	struct memory_layout l;

	EXPECT_INT(layout_of(320 * MiB, 256 * MiB, 0, &l, NULL), 0);
	EXPECT_INT(l.total_bytes, 576 * MiB);
	EXPECT_INT(l.swap_start, 256 * MiB);
	EXPECT_INT(layout_of(384 * MiB, 0, 768 * MiB, &l, NULL), 0);
	EXPECT_INT(l.total_bytes, 1152 * MiB);
	EXPECT_INT(l.data_start, 256 * MiB);
}

static void check_layout(uint64_t mem, uint64_t swap, uint64_t data)
{
	_cleanup_error_ struct error *err = NULL;
	struct memory_layout l;
	uint64_t first, end;

	if (layout_of(mem, swap, data, &l, &err) < 0)
		FAIL("mem %" PRIu64 " swap %" PRIu64 " data %" PRIu64 ": %s", mem, swap, data,
		     err->msg);
	first = swap ? l.swap_start : l.data_start;
	end = data ? l.data_start + l.data_bytes : l.swap_start + l.swap_bytes;
	EXPECT(l.swap_bytes >= swap && l.swap_bytes < swap + 2 * MiB);
	EXPECT(l.data_bytes >= data && l.data_bytes < data + 2 * MiB);
	EXPECT_INT(l.swap_bytes % (2 * MiB), 0);
	EXPECT_INT(l.data_bytes % (2 * MiB), 0);
	EXPECT_INT(l.swap_start % (128 * MiB), 0);
	EXPECT_INT(l.data_start % (128 * MiB), 0);
	/* The page allocator has what was asked for, to the rounding of -m. */
	EXPECT(l.total_bytes - l.swap_bytes - l.data_bytes - mem < MiB);
	EXPECT(!swap || !data || l.swap_start + l.swap_bytes <= l.data_start);
	EXPECT(first >= 128 * MiB);
	EXPECT(end + 64 * MiB <= l.total_bytes);
	EXPECT(end + 64 * MiB <= 3 * GiB);
}

TEST(any_size_gives_aligned_disjoint_ranges_away_from_the_ends)
{
	static const uint64_t mems[] = {
		192 * MiB, 320 * MiB, 333 * MiB + 4096, 384 * MiB,
		1 * GiB,   2 * GiB,   8 * GiB,          64 * GiB,
	};
	static const uint64_t devices[] = {
		0, 1 * MiB, 2 * MiB, 128 * MiB, 200 * MiB + 1, 256 * MiB, 767 * MiB, 768 * MiB,
	};

	for (size_t m = 0; m < ARRAY_SIZE(mems); m++) {
		for (size_t s = 0; s < ARRAY_SIZE(devices); s++) {
			for (size_t d = 0; d < ARRAY_SIZE(devices); d++) {
				bool gap = devices[s] % (128 * MiB) && devices[d];

				/* Aligning the second range takes memory that a small guest lacks. */
				if ((!devices[s] && !devices[d]) || (gap && mems[m] < 384 * MiB))
					continue;
				check_layout(mems[m], devices[s], devices[d]);
				if (test_failed)
					return;
			}
		}
	}
}

TEST(the_least_memory_named_in_the_error_is_enough)
{
	_cleanup_error_ struct error *err = NULL;
	struct memory_layout l;
	uint64_t least;
	char *text;

	EXPECT(layout_of(64 * MiB, 130 * MiB, 256 * MiB, &l, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	text = strstr(err->msg, "use ");
	EXPECT(text);
	text += strlen("use ");
	text[strcspn(text, " ")] = '\0';
	EXPECT(str_to_size(text, &least));
	EXPECT_INT(layout_of(least, 130 * MiB, 256 * MiB, &l, NULL), 0);
	EXPECT(layout_of(least - MiB, 130 * MiB, 256 * MiB, &l, NULL) < 0);
}

TEST(devices_beyond_the_pci_hole_are_refused)
{
	_cleanup_error_ struct error *err = NULL;
	struct memory_layout l;

	EXPECT_INT(layout_of(384 * MiB, 0, 2880 * MiB, &l, NULL), 0);
	EXPECT(layout_of(384 * MiB, 0, 2882 * MiB, &l, &err) < 0);
	EXPECT_INT(err->code, EXIT_INPUT);
	EXPECT(strstr(err->msg, "PCI hole"));
}

TEST(zram_takes_no_range)
{
	struct memory_layout l;
	struct fixture f;

	fixture_init(&f);
	f.workload.swap = SWAP_ZRAM;
	f.workload.swap_bytes = 256 * MiB;
	EXPECT_INT(memory_layout(&f.cell, &l, NULL), 0);
	EXPECT_INT(l.total_bytes, 384 * MiB);
	EXPECT_INT(l.swap_bytes, 0);
}

TEST(the_command_line_reserves_both_ranges)
{
	struct memory_layout l = {
		.total_bytes = 1408 * MiB,
		.swap_start = 256 * MiB,
		.swap_bytes = 256 * MiB,
		.data_start = 512 * MiB,
		.data_bytes = 768 * MiB,
	};
	_cleanup_free_ char *both = kernel_cmdline(&l), *none = NULL, *disk = NULL;

	EXPECT(str_ends(both, " memmap=256M!256M memmap=768M!512M"));
	EXPECT(strstr(both, "nokaslr"));
	l.swap_reserved = true;
	disk = kernel_cmdline(&l);
	EXPECT(str_ends(disk, " memmap=256M$256M memmap=768M!512M"));
	l = (struct memory_layout){ .total_bytes = 384 * MiB };
	none = kernel_cmdline(&l);
	EXPECT(!strstr(none, "memmap"));
}

TEST_MAIN
