// SPDX-License-Identifier: GPL-2.0-or-later
/* Event formats: compiled, decoded by, lied in, and compared with libtraceevent's reading. */
#include <stdlib.h>
#include <traceevent/event-parse.h>

#include "base/file.h"
#include "base/str.h"
#include "tests/unit/test.h"
#include "tests/unit/trace_formats.h"
#include "trace/format.h"

static struct trace_event *parse(const char *text)
{
	return trace_event_parse("sys", text, strlen(text), NULL);
}

TEST(fields_are_compiled)
{
	_cleanup_trace_event_ struct trace_event *ev = parse(kinds_format);
	static const enum field_kind kinds[] = { FIELD_INT,    FIELD_INT,     FIELD_STRING,
						 FIELD_STRING, FIELD_BITMASK, FIELD_ARRAY,
						 FIELD_INT,    FIELD_INT };

	EXPECT(ev);
	EXPECT_INT(ev->id, 77);
	EXPECT_STR(ev->table, "event_sys_kinds");
	EXPECT_INT(ev->n_fields, ARRAY_SIZE(kinds));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		EXPECT_INT(ev->fields[i].kind, kinds[i]);
	EXPECT_STR(ev->fields[6].column, "arg_cpu");
	EXPECT(ev->fields[3].dynamic && !ev->fields[2].dynamic);
}

/* The record that kinds_format describes. */
static size_t kinds_record(uint8_t *r)
{
	uint64_t mask = 0x10d, flags = 0x5;
	uint32_t text_loc = 6 << 16 | 40, mask_loc = 8 << 16 | 48, cpu = 3;
	uint16_t list[] = { 7, 65535 };

	memset(r, 0, 64);
	r[0] = 77;
	memcpy(r + 8, "\xfe\xff\x80", 3);
	memcpy(r + 12, "abcd", 4);
	memcpy(r + 16, &text_loc, 4);
	memcpy(r + 20, &mask_loc, 4);
	memcpy(r + 24, list, 4);
	memcpy(r + 28, &cpu, 4);
	memcpy(r + 32, &flags, 8);
	memcpy(r + 40, "h\xc3llo", 5);
	memcpy(r + 48, &mask, 8);
	return 56;
}

#define EXPECT_TEXT(value, want)                                \
	do {                                                    \
		struct trace_value _t = (value);                \
		_cleanup_free_ char *_s = xstrndup(_t.p, _t.n); \
		EXPECT_INT(_t.type, VALUE_TEXT);                \
		EXPECT_STR(_s, want);                           \
	} while (0)

TEST(values_are_decoded)
{
	_cleanup_trace_event_ struct trace_event *ev = parse(kinds_format);
	_cleanup_strbuf_ struct strbuf scratch = {};
	const struct trace_field *f = ev->fields;
	uint8_t r[64];
	size_t len = kinds_record(r);

	EXPECT_INT(trace_field_get(&f[0], r, len, &scratch).i, -2);
	EXPECT_INT(trace_field_get(&f[1], r, len, &scratch).i, 128);
	EXPECT_TEXT(trace_field_get(&f[2], r, len, &scratch), "abcd");
	EXPECT_TEXT(trace_field_get(&f[3], r, len, &scratch), "h?llo");
	EXPECT_TEXT(trace_field_get(&f[4], r, len, &scratch), "0,2-3,8");
	EXPECT_TEXT(trace_field_get(&f[5], r, len, &scratch), "[7,65535]");
	EXPECT_INT(trace_field_get(&f[6], r, len, &scratch).i, 3);
}

TEST(what_is_not_in_the_record_is_null)
{
	_cleanup_trace_event_ struct trace_event *ev = parse(kinds_format);
	_cleanup_strbuf_ struct strbuf scratch = {};
	uint32_t loc = 100 << 16 | 40;
	uint8_t r[64];
	size_t len = kinds_record(r);

	EXPECT_INT(trace_field_get(&ev->fields[0], r, 9, &scratch).type, VALUE_NULL);
	EXPECT_INT(trace_field_get(&ev->fields[3], r, 18, &scratch).type, VALUE_NULL);
	memcpy(r + 16, &loc, 4);
	EXPECT_INT(trace_field_get(&ev->fields[3], r, len, &scratch).type, VALUE_NULL);
	loc = 1 << 16 | 65535;
	memcpy(r + 16, &loc, 4);
	EXPECT_INT(trace_field_get(&ev->fields[3], r, len, &scratch).type, VALUE_NULL);
}

static char *flags_text(const struct trace_event *ev, int64_t value)
{
	struct strbuf b = {};

	trace_flags_text(ev, &ev->fields[7], value, &b);
	return strbuf_steal(&b);
}

TEST(flags_are_spelled_as_the_kernel_does)
{
	_cleanup_trace_event_ struct trace_event *ev = parse(kinds_format);
	_cleanup_free_ char *some = flags_text(ev, 0x1001), *all = flags_text(ev, 0x7);
	_cleanup_free_ char *none = flags_text(ev, 0);
	_cleanup_strbuf_ struct strbuf b = {};

	EXPECT_STR(some, "A|0x1000");
	EXPECT_STR(all, "ALL");
	EXPECT_STR(none, "none");
	EXPECT(!trace_flags_text(ev, &ev->fields[0], 1, &b));
}

TEST(formats_that_lie_are_refused_or_cut)
{
	static const char *const refused[] = {
		"",
		"name",
		"name: x\n",
		"name: x\nID: 70000\n" COMMON "\nprint fmt: \"\"\n",
		"name: x\"; DROP TABLE run; --\nID: 7\n" COMMON "\nprint fmt: \"\"\n",
		"name: x\nID: 7\nformat:\n\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n\n"
		"print fmt: \"\"\n",
	};
	static const char far[] =
		"name: x\nID: 7\n" COMMON "\tfield:int far;\toffset:99999;\tsize:4;\tsigned:1;\n"
		"\tfield:int twice;\toffset:8;\tsize:4;\tsigned:1;\n"
		"\tfield:int TWICE;\toffset:12;\tsize:4;\tsigned:1;\n"
		"\tfield:__data_loc char[] loc;\toffset:16;\tsize:8;\tsigned:1;\n\n"
		"print fmt: \"%d\", REC->twice\n";
	_cleanup_trace_event_ struct trace_event *ev = parse(far);

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		EXPECT(!parse(refused[i]));
	EXPECT(ev);
	EXPECT_INT(ev->n_fields, 1);
	EXPECT_STR(ev->fields[0].column, "twice");
}

TEST(a_print_format_that_cannot_be_parsed_costs_names_only)
{
	static const char text[] =
		"name: x\nID: 7\n" COMMON "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n\n"
		"print fmt: \"%s\", strange_function(REC->a, {{{\n";
	_cleanup_trace_event_ struct trace_event *ev = parse(text);

	EXPECT(ev);
	EXPECT_INT(ev->n_fields, 1);
	EXPECT_INT(ev->n_symbols, 0);
}

/* --- print formats -------------------------------------------------------------------- */

static struct trace_event *parse_print(const char *print_fmt)
{
	_cleanup_free_ char *text = xasprintf("name: x\nID: 7\n" COMMON
					      "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n\n"
					      "print fmt: \"%%d\", %s\n",
					      print_fmt);

	return parse(text);
}

TEST(constants_are_calculated_as_in_c)
{
	static const struct {
		const char *text;
		int64_t value;
	} cases[] = {
		{ "1 | 2 << 2 & 12 ^ 1", 1 | ((2 << 2 & 12) ^ 1) },
		{ "( unsigned long)(((( gfp_t)(0x400u|0x800u)) | (( gfp_t)0x40u)) & ~(( gfp_t)0x400u))",
		  0x840 },
		{ "((((1UL))) << (63))", INT64_MIN },
		{ "1 << 64", 0 },
		{ "-1", -1 },
		{ "010 + 2 * 3 - 1", 13 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *list =
			xasprintf("__print_symbolic(REC->a, {%s, \"x\"})", cases[i].text);
		_cleanup_trace_event_ struct trace_event *ev = parse_print(list);

		EXPECT_INT(ev->n_symbols, 1);
		EXPECT_INT(ev->symbols[0].value, cases[i].value);
	}
}

TEST(entries_that_are_not_constant_are_left_out)
{
	_cleanup_trace_event_ struct trace_event *ev = parse_print(
		"__print_symbolic(REC->a, {SOME_ENUM, \"}, {9, \\\"\"}, { 2, \"t\\\"wo\" }, {3}, {4 5, \"x\"}, "
		"{ 6, \"six\"}), __print_symbolic(REC->b, {7, \"no such field\"}), "
		"__print_symbolic(REC->a >> 1, {8, \"not the field itself\"})");

	EXPECT_INT(ev->n_symbols, 2);
	EXPECT_INT(ev->symbols[0].value, 2);
	EXPECT_STR(ev->symbols[0].name, "t\"wo");
	EXPECT_INT(ev->symbols[1].value, 6);
}

TEST(nested_beyond_reason_is_left_out)
{
	_cleanup_strbuf_ struct strbuf b = {};
	_cleanup_trace_event_ struct trace_event *ev = NULL;

	strbuf_puts(&b, "__print_flags(REC->a, \"|\", {");
	for (int i = 0; i < 50000; i++)
		strbuf_puts(&b, "(");
	ev = parse_print(b.data);
	EXPECT(ev);
	EXPECT_INT(ev->n_symbols, 0);
}

/* --- the yardstick ----------------------------------------------------------------------- */

static char *describe(const char *name, unsigned int offset, unsigned int size, bool is_signed,
		      bool dynamic, bool text)
{
	return xasprintf("%s %u %u %d %d %d", name, offset, size, is_signed, dynamic, text);
}

static bool same_fields(const struct trace_event *ev, const struct tep_event *yardstick)
{
	const struct tep_format_field *t = yardstick->format.fields;

	for (size_t i = 0; i < ev->n_fields; i++, t = t->next) {
		const struct trace_field *f = &ev->fields[i];
		_cleanup_free_ char *mine = describe(f->name, f->offset, f->size, f->is_signed,
						     f->dynamic, f->kind == FIELD_STRING);
		_cleanup_free_ char *theirs =
			t ? describe(t->name, t->offset, t->size, t->flags & TEP_FIELD_IS_SIGNED,
				     t->flags & TEP_FIELD_IS_DYNAMIC,
				     t->flags & TEP_FIELD_IS_STRING)
			  : xstrdup("nothing");

		if (!streq(mine, theirs)) {
			printf("# %s: %s, libtraceevent: %s\n", ev->name, mine, theirs);
			return false;
		}
	}
	return !t;
}

static bool agrees(const char *path)
{
	struct tep_handle *tep = tep_alloc();
	_cleanup_free_ char *text = NULL;
	_cleanup_trace_event_ struct trace_event *ev = NULL;
	bool same = false;
	size_t len;

	tep_set_loglevel(TEP_LOG_NONE);
	tep_set_long_size(tep, 8);
	if (file_read(path, &text, &len, NULL) == 0) {
		tep_parse_event(tep, text, len, "sys");
		ev = trace_event_parse("sys", text, len, NULL);
		same = ev && tep_get_first_event(tep) && ev->id == tep_get_first_event(tep)->id &&
		       same_fields(ev, tep_get_first_event(tep));
	}
	tep_free(tep);
	return same;
}

TEST(recorded_formats_are_read_as_libtraceevent_reads_them)
{
	static const char *const runs[] = { "6100000000000001-1", "6120000000000002-1" };
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		_cleanup_free_ char *root =
			xasprintf("tests/data/runs/%s/guest/trace/events", runs[i]);
		_cleanup_strv_ char **systems = NULL;

		EXPECT_INT(dir_list(root, &systems, NULL), 0);
		for (size_t s = 0; systems[s]; s++) {
			_cleanup_free_ char *dir = xasprintf("%s/%s", root, systems[s]);
			_cleanup_strv_ char **events = NULL;

			EXPECT_INT(dir_list(dir, &events, NULL), 0);
			for (size_t e = 0; events[e]; e++, n++) {
				_cleanup_free_ char *path =
					xasprintf("%s/%s/format", dir, events[e]);

				EXPECT(agrees(path));
			}
		}
	}
	EXPECT_INT(n, 24);
}

TEST_MAIN
