// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/patches.h"

#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"

/* Offset of the first line of the diff. */
static size_t find_body(const char *text)
{
	for (const char *l = text; l; l = strchr(l, '\n')) {
		l += *l == '\n';
		if (str_starts(l, "diff --git ") || str_starts(l, "--- ") ||
		    str_starts(l, "Index: "))
			return (size_t)(l - text);
	}
	return strlen(text);
}

static void collect_hooks(struct patch_queue *q, const struct patch *p)
{
	static const char key[] = "Policy-Hook:";
	_cleanup_free_ char *description = xstrndup(p->text, p->body);
	char *rest = description, *line;

	while ((line = strsep(&rest, "\n"))) {
		size_t end;

		if (!str_starts(line, key))
			continue;
		line += sizeof(key) - 1;
		line += strspn(line, " \t");
		for (end = strlen(line); end && isspace((unsigned char)line[end - 1]); end--)
			;
		line[end] = '\0';
		strv_add(&q->hooks, line);
	}
}

static int read_patch(struct patch_queue *q, const char *dir, const char *name, struct error **err)
{
	struct patch *p = ARRAY_APPEND(q->patches, q->n);

	p->path = xasprintf("%s/%s", dir, name);
	if (file_read(p->path, &p->text, NULL, err) < 0)
		return -1;
	p->body = find_body(p->text);
	if (!p->text[p->body])
		return error_set(err, EXIT_INPUT, "%s: there is no diff in it", p->path);
	collect_hooks(q, p);
	return 0;
}

int queue_read(struct patch_queue *q, const char *dir, struct error **err)
{
	_cleanup_free_ char *series = NULL, *text = NULL, *config = NULL;
	char *rest, *line;

	if (!dir)
		return 0;
	series = xasprintf("%s/series", dir);
	if (!path_exists(series))
		return 0;
	if (file_read(series, &text, NULL, err) < 0)
		return -1;
	config = xasprintf("%s/config", dir);
	if (path_exists(config))
		q->config = steal_ptr(&config);
	for (rest = text; (line = strsep(&rest, "\n"));) {
		char *word, *save = NULL;

		line[strcspn(line, "#")] = '\0';
		word = strtok_r(line, " \t\r", &save);
		if (word && read_patch(q, dir, word, err) < 0)
			return error_wrap(err, "%s", series);
	}
	return 0;
}

void queue_deinit(struct patch_queue *q)
{
	for (size_t i = 0; i < q->n; i++) {
		free(q->patches[i].path);
		free(q->patches[i].text);
	}
	free(q->patches);
	free(q->config);
	strv_free(q->hooks);
	*q = (struct patch_queue){ 0 };
}

bool queue_has_hook(const struct patch_queue *q, const char *hook)
{
	for (size_t i = 0; q->hooks && q->hooks[i]; i++) {
		if (streq(q->hooks[i], hook))
			return true;
	}
	return false;
}

void queue_hash(const struct patch_queue *q, struct hash *h)
{
	hash_u64(h, q->n);
	for (size_t i = 0; i < q->n; i++)
		hash_str(h, q->patches[i].text + q->patches[i].body);
}

/* What patch(1) said, reduced to the lines that name a file or a failed hunk. */
struct verdict {
	char *file;
	struct strbuf failures;
};

static void on_patch_line(const char *line, void *arg)
{
	struct verdict *v = arg;

	if (str_starts(line, "patching file ") || str_starts(line, "checking file ")) {
		free(v->file);
		v->file = xstrdup(strrchr(line, ' ') + 1);
	} else if (strstr(line, "FAILED") || strstr(line, "can't find file") ||
		   strstr(line, "Reversed (or previously applied)") || strstr(line, "malformed")) {
		strbuf_printf(&v->failures, "\n  %s: %s", v->file ?: "?", line);
	}
}

static int apply_one(const struct patch *p, const char *tree, struct error **err)
{
	struct verdict verdict = { 0 };
	const struct proc_opts opts = { .cwd = tree,
					.on_line = on_patch_line,
					.arg = &verdict,
					.env = (char *[]){ "LC_ALL=C", NULL } };
	_cleanup_error_ struct error *why = NULL;
	int r = 0;

	/* No fuzz: a hunk that only resembles its place may land in the wrong function. */
	if (proc_runl(&opts, &why, "patch", "-p1", "--batch", "--forward", "--fuzz=0",
		      "--no-backup-if-mismatch", "-i", p->path, NULL) < 0) {
		if (verdict.failures.len)
			r = error_set(err, EXIT_INPUT, "patch %s does not apply to this source:%s",
				      p->path, verdict.failures.data);
		else
			r = error_propagate(err, steal_ptr(&why));
	}
	free(verdict.file);
	strbuf_deinit(&verdict.failures);
	return r;
}

int queue_apply(const struct patch_queue *q, const char *tree, struct error **err)
{
	for (size_t i = 0; i < q->n; i++) {
		progress("patch: %s (%zu of %zu)", strrchr(q->patches[i].path, '/') + 1, i + 1,
			 q->n);
		if (apply_one(&q->patches[i], tree, err) < 0)
			return -1;
	}
	return 0;
}
