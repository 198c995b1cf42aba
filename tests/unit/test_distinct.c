// SPDX-License-Identifier: GPL-2.0-or-later
/* The set of a field's values: each once, in order, and no more than there is room for. */
#include "tests/unit/test.h"
#include "trace/distinct.h"

TEST(each_value_is_kept_once_in_the_order_in_which_it_came)
{
	static struct distinct d;

	for (int turn = 0; turn < 3; turn++) {
		for (int64_t i = 0; i < DISTINCT_MAX; i++)
			distinct_add(&d, i % 2 ? -i : i << 40);
	}
	EXPECT_INT(d.n, DISTINCT_MAX);
	for (int64_t i = 0; i < d.n; i++)
		EXPECT_INT(d.values[i], i % 2 ? -i : i << 40);
}

TEST(what_is_too_much_is_left_out)
{
	static struct distinct d;

	for (int64_t i = 0; i < 100000; i++)
		distinct_add(&d, i * 7919);
	EXPECT_INT(d.n, DISTINCT_MAX);
	EXPECT_INT(d.values[0], 0);
	EXPECT_INT(d.values[DISTINCT_MAX - 1], (DISTINCT_MAX - 1) * 7919);
}

/* Different values that begin at the same place in the table. */
TEST(values_that_collide_are_told_apart)
{
	static struct distinct d;
	int64_t clash[20];
	size_t n = 0;

	for (int64_t v = 1; n < 20; v++) {
		if (distinct_slot(v) == distinct_slot(0))
			clash[n++] = v;
	}
	for (size_t i = 0; i < n; i++)
		distinct_add(&d, clash[i]);
	EXPECT_INT(d.n, n);
	for (size_t i = 0; i < n; i++)
		distinct_add(&d, clash[i]);
	EXPECT_INT(d.n, n);
}

TEST_MAIN
