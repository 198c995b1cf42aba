// SPDX-License-Identifier: GPL-2.0-or-later
/* Which files are read, in which order, and looking up by name. */
#include "config/config.h"

#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "config/keys.h"

/* A configuration is typed by hand; anything larger is another file by mistake. */
#define MAX_TOML (4 << 20)

static const char *remember_file(struct config *c, const char *name)
{
	strv_add(&c->files, name);
	return c->files[strv_len(c->files) - 1];
}

static int read_text(const char *path, char **ret, size_t *ret_len, struct error **err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_set(err, EXIT_INPUT, "%s: %s", path, strerror(errno));
	/* /dev/zero would be read for ever. */
	if (!S_ISREG(st.st_mode))
		return error_set(err, EXIT_INPUT, "%s isn't a file", path);
	if (st.st_size > MAX_TOML)
		return error_set(err, EXIT_INPUT, "%s: too large to be a configuration", path);
	return file_read(path, ret, ret_len, err);
}

static int parse(const struct reader *r, struct toml_node **ret, struct error **err)
{
	_cleanup_free_ char *text = NULL;
	struct toml_error why = { 0 };
	size_t len;

	if (read_text(r->file, &text, &len, err) < 0)
		return -1;
	*ret = toml_parse(text, len, &why);
	if (*ret)
		return 0;
	config_error_at(r, why.line, why.col, err, "%s", why.msg);
	free(why.msg);
	return -1;
}

static int read_file(const struct reader *r, const struct config_table *t, void *base,
		     struct error **err)
{
	struct toml_node *root = NULL;
	int ret;

	if (parse(r, &root, err) < 0)
		return -1;
	ret = config_read_table(r, t, NULL, root, base, err);
	toml_free(root);
	return ret;
}

/* What differs between policies/ and workloads/. */
struct kind {
	const char *folder, *file;
	const struct config_table *table;
	/* A new element at the end of its array, named. */
	void *(*add)(struct config *c, const char *name, const char *dir);
};

static void *add_policy(struct config *c, const char *name, const char *dir)
{
	struct policy_def *p = ARRAY_APPEND(c->policies, c->n_policies);

	p->name = xstrdup(name);
	p->dir = xstrdup(dir);
	return p;
}

static void *add_workload(struct config *c, const char *name, const char *dir)
{
	struct workload_def *w = ARRAY_APPEND(c->workloads, c->n_workloads);

	w->name = xstrdup(name);
	w->dir = xstrdup(dir);
	return w;
}

static const struct kind kinds[] = {
	{ "policies", "policy.toml", &policy_table, add_policy },
	{ "workloads", "workload.toml", &workload_table, add_workload },
};

/* `shown` is how the user's path begins ("" or "some/where/"), for messages. */
static int read_one(struct config *c, const struct kind *k, const char *shown, const char *name,
		    struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/%s/%s", c->root, k->folder, name);
	_cleanup_free_ char *file = xasprintf("%s%s/%s/%s", shown, k->folder, name, k->file);
	struct reader r = { .config = c, .dir = dir };

	if (!path_exists(file))
		return 0;
	if (!config_is_name(name))
		return error_set(
			err, EXIT_INPUT,
			"%s%s/%s: \"%s\" can't be a name: names are "
			"letters, digits, '.', '_' and '-', and start with a letter or digit",
			shown, k->folder, name, name);
	r.file = remember_file(c, file);
	return read_file(&r, k->table, k->add(c, name, dir), err);
}

/* Beside each policy.toml, if it is there. */
static int read_claims(struct config *c, const char *shown, struct error **err)
{
	for (size_t i = 0; i < c->n_policies; i++) {
		struct policy_def *p = &c->policies[i];
		_cleanup_free_ char *file = xasprintf("%spolicies/%s/claims.toml", shown, p->name);
		struct reader r = { .config = c, .dir = p->dir };

		if (!path_exists(file))
			continue;
		r.file = remember_file(c, file);
		if (read_file(&r, &claims_table, p, err) < 0)
			return -1;
	}
	return 0;
}

static int read_kind(struct config *c, const struct kind *k, const char *shown, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s%s", shown, k->folder);
	_cleanup_strv_ char **names = NULL;

	if (!path_exists(dir))
		return 0;
	if (dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names[i]; i++) {
		if (read_one(c, k, shown, names[i], err) < 0)
			return -1;
	}
	return 0;
}

/* Sweeps name a policy or a workload by one word. */
static int check_namespace(const struct config *c, const char *shown, struct error **err)
{
	for (size_t p = 0; p < c->n_policies; p++) {
		for (size_t w = 0; w < c->n_workloads; w++) {
			if (streq(c->policies[p].name, c->workloads[w].name))
				return error_set(err, EXIT_INPUT,
						 "%sworkloads/%s: there is a policy "
						 "of that name; sweeps couldn't tell them apart",
						 shown, c->workloads[w].name);
		}
	}
	return 0;
}

static int find_root(struct config *c, const char *path, struct error **err)
{
	_cleanup_free_ char *copy = xstrdup(path);

	c->root = realpath(dirname(copy), NULL);
	if (!c->root)
		return error_set(err, EXIT_INPUT, "%s: %s", path, strerror(errno));
	return 0;
}

static int load(struct config *c, const char *path, struct error **err)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *shown = xstrndup(path, slash ? (size_t)(slash - path) + 1 : 0);
	struct reader r = { .config = c };

	if (!path_exists(path))
		return error_set(err, EXIT_INPUT, "there is no %s; say where it is with --config",
				 path);
	if (find_root(c, path, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (read_kind(c, &kinds[i], shown, err) < 0)
			return -1;
	}
	if (check_namespace(c, shown, err) < 0 || read_claims(c, shown, err) < 0)
		return -1;
	r.dir = c->root;
	r.file = remember_file(c, path);
	return read_file(&r, &harness_table, c, err);
}

struct config *config_load(const char *path, struct error **err)
{
	_cleanup_config_ struct config *c = xcalloc(1, sizeof(*c));

	if (load(c, path, err) < 0)
		return NULL;
	return steal_ptr(&c);
}

void config_free(struct config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_policies; i++) {
		config_table_free(&policy_table, &c->policies[i]);
		config_table_free(&claims_table, &c->policies[i]);
		free(c->policies[i].name);
		free(c->policies[i].dir);
	}
	for (size_t i = 0; i < c->n_workloads; i++) {
		config_table_free(&workload_table, &c->workloads[i]);
		free(c->workloads[i].name);
		free(c->workloads[i].dir);
	}
	free(c->policies);
	free(c->workloads);
	config_table_free(&harness_table, c);
	strv_free(c->files);
	free(c->root);
	free(c);
}

/* config_kernel() and its like differ in nothing but the array. */
#define DEFINE_LOOKUP(what, type, array, n)                                           \
	const struct type *config_##what(const struct config *c, const char *name,    \
					 struct error **err)                          \
	{                                                                             \
		_cleanup_free_ const char **names = xcalloc(c->n, sizeof(*names));    \
		_cleanup_free_ char *hint = NULL;                                     \
                                                                                      \
		for (size_t i = 0; i < c->n; i++) {                                   \
			if (streq(c->array[i].name, name))                            \
				return &c->array[i];                                  \
			names[i] = c->array[i].name;                                  \
		}                                                                     \
		hint = config_suggest(name, names, c->n);                             \
		error_set(err, EXIT_INPUT, "unknown " #what " \"%s\"%s", name, hint); \
		return NULL;                                                          \
	}

DEFINE_LOOKUP(kernel, kernel_def, kernels, n_kernels)
DEFINE_LOOKUP(policy, policy_def, policies, n_policies)
DEFINE_LOOKUP(workload, workload_def, workloads, n_workloads)
DEFINE_LOOKUP(matrix, matrix_def, matrices, n_matrices)
