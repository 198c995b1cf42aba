// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/str.h"

static int error_store(struct error **err, enum exit_code code, int errnum, char *msg)
{
	if (!err) {
		free(msg);
		return -1;
	}
	error_free(*err);
	*err = xmalloc(sizeof(**err));
	**err = (struct error){ .code = code, .errnum = errnum, .msg = msg };
	return -1;
}

int error_set(struct error **err, enum exit_code code, const char *fmt, ...)
{
	va_list ap;
	char *msg;

	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	return error_store(err, code, 0, msg);
}

static enum exit_code code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
	case EROFS:
	case EACCES:
	case EPERM:
		return EXIT_HOST;
	default:
		return EXIT_FAULT;
	}
}

int error_errno(struct error **err, int errnum, const char *fmt, ...)
{
	_cleanup_free_ char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	return error_store(err, code_of_errno(errnum), errnum,
			   xasprintf("%s: %s", what, strerror(errnum)));
}

int error_wrap(struct error **err, const char *fmt, ...)
{
	_cleanup_free_ char *what = NULL;
	char *msg;
	va_list ap;

	if (!err || !*err)
		return -1;
	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	msg = xasprintf("%s: %s", what, (*err)->msg);
	free((*err)->msg);
	(*err)->msg = msg;
	return -1;
}

int error_propagate(struct error **dst, struct error *src)
{
	if (!dst) {
		error_free(src);
		return -1;
	}
	error_free(*dst);
	*dst = src;
	return -1;
}

void error_free(struct error *err)
{
	if (!err)
		return;
	free(err->msg);
	free(err);
}
