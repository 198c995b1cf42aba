// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions to the package lists; apt_fetch.c brings packages. */
#include "kernel/apt.h"

#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "kernel/apt_memo.h"

/*
 * apt-cache with a binary index of our own: containers often switch apt's off
 * to save space, and each question then takes a second.  apt renews the index
 * itself when the lists change.
 */
static int apt_cache_run(const char *dir, char *const *words, char **ret, struct error **err)
{
	_cleanup_strv_ char **argv = NULL;

	if (!proc_exists("apt-cache"))
		return error_set(err, EXIT_HOST,
				 "apt-cache isn't there: Debian kernels need a Debian machine");
	strv_add(&argv, "env");
	strv_add(&argv, "LC_ALL=C");
	strv_add(&argv, "apt-cache");
	strv_addf(&argv, "-oDir::Cache::pkgcache=%s/pkgcache.bin", dir);
	strv_add(&argv, "-oDir::Cache::srcpkgcache=");
	for (size_t i = 0; words[i]; i++)
		strv_add(&argv, words[i]);
	return proc_output(argv, ret, err);
}

static int apt_cache(char *const *words, char **ret, struct error **err)
{
	_cleanup_free_ char *dir = NULL;

	if (cache_dir("apt", &dir, err) < 0)
		return -1;
	*ret = apt_memo_get(dir, words);
	if (*ret)
		return 0;
	if (apt_cache_run(dir, words, ret, err) < 0)
		return -1;
	apt_memo_put(dir, words, *ret);
	return 0;
}

char *apt_parse_candidate(const char *text)
{
	static const char key[] = "\n  Candidate: ";
	const char *start = strstr(text, key), *end;

	if (!start)
		return NULL;
	start += sizeof(key) - 1;
	end = strchrnul(start, '\n');
	if (str_starts(start, "(none)"))
		return NULL;
	return xstrndup(start, (size_t)(end - start));
}

int apt_candidate_maybe(const char *package, char **ret, struct error **err)
{
	_cleanup_free_ char *text = NULL;

	if (apt_cache((char *[]){ "policy", (char *)package, NULL }, &text, err) < 0)
		return -1;
	*ret = apt_parse_candidate(text);
	return 0;
}

/* "linux-image-": what a kernel package's name and those of its likes start with. */
static char *family(const char *package)
{
	const char *dash = strchr(package, '-');

	dash = dash ? strchr(dash + 1, '-') : NULL;
	if (!dash || !str_starts(package, "linux-"))
		return xstrdup("linux-");
	return xstrndup(package, (size_t)(dash + 1 - package));
}

static int no_such_package(const char *package, struct error **err)
{
	_cleanup_free_ char *prefix = family(package), *text = NULL;
	_cleanup_strv_ char **names = NULL;
	const char *near;
	char *save = NULL;

	if (apt_cache((char *[]){ "pkgnames", prefix, NULL }, &text, err) < 0)
		return -1;
	for (char *n = strtok_r(text, "\n", &save); n; n = strtok_r(NULL, "\n", &save)) {
		if (!streq(n, package))
			strv_add(&names, n);
	}
	if (!names)
		return error_set(err, EXIT_HOST,
				 "no package named %s: the package lists know no %s* at all; "
				 "run `apt-get update` as root",
				 package, prefix);
	near = str_nearest(package, (const char *const *)names, strv_len(names));
	return error_set(err, EXIT_INPUT, "no Debian package named \"%s\"%s%s%s", package,
			 near ? "; did you mean \"" : "; see `apt-cache pkgnames ", near ?: prefix,
			 near ? "\"?" : "`");
}

int apt_candidate(const char *package, char **ret, struct error **err)
{
	_cleanup_free_ char *version = NULL;

	if (apt_candidate_maybe(package, &version, err) < 0)
		return -1;
	if (!version)
		return no_such_package(package, err);
	*ret = steal_ptr(&version);
	return 0;
}

/* One line of `apt-cache depends`: "  Depends: NAME (= VERSION)" or " |Depends: NAME". */
static void parse_depends_line(const char *line, struct apt_deps *ret)
{
	static const char key[] = "Depends: ";
	struct apt_dep *dep;
	const char *equal;

	if (line[0] != ' ' || (line[1] != ' ' && line[1] != '|') || !str_starts(line + 2, key))
		return;
	line += 2 + sizeof(key) - 1;
	if (*line == '<') /* a virtual package */
		return;
	dep = ARRAY_APPEND(ret->deps, ret->n);
	dep->name = xstrndup(line, strcspn(line, " "));
	equal = strstr(line, " (= ");
	if (equal)
		dep->version = xstrndup(equal + 4, strcspn(equal + 4, ")"));
}

void apt_parse_depends(const char *text, struct apt_deps *ret)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *save = NULL;

	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		parse_depends_line(l, ret);
}

int apt_depends(const char *package, struct apt_deps *ret, struct error **err)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *why = NULL;
	char *words[] = { "-oAPT::Cache::ShowVersion=1", "depends", "--important", (char *)package,
			  NULL };

	if (apt_cache(words, &text, &why) < 0) {
		/* "No packages found" has an exit status of its own kind: the caller asks on. */
		if (strstr(why->msg, "No packages found"))
			return 0;
		return error_propagate(err, steal_ptr(&why));
	}
	apt_parse_depends(text, ret);
	return 0;
}

void apt_deps_deinit(struct apt_deps *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->deps[i].name);
		free(d->deps[i].version);
	}
	free(d->deps);
	*d = (struct apt_deps){ 0 };
}
