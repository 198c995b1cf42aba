// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What modules are built against: of the source its makefiles, headers and
 * scripts, of the objects what was generated and the tools.  Some 80 MB stay
 * of 2 GB.
 */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/arch.h"
#include "kernel/build.h"

#define TREE "source"

/* rsync's filters for each half; the first that matches decides. */
static const char *const of_source[] = {
	"--exclude=/obj",
	"--include=/include/***",
	"--include=/scripts/***",
	"--include=/arch/",
	"--include=/arch/" ARCH_SOURCE "/",
	"--include=/arch/" ARCH_SOURCE "/include/***",
	"--include=/arch/" ARCH_SOURCE "/**/",
	"--include=/arch/" ARCH_SOURCE "/**Makefile*",
	"--include=/tools/",
	"--include=/tools/include/***",
	"--include=/Makefile",
	"--include=/Kbuild",
	"--exclude=*",
	NULL,
};

static const char *const of_objects[] = {
	"--exclude=*.o",
	"--exclude=*.a",
	"--exclude=*.ko",
	"--exclude=*.cmd",
	"--exclude=.tmp_*",
	"--exclude=/vmlinux*",
	"--exclude=/modules*",
	"--exclude=/source",
	"--include=/include/***",
	"--include=/scripts/***",
	"--include=/arch/",
	"--include=/arch/" ARCH_SOURCE "/",
	"--include=/arch/" ARCH_SOURCE "/include/***",
	"--include=/tools/",
	"--include=/tools/objtool/",
	"--include=/tools/objtool/objtool",
	"--include=/tools/bpf/",
	"--include=/tools/bpf/resolve_btfids/",
	"--include=/tools/bpf/resolve_btfids/resolve_btfids",
	"--include=/.config",
	"--include=/Makefile",
	"--include=/Module.symvers",
	"--include=/prefix-map",
	"--exclude=*",
	NULL,
};

static int copy_filtered(const char *from, const char *to, const char *const *filters,
			 struct error **err)
{
	_cleanup_strv_ char **argv = NULL;

	if (!proc_exists("rsync"))
		return error_set(err, EXIT_HOST, "installing a kernel's headers needs rsync");
	strv_add(&argv, "rsync");
	strv_add(&argv, "-a");
	strv_add(&argv, "--prune-empty-dirs");
	for (size_t i = 0; filters[i]; i++)
		strv_add(&argv, filters[i]);
	strv_addf(&argv, "%s/", from);
	strv_addf(&argv, "%s/", to);
	if (dir_make(to, err) < 0)
		return -1;
	if (proc_run(argv, C_LOCALE, err) < 0)
		return store_blame_space(err);
	return 0;
}

int build_install_devel(const struct build *b, const char *dir, struct error **err)
{
	_cleanup_free_ char *tree = xasprintf("%s/" TREE, dir);
	_cleanup_free_ char *obj = xasprintf("%s/obj", tree);
	_cleanup_free_ char *makefile = xasprintf("%s/Makefile", obj);
	_cleanup_free_ char *link = xasprintf("%s/build", dir);

	progress("install %s: headers", b->name);
	if (copy_filtered(b->tree, tree, of_source, err) < 0 ||
	    copy_filtered(b->obj, obj, of_objects, err) < 0)
		return -1;
	/* kbuild's own names the source by its absolute path in some releases. */
	if (file_puts(makefile, "include ../Makefile\n", err) < 0)
		return -1;
	if (symlink(TREE "/obj", link) < 0)
		return error_errno(err, errno, "link %s", link);
	return 0;
}
