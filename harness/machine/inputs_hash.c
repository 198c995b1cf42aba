// SPDX-License-Identifier: GPL-2.0-or-later
/* What a deterministic guest's bits depend on, as one hash. */
#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "machine/machine.h"
#include "machine/qemu.h"

/*
 * To be raised when the same inputs are to give another hash, or when what is
 * preloaded (preload/) gives another guest: every compiler makes another file of it.
 */
#define FORMAT "inputs 3"

/* What QEMU puts into `-M pc` besides our files: it runs before the kernel, and counts. */
static const char *const firmware[] = { "bios-256k.bin", "linuxboot_dma.bin", "kvmvapic.bin" };

/* Its folders, a line each; the first that has the file is the one that QEMU takes. */
static int hash_firmware(struct hash *h, struct error **err)
{
	char *const argv[] = { QEMU_PROGRAM, "-L", "help", NULL };
	_cleanup_free_ char *dirs = NULL;

	if (proc_output(argv, &dirs, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(firmware); i++) {
		_cleanup_free_ char *list = xstrdup(dirs), *path = NULL;
		char *save = NULL, *dir = strtok_r(list, "\n", &save);

		for (; dir && !path; dir = strtok_r(NULL, "\n", &save)) {
			path = xasprintf("%s/%s", dir, firmware[i]);
			if (!path_exists(path))
				free(steal_ptr(&path));
		}
		hash_str(h, firmware[i]);
		if (path && hash_file(h, path, err) < 0)
			return -1;
	}
	return 0;
}

/* NULL stays NULL. */
static int name_by_content(const char *path, char **ret, struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char hex[HASH_HEX];

	if (!path)
		return 0;
	if (hash_file(h, path, err) < 0)
		return -1;
	hash_finish(h, hex);
	*ret = xstrdup(hex);
	return 0;
}

/* The command line as it is, with contents where it names files. */
static int hash_command(struct hash *h, const struct machine_spec *spec, struct error **err)
{
	_cleanup_free_ char *kernel = NULL, *initrd = NULL, *tools = NULL;
	struct boot_files boot = *spec->boot;
	struct machine_spec s = *spec;
	char **argv;

	if (name_by_content(boot.kernel, &kernel, err) < 0 ||
	    name_by_content(boot.initrd, &initrd, err) < 0 ||
	    name_by_content(boot.tools, &tools, err) < 0)
		return -1;
	boot.kernel = kernel;
	boot.initrd = initrd;
	boot.tools = tools;
	s.boot = &boot;
	s.tlb_clock = NULL;
	s.restore = NULL;
	argv = qemu_argv(&s);
	for (char **word = argv; *word; word++)
		hash_str(h, *word);
	strv_free(argv);
	return 0;
}

int machine_boot_hash(const struct machine_spec *spec, char ret[HASH_HEX], struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	_cleanup_free_ char *version = qemu_version(err);

	if (!version)
		return -1;
	hash_str(h, FORMAT);
	hash_str(h, version);
	if (hash_firmware(h, err) < 0 || hash_command(h, spec, err) < 0)
		return -1;
	hash_finish(h, ret);
	return 0;
}

int machine_inputs_hash(const struct machine_spec *spec, char ret[HASH_HEX], struct error **err)
{
	_cleanup_hash_ struct hash *h = hash_create();
	char boot[HASH_HEX];

	if (machine_boot_hash(spec, boot, err) < 0)
		return -1;
	hash_str(h, boot);
	if (spec->boot->tray && hash_file(h, spec->boot->tray, err) < 0)
		return -1;
	hash_finish(h, ret);
	return 0;
}
