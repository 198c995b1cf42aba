/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HARNESS_INGEST_PERF_H
#define HARNESS_INGEST_PERF_H

/*
 * The value for the whole time that a counter was enabled, from the part of it
 * that it ran.  Returns "ok", "scaled", or "not counted" (*ret is untouched).
 */
const char *perf_scale(double value, double enabled, double running, double *ret);

#endif
