// SPDX-License-Identifier: GPL-2.0-or-later
#include "walk.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

/* Places in either function that are to be compared. */
struct pair {
	uint64_t at[2];
};

struct state {
	const struct kernel_code *const *k;
	struct code *const *c;
	struct pair *pairs; /* found so far; those before `done` were compared */
	size_t n, done;
	struct walk *walk;
};

/* Straight code up to where it may go elsewhere. */
struct block {
	char **texts;
	struct insn *end; /* BRANCH, CALL, END; NULL: left the function for `to` */
	uint64_t to;
};

static struct insn *next(const struct code *c, const struct insn *i)
{
	return i + 1 < c->insns + c->n ? (struct insn *)i + 1 : NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Between two branches the compiler may order instructions as it likes. */
static void read_block(const struct code *c, uint64_t from, struct block *ret)
{
	struct insn *i = code_at(c, from);

	ret->to = from;
	while (i && i->kind != BRANCH && i->kind != CALL && i->kind != END) {
		i->seen = true;
		if (i->kind == PLAIN)
			strv_add(&ret->texts, i->text);
		ret->to = i->target;
		i = i->kind == JUMP ? code_at(c, i->target) : next(c, i);
	}
	if (i)
		i->seen = true;
	ret->end = i;
}

static void block_deinit(struct block *b)
{
	strv_free(b->texts);
}

/* Conditions as if the comparison were the other way round: "cmp a,b; jl" is "cmp b,a; jg". */
static const char *const mirrored[][2] = {
	{ "jl", "jg" },
	{ "jle", "jge" },
	{ "jb", "ja" },
	{ "jbe", "jae" },
};
static const char *const negated[][2] = {
	{ "jne", "je" }, { "jge", "jl" }, { "jg", "jle" }, { "jae", "jb" },
	{ "ja", "jbe" }, { "jns", "js" }, { "jno", "jo" }, { "jnp", "jp" },
};

static const char *mirror(const char *condition)
{
	for (size_t i = 0; i < ARRAY_SIZE(mirrored); i++) {
		for (int j = 0; j < 2; j++) {
			if (streq(condition, mirrored[i][j]))
				return mirrored[i][!j];
		}
	}
	return condition;
}

/* "cmp %ebx,%eax" → "cmp %eax,%ebx"; false if they stand in that order already. */
static bool order_operands(char *cmp)
{
	char *a = strchr(cmp, '%'), *comma = strchr(cmp, ',');
	_cleanup_free_ char *x = NULL, *y = NULL;

	if (!str_starts(cmp, "cmp ") || !a || !comma || a > comma || strchr(cmp, '('))
		return false;
	x = xstrndup(a, (size_t)(comma - a));
	y = xstrdup(comma + 1);
	if (strcmp(x, y) <= 0)
		return false;
	/* The same letters in another order: it fits. */
	memcpy(a, y, strlen(y));
	a[strlen(y)] = ',';
	memcpy(a + strlen(y) + 1, x, strlen(x));
	return true;
}

static bool is_32_bit(const char *reg)
{
	return reg[1] == 'e' || (reg[1] == 'r' && str_ends(reg, "d"));
}

/* "mov %eax,%r13d": the registers with their sign. */
static bool is_copy(const char *text, char from[8], char to[8])
{
	return sscanf(text, "mov %7[%a-z0-9],%7[%a-z0-9]", from, to) == 2 && is_32_bit(from) &&
	       is_32_bit(to);
}

/* Is this register what one of these instructions writes? */
static bool written(char *const *texts, size_t n, const char *reg)
{
	for (size_t i = 0; i < n; i++) {
		if (str_ends(texts[i], reg) && !str_starts(texts[i], "cmp") &&
		    !str_starts(texts[i], "test"))
			return true;
	}
	return false;
}

/* A value and its copy compare alike: which of them is taken is the compiler's choice. */
static void follow_copies(char **texts, size_t n)
{
	char from[8], to[8], *cmp = texts[n - 1], *at;

	for (size_t i = 0; i + 1 < n; i++) {
		if (!is_copy(texts[i], from, to) || !(at = strstr(cmp, to)) ||
		    written(texts + i + 1, n - i - 2, from) ||
		    written(texts + i + 1, n - i - 2, to))
			continue;
		*at = '\0';
		texts[n - 1] = xasprintf("%s%s%s", cmp, from, at + strlen(to));
		free(cmp);
		cmp = texts[n - 1];
	}
}

/*
 * A block that ends in a branch, in one form of several: comparisons with their
 * operands in order, conditions not negated.  to[0] is where it goes if the
 * condition holds.
 */
static void canonical(const struct code *c, const struct block *b, char *condition, uint64_t to[2])
{
	size_t n = strv_len(b->texts);
	const struct insn *after = next(c, b->end);
	const char *word;

	strncpy(condition, b->end->text, 15);
	condition[strcspn(condition, " ")] = '\0';
	if (n && str_starts(b->texts[n - 1], "cmp "))
		follow_copies(b->texts, n);
	if (n && order_operands(b->texts[n - 1]))
		strcpy(condition, mirror(condition));
	to[0] = b->end->target;
	to[1] = after ? after->address : 0;
	for (size_t i = 0; i < ARRAY_SIZE(negated); i++) {
		word = negated[i][1];
		if (!streq(condition, negated[i][0]))
			continue;
		strcpy(condition, word);
		to[0] = to[1];
		to[1] = b->end->target;
		break;
	}
}

static void sort_texts(struct block *b)
{
	if (b->texts)
		qsort(b->texts, strv_len(b->texts), sizeof(char *), by_text);
}

static void add_pair(struct state *s, uint64_t a, uint64_t b)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->pairs[i].at[0] == a && s->pairs[i].at[1] == b)
			return;
	}
	*ARRAY_APPEND(s->pairs, s->n) = (struct pair){ { a, b } };
}

static void differ(struct state *s, const struct pair *p, const char *a, const char *b)
{
	if (!s->walk->differs)
		s->walk->differs =
			xasprintf("at %#llx: %s; at %#llx: %s", (unsigned long long)p->at[0], a,
				  (unsigned long long)p->at[1], b);
}

static bool same_texts(struct state *s, const struct pair *p, struct block b[2])
{
	size_t i;

	for (i = 0; b[0].texts && b[1].texts && b[0].texts[i] && b[1].texts[i]; i++) {
		if (!streq(b[0].texts[i], b[1].texts[i]))
			break;
	}
	if ((!b[0].texts || !b[0].texts[i]) && (!b[1].texts || !b[1].texts[i]))
		return true;
	differ(s, p, b[0].texts && b[0].texts[i] ? b[0].texts[i] : "nothing more",
	       b[1].texts && b[1].texts[i] ? b[1].texts[i] : "nothing more");
	return false;
}

static void compare_branches(struct state *s, const struct pair *p, struct block b[2])
{
	char condition[2][16] = { "", "" };
	uint64_t to[2][2];

	for (int j = 0; j < 2; j++) {
		canonical(s->c[j], &b[j], condition[j], to[j]);
		sort_texts(&b[j]);
	}
	if (!same_texts(s, p, b))
		return;
	if (!streq(condition[0], condition[1])) {
		differ(s, p, condition[0], condition[1]);
		return;
	}
	add_pair(s, to[0][0], to[1][0]);
	add_pair(s, to[0][1], to[1][1]);
}

/* Both leave: for the same function? */
static void compare_exits(struct state *s, const struct pair *p, struct block b[2])
{
	const char *a = b[0].end ? b[0].end->text : code_symbol(s->k[0], b[0].to);
	const char *z = b[1].end ? b[1].end->text : code_symbol(s->k[1], b[1].to);

	if (!streq(a, z))
		differ(s, p, a, z);
}

static void compare(struct state *s, struct pair p)
{
	struct block b[2] = { 0 };

	for (int j = 0; j < 2; j++)
		read_block(s->c[j], p.at[j], &b[j]);
	if (b[0].end && b[1].end && b[0].end->kind == BRANCH && b[1].end->kind == BRANCH) {
		compare_branches(s, &p, b);
	} else {
		sort_texts(&b[0]);
		sort_texts(&b[1]);
		if (same_texts(s, &p, b))
			compare_exits(s, &p, b);
		if (b[0].end && b[1].end && b[0].end->kind == CALL && b[1].end->kind == CALL &&
		    next(s->c[0], b[0].end) && next(s->c[1], b[1].end))
			add_pair(s, next(s->c[0], b[0].end)->address,
				 next(s->c[1], b[1].end)->address);
	}
	block_deinit(&b[0]);
	block_deinit(&b[1]);
}

static void count(const struct code *c, size_t *ret_insns, size_t *ret_nops)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!c->insns[i].seen || c->insns[i].kind == JUMP)
			continue;
		if (c->insns[i].kind == NOP)
			++*ret_nops;
		else
			++*ret_insns;
	}
}

void walk_both(const struct kernel_code *const k[2], struct code *const c[2], struct walk *ret)
{
	struct state s = { .k = k, .c = c, .walk = ret };

	*ret = (struct walk){ 0 };
	add_pair(&s, c[0]->start, c[1]->start);
	while (s.done < s.n && !ret->differs)
		compare(&s, s.pairs[s.done++]);
	for (int j = 0; j < 2; j++)
		count(c[j], &ret->insns[j], &ret->nops[j]);
	free(s.pairs);
}
