// SPDX-License-Identifier: GPL-2.0-or-later
/* console.log and the manifest's incidents → console, incident. */
#include <ctype.h>
#include <string.h>

#include "base/sha256.h"
#include "ingest/internal.h"

#define EXCERPT_BEFORE 512
#define EXCERPT_AFTER 4096
#define CONSOLE_HALF (128u << 10) /* of a longer console, its start and its end are stored */

/*
 * The same trouble at another address, CPU or time has the same fingerprint:
 * every run of digits becomes "#", hexadecimal ones that start with 0x too.
 */
static char *normalise(const char *title)
{
	struct strbuf ret = {};

	for (const char *p = title; *p;) {
		const char *digits =
			p[0] == '0' && p[1] == 'x' ? "0x123456789abcdefABCDEF" : "0123456789";
		size_t n = strspn(p, digits);

		if (n) {
			strbuf_puts(&ret, "#");
			p += n;
		} else {
			strbuf_add(&ret, p++, 1);
		}
	}
	return strbuf_steal(&ret);
}

static void fingerprint(const char *kind, const char *title, char ret[SHORT_ID])
{
	_cleanup_hash_ struct hash *h = hash_create();
	_cleanup_free_ char *normal = normalise(title);
	char hex[HASH_HEX];

	hash_str(h, kind);
	hash_str(h, normal);
	hash_finish(h, hex);
	snprintf(ret, SHORT_ID, "%.16s", hex);
}

/* Files are named from the run directory on: where that stands must not change the rows. */
static char *without_dir(const struct ingest *in, const char *title)
{
	_cleanup_free_ char *prefix = xasprintf("%s/", in->dir);
	struct strbuf ret = {};
	const char *at;

	while ((at = strstr(title, prefix))) {
		strbuf_add(&ret, title, at - title);
		title = at + strlen(prefix);
	}
	strbuf_puts(&ret, title);
	return strbuf_steal(&ret);
}

int incident_add(struct ingest *in, const char *kind, const char *title, const char *excerpt,
		 struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err, "INSERT INTO incident VALUES (?, ?, ?, ?, ?, ?)");
	_cleanup_free_ char *words = without_dir(in, title);
	char print[SHORT_ID];

	if (!stmt)
		return -1;
	fingerprint(kind, words, print);
	db_bind(stmt, "sissss", in->run_id, (int64_t)++in->n_incidents, kind, print, words,
		excerpt ?: "");
	return db_run(in->db, stmt, err);
}

/* A serial console carries anything; what no terminal shows becomes "?". */
static void clean(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c >= 0x7f || (c < 0x20 && c != '\n' && c != '\t' && c != '\r'))
			text[i] = '?';
	}
}

/* Whole lines around a place. */
static char *excerpt_at(const char *console, size_t len, size_t at)
{
	size_t from, to;

	at = at < len ? at : len;
	from = at > EXCERPT_BEFORE ? at - EXCERPT_BEFORE : 0;
	to = len - at > EXCERPT_AFTER ? at + EXCERPT_AFTER : len;
	while (from > 0 && from < at && console[from - 1] != '\n')
		from++;
	while (to < len && to > at && console[to - 1] != '\n')
		to--;
	return xstrndup(console + from, to - from);
}

static int add_console(struct ingest *in, const char *text, size_t len, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(in->db, err, "INSERT INTO console VALUES (?, ?)");
	_cleanup_strbuf_ struct strbuf kept = {};

	if (!stmt)
		return -1;
	if (len <= 2 * CONSOLE_HALF) {
		strbuf_add(&kept, text, len);
	} else {
		strbuf_add(&kept, text, CONSOLE_HALF);
		strbuf_printf(&kept, "\n[… %zu bytes are in console.log only …]\n",
			      len - 2 * CONSOLE_HALF);
		strbuf_add(&kept, text + len - CONSOLE_HALF, CONSOLE_HALF);
	}
	db_bind(stmt, "ss", in->run_id, kept.data ?: "");
	return db_run(in->db, stmt, err);
}

static int add_listed(struct ingest *in, const char *console, size_t len, struct error **err)
{
	const json_t *list = json_object_get(in->run, "incidents");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		const char *kind = json_string_value(json_object_get(o, "kind"));
		const char *title = json_string_value(json_object_get(o, "title"));
		json_int_t at = json_integer_value(json_object_get(o, "offset"));
		_cleanup_free_ char *excerpt = excerpt_at(console, len, at < 0 ? 0 : (size_t)at);

		if (incident_add(in, kind ?: "unknown", title ?: "", excerpt, err) < 0)
			return -1;
	}
	return 0;
}

/* A run that failed has an incident (an imported one just wasn't ours), also when the console shows none (a hang, a torn stream). */
static int add_outcome(struct ingest *in, const char *console, size_t len, struct error **err)
{
	const char *outcome = json_string_value(json_object_get(in->run, "outcome"));
	const char *detail = json_string_value(json_object_get(in->run, "detail"));
	_cleanup_free_ char *excerpt = NULL;

	if (in->ok || streq(outcome, "imported") ||
	    json_array_size(json_object_get(in->run, "incidents")))
		return 0;
	excerpt = excerpt_at(console, len, len > EXCERPT_AFTER ? len - EXCERPT_AFTER : 0);
	return incident_add(in, outcome, detail ?: outcome, excerpt, err);
}

int ingest_incidents(struct ingest *in, struct error **err)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	if (source_text(in, "console.log", &text, &len, err) < 0)
		return -1;
	if (text) {
		clean(text, len);
		if (add_console(in, text, len, err) < 0)
			return -1;
	}
	if (add_listed(in, text ?: "", len, err) < 0)
		return -1;
	return add_outcome(in, text ?: "", len, err);
}
