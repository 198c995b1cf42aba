// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness help [TOPIC]`: a command, the configuration, or what outcomes mean. */
#include <getopt.h>
#include <stdio.h>

#include "base/str.h"
#include "base/table.h"
#include "cmd/cmd.h"
#include "config/config.h"
#include "machine/machine.h"

static const char usage[] =
	"usage: harness help [TOPIC]\n"
	"\n"
	"  harness help           the commands and the topics\n"
	"  harness help COMMAND   the same as `harness COMMAND --help`\n"
	"  harness help config    every key of the configuration: type, range, default\n"
	"  harness help outcomes  how a boot can end, and what that means\n"
	"  harness help exit      what the program's exit status means\n"
	"\n"
	"With --json before `help`, config, outcomes and exit are printed for programs.\n";

static const struct cmd commands[] = {
#define X(fn, name, summary) { name, fn, summary },
	COMMANDS(X)
#undef X
};

static void print_two_columns(const struct app *app, const char *first, enum cell_align align,
			      void (*fill)(struct table *t))
{
	struct table *t = table_create();

	table_column(t, first, align);
	table_column(t, "meaning", ALIGN_LEFT);
	fill(t);
	table_print(t, app->json ? TABLE_JSON : TABLE_TEXT, stdout);
	table_destroy(t);
}

static void fill_outcomes(struct table *t)
{
	for (enum outcome o = 0; o < N_OUTCOMES; o++) {
		table_add(t, outcome_name(o));
		table_add(t, outcome_help(o));
	}
}

static void fill_exit(struct table *t)
{
	static const struct {
		enum exit_code code;
		const char *help;
	} rows[] = {
		{ EXIT_OK, "done; for a question, the answer is yes" },
		{ EXIT_FINDING, "the answer is no: a regression, a refuted claim" },
		{ EXIT_FAULT,
		  "the run itself failed: a cell without a usable result, a broken build" },
		{ EXIT_INPUT, "bad command line, configuration or query" },
		{ EXIT_HOST,
		  "this machine can't: a missing package, no space, a read-only folder" },
		{ EXIT_INTERRUPTED, "Ctrl-C; everything finished so far is kept" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		table_addf(t, "%d", rows[i].code);
		table_add(t, rows[i].help);
	}
}

static int help_config(struct app *app)
{
	config_print_help(app->json);
	return EXIT_OK;
}

static int help_outcomes(struct app *app)
{
	print_two_columns(app, "outcome", ALIGN_LEFT, fill_outcomes);
	return EXIT_OK;
}

static int help_exit(struct app *app)
{
	print_two_columns(app, "status", ALIGN_RIGHT, fill_exit);
	return EXIT_OK;
}

static const struct {
	const char *name;
	int (*show)(struct app *app);
	const char *summary;
} topics[] = {
	{ "config", help_config, "every key of the configuration" },
	{ "outcomes", help_outcomes, "how a boot can end" },
	{ "exit", help_exit, "what the exit status means" },
};

static int overview(void)
{
	puts("commands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	puts("\ntopics of `harness help`:");
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
		printf("  %-10s %s\n", topics[i].name, topics[i].summary);
	return EXIT_OK;
}

static int unknown_topic(const char *name, struct error **err)
{
	const char *names[ARRAY_SIZE(commands) + ARRAY_SIZE(topics)];
	const char *near;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i].name;
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
		names[ARRAY_SIZE(commands) + i] = topics[i].name;
	near = str_nearest(name, names, ARRAY_SIZE(names));
	return cmd_bad_usage(err, "help", "no command or topic \"%s\"%s%s%s", name,
			     near ? ", did you mean \"" : "", near ?: "", near ? "\"?" : "");
}

static int show(struct app *app, const char *name, struct error **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
		if (streq(topics[i].name, name))
			return topics[i].show(app);
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		char *argv[] = { (char *)name, (char *)"--help", NULL };

		if (!streq(commands[i].name, name))
			continue;
		optind = 0; /* glibc: start over, for that command's options */
		return commands[i].run(app, 2, argv, err);
	}
	return unknown_topic(name, err);
}

int cmd_help(struct app *app, int argc, char **argv, struct error **err)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c == 'h')
			return cmd_usage(usage);
		return cmd_bad_option(err, "help", c, argv);
	}
	if (argc - optind > 1)
		return cmd_bad_usage(err, "help", "one topic at a time");
	return optind < argc ? show(app, argv[optind], err) : overview();
}
