// SPDX-License-Identifier: GPL-2.0-or-later
#include "artifact/runs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "artifact/artifact.h"
#include "base/file.h"
#include "base/str.h"

int runs_gate(const char *results, int *ret_fd, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/tmp/.lock", results);

	return lock_take(path, true, ret_fd, err);
}

/* The new folder is locked before any sweep can see it: both hold results/tmp/.lock meanwhile. */
int runs_make_tmp(const char *results, const char *name, char **ret_tmp, int *ret_lock,
		  struct error **err)
{
	_cleanup_free_ char *parent = xasprintf("%s/tmp", results);
	_cleanup_close_ int gate = -1;

	if (dir_make(parent, err) < 0 || runs_gate(results, &gate, err) < 0)
		return -1;
	*ret_tmp = xasprintf("%s/%s.XXXXXX", parent, name);
	if (!mkdtemp(*ret_tmp)) {
		error_errno(err, errno, "create a folder in %s", parent);
		free(steal_ptr(ret_tmp));
		return -1;
	}
	*ret_lock = open(*ret_tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_lock < 0 || flock(*ret_lock, LOCK_EX | LOCK_NB) < 0 || fchmod(*ret_lock, 0755) < 0)
		return error_errno(err, errno, "lock %s", *ret_tmp);
	return 0;
}

/* N of "CELL_ID-N", or 0 if `name` is something else. */
static unsigned int run_number(const char *name, const char *cell_id)
{
	size_t n = strlen(cell_id);
	unsigned long v;
	char *end;

	if (strncmp(name, cell_id, n) != 0 || name[n] != '-' || name[n + 1] < '1' ||
	    name[n + 1] > '9')
		return 0;
	v = strtoul(name + n + 1, &end, 10);
	return *end || v > 1000000000 ? 0 : (unsigned int)v;
}

static int by_number(const void *a, const void *b, void *cell_id)
{
	unsigned int x = run_number(*(char *const *)a, cell_id);
	unsigned int y = run_number(*(char *const *)b, cell_id);

	return x < y ? -1 : x > y;
}

int artifact_runs(const char *results, const char *cell_id, char ***ret, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/runs", results);
	_cleanup_strv_ char **names = NULL, **found = xcalloc(1, sizeof(char *));

	if (path_exists(dir) && dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names && names[i]; i++) {
		if (run_number(names[i], cell_id))
			strv_add(&found, names[i]);
	}
	qsort_r(found, strv_len(found), sizeof(char *), by_number, (void *)cell_id);
	*ret = steal_ptr(&found);
	return 0;
}

int runs_next(const char *results, const char *cell_id, unsigned int *ret, struct error **err)
{
	_cleanup_strv_ char **runs = NULL;
	size_t n;

	if (artifact_runs(results, cell_id, &runs, err) < 0)
		return -1;
	n = strv_len(runs);
	*ret = n ? run_number(runs[n - 1], cell_id) + 1 : 1;
	return 0;
}

static json_t *load_manifest(const char *results, const char *run_id, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/runs/%s/run.json", results, run_id);
	json_error_t why;
	json_t *run = json_load_file(path, 0, &why);

	if (!run)
		error_set(err, EXIT_FAULT, "%s:%d: %s", path, why.line, why.text);
	return run;
}

int artifact_outcome(const char *results, const char *run_id, enum outcome *ret, struct error **err)
{
	json_t *run = load_manifest(results, run_id, err);
	const char *name = json_string_value(json_object_get(run, "outcome"));
	int r = run ? 0 : -1;

	if (run && (!name || !outcome_from_name(name, ret)))
		r = error_set(err, EXIT_FAULT, "run %s: no outcome that this version knows",
			      run_id);
	json_decref(run);
	return r;
}

int artifact_fingerprint(const char *results, const char *run_id, char ret[HASH_HEX],
			 char ret_inputs[HASH_HEX], struct error **err)
{
	json_t *run = load_manifest(results, run_id, err);
	const char *bits = json_string_value(json_object_get(run, "fingerprint"));
	const char *inputs = json_string_value(json_object_get(run, "inputs_hash"));
	int r = run ? 0 : -1;

	if (run && (!bits || !inputs))
		r = error_set(err, EXIT_FAULT, "run %s has no fingerprint", run_id);
	if (r == 0) {
		snprintf(ret, HASH_HEX, "%s", bits);
		snprintf(ret_inputs, HASH_HEX, "%s", inputs);
	}
	json_decref(run);
	return r;
}

/* A folder whose lock can be had belongs to nobody any more. */
static bool is_orphan(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

int runs_orphans(const char *results, char ***ret, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/tmp", results);
	_cleanup_strv_ char **names = NULL, **found = xcalloc(1, sizeof(char *));

	if (path_exists(dir) && dir_list(dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; names && names[i]; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]);

		if (names[i][0] != '.' && is_orphan(path))
			strv_add(&found, path);
	}
	*ret = steal_ptr(&found);
	return 0;
}

int artifact_sweep(const char *results, struct error **err)
{
	_cleanup_free_ char *dir = xasprintf("%s/tmp", results);
	_cleanup_close_ int gate = -1;
	_cleanup_strv_ char **orphans = NULL;

	if (!path_exists(dir))
		return 0;
	if (runs_gate(results, &gate, err) < 0 || runs_orphans(results, &orphans, err) < 0)
		return -1;
	for (size_t i = 0; orphans[i]; i++) {
		if (dir_remove(orphans[i], err) < 0)
			return -1;
	}
	return 0;
}
