/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as tables of rows.  One row says all there is to know
 * about one key; reading, defaults, range checks, `harness help config` and
 * freeing walk the same rows, so that a new key is one row and one member.
 */
#ifndef HARNESS_CONFIG_KEYS_H
#define HARNESS_CONFIG_KEYS_H

#include "config/config.h"
#include "config/toml.h"

/* What a key takes and the C member that it fills. */
enum key_type {
	KEY_NAME,    /* char *, checked to be a name */
	KEY_STRING,  /* char * */
	KEY_PATH,    /* char *, made relative to the configuration's root */
	KEY_SCALAR,  /* char *: an integer, a boolean or a string, kept as text */
	KEY_BOOL,    /* bool */
	KEY_UINT,    /* unsigned int, min … max */
	KEY_INT64,   /* int64_t, min … max */
	KEY_U64,     /* uint64_t, min … max */
	KEY_SIZE,    /* uint64_t bytes, min … max: 1048576 or "1M" */
	KEY_ENUM,    /* an enum: the index in `names` */
	KEY_STRINGS, /* char **; never NULL once read */
	KEY_PATHS,   /* char **, as KEY_PATH */
	KEY_ENUMS,   /* array of enums and size_t count */
	KEY_TABLE,   /* [key]: `sub` fills the struct at `offset` */
	KEY_TABLES,  /* [[key]]: array of `sub` structs and size_t count */
	KEY_NAMED,   /* [key.NAME]: the same */
	KEY_SWEEPS,  /* the one table with keys of the user's choice: matrix.c */
	KEY_REVS,    /* array of struct rev_def and size_t count; one string or a list of them */
};

struct config_key {
	const char *key;
	enum key_type type;
	size_t offset;
	size_t count; /* offset of the size_t beside an array */
	bool required;
	const char *def; /* as it would be written, without quotes; lists by spaces */
	const char *unit;
	int64_t min, max;
	const char *const *names; /* KEY_ENUM, KEY_ENUMS; NULL-terminated */
	const struct config_table *sub;
	const char *help;
};

/* Who reads which file; what the checks may look at. */
struct reader {
	struct config *config; /* policies and workloads are complete before harness.toml */
	const char *file;      /* for messages; owned by the config */
	const char *dir;       /* folder of the file */
};

/* Members that a table may lack are marked by NO_MEMBER. */
#define NO_MEMBER ((size_t)-1)

struct config_table {
	const char *title; /* "[machine]", for `harness help config` */
	const char *file;  /* where such a table stands */
	const char *help;
	const struct config_key *keys;
	size_t n_keys;
	size_t size; /* of the struct */
	size_t pos;  /* struct position, or NO_MEMBER */
	size_t name; /* char *: filled from [key.NAME], or unique among [[key]] */
	/* What a row can't say: dependencies between keys.  `node` gives the positions. */
	int (*check)(const struct reader *r, const struct toml_node *node, void *base,
		     struct error **err);
};

extern const struct config_table harness_table, policy_table, workload_table, claims_table,
	kernel_table;
extern const struct config_table knob_table, module_table;
extern const struct config_table trace_table, wishes_table, counters_table;
extern const struct config_table sample_table, sample_wishes_table;

/* Fills `base`, which must be zeroed; on failure it still can be given to config_table_free(). */
int config_read_table(const struct reader *r, const struct config_table *t, const char *label,
		      const struct toml_node *node, void *base, struct error **err);
void config_table_free(const struct config_table *t, void *base);

/* One key that isn't a table: node → the member of base.  `label` is for messages. */
int config_read_value(const struct reader *r, const struct config_key *key, const char *label,
		      const struct toml_node *node, void *base, struct error **err);
int config_read_default(const struct reader *r, const struct config_key *key, void *base,
			struct error **err);

/* [matrix.NAME.sweep] */
int config_read_sweeps(const struct reader *r, const struct toml_node *node,
		       struct matrix_def *matrix, struct error **err);
void config_sweeps_free(struct matrix_def *matrix);
/* `rev` of a kernel */
int config_read_revs(const struct reader *r, const struct toml_node *node,
		     struct kernel_def *kernel, struct error **err);
void config_revs_free(struct kernel_def *kernel);
/* What relates kernels to each other, once all of them are read; a check of harness_table. */
int config_check_kernels(const struct reader *r, const struct toml_node *node, void *base,
			 struct error **err);
/* The checks of a matrix as a whole; the `check` of its table. */
int config_check_matrix(const struct reader *r, const struct toml_node *node, void *base,
			struct error **err);

/* A knob's value as text; an error if it doesn't go with the knob's type and range. */
int config_knob_text(const struct reader *r, const struct knob_def *knob,
		     const struct toml_node *value, char **ret, struct error **err);

/* Each ${name} in the strings of list `node` must be in `known` (NULL-terminated). */
int config_check_references(const struct reader *r, const struct toml_node *node,
			    char *const *known, struct error **err);

/* None of [[knob]] has a "read": there is no daemon that could tell. */
int config_refuse_reads(const struct reader *r, const struct toml_node *knobs, struct error **err);

/* Variables that the harness itself gives to a workload's command line; NULL-terminated. */
extern const char *const workload_variables[];

bool config_is_name(const char *s);
/* "an integer": what a node is, for messages. */
const char *toml_type_name(enum toml_type t);
const struct toml_node *toml_get(const struct toml_node *table, const char *key);

/* `FILE:LINE:COL: …`, EXIT_INPUT.  Returns -1. */
int config_error_at(const struct reader *r, int line, int col, struct error **err, const char *fmt,
		    ...) __attribute__((format(printf, 5, 6)));
/* The same at a value, and at its key. */
#define config_error_value(r, node, err, ...) \
	config_error_at(r, (node)->line, (node)->col, err, __VA_ARGS__)
#define config_error_key(r, node, err, ...) \
	config_error_at(r, (node)->key_line, (node)->key_col, err, __VA_ARGS__)

/* `; did you mean "x"?`, or `; there are a, b and c` when nothing is near, or "".  Caller frees. */
char *config_suggest(const char *word, const char *const *candidates, size_t n);

/* Type and range in words, for messages and help.  Caller frees. */
char *config_key_type_words(const struct config_key *key);
char *config_key_range_words(const struct config_key *key);

#endif
