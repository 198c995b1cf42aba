// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/inputs.h"

#include <string.h>

#include "base/resource.h"
#include "base/str.h"
#include "image/closure.h"
#include "image/modules.h"
#include "image/program.h"
#include "image/tools.h"

#define POLICY_DIR "/policy"

#define MAILBOX_ALIGN (2ull << 20) /* what memremap_pages() takes: a subsection */
#define MAILBOX_MORE (16ull << 20)

/* All three are taken over. */
static void add_policy_file(struct image_inputs *in, char *from, char *guest, char *params)
{
	*ARRAY_APPEND(in->policy, in->n_policy) = (struct policy_file){ from, guest, params };
}

static int expand_params(const struct cell *cell, const struct module_def *m, char **ret,
			 struct error **err)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };

	for (char **p = m->params; p && *p; p++) {
		_cleanup_free_ char *word = cell_expand(cell, *p, NULL, err);

		if (!word)
			return -1;
		strbuf_printf(&b, "%s%s", b.len ? " " : "", word);
	}
	*ret = strbuf_steal(&b);
	return 0;
}

static bool is_loaded(const struct image_inputs *in, const char *name)
{
	for (char **m = in->initrd.modules; *m; m++) {
		if (streq(strrchr(*m, '/') + 1, name))
			return true;
	}
	return false;
}

/* A module that comes with the kernel, behind those that it depends on. */
static int add_kernels_own(struct image_inputs *in, const struct kernel *k,
			   const struct module_def *m, const char *params, struct error **err)
{
	_cleanup_strv_ char **list = NULL;

	if (modules_resolve(k, m->name, &list, err) < 0)
		return -1;
	if (!list[0] && *params)
		return error_set(err, EXIT_INPUT,
				 "module %s is built into kernel %s: parameters "
				 "can't be given to it",
				 m->name, k->name);
	for (char **p = list; *p; p++) {
		const char *name = strrchr(*p, '/') ? strrchr(*p, '/') + 1 : *p;

		if (is_loaded(in, name))
			continue;
		add_policy_file(in, xasprintf("%s/%s", k->modules, *p),
				xasprintf(POLICY_DIR "/%s", name), xstrdup(p[1] ? "" : params));
	}
	return 0;
}

static int add_policy_modules(struct image_inputs *in, const struct kernel *k, struct error **err)
{
	const struct policy_def *policy = in->cell->policy;

	for (size_t i = 0; i < policy->n_modules; i++) {
		const struct module_def *m = &policy->modules[i];
		_cleanup_free_ char *params = NULL;
		char *from;

		if (expand_params(in->cell, m, &params, err) < 0)
			return -1;
		if (!m->source) {
			if (add_kernels_own(in, k, m, params, err) < 0)
				return -1;
			continue;
		}
		if (kernel_module(k, policy, m, &from, err) < 0)
			return -1;
		add_policy_file(in, from, xasprintf(POLICY_DIR "/%s.ko", m->name),
				steal_ptr(&params));
	}
	return 0;
}

static int build_daemon(const struct policy_def *policy, char **ret, struct error **err)
{
	const struct program p = { policy->name, policy->dir, policy->daemon.source };

	return p.source ? program_build(&p, ret, err) : 0;
}

int image_daemon_hash(const struct policy_def *p, struct hash *h, struct error **err)
{
	_cleanup_free_ char *daemon = NULL;

	if (build_daemon(p, &daemon, err) < 0)
		return -1;
	return daemon ? hash_file(h, daemon, err) : 0;
}

/* Built as a policy's module is: for this kernel, and cached. */
static int find_simdisk(struct image_inputs *in, const struct kernel *k, struct error **err)
{
	_cleanup_free_ char *dir = resource_path("harness/guest-modules");
	const struct module_def module = { .name = "simdisk", .source = "simdisk" };
	const struct policy_def owner = { .name = "simdisk", .dir = dir };
	const struct workload_def *w = in->cell->workload;

	if (w->swap != SWAP_SIMDISK && !(w->data_bytes && w->data_device == DATA_SIMDISK))
		return 0;
	return kernel_module(k, &owner, &module, &in->simdisk, err);
}

/*
 * As much as a full ring buffer and what comes with it: formats, counters and
 * the workload's output.  The agent finds devices by their size, so it differs
 * from that of the tools.
 */
static uint64_t mailbox_size(const struct cell *cell, uint64_t tools_bytes)
{
	uint64_t bytes =
		(cell->trace->enabled ? cell->trace->buffer_kb * 1024ull : 0) + MAILBOX_MORE;

	bytes = (bytes + MAILBOX_ALIGN - 1) / MAILBOX_ALIGN * MAILBOX_ALIGN;
	return bytes == tools_bytes ? bytes + MAILBOX_ALIGN : bytes;
}

/* A program of the image is named by the path that it has on the host and so in the image. */
static int find_program(struct image_inputs *in, struct error **err)
{
	const struct workload_def *w = in->cell->workload;

	for (char **p = w->programs; p && *p; p++) {
		if (streq(*p, w->command[0]))
			return closure_find(*p, &in->program, err);
	}
	in->program = xstrdup(w->command[0]);
	return 0;
}

int image_inputs_init(struct image_inputs *in, const struct cell *cell, const struct kernel *k,
		      struct error **err)
{
	*in = (struct image_inputs){ .cell = cell };
	if (memory_layout(cell, &in->layout, err) < 0 ||
	    initrd_base(k, cell->workload->swap == SWAP_ZRAM, &in->initrd, err) < 0 ||
	    tools_image(cell->workload, &in->tools, &in->tools_bytes, err) < 0 ||
	    find_program(in, err) < 0)
		return -1;
	if (cell->mode == MODE_DETERMINISTIC)
		in->mailbox_bytes = mailbox_size(cell, in->tools_bytes);
	if (find_simdisk(in, k, err) < 0)
		return -1;
	if (add_policy_modules(in, k, err) < 0 || build_daemon(cell->policy, &in->daemon, err) < 0)
		return error_wrap(err, "policy %s", cell->policy->name);
	return 0;
}

void image_inputs_deinit(struct image_inputs *in)
{
	for (size_t i = 0; i < in->n_policy; i++) {
		free(in->policy[i].from);
		free(in->policy[i].guest);
		free(in->policy[i].params);
	}
	free(in->policy);
	free(in->daemon);
	free(in->simdisk);
	free(in->tools);
	free(in->program);
	initrd_deinit(&in->initrd);
}
