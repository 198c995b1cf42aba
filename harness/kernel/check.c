// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a kernel, bit for bit, what its id says it is? */
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/identity.h"
#include "kernel/parts.h"

/* What a run's result can depend on; the tools in build/ are of no guest's. */
static const char *const compared[] = { "vmlinuz", "config", "System.map", "modules" };

static void on_difference(const char *line, void *arg)
{
	strbuf_printf(arg, "%s\n", line);
}

/* diff(1) ends with 1 when it has found something, which is no failure here. */
static int compare(const char *a, const char *b, struct strbuf *out, struct error **err)
{
	const struct proc_opts opts = { .on_line = on_difference,
					.arg = out,
					.env = (char *[]){ "LC_ALL=C", NULL } };
	_cleanup_error_ struct error *why = NULL;
	size_t before = out->len;

	if (proc_runl(&opts, &why, "diff", "-rq", a, b, NULL) < 0 && out->len == before)
		return error_propagate(err, steal_ptr(&why));
	return 0;
}

static int compare_kernels(const char *a, const char *b, struct strbuf *out, struct error **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(compared); i++) {
		_cleanup_free_ char *one = xasprintf("%s/%s", a, compared[i]);
		_cleanup_free_ char *two = xasprintf("%s/%s", b, compared[i]);

		if (compare(one, two, out, err) < 0)
			return -1;
	}
	return 0;
}

static int check(const struct kernel_def *def, const struct identity *id, const struct kernel *k,
		 char **ret, struct error **err)
{
	_cleanup_record_ struct kernel_record record = { 0 };
	_cleanup_strbuf_ struct strbuf out = { 0 };
	_cleanup_free_ char *kernels = NULL, *tmp = NULL, *name = NULL;
	_cleanup_close_ int lock = -1;
	int r;

	name = xasprintf("%.*s", SHORT_ID - 1, id->id);
	if (cache_dir("kernels", &kernels, err) < 0 || store_lock(kernels, name, &lock, err) < 0)
		return -1;
	tmp = xasprintf("%s/.tmp-check-%s", kernels, name);
	if (dir_remove(tmp, err) < 0 || dir_make(tmp, err) < 0)
		return -1;
	r = make_from_nothing(def, id, tmp, &record, err);
	if (r == 0)
		r = compare_kernels(k->dir, tmp, &out, err);
	dir_remove(tmp, NULL);
	if (r < 0)
		return store_blame_space(err);
	*ret = strbuf_steal(&out);
	return 0;
}

int kernel_check(const struct kernel_def *def, char **ret, struct error **err)
{
	_cleanup_identity_ struct identity id = { 0 };
	_cleanup_kernel_ struct kernel *k = NULL;

	if (!kernel_is_built(def))
		return error_set(err, EXIT_INPUT, "kernel %s: it isn't built here", def->name);
	if (kernel_get(def, &k, err) < 0 || identity_find(def, &id, err) < 0)
		return -1;
	if (check(def, &id, k, ret, err) < 0)
		return error_wrap(err, "kernel %s", def->name);
	return 0;
}
