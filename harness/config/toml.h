/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TOML text as a tree of plain C data in which every key and value knows its
 * line and column.  toml.cc is the only C++ of the program: a translation of
 * toml++'s tree into this one, nothing more.
 */
#ifndef HARNESS_TOML_H
#define HARNESS_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum toml_type {
	TOML_TABLE,
	TOML_ARRAY,
	TOML_STRING,
	TOML_INT,
	TOML_FLOAT,
	TOML_BOOL,
	TOML_DATE, /* dates and times: known only to be refused */
};

struct toml_node {
	enum toml_type type;
	int line, col;         /* of the value; of the header for [tables] */
	char *key;             /* NULL for an array's elements */
	int key_line, key_col; /* as line, col where there is no key */
	char *string;
	int64_t integer;
	double real;
	bool boolean;
	struct toml_node *children; /* of tables and arrays, in the order of the file */
	size_t n_children;
};

struct toml_error {
	char *msg;
	int line, col;
};

/* NULL, with *err filled (its msg is the caller's to free), if it isn't TOML. */
struct toml_node *toml_parse(const char *text, size_t len, struct toml_error *err);
void toml_free(struct toml_node *root);

#ifdef __cplusplus
}
#endif
#endif
