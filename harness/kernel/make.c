// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <string.h>

#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/parts.h"

struct counter {
	const struct make_opts *opts;
	unsigned int steps;
	double start;
};

/*
 * kbuild announces a step as "  CC      mm/vmscan.o".  Compiling is counted:
 * a dry run knows of it, and what follows is short.
 */
static const char *find_step(const char *line, bool dry)
{
	static const char *const kinds[] = { "  CC ", "  AS " };
	const char *quoted = dry ? strstr(line, "echo '  ") : NULL;

	if (dry && !quoted)
		return NULL;
	line = quoted ? quoted + strlen("echo '") : line;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (str_starts(line, kinds[i]))
			return line;
	}
	return NULL;
}

/* Elapsed time tells what is left only once a fair part is done. */
static void show(const struct counter *c, const char *line)
{
	unsigned int total = c->opts->total;
	double elapsed = now_s() - c->start;
	const char *file = line + strcspn(line + 2, " ") + 2;

	file += strspn(file, " ");
	if (total > c->steps && c->steps * 20 > total)
		progress("%s: %u of %u objects, %s left (%s)", c->opts->what, c->steps, total,
			 duration_to_str(elapsed * (total - c->steps) / c->steps), file);
	else if (total >= c->steps)
		progress("%s: %u of %u objects (%s)", c->opts->what, c->steps, total, file);
	else
		progress("%s: %u objects, %s (%s)", c->opts->what, c->steps,
			 duration_to_str(elapsed), file);
}

/* Linking and packing, some of which take long, are shown though they aren't counted. */
static bool is_announced(const char *line)
{
	return str_starts(line, "  ") && isupper((unsigned char)line[2]);
}

static void on_make_line(const char *line, void *arg)
{
	struct counter *c = arg;

	c->steps += find_step(line, c->opts->dry) != NULL;
	if (c->opts->ret_steps && !c->opts->dry && is_announced(line))
		show(c, line);
}

/*
 * `env -i`: an outer make exports its flags and overrides, and a user's ARCH,
 * KCFLAGS or LOCALVERSION would be part of the kernel but not of its id.
 */
static char **command(const char *dir, char *const *words, const struct make_opts *opts)
{
	char **argv = NULL;

	strv_add(&argv, "env");
	strv_add(&argv, "-i");
	strv_addf(&argv, "PATH=%s", getenv("PATH") ?: "/usr/sbin:/usr/bin:/sbin:/bin");
	strv_addf(&argv, "HOME=%s", getenv("HOME") ?: "/");
	strv_add(&argv, "LC_ALL=C");
	for (size_t i = 0; opts->env && opts->env[i]; i++)
		strv_add(&argv, opts->env[i]);
	strv_add(&argv, "make");
	strv_add(&argv, "--no-print-directory");
	if (opts->dry)
		strv_add(&argv, "-n");
	strv_add(&argv, "-C");
	strv_add(&argv, dir);
	for (size_t i = 0; words[i]; i++)
		strv_add(&argv, words[i]);
	return argv;
}

int make_run(const char *dir, char *const *words, const struct make_opts *opts, struct error **err)
{
	_cleanup_strv_ char **argv = command(dir, words, opts);
	struct counter counter = { .opts = opts, .start = now_s() };
	const struct proc_opts proc = { .log = opts->log,
					.on_line = on_make_line,
					.arg = &counter };
	int r;

	if (!proc_exists("make"))
		return error_set(err, EXIT_HOST, "%s needs make", opts->what);
	r = proc_run(argv, &proc, err);
	if (opts->ret_steps)
		*opts->ret_steps = counter.steps;
	if (r == 0)
		return 0;
	error_wrap(err, "%s", opts->what);
	return store_blame_space(err);
}
