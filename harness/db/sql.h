/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SQL files of the program, built into it. */
#ifndef HARNESS_SQL_H
#define HARNESS_SQL_H

extern const char sql_schema[];  /* db/schema.sql */
extern const char sql_events[];  /* db/events.sql */
extern const char sql_views[];   /* db/views.sql */
extern const char sql_metrics[]; /* ingest/metrics.sql */
extern const char sql_kcidb[];   /* exchange/kcidb.sql */

#endif
