// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `harness doctor`: what this machine can do, what is missing, how to mend it.
 * Each check adds one or more findings; nothing is changed.
 */
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "artifact/runs.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/resource.h"
#include "base/str.h"
#include "base/table.h"
#include "cmd/cmd.h"
#include "config/config.h"
#include "kernel/kernel.h"
#include "machine/machine.h"
#include "machine/qemu.h"

static const char usage[] =
	"usage: harness doctor [--json]\n"
	"\n"
	"Says what this machine can do, what is missing, and how to mend it:\n"
	"programs and packages, KVM (by booting a probe guest), CPUs, memory, disk\n"
	"space, package lists, kernels in the cache, and what killed runs left behind.\n"
	"Nothing is installed, fetched or removed.\n"
	"\n"
	"Findings are \"ok\", \"note\" (runs will work, but) or \"missing\" (they won't).\n"
	"\n"
	"exit status: 0 cells can run here; 4 something that they need is missing\n"
	"\n"
	"examples:\n"
	"  harness doctor\n"
	"  harness doctor --json | jq -r '.[] | select(.state != \"ok\") | .mend'\n";

enum state { GOOD, NOTE, MISSING };
static const char *const state_names[] = { "ok", "note", "missing" };

struct finding {
	const char *check;
	enum state state;
	char *what;
	char *mend; /* NULL when there is nothing to do */
};

struct report {
	struct app *app;
	struct config *config; /* NULL if it can't be read */
	struct finding *findings;
	size_t n;
};

/* Takes `what` and `mend`, both from malloc. */
static void add(struct report *r, const char *check, enum state state, char *what, char *mend)
{
	*ARRAY_APPEND(r->findings, r->n) = (struct finding){ check, state, what, mend };
}

static const char *as_root(void)
{
	return geteuid() == 0 ? "" : "sudo ";
}

/* --- the program's own input ---------------------------------------------------- */

static void check_config(struct report *r)
{
	_cleanup_error_ struct error *why = NULL;

	r->config = config_load(r->app->config, &why);
	if (r->config)
		add(r, "config", GOOD,
		    xasprintf("%s: %zu kernels, %zu policies, %zu workloads", r->app->config,
			      r->config->n_kernels, r->config->n_policies, r->config->n_workloads),
		    NULL);
	else
		add(r, "config", MISSING, xstrdup(why->msg),
		    xasprintf("mend %s, or name another with --config", r->app->config));
}

/* --- programs ------------------------------------------------------------------- */

/* Names in a package list: one a line, # begins a comment. */
static char **read_packages(const char *path, struct error **err)
{
	char *text, *save = NULL, **names = NULL;

	if (file_read(path, &text, NULL, err) < 0)
		return NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *word;

		line[strcspn(line, "#")] = '\0';
		word = line + strspn(line, " \t");
		word[strcspn(word, " \t\r")] = '\0';
		if (*word)
			strv_add(&names, word);
	}
	free(text);
	return names;
}

/* `installed` has lines of "NAME installed". */
static bool is_installed(const char *installed, const char *name)
{
	_cleanup_free_ char *want = xasprintf("\n%s installed\n", name);

	return strstr(installed, want) != NULL;
}

static void check_packages(struct report *r)
{
	static char *const argv[] = { "dpkg-query", "-W", "-f=\\n${Package} ${db:Status-Status}\\n",
				      NULL };
	_cleanup_free_ char *path = resource_path("harness/packages.txt"), *installed = NULL;
	_cleanup_strv_ char **names = NULL;
	_cleanup_strbuf_ struct strbuf missing = { 0 };
	_cleanup_error_ struct error *why = NULL;
	size_t n = 0;

	names = read_packages(path, &why);
	if (!names || proc_output(argv, &installed, &why) < 0) {
		add(r, "packages", NOTE, xasprintf("can't be checked: %s", why ? why->msg : path),
		    NULL);
		return;
	}
	for (size_t i = 0; names[i]; i++) {
		if (!is_installed(installed, names[i])) {
			strbuf_printf(&missing, " %s", names[i]);
			n++;
		}
	}
	if (n)
		add(r, "packages", MISSING,
		    xasprintf("%zu of %zu are missing:%s", n, strv_len(names), missing.data),
		    xasprintf("%sapt-get install -y --no-install-recommends%s", as_root(),
			      missing.data));
	else
		add(r, "packages", GOOD,
		    xasprintf("all %zu of %s are installed", strv_len(names), path), NULL);
}

static void check_qemu(struct report *r)
{
	static char *const argv[] = { QEMU_PROGRAM, "-accel", "help", NULL };
	_cleanup_error_ struct error *why = NULL;
	_cleanup_free_ char *accels = NULL;
	char *version = qemu_version(&why);

	if (!version) {
		add(r, "qemu", MISSING, xstrdup(why->msg),
		    xasprintf("%sapt-get install -y qemu-system-x86", as_root()));
		return;
	}
	add(r, "qemu", GOOD, version, NULL);
	if (proc_output(argv, &accels, &why) < 0)
		add(r, "tcg", MISSING, xstrdup(why->msg), xstrdup("reinstall qemu-system-x86"));
	else if (!strstr(accels, "tcg"))
		add(r, "tcg", MISSING, xstrdup("this QEMU can't emulate"),
		    xstrdup("install a qemu-system-x86 that was built with TCG"));
	else
		add(r, "tcg", GOOD, xstrdup("emulated CPUs, on any host"), NULL);
}

static void check_kvm(struct report *r)
{
	_cleanup_error_ struct error *why = NULL;
	char *text = NULL;
	bool works;

	if (!proc_exists(QEMU_PROGRAM))
		return;
	if (machine_probe_kvm(&works, &text, &why) < 0)
		add(r, "kvm", NOTE, xstrdup(why->msg), NULL);
	else
		add(r, "kvm", works ? GOOD : NOTE, text,
		    works ? NULL
			  : xstrdup("nothing has to be done: \"auto\" is tcg here, whose "
				    "counts are right and whose times are not"));
}

static void check_counted_cpus(struct report *r)
{
	_cleanup_error_ struct error *why = NULL;
	char *text = NULL;
	bool works;

	if (!proc_exists(QEMU_PROGRAM))
		return;
	if (machine_probe_counted_cpus(&works, &text, &why) < 0)
		add(r, "deterministic", NOTE, xstrdup(why->msg), NULL);
	else
		add(r, "deterministic", GOOD,
		    works ? xasprintf("one CPU or several: %s", text)
			  : xasprintf("one CPU; guests of several are in mode tcg: %s", text),
		    NULL);
}

/* --- resources -------------------------------------------------------------------- */

static void check_cpus(struct report *r)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int want = r->config ? r->config->machine.cpus : 1;

	if (n < (long)want)
		add(r, "cpus", NOTE,
		    xasprintf("%ld, guests have %u: they will not be pinned", n, want),
		    xstrdup("set a smaller [machine] cpus, or accept noisier times"));
	else
		add(r, "cpus", GOOD, xasprintf("%ld, guests have %u", n, want), NULL);
}

static uint64_t available_memory(void)
{
	_cleanup_free_ char *text = NULL;
	unsigned long long kb;
	char *line;

	if (file_read("/proc/meminfo", &text, NULL, NULL) < 0)
		return 0;
	line = strstr(text, "MemAvailable:");
	return line && sscanf(line, "MemAvailable: %llu", &kb) == 1 ? kb * 1024 : 0;
}

/* The largest guest of the configuration: its memory and its devices, which are memory too. */
static uint64_t largest_guest(const struct config *c)
{
	uint64_t devices = 0;

	for (size_t i = 0; i < c->n_workloads; i++) {
		uint64_t d = c->workloads[i].swap_bytes + c->workloads[i].data_bytes;

		if (d > devices)
			devices = d;
	}
	return c->machine.mem_bytes + devices;
}

static void check_memory(struct report *r)
{
	uint64_t have = available_memory(), want = r->config ? largest_guest(r->config) : 0;

	if (have < want)
		add(r, "memory", MISSING,
		    xasprintf("%s available, the largest guest needs %s", size_to_str(have),
			      size_to_str(want)),
		    xstrdup("end other programs, or set a smaller [machine] mem"));
	else
		add(r, "memory", GOOD,
		    xasprintf("%s available, the largest guest needs %s", size_to_str(have),
			      size_to_str(want)),
		    NULL);
}

/* The nearest folder above `path` that exists, since nothing is made here.  Caller frees. */
static char *existing(const char *path)
{
	char *p = xstrdup(path), *slash;

	while (!path_exists(p) && (slash = strrchr(p, '/')))
		slash == p ? (p[1] = '\0') : (*slash = '\0');
	if (path_exists(p))
		return p;
	free(p);
	return xstrdup(".");
}

static void check_folder(struct report *r, const char *check, const char *path, uint64_t need)
{
	_cleanup_free_ char *there = existing(path);
	struct statvfs vfs;
	uint64_t left;

	if (access(there, W_OK) < 0) {
		add(r, check, MISSING, xasprintf("%s: %s", there, strerror(errno)),
		    xstrdup(streq(check, "results") ? "make it writable, or use --results DIR"
						    : "make it writable, or set XDG_CACHE_HOME"));
		return;
	}
	if (statvfs(there, &vfs) < 0) {
		add(r, check, NOTE, xasprintf("%s: %s", there, strerror(errno)), NULL);
		return;
	}
	left = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	add(r, check, left < need ? MISSING : GOOD,
	    xasprintf("%s: %s free, %s wanted", path, size_to_str(left), size_to_str(need)),
	    left < need ? xasprintf("make room in %s", there) : NULL);
}

/* --- kernels ---------------------------------------------------------------------- */

/* An unpacked source of 1.6 GiB, objects of 0.3, archives and the kernel's folder: measured on 6.1. */
#define BUILD_SPACE (3ull << 30)
#define FETCH_SPACE (256ull << 20) /* a .deb of 40 to 110 MiB, unpacked, and headers */
#define TOOLS_SPACE (512ull << 20) /* base initrds and tools images */
#define RESULTS_SPACE (1ull << 30) /* the default matrix, traces included, fits in this */

/* Checks each kernel; gives the cache space that those still missing will take. */
static uint64_t check_kernels(struct report *r)
{
	uint64_t need = TOOLS_SPACE;

	for (size_t i = 0; r->config && i < r->config->n_kernels; i++) {
		const struct kernel_def *def = &r->config->kernels[i];
		_cleanup_kernel_ struct kernel *k = NULL;
		_cleanup_error_ struct error *why = NULL;

		if (kernel_cached(def, &k, &why) < 0) {
			add(r, "kernel", NOTE, xstrdup(why->msg), NULL);
		} else if (k) {
			add(r, "kernel", GOOD, xasprintf("%s: %s, ready", def->name, k->release),
			    NULL);
		} else {
			add(r, "kernel", NOTE, xasprintf("%s: not in the cache yet", def->name),
			    xasprintf("harness kernel build %s (or let `harness run` do it)",
				      def->name));
			need += def->source == KERNEL_DEBIAN_SOURCE || def->source == KERNEL_GIT
					? BUILD_SPACE
					: FETCH_SPACE;
		}
	}
	return need;
}

static void check_package_lists(struct report *r)
{
	glob_t g;
	int found = glob("/var/lib/apt/lists/*_Packages*", 0, NULL, &g);
	size_t n = found == 0 ? g.gl_pathc : 0;

	globfree(&g);
	if (n)
		add(r, "package lists", GOOD, xasprintf("%zu", n), NULL);
	else
		add(r, "package lists", NOTE, xstrdup("none: kernels can't be fetched"),
		    xasprintf("%sapt-get update", as_root()));
}

static void check_orphans(struct report *r)
{
	_cleanup_strv_ char **orphans = NULL;
	size_t n;

	if (runs_orphans(r->app->results, &orphans, NULL) < 0)
		return;
	n = strv_len(orphans);
	if (n)
		add(r, "leftovers", NOTE,
		    xasprintf("%zu half-written run%s in %s/tmp", n, n == 1 ? "" : "s",
			      r->app->results),
		    xstrdup("the next `harness run` removes them"));
	else
		add(r, "leftovers", GOOD, xstrdup("none"), NULL);
}

/* --- the command --------------------------------------------------------------------- */

static void check_all(struct report *r)
{
	_cleanup_free_ char *cache = NULL;
	uint64_t need;

	check_config(r);
	check_packages(r);
	check_qemu(r);
	check_kvm(r);
	check_counted_cpus(r);
	check_cpus(r);
	check_memory(r);
	check_package_lists(r);
	need = check_kernels(r);
	check_folder(r, "results", r->app->results, RESULTS_SPACE);
	if (cache_dir("kernels", &cache, NULL) == 0)
		check_folder(r, "cache", cache, need);
	else
		add(r, "cache", MISSING, xstrdup("no folder can be made"),
		    xstrdup("set XDG_CACHE_HOME to a folder that can be written"));
	check_orphans(r);
}

static size_t count(const struct report *r, enum state s)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->findings[i].state == s;
	return n;
}

static void print_json(const struct report *r)
{
	static const char *const columns[] = { "check", "state", "finding", "mend" };
	struct table *t = table_create();

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		table_column(t, columns[i], ALIGN_LEFT);
	for (size_t i = 0; i < r->n; i++) {
		table_add(t, r->findings[i].check);
		table_add(t, state_names[r->findings[i].state]);
		table_add(t, r->findings[i].what);
		table_add(t, r->findings[i].mend);
	}
	table_print(t, TABLE_JSON, stdout);
	table_destroy(t);
}

static void print_text(const struct report *r)
{
	static const char *const colors[] = { "\033[32m", "\033[33m", "\033[31m" };
	bool color = color_on(STDOUT_FILENO);

	for (size_t i = 0; i < r->n; i++) {
		const struct finding *f = &r->findings[i];

		printf("%s%-7s%s  %-13s  %s\n", color ? colors[f->state] : "",
		       state_names[f->state], color ? "\033[0m" : "", f->check, f->what);
		if (f->mend)
			printf("%24s to mend: %s\n", "", f->mend);
	}
	if (count(r, MISSING))
		printf("\nCells can't run here yet: %zu missing.\n", count(r, MISSING));
	else
		printf("\nCells can run here.\n");
}

static void report_deinit(struct report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->findings[i].what);
		free(r->findings[i].mend);
	}
	free(r->findings);
	config_free(r->config);
}

int cmd_doctor(struct app *app, int argc, char **argv, struct error **err)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct report r = { .app = app };
	int c, code;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0) {
		if (c == 'j')
			app->json = true;
		else if (c == 'h')
			return cmd_usage(usage);
		else
			return cmd_bad_option(err, "doctor", c, argv);
	}
	if (optind < argc)
		return cmd_bad_usage(err, "doctor", "it takes no arguments");
	check_all(&r);
	progress_clear();
	if (app->json)
		print_json(&r);
	else
		print_text(&r);
	code = count(&r, MISSING) ? EXIT_HOST : EXIT_OK;
	report_deinit(&r);
	return code;
}
