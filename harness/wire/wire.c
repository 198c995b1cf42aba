// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/wire.h"

#include <string.h>

#include "wire/le.h"

/* Offsets in the header; the page in wire.h shows it. */
enum { AT_MAGIC = 0, AT_TYPE = 4, AT_VERSION = 6, AT_SEQ = 8, AT_LENGTH = 12, AT_CRC = 16 };

struct frame_rule {
	const char *name;
	uint32_t min, max;
};

static const struct frame_rule rules[] = {
#define X(name, number, min, max, help) [number] = { #name, min, max },
	WIRE_FRAMES(X)
#undef X
};

static const struct frame_rule *rule_of(unsigned int type)
{
	if (type >= sizeof(rules) / sizeof(rules[0]) || !rules[type].name)
		return NULL;
	return &rules[type];
}

const char *wire_type_name(unsigned int type)
{
	const struct frame_rule *rule = rule_of(type);

	return rule ? rule->name : NULL;
}

/* Over the header as if its checksum field were zero, and the payload. */
static uint32_t frame_crc(const uint8_t *header, const void *payload, size_t length)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32c(0, header, AT_CRC);

	crc = crc32c(crc, zero, sizeof(zero));
	return crc32c(crc, payload, length);
}

size_t wire_encode(enum wire_type type, uint32_t seq, const void *payload, uint32_t length,
		   uint8_t *out)
{
	put_le(out + AT_MAGIC, WIRE_MAGIC, 4);
	put_le(out + AT_TYPE, type, 2);
	put_le(out + AT_VERSION, WIRE_VERSION, 2);
	put_le(out + AT_SEQ, seq, 4);
	put_le(out + AT_LENGTH, length, 4);
	if (length)
		memmove(out + WIRE_HEADER, payload, length);
	put_le(out + AT_CRC, frame_crc(out, out + WIRE_HEADER, length), 4);
	return WIRE_HEADER + length;
}

void wire_reader_init(struct wire_reader *r)
{
	memset(r, 0, offsetof(struct wire_reader, buf));
}

/* What is wrong with the header, judged before its payload is waited for, or NULL. */
static const char *check_header(const struct wire_reader *r)
{
	uint32_t type = get_le(r->buf + AT_TYPE, 2), length = get_le(r->buf + AT_LENGTH, 4);
	const struct frame_rule *rule = rule_of(type);

	if (get_le(r->buf + AT_MAGIC, 4) != WIRE_MAGIC)
		return "bad magic";
	if (get_le(r->buf + AT_VERSION, 2) != WIRE_VERSION)
		return "unknown version of the wire format";
	if (!rule)
		return "unknown frame type";
	if (get_le(r->buf + AT_SEQ, 4) != r->next_seq)
		return "sequence number out of order";
	if ((r->next_seq == 0) != (type == WIRE_HELLO))
		return "HELLO must be the first frame and no other";
	if (length < rule->min || length > rule->max)
		return "payload length out of range";
	return NULL;
}

/* One sequence of well-formed UTF-8 (no overlong forms, no surrogates), or 0. */
static size_t utf8_sequence(const uint8_t *s, size_t len)
{
	size_t n = s[0] < 0x80   ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

bool wire_text_ok(const void *text, size_t len)
{
	const uint8_t *s = text;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_sequence(s + i, len - i);
		if (n == 0 || s[i] == '\0')
			return false;
	}
	return true;
}

static bool path_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

/* Every component is made of path_char()s and is neither empty, "." nor "..". */
bool wire_path_ok(const char *path, size_t len)
{
	size_t start = 0;

	if (len == 0 || len > WIRE_PATH_MAX)
		return false;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && path[i] != '/') {
			if (!path_char(path[i]))
				return false;
			continue;
		}
		if (i == start || (i - start <= 2 && memcmp(path + start, "..", i - start) == 0))
			return false;
		start = i + 1;
	}
	return true;
}

static const char *check_payload(enum wire_type type, const uint8_t *payload, uint32_t length)
{
	size_t skip = 0;

	switch (type) {
	case WIRE_FILE_OPEN:
		return wire_path_ok((const char *)payload, length) ? NULL : "bad file path";
	case WIRE_PHASE:
		skip = 8;
		/* fall through */
	case WIRE_HELLO:
	case WIRE_LOG:
	case WIRE_OUTCOME:
		return wire_text_ok(payload + skip, length - skip) ? NULL : "text is not UTF-8";
	case WIRE_HEARTBEAT:
	case WIRE_FILE_DATA:
	case WIRE_FILE_CLOSE:
	case WIRE_BYE:
	case WIRE_PAGES:
		break;
	}
	return NULL;
}

static const char *finish_frame(struct wire_reader *r, uint32_t length, struct wire_frame *frame)
{
	const uint8_t *payload = r->buf + WIRE_HEADER;
	enum wire_type type = get_le(r->buf + AT_TYPE, 2);
	const char *why;

	if (get_le(r->buf + AT_CRC, 4) != frame_crc(r->buf, payload, length))
		return "checksum mismatch";
	why = check_payload(type, payload, length);
	if (why)
		return why;
	*frame = (struct wire_frame){ type, r->next_seq, length, payload };
	r->next_seq++;
	r->offset += WIRE_HEADER + length;
	r->have = 0;
	return NULL;
}

/* Moves bytes into the buffer until it holds `want`; returns how many were taken. */
static size_t fill(struct wire_reader *r, size_t want, const uint8_t *data, size_t len)
{
	size_t n = want - r->have < len ? want - r->have : len;

	memcpy(r->buf + r->have, data, n);
	r->have += n;
	return n;
}

long wire_read(struct wire_reader *r, const uint8_t *data, size_t len, struct wire_frame *frame,
	       bool *ret_frame, const char **ret_why)
{
	size_t taken = 0;
	uint32_t length;

	*ret_frame = false;
	*ret_why = NULL;
	if (r->have < WIRE_HEADER) {
		taken = fill(r, WIRE_HEADER, data, len);
		if (r->have < WIRE_HEADER)
			return taken;
		*ret_why = check_header(r);
		if (*ret_why)
			return -1;
	}
	length = get_le(r->buf + AT_LENGTH, 4);
	taken += fill(r, WIRE_HEADER + length, data + taken, len - taken);
	if (r->have < WIRE_HEADER + length)
		return taken;
	*ret_why = finish_frame(r, length, frame);
	if (*ret_why)
		return -1;
	*ret_frame = true;
	return taken;
}
