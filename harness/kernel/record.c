// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel.json */
#include <jansson.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "kernel/store.h"

int kernel_record_write(const char *dir, const struct kernel_record *r, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/kernel.json", dir), *text = NULL;
	json_t *o = json_pack("{s:s, s:s, s:s, s:s*, s:i, s:b, s:f}", "release", r->release,
			      "version", r->version, "package", r->package, "compiler", r->compiler,
			      "steps", (int)r->steps, "dirty", r->dirty, "seconds", r->seconds);

	text = o ? json_dumps(o, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) : NULL;
	json_decref(o);
	if (!text)
		return error_set(err, EXIT_FAULT, "%s: not UTF-8", path);
	return file_puts(path, text, err);
}

int kernel_record_read(const char *dir, struct kernel_record *ret, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/kernel.json", dir), *text = NULL;
	const char *release, *version, *package, *compiler = NULL;
	json_error_t why;
	int steps, dirty = 0, bad;
	json_t *o;

	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	o = json_loads(text, 0, &why);
	bad = !o ||
	      json_unpack_ex(o, &why, 0, "{s:s, s:s, s:s, s?s, s:i, s?b, s:F}", "release", &release,
			     "version", &version, "package", &package, "compiler", &compiler,
			     "steps", &steps, "dirty", &dirty, "seconds", &ret->seconds) < 0;
	if (!bad) {
		ret->release = xstrdup(release);
		ret->version = xstrdup(version);
		ret->package = xstrdup(package);
		ret->compiler = compiler ? xstrdup(compiler) : NULL;
		ret->steps = (unsigned int)steps;
		ret->dirty = dirty;
	}
	json_decref(o);
	return bad ? error_set(err, EXIT_FAULT, "%s: line %d: %s", path, why.line, why.text) : 0;
}

void kernel_record_deinit(struct kernel_record *r)
{
	free(r->release);
	free(r->version);
	free(r->package);
	free(r->compiler);
	*r = (struct kernel_record){ 0 };
}
