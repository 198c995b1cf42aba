/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors as values.
 *
 * A function that can fail takes `struct error **err` last and returns 0 or
 * a negative value (or NULL).  The place where it goes wrong makes the error;
 * each caller that knows more adds its words in front:
 *
 *	cell 7f3a: boot: open /dev/kvm: Permission denied
 *
 * Only main() prints an error and exits.  err may be NULL when the caller
 * doesn't care why.  Running out of memory aborts and is not an error here.
 */
#ifndef HARNESS_ERROR_H
#define HARNESS_ERROR_H

#include "base/cleanup.h"
#include "base/exit_codes.h"

struct error {
	enum exit_code code;
	int errnum; /* errno behind it, or 0 */
	char *msg;  /* one line or several, no newline at the end */
};

/* Make *err; an older error in it is dropped.  Returns -1, for `return error_set(...)`. */
int error_set(struct error **err, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same from errno: ": strerror" is added.  EXIT_HOST for what only the machine's owner
 * can mend (ENOSPC, EROFS, EACCES, EPERM, EDQUOT), EXIT_FAULT otherwise.
 */
int error_errno(struct error **err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "text: " in front of the message.  Returns -1. */
int error_wrap(struct error **err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Move src into *dst (which may be NULL: then src is dropped).  Returns -1. */
int error_propagate(struct error **dst, struct error *src);

void error_free(struct error *err);

DEFINE_GUARD(error, struct error *, error_free)
#define _cleanup_error_ cleanup(error_guard)

#endif
