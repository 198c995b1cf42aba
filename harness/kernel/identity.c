// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/identity.h"

#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "kernel/apt.h"

#define IMAGE_PREFIX "linux-image-"
#define META_DEPTH 4 /* a meta package of a meta package of …: more is a loop */

/* The kernel image that a meta package depends on, or NULL. */
static const struct apt_dep *image_dep(const struct apt_deps *d)
{
	for (size_t i = 0; i < d->n; i++) {
		/* A signed image is preferred to the unsigned one that is its alternative. */
		if (str_starts(d->deps[i].name, IMAGE_PREFIX) &&
		    !str_ends(d->deps[i].name, "-unsigned"))
			return &d->deps[i];
	}
	return NULL;
}

/* linux-image-cloud-amd64 → linux-image-6.1.0-56-cloud-amd64 and its version. */
static int resolve_image(const char *package, char **ret_package, char **ret_version,
			 struct error **err)
{
	_cleanup_free_ char *name = xstrdup(package), *version = NULL;

	for (int depth = 0; depth < META_DEPTH; depth++) {
		_cleanup_apt_deps_ struct apt_deps deps = { 0 };
		const struct apt_dep *next;

		if (apt_depends(name, &deps, err) < 0)
			return -1;
		next = image_dep(&deps);
		if (!next)
			break;
		free(name);
		name = xstrdup(next->name);
		free(version);
		version = next->version ? xstrdup(next->version) : NULL;
	}
	if (!version && apt_candidate(name, &version, err) < 0)
		return -1;
	*ret_package = steal_ptr(&name);
	*ret_version = steal_ptr(&version);
	return 0;
}

static int first_line_of(char *const *argv, char **ret, struct error **err)
{
	if (!proc_exists(argv[0]))
		return error_set(err, EXIT_HOST, "building a kernel needs %s", argv[0]);
	if (proc_output(argv, ret, err) < 0)
		return -1;
	(*ret)[strcspn(*ret, "\n")] = '\0';
	return 0;
}

int compiler_version(char **ret, struct error **err)
{
	_cleanup_free_ char *cc = NULL, *ld = NULL;

	if (first_line_of((char *[]){ "gcc", "--version", NULL }, &cc, err) < 0 ||
	    first_line_of((char *[]){ "ld", "--version", NULL }, &ld, err) < 0)
		return -1;
	*ret = xasprintf("%s, %s", cc, ld);
	return 0;
}

static int identify_image(const struct kernel_def *def, struct identity *ret, struct hash *h,
			  struct error **err)
{
	if (resolve_image(def->package, &ret->package, &ret->version, err) < 0)
		return -1;
	hash_str(h, ret->package);
	hash_str(h, ret->version);
	return 0;
}

int source_inputs(const struct kernel_def *def, struct fragment *ret_options,
		  struct patch_queue *ret_queue, struct error **err)
{
	if (fragment_read_all(ret_options, def->config, err) < 0 ||
	    queue_read(ret_queue, def->patches, err) < 0)
		return -1;
	return ret_queue->config ? fragment_read(ret_options, ret_queue->config, err) : 0;
}

bool kernel_is_built(const struct kernel_def *def)
{
	return def->source == KERNEL_DEBIAN_SOURCE || def->source == KERNEL_GIT;
}

/* Options and hunks count, comments and the patches' descriptions don't. */
static int identify_build(const struct kernel_def *def, struct identity *ret, struct hash *h,
			  struct error **err)
{
	_cleanup_fragment_ struct fragment options = { 0 };
	_cleanup_queue_ struct patch_queue queue = { 0 };

	if (compiler_version(&ret->compiler, err) < 0 ||
	    source_inputs(def, &options, &queue, err) < 0)
		return -1;
	hash_str(h, ret->compiler);
	fragment_hash(&options, h);
	queue_hash(&queue, h);
	return 0;
}

static int identify_source(const struct kernel_def *def, struct identity *ret, struct hash *h,
			   struct error **err)
{
	ret->package = xstrdup(def->package);
	if (apt_candidate(def->package, &ret->version, err) < 0)
		return -1;
	hash_str(h, ret->package);
	hash_str(h, ret->version);
	return identify_build(def, ret, h, err);
}

/* The commit is in the name that the kernel gives itself, its files are what is compiled. */
static int identify_git(const struct kernel_def *def, struct identity *ret, struct hash *h,
			struct error **err)
{
	const struct kernel_rev *rev = &def->rev;

	if (!rev->commit)
		return error_set(err, EXIT_FAULT, "\"%s\" stands for revisions, not for a kernel",
				 def->name);
	ret->package = xstrdup(def->tree);
	ret->version = xasprintf("%.12s%s", rev->commit, rev->dirty ? "-dirty" : "");
	hash_str(h, rev->commit);
	hash_str(h, rev->content);
	return identify_build(def, ret, h, err);
}

static int identify_prebuilt(const struct kernel_def *def, struct identity *ret, struct hash *h,
			     struct error **err)
{
	ret->package = xstrdup(def->image);
	ret->version = xstrdup("");
	if (hash_file(h, def->image, err) < 0)
		return -1;
	hash_str(h, def->modules ? "modules" : NULL);
	return def->modules ? hash_tree(h, def->modules, NULL, err) : 0;
}

static int identify(const struct kernel_def *def, struct identity *ret, struct hash *h,
		    struct error **err)
{
	hash_u64(h, KERNEL_LAYOUT);
	hash_u64(h, (unsigned long long)def->source);
	switch (def->source) {
	case KERNEL_DEBIAN_IMAGE:
		return identify_image(def, ret, h, err);
	case KERNEL_DEBIAN_SOURCE:
		return identify_source(def, ret, h, err);
	case KERNEL_PREBUILT:
		return identify_prebuilt(def, ret, h, err);
	case KERNEL_GIT:
		return identify_git(def, ret, h, err);
	}
	return error_set(err, EXIT_INPUT, "a kernel source without a meaning");
}

int identity_find(const struct kernel_def *def, struct identity *ret, struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	int r = identify(def, ret, h, err);

	hash_finish(h, ret->id);
	if (r < 0)
		return error_wrap(err, "kernel %s", def->name);
	return 0;
}

int kernel_identify(const struct kernel_def *def, char ret_id[HASH_HEX], struct error **err)
{
	_cleanup_identity_ struct identity i = { 0 };

	if (identity_find(def, &i, err) < 0)
		return -1;
	memcpy(ret_id, i.id, HASH_HEX);
	return 0;
}

void identity_deinit(struct identity *i)
{
	free(i->package);
	free(i->version);
	free(i->compiler);
	*i = (struct identity){ 0 };
}
