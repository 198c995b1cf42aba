// SPDX-License-Identifier: GPL-2.0-or-later
/* Packages as files: $CACHE/debs/NAME_VERSION_ARCH.deb. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/apt.h"
#include "kernel/store.h"

/* apt writes an epoch's colon as %3a in file names. */
static char *deb_prefix(const char *package, const char *version)
{
	struct strbuf b = { 0 };

	strbuf_printf(&b, "%s_", package);
	for (const char *c = version; *c; c++)
		strbuf_puts(&b, *c == ':' ? "%3a" : (char[]){ *c, 0 });
	strbuf_puts(&b, "_");
	return strbuf_steal(&b);
}

/* The file in `dir` whose name starts so, or NULL. */
static int find_deb(const char *dir, const char *prefix, char **ret, struct error **err)
{
	_cleanup_strv_ char **names = NULL;

	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		if (str_starts(names[i], prefix) && str_ends(names[i], ".deb")) {
			*ret = xstrdup(names[i]);
			break;
		}
	}
	return 0;
}

/* "dlstatus:1:45.2:Retrieving file 1 of 1": apt's status lines. */
static void on_status(const char *line, void *arg)
{
	const char *package = arg;
	double percent;

	if (sscanf(line, "dlstatus:%*[^:]:%lf:", &percent) == 1)
		progress("fetch %s: %.0f%%", package, percent);
}

static int download(const char *package, const char *version, const char *dir, struct error **err)
{
	const struct proc_opts opts = { .cwd = dir,
					.on_line = on_status,
					.arg = (void *)package,
					.env = (char *[]){ "LC_ALL=C", NULL } };
	_cleanup_free_ char *what = xasprintf("%s=%s", package, version);

	progress("fetch %s: %s", package, version);
	/* As root apt would drop to a user who can't write here, and say so at length. */
	if (proc_runl(&opts, err, "apt-get", "-oAPT::Sandbox::User=root", "-oAPT::Status-Fd=1",
		      "-q", "download", what, NULL) < 0)
		return error_wrap(err, "fetch %s", what);
	return 0;
}

/* Into a folder of its own first: half a file never has the final name. */
static int fetch_into(const char *debs, const char *package, const char *version,
		      const char *prefix, char **ret, struct error **err)
{
	_cleanup_free_ char *tmp = xasprintf("%s/.tmp-%s", debs, package), *name = NULL;
	_cleanup_free_ char *from = NULL, *to = NULL;

	if (dir_remove(tmp, err) < 0 || dir_make(tmp, err) < 0 ||
	    download(package, version, tmp, err) < 0 || find_deb(tmp, prefix, &name, err) < 0)
		goto fail;
	if (!name) {
		error_set(err, EXIT_FAULT, "apt-get download %s=%s left no file", package, version);
		goto fail;
	}
	from = xasprintf("%s/%s", tmp, name);
	to = xasprintf("%s/%s", debs, name);
	if (store_publish(from, to, err) < 0)
		goto fail;
	dir_remove(tmp, NULL);
	*ret = steal_ptr(&to);
	return 0;
fail:
	dir_remove(tmp, NULL);
	return store_blame_space(err);
}

int apt_fetch(const char *package, const char *version, char **ret, struct error **err)
{
	_cleanup_free_ char *debs = NULL, *prefix = deb_prefix(package, version), *name = NULL;
	_cleanup_close_ int lock = -1;

	if (cache_dir("debs", &debs, err) < 0 || store_lock(debs, package, &lock, err) < 0 ||
	    find_deb(debs, prefix, &name, err) < 0)
		return -1;
	if (name) {
		*ret = xasprintf("%s/%s", debs, name);
		return 0;
	}
	return fetch_into(debs, package, version, prefix, ret, err);
}

int apt_unpack(const char *deb, const char *dir, struct error **err)
{
	if (dir_make(dir, err) < 0)
		return -1;
	if (proc_runl(C_LOCALE, err, "dpkg-deb", "-x", deb, dir, NULL) < 0)
		return store_blame_space(err);
	return 0;
}
