// SPDX-License-Identifier: GPL-2.0-or-later
/* What a right configuration becomes, and that its man page is complete. */
#include "config/config.h"
#include "config/keys.h"
#include "tests/unit/fixture.h"
#include "tests/unit/test.h"

TEST(an_empty_file_is_all_defaults)
{
	_cleanup_config_ struct config *c = NULL;

	fixture_enter();
	fixture_write("harness.toml", "");
	c = config_load("harness.toml", NULL);
	fixture_leave();
	EXPECT(c);
	EXPECT_INT(c->machine.cpus, 2);
	EXPECT_INT(c->machine.mem_bytes, 384 << 20);
	EXPECT_INT(c->machine.boot_timeout_s, 120);
	EXPECT_INT(c->machine.heartbeat_s, 5);
	EXPECT(c->trace.enabled);
	EXPECT_INT(c->trace.buffer_kb, 8192);
	EXPECT_INT(strv_len(c->trace.wishes.events), 6);
	EXPECT_STR(c->trace.wishes.events[5], "policy_*:*");
	EXPECT_INT(c->n_kernels, 0);
}

static const char full_policy[] =
	"title = \"Full\"\norigin = \"a paper\"\n"
	"[needs]\nhooks = [\"h\"]\nconfig = [\"CONFIG_X\"]\n"
	"[[module]]\nname = \"mod\"\nparams = [\"n=${n}\"]\n"
	"[[knob]]\nname = \"n\"\ntype = \"int\"\ndefault = -3\nset = \"/proc/n\"\n"
	"[[knob]]\nname = \"b\"\ntype = \"bool\"\ndefault = true\n"
	"[[knob]]\nname = \"s\"\ntype = \"string\"\ndefault = \"a b\"\nunit = \"u\"\nhelp = \"h\"\n"
	"[[counter]]\nname = \"c\"\nfile = \"/proc/c\"\nliveness = true\n";

TEST(a_policy_is_read_whole)
{
	_cleanup_config_ struct config *c = NULL;
	const struct policy_def *p;

	fixture_enter();
	fixture_write("policies/plain/policy.toml", full_policy);
	c = config_load("harness.toml", NULL);
	fixture_leave();
	EXPECT(c);
	p = config_policy(c, "plain", NULL);
	EXPECT(p);
	EXPECT_STR(p->pos.file, "policies/plain/policy.toml");
	EXPECT(*p->dir == '/' && str_ends(p->dir, "/policies/plain"));
	EXPECT_STR(p->title, "Full");
	EXPECT_STR(p->origin, "a paper");
	EXPECT_STR(p->needs_hooks[0], "h");
	EXPECT_STR(p->needs_config[0], "CONFIG_X");
	EXPECT_INT(p->n_modules, 1);
	EXPECT(!p->modules[0].source);
	EXPECT_STR(p->modules[0].params[0], "n=${n}");
	EXPECT_INT(p->n_knobs, 3);
	EXPECT_INT(p->knobs[0].pos.line, 9);
	EXPECT_STR(p->knobs[0].def, "-3");
	EXPECT_INT(p->knobs[0].min, INT64_MIN);
	EXPECT_INT(p->knobs[0].max, INT64_MAX);
	EXPECT_STR(p->knobs[0].set, "/proc/n");
	EXPECT_STR(p->knobs[0].unit, "");
	EXPECT_STR(p->knobs[1].def, "1");
	EXPECT_STR(p->knobs[2].def, "a b");
	EXPECT_STR(p->knobs[2].unit, "u");
	EXPECT(p->counters[0].liveness);
	EXPECT_STR(p->counters[0].help, "");
}

static const char full_workload[] =
	"title = \"W\"\ncommand = [\"${dir}/w\", \"${n}\", \"${out}/o\"]\nprograms = [\"fio\"]\n"
	"swap = \"pmem\"\nswap_size = \"256M\"\ndata = 8388608\ntimeout_s = 60\nestimate_s = 7\n"
	"[output]\nfile = \"o\"\nformat = \"yaml\"\n"
	"[[metric]]\nname = \"m\"\nunit = \"1/s\"\nbetter = \"higher\"\npath = \"$.m\"\n"
	"[[histogram]]\nname = \"h\"\nunit = \"ns\"\npath = \"$.h\"\n"
	"[[knob]]\nname = \"n\"\ntype = \"int\"\ndefault = 1\n";

TEST(a_workload_is_read_whole)
{
	_cleanup_config_ struct config *c = NULL;
	const struct workload_def *w;

	fixture_enter();
	fixture_write("workloads/work/workload.toml", full_workload);
	c = config_load("harness.toml", NULL);
	fixture_leave();
	EXPECT(c);
	w = config_workload(c, "work", NULL);
	EXPECT(w);
	EXPECT_INT(strv_len(w->command), 3);
	EXPECT_STR(w->programs[0], "fio");
	EXPECT_INT(w->swap, SWAP_PMEM);
	EXPECT_INT(w->swap_bytes, 256 << 20);
	EXPECT_INT(w->data_bytes, 8 << 20);
	EXPECT_INT(w->timeout_s, 60);
	EXPECT_INT(w->estimate_s, 7);
	EXPECT_STR(w->output, "o");
	EXPECT_INT(w->format, OUTPUT_YAML);
	EXPECT_INT(w->metrics[0].better, BETTER_HIGHER);
	EXPECT_INT(w->histograms[0].better, BETTER_LOWER);
	EXPECT_STR(w->histograms[0].path, "$.h");
	EXPECT_STR(w->knobs[0].name, "n");
}

static const char full_harness[] =
	"[kernel.z]\nsource = \"debian-source\"\npackage = \"linux-source-6.1\"\n"
	"config = [\"a.config\", \"/b.config\"]\npatches = \"patches\"\n"
	"[kernel.\"a-6.1\"]\nsource = \"debian-image\"\npackage = \"linux-image-cloud-amd64\"\n"
	"[matrix.m]\nkernels = [\"a-6.1\", \"z\"]\npolicies = [\"plain\"]\nworkloads = [\"work\"]\n"
	"modes = [\"kvm\", \"auto\"]\nreps = 10\nseed = 9223372036854775807\n"
	"sweep.plain.ms = [3, 1]\n";

TEST(kernels_and_matrices_keep_the_order_of_the_file)
{
	_cleanup_config_ struct config *c = NULL;
	const struct matrix_def *m;

	fixture_enter();
	fixture_write("policies/plain/policy.toml",
		      FIXTURE_POLICY "[[knob]]\nname = \"ms\"\ntype = \"int\"\ndefault = 5\n");
	fixture_write("harness.toml", full_harness);
	c = config_load("./harness.toml", NULL);
	fixture_leave();
	EXPECT(c);
	EXPECT_STR(c->kernels[0].name, "z");
	EXPECT_STR(c->kernels[1].name, "a-6.1");
	EXPECT_STR(c->kernels[1].pos.file, "./harness.toml");
	EXPECT_INT(c->kernels[1].pos.line, 6);
	EXPECT(str_starts(c->kernels[0].config[0], c->root));
	EXPECT(str_ends(c->kernels[0].config[0], "/a.config"));
	EXPECT_STR(c->kernels[0].config[1], "/b.config");
	EXPECT(str_ends(c->kernels[0].patches, "/patches"));
	EXPECT(!c->kernels[1].patches);
	m = config_matrix(c, "m", NULL);
	EXPECT(m);
	EXPECT_STR(m->kernels[0], "a-6.1");
	EXPECT_INT(m->n_modes, 2);
	EXPECT_INT(m->modes[0], MODE_KVM);
	EXPECT_INT(m->modes[1], MODE_AUTO);
	EXPECT_INT(m->reps, 10);
	EXPECT_INT(m->seed, INT64_MAX);
	EXPECT_INT(m->n_sweeps, 1);
	EXPECT_STR(m->sweeps[0].owner, "plain");
	EXPECT_STR(m->sweeps[0].values[0], "3");
	EXPECT_STR(m->sweeps[0].values[1], "1");
}

TEST(lookups_suggest)
{
	_cleanup_error_ struct error *err = NULL;
	_cleanup_config_ struct config *c = NULL;

	fixture_enter();
	c = config_load("harness.toml", NULL);
	fixture_leave();
	EXPECT(c);
	EXPECT(!config_matrix(c, "defualt", &err));
	EXPECT_STR(err->msg, "unknown matrix \"defualt\"; did you mean \"default\"?");
	EXPECT_INT(err->code, EXIT_INPUT);
}

static const struct config_key *find_key(const struct config_table *t, const char *name)
{
	for (size_t i = 0; i < t->n_keys; i++) {
		if (streq(t->keys[i].key, name))
			return &t->keys[i];
	}
	return NULL;
}

/* Every key in the man page, as ".It Cm key". */
static const char *undocumented(const struct config_table *t, const char *page)
{
	for (size_t i = 0; i < t->n_keys; i++) {
		const struct config_key *key = &t->keys[i];
		_cleanup_free_ char *item = xasprintf(".It Cm %s\n", key->key);
		const char *missing = key->sub ? undocumented(key->sub, page) : NULL;

		if (missing)
			return missing;
		if (!key->sub && !strstr(page, item))
			return key->key;
	}
	return NULL;
}

TEST(the_man_page_has_every_key)
{
	static const struct config_table *const tables[] = {
		&harness_table,
		&policy_table,
		&claims_table,
		&workload_table,
	};
	_cleanup_free_ char *page = NULL;

	EXPECT(find_key(&harness_table, "machine"));
	if (file_read("docs/man/harness.toml.5", &page, NULL, NULL) < 0)
		FAIL("docs/man/harness.toml.5 can't be read; run from the top of the tree");
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		const char *missing = undocumented(tables[i], page);

		if (missing)
			FAIL("docs/man/harness.toml.5 doesn't say what \"%s\" is", missing);
	}
}

TEST_MAIN
