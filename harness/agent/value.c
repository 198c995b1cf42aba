// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/value.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"

struct word {
	const char *s;
	size_t len;
};

static bool next_word(const char **s, struct word *ret)
{
	*s += strspn(*s, " \t\r\n");
	ret->s = *s;
	ret->len = strcspn(*s, " \t\r\n");
	*s += ret->len;
	return ret->len > 0;
}

static bool word_is(const struct word *w, const char *text)
{
	return strlen(text) == w->len && strncmp(w->s, text, w->len) == 0;
}

/*
 * Kernel files print plain decimal or 0x…; "010" is ten.  A sign is read into
 * *ret_negative, so that the whole range of both signs compares.
 */
static bool word_number(const struct word *w, bool *ret_negative, uint64_t *ret)
{
	_cleanup_free_ char *text = xstrndup(w->s, w->len);
	const char *digits = text;
	char *end;

	*ret_negative = *digits == '-';
	if (*digits == '-' || *digits == '+')
		digits++;
	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*ret = strtoull(digits, &end, str_starts(digits, "0x") ? 16 : 10);
	if (errno == 0 && *end == '\0')
		return true;
	return str_to_size(digits, ret);
}

static int word_bool(const struct word *w)
{
	static const char *const no[] = { "0", "N", "n", "off" };
	static const char *const yes[] = { "1", "Y", "y", "on" };

	for (size_t i = 0; i < ARRAY_SIZE(no); i++) {
		if (word_is(w, no[i]))
			return 0;
		if (word_is(w, yes[i]))
			return 1;
	}
	return -1;
}

static bool word_equal(const struct word *a, const struct word *b)
{
	bool a_negative, b_negative;
	uint64_t x, y;

	if (a->len == b->len && memcmp(a->s, b->s, a->len) == 0)
		return true;
	if (word_number(a, &a_negative, &x) && word_number(b, &b_negative, &y))
		return x == y && (a_negative == b_negative || x == 0);
	return word_bool(a) >= 0 && word_bool(a) == word_bool(b);
}

/* The word in brackets of a list of choices. */
static bool selected(const char *text, struct word *ret)
{
	struct word w;
	int found = 0;

	while (next_word(&text, &w)) {
		if (w.len > 2 && w.s[0] == '[' && w.s[w.len - 1] == ']') {
			*ret = (struct word){ w.s + 1, w.len - 2 };
			found++;
		}
	}
	return found == 1;
}

bool value_equal(const char *wanted, const char *got)
{
	const char *rest = wanted;
	struct word a, b;

	if (selected(got, &b) && next_word(&rest, &a) && word_equal(&a, &b))
		return !next_word(&rest, &a);
	for (;;) {
		bool more = next_word(&wanted, &a);

		if (next_word(&got, &b) != more)
			return false;
		if (!more)
			return true;
		if (!word_equal(&a, &b))
			return false;
	}
}
