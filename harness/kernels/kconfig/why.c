// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why kconfig did not grant what a fragment asked for.  Compiled against the
 * kernel's own scripts/kconfig and linked with its parser, so that it reads
 * this kernel's Kconfig language, whichever that is.
 *
 *	why .config NAME=VALUE...
 *
 * prints a line "NAME<TAB>reason" for each, without CONFIG_ in front.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lkc.h"

static const char *tristate_word(tristate t)
{
	return t == yes ? "y" : t == mod ? "m" : "n";
}

static void print_word(void *data, struct symbol *sym, const char *text)
{
	(void)data;
	(void)sym;
	fputs(text, stdout);
}

static void print_expr(struct expr *e)
{
	expr_print(e, print_word, NULL, E_NONE);
}

/* Does a sentence about another operand stand before this one? */
static bool separate(bool begun)
{
	if (begun)
		fputs(", ", stdout);
	return true;
}

/* Carries the condition under which it may be set, menus and ifs around it included. */
static struct property *prompt_of(struct symbol *sym)
{
	struct property *p;

	for_all_prompts(sym, p) return p;
	return NULL;
}

/* The operands of && that are too low for `wanted`; what || has is said as a whole. */
static bool print_unmet(struct expr *e, tristate wanted, bool begun)
{
	if (!e || expr_calc_value(e) >= wanted)
		return begun;
	if (e->type == E_AND) {
		begun = print_unmet(e->left.expr, wanted, begun);
		return print_unmet(e->right.expr, wanted, begun);
	}
	/* A choice has no name of its own: what it needs is what is missing. */
	if (e->type == E_SYMBOL && !e->left.sym->name && prompt_of(e->left.sym))
		return print_unmet(prompt_of(e->left.sym)->visible.expr, wanted, begun);
	begun = separate(begun);
	fputs("needs ", stdout);
	print_expr(e);
	if (e->type == E_SYMBOL)
		printf(", which is %s", tristate_word(expr_calc_value(e)));
	return begun;
}

/* Of the options that select this one those that are on, or all of them. */
static bool print_selectors(struct expr *e, bool only_active, bool begun)
{
	struct expr *by = e;

	if (!e || (only_active && expr_calc_value(e) == no))
		return begun;
	if (e->type == E_OR) {
		begun = print_selectors(e->left.expr, only_active, begun);
		return print_selectors(e->right.expr, only_active, begun);
	}
	while (by->type == E_AND)
		by = by->left.expr;
	begun = separate(begun);
	print_expr(by);
	return begun;
}

static bool explain_low(struct symbol *sym, struct property *prompt, tristate wanted)
{
	if (!prompt && print_unmet(sym->dir_dep.expr, wanted, false))
		return true;
	if (!prompt) {
		fputs("can't be set by itself", stdout);
		if (sym->rev_dep.expr) {
			fputs("; it is selected by ", stdout);
			print_selectors(sym->rev_dep.expr, false, false);
		}
		return true;
	}
	return print_unmet(prompt->visible.expr, wanted, false);
}

static bool explain_high(struct symbol *sym, struct property *prompt)
{
	if (sym->rev_dep.expr && expr_calc_value(sym->rev_dep.expr) != no) {
		fputs("is selected by ", stdout);
		return print_selectors(sym->rev_dep.expr, true, false);
	}
	if (!prompt)
		fputs("can't be set by itself", stdout);
	return !prompt;
}

static tristate parse_tristate(const char *value)
{
	return *value == 'y' ? yes : *value == 'm' ? mod : no;
}

static bool explain(struct symbol *sym, const char *value)
{
	struct property *prompt = prompt_of(sym);
	tristate wanted = parse_tristate(value);

	if (sym_get_type(sym) != S_BOOLEAN && sym_get_type(sym) != S_TRISTATE)
		return explain_low(sym, prompt, yes);
	if (sym_get_type(sym) == S_BOOLEAN && wanted == mod) {
		fputs("can't be a module", stdout);
		return true;
	}
	return sym_get_tristate_value(sym) < wanted ? explain_low(sym, prompt, wanted)
						    : explain_high(sym, prompt);
}

static void explain_word(char *word)
{
	char *value = strchr(word, '=');
	struct symbol *sym;

	if (!value)
		return;
	*value++ = '\0';
	printf("%s\t", word);
	sym = sym_find(word);
	/* A name that only stands in others' dependencies has no type. */
	if (!sym || sym_get_type(sym) == S_UNKNOWN)
		fputs("this kernel has no such option", stdout);
	else if (sym_calc_value(sym), !explain(sym, value))
		fputs("something else decides: another of a choice, or a range", stdout);
	putchar('\n');
}

static void say_nothing(const char *text)
{
	(void)text;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 1;
	conf_set_message_callback(say_nothing);
	conf_parse("Kconfig");
	if (conf_read(argv[1]))
		return 1;
	for (int i = 2; i < argc; i++)
		explain_word(argv[i]);
	return 0;
}
