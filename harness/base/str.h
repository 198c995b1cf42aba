/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings and memory.  The x-functions abort when memory runs out. */
#ifndef HARNESS_STR_H
#define HARNESS_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap);

/* Appends one zeroed element to a growing array: `items` pointer, `n` count.  Capacity is doubled. */
#define ARRAY_APPEND(items, n)                                                             \
	({                                                                                 \
		if (((n) & ((n)-1)) == 0)                                                  \
			(items) = xrealloc((items), ((n) ? (n)*2 : 1) * sizeof(*(items))); \
		memset(&(items)[(n)], 0, sizeof(*(items)));                                \
		&(items)[(n)++];                                                           \
	})

static inline bool streq(const char *a, const char *b)
{
	return __builtin_strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* A growing, always NUL-terminated string.  Zero-initialised is empty; data is NULL until used. */
struct strbuf {
	char *data;
	size_t len;
	size_t cap;
};

void strbuf_add(struct strbuf *b, const void *data, size_t len);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_printf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Gives the text away (never NULL) and leaves the buffer empty. */
char *strbuf_steal(struct strbuf *b);
void strbuf_deinit(struct strbuf *b);
#define _cleanup_strbuf_ cleanup(strbuf_deinit)

/* NULL-terminated vectors of strings, as argv and configuration lists use them. */
char **strv_copy(char *const *v);
size_t strv_len(char *const *v);
bool strv_has(char *const *v, const char *s);
void strv_add(char ***v, const char *s);
void strv_addf(char ***v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strv_free(char **v);
/* A shell can run what this returns: words quoted where they need it. */
char *strv_shell(char *const *v);

static inline void strv_guard(char ***v)
{
	strv_free(*v);
}
#define _cleanup_strv_ cleanup(strv_guard)

/* The candidate nearest to `word` by edit distance, or NULL if none is near enough to suggest. */
const char *str_nearest(const char *word, const char *const *candidates, size_t n);

/* "512M", "1GiB", "4096" → bytes.  Units are powers of 1024.  false if it isn't a size. */
bool str_to_size(const char *s, uint64_t *ret);
/* Bytes → "512M" (exact) or "1.5M"; static thread-local storage, four results live at once. */
const char *size_to_str(uint64_t bytes);
/* Seconds → "850ms", "4.2s", "3m05s"; storage as above. */
const char *duration_to_str(double seconds);

#endif
