// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/build.h"

int build_configure(struct build *b, struct error **err)
{
	_cleanup_free_ char *asked = xasprintf("%s/asked.config", b->obj);
	_cleanup_free_ char *text = fragment_text(&b->asked);
	_cleanup_free_ char *granted = xasprintf("%s/.config", b->obj);
	_cleanup_free_ char *env = xasprintf("KCONFIG_ALLCONFIG=%s", asked);
	_cleanup_strv_ char **words = build_words(b);
	_cleanup_fragment_ struct fragment config = { 0 };
	const struct make_opts opts = { .what = "configure",
					.log = b->log,
					.env = (char *[]){ env, NULL } };

	progress("configure %s: %zu options", b->name, b->asked.n);
	strv_add(&words, "allnoconfig");
	if (dir_make(b->obj, err) < 0 || build_prefix_map(b, err) < 0 ||
	    file_puts(asked, text, err) < 0 || make_run(b->tree, words, &opts, err) < 0 ||
	    fragment_read(&config, granted, err) < 0)
		return -1;
	return fragment_check_granted(&b->asked, &config, err);
}
