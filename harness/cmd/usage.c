// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"
#include "cmd/cmd.h"

int cmd_usage(const char *text)
{
	fputs(text, stdout);
	return EXIT_OK;
}

int cmd_bad_usage(struct error **err, const char *name, const char *fmt, ...)
{
	_cleanup_free_ char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	return error_set(err, EXIT_INPUT, "%s: %s; see `harness %s --help`", name, what, name);
}

int cmd_bad_option(struct error **err, const char *name, int c, char **argv)
{
	if (c == ':')
		return cmd_bad_usage(err, name, "%s needs an argument", argv[optind - 1]);
	return cmd_bad_usage(err, name, "unknown option \"%s\"", argv[optind - 1]);
}
