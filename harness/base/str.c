// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static void *or_abort(void *p)
{
	if (!p)
		abort();
	return p;
}

void *xmalloc(size_t size)
{
	return or_abort(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return or_abort(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return or_abort(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return or_abort(strdup(s));
}

char *xstrndup(const char *s, size_t n)
{
	return or_abort(strndup(s, n));
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	return s;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t ls = strlen(s), lx = strlen(suffix);

	return ls >= lx && streq(s + ls - lx, suffix);
}

void strbuf_add(struct strbuf *b, const void *data, size_t len)
{
	if (b->len + len + 1 > b->cap) {
		b->cap = (b->len + len + 1) * 2;
		b->data = xrealloc(b->data, b->cap);
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	strbuf_puts(b, s);
}

char *strbuf_steal(struct strbuf *b)
{
	char *s;

	strbuf_add(b, "", 0);
	s = b->data;
	*b = (struct strbuf){ 0 };
	return s;
}

void strbuf_deinit(struct strbuf *b)
{
	free(b->data);
	*b = (struct strbuf){ 0 };
}

size_t strv_len(char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

bool strv_has(char *const *v, const char *s)
{
	for (; v && *v; v++) {
		if (streq(*v, s))
			return true;
	}
	return false;
}

void strv_add(char ***v, const char *s)
{
	size_t n = strv_len(*v);

	*v = xrealloc(*v, (n + 2) * sizeof(char *));
	(*v)[n] = xstrdup(s);
	(*v)[n + 1] = NULL;
}

void strv_addf(char ***v, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	strv_add(v, s);
}

char **strv_copy(char *const *v)
{
	char **copy = xcalloc(strv_len(v) + 1, sizeof(char *));

	for (size_t i = 0; v && v[i]; i++)
		copy[i] = xstrdup(v[i]);
	return copy;
}

void strv_free(char **v)
{
	for (size_t i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
}

static bool shell_safe(const char *s)
{
	return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_-./=:,@+%")];
}

char *strv_shell(char *const *v)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; v && v[i]; i++) {
		if (i)
			strbuf_puts(&b, " ");
		if (shell_safe(v[i])) {
			strbuf_puts(&b, v[i]);
			continue;
		}
		strbuf_puts(&b, "'");
		for (const char *c = v[i]; *c; c++)
			strbuf_puts(&b, *c == '\'' ? "'\\''" : (char[]){ *c, 0 });
		strbuf_puts(&b, "'");
	}
	return strbuf_steal(&b);
}

/* Optimal string alignment: a transposition of neighbours counts as one slip of the finger. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), w = lb + 1;
	_cleanup_free_ size_t *d = xcalloc((la + 1) * w, sizeof(*d));

	for (size_t i = 0; i <= la; i++)
		d[i * w] = i;
	for (size_t j = 0; j <= lb; j++)
		d[j] = j;
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			size_t best = d[(i - 1) * w + j - 1] + (a[i - 1] != b[j - 1]);

			best = best < d[(i - 1) * w + j] + 1 ? best : d[(i - 1) * w + j] + 1;
			best = best < d[i * w + j - 1] + 1 ? best : d[i * w + j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[(i - 2) * w + j - 2] + 1 < best)
				best = d[(i - 2) * w + j - 2] + 1;
			d[i * w + j] = best;
		}
	}
	return d[la * w + lb];
}

const char *str_nearest(const char *word, const char *const *candidates, size_t n)
{
	size_t best = strlen(word) / 3 + 2;
	const char *nearest = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t dist = edit_distance(word, candidates[i]);

		if (dist < best) {
			best = dist;
			nearest = candidates[i];
		}
	}
	return nearest;
}

bool str_to_size(const char *s, uint64_t *ret)
{
	static const char units[] = "KMGT";
	char *end;
	uint64_t v;
	int shift = 0;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	v = strtoull(s, &end, 10);
	if (errno)
		return false;
	if (*end) {
		const char *u = strchr(units, toupper((unsigned char)*end));

		if (!u)
			return false;
		shift = 10 * (int)(u - units + 1);
		end++;
		if (streq(end, "iB") || streq(end, "B"))
			end += strlen(end);
	}
	if (*end || (shift && v > UINT64_MAX >> shift))
		return false;
	*ret = v << shift;
	return true;
}

static char *rotating_storage(void)
{
	static _Thread_local char storage[4][32];
	static _Thread_local unsigned int next;

	return storage[next++ % 4];
}

const char *size_to_str(uint64_t bytes)
{
	static const char *const units[] = { "", "K", "M", "G", "T" };
	char *s = rotating_storage();
	double v = (double)bytes;
	size_t u = 0;

	while (v >= 1024 && u + 1 < ARRAY_SIZE(units)) {
		v /= 1024;
		u++;
	}
	snprintf(s, 32, v == floor(v) ? "%.0f%s" : "%.1f%s", v, units[u]);
	return s;
}

const char *duration_to_str(double seconds)
{
	char *s = rotating_storage();

	if (seconds < 1)
		snprintf(s, 32, "%.0fms", seconds * 1000);
	else if (seconds < 60)
		snprintf(s, 32, "%.1fs", seconds);
	else
		snprintf(s, 32, "%dm%02ds", (int)seconds / 60, (int)seconds % 60);
	return s;
}
