// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a run directory.  What is in guest/ was written by a guest that is not trusted. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ingest/internal.h"

#define TEXT_MAX (16u << 20) /* the console's own bound; all else is far smaller */

int source_text(const struct ingest *in, const char *rel, char **ret, size_t *ret_len,
		struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", in->dir, rel);
	struct stat st;

	*ret = NULL;
	if (lstat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0
							   : error_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EXIT_FAULT, "%s: not a plain file", path);
	if (st.st_size > TEXT_MAX)
		return error_set(err, EXIT_FAULT, "%s: %jd bytes are more than such a file has",
				 path, (intmax_t)st.st_size);
	return file_read(path, ret, ret_len, err);
}

int source_json(const struct ingest *in, const char *rel, json_t **ret, struct error **err)
{
	_cleanup_free_ char *text = NULL;
	json_error_t why;
	size_t len;

	*ret = NULL;
	if (source_text(in, rel, &text, &len, err) < 0)
		return -1;
	if (!text)
		return 0;
	*ret = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!*ret)
		return error_set(err, EXIT_FAULT, "%s/%s:%d:%d: %s", in->dir, rel, why.line,
				 why.column, why.text);
	return 0;
}

json_t *source_at(const json_t *o, const char *path)
{
	_cleanup_free_ char *words = xstrdup(path);
	char *save = NULL;

	for (char *w = strtok_r(words, ".", &save); w; w = strtok_r(NULL, ".", &save))
		o = json_object_get(o, w);
	return (json_t *)o;
}

char *source_as_text(const json_t *v)
{
	if (json_is_string(v))
		return xstrdup(json_string_value(v));
	if (json_is_integer(v))
		return xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
	if (json_is_real(v))
		return xasprintf("%.17g", json_real_value(v));
	if (json_is_boolean(v))
		return xstrdup(json_is_true(v) ? "true" : "false");
	return NULL;
}
