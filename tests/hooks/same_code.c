// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: same_code HARNESS_TOML STOCK PATCHED FUNCTION[+N]...
 *
 * Is a patched kernel, while no policy is attached, the stock kernel with
 * no-ops in it?  For each function: all paths from its entry have the same
 * instructions in both kernels, and N no-ops more.  (Off, a static key is a
 * no-op; what follows if it is on can't be reached that way.)
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/progress.h"
#include "base/str.h"
#include "config/config.h"
#include "kernel/kernel.h"
#include "walk.h"

static unsigned int number;

static void result(bool ok, const char *where, const char *function, const char *what)
{
	printf("%sok %u %s, %s: %s\n", ok ? "" : "not ", ++number, where, function, what);
}

static void judge(const char *where, const char *function, size_t expected, const struct walk *w)
{
	size_t more = w->nops[1] - w->nops[0];
	_cleanup_free_ char *what = NULL;

	if (w->differs)
		what = xasprintf("differs %s", w->differs);
	else
		what = xasprintf("%zu instructions, the same in both; no-ops: %zu, %zu",
				 w->insns[0], w->nops[0], w->nops[1]);
	result(!w->differs && w->insns[0] == w->insns[1] && more == expected, where, function,
	       what);
}

static int check(const struct kernel_code *const k[2], const char *where, const char *word,
		 struct error **err)
{
	const char *plus = strchr(word, '+');
	_cleanup_free_ char *function = xstrndup(word, strcspn(word, "+"));
	struct code stock = { 0 }, patched = { 0 };
	struct walk walk = { 0 };
	int r = code_read(k[0], function, &stock, err);

	if (r == 0)
		r = code_read(k[1], function, &patched, err);
	if (r == 0) {
		walk_both(k, (struct code *const[]){ &stock, &patched }, &walk);
		judge(where, function, plus ? strtoul(plus + 1, NULL, 10) : 0, &walk);
	}
	code_deinit(&stock);
	code_deinit(&patched);
	free(walk.differs);
	return r;
}

static int open_code(const struct config *config, const char *name, struct kernel_code **ret,
		     struct error **err)
{
	const struct kernel_def *def = config_kernel(config, name, err);
	_cleanup_kernel_ struct kernel *k = NULL;

	if (!def || kernel_get(def, &k, err) < 0)
		return -1;
	return kernel_code_open(k->dir, ret, err);
}

static int run(char **argv, struct error **err)
{
	_cleanup_config_ struct config *config = config_load(argv[1], err);
	struct kernel_code *k[2] = { NULL, NULL };
	int r = config ? 0 : -1;

	for (int j = 0; j < 2 && r == 0; j++)
		r = open_code(config, argv[2 + j], &k[j], err);
	for (char **word = argv + 4; *word && r == 0; word++)
		r = check((const struct kernel_code *const *)k, argv[3], *word, err);
	kernel_code_close(k[0]);
	kernel_code_close(k[1]);
	return r;
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error *err = NULL;

	if (argc < 5)
		return EXIT_INPUT;
	progress_init(NORMAL);
	if (run(argv, &err) < 0) {
		fprintf(stderr, "same_code: %s\n", err->msg);
		printf("not ok %u %s: %s\n", ++number, argv[3], err->msg);
	}
	return err ? EXIT_FAULT : 0;
}
