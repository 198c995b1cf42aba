// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/build.h"
#include "kernel/kconfig.h"

static int check_granted(const struct build *b, const char *path, struct error **err)
{
	_cleanup_fragment_ struct fragment granted = { 0 };
	_cleanup_free_ const struct option **refused = NULL;
	_cleanup_free_ char **reasons = NULL;
	size_t n;

	if (fragment_read(&granted, path, err) < 0)
		return -1;
	n = fragment_refused(&b->asked, &granted, &refused);
	if (!n)
		return 0;
	reasons = kconfig_explain(b, refused, n);
	fragment_refusal(refused, n, &granted, reasons, err);
	for (size_t i = 0; i < n; i++)
		free(reasons[i]);
	return -1;
}

int build_configure(struct build *b, struct error **err)
{
	_cleanup_free_ char *asked = xasprintf("%s/asked.config", b->obj);
	_cleanup_free_ char *text = fragment_text(&b->asked);
	_cleanup_free_ char *granted = xasprintf("%s/.config", b->obj);
	_cleanup_free_ char *env = xasprintf("KCONFIG_ALLCONFIG=%s", asked);
	_cleanup_strv_ char **words = build_words(b);
	const struct make_opts opts = { .what = "configure",
					.log = b->log,
					.env = (char *[]){ env, NULL } };

	progress("configure %s: %zu options", b->name, b->asked.n);
	strv_add(&words, "allnoconfig");
	if (dir_make(b->obj, err) < 0 || build_prefix_map(b, err) < 0 ||
	    file_puts(asked, text, err) < 0 || make_run(b->tree, words, &opts, err) < 0)
		return -1;
	return check_granted(b, granted, err);
}
