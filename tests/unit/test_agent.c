// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts of the agent that need no guest; the rest is for tests/vm. */
#include "tests/unit/test.h"

#include "agent/json.c"
#include "agent/snapshot.c"
#include "agent/value.c"

#include <jansson.h>

/* snapshot.c sends; nothing here does. */
int stream_file_text(struct stream *s, const char *path, const char *text)
{
	(void)s, (void)path, (void)text;
	return -1;
}

struct pair {
	const char *wanted, *got;
};

TEST(values_that_mean_the_same)
{
	static const struct pair same[] = {
		{ "50", "50\n" },
		{ "50", " 50 " },
		{ "0x10", "16" },
		{ "010", "10" },
		{ "-1", "-1" },
		{ "1 2 3", "1\t2\t3\n" },
		{ "64M", "67108864" },
		{ "+5", "5" },
		{ "1", "Y" },
		{ "Y", "1" },
		{ "n", "N" },
		{ "0", "N" },
		{ "on", "1" },
		{ "never", "always madvise [never]" },
		{ "1", "[1] 2" },
		{ "", "\n" },
		{ "a [b] c", "a [b] c" },
		{ "18446744073709551615", "18446744073709551615" },
		{ "0x0007", "7" },
		{ "-0", "0" },
		{ "lzo-rle", "[lzo-rle] lz4 zstd" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		if (!value_equal(same[i].wanted, same[i].got))
			FAIL("\"%s\" should equal \"%s\"", same[i].wanted, same[i].got);
}

TEST(values_that_differ)
{
	static const struct pair differ[] = {
		{ "50", "5" },
		{ "5", "50" },
		{ "50", "" },
		{ "", "50" },
		{ "1", "N" },
		{ "0", "Y" },
		{ "1 2", "1" },
		{ "1", "1 2" },
		{ "-1", "1" },
		{ "never", "[always] madvise never" },
		{ "always", "always madvise [never]" },
		{ "2", "Y" },
		{ "abc", "abd" },
		{ "-1", "18446744073709551615" },
		{ "10", "0x10" },
		{ "never x", "always [never]" },
		{ "99999999999999999999", "18446744073709551615" },
		{ "no", "0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(differ); i++)
		if (value_equal(differ[i].wanted, differ[i].got))
			FAIL("\"%s\" should not equal \"%s\"", differ[i].wanted, differ[i].got);
}

TEST(numbers_are_found_by_their_whole_name)
{
	static const char text[] = "pgsteal_kswapd 7\npgsteal 12\nMemTotal:     689108 kB\nbad x\n";
	uint64_t v;

	EXPECT(text_number(text, "pgsteal", &v));
	EXPECT_INT(v, 12);
	EXPECT(text_number(text, "MemTotal", &v));
	EXPECT_INT(v, 689108);
	EXPECT(!text_number(text, "steal", &v));
	EXPECT(!text_number(text, "bad", &v));
	EXPECT(!text_number("", "pgsteal", &v));
}

TEST(a_file_can_be_one_number)
{
	uint64_t v = 0;

	EXPECT(text_is_number("42\n", &v));
	EXPECT_INT(v, 42);
	EXPECT(text_is_number("0", &v));
	EXPECT_INT(v, 0);
	EXPECT(!text_is_number("-1\n", &v));
	EXPECT(!text_is_number("42 kB\n", &v));
	EXPECT(!text_is_number("42\n7\n", &v));
	EXPECT(!text_is_number("", &v));
	EXPECT(!text_is_number("\n", &v));
}

TEST(json_is_read_by_others)
{
	static char *const list[] = { "a\"b", "\\", NULL };
	_cleanup_json_ struct json j = { 0 };
	json_t *root;

	json_open(&j, NULL, '{');
	json_put_string(&j, "text", "tab\t, umlaut \xc3\xa4, quote \"");
	json_put_string(&j, "latin1", "\xe4");
	json_put_string(&j, "none", NULL);
	json_put_u64(&j, "big", INT64_MAX);
	json_put_i64(&j, "small", -5);
	json_put_bool(&j, "yes", true);
	json_put_strings(&j, "list", list);
	json_open(&j, "empty", '[');
	json_close(&j, ']');
	json_close(&j, '}');

	root = json_loads(j.text.data, JSON_REJECT_DUPLICATES, NULL);
	EXPECT(root);
	EXPECT_STR(json_string_value(json_object_get(root, "text")),
		   "tab\t, umlaut \xc3\xa4, quote \"");
	EXPECT_STR(json_string_value(json_object_get(root, "latin1")), "\xc3\xa4");
	EXPECT(json_is_null(json_object_get(root, "none")));
	EXPECT_INT(json_integer_value(json_object_get(root, "big")), INT64_MAX);
	EXPECT_INT(json_integer_value(json_object_get(root, "small")), -5);
	EXPECT(json_is_true(json_object_get(root, "yes")));
	EXPECT_STR(json_string_value(json_array_get(json_object_get(root, "list"), 0)), "a\"b");
	EXPECT_INT(json_array_size(json_object_get(root, "empty")), 0);
	json_decref(root);
}

TEST_MAIN
