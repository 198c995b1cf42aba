// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fragment.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct option *)a)->name, ((const struct option *)b)->name);
}

static int by_name_and_order(const void *a, const void *b)
{
	const struct option *x = a, *y = b;

	return strcmp(x->name, y->name) ?: (x->order > y->order) - (x->order < y->order);
}

static struct option *find(const struct fragment *f, const char *name)
{
	const struct option key = { .name = (char *)name };

	return f->n ? bsearch(&key, f->options, f->n, sizeof(key), by_name) : NULL;
}

static void option_deinit(struct option *o)
{
	free(o->name);
	free(o->value);
	free(o->file);
}

/* Splits "CONFIG_X=v" or "# CONFIG_X is not set"; false for anything else. */
static bool parse_option(const char *line, struct option *ret)
{
	static const char unset[] = " is not set";
	const char *name = str_starts(line, "# ") ? line + 2 : line;
	size_t len =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

	if (!str_starts(name, "CONFIG_"))
		return false;
	if (name == line ? name[len] != '=' : !streq(name + len, unset))
		return false;
	ret->name = xstrndup(name, len);
	ret->value = xstrdup(name == line ? name + len + 1 : "n");
	return true;
}

static bool is_blank_or_comment(const char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	return !*line || *line == '#';
}

static int read_line(struct fragment *f, const char *path, int number, const char *line,
		     struct error **err)
{
	struct option o = { .line = number };

	if (!parse_option(line, &o)) {
		if (is_blank_or_comment(line))
			return 0;
		return error_set(err, EXIT_INPUT,
				 "%s:%d: \"%s\" is neither CONFIG_NAME=value nor a comment", path,
				 number, line);
	}
	o.file = xstrdup(path);
	o.order = f->n;
	*ARRAY_APPEND(f->options, f->n) = o;
	return 0;
}

/* Of equal names the last one read stays. */
static void make_unique(struct fragment *f)
{
	size_t n = 0;

	if (!f->n)
		return;
	qsort(f->options, f->n, sizeof(*f->options), by_name_and_order);
	for (size_t i = 0; i < f->n; i++) {
		if (i + 1 < f->n && streq(f->options[i].name, f->options[i + 1].name)) {
			option_deinit(&f->options[i]);
			continue;
		}
		f->options[n] = f->options[i];
		f->options[n].order = n;
		n++;
	}
	f->n = n;
}

int fragment_parse(struct fragment *f, const char *path, const char *text, struct error **err)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *line, *rest = copy;
	int number = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (read_line(f, path, ++number, line, err) < 0)
			return -1;
	}
	make_unique(f);
	return 0;
}

int fragment_read(struct fragment *f, const char *path, struct error **err)
{
	_cleanup_free_ char *text = NULL;

	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	return fragment_parse(f, path, text, err);
}

int fragment_read_all(struct fragment *f, char *const *paths, struct error **err)
{
	for (size_t i = 0; paths && paths[i]; i++) {
		if (fragment_read(f, paths[i], err) < 0)
			return -1;
	}
	return 0;
}

void fragment_deinit(struct fragment *f)
{
	for (size_t i = 0; i < f->n; i++)
		option_deinit(&f->options[i]);
	free(f->options);
	*f = (struct fragment){ 0 };
}

const char *fragment_get(const struct fragment *f, const char *name)
{
	const struct option *o = find(f, name);

	return o ? o->value : "n";
}

bool fragment_has(const struct fragment *f, const char *name)
{
	return find(f, name) != NULL;
}

char *fragment_text(const struct fragment *f)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < f->n; i++) {
		const struct option *o = &f->options[i];

		if (streq(o->value, "n"))
			strbuf_printf(&b, "# %s is not set\n", o->name);
		else
			strbuf_printf(&b, "%s=%s\n", o->name, o->value);
	}
	return strbuf_steal(&b);
}

void fragment_hash(const struct fragment *f, struct hash *h)
{
	hash_u64(h, f->n);
	for (size_t i = 0; i < f->n; i++) {
		hash_str(h, f->options[i].name);
		hash_str(h, f->options[i].value);
	}
}

size_t fragment_refused(const struct fragment *asked, const struct fragment *granted,
			const struct option ***ret)
{
	const struct option **refused = NULL;
	size_t n = 0;

	for (size_t i = 0; i < asked->n; i++) {
		const struct option *o = &asked->options[i];

		if (!streq(fragment_get(granted, o->name), o->value))
			*ARRAY_APPEND(refused, n) = o;
	}
	*ret = refused;
	return n;
}

int fragment_refusal(const struct option *const *refused, size_t n, const struct fragment *granted,
		     char *const *reasons, struct error **err)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct option *o = refused[i];

		strbuf_printf(&text, "\n  %s:%d: %s=%s, but it is %s%s%s", o->file, o->line,
			      o->name, o->value, fragment_get(granted, o->name),
			      reasons[i] ? ": " : "", reasons[i] ?: "");
	}
	return error_set(err, EXIT_INPUT, "kconfig did not grant what was asked for:%s", text.data);
}
