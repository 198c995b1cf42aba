// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/job.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Decimal or 0x hexadecimal, up to `max`, nothing around it. */
static int to_number(const char *key, const char *s, uint64_t max, uint64_t *ret,
		     struct error **err)
{
	int base = str_starts(s, "0x") ? 16 : 10;
	char *end;

	errno = 0;
	*ret = strtoull(s, &end, base);
	if (!isdigit((unsigned char)*s) || *end || errno || *ret > max)
		return error_set(err, EXIT_FAULT, "job: %s: \"%s\" is not a number up to %ju", key,
				 s, (uintmax_t)max);
	return 0;
}

static int to_unsigned(const struct job_text *t, enum job_key key, const char *name,
		       unsigned int *ret, struct error **err)
{
	uint64_t v = 0;

	if (job_value(t, key) && to_number(name, job_value(t, key), 1u << 30, &v, err) < 0)
		return -1;
	*ret = (unsigned int)v;
	return 0;
}

/*
 * Cuts a value into exactly n words at single spaces; the last one is the rest
 * of the line.  Fewer words are an error unless they are no fewer than `least`:
 * the missing ones are then "".
 */
static int cut_words(const char *key, const char *value, size_t least, size_t n, char **ret,
		     struct error **err)
{
	size_t i = 0;

	for (const char *s = value; i < n; i++) {
		const char *space = i + 1 < n ? strchr(s, ' ') : NULL;

		ret[i] = space ? xstrndup(s, (size_t)(space - s)) : xstrdup(s);
		if (!space) {
			i++;
			break;
		}
		s = space + 1;
	}
	if (i < least)
		return error_set(err, EXIT_FAULT, "job: %s: \"%s\" has %zu words of %zu", key,
				 value, i, least);
	for (; i < n; i++)
		ret[i] = xstrdup("");
	return 0;
}

static int read_range(const char *key, char *const *words, struct job_range *ret,
		      struct error **err)
{
	if (to_number(key, words[0], UINT64_MAX, &ret->start, err) < 0 ||
	    to_number(key, words[1], UINT64_MAX, &ret->bytes, err) < 0)
		return -1;
	if (ret->bytes == 0)
		return error_set(err, EXIT_FAULT, "job: %s: an empty range", key);
	return 0;
}

static int read_swap(const char *value, struct job *j, struct error **err)
{
	char *words[3];

	if (cut_words("swap", value, 1, 3, words, err) < 0)
		return -1;
	if (streq(words[0], "none"))
		return 0;
	if (streq(words[0], "pmem")) {
		j->swap = JOB_SWAP_PMEM;
		return read_range("swap", words + 1, &j->swap_range, err);
	}
	if (streq(words[0], "zram")) {
		j->swap = JOB_SWAP_ZRAM;
		return to_number("swap", words[1], UINT64_MAX, &j->zram_bytes, err);
	}
	if (streq(words[0], "disk")) {
		j->swap = JOB_SWAP_DISK;
		j->swap_disk = words[1];
		return 0;
	}
	return error_set(err, EXIT_FAULT, "job: swap: unknown kind \"%s\"", words[0]);
}

static int read_data(const char *value, struct job *j, struct error **err)
{
	char *words[2];

	if (cut_words("data", value, 2, 2, words, err) < 0)
		return -1;
	if (!streq(words[0], "disk"))
		return read_range("data", words, &j->data_range, err);
	j->data_disk = words[1];
	return 0;
}

static int read_sizes(struct job *j, struct error **err)
{
	const struct job_text *t = &j->text;
	const char *data = job_value(t, JOB_DATA), *tools = job_value(t, JOB_TOOLS);
	const char *mailbox = job_value(t, JOB_MAILBOX);

	if (mailbox && to_number("mailbox", mailbox, UINT64_MAX, &j->mailbox_bytes, err) < 0)
		return -1;
	if (tools && to_number("tools", tools, UINT64_MAX, &j->tools_bytes, err) < 0)
		return -1;
	if (data && read_data(data, j, err) < 0)
		return -1;
	return read_swap(job_value(t, JOB_SWAP), j, err);
}

static int read_scalars(struct job *j, struct error **err)
{
	const struct job_text *t = &j->text;

	j->stream = job_value(t, JOB_STREAM);
	j->workload = job_value(t, JOB_WORKLOAD);
	j->output = job_value(t, JOB_OUTPUT);
	j->argv = t->values[JOB_ARG];
	j->events = t->values[JOB_TRACE_EVENT];
	j->kprobes = t->values[JOB_TRACE_KPROBE];
	j->functions = t->values[JOB_TRACE_GRAPH];
	j->perf_groups = t->values[JOB_PERF_GROUP];
	j->daemon = t->values[JOB_DAEMON];
	if (to_number("seed", job_value(t, JOB_SEED), UINT64_MAX, &j->seed, err) < 0 ||
	    to_unsigned(t, JOB_HEARTBEAT, "heartbeat_ms", &j->heartbeat_ms, err) < 0 ||
	    to_unsigned(t, JOB_TIMEOUT, "timeout_s", &j->timeout_s, err) < 0 ||
	    to_unsigned(t, JOB_TRACE_BUFFER, "trace_buffer_kb", &j->trace_buffer_kb, err) < 0)
		return -1;
	if (j->heartbeat_ms == 0 || j->timeout_s == 0)
		return error_set(err, EXIT_FAULT, "job: heartbeat_ms and timeout_s must not be 0");
	return 0;
}

static int read_stream(struct job *j, struct error **err)
{
	const char *value = job_value(&j->text, JOB_TRACE_STREAM);
	uint64_t percent, ms;
	char *words[2];

	if (!value)
		return 0;
	if (cut_words("trace_stream", value, 2, 2, words, err) < 0 ||
	    to_number("trace_stream", words[0], 100, &percent, err) < 0 ||
	    to_number("trace_stream", words[1], 1u << 30, &ms, err) < 0)
		return -1;
	j->stream_trace = true;
	j->stream_percent = (unsigned int)percent;
	j->stream_ms = (unsigned int)ms;
	return 0;
}

static int read_perf(struct job *j, struct error **err)
{
	const char *per = job_value(&j->text, JOB_PERF_PER) ?: "system";

	j->perf_system = streq(per, "system") || streq(per, "both");
	j->perf_task = streq(per, "task") || streq(per, "both");
	if (!j->perf_system && !j->perf_task)
		return error_set(err, EXIT_FAULT, "job: perf_per: \"%s\" is none of the three",
				 per);
	return to_unsigned(&j->text, JOB_PERF_INTERVAL, "perf_interval_ms", &j->perf_interval_ms,
			   err);
}

static int read_sample(struct job *j, struct error **err)
{
	const struct job_text *t = &j->text;

	j->sample_files = t->values[JOB_SAMPLE_FILE];
	if (to_unsigned(t, JOB_SAMPLE_EVERY, "sample_every_ms", &j->sample_every_ms, err) < 0 ||
	    to_unsigned(t, JOB_SAMPLE_REGION, "sample_region_mb", &j->sample_region_mb, err) < 0)
		return -1;
	return to_unsigned(t, JOB_SAMPLE_BUFFER, "sample_buffer_kb", &j->sample_buffer_kb, err);
}

static int read_modules(char *const *lines, struct job_module **ret, size_t *ret_n,
			struct error **err)
{
	for (size_t i = 0; lines && lines[i]; i++) {
		struct job_module *m = ARRAY_APPEND(*ret, *ret_n);
		char *words[2];

		if (cut_words("module", lines[i], 1, 2, words, err) < 0)
			return -1;
		*m = (struct job_module){ words[0], words[1] };
	}
	return 0;
}

static int read_knobs(struct job *j, enum job_key key, const char *name, struct error **err)
{
	char *const *lines = j->text.values[key], *words[3];

	for (; lines && *lines; lines++) {
		struct job_knob *k = ARRAY_APPEND(j->knobs, j->n_knobs);

		if (cut_words(name, *lines, 3, 3, words, err) < 0)
			return -1;
		*k = (struct job_knob){ words[0], words[1], words[2], key == JOB_KNOB_READ };
	}
	return 0;
}

static int read_params(struct job *j, struct error **err)
{
	char *const *lines = j->text.values[JOB_MODULE_PARAM], *words[4];

	for (; lines && *lines; lines++) {
		struct job_param *p = ARRAY_APPEND(j->params, j->n_params);

		if (cut_words("module_param", *lines, 4, 4, words, err) < 0)
			return -1;
		*p = (struct job_param){ words[0], words[1], words[2], words[3] };
	}
	return 0;
}

static int read_counters(struct job *j, struct error **err)
{
	char *const *lines = j->text.values[JOB_COUNTER], *words[3];

	for (; lines && *lines; lines++) {
		struct job_counter *c = ARRAY_APPEND(j->counters, j->n_counters);

		if (cut_words("counter", *lines, 3, 3, words, err) < 0)
			return -1;
		if (!streq(words[1], "live") && !streq(words[1], "plain"))
			return error_set(err, EXIT_FAULT,
					 "job: counter: \"%s\" is neither live nor plain",
					 words[1]);
		*c = (struct job_counter){ words[0], words[2], streq(words[1], "live") };
	}
	return 0;
}

int job_read(const char *text, struct job *ret, struct error **err)
{
	struct job_text *t = &ret->text;

	*ret = (struct job){ 0 };
	if (job_parse(text, t, err) < 0 || read_scalars(ret, err) < 0 || read_sizes(ret, err) < 0 ||
	    read_stream(ret, err) < 0 || read_perf(ret, err) < 0 || read_sample(ret, err) < 0 ||
	    read_modules(t->values[JOB_MODULE], &ret->modules, &ret->n_modules, err) < 0 ||
	    read_modules(t->values[JOB_POLICY_MODULE], &ret->policy_modules, &ret->n_policy_modules,
			 err) < 0 ||
	    read_knobs(ret, JOB_KNOB, "knob", err) < 0 ||
	    read_knobs(ret, JOB_KNOB_READ, "knob_read", err) < 0 || read_params(ret, err) < 0)
		return -1;
	return read_counters(ret, err);
}
