/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of a built kernel as instructions that can be compared with another kernel's. */
#ifndef TESTS_HOOKS_CODE_H
#define TESTS_HOOKS_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum kind {
	PLAIN,
	NOP,
	JUMP,   /* direct, to `target` */
	BRANCH, /* conditional, to `target` or on */
	CALL,
	END, /* return, indirect jump, trap */
};

struct insn {
	uint64_t address;
	enum kind kind;
	uint64_t target; /* of JUMP and BRANCH */
	char *text;      /* addresses replaced by the symbol that they are in */
	bool seen;       /* for whoever walks over it */
};

struct code {
	struct insn *insns; /* of the function and its .cold part, by address */
	size_t n;
	uint64_t start;
};

struct kernel_code; /* a kernel's image and symbols */

/* `dir` holds vmlinuz and System.map. */
int kernel_code_open(const char *dir, struct kernel_code **ret, struct error **err);
void kernel_code_close(struct kernel_code *k);

int code_read(const struct kernel_code *k, const char *function, struct code *ret,
	      struct error **err);
void code_deinit(struct code *c);
/* NULL: not in this function. */
struct insn *code_at(const struct code *c, uint64_t address);
/* The function that an address is in, or "?". */
const char *code_symbol(const struct kernel_code *k, uint64_t address);

#endif
