// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/policy.h"

#include <string.h>

#include "agent/json.h"
#include "agent/modules.h"
#include "agent/snapshot.h"
#include "agent/value.h"
#include "agent/wait.h"
#include "agent/write.h"
#include "base/file.h"

/* For a daemon to set itself up; it does so in milliseconds. */
#define DAEMON_READY_MS 30000
/* Some are read back as what the kernel does, which it does later (6.1's damon_reclaim). */
#define KNOB_HOLDS_MS 1000

static void add_knobs(const struct job *job, struct policy *p)
{
	for (size_t i = 0; i < job->n_knobs; i++) {
		struct knob_state *k = ARRAY_APPEND(p->knobs, p->n_knobs);

		k->name = job->knobs[i].name;
		k->wanted = job->knobs[i].value;
		k->path = xstrdup(job->knobs[i].path);
		k->write = !job->knobs[i].said;
		k->said = job->knobs[i].said;
	}
	for (size_t i = 0; i < job->n_params; i++) {
		const struct job_param *m = &job->params[i];
		struct knob_state *k = ARRAY_APPEND(p->knobs, p->n_knobs);

		k->name = m->name;
		k->wanted = m->value;
		k->path = xasprintf("/sys/module/%s/parameters/%s", m->module, m->param);
	}
}

/* The file's text without white space at its end, or NULL. */
static char *read_value(const char *path, struct error **err)
{
	char *text = NULL;

	if (file_read(path, &text, NULL, err) < 0)
		return NULL;
	for (size_t n = strlen(text); n && strchr(" \t\r\n", text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

/* Of a file that is the value, or has it in a line. */
static char *read_knob(const struct knob_state *k, struct error **err)
{
	_cleanup_free_ char *text = read_value(k->path, err);
	size_t len = strlen(k->name);

	if (!k->said || !text)
		return steal_ptr(&text);
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		if (strncmp(line, k->name, len) == 0 && line[len] == ' ')
			return xstrdup(line + len + 1);
	}
	error_set(err, EXIT_FAULT, "%s has no such line", k->path);
	return NULL;
}

/* Keeps the first problem of a knob. */
static void compare(struct knob_state *k, const char *got, const struct error *e, const char *when)
{
	if (k->problem)
		return;
	if (!got)
		k->problem = xasprintf("knob %s: %s", k->name, e ? e->msg : "cannot be read");
	else if (!value_equal(k->wanted, got))
		k->problem = xasprintf("knob %s: %s is \"%s\" %s, not \"%s\"", k->name, k->path,
				       got, when, k->wanted);
}

static bool holds(void *arg)
{
	const struct knob_state *k = arg;
	_cleanup_free_ char *got = read_knob(k, NULL);

	return got && value_equal(k->wanted, got);
}

static void knob_apply(struct knob_state *k)
{
	_cleanup_error_ struct error *e = NULL;

	if (k->write) {
		k->before = read_value(k->path, NULL);
		if (write_text(k->path, k->wanted, &e) < 0)
			k->problem = xasprintf("knob %s: %s", k->name, e->msg);
		else
			wait_for(holds, k, KNOB_HOLDS_MS);
	}
	k->readback = read_knob(k, &e);
	compare(k, k->readback, e, "after it was set");
}

static char *load_modules(const struct job *job)
{
	for (size_t i = 0; i < job->n_policy_modules; i++) {
		_cleanup_error_ struct error *e = NULL;

		if (module_load(job->policy_modules[i].path, job->policy_modules[i].params, &e) < 0)
			return xstrdup(e->msg);
	}
	return NULL;
}

struct daemon_wait {
	const struct job *job;
	const struct policy_daemon *daemon;
};

static bool read_counter(const struct job_counter *c, uint64_t *ret)
{
	_cleanup_free_ char *text = NULL;

	if (file_read(c->path, &text, NULL, NULL) < 0)
		return false;
	return text_number(text, c->name, ret) || text_is_number(text, ret);
}

/* It says by its counters that it is set up. */
static bool ready_or_ended(void *arg)
{
	const struct daemon_wait *w = arg;
	uint64_t value;

	if (daemon_has_ended(w->daemon))
		return true;
	for (size_t i = 0; i < w->job->n_counters; i++) {
		if (!read_counter(&w->job->counters[i], &value))
			return false;
	}
	return true;
}

static char *run_daemon(const struct job *job, struct policy *p)
{
	struct daemon_wait w = { job, &p->daemon };
	char *problem = daemon_start(job, &p->daemon);

	if (problem || !p->daemon.pid)
		return problem;
	/* A counter that never comes is named by start_counters(). */
	wait_for(ready_or_ended, &w, DAEMON_READY_MS);
	return daemon_has_ended(&p->daemon) ? daemon_end(&p->daemon) : NULL;
}

void policy_daemon_end(struct policy *p)
{
	p->daemon_problem = daemon_end(&p->daemon);
}

static char *check_modules(const struct job *job)
{
	for (size_t i = 0; i < job->n_policy_modules; i++) {
		_cleanup_free_ char *name = module_name(job->policy_modules[i].path);

		if (!module_live(name))
			return xasprintf("module %s is not in /proc/modules", name);
	}
	return NULL;
}

static char *first_problem(const struct policy *p)
{
	for (size_t i = 0; i < p->n_knobs; i++)
		if (p->knobs[i].problem)
			return xstrdup(p->knobs[i].problem);
	return NULL;
}

static char *start_counters(const struct job *job, struct policy *p)
{
	char *problem = NULL;

	for (size_t i = 0; i < job->n_counters; i++) {
		struct counter_state *c = ARRAY_APPEND(p->counters, p->n_counters);

		c->counter = &job->counters[i];
		c->have_before = read_counter(c->counter, &c->before);
		if (!c->have_before && !problem)
			problem = xasprintf("counter %s: no such line in %s", c->counter->name,
					    c->counter->path);
	}
	return problem;
}

char *policy_apply(const struct job *job, struct policy *p)
{
	char *problem;

	add_knobs(job, p);
	problem = load_modules(job);
	if (!problem)
		problem = run_daemon(job, p);
	if (problem)
		return problem;
	for (size_t i = 0; i < p->n_knobs; i++)
		knob_apply(&p->knobs[i]);
	problem = check_modules(job);
	if (!problem)
		problem = first_problem(p);
	return problem ? problem : start_counters(job, p);
}

static char *stop_counters(struct policy *p)
{
	char *problem = NULL;

	for (size_t i = 0; i < p->n_counters; i++) {
		struct counter_state *c = &p->counters[i];
		const struct job_counter *job = c->counter;

		c->have_after = read_counter(job, &c->after);
		if (problem)
			continue;
		if (!c->have_after)
			problem = xasprintf("counter %s: gone from %s after the workload",
					    job->name, job->path);
		else if (job->live && c->after == c->before)
			problem = xasprintf("counter %s: still %ju after the workload, "
					    "the policy did nothing",
					    job->name, (uintmax_t)c->after);
	}
	return problem;
}

char *policy_verify_after(const struct job *job, struct policy *p)
{
	_cleanup_free_ char *counters = NULL;
	char *problem;

	for (size_t i = 0; i < p->n_knobs; i++) {
		_cleanup_error_ struct error *e = NULL;
		struct knob_state *k = &p->knobs[i];

		k->after = read_knob(k, &e);
		k->checked_after = true;
		compare(k, k->after, e, "after the workload");
	}
	counters = stop_counters(p);
	problem = steal_ptr(&p->daemon_problem);
	if (!problem)
		problem = check_modules(job);
	if (!problem)
		problem = first_problem(p);
	return problem ? problem : steal_ptr(&counters);
}

static void put_knob(struct json *j, const struct knob_state *k)
{
	json_open(j, NULL, '{');
	json_put_string(j, "name", k->name);
	json_put_string(j, "path", k->path);
	json_put_string(j, "wanted", k->wanted);
	json_put_string(j, "before", k->before);
	json_put_string(j, "readback", k->readback);
	json_put_string(j, "after", k->after);
	json_put_bool(j, "verified", k->checked_after && !k->problem);
	json_close(j, '}');
}

static void put_number(struct json *j, const char *key, bool have, uint64_t v)
{
	if (have)
		json_put_u64(j, key, v);
	else
		json_put_string(j, key, NULL);
}

static void put_counter(struct json *j, const struct counter_state *c)
{
	json_open(j, NULL, '{');
	json_put_string(j, "name", c->counter->name);
	json_put_string(j, "file", c->counter->path);
	put_number(j, "before", c->have_before, c->before);
	put_number(j, "after", c->have_after, c->after);
	json_put_bool(j, "live", c->counter->live);
	json_close(j, '}');
}

int policy_send(const struct policy *p, struct stream *to)
{
	_cleanup_json_ struct json knobs = { 0 }, counters = { 0 };

	json_open(&knobs, NULL, '[');
	for (size_t i = 0; i < p->n_knobs; i++)
		put_knob(&knobs, &p->knobs[i]);
	json_close(&knobs, ']');
	json_open(&counters, NULL, '[');
	for (size_t i = 0; i < p->n_counters; i++)
		put_counter(&counters, &p->counters[i]);
	json_close(&counters, ']');
	if (stream_file_text(to, "knobs.json", knobs.text.data) < 0)
		return -1;
	return stream_file_text(to, "counters.json", counters.text.data);
}
