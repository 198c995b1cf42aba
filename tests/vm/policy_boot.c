// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: policy_boot HARNESS_TOML KERNEL POLICY GUEST INITRD [FOLDER|MODULE]...
 *
 * Makes an initramfs whose /init is GUEST (tests/vm/policy), with the policy's
 * module, built for KERNEL, and what the guest's disk needs; prints the path of
 * the kernel's image.  The module in each FOLDER goes in, too (tests/vm/policy/order,
 * tests/debug/faults, tests/vm/dftlb), and each of the kernel's own that is named: a
 * folder has a slash in it.
 */
#include <stdio.h>
#include <string.h>

#include "base/progress.h"
#include "base/str.h"
#include "image/cpio.h"
#include "image/modules.h"

static int add_modules(struct cpio *c, const struct kernel *k, const char *name, int *n,
		       struct error **err)
{
	_cleanup_strv_ char **paths = NULL;

	if (modules_resolve(k, name, &paths, err) < 0)
		return -1;
	for (size_t i = 0; paths[i]; i++) {
		_cleanup_free_ char *to =
			xasprintf("modules/%02d-%s", (*n)++, strrchr(paths[i], '/') + 1);
		_cleanup_free_ char *from = xasprintf("%s/%s", k->modules, paths[i]);

		if (cpio_file(c, to, 0644, from, err) < 0)
			return -1;
	}
	return 0;
}

static int add_built(struct cpio *c, const struct kernel *k, const struct policy_def *policy,
		     const struct module_def *module, const char *to, struct error **err)
{
	_cleanup_free_ char *ko = NULL;

	if (kernel_module(k, policy, module, &ko, err) < 0)
		return -1;
	return cpio_file(c, to, 0644, ko, err);
}

/* Folder DIR's, policy_DIR, as DIR.ko; it may use the policy's hook set. */
static int add_other(struct cpio *c, const struct kernel *k, const struct policy_def *policy,
		     char *dir, struct error **err)
{
	char *base = strrchr(dir, '/') + 1;
	_cleanup_free_ char *name = xasprintf("policy_%s", base), *to = xasprintf("%s.ko", base);
	struct module_def module = { .name = name, .source = "." };
	struct policy_def other = { .name = base, .dir = dir, .needs_hooks = policy->needs_hooks };

	return add_built(c, k, &other, &module, to, err);
}

static int make_initrd(const struct kernel *k, const struct policy_def *policy, const char *guest,
		       const char *path, char **others, struct error **err)
{
	_cleanup_cpio_ struct cpio *c = NULL;
	int n = 0;

	if (policy->n_modules != 1)
		return error_set(err, EXIT_INPUT, "policy %s hasn't one module", policy->name);
	c = cpio_create(path, err);
	if (!c || cpio_dir(c, "modules", err) < 0 || cpio_dir(c, "dev", err) < 0 ||
	    cpio_chardev(c, "dev/console", 5, 1, err) < 0 ||
	    cpio_file(c, "init", 0755, guest, err) < 0 ||
	    add_built(c, k, policy, &policy->modules[0], "policy.ko", err) < 0 ||
	    add_modules(c, k, "virtio_pci", &n, err) < 0 ||
	    add_modules(c, k, "virtio_blk", &n, err) < 0)
		return -1;
	for (; *others; others++) {
		if (strchr(*others, '/') ? add_other(c, k, policy, *others, err) < 0
					 : add_modules(c, k, *others, &n, err) < 0)
			return -1;
	}
	return cpio_finish(c, err);
}

static int run(char **argv, struct error **err)
{
	_cleanup_config_ struct config *config = config_load(argv[1], err);
	_cleanup_kernel_ struct kernel *k = NULL;
	const struct policy_def *policy;
	const struct kernel_def *def;

	if (!config || !(def = config_kernel(config, argv[2], err)) ||
	    !(policy = config_policy(config, argv[3], err)) || kernel_get(def, &k, err) < 0 ||
	    make_initrd(k, policy, argv[4], argv[5], argv + 6, err) < 0)
		return -1;
	printf("%s\n", k->image);
	return 0;
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error *err = NULL;

	if (argc < 6)
		return EXIT_INPUT;
	progress_init(NORMAL);
	if (run(argv, &err) == 0)
		return 0;
	fprintf(stderr, "policy_boot: %s\n", err->msg);
	return EXIT_FAULT;
}
