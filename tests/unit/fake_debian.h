/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Debian archive for tests: programs named apt-cache and apt-get in front
 * of PATH that answer from files below DIR/apt and DIR/debs, and packages
 * that dpkg-deb really made.  The cache is DIR/cache.
 */
#ifndef HARNESS_FAKE_DEBIAN_H
#define HARNESS_FAKE_DEBIAN_H

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/str.h"
#include "kernel/kernel.h"
#include "tests/unit/scratch.h"

#define unused __attribute__((unused))

struct fake {
	char *dir;
	char *old_path;
	char **paths; /* what fake_path() gave out */
};

/* apt/{policy,depends}-PACKAGE and apt/pkgnames; every call leaves a line in apt/calls. */
static const char fake_apt_cache[] = "#!/bin/sh\n"
				     "echo \"$*\" >>\"$FAKE/apt/calls\"\n"
				     "while case $1 in -*) ;; *) false ;; esac; do shift; done\n"
				     "action=$1; shift\n"
				     "while case ${1-} in -*) ;; *) false ;; esac; do shift; done\n"
				     "case $action in\n"
				     "pkgnames) cat \"$FAKE/apt/pkgnames\" 2>/dev/null || true ;;\n"
				     "*) cat \"$FAKE/apt/$action-$1\" 2>/dev/null || true ;;\n"
				     "esac\n";

static const char fake_apt_get[] = "#!/bin/sh\n"
				   "for last; do :; done\n"
				   "echo \"$last\" >>\"$FAKE/apt/downloads\"\n"
				   "cp \"$FAKE/debs/${last%%=*}_${last##*=}\"_*.deb .\n";

static const char *fake_path(struct fake *f, const char *rel)
{
	strv_addf(&f->paths, "%s/%s", f->dir, rel);
	return f->paths[strv_len(f->paths) - 1];
}

/* Writes a file below the folder, making folders on the way; gives its path. */
static char *fake_file(struct fake *f, const char *rel, const char *text)
{
	char *path = (char *)fake_path(f, rel);
	_cleanup_free_ char *parent = xstrndup(path, (size_t)(strrchr(path, '/') - path));

	if (dir_make(parent, NULL) < 0 || file_puts(path, text, NULL) < 0)
		abort();
	return path;
}

static void fake_program(struct fake *f, const char *rel, const char *text)
{
	if (chmod(fake_file(f, rel, text), 0755) < 0)
		abort();
}

static struct fake *fake_create(void)
{
	struct fake *f = xcalloc(1, sizeof(*f));
	_cleanup_free_ char *path = NULL;

	f->dir = scratch_folder();
	f->old_path = xstrdup(getenv("PATH"));
	progress_init(QUIET);
	path = xasprintf("%s/bin:%s", f->dir, f->old_path);
	setenv("PATH", path, 1);
	setenv("FAKE", f->dir, 1);
	setenv("XDG_CACHE_HOME", fake_path(f, "cache"), 1);
	fake_program(f, "bin/apt-cache", fake_apt_cache);
	fake_program(f, "bin/apt-get", fake_apt_get);
	if (dir_make(fake_path(f, "apt"), NULL) < 0)
		abort();
	return f;
}

static void fake_destroy(struct fake *f)
{
	setenv("PATH", f->old_path, 1);
	scratch_drop(&f->dir);
	strv_free(f->paths);
	free(f->old_path);
	free(f);
}

DEFINE_GUARD(fake, struct fake *, fake_destroy)
#define _cleanup_fake_ cleanup(fake_guard)

static unused void fake_package(struct fake *f, const char *package, const char *version,
				const char *depends)
{
	_cleanup_free_ char *policy = xasprintf("apt/policy-%s", package);
	_cleanup_free_ char *dep = xasprintf("apt/depends-%s", package);
	_cleanup_free_ char *policy_text =
		xasprintf("%s:\n  Installed: (none)\n  Candidate: %s\n", package, version);
	_cleanup_free_ char *dep_text = xasprintf("%s\n%s", package, depends);

	fake_file(f, policy, policy_text);
	fake_file(f, dep, dep_text);
}

static unused void fake_meta(struct fake *f, const char *meta, const char *package,
			     const char *version)
{
	_cleanup_free_ char *depends = xasprintf("  Depends: %s (= %s)\n", package, version);

	fake_package(f, meta, version, depends);
}

static unused int count_lines(const char *path)
{
	_cleanup_free_ char *text = NULL;
	int n = 0;

	if (file_read(path, &text, NULL, NULL) < 0)
		return 0;
	for (const char *c = text; *c; c++)
		n += *c == '\n';
	return n;
}

static unused int fake_calls(struct fake *f)
{
	return count_lines(fake_path(f, "apt/calls"));
}

static unused int fake_downloads(struct fake *f)
{
	return count_lines(fake_path(f, "apt/downloads"));
}

/* A bzImage as far as its header goes. */
static unused char *fake_bzimage(struct fake *f, const char *rel, const char *version)
{
	char *path = fake_file(f, rel, "");
	char image[0x400] = { 0 };

	memcpy(image + 0x202, "HdrS", 4);
	image[0x20e] = 0x10; /* the text is at 0x210 */
	snprintf(image + 0x210, sizeof(image) - 0x210, "%s", version);
	if (file_write(path, image, sizeof(image), NULL) < 0)
		abort();
	return path;
}

/* Packs DIR/root-PACKAGE into DIR/debs. */
static unused void fake_deb(struct fake *f, const char *package, const char *version)
{
	_cleanup_free_ char *control = xasprintf("root-%s/DEBIAN/control", package);
	_cleanup_free_ char *root = xasprintf("root-%s", package);
	_cleanup_free_ char *deb = xasprintf("debs/%s_%s_amd64.deb", package, version);
	_cleanup_free_ char *text = xasprintf("Package: %s\nVersion: %s\nArchitecture: amd64\n"
					      "Maintainer: nobody\nDescription: for a test\n",
					      package, version);

	fake_file(f, control, text);
	if (dir_make(fake_path(f, "debs"), NULL) < 0 ||
	    proc_runl(NULL, NULL, "dpkg-deb", "-b", "-Znone", fake_path(f, root), fake_path(f, deb),
		      NULL) < 0)
		abort();
}

/* An object file that depmod and modinfo take for a module of `release`. */
static unused void fake_module(struct fake *f, const char *rel, const char *release)
{
	_cleanup_free_ char *text =
		xasprintf("__attribute__((section(\".modinfo\"), used)) static const char m[] ="
			  " \"vermagic=%s SMP\\0license=GPL\\0name=demo\";\n",
			  release);
	char *source = fake_file(f, "module.c", text);
	char *ko = fake_file(f, rel, "");

	if (proc_runl(NULL, NULL, "gcc", "-c", "-o", ko, source, NULL) < 0)
		abort();
}

/* linux-image-cloud → image (with a compressed module), headers, common headers, kbuild. */
static unused void fake_debian_kernel(struct fake *f, const char *release, const char *version)
{
	_cleanup_free_ char *image = xasprintf("linux-image-%s", release);
	_cleanup_free_ char *headers = xasprintf("linux-headers-%s", release);
	_cleanup_free_ char *common = xasprintf("linux-headers-%s-common", release);
	_cleanup_free_ char *name = xasprintf("root-%s/boot/vmlinuz-%s", image, release);
	_cleanup_free_ char *config = xasprintf("root-%s/boot/config-%s", image, release);
	_cleanup_free_ char *ko =
		xasprintf("root-%s/lib/modules/%s/kernel/drivers/demo.ko", image, release);
	_cleanup_free_ char *make = xasprintf("root-%s/usr/src/%s/Makefile", headers, headers);
	_cleanup_free_ char *make_text = xasprintf("include /usr/src/%s/Makefile\n", common);
	_cleanup_free_ char *where = xasprintf("root-%s/usr/src/%s/Makefile", common, common);
	_cleanup_free_ char *scripts = xasprintf("root-%s/usr/src/%s/scripts", common, common);
	_cleanup_free_ char *where_text =
		xasprintf("where: ; @echo relocated $$(cat ../%s/scripts/hello)\n", common);
	_cleanup_free_ char *deps = xasprintf("  Depends: %s (= %s)\n  Depends: linux-kbuild-x\n"
					      "  Depends: gcc-12\n",
					      common, version);

	fake_meta(f, "linux-image-cloud", image, version);
	fake_package(f, image, version, "  Depends: kmod\n");
	fake_package(f, headers, version, deps);
	fake_package(f, "linux-kbuild-x", version, "");
	fake_bzimage(f, name, release);
	fake_file(f, config, "CONFIG_ZRAM=m\n# CONFIG_NUMA is not set\n");
	fake_module(f, ko, release);
	if (proc_runl(NULL, NULL, "xz", fake_path(f, ko), NULL) < 0)
		abort();
	fake_file(f, make, make_text);
	fake_file(f, where, where_text);
	fake_file(f, "root-linux-kbuild-x/usr/lib/linux-kbuild-x/scripts/hello", "kbuild\n");
	if (symlink("/usr/lib/linux-kbuild-x/scripts", fake_path(f, scripts)) < 0)
		abort();
	fake_deb(f, image, version);
	fake_deb(f, headers, version);
	fake_deb(f, common, version);
	fake_deb(f, "linux-kbuild-x", version);
}

#endif
