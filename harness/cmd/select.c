// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/select.h"

#include <getopt.h>

#include "base/str.h"
#include "machine/machine.h"

int selection_reps(const char *name, const char *option, unsigned int *ret, struct error **err)
{
	char *end;
	unsigned long n = strtoul(optarg, &end, 10);

	if (*end || n < 1 || n > 10000)
		return cmd_bad_usage(err, name, "%s takes a number from 1 to 10000, not \"%s\"",
				     option, optarg);
	*ret = (unsigned int)n;
	return 0;
}

int selection_option(const char *name, int c, char **argv, struct plan_filter *f,
		     struct error **err)
{
	switch (c) {
	case 'k':
		f->kernel = optarg;
		return 0;
	case 'p':
		f->policy = optarg;
		return 0;
	case 'w':
		f->workload = optarg;
		return 0;
	case 'M':
		f->mode = optarg;
		return 0;
	case 'n':
		return selection_reps(name, "--reps", &f->reps, err);
	default:
		return cmd_bad_option(err, name, c, argv);
	}
}

int selection_auto_mode(const char *wanted, enum mode *ret, struct error **err)
{
	_cleanup_free_ char *why = NULL;
	bool kvm = false;

	for (enum mode m = MODE_TCG; wanted && m <= MODE_DETERMINISTIC; m++) {
		if (streq(wanted, mode_name(m))) {
			*ret = m;
			return 0;
		}
	}
	if (wanted && !streq(wanted, mode_name(MODE_AUTO)))
		return error_set(err, EXIT_INPUT,
				 "unknown mode \"%s\"; there are auto, tcg, kvm and deterministic",
				 wanted);
	if (machine_probe_kvm(&kvm, &why, err) < 0)
		return -1;
	progress_detail("mode auto is %s: %s", kvm ? "kvm" : "tcg", why);
	*ret = kvm ? MODE_KVM : MODE_TCG;
	return 0;
}

int selection_counts_cpus(const struct config *c, const struct matrix_def *m,
			  const struct plan_filter *f, bool *ret, struct error **err)
{
	_cleanup_free_ char *why = NULL;

	*ret = false;
	if (!plan_counts_cpus(c, m, f))
		return 0;
	if (machine_probe_counted_cpus(ret, &why, err) < 0)
		return -1;
	progress_detail("several CPUs in mode deterministic: %s", why);
	return 0;
}

void selection_tell(const struct plan *p)
{
	if (p->sent_to_tcg)
		progress_warn(
			"mode deterministic has one CPU with this QEMU: guests of %u CPUs are "
			"in mode tcg (set cpus = 1 in the matrix for deterministic ones)",
			p->machine.cpus);
}

int selection_plan(struct selection *s, struct app *app, const char *matrix,
		   const struct plan_filter *f, struct error **err)
{
	const struct matrix_def *m;
	struct plan_host host;

	if (!s->config && !(s->config = config_load(app->config, err)))
		return -1;
	m = config_matrix(s->config, matrix, err);
	if (!m || selection_auto_mode(f->mode, &host.auto_mode, err) < 0 ||
	    selection_counts_cpus(s->config, m, f, &host.counts_cpus, err) < 0)
		return -1;
	plan_free(s->plan);
	s->plan = plan_create(s->config, m, f, &host, err);
	return s->plan ? 0 : -1;
}

int selection_find_cell(struct selection *s, struct app *app, const char *matrix, const char *mode,
			const char *id, struct error **err)
{
	const struct plan_filter filter = { .mode = mode };

	s->config = config_load(app->config, err);
	if (!s->config)
		return -1;
	for (size_t i = 0; i < s->config->n_matrices; i++) {
		const char *name = s->config->matrices[i].name;

		if (matrix && !streq(name, matrix))
			continue;
		if (selection_plan(s, app, name, &filter, err) < 0)
			return -1;
		s->cell = plan_cell(s->plan, id, err);
		if (s->cell)
			return 0;
	}
	/* No plan: no matrix has that name.  Otherwise the error of the search stands. */
	if (matrix && !s->plan)
		config_matrix(s->config, matrix, err);
	return -1;
}

void selection_deinit(struct selection *s)
{
	plan_free(s->plan);
	config_free(s->config);
	*s = (struct selection){ 0 };
}
