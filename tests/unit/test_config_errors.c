// SPDX-License-Identifier: GPL-2.0-or-later
/* For each way to get the configuration wrong the words that say so. */
#include <sys/stat.h>

#include "config/config.h"
#include "tests/unit/fixture.h"
#include "tests/unit/test.h"

struct bad {
	const char *text;
	const char *msg;
};

/* Each text in place of `path`; everything else is right. */
static void expect_errors(const char *path, const struct bad *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *msg = NULL;

		fixture_enter();
		fixture_write(path, cases[i].text);
		msg = fixture_error();
		fixture_leave();
		if (!streq(msg, cases[i].msg))
			FAIL("case %zu, \"%s\": \"%s\", expected \"%s\"", i, cases[i].text, msg,
			     cases[i].msg);
	}
}

TEST(syntax_errors_have_a_position)
{
	static const struct bad cases[] = {
		{ "[machine\ncpus = 2\n",
		  "harness.toml:1:9: Error while parsing table header: expected ']', saw "
		  "'\\n'" },
		{ "[machine]\ncpus = \n",
		  "harness.toml:2:8: Error while parsing key-value pair: expected value, "
		  "saw '\\n'" },
		{ "[machine]\ncpus = 2\ncpus = 3\n",
		  "harness.toml:3:8: Error while parsing key-value pair: cannot redefine "
		  "existing integer 'cpus'" },
		{ "[machine]\nmem = \"384M\n",
		  "harness.toml:2:12: Error while parsing string: unescaped control characters "
		  "other than TAB (U+0009) are explicitly prohibited" },
		{ "[machine]\ncpus = 99999999999999999999\n",
		  "harness.toml:2:28: Error while parsing decimal integer: "
		  "'99999999999999999999' is not representable in 64 bits" },
		{ "[kernel.k]\n[kernel.k]\n",
		  "harness.toml:2:1: Error while parsing table header: cannot redefine existing "
		  "table 'kernel.k'" },
		{ "\"a\\u0000b\" = 1\n",
		  "harness.toml:1:1: a NUL character can't be part of a string" },
		{ "[machine]\nmem = \"1\\u0000\"\n",
		  "harness.toml:2:7: a NUL character can't be part of a string" },
		/* What toml++ 3.3 by itself aborts on, and what it calls unreachable. */
		{ "[[{}x]]\n",
		  "harness.toml:1:3: Error while parsing key: expected bare key starting "
		  "character or string delimiter, saw '{'" },
		{ "cl\xc3\xa9 = 1\n",
		  "harness.toml:1:3: Error while parsing key-value pair: expected '=', saw 'é'" },
		{ "x = \xff\n", "harness.toml:1:4: Encountered invalid utf-8 sequence" },
		{ "[trace]\nevents = [\"tlb:*\",\n",
		  "harness.toml:2:20: Error while parsing array: encountered end-of-file" },
	};

	expect_errors("harness.toml", cases, ARRAY_SIZE(cases));
}

TEST(unknown_keys_get_the_nearest_right_one)
{
	static const struct bad cases[] = {
		{ "[machine]\nmemm = \"1G\"\n",
		  "harness.toml:2:1: unknown key \"memm\" in [machine]; did you mean \"mem\"?" },
		{ "[machine]\n  cpsu = 2\n",
		  "harness.toml:2:3: unknown key \"cpsu\" in [machine]; did you mean \"cpus\"?" },
		{ "[machine]\nsockets = 2\n",
		  "harness.toml:2:1: unknown key \"sockets\" in [machine]; there are \"cpus\", "
		  "\"mem\", \"boot_timeout_s\", \"heartbeat_s\" and \"tcg_one_thread\"" },
		{ "[machin]\n",
		  "harness.toml:1:2: unknown key \"machin\"; did you mean \"machine\"?" },
		{ "[kernel.\"k-6.1\"]\nsuorce = \"prebuilt\"\n",
		  "harness.toml:2:1: unknown key \"suorce\" in [kernel.\"k-6.1\"]; did you mean "
		  "\"source\"?" },
		{ FIXTURE_KERNEL FIXTURE_MATRIX "rep = 3\n",
		  "harness.toml:9:1: unknown key \"rep\" in [matrix.default]; did you mean "
		  "\"reps\"?" },
	};

	expect_errors("harness.toml", cases, ARRAY_SIZE(cases));
}

TEST(what_is_traced_and_counted_is_checked)
{
	static const struct bad cases[] = {
		{ "[trace]\nkprobes = [\"p shrink_node\"]\n",
		  "harness.toml:2:12: a kprobe is \"p:NAME FUNCTION ARG=…\" (r: at its return) with "
		  "a name of letters, digits and _, not \"p shrink_node\"" },
		{ "[trace]\nkprobes = [\"p:a b\", \"p:x\"]\n",
		  "harness.toml:2:21: a kprobe is \"p:NAME FUNCTION ARG=…\" (r: at its return) with "
		  "a name of letters, digits and _, not \"p:x\"" },
		{ "[trace]\nfunction_graph = [\"a b\"]\n",
		  "harness.toml:2:19: \"a b\" is not a function's name or a glob of them" },
		{ "[trace]\nstore = [\"vmscan\"]\n",
		  "harness.toml:2:10: an event is SYSTEM:EVENT, as in \"vmscan:*\", not "
		  "\"vmscan\"" },
		{ "[counters]\ngroups = [\"cycles,instructoins\"]\n",
		  "harness.toml:2:11: unknown counter \"instructoins\"; did you mean "
		  "\"instructions\"?" },
		{ "[counters]\ngroups = [\"r1z\"]\n",
		  "harness.toml:2:11: unknown counter \"r1z\": perf's names are taken, and rHEX" },
	};

	expect_errors("harness.toml", cases, ARRAY_SIZE(cases));
}

TEST(types_and_ranges_are_checked)
{
	static const struct bad cases[] = {
		{ "[machine]\ncpus = \"2\"\n",
		  "harness.toml:2:8: \"cpus\" in [machine] takes an integer, not a string" },
		{ "[machine]\ncpus = 2.5\n",
		  "harness.toml:2:8: \"cpus\" in [machine] takes an integer, not a "
		  "floating-point number" },
		{ "[machine]\ncpus = 0\n",
		  "harness.toml:2:8: \"cpus\" in [machine] must be 1 to 255, not 0" },
		{ "[machine]\ncpus = 4294967297\n",
		  "harness.toml:2:8: \"cpus\" in [machine] must be 1 to 255, not 4294967297" },
		{ "[machine]\nheartbeat_s = 601\n",
		  "harness.toml:2:15: \"heartbeat_s\" in [machine] must be 1 to 600 s, not 601" },
		{ "[machine]\nmem = true\n",
		  "harness.toml:2:7: \"mem\" in [machine] takes a size such as \"384M\", not a "
		  "boolean" },
		{ "[machine]\nmem = \"lots\"\n",
		  "harness.toml:2:7: \"mem\" in [machine] takes a size such as \"384M\" or "
		  "\"1GiB\", not \"lots\"" },
		{ "[machine]\nmem = \"1M\"\n",
		  "harness.toml:2:7: \"mem\" in [machine] must be 64M to 1T, not 1M" },
		{ "[machine]\nmem = \"2T\"\n",
		  "harness.toml:2:7: \"mem\" in [machine] must be 64M to 1T, not 2T" },
		{ "[machine]\nmem = -1\n",
		  "harness.toml:2:7: \"mem\" in [machine] must be 64M to 1T, not -1" },
		{ "[trace]\nenabled = 1\n",
		  "harness.toml:2:11: \"enabled\" in [trace] takes true or false, not an integer" },
		{ "[trace]\nevents = \"vmscan:*\"\n",
		  "harness.toml:2:10: \"events\" in [trace] takes a list of strings, not a string" },
		{ "[trace]\nevents = [\"vmscan:*\", 7]\n",
		  "harness.toml:2:23: \"events\" in [trace] takes a list of strings, not an "
		  "integer" },
		{ "[trace]\nevents = [\"tlb:*\", \"vmscan\"]\n",
		  "harness.toml:2:20: an event is SYSTEM:EVENT, as in \"vmscan:*\", not "
		  "\"vmscan\"" },
		{ "machine = 3\n",
		  "harness.toml:1:11: \"machine\" takes tables ([machine]), not an "
		  "integer" },
		{ "[[machine]]\ncpus = 2\n",
		  "harness.toml:1:1: \"machine\" takes tables ([machine]), not a list" },
		{ "[kernel]\nk = 3\n",
		  "harness.toml:2:5: \"k\" in [kernel] is an integer, not a table" },
		{ "[machine]\ncpus = 2024-01-01\n",
		  "harness.toml:2:8: \"cpus\" in [machine] takes an integer, not a date or time" },
	};

	expect_errors("harness.toml", cases, ARRAY_SIZE(cases));
}

TEST(kernels_need_the_keys_of_their_source)
{
	static const struct bad cases[] = {
		{ "[kernel.k]\npackage = \"linux-image-amd64\"\n",
		  "harness.toml:1:1: \"source\" is missing in [kernel.k]" },
		{ "[kernel.k]\nsource = \"debian-img\"\n",
		  "harness.toml:2:10: \"source\" in [kernel.k] is debian-image, debian-source, "
		  "prebuilt or git, not \"debian-img\"; did you mean \"debian-image\"?" },
		{ "[kernel.k]\nsource = \"hg\"\n",
		  "harness.toml:2:10: \"source\" in [kernel.k] is debian-image, debian-source, "
		  "prebuilt or git, not \"hg\"" },
		{ "[kernel.k]\nsource = \"git\"\nconfig = []\n",
		  "harness.toml:1:1: kernel \"k\" with source = \"git\" needs \"tree\"" },
		{ "[kernel.k]\nsource = \"git\"\ntree = \"t\"\n",
		  "harness.toml:1:1: kernel \"k\" with source = \"git\" needs \"config\"" },
		{ "[kernel.k]\nsource = \"debian-image\"\n",
		  "harness.toml:1:1: kernel \"k\" with source = \"debian-image\" needs \"package\"" },
		{ "[kernel.k]\nsource = \"debian-source\"\npackage = \"linux-source-6.1\"\n",
		  "harness.toml:1:1: kernel \"k\" with source = \"debian-source\" needs \"config\"" },
		{ "[kernel.k]\nsource = \"prebuilt\"\n",
		  "harness.toml:1:1: kernel \"k\" with source = \"prebuilt\" needs \"image\"" },
		{ "[kernel.k]\nsource = \"debian-image\"\npackage = \"p\"\nimage = \"x\"\n",
		  "harness.toml:4:1: \"image\" doesn't go with source = \"debian-image\"" },
		{ "[kernel.k]\nsource = \"prebuilt\"\nimage = \"x\"\nrev = \"main\"\n",
		  "harness.toml:4:1: \"rev\" doesn't go with source = \"prebuilt\"" },
		{ "[kernel.k]\nsource = \"prebuilt\"\nimage = \"x\"\nflavour = \"debug\"\n",
		  "harness.toml:4:1: \"flavour\" doesn't go with source = \"prebuilt\"" },
		{ "[kernel.\"a b\"]\nsource = \"prebuilt\"\nimage = \"x\"\n",
		  "harness.toml:1:9: \"a b\" can't be the name of a kernel: names are letters, "
		  "digits, '.', '_' and '-', and start with a letter or digit" },
		{ "[kernel.\"../k\"]\nsource = \"prebuilt\"\nimage = \"x\"\n",
		  "harness.toml:1:9: \"../k\" can't be the name of a kernel: names are letters, "
		  "digits, '.', '_' and '-', and start with a letter or digit" },
	};

	expect_errors("harness.toml", cases, ARRAY_SIZE(cases));
}

#define STOCK "[kernel.stock]\nsource = \"prebuilt\"\nimage = \"x\"\n"
#define GIT "[kernel.k]\nsource = \"git\"\ntree = \"t\"\nconfig = []\n"

TEST(revisions_flavours_and_baselines_are_checked)
{
	static const struct bad cases[] = {
		{ GIT "rev = 6\n",
		  "harness.toml:5:7: \"rev\" takes a string or a list of strings, not an integer" },
		{ GIT "rev = [\"main\", 1]\n",
		  "harness.toml:5:16: \"rev\" takes a string or a list of strings, not an integer" },
		{ GIT "rev = []\n", "harness.toml:5:7: \"rev\" is empty; leave it out to build the "
				    "files as they are" },
		{ GIT "rev = \"--all\"\n", "harness.toml:5:7: \"--all\" can't be a revision" },
		{ GIT "flavour = \"debgu\"\n",
		  "harness.toml:5:11: there is no flavour \"debgu\": no "
		  "harness/kernels/flavours/debgu.config" },
		{ GIT "flavour = \"../x\"\n",
		  "harness.toml:5:11: \"flavour\" in [kernel.k] can't be \"../x\": names are letters, "
		  "digits, '.', '_' and '-', and start with a letter or digit" },
		{ GIT "baseline = \"k\"\n", "harness.toml:5:12: \"k\" can't be its own baseline" },
		{ GIT "baseline = \"stokc\"\n" STOCK,
		  "harness.toml:5:12: unknown kernel \"stokc\"; did you mean \"stock\"?" },
	};

	expect_errors("harness.toml", cases, ARRAY_SIZE(cases));
}

#define MATRIX(kernels, policies, workloads, more)                                                 \
	FIXTURE_KERNEL                                                                             \
	"[matrix.default]\nkernels = " kernels "\npolicies = " policies "\nworkloads = " workloads \
	"\n" more

TEST(matrices_name_what_there_is)
{
	static const struct bad cases[] = {
		{ MATRIX("[\"kk\"]", "[\"plain\"]", "[\"work\"]", ""),
		  "harness.toml:5:12: unknown kernel \"kk\"; did you mean \"k\"?" },
		{ MATRIX("[\"k\"]", "[\"plain\", \"plane\"]", "[\"work\"]", ""),
		  "harness.toml:6:22: unknown policy \"plane\"; did you mean \"plain\"?" },
		{ MATRIX("[\"k\"]", "[\"plain\"]", "[\"stress-vm\"]", ""),
		  "harness.toml:7:14: unknown workload \"stress-vm\"; there is only \"work\"" },
		{ MATRIX("[\"k\", \"k\"]", "[\"plain\"]", "[\"work\"]", ""),
		  "harness.toml:5:17: kernel \"k\" is in the list twice" },
		{ MATRIX("[]", "[\"plain\"]", "[\"work\"]", ""),
		  "harness.toml:5:11: \"kernels\" in [matrix.default] is empty" },
		{ MATRIX("[\"k\"]", "[\"plain\"]", "[\"work\"]", "modes = [\"tgc\"]\n"),
		  "harness.toml:8:10: \"modes\" in [matrix.default] is auto, tcg, kvm or "
		  "deterministic, not \"tgc\"; did you mean \"tcg\"?" },
		{ MATRIX("[\"k\"]", "[\"plain\"]", "[\"work\"]", "modes = []\n"),
		  "harness.toml:8:9: \"modes\" is empty" },
		{ MATRIX("[\"k\"]", "[\"plain\"]", "[\"work\"]", "modes = [\"kvm\", \"kvm\"]\n"),
		  "harness.toml:8:17: mode \"kvm\" is in the list twice" },
		{ MATRIX("[\"k\"]", "[\"plain\"]", "[\"work\"]", "reps = 0\n"),
		  "harness.toml:8:8: \"reps\" in [matrix.default] must be 1 to 10000, not 0" },
		{ MATRIX("[\"k\"]", "[\"plain\"]", "[\"work\"]", "seed = -1\n"),
		  "harness.toml:8:8: \"seed\" in [matrix.default] must be 0 to "
		  "9223372036854775807, not -1" },
		{ FIXTURE_KERNEL "[matrix.m]\nkernels = [\"k\"]\npolicies = [\"plain\"]\n",
		  "harness.toml:4:1: \"workloads\" is missing in [matrix.m]" },
	};

	expect_errors("harness.toml", cases, ARRAY_SIZE(cases));
}

#define KNOB(text) FIXTURE_POLICY "[[knob]]\n" text

TEST(policies_are_checked)
{
	static const struct bad cases[] = {
		{ "", "policies/plain/policy.toml:1:1: \"title\" is missing" },
		{ "title = \"\"\n", "policies/plain/policy.toml:1:9: \"title\" is empty" },
		{ FIXTURE_POLICY "[needs]\nhook = [\"watermark\"]\n",
		  "policies/plain/policy.toml:3:1: unknown key \"hook\" in [needs]; did you mean "
		  "\"hooks\"?" },
		{ FIXTURE_POLICY "[needs]\nconfig = [\"ZRAM\"]\n",
		  "policies/plain/policy.toml:3:11: an option is written as CONFIG_…, not \"ZRAM\"" },
		{ FIXTURE_POLICY "[[module]]\nsource = \"module\"\n",
		  "policies/plain/policy.toml:2:1: \"name\" is missing in [[module]]" },
		{ FIXTURE_POLICY "[[module]]\nname = \"m\"\nsource = \"module\"\n",
		  "policies/plain/policy.toml:4:10: module \"m\": there is no module/Kbuild in the "
		  "policy's folder" },
		{ FIXTURE_POLICY "[[module]]\nname = \"m\"\nparams = [\"fast\"]\n",
		  "policies/plain/policy.toml:4:11: a parameter is \"key=value\", not \"fast\"" },
		{ FIXTURE_POLICY "[[module]]\nname = \"m\"\nparams = [\"a=${b}\"]\n",
		  "policies/plain/policy.toml:4:11: unknown variable ${b}" },
		{ FIXTURE_POLICY "[module]\nname = \"m\"\n",
		  "policies/plain/policy.toml:2:1: \"module\" takes tables ([[module]]), not a "
		  "table" },
		{ FIXTURE_POLICY "[daemon]\nsource = \"d.c\"\n",
		  "policies/plain/policy.toml:3:10: there is no d.c in the policy's folder" },
		{ FIXTURE_POLICY "[daemon]\nargs = [\"1\"]\n",
		  "policies/plain/policy.toml:2:1: \"source\" is missing in [daemon]" },
		{ FIXTURE_POLICY "[daemon]\nsource = \"policy.toml\"\nargs = [\"${b}\"]\n",
		  "policies/plain/policy.toml:4:9: unknown variable ${b}" },
		{ KNOB("name = \"a\"\ntype = \"int\"\nread = \"/run/a\"\n"),
		  "policies/plain/policy.toml:5:1: \"read\" is for a policy with a [daemon]" },
		{ KNOB("name = \"a\"\ntype = \"int\"\nset = \"/a\"\nread = \"/b\"\n"),
		  "policies/plain/policy.toml:6:8: knob \"a\" is written to \"set\" and read back "
		  "from there; it can't have a \"read\", too" },
		{ FIXTURE_POLICY "[[counter]]\nname = \"c\"\nfile = \"proc/vmstat\"\n",
		  "policies/plain/policy.toml:4:8: \"file\" is a file in the guest, with its whole "
		  "path, not \"proc/vmstat\"" },
	};

	expect_errors("policies/plain/policy.toml", cases, ARRAY_SIZE(cases));
}

TEST(knobs_are_checked)
{
	static const struct bad cases[] = {
		{ KNOB("name = \"a\"\n"),
		  "policies/plain/policy.toml:2:1: \"type\" is missing in [[knob]]" },
		{ KNOB("name = \"a\"\ntype = \"integer\"\n"),
		  "policies/plain/policy.toml:4:8: \"type\" in [[knob]] is int, bool or string, "
		  "not \"integer\"" },
		{ KNOB("name = \"a/b\"\ntype = \"int\"\n"),
		  "policies/plain/policy.toml:3:8: \"name\" in [[knob]] can't be \"a/b\": names are "
		  "letters, digits, '.', '_' and '-', and start with a letter or digit" },
		{ KNOB("name = \"seed\"\ntype = \"int\"\n"),
		  "policies/plain/policy.toml:3:8: a knob can't be named \"seed\": the harness "
		  "itself gives ${seed} to workloads" },
		{ KNOB("name = \"a\"\ntype = \"int\"\nmin = 2\nmax = 1\n"),
		  "policies/plain/policy.toml:5:7: knob \"a\": min is above max" },
		{ KNOB("name = \"a\"\ntype = \"bool\"\nmax = 1\n"),
		  "policies/plain/policy.toml:5:1: only a knob of type \"int\" has a range" },
		{ KNOB("name = \"a\"\ntype = \"int\"\nmin = 1\nmax = 9\nunit = \"ms\"\ndefault = 10\n"),
		  "policies/plain/policy.toml:8:11: knob \"a\" must be 1 to 9 ms, not 10" },
		{ KNOB("name = \"a\"\ntype = \"int\"\nmin = 1\ndefault = 0\n"),
		  "policies/plain/policy.toml:6:11: knob \"a\" must be at least 1, not 0" },
		{ KNOB("name = \"a\"\ntype = \"int\"\ndefault = \"5\"\n"),
		  "policies/plain/policy.toml:5:11: knob \"a\" takes an integer, not a string" },
		{ KNOB("name = \"a\"\ntype = \"bool\"\ndefault = 2\n"),
		  "policies/plain/policy.toml:5:11: knob \"a\" takes true or false" },
		{ KNOB("name = \"a\"\ntype = \"string\"\ndefault = \"x\\ny\"\n"),
		  "policies/plain/policy.toml:5:11: knob \"a\" takes one line" },
		{ KNOB("name = \"a\"\ntype = \"int\"\nset = \"vm/swappiness\"\n"),
		  "policies/plain/policy.toml:5:7: \"set\" is a file in the guest, with its whole "
		  "path, not \"vm/swappiness\"" },
		{ KNOB("name = \"a\"\ntype = \"int\"\n[[knob]]\nname = \"a\"\ntype = \"int\"\n"),
		  "policies/plain/policy.toml:6:8: [[knob]] \"a\" is there already, at line 2" },
		{ KNOB("name = \"a\"\ntype = \"int\"\n"),
		  "harness.toml:6:13: knob \"a\" of \"plain\" has no default: give it values in "
		  "[matrix.default.sweep]" },
	};

	expect_errors("policies/plain/policy.toml", cases, ARRAY_SIZE(cases));
}

TEST(workloads_are_checked)
{
	static const struct bad cases[] = {
		{ "title = \"t\"\n", "workloads/work/workload.toml:1:1: \"command\" is missing" },
		{ "title = \"t\"\ncommand = []\n",
		  "workloads/work/workload.toml:2:11: \"command\" is empty" },
		{ "title = \"t\"\ncommand = [\"fio\", \"${dta}\"]\n",
		  "workloads/work/workload.toml:2:19: unknown variable ${dta}; did you mean "
		  "\"data\"?" },
		{ "title = \"t\"\ncommand = [\"fio\", \"${data\"]\n",
		  "workloads/work/workload.toml:2:19: \"${\" without \"}\"" },
		{ FIXTURE_WORKLOAD "swap = \"disk\"\n",
		  "workloads/work/workload.toml:3:8: \"swap\" is none, pmem, zram or simdisk, not \"disk\"" },
		{ FIXTURE_WORKLOAD "swap = \"zram\"\n",
		  "workloads/work/workload.toml:3:1: swap = \"zram\" needs \"swap_size\"" },
		{ FIXTURE_WORKLOAD "swap_size = \"64M\"\n",
		  "workloads/work/workload.toml:3:1: \"swap_size\" without \"swap\": is it to be "
		  "pmem, zram or simdisk?" },
		{ FIXTURE_WORKLOAD "data_device = \"simdisk\"\n",
		  "workloads/work/workload.toml:3:1: \"data_device\" without \"data\", its size" },
		{ FIXTURE_WORKLOAD "data = \"64M\"\n[simdisk]\nlatency_us = 5\n",
		  "workloads/work/workload.toml:4:2: [simdisk] without a simdisk: neither "
		  "\"swap\" nor \"data_device\" is one" },
		{ FIXTURE_WORKLOAD "source = \"work.c\"\n",
		  "workloads/work/workload.toml:3:10: there is no work.c in the workload's folder" },
		{ FIXTURE_WORKLOAD "[[metric]]\nname = \"m\"\nunit = \"s\"\nbetter = \"lower\"\n"
				   "path = \"$.m\"\n",
		  "workloads/work/workload.toml:3:3: [[metric]] is read from the workload's "
		  "output: \"file\" is missing in [output]" },
		{ FIXTURE_WORKLOAD "[[metric]]\nname = \"m\"\nunit = \"s\"\nbetter = \"high\"\n"
				   "path = \"$.m\"\n",
		  "workloads/work/workload.toml:6:10: \"better\" in [[metric]] is lower or higher, "
		  "not \"high\"; did you mean \"higher\"?" },
		{ FIXTURE_WORKLOAD "timeout_s = 0\n",
		  "workloads/work/workload.toml:3:13: \"timeout_s\" must be 1 to 604800 s, not 0" },
	};

	expect_errors("workloads/work/workload.toml", cases, ARRAY_SIZE(cases));
}

#define SWEEP(text) FIXTURE_KERNEL FIXTURE_MATRIX "[matrix.default.sweep]\n" text

/* One policy with a knob, and one that isn't in the matrix. */
static void write_swept_policies(void)
{
	fixture_write("policies/plain/policy.toml",
		      KNOB("name = \"ms\"\ntype = \"int\"\nmin = 1\nmax = 9\n"));
	fixture_write("policies/other.d/policy.toml",
		      KNOB("name = \"on.off\"\ntype = \"bool\"\ndefault = true\n"));
}

TEST(sweeps_name_knobs_with_values_in_range)
{
	static const struct bad cases[] = {
		{ SWEEP("\"plain.ms\" = [1, 2]\n"), "" },
		{ SWEEP("plain.ms = [1, 2]\n"), "" },
		{ SWEEP("plain.ms = 7\n"), "" },
		{ SWEEP("\"plane.ms\" = [1]\n"),
		  "harness.toml:10:1: no policy or workload is named \"plane\"; did you mean "
		  "\"plain\"?" },
		{ SWEEP("\"plain.msec\" = [1]\n"),
		  "harness.toml:10:1: \"plain\" has no knob \"msec\"; did you mean \"ms\"?" },
		{ SWEEP("\"work.ms\" = [1]\n"),
		  "harness.toml:10:1: \"work\" has no knob \"ms\": it has none at all" },
		{ SWEEP("\"ms\" = [1]\n"),
		  "harness.toml:10:1: a sweep is \"OWNER.KNOB\" = [values], and \"ms\" has no dot" },
		{ SWEEP("\"plain.ms\" = [1, 10]\n"),
		  "harness.toml:10:18: knob \"ms\" must be 1 to 9, not 10" },
		{ SWEEP("\"plain.ms\" = [\"1\"]\n"),
		  "harness.toml:10:15: knob \"ms\" takes an integer, not a string" },
		{ SWEEP("\"plain.ms\" = [1, 2, 1]\n"),
		  "harness.toml:10:21: 1 is in the list twice" },
		{ SWEEP("\"plain.ms\" = []\n"),
		  "harness.toml:10:14: a sweep needs at least one value" },
		{ SWEEP("\"plain.ms\" = [1]\nplain.ms = [2]\n"),
		  "harness.toml:11:7: \"plain.ms\" is swept already, at line 10" },
		{ SWEEP("plain.ms = [1]\n\"other.d.on.off\" = [true]\n"),
		  "harness.toml:11:1: \"other.d.on.off\" is swept, but \"other.d\" isn't in matrix "
		  "\"default\"" },
		{ FIXTURE_KERNEL FIXTURE_MATRIX "sweep = 3\n",
		  "harness.toml:9:9: \"sweep\" takes a table of \"OWNER.KNOB\" = [values], not an "
		  "integer" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *msg = NULL;

		fixture_enter();
		write_swept_policies();
		fixture_write("harness.toml", cases[i].text);
		msg = fixture_error();
		fixture_leave();
		EXPECT_STR(msg, cases[i].msg);
	}
}

TEST(folders_and_files_that_cannot_be_read)
{
	_cleanup_free_ char *missing = NULL, *clash = NULL, *name = NULL, *knobs = NULL;

	fixture_enter();
	fixture_write("policies/work/policy.toml", FIXTURE_POLICY);
	clash = fixture_error();
	fixture_leave();
	EXPECT_STR(clash, "workloads/work: there is a policy of that name; sweeps couldn't tell "
			  "them apart");

	fixture_enter();
	fixture_write("policies/a b/policy.toml", FIXTURE_POLICY);
	name = fixture_error();
	fixture_leave();
	EXPECT_STR(name, "policies/a b: \"a b\" can't be a name: names are letters, digits, '.', "
			 "'_' and '-', and start with a letter or digit");

	fixture_enter();
	fixture_write("policies/plain/policy.toml",
		      KNOB("name = \"x\"\ntype = \"int\"\ndefault = 1\n"));
	fixture_write("workloads/work/workload.toml",
		      FIXTURE_WORKLOAD "[[knob]]\nname = \"x\"\ntype = \"int\"\ndefault = 1\n");
	knobs = fixture_error();
	fixture_leave();
	EXPECT_STR(knobs,
		   "harness.toml:4:1: policy \"plain\" and workload \"work\" both have a knob "
		   "\"x\": one must be renamed");

	fixture_enter();
	unlink("harness.toml");
	missing = fixture_error();
	fixture_leave();
	EXPECT_STR(missing, "there is no harness.toml; say where it is with --config");
}

TEST(what_is_no_file_is_not_read)
{
	_cleanup_free_ char *folder = NULL, *endless = NULL;

	fixture_enter();
	unlink("policies/plain/policy.toml");
	EXPECT_INT(mkdir("policies/plain/policy.toml", 0777), 0);
	folder = fixture_error();
	fixture_leave();
	EXPECT_STR(folder, "policies/plain/policy.toml isn't a file");

	fixture_enter();
	unlink("harness.toml");
	EXPECT_INT(symlink("/dev/zero", "harness.toml"), 0);
	endless = fixture_error();
	fixture_leave();
	EXPECT_STR(endless, "harness.toml isn't a file");
}

TEST_MAIN
