/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for people and for programs: aligned text, Markdown, CSV, JSON.
 * Columns are aligned by their display width (UTF-8); numbers to the right.
 */
#ifndef HARNESS_TABLE_H
#define HARNESS_TABLE_H

#include <stddef.h>
#include <stdio.h>

enum table_format { TABLE_TEXT, TABLE_MARKDOWN, TABLE_CSV, TABLE_JSON };
enum cell_align { ALIGN_LEFT, ALIGN_RIGHT };

struct table;

struct table *table_create(void);
void table_destroy(struct table *t);
void table_column(struct table *t, const char *title, enum cell_align align);
/* Cells are added row by row; a row is full after as many cells as there are columns. */
void table_add(struct table *t, const char *text); /* NULL: an SQL NULL, "-" in text */
void table_addf(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t table_rows(const struct table *t);
/* JSON: an array of objects, right-aligned columns as numbers where they are numbers. */
void table_print(const struct table *t, enum table_format f, FILE *out);

#endif
