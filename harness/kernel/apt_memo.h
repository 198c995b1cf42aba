/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers of apt-cache, kept as long as the package lists are the same: a
 * question costs 200 ms, and a plan asks about every kernel.
 */
#ifndef HARNESS_KERNEL_APT_MEMO_H
#define HARNESS_KERNEL_APT_MEMO_H

/* The kept answer to a question (NULL-terminated words), or NULL.  Caller frees. */
char *apt_memo_get(const char *dir, char *const *words);
/* Keeps one.  A memo that can't be written is no error: the next time is as slow as this one. */
void apt_memo_put(const char *dir, char *const *words, const char *answer);

#endif
