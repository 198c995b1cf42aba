/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How events are stored: rows_SYSTEM_EVENT has them without a run_id, each
 * run's in one piece; the view event_SYSTEM_EVENT puts the two together.
 */
#ifndef HARNESS_DB_EVENT_TABLES_H
#define HARNESS_DB_EVENT_TABLES_H

#include "db/db.h"

/* The views of rows_* tables that haven't one. */
int db_event_views(struct db *db, struct error **err);
/* Version 1 had tables event_SYSTEM_EVENT with a run_id in each row. */
int db_migrate_events(struct db *db, struct error **err);

#endif
