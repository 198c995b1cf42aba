/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of a workload: --out FILE, --seed N, a number of numbers, and
 * for some --data DEVICE.
 */
#ifndef WORKLOADS_OPTIONS_H
#define WORKLOADS_OPTIONS_H

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

/* --NAME N, from `min` to `max`; what `value` holds before is the default. */
struct number_option {
	const char *name, *help;
	unsigned long *value, min, max;
};

struct command_line {
	const struct number_option *numbers;
	int n;
	uint64_t *seed;
	const char **out, **data; /* no data: it isn't an option */
	bool needs_data;
};

static inline void __attribute__((noreturn)) options_usage(const struct command_line *c)
{
	const char *data = c->needs_data ? "--data DEVICE " : "[--data DEVICE] ";
	int width = 0;

	fprintf(stderr, "usage: %s %s[--out FILE] [--seed N] [OPTION N]...\n",
		program_invocation_short_name, c->data ? data : "");
	for (int i = 0; i < c->n; i++) {
		int len = (int)strlen(c->numbers[i].name);

		width = len > width ? len : width;
	}
	for (int i = 0; i < c->n; i++) {
		const struct number_option *o = &c->numbers[i];

		fprintf(stderr, "  --%-*s %s (%lu to %lu, default %lu)\n", width, o->name, o->help,
			o->min, o->max, *o->value);
	}
	exit(2);
}

static inline uint64_t option_number(const char *name, const char *text, uint64_t min, uint64_t max)
{
	char *end;
	uint64_t v;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || v < min || v > max)
		fail("--%s %s: not a number from %" PRIu64 " to %" PRIu64, name, text, min, max);
	return v;
}

/* getopt_long()'s table: numbers by their index, then these. */
enum { OPTION_OUT, OPTION_SEED, OPTION_DATA };

static inline struct option *option_table(const struct command_line *c)
{
	struct option *table = calloc((size_t)c->n + OPTION_DATA + 2, sizeof(*table));

	if (!table)
		fail("out of memory");
	for (int i = 0; i < c->n; i++)
		table[i] = (struct option){ c->numbers[i].name, required_argument, NULL, i };
	table[c->n] = (struct option){ "out", required_argument, NULL, c->n + OPTION_OUT };
	table[c->n + 1] = (struct option){ "seed", required_argument, NULL, c->n + OPTION_SEED };
	if (c->data)
		table[c->n + 2] =
			(struct option){ "data", required_argument, NULL, c->n + OPTION_DATA };
	return table;
}

static inline void option_take(const struct command_line *c, int option, const char *text)
{
	const struct number_option *o = &c->numbers[option];

	if (option < 0 || option > c->n + OPTION_DATA)
		options_usage(c); /* '?' */
	else if (option < c->n)
		*o->value = option_number(o->name, text, o->min, o->max);
	else if (option == c->n + OPTION_OUT)
		*c->out = text;
	else if (option == c->n + OPTION_SEED)
		*c->seed = option_number("seed", text, 0, UINT64_MAX);
	else
		*c->data = text;
}

/* Ends the program, status 2, if it can't be read; the texts are argv's. */
static inline void options_read(const struct command_line *c, int argc, char **argv)
{
	struct option *table = option_table(c);
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1)
		option_take(c, option, optarg);
	free(table);
	if (optind < argc || (c->needs_data && !*c->data))
		options_usage(c);
}

#endif
