#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs the Debian packages that are missing, or says how to.
#
# usage: bootstrap.sh [PACKAGE_LIST…]		(default: packages.txt beside this file)
set -eu

here=$(dirname "$0")
[ $# -gt 0 ] || set -- "$here/packages.txt"

if ! command -v dpkg-query >/dev/null; then
	echo "bootstrap: this is not Debian; install the equivalents of $*" >&2
	exit 4
fi

missing=
for package in $(sed 's/#.*//' "$@"); do
	status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

# sudo only if it asks nothing: a build must not stop at a password prompt.
if [ "$(id -u)" = 0 ]; then
	as_root=
elif sudo -n true 2>/dev/null; then
	as_root="sudo -n"
else
	echo "bootstrap: these packages are missing:$missing" >&2
	echo "bootstrap: install them with" >&2
	echo "  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends$missing'" >&2
	exit 4
fi

echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $as_root apt-get update -q && \
       $as_root apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -20 "$log" >&2
	echo "bootstrap: apt-get failed" >&2
	exit 4
fi
