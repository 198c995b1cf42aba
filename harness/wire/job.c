// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/job.h"

#include <string.h>

struct key_rule {
	const char *name;
	size_t min, max;
};

static const struct key_rule rules[N_JOB_KEYS] = {
#define X(e, key, min, max, help) [JOB_##e] = { key, min, max },
	JOB_KEYS(X)
#undef X
};

void job_put(struct strbuf *b, enum job_key key, const char *fmt, ...)
{
	_cleanup_free_ char *value = NULL;
	va_list ap;

	va_start(ap, fmt);
	value = xvasprintf(fmt, ap);
	va_end(ap);
	strbuf_printf(b, "%s ", rules[key].name);
	for (const char *s = value; *s; s++) {
		if (*s == '\n')
			strbuf_puts(b, "\\n");
		else if (*s == '\\')
			strbuf_puts(b, "\\\\");
		else
			strbuf_add(b, s, 1);
	}
	strbuf_puts(b, "\n");
}

/* In place; false on an escape that job_put() doesn't make. */
static bool unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s != '\\') {
			*to++ = *s;
			continue;
		}
		s++;
		if (*s != 'n' && *s != '\\')
			return false;
		*to++ = *s == 'n' ? '\n' : '\\';
	}
	*to = '\0';
	return true;
}

static int find_key(const char *line, size_t len)
{
	for (int key = 0; key < N_JOB_KEYS; key++)
		if (strlen(rules[key].name) == len && strncmp(rules[key].name, line, len) == 0)
			return key;
	return -1;
}

static int parse_line(const char *line, size_t len, int number, struct job_text *ret,
		      struct error **err)
{
	const char *space = memchr(line, ' ', len);
	size_t key_len = space ? (size_t)(space - line) : len;
	_cleanup_free_ char *value = NULL;
	int key = find_key(line, key_len);

	if (key < 0)
		return error_set(err, EXIT_FAULT, "job:%d: unknown key \"%.*s\"", number,
				 (int)key_len, line);
	if (!space)
		return error_set(err, EXIT_FAULT, "job:%d: %s: no value", number, rules[key].name);
	value = xstrndup(space + 1, len - key_len - 1);
	if (!unescape(value))
		return error_set(err, EXIT_FAULT, "job:%d: %s: bad escape", number,
				 rules[key].name);
	if (strv_len(ret->values[key]) >= rules[key].max)
		return error_set(err, EXIT_FAULT, "job:%d: %s: given more than %zu times", number,
				 rules[key].name, rules[key].max);
	strv_add(&ret->values[key], value);
	return 0;
}

static int check_counts(const struct job_text *j, struct error **err)
{
	for (int key = 0; key < N_JOB_KEYS; key++)
		if (strv_len(j->values[key]) < rules[key].min)
			return error_set(err, EXIT_FAULT, "job: no %s", rules[key].name);
	if (!streq(job_value(j, JOB_VERSION), "1"))
		return error_set(err, EXIT_FAULT, "job: version %s, this is for version 1",
				 job_value(j, JOB_VERSION));
	return 0;
}

int job_parse(const char *text, struct job_text *ret, struct error **err)
{
	_cleanup_job_text_ struct job_text j = { 0 };
	int number = 1;

	for (const char *line = text, *end; *line; line = end + 1, number++) {
		end = strchr(line, '\n');
		if (!end)
			return error_set(err, EXIT_FAULT, "job:%d: the last line is cut off",
					 number);
		if (parse_line(line, end - line, number, &j, err) < 0)
			return -1;
	}
	if (check_counts(&j, err) < 0)
		return -1;
	*ret = j;
	j = (struct job_text){ 0 };
	return 0;
}

void job_text_deinit(struct job_text *j)
{
	for (int key = 0; key < N_JOB_KEYS; key++)
		strv_free(j->values[key]);
	*j = (struct job_text){ 0 };
}
