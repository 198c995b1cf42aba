// SPDX-License-Identifier: GPL-2.0-or-later
/* A run directory's life: made under results/tmp, filled, renamed into results/runs. */
#include "artifact/artifact.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "artifact/internal.h"
#include "artifact/runs.h"
#include "base/file.h"
#include "base/progress.h"

#define SPACE_RESERVE (64ull << 20) /* besides the trace: console, counters, outputs */

/* Enough for the largest trace that the ring buffers can hold, or the run would be in vain. */
static int check_space(const char *results, const struct cell *cell, struct error **err)
{
	const struct trace_config *t = cell->trace;
	uint64_t need = SPACE_RESERVE, free_bytes;
	struct statvfs vfs;

	if (t->enabled)
		need += (uint64_t)t->buffer_kb * 1024 * cell->machine->cpus;
	if (statvfs(results, &vfs) < 0)
		return error_errno(err, errno, "statvfs %s", results);
	free_bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	if (free_bytes < need)
		return error_set(err, EXIT_HOST,
				 "%s: %s free, a run may need %s; make room or use --results DIR",
				 results, size_to_str(free_bytes), size_to_str(need));
	return 0;
}

static int open_files(struct artifact *a, struct error **err)
{
	_cleanup_free_ char *console = xasprintf("%s/console.log", a->tmp);
	_cleanup_free_ char *log = xasprintf("%s/agent.log", a->tmp);

	if (capped_open(&a->console, console, CONSOLE_MAX, err) < 0 ||
	    capped_open(&a->log, log, AGENT_LOG_MAX, err) < 0)
		return -1;
	if (mkdirat(a->lock, "guest", 0755) < 0)
		return error_errno(err, errno, "create %s/guest", a->tmp);
	a->guest_dir = openat(a->lock, "guest", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->guest_dir < 0)
		return error_errno(err, errno, "open %s/guest", a->tmp);
	return 0;
}

struct artifact *artifact_create(const char *results, const struct cell *cell,
				 const char *campaign_id, struct error **err)
{
	_cleanup_artifact_ struct artifact *a = xcalloc(1, sizeof(*a));

	a->lock = a->guest_dir = a->file = a->console.fd = a->log.fd = -1;
	a->results = xstrdup(results);
	a->campaign_id = xstrdup(campaign_id);
	a->cell = cell;
	page_files_init(&a->pages, cell->machine->cpus);
	wire_reader_init(&a->reader);
	a->started = time(NULL);
	host_look(&a->host_before);
	if (runs_make_tmp(results, cell->id, &a->tmp, &a->lock, err) < 0 ||
	    check_space(results, cell, err) < 0 || open_files(a, err) < 0)
		return NULL;
	return steal_ptr(&a);
}

static int artifact_console(void *arg, const void *data, size_t len)
{
	struct artifact *a = arg;

	return capped_write(&a->console, data, len);
}

struct machine_sink artifact_sink(struct artifact *a)
{
	return (struct machine_sink){
		.console = artifact_console,
		.stream = artifact_stream,
		.arg = a,
	};
}

const struct guest_state *artifact_guest(const struct artifact *a)
{
	return &a->guest;
}

int artifact_add_file(struct artifact *a, const char *name, const char *text, struct error **err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", a->tmp, name);

	return file_puts(path, text, err);
}

/* The phases as they came on the wire, unless the agent has sent a file of them. */
static int write_phases(struct artifact *a, struct error **err)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };

	if (!a->n_phases || faccessat(a->guest_dir, "phases", F_OK, 0) == 0)
		return 0;
	for (size_t i = 0; i < a->n_phases; i++)
		strbuf_printf(&b, "%llu %s\n", (unsigned long long)a->phases[i].ns,
			      a->phases[i].name);
	return artifact_add_file(a, "guest/phases", b.data, err);
}

void artifact_set_inputs(struct artifact *a, const char *hash)
{
	snprintf(a->inputs_hash, sizeof(a->inputs_hash), "%s", hash);
}

/* Over names and contents of everything that the guest said, if it said all of it. */
static int take_fingerprint(struct artifact *a, struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	_cleanup_free_ char *guest = xasprintf("%s/guest", a->tmp);

	if (!a->inputs_hash[0] || !a->guest.bye)
		return 0;
	if (hash_tree(h, guest, NULL, err) < 0)
		return -1;
	hash_finish(h, a->fingerprint);
	return 0;
}

/* What the agent's claim comes with is worth keeping where the claim decides. */
static const char *final_detail(const struct artifact *a, enum outcome o, const char *detail)
{
	return detail || !a->outcome_seen || o != a->guest.claimed ? detail : a->claim_detail;
}

/*
 * rename() doesn't replace a folder that has something in it, so the name is
 * ours or taken; the next number is tried until one is free.
 */
static int move_into_place(struct artifact *a, const struct kernel *k,
			   const struct machine_result *m, enum outcome o, const char *detail,
			   char **ret_run_id, struct error **err)
{
	_cleanup_free_ char *qemu = qemu_version(NULL);
	unsigned int n;

	if (runs_next(a->results, a->cell->id, &n, err) < 0)
		return -1;
	for (;; n++) {
		_cleanup_free_ char *run_id = xasprintf("%s-%u", a->cell->id, n);
		_cleanup_free_ char *path = xasprintf("%s/runs/%s", a->results, run_id);
		_cleanup_free_ char *text = manifest_text(a, run_id, k, m, o, detail, qemu);
		_cleanup_error_ struct error *why = NULL;

		if (artifact_add_file(a, "run.json", text, err) < 0)
			return -1;
		if (dir_publish(a->tmp, path, &why) == 0) {
			*ret_run_id = steal_ptr(&run_id);
			free(steal_ptr(&a->tmp));
			return 0;
		}
		if (why->errnum != EEXIST && why->errnum != ENOTEMPTY)
			return error_propagate(err, steal_ptr(&why));
	}
}

int artifact_publish(struct artifact *a, const struct kernel *k, const struct machine_result *m,
		     char **ret_run_id, enum outcome *ret_outcome, struct error **err)
{
	_cleanup_free_ char *runs = xasprintf("%s/runs", a->results);
	_cleanup_free_ char *clock = clock_check_text(&a->clock);
	const char *detail;
	enum outcome o = outcome_decide(m, &a->guest, &detail);

	/* Virtual time goes its own way. */
	if (o == OUTCOME_OK && a->cell->mode != MODE_DETERMINISTIC && !clock_check_ok(&a->clock)) {
		o = OUTCOME_CLOCK_WRONG;
		detail = clock;
	}
	capped_close(&a->console);
	capped_close(&a->log);
	if (write_phases(a, err) < 0 || take_fingerprint(a, err) < 0 || dir_make(runs, err) < 0 ||
	    move_into_place(a, k, m, o, final_detail(a, o, detail), ret_run_id, err) < 0)
		return -1;
	*ret_outcome = o;
	return 0;
}

void artifact_destroy(struct artifact *a)
{
	if (!a)
		return;
	capped_close(&a->console);
	capped_close(&a->log);
	close_guard(&a->file);
	page_files_deinit(&a->pages);
	close_guard(&a->guest_dir);
	if (a->tmp)
		dir_remove(a->tmp, NULL);
	close_guard(&a->lock);
	free(a->tmp);
	free(a->results);
	free(a->campaign_id);
	free(a->claim_detail);
	free(a->release);
	free(a->phases);
	free(a->file_path);
	free(a);
}
