// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cached.h"
#include "base/file.h"
#include "base/str.h"

/* All of them, each some 70 MB: the oldest make room. */
#define ROOM (4ull << 30)

struct request {
	const struct machine_spec *spec;
	struct machine_result *result;
	struct strbuf console;
	bool missed; /* the guest didn't get there; result says why */
};

static int keep_console(void *arg, const void *data, size_t len)
{
	struct request *r = arg;

	strbuf_add(&r->console, data, len);
	return 0;
}

static int refuse_stream(void *arg, const void *data, size_t len, struct error **err)
{
	(void)arg;
	(void)data;
	(void)len;
	return error_set(err, EXIT_FAULT, "a guest without a job has nothing to say");
}

static int make(const char *dir, void *arg, struct error **err)
{
	struct request *r = arg;
	const struct guest_state guest = { 0 };
	_cleanup_free_ char *state = xasprintf("%s/state", dir);
	_cleanup_free_ char *console = xasprintf("%s/console", dir);
	struct machine_spec spec = *r->spec;

	spec.save = state;
	spec.guest = &guest;
	spec.sink = (struct machine_sink){ keep_console, refuse_stream, r };
	if (machine_run(&spec, r->result, err) < 0)
		return -1;
	if (r->result->outcome != OUTCOME_OK) {
		r->missed = true;
		return error_set(err, EXIT_FAULT, "the guest didn't get to its checkpoint");
	}
	machine_result_deinit(r->result);
	return file_write(console, r->console.data ?: "", r->console.len, err);
}

struct kept {
	char *dir;
	struct timespec used;
	uint64_t bytes;
};

static int by_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct kept *)a)->used;
	const struct timespec *y = &((const struct kept *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

/* A folder of the cache with a whole checkpoint; locks and unfinished ones are none. */
static bool describe(const char *base, const char *name, struct kept *ret)
{
	_cleanup_free_ char *state = xasprintf("%s/%s/state", base, name);
	struct stat st;

	if (strchr(name, '.') || stat(state, &st) < 0)
		return false;
	*ret = (struct kept){ xasprintf("%s/%s", base, name), st.st_mtim,
			      (uint64_t)st.st_blocks * 512 };
	return true;
}

/* A machine that reads one has it open: it loses nothing. */
static void sweep(const char *base)
{
	_cleanup_strv_ char **names = NULL;
	struct kept *all = NULL;
	uint64_t bytes = 0;
	size_t n = 0;

	if (dir_list(base, &names, NULL) < 0)
		return;
	for (char **name = names; *name; name++) {
		struct kept k;

		if (!describe(base, *name, &k))
			continue;
		*ARRAY_APPEND(all, n) = k;
		bytes += k.bytes;
	}
	if (n)
		qsort(all, n, sizeof(*all), by_age);
	for (size_t i = 0; i < n; i++) {
		if (bytes > ROOM && dir_remove(all[i].dir, NULL) == 0)
			bytes -= all[i].bytes;
		free(all[i].dir);
	}
	free(all);
}

static int get(struct request *r, const char *id, char **ret_dir, struct error **err)
{
	_cleanup_free_ char *base = NULL, *state = NULL;

	if (cache_dir("checkpoints", &base, err) < 0)
		return -1;
	sweep(base);
	if (cached_dir("checkpoints", id, make, r, ret_dir, err) < 0)
		return -1;
	state = xasprintf("%s/state", *ret_dir);
	utimensat(AT_FDCWD, state, NULL, 0); /* used now */
	return 0;
}

int checkpoint_get(const struct machine_spec *spec, struct checkpoint *ret,
		   struct machine_result *ret_boot, struct error **err)
{
	struct request r = { .spec = spec, .result = ret_boot };
	_cleanup_free_ char *dir = NULL, *console = NULL;
	_cleanup_error_ struct error *e = NULL;
	char id[HASH_HEX];
	int found;

	*ret = (struct checkpoint){ 0 };
	*ret_boot = (struct machine_result){ 0 };
	if (machine_boot_hash(spec, id, err) < 0)
		return -1;
	id[SHORT_ID - 1] = '\0';
	found = get(&r, id, &dir, &e);
	if (r.missed) {
		ret->console_len = r.console.len;
		ret->console = strbuf_steal(&r.console);
		return 0;
	}
	strbuf_deinit(&r.console);
	if (found < 0)
		return error_propagate(err, steal_ptr(&e));
	console = xasprintf("%s/console", dir);
	ret->state = xasprintf("%s/state", dir);
	return file_read(console, &ret->console, &ret->console_len, err);
}

void checkpoint_deinit(struct checkpoint *c)
{
	free(c->state);
	free(c->console);
}
