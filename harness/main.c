// SPDX-License-Identifier: GPL-2.0-or-later
/* Dispatch, global options, and the one place where errors are printed. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/proc.h"
#include "base/str.h"
#include "cmd/cmd.h"

static const struct cmd commands[] = {
#define X(fn, name, summary) { name, fn, summary },
	COMMANDS(X)
#undef X
};

static const char usage[] =
	"usage: harness [OPTIONS] COMMAND [ARGUMENTS]\n"
	"\n"
	"Boots kernels in virtual machines, applies memory-reclaim policies, drives\n"
	"workloads, and says with statistics what changed.\n"
	"\n"
	"options before the command:\n"
	"  --config FILE    configuration (default: harness.toml)\n"
	"  --results DIR    where run directories go (default: results)\n"
	"  --db FILE        database (default: DIR/harness.db)\n"
	"  --json           output for programs, where a command has one\n"
	"  --color WHEN     auto, always or never\n"
	"  -q, -v           quiet, verbose\n"
	"\n"
	"commands:\n";

static void print_usage(FILE *out)
{
	fputs(usage, out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`harness COMMAND --help` shows a command's options with examples.\n", out);
}

static int parse_color(const char *when, struct error **err)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (streq(when, names[i])) {
			color_set((enum color_mode)i);
			return 0;
		}
	}
	return error_set(err, EXIT_INPUT, "--color takes auto, always or never, not \"%s\"", when);
}

static int parse_options(struct app *app, int argc, char **argv, struct error **err)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "results", required_argument, NULL, 'r' },
		{ "db", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "color", required_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+:qvh", options, NULL)) >= 0) {
		switch (c) {
		case 'c':
			app->config = optarg;
			break;
		case 'r':
			app->results = optarg;
			break;
		case 'd':
			free(app->db);
			app->db = xstrdup(optarg);
			break;
		case 'j':
			app->json = true;
			break;
		case 'q':
			app->verbosity = QUIET;
			break;
		case 'v':
			app->verbosity = VERBOSE;
			break;
		case 'C':
			if (parse_color(optarg, err) < 0)
				return -1;
			break;
		case 'h':
			print_usage(stdout);
			exit(EXIT_OK);
		default:
			return error_set(err, EXIT_INPUT, "%s \"%s\"; see `harness --help`",
					 c == ':' ? "no argument for" : "unknown option",
					 argv[optind - 1]);
		}
	}
	return 0;
}

static const struct cmd *find_command(const char *name, struct error **err)
{
	const char *names[ARRAY_SIZE(commands)];
	const char *near;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (streq(commands[i].name, name))
			return &commands[i];
		names[i] = commands[i].name;
	}
	near = str_nearest(name, names, ARRAY_SIZE(names));
	error_set(err, EXIT_INPUT, "unknown command \"%s\"%s%s%s; see `harness --help`", name,
		  near ? "; did you mean \"" : "", near ?: "", near ? "\"?" : "");
	return NULL;
}

static int dispatch(struct app *app, int argc, char **argv, struct error **err)
{
	const struct cmd *cmd;

	if (parse_options(app, argc, argv, err) < 0)
		return -1;
	if (!app->db)
		app->db = xasprintf("%s/harness.db", app->results);
	progress_init(app->verbosity);
	if (optind == argc) {
		print_usage(stderr);
		return EXIT_INPUT;
	}
	cmd = find_command(argv[optind], err);
	if (!cmd)
		return -1;
	argc -= optind;
	argv += optind;
	optind = 0; /* glibc: start over, for the command's own options */
	return cmd->run(app, argc, argv, err);
}

int main(int argc, char **argv)
{
	struct app app = { .config = "harness.toml", .results = "results" };
	_cleanup_error_ struct error *err = NULL;
	int code;

	proc_catch_signals();
	opterr = 0; /* getopt's complaints become errors like all others */
	code = dispatch(&app, argc, argv, &err);
	progress_clear();
	if (code < 0) {
		fprintf(stderr, "harness: %s\n", err ? err->msg : "failed without a reason");
		code = err ? (int)err->code : EXIT_FAULT;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("harness: writing the output");
		code = code ? code : EXIT_HOST;
	}
	free(app.db);
	return code;
}
