#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# libperf.sh DIR: fills DIR with libperf.a, libapi.a and include/perf.
#
# No Debian package has a static libperf, so it is built from the kernel's
# tools/lib/perf: seconds, once for each version of the source package, below
# the user's cache.  Built beside its place and renamed into it: what is there
# is whole.
set -eu

package=linux-source-6.1
dest=$1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mm-harness
debs=$cache/debs

die() {
	echo "libperf: $*" >&2
	exit 1
}

fetch() {
	[ ! -e "$deb" ] || return 0
	echo "  FETCH   $package $version" >&2
	(cd "$work" && apt-get -q download "$package=$version" >apt.log 2>&1) ||
		die "apt-get download $package: $(tail -n 3 "$work/apt.log")"
	mv "$work/$package"_*.deb "$deb"
}

unpack() {
	mkdir "$work/src"
	dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C "$work/src" --strip-components=1 "$package/tools/lib" \
			"$package/tools/include" "$package/tools/build" "$package/tools/scripts" \
			"$package/tools/arch/x86/include"
}

# MAKEFLAGS would bring in the variables of the make that called us.
build() {
	mkdir "$work/obj" "$work/new"
	for lib in perf/libperf.a api/libapi.a; do
		env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -C "$work/src/tools/lib/${lib%/*}" \
			OUTPUT="$work/obj/" EXTRA_CFLAGS=-Wno-error "$work/obj/${lib#*/}" \
			>"$work/make.log" 2>&1 || die "$lib: $(tail -n 15 "$work/make.log")"
		cp "$work/obj/${lib#*/}" "$work/new/"
	done
	mkdir "$work/new/include"
	cp -r "$work/src/tools/lib/perf/include/perf" "$work/new/include/"
}

version=$(apt-cache show --no-all-versions "$package" 2>/dev/null | sed -n 's/^Version: //p' | head -n 1)
if [ -z "$version" ]; then
	# No package lists: the newest one built before does as well.
	version=$(ls "$cache/libperf" 2>/dev/null | sort -V | tail -n 1)
	[ -n "$version" ] || die "apt knows no package $package; run apt-get update first"
fi
deb=$debs/${package}_${version}_all.deb
ready=$cache/libperf/$version

mkdir -p "$debs" "$cache/libperf"
exec 9>"$cache/libperf/.lock"
flock 9
if [ ! -d "$ready" ]; then
	rm -rf "$cache/libperf"/.work-*	# of one that was killed; the lock says that none is at work
	work=$(mktemp -d "$cache/libperf/.work-XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM
	fetch
	unpack
	build
	mv -T "$work/new" "$ready"
fi
# A copy, not a link: make looks at the times, and a cache may be cleaned behind a build folder.
rm -rf "$dest" "$dest.new"
cp -r "$ready" "$dest.new"
mv -T "$dest.new" "$dest"
