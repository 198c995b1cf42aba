// SPDX-License-Identifier: GPL-2.0-or-later
#include "db/sql.h"

/* The assembler takes the files in as they are; paths are relative to the top folder. */
#define EMBED(symbol, path)                                  \
	__asm__(".pushsection .rodata\n"                     \
		".global " #symbol "\n"                      \
		".type " #symbol ", @object\n" #symbol ":\n" \
		".incbin \"" path "\"\n"                     \
		".byte 0\n"                                  \
		".size " #symbol ", . - " #symbol "\n"       \
		".popsection\n")

EMBED(sql_schema, "harness/db/schema.sql");
EMBED(sql_events, "harness/db/events.sql");
EMBED(sql_views, "harness/db/views.sql");
EMBED(sql_metrics, "harness/ingest/metrics.sql");
EMBED(sql_kcidb, "harness/exchange/kcidb.sql");
