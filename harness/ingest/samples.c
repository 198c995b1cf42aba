// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest/samples (agent/sampler.h has its form) → sample, region, counter.
 *
 * A text that begins with "#" is a map of regions: names of columns, then a
 * line a region.  Any other is lines of "name value", each name a series.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "ingest/internal.h"

#define SOURCES_MAX 64
#define NAME_MAX_LEN 63
/* "=" makes much of little: what an honest guest sends is far below. */
#define ROWS_MAX 1000000u

enum column {
	START_PFN,
	PRESENT,
	FREE,
	HELD,
	MOVABLE,
	NODE,
	N_NUMBERS,
	ZONE = N_NUMBERS,
	STATE,
	N_COLUMNS
};

static const char *const columns[N_COLUMNS] = {
	[START_PFN] = "start_pfn", [PRESENT] = "present", [FREE] = "free", [HELD] = "held",
	[MOVABLE] = "movable",     [NODE] = "node",       [ZONE] = "zone", [STATE] = "state",
};

struct text {
	const char *at;
	size_t len;
};

struct source {
	char *name;
	struct text last;
};

struct samples {
	struct ingest *in;
	sqlite3_stmt *level, *cost, *region;
	struct source *sources;
	size_t n;
	int64_t start_ns; /* of the measured phase */
	int64_t region_pages;
	uint64_t rounds, last_ns, took_ns, missed, rows;
	bool ended;
};

/* One record's head. */
struct head {
	uint64_t ns, took;
	const char *source;
	bool same;
	size_t len;
};

static int damaged(const struct samples *s, struct error **err, const char *what)
{
	return error_set(err, EXIT_FAULT, "%s/guest/samples: %s", s->in->dir, what);
}

/* The whole word is a number. */
static bool to_u64(const char *word, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(word, &end, 10);
	return isdigit((unsigned char)*word) && !*end && !errno;
}

static bool printable(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		if (s[n] <= ' ' || s[n] > '~')
			return false;
	return n > 0 && n <= NAME_MAX_LEN;
}

static int count_row(struct samples *s, struct error **err)
{
	return ++s->rows > ROWS_MAX ? damaged(s, err, "more rows than a run can have") : 0;
}

/* --- series ----------------------------------------------------------------------------- */

/* "/proc/policy/kmempowerd" → "kmempowerd". */
static const char *short_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int put_sample(struct samples *s, sqlite3_stmt *stmt, const char *prefix, const char *name,
		      uint64_t ns, double y, struct error **err)
{
	_cleanup_free_ char *full = xasprintf("%s.%s", prefix, name);

	if (count_row(s, err) < 0)
		return -1;
	db_bind(stmt, "ssdd", s->in->run_id, full, (double)((int64_t)ns - s->start_ns), y);
	return db_run(s->in->db, stmt, err);
}

/* "name value" or "name: value kB", as it stands there; other lines say nothing. */
static int put_level(struct samples *s, const struct head *h, char *line, struct error **err)
{
	char name[NAME_MAX_LEN + 1];
	double value;

	if (sscanf(line, "%63[^: ]%*[: ]%lf", name, &value) != 2 || !printable(name))
		return 0;
	return put_sample(s, s->level, short_name(h->source), name, h->ns, value, err);
}

/* --- maps of regions ---------------------------------------------------------------------- */

static int find_column(const char *word)
{
	for (int i = 0; i < N_COLUMNS; i++) {
		if (streq(columns[i], word))
			return i;
	}
	return N_COLUMNS;
}

#define WORDS_MAX 32

struct map {
	int column[WORDS_MAX]; /* of each word of a line */
	size_t n;
};

static int read_names(const struct samples *s, char *line, struct map *ret, struct error **err)
{
	bool have[N_COLUMNS + 1] = { false };
	char *save = NULL;

	for (char *w = strtok_r(line + 1, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (ret->n == WORDS_MAX)
			return damaged(s, err, "a map of too many columns");
		ret->column[ret->n] = find_column(w);
		have[ret->column[ret->n++]] = true;
	}
	if (!have[START_PFN] || !have[PRESENT] || !have[FREE])
		return damaged(s, err, "a map of regions without start_pfn, present or free");
	return 0;
}

static int bad_region(const struct samples *s, struct error **err)
{
	return damaged(s, err, "a line of a map of regions is not what its first line says");
}

static int put_region(struct samples *s, const struct head *h, const struct map *map, char *line,
		      struct error **err)
{
	const char *words[N_COLUMNS + 1] = { NULL };
	uint64_t v[N_NUMBERS] = { 0 };
	char *save = NULL, *w = strtok_r(line, " ", &save);
	size_t n = 0;

	for (; w && n < map->n; w = strtok_r(NULL, " ", &save))
		words[map->column[n++]] = w;
	if (w || n != map->n)
		return bad_region(s, err);
	for (int i = 0; i < N_NUMBERS; i++) {
		if (words[i] && (!to_u64(words[i], &v[i]) || v[i] > INT64_MAX))
			return bad_region(s, err);
	}
	if (v[PRESENT] > UINT32_MAX || v[FREE] + v[HELD] > v[PRESENT] || v[FREE] > v[PRESENT] ||
	    (words[ZONE] && !printable(words[ZONE])) || (words[STATE] && !printable(words[STATE])))
		return bad_region(s, err);
	if (count_row(s, err) < 0)
		return -1;
	sqlite3_clear_bindings(s->region);
	db_bind(s->region, "ssiiii", s->in->run_id, h->source, (int64_t)h->ns - s->start_ns,
		(int64_t)v[START_PFN], (int64_t)v[PRESENT], (int64_t)v[FREE]);
	for (int i = HELD; i <= NODE; i++) {
		if (words[i])
			sqlite3_bind_int64(s->region, i + 4, (int64_t)v[i]);
	}
	for (int i = ZONE; i <= STATE; i++) {
		if (words[i] && !streq(words[i], "-"))
			sqlite3_bind_text(s->region, i + 4, words[i], -1, SQLITE_TRANSIENT);
	}
	if (streq(h->source, SAMPLE_REGIONS))
		sqlite3_bind_int64(s->region, N_COLUMNS + 4, s->region_pages);
	return db_run(s->in->db, s->region, err);
}

/* --- records ------------------------------------------------------------------------------ */

static int put_text(struct samples *s, const struct head *h, const struct text *t,
		    struct error **err)
{
	_cleanup_free_ char *copy = xstrndup(t->at, t->len);
	bool is_map = t->len && *t->at == '#';
	char *save = NULL, *line = strtok_r(copy, "\n", &save);
	struct map map = { .n = 0 };

	if (is_map) {
		if (read_names(s, line, &map, err) < 0)
			return -1;
		line = strtok_r(NULL, "\n", &save);
	}
	for (; line; line = strtok_r(NULL, "\n", &save)) {
		if (is_map ? put_region(s, h, &map, line, err) < 0 : put_level(s, h, line, err) < 0)
			return -1;
	}
	return put_sample(s, s->cost, "sampling", short_name(h->source), h->ns, (double)h->took,
			  err);
}

static struct source *source_of(struct samples *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++) {
		if (streq(s->sources[i].name, name))
			return &s->sources[i];
	}
	if (s->n == SOURCES_MAX || !printable(name))
		return NULL;
	*ARRAY_APPEND(s->sources, s->n) = (struct source){ .name = xstrdup(name) };
	return &s->sources[s->n - 1];
}

/* "@ NS TOOK LENGTH SOURCE" or "@ end MISSED". */
static bool read_head(struct samples *s, char *line, struct head *ret)
{
	char *rest = line, *words[5] = { NULL };
	uint64_t len = 0;

	for (int i = 0; i < 5; i++)
		words[i] = i < 4 ? strsep(&rest, " ") : rest;
	if (!words[2] || !streq(words[0], "@"))
		return false;
	if (streq(words[1], "end")) {
		s->ended = true;
		return !words[3] && to_u64(words[2], &s->missed);
	}
	if (!words[4] || !to_u64(words[1], &ret->ns) || !to_u64(words[2], &ret->took) ||
	    ret->ns > INT64_MAX || ret->took > INT64_MAX)
		return false;
	ret->source = words[4];
	ret->same = streq(words[3], "=");
	if (!ret->same && !to_u64(words[3], &len))
		return false;
	ret->len = (size_t)len;
	return true;
}

static int put_record(struct samples *s, const struct head *h, const struct text *t,
		      struct error **err)
{
	struct source *from = source_of(s, h->source);

	if (!from)
		return damaged(s, err, "more sources than there can be, or one without a name");
	if (!h->same)
		from->last = *t;
	else if (!from->last.at)
		return damaged(s, err, "the same as nothing");
	s->rounds += h->ns != s->last_ns;
	s->last_ns = h->ns;
	s->took_ns += h->took;
	return put_text(s, h, &from->last, err);
}

static int read_records(struct samples *s, char *text, size_t len, struct error **err)
{
	for (char *at = text, *end = text + len; at < end;) {
		char *eol = memchr(at, '\n', (size_t)(end - at));
		struct head h = { 0 };
		struct text t;

		if (!eol || s->ended)
			return damaged(s, err, "goes on after its end, or is cut off");
		*eol = '\0';
		if (!read_head(s, at, &h))
			return damaged(s, err, "a record's first line is none");
		at = eol + 1;
		if (s->ended)
			continue;
		if (h.len > (size_t)(end - at))
			return damaged(s, err, "a record is longer than the file");
		t = (struct text){ at, h.len };
		at += h.len;
		if (put_record(s, &h, &t, err) < 0)
			return -1;
	}
	return s->ended ? 0 : damaged(s, err, "is cut off");
}

static int put_counter(struct samples *s, const char *name, double value, struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt =
		db_prepare(s->in->db, err,
			   "INSERT OR IGNORE INTO counter(run_id, source, name, before, after, "
			   "delta) VALUES (?1, 'capture', ?2, 0, ?3, ?3)");

	if (!stmt)
		return -1;
	db_bind(stmt, "ssd", s->in->run_id, name, value);
	return db_run(s->in->db, stmt, err);
}

static int prepare(struct samples *s, struct error **err)
{
	struct db *db = s->in->db;

	s->level = db_prepare(db, err,
			      "INSERT OR IGNORE INTO sample(run_id, name, kind, unit, x, y) "
			      "VALUES (?1, ?2, 'level', '', ?3, ?4)");
	s->cost = db_prepare(db, err,
			     "INSERT OR IGNORE INTO sample(run_id, name, kind, unit, x, y) "
			     "VALUES (?1, ?2, 'series', 'ns', ?3, ?4)");
	s->region = db_prepare(db, err,
			       "INSERT OR IGNORE INTO region(run_id, source, ns, start_pfn, "
			       "present, free, held, movable, node, zone, state, pages) "
			       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
	s->region_pages = json_integer_value(source_at(s->in->run, "sample.region_mb")) * 256;
	return s->level && s->cost && s->region ? phase_start(s->in, "workload", &s->start_ns, err)
						: -1;
}

static void samples_deinit(struct samples *s)
{
	sqlite3_finalize(s->level);
	sqlite3_finalize(s->cost);
	sqlite3_finalize(s->region);
	for (size_t i = 0; i < s->n; i++)
		free(s->sources[i].name);
	free(s->sources);
}

int ingest_samples(struct ingest *in, struct error **err)
{
	cleanup(samples_deinit) struct samples s = { .in = in };
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	if (source_text(in, "guest/samples", &text, &len, err) < 0)
		return -1;
	if (!text)
		return 0;
	if (prepare(&s, err) < 0 || read_records(&s, text, len, err) < 0 ||
	    put_counter(&s, "sample_rounds", (double)s.rounds, err) < 0 ||
	    put_counter(&s, "sample_ms", (double)s.took_ns / 1e6, err) < 0)
		return -1;
	return put_counter(&s, "samples_missed", (double)s.missed, err);
}
