// SPDX-License-Identifier: GPL-2.0-or-later
/* Workloads and policies' daemons that are one C file. */
#include "base/file.h"
#include "base/proc.h"
#include "base/sha256.h"
#include "base/str.h"
#include "base/cached.h"
#include "image/program.h"
#include "plan/content.h"
#include "plan/plan.h"

/*
 * Static, so that nothing of the host's C library has to be in the image.  The
 * path is left out of what __FILE__ says: equal sources give equal programs.
 */
static char *const compiler[] = {
	"cc",      "-std=gnu11", "-D_GNU_SOURCE",        "-O2", "-Wall", "-Wextra",
	"-static", "-s",         "-ffile-prefix-map=.=", NULL
};

/* The compiler's first words name its version; the source's folder may hold headers. */
static int identify(const struct program *p, char ret[HASH_HEX], struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	_cleanup_free_ char *version = NULL;

	if (proc_output((char *const[]){ compiler[0], "--version", NULL }, &version, err) < 0)
		return -1;
	hash_str(h, version);
	for (char *const *word = compiler; *word; word++)
		hash_str(h, *word);
	hash_str(h, p->name);
	hash_str(h, p->source);
	if (content_hash(h, p->dir, err) < 0)
		return -1;
	hash_finish(h, ret);
	ret[SHORT_ID - 1] = '\0';
	return 0;
}

static int make(const char *dir, void *arg, struct error **err)
{
	const struct program *p = arg;
	_cleanup_free_ char *out = xasprintf("%s/%s", dir, p->name);
	_cleanup_strv_ char **argv = strv_copy(compiler);
	const struct proc_opts opts = { .cwd = p->dir };

	strv_add(&argv, "-o");
	strv_add(&argv, out);
	strv_add(&argv, p->source);
	strv_add(&argv, "-lm");
	return proc_run(argv, &opts, err);
}

int program_build(const struct program *p, char **ret, struct error **err)
{
	_cleanup_free_ char *dir = NULL;
	char id[HASH_HEX];

	if (identify(p, id, err) < 0 || cached_dir("programs", id, make, (void *)p, &dir, err) < 0)
		return error_wrap(err, "build %s", p->source);
	*ret = xasprintf("%s/%s", dir, p->name);
	return 0;
}
