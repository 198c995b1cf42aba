// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run.json of a trace that somebody else made: what isn't known is empty or
 * 0.  The whole trace is its measured phase.
 */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/sha256.h"
#include "base/version.h"
#include "exchange/internal.h"
#include "trace/load.h"

/* Of the kernel whose formats these are: the key of symbols. */
static json_t *kernel_id(const struct dat *d)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	hash_str(h, d->uname);
	for (size_t i = 0; i < d->n_formats; i++)
		hash_add(h, d->formats[i].text.data, d->formats[i].text.len);
	hash_finish(h, hex);
	return json_string(hex);
}

/* The word that looks like one: writers put different things in front of it.  "" if none does. */
static char *release_of(const struct dat *d)
{
	const char *p = d->uname ?: "";

	while (*p) {
		size_t len = strcspn(p, " \n");

		if (*p >= '0' && *p <= '9' && memchr(p, '.', len))
			return xstrndup(p, len);
		p += len + strspn(p + len, " \n");
	}
	return xstrdup("");
}

static json_t *kernel(const struct dat *d)
{
	_cleanup_free_ char *release = release_of(d);

	return json_pack("{s:s, s:o, s:s, s:s}", "name", *release ? release : "imported", "id",
			 kernel_id(d), "release", release, "version", d->uname ?: "");
}

static json_t *changed_at(const char *path)
{
	struct stat st = {};
	struct tm tm;
	char iso[32];

	stat(path, &st);
	gmtime_r(&st.st_mtime, &tm);
	strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(iso);
}

/* From the first page's stamp to the last one's; exact enough, and only headers are read. */
static int time_range(struct trace *t, uint64_t *ret_first, uint64_t *ret_last, struct error **err)
{
	*ret_first = UINT64_MAX;
	*ret_last = 0;
	for (size_t i = 0; i < t->n_cpus; i++) {
		struct trace_cpu *c = &t->cpus[i];

		if (c->n_pages && trace_index_times(t, c, err) < 0)
			return -1;
		if (c->n_pages && c->page_times[0] < *ret_first)
			*ret_first = c->page_times[0];
		if (c->n_pages && c->page_times[c->n_pages - 1] > *ret_last)
			*ret_last = c->page_times[c->n_pages - 1];
	}
	if (*ret_first > *ret_last || *ret_last > INT64_MAX)
		*ret_first = *ret_last = 0;
	return 0;
}

static json_t *unknown(const char *name)
{
	return json_pack("{s:s, s:s, s:s, s:{}}", "name", name, "title", "", "origin", "", "knobs");
}

char *import_manifest(const struct dat *d, struct trace *t, const char *run_id, struct error **err)
{
	_cleanup_free_ char *command = xasprintf("harness import %s", d->path);
	int id = (int)strcspn(run_id, "-");
	uint64_t first, last;
	json_t *run;
	char *text;

	if (time_range(t, &first, &last, err) < 0)
		return NULL;
	run = json_pack("{s:i, s:s, s:s%, s:s%, s:s, s:o, s:o, s:o}", "schema_version", 1, "run_id",
			run_id, "cell_id", run_id, id, "group", run_id, id, "campaign_id", "import",
			"kernel", kernel(d), "policy", unknown(""), "workload", unknown(""));
	json_object_update_new(
		run, json_pack("{s:s, s:i, s:i, s:s, s:i, s:i, s:s, s:n, s:s, s:s, s:s}", "mode",
			       "import", "cpus", (int)d->n_cpus, "mem_bytes", 0, "swap", "", "rep",
			       1, "seed", 0, "outcome", "imported", "detail", "command", command,
			       "qemu", "", "harness", HARNESS_VERSION));
	json_object_update_new(run,
			       json_pack("{s:o, s:f, s:n, s:[{s:s, s:I}], s:[]}", "started_at",
					 changed_at(d->path), "duration_s",
					 (double)(last - first) / 1e9, "boot_s", "phases", "name",
					 "workload", "ns", (json_int_t)first, "incidents"));
	text = json_dumps(run, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(run);
	return text;
}
