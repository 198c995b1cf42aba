/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of exchange/. */
#ifndef HARNESS_EXCHANGE_INTERNAL_H
#define HARNESS_EXCHANGE_INTERNAL_H

#include "exchange/exchange.h"
#include "trace/dat.h"

/* run.json of an imported file, which became the trace `t`.  Caller frees. */
char *import_manifest(const struct dat *d, struct trace *t, const char *run_id, struct error **err);

/* Errors don't name the file. */
int write_all(int fd, const void *data, size_t n, struct error **err);
/* `n` bytes from a place in `from` to where `to` stands. */
int copy_bytes(int from, uint64_t at, uint64_t n, int to, struct error **err);
/* As many of them as go past the page cache, maybe none; how many. */
uint64_t copy_direct(int from, uint64_t at, uint64_t n, int to);

#endif
