// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can QEMU do here?  Asked by booting tiny guests: whether KVM carries one,
 * and whether the instructions of two CPUs can be counted.  The answers hold
 * until the host boots again.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/str.h"
#include "machine/child.h"
#include "machine/machine.h"
#include "machine/probe_guest.h"
#include "machine/qemu.h"

#define DEVICE "/dev/kvm"

struct probe {
	const char *name; /* of the file that keeps the answer */
	const char *subject;
	const unsigned char *begin, *end; /* the guest */
	void (*add_words)(char ***v);     /* of QEMU's command line */
	double answer_s;                  /* a sound host needs a tenth of this */
};

/* What the answer depends on: this boot of the host, this QEMU, this program's probe. */
struct verdict_key {
	char *boot_id;
	char *qemu;
};

static void key_deinit(struct verdict_key *k)
{
	free(k->boot_id);
	free(k->qemu);
}

static int key_init(struct verdict_key *k, struct error **err)
{
	if (file_read("/proc/sys/kernel/random/boot_id", &k->boot_id, NULL, err) < 0)
		return -1;
	k->boot_id[strcspn(k->boot_id, "\n")] = '\0';
	k->qemu = qemu_version(err);
	return k->qemu ? 0 : -1;
}

static bool is_text(const json_t *o, const char *key, const char *want)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s && streq(s, want);
}

static bool recall(const char *path, const struct verdict_key *k, bool *ret, char **ret_why)
{
	json_t *o = json_load_file(path, 0, NULL);
	const char *why = json_string_value(json_object_get(o, "why"));
	bool known = why && is_text(o, "boot_id", k->boot_id) && is_text(o, "qemu", k->qemu);

	if (known) {
		*ret = json_is_true(json_object_get(o, "works"));
		*ret_why = xstrdup(why);
	}
	json_decref(o);
	return known;
}

/* A cache that can't be written costs the next caller three seconds and nothing else. */
static void remember(const char *path, const struct verdict_key *k, bool works, const char *why)
{
	json_t *o = json_pack("{s:s, s:s, s:b, s:s}", "boot_id", k->boot_id, "qemu", k->qemu,
			      "works", works, "why", why);
	_cleanup_free_ char *text = json_dumps(o, JSON_INDENT(1) | JSON_SORT_KEYS);

	json_decref(o);
	if (text)
		file_puts(path, text, NULL);
}

static char **probe_argv(const struct probe *p, const char *image)
{
	char **v = NULL;

	qemu_add_base(&v);
	p->add_words(&v);
	strv_add(&v, "-M");
	strv_add(&v, "pc");
	strv_add(&v, "-m");
	strv_add(&v, "64");
	strv_add(&v, "-device");
	strv_addf(&v, "isa-debug-exit,iobase=%#x,iosize=4", PROBE_GUEST_PORT);
	strv_add(&v, "-kernel");
	strv_add(&v, image);
	return v;
}

/* The first line of what QEMU printed that is neither a warning nor its farewell, or "". */
static char *complaint(int fd)
{
	_cleanup_free_ char *line = NULL;
	_cleanup_fclose_ FILE *f = fdopen(dup(fd), "re");
	size_t cap = 0;

	if (!f || fseek(f, 0, SEEK_SET) < 0)
		return xstrdup("");
	while (getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strstr(line, "warning: ") && !strstr(line, "terminating on signal"))
			return xasprintf(": %s", line);
	}
	return xstrdup("");
}

static char *judge(const struct probe *p, const struct child *c, bool in_time, double took,
		   int output, bool *ret)
{
	_cleanup_free_ char *said = complaint(output);
	_cleanup_free_ char *status = NULL;

	*ret = false;
	if (!in_time)
		return xasprintf("%s, but a probe guest gave no answer within %.0f s and was "
				 "killed%s",
				 p->subject, p->answer_s, said);
	if (WIFEXITED(c->status) && WEXITSTATUS(c->status) == PROBE_GUEST_STATUS(PROBE_GUEST_OK)) {
		*ret = true;
		return xasprintf("a probe guest answered after %s", duration_to_str(took));
	}
	if (WIFEXITED(c->status) && WEXITSTATUS(c->status) == PROBE_GUEST_STATUS(PROBE_GUEST_WRONG))
		return xasprintf("%s, but a probe guest found that memory or ring 3 don't behave",
				 p->subject);
	status = child_status_text(c);
	return xasprintf("%s, but QEMU %s with a probe guest%s", p->subject, status, said);
}

static int boot(const struct probe *p, const char *image, bool *ret, char **ret_why,
		struct error **err)
{
	_cleanup_strv_ char **argv = probe_argv(p, image);
	_cleanup_close_ int output = memfd_create("qemu-output", MFD_CLOEXEC);
	struct child c;
	double began = now_s();
	bool in_time;

	if (output < 0)
		return error_errno(err, errno, "memfd_create");
	if (child_start(argv, NULL, 0, output, NULL, 0, &c, err) < 0)
		return -1;
	in_time = child_wait(&c, p->answer_s);
	if (!in_time)
		child_kill(&c);
	*ret_why = judge(p, &c, in_time, now_s() - began, output, ret);
	child_deinit(&c);
	return 0;
}

/* Remembered, or booted. */
static int ask(const struct probe *p, const char *dir, const struct verdict_key *k, bool *ret,
	       char **ret_why, struct error **err)
{
	_cleanup_free_ char *memory = xasprintf("%s/%s.json", dir, p->name);
	_cleanup_free_ char *image = xasprintf("%s/%s", dir, p->name);

	if (recall(memory, k, ret, ret_why))
		return 0;
	progress("%s: booting a probe guest", p->name);
	if (file_write(image, p->begin, (size_t)(p->end - p->begin), err) < 0 ||
	    boot(p, image, ret, ret_why, err) < 0)
		return -1;
	remember(memory, k, *ret, *ret_why);
	return 0;
}

static int probe(const struct probe *p, bool *ret, char **ret_why, struct error **err)
{
	_cleanup_free_ char *dir = NULL;
	struct verdict_key k = { 0 };
	int r = -1;

	*ret = false;
	if (cache_dir("probe", &dir, err) == 0 && key_init(&k, err) == 0)
		r = ask(p, dir, &k, ret, ret_why, err);
	key_deinit(&k);
	return r < 0 ? error_wrap(err, "probe of %s", p->name) : 0;
}

/* --- KVM ---------------------------------------------------------------------------- */

/* NULL when the device opens; else why it doesn't, which can be mended without a new boot. */
static char *why_closed(void)
{
	_cleanup_close_ int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return NULL;
	if (errno == ENOENT)
		return xasprintf("there is no %s: no virtualisation in this CPU or machine, or the "
				 "module isn't loaded (modprobe kvm_intel or kvm_amd)",
				 DEVICE);
	if (errno == EACCES || errno == EPERM)
		return xasprintf("no permission to open %s (add the user to group kvm)", DEVICE);
	return xasprintf("open %s: %s", DEVICE, strerror(errno));
}

int machine_probe_kvm(bool *ret, char **ret_why, struct error **err)
{
	static const struct probe kvm = {
		.name = "kvm",
		.subject = DEVICE " opens",
		.begin = probe_guest_begin,
		.end = probe_guest_end,
		.add_words = qemu_add_kvm,
		.answer_s = 3,
	};

	*ret = false;
	*ret_why = why_closed();
	return *ret_why ? 0 : probe(&kvm, ret, ret_why, err);
}

/* --- several CPUs in deterministic mode -------------------------------------------------- */

static void add_two_counted(char ***v)
{
	qemu_add_counted(v);
	strv_add(v, "-smp");
	strv_add(v, "2");
}

int machine_probe_counted_cpus(bool *ret, char **ret_why, struct error **err)
{
	const struct probe counted = {
		.name = "counted-cpus",
		.subject = "QEMU counts instructions",
		.begin = probe_cpus_begin,
		.end = probe_cpus_end,
		.add_words = add_two_counted,
		.answer_s = 5,
	};

	return probe(&counted, ret, ret_why, err);
}
