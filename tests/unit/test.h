/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unit tests: one program a file, KTAP on stdout.
 *
 *	TEST(sizes_are_parsed)
 *	{
 *		uint64_t v;
 *
 *		EXPECT(str_to_size("4K", &v));
 *		EXPECT_INT(v, 4096);
 *	}
 *	TEST_MAIN
 *
 * A failed EXPECT prints where and what, marks the test as failed and leaves
 * the function.
 */
#ifndef HARNESS_TEST_H
#define HARNESS_TEST_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

static struct test *tests, **tests_end = &tests;
static bool test_failed;

/* Registration by constructor is what a test file may do and the program may not. */
#define TEST(fn)                                                \
	static void fn(void);                                   \
	static struct test test_##fn = { #fn, fn, NULL };       \
	__attribute__((constructor)) static void add_##fn(void) \
	{                                                       \
		*tests_end = &test_##fn;                        \
		tests_end = &test_##fn.next;                    \
	}                                                       \
	static void fn(void)

#define FAIL(...)                                        \
	do {                                             \
		printf("# %s:%d: ", __FILE__, __LINE__); \
		printf(__VA_ARGS__);                     \
		putchar('\n');                           \
		test_failed = true;                      \
		return;                                  \
	} while (0)

#define EXPECT(cond)                                 \
	do {                                         \
		if (!(cond))                         \
			FAIL("expected: %s", #cond); \
	} while (0)

#define EXPECT_INT(got, want)                                          \
	do {                                                           \
		intmax_t _g = (got), _w = (want);                      \
		if (_g != _w)                                          \
			FAIL("%s is %jd, expected %jd", #got, _g, _w); \
	} while (0)

/* For calls that give an error in `err`, which the test declares. */
#define EXPECT_OK(call)                                                       \
	do {                                                                  \
		if ((call) < 0)                                               \
			FAIL("%s: %s", #call, err ? err->msg : "(no error)"); \
	} while (0)

#define EXPECT_HAS(text, part)                                       \
	do {                                                         \
		const char *_t = (text);                             \
		if (!_t || !strstr(_t, (part)))                      \
			FAIL("no \"%s\" in:\n%s", (part), _t ?: ""); \
	} while (0)

#define EXPECT_STR(got, want)                                                                \
	do {                                                                                 \
		const char *_g = (got), *_w = (want);                                        \
		if (!_g || strcmp(_g, _w) != 0)                                              \
			FAIL("%s is \"%s\", expected \"%s\"", #got, _g ? _g : "(null)", _w); \
	} while (0)

#define EXPECT_NEAR(got, want, tol)                                  \
	do {                                                         \
		double _g = (got), _w = (want);                      \
		if (!(_g - _w <= (tol) && _w - _g <= (tol)))         \
			FAIL("%s is %g, expected %g", #got, _g, _w); \
	} while (0)

#define TEST_MAIN                                                                        \
	int main(void)                                                                   \
	{                                                                                \
		int n = 0, failed = 0;                                                   \
                                                                                         \
		for (struct test *t = tests; t; t = t->next)                             \
			n++;                                                             \
		printf("KTAP version 1\n1..%d\n", n);                                    \
		n = 0;                                                                   \
		for (struct test *t = tests; t; t = t->next) {                           \
			test_failed = false;                                             \
			t->run();                                                        \
			printf("%sok %d %s\n", test_failed ? "not " : "", ++n, t->name); \
			failed += test_failed;                                           \
		}                                                                        \
		return failed != 0;                                                      \
	}

#endif
