// SPDX-License-Identifier: GPL-2.0-or-later
/* `harness plan`: the cells of a matrix in their order, and those that can't be. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/table.h"
#include "cmd/cmd.h"
#include "cmd/durations.h"
#include "cmd/select.h"

static const char usage[] =
	"usage: harness plan [OPTIONS] [MATRIX]\n"
	"\n"
	"Prints the cells of a matrix (default: \"default\") in the order in which\n"
	"`harness run` boots them, with their ids and how long they should take, then\n"
	"the cells that can't run, with the reason.  Nothing is built, booted or\n"
	"written.\n"
	"\n"
	"  --kernel GLOB, --policy GLOB, --workload GLOB\n"
	"                 only cells that match\n"
	"  --mode MODE    auto, tcg, kvm or deterministic; auto stands for kvm where it\n"
	"                 works, else tcg\n"
	"  --reps N       repetitions instead of the matrix's own number\n"
	"  --json         for programs: {matrix, campaign_id, seed, estimate_s, cells, refused}\n"
	"\n"
	"exit status: 0; 3 bad input, or nothing matches; 4 this machine can't\n"
	"\n"
	"examples:\n"
	"  harness plan quick\n"
	"  harness plan --kernel 'debian-*' --policy stock --reps 1\n"
	"  harness plan --json | jq -r '.cells[].id' | xargs -n1 harness cell\n";

struct plan_options {
	const char *matrix;
	struct plan_filter filter;
	bool json, help;
};

static int parse(int argc, char **argv, struct plan_options *o, struct error **err)
{
	static const struct option options[] = {
		SELECTION_OPTIONS,
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c == 'j')
			o->json = true;
		else if (c == 'h')
			o->help = true;
		else if (selection_option("plan", c, argv, &o->filter, err) < 0)
			return -1;
	}
	if (argc - optind > 1)
		return cmd_bad_usage(err, "plan", "one matrix at a time");
	o->matrix = optind < argc ? argv[optind] : "default";
	return 0;
}

static size_t count_refused(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_cells; i++)
		n += p->cells[i].refused != NULL;
	return n;
}

/* "watermark-timer(expiry_ms=1000)": what is swept tells cells apart; the rest stands below. */
static char *owner_words(const char *name, const struct knob_value *knobs, size_t n, bool swept)
{
	struct strbuf b = { 0 };
	const char *sep = swept ? "(" : ": ";

	strbuf_puts(&b, name);
	for (size_t i = 0; i < n; i++) {
		if (knobs[i].swept != swept)
			continue;
		strbuf_printf(&b, "%s%s=%s", sep, knobs[i].def->name, knobs[i].value);
		sep = " ";
	}
	if (swept && *sep == ' ')
		strbuf_puts(&b, ")");
	return strbuf_steal(&b);
}

static void add_owner(struct table *t, const char *name, const struct knob_value *knobs, size_t n)
{
	_cleanup_free_ char *words = owner_words(name, knobs, n, true);

	table_add(t, words);
}

static void print_cells(const struct plan *p)
{
	static const struct {
		const char *title;
		enum cell_align align;
	} columns[] = {
		{ "n", ALIGN_RIGHT },     { "id", ALIGN_LEFT },        { "kernel", ALIGN_LEFT },
		{ "policy", ALIGN_LEFT }, { "workload", ALIGN_LEFT },  { "mode", ALIGN_LEFT },
		{ "rep", ALIGN_RIGHT },   { "estimate", ALIGN_RIGHT },
	};
	struct table *t = table_create();

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		table_column(t, columns[i].title, columns[i].align);
	for (size_t i = 0; i < p->n_cells; i++) {
		const struct cell *cell = &p->cells[i];

		if (cell->refused)
			continue;
		table_addf(t, "%zu", i + 1);
		table_add(t, cell->id);
		table_add(t, cell->kernel->name);
		add_owner(t, cell->policy->name, cell->policy_knobs, cell->n_policy_knobs);
		add_owner(t, cell->workload->name, cell->workload_knobs, cell->n_workload_knobs);
		table_add(t, mode_name(cell->mode));
		table_addf(t, "%u%s", cell->rep, cell->twin ? " untraced" : "");
		table_add(t, duration_to_str(cell->estimate_s));
	}
	table_print(t, TABLE_TEXT, stdout);
	table_destroy(t);
}

static bool same_refusal(const struct cell *a, const struct cell *b)
{
	return a->kernel == b->kernel && a->policy == b->policy && a->mode == b->mode &&
	       a->refused && b->refused && streq(a->refused, b->refused);
}

/* Refused cells stand together at the end; one line speaks for all of one reason. */
static void print_refused(const struct plan *p)
{
	for (size_t i = 0; i < p->n_cells; i++) {
		const struct cell *cell = &p->cells[i];
		size_t before = 0, all = 0;

		if (!cell->refused)
			continue;
		for (size_t j = 0; j < p->n_cells; j++) {
			bool same = same_refusal(cell, &p->cells[j]);

			all += same;
			before += same && j < i;
		}
		if (!before)
			printf("  %s %s %s (%zu cell%s): %s\n", cell->kernel->name,
			       cell->policy->name, mode_name(cell->mode), all, all == 1 ? "" : "s",
			       cell->refused);
	}
}

static void add_fixed(char ***lines, const char *name, const struct knob_value *knobs, size_t n)
{
	_cleanup_free_ char *words = owner_words(name, knobs, n, false);

	if (streq(words, name))
		return;
	for (size_t i = 0; *lines && (*lines)[i]; i++) {
		if (streq((*lines)[i], words))
			return;
	}
	strv_add(lines, words);
}

/* Once for all cells: a default that nobody looks at can still be the reason of a result. */
static void print_fixed(const struct plan *p)
{
	_cleanup_strv_ char **lines = NULL;

	for (size_t i = 0; i < p->n_cells; i++) {
		const struct cell *c = &p->cells[i];

		if (c->refused)
			continue;
		add_fixed(&lines, c->policy->name, c->policy_knobs, c->n_policy_knobs);
		add_fixed(&lines, c->workload->name, c->workload_knobs, c->n_workload_knobs);
	}
	if (lines)
		puts("\nknobs at their defaults:");
	for (size_t i = 0; lines && lines[i]; i++)
		printf("  %s\n", lines[i]);
}

static void print_text(const struct plan *p, size_t known)
{
	size_t refused = count_refused(p), cells = p->n_cells - refused;

	if (cells)
		print_cells(p);
	print_fixed(p);
	printf("%smatrix %s: %zu cell%s, about %s one after the other (%s)\n", cells ? "\n" : "",
	       p->matrix->name, cells, cells == 1 ? "" : "s", duration_to_str(plan_total_s(p)),
	       known ? "from earlier runs where there are any" : "no earlier runs to go by");
	printf("campaign %s, order and workloads from seed %llu\n", p->campaign_id,
	       (unsigned long long)p->seed);
	if (refused)
		printf("%zu refused:\n", refused);
	print_refused(p);
}

static json_t *knobs_json(const struct knob_value *knobs, size_t n)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++)
		json_object_set_new(o, knobs[i].def->name, json_string(knobs[i].value));
	return o;
}

static json_t *cell_json(const struct cell *cell)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_string(cell->id));
	json_object_set_new(o, "group", json_string(cell->group));
	json_object_set_new(o, "kernel", json_string(cell->kernel->name));
	json_object_set_new(o, "kernel_id", json_string(cell->kernel_id));
	json_object_set_new(o, "policy", json_string(cell->policy->name));
	json_object_set_new(o, "knobs", knobs_json(cell->policy_knobs, cell->n_policy_knobs));
	json_object_set_new(o, "workload", json_string(cell->workload->name));
	json_object_set_new(o, "workload_knobs",
			    knobs_json(cell->workload_knobs, cell->n_workload_knobs));
	json_object_set_new(o, "mode", json_string(mode_name(cell->mode)));
	json_object_set_new(o, "rep", json_integer(cell->rep));
	json_object_set_new(o, "twin", json_boolean(cell->twin));
	json_object_set_new(o, "seed", json_integer((json_int_t)cell->seed));
	json_object_set_new(o, "estimate_s", json_real(cell->estimate_s));
	if (cell->refused)
		json_object_set_new(o, "reason", json_string(cell->refused));
	return o;
}

static void print_json(const struct plan *p)
{
	json_t *root = json_object(), *cells = json_array(), *refused = json_array();

	for (size_t i = 0; i < p->n_cells; i++)
		json_array_append_new(p->cells[i].refused ? refused : cells,
				      cell_json(&p->cells[i]));
	json_object_set_new(root, "matrix", json_string(p->matrix->name));
	json_object_set_new(root, "campaign_id", json_string(p->campaign_id));
	json_object_set_new(root, "seed", json_integer((json_int_t)p->seed));
	json_object_set_new(root, "estimate_s", json_real(plan_total_s(p)));
	json_object_set_new(root, "cells", cells);
	json_object_set_new(root, "refused", refused);
	json_dumpf(root, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(root);
}

int cmd_plan(struct app *app, int argc, char **argv, struct error **err)
{
	_cleanup_selection_ struct selection s = { 0 };
	struct plan_options o = { .json = app->json };
	size_t known;

	if (parse(argc, argv, &o, err) < 0)
		return -1;
	if (o.help)
		return cmd_usage(usage);
	if (selection_plan(&s, app, o.matrix, &o.filter, err) < 0)
		return -1;
	durations_estimate(s.plan, app->db, &known);
	progress_clear();
	selection_tell(s.plan);
	if (o.json)
		print_json(s.plan);
	else
		print_text(s.plan, known);
	return EXIT_OK;
}
