// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers as reports print them. */
#include <math.h>

#include "analysis/format.h"
#include "base/str.h"
#include "test.h"

#define EXPECT_TEXT(call, want)                 \
	do {                                    \
		_cleanup_free_ char *_t = call; \
                                                \
		EXPECT_STR(_t, want);           \
	} while (0)

TEST(numbers_have_four_digits_or_whole_ones)
{
	EXPECT_TEXT(format_number(0), "0");
	EXPECT_TEXT(format_number(0.00123456), "0.001235");
	EXPECT_TEXT(format_number(12.3456), "12.35");
	EXPECT_TEXT(format_number(999.94), "999.9");
	EXPECT_TEXT(format_number(1000), "1,000");
	EXPECT_TEXT(format_number(-1234567.4), "-1,234,567");
	EXPECT_TEXT(format_number(123456), "123,456");
	EXPECT_TEXT(format_number(1.5e18), "1.5e+18");
	EXPECT_TEXT(format_number(INFINITY), "inf");
}

TEST(units_grow_with_the_values)
{
	EXPECT_STR(unit_scale("ns", 9999, 12).unit, "ns");
	EXPECT_STR(unit_scale("ns", 10000, 12).unit, "us");
	EXPECT_STR(unit_scale("ns", 12, 2e7).unit, "ms");
	EXPECT_NEAR(unit_scale("ns", 12, 2e7).factor, 1e-6, 1e-18);
	EXPECT_STR(unit_scale("ns", 0, 3e13).unit, "s");
	EXPECT_STR(unit_scale("B/s", 0, 30.0 * 1024 * 1024).unit, "MiB/s");
	EXPECT_STR(unit_scale("pages", 1e12, 0).unit, "pages");
	EXPECT_STR(unit_scale("us", 0, 0).unit, "us");
}

static struct comparison_row row(double a, double b, enum verdict v)
{
	struct comparison_row r = { .unit = (char *)"ns", .verdict = v };
	double x[] = { a, a, a, a }, y[] = { b, b, b, b };

	effect_compute(x, 4, y, 4, &r.effect);
	return r;
}

TEST(changes_are_signed)
{
	struct comparison_row down = row(200, 150, VERDICT_SHOWN);
	struct comparison_row up = row(10, 1000, VERDICT_SHOWN);
	struct comparison_row from_zero = row(0, 25000, VERDICT_SHOWN);
	struct comparison_row none = row(200, 201, VERDICT_NONE), same = row(2, 2, VERDICT_SAME);

	EXPECT_TEXT(format_change(&down, 1e-3), "-25.0 %");
	EXPECT_TEXT(format_interval(&down, 1e-3), "-25.0 … -25.0 %");
	EXPECT_TEXT(format_change(&up, 1e-3), "+9,900 %");
	EXPECT_TEXT(format_change(&from_zero, 1e-3), "+25"); /* in us, as the row is */
	EXPECT_TEXT(format_change(&none, 1e-3), "~");
	EXPECT_TEXT(format_change(&same, 1e-3), "=");
	EXPECT_TEXT(format_interval(&same, 1e-3), "");
}

TEST(verdicts_say_the_direction)
{
	struct comparison_row r = row(200, 150, VERDICT_SHOWN);

	EXPECT_STR(format_verdict(&r), "better");
	r.higher_is_better = true;
	EXPECT_STR(format_verdict(&r), "worse");
	r.verdict = VERDICT_UNPROVEN;
	EXPECT_STR(format_verdict(&r), "worse?");
	r.verdict = VERDICT_EXACT;
	EXPECT_STR(format_verdict(&r), "worse, exact");
	r.verdict = VERDICT_SINGLE;
	EXPECT_STR(format_verdict(&r), "one run");
	r.verdict = VERDICT_NONE;
	EXPECT_STR(format_verdict(&r), "");
}

TEST_MAIN
