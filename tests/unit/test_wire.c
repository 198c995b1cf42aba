// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include "base/str.h"
#include "wire/wire.h"

/* A stream under construction: good frames, to be broken in one place. */
struct bytes {
	uint8_t data[8192];
	size_t len;
	uint32_t seq;
};

static void add(struct bytes *b, enum wire_type type, const void *payload, uint32_t len)
{
	b->len += wire_encode(type, b->seq++, payload, len, b->data + b->len);
}

static void add_text(struct bytes *b, enum wire_type type, const char *text)
{
	add(b, type, text, (uint32_t)strlen(text));
}

static struct bytes small_stream(void)
{
	struct bytes b = { .len = 0 };

	add_text(&b, WIRE_HELLO, "6.1.0");
	add(&b, WIRE_HEARTBEAT, "12345678", 8);
	add_text(&b, WIRE_FILE_OPEN, "trace/cpu0.raw");
	add_text(&b, WIRE_FILE_DATA, "data");
	add_text(&b, WIRE_OUTCOME, "ok\n");
	add(&b, WIRE_BYE, NULL, 0);
	return b;
}

/* Reads everything in pieces of `cut` bytes; gives the frames' types as letters. */
static const char *read_all(const struct bytes *b, size_t cut, const char **ret_why)
{
	static struct wire_reader r;
	static char types[64];
	size_t n = 0;

	wire_reader_init(&r);
	memset(types, 0, sizeof(types));
	*ret_why = NULL;
	for (size_t at = 0; at < b->len;) {
		size_t len = b->len - at < cut ? b->len - at : cut;
		struct wire_frame frame;
		bool whole;
		long taken = wire_read(&r, b->data + at, len, &frame, &whole, ret_why);

		if (taken < 0)
			return types;
		at += (size_t)taken;
		if (whole)
			types[n++] = wire_type_name(frame.type)[0];
	}
	return types;
}

static const char *why_broken(const struct bytes *b)
{
	const char *why;

	read_all(b, b->len, &why);
	return why;
}

TEST(crc32c_has_the_published_values)
{
	uint8_t zeros[32] = { 0 }, ascending[32];

	for (int i = 0; i < 32; i++)
		ascending[i] = (uint8_t)i;
	/* RFC 3720, B.4 */
	EXPECT_INT(crc32c(0, zeros, 32), 0x8a9136aa);
	EXPECT_INT(crc32c(0, ascending, 32), 0x46dd794e);
	EXPECT_INT(crc32c(0, "123456789", 9), 0xe3069283);
}

TEST(crc32c_goes_on_from_any_cut)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog";
	uint32_t whole = crc32c(0, text, sizeof(text));

	for (size_t cut = 0; cut <= sizeof(text); cut++)
		EXPECT_INT(crc32c(crc32c(0, text, cut), text + cut, sizeof(text) - cut), whole);
}

TEST(a_stream_is_read_in_any_cuts)
{
	struct bytes b = small_stream();
	const char *why;

	for (size_t cut = 1; cut <= b.len; cut++) {
		EXPECT_STR(read_all(&b, cut, &why), "HHFFOB");
		EXPECT(!why);
	}
}

TEST(payload_and_offset_are_given)
{
	struct bytes b = small_stream();
	static struct wire_reader r;
	struct wire_frame frame;
	const char *why;
	bool whole;

	wire_reader_init(&r);
	EXPECT_INT(wire_read(&r, b.data, b.len, &frame, &whole, &why), WIRE_HEADER + 5);
	EXPECT(whole);
	EXPECT_INT(frame.type, WIRE_HELLO);
	EXPECT_INT(frame.length, 5);
	EXPECT(memcmp(frame.payload, "6.1.0", 5) == 0);
	EXPECT_INT(r.offset, WIRE_HEADER + 5);
}

TEST(header_is_little_endian)
{
	uint8_t out[WIRE_HEADER + 8];

	EXPECT_INT(wire_encode(WIRE_HEARTBEAT, 0x01020304, "12345678", 8, out), WIRE_HEADER + 8);
	EXPECT(memcmp(out, "MHRN\x02\x00\x01\x00\x04\x03\x02\x01\x08\x00\x00\x00", 16) == 0);
}

/* No bit of a stream may change unnoticed; the reader either complains or waits for more. */
TEST(every_flipped_bit_is_noticed)
{
	const struct bytes good = small_stream();
	const char *why;

	for (size_t bit = 0; bit < good.len * 8; bit++) {
		struct bytes b = good;

		b.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (strcmp(read_all(&b, b.len, &why), "HHFFOB") == 0 || (bit < 128 && !why))
			FAIL("flipping bit %zu went unnoticed", bit);
	}
}

TEST(header_rules_are_enforced_before_the_payload)
{
	struct bytes b = { .len = 0 };

	add_text(&b, WIRE_HELLO, "x");
	b.data[12] = 0xff, b.data[13] = 0xff, b.data[14] = 0xff, b.data[15] = 0x7f;
	b.len = WIRE_HEADER;
	EXPECT_STR(why_broken(&b), "payload length out of range");

	b = (struct bytes){ .len = 0 };
	add(&b, WIRE_HELLO, NULL, 0);
	EXPECT_STR(why_broken(&b), "payload length out of range");

	b = (struct bytes){ .len = 0 };
	add_text(&b, WIRE_HELLO, "x");
	b.data[0] = 'X';
	EXPECT_STR(why_broken(&b), "bad magic");

	b = (struct bytes){ .len = 0 };
	add_text(&b, WIRE_HELLO, "x");
	b.data[6] = 2;
	EXPECT_STR(why_broken(&b), "unknown version of the wire format");
}

TEST(unknown_types_have_no_name_and_tear)
{
	struct bytes b = { .len = 0 };

	EXPECT(!wire_type_name(0));
	EXPECT(!wire_type_name(WIRE_PAGES + 1));
	EXPECT_STR(wire_type_name(WIRE_BYE), "BYE");
	add_text(&b, WIRE_HELLO, "x");
	add(&b, WIRE_PAGES + 1, NULL, 0);
	EXPECT_STR(why_broken(&b), "unknown frame type");
}

TEST(sequence_has_no_gaps_and_starts_with_hello)
{
	struct bytes b = { .len = 0 };

	add_text(&b, WIRE_HELLO, "x");
	b.seq++;
	add_text(&b, WIRE_LOG, "lost one");
	EXPECT_STR(why_broken(&b), "sequence number out of order");

	b = (struct bytes){ .len = 0 };
	add_text(&b, WIRE_LOG, "too early");
	EXPECT_STR(why_broken(&b), "HELLO must be the first frame and no other");

	b = (struct bytes){ .len = 0 };
	add_text(&b, WIRE_HELLO, "x");
	add_text(&b, WIRE_HELLO, "x");
	EXPECT_STR(why_broken(&b), "HELLO must be the first frame and no other");
}

TEST(paths_stay_below_their_folder)
{
	static const char *const good[] = {
		"a", "trace/cpu0.raw", "out/..x", "a-b_c.d", "...", ".x"
	};
	static const char *const bad[] = { "",    "/etc", "a/",  "a//b", "..",      "a/../b",
					   "./a", "a/.",  "a b", "a\\b", "\xc3\xa4" };
	char longest[WIRE_PATH_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (!wire_path_ok(good[i], strlen(good[i])))
			FAIL("path \"%s\" was refused", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (wire_path_ok(bad[i], strlen(bad[i])))
			FAIL("path \"%s\" was taken", bad[i]);
	memset(longest, 'x', sizeof(longest));
	EXPECT(wire_path_ok(longest, WIRE_PATH_MAX));
	EXPECT(!wire_path_ok(longest, WIRE_PATH_MAX + 1));
	EXPECT(!wire_path_ok("a\0b", 3));
}

TEST(text_is_utf8_without_nul)
{
	static const char *const bad[] = {
		"\xff",  "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
		"a\x80",
	};

	EXPECT(wire_text_ok("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7", 17));
	EXPECT(!wire_text_ok("a\0b", 3));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (wire_text_ok(bad[i], strlen(bad[i])))
			FAIL("bad text %zu was taken", i);
}

TEST(frames_with_bad_text_or_path_tear)
{
	struct bytes b = { .len = 0 };

	add_text(&b, WIRE_HELLO, "x");
	add_text(&b, WIRE_LOG, "\xff");
	EXPECT_STR(why_broken(&b), "text is not UTF-8");

	b = (struct bytes){ .len = 0 };
	add_text(&b, WIRE_HELLO, "x");
	add_text(&b, WIRE_FILE_OPEN, "../../etc/passwd");
	EXPECT_STR(why_broken(&b), "bad file path");

	/* The eight bytes before a phase's name are a number, not text. */
	b = (struct bytes){ .len = 0 };
	add_text(&b, WIRE_HELLO, "x");
	add(&b, WIRE_PHASE, "\xff\0\0\0\0\0\0\0workload", 16);
	EXPECT(!why_broken(&b));
}

TEST(largest_frame_fits)
{
	static uint8_t payload[WIRE_PAYLOAD_MAX], out[WIRE_HEADER + WIRE_PAYLOAD_MAX];
	static struct wire_reader r;
	struct wire_frame frame;
	const char *why;
	bool whole;
	size_t n;

	wire_reader_init(&r);
	n = wire_encode(WIRE_HELLO, 0, "x", 1, out);
	EXPECT_INT(wire_read(&r, out, n, &frame, &whole, &why), n);
	n = wire_encode(WIRE_PAGES, 1, payload, sizeof(payload), out);
	EXPECT_INT(wire_read(&r, out, n, &frame, &whole, &why), n);
	EXPECT(whole);
	EXPECT_INT(frame.length, WIRE_PAYLOAD_MAX);
}

TEST_MAIN
