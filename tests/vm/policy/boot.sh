# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For tests whose guest is one program and a policy's module, and whose KTAP
# comes from there. Who sources this defines boot IMAGE INITRD POLICY, which
# prints the guest's console, and calls:
#
#	guest_program NAME SOURCE…	the guest's /init
#	policy KERNEL POLICY [FOLDER|MODULE]…	its results, numbered on; see policy_boot.c
#	policies_end
set -eu

build=${BUILD:-build}
out=$build/tests/vm
mkdir -p "$out"
number=0
libs=$(sed -n 's/^LIBS *:= *//p' Makefile)
common="-std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wno-missing-field-initializers"

# The host's two sides: the guest's init, and what makes its initramfs.
guest_program() {
	guest=$1
	shift
	# shellcheck disable=SC2086
	gcc -static $common -o "$out/$guest" "$@"
	# shellcheck disable=SC2046,SC2086
	gcc $common -Iharness -I. $(pkg-config --cflags $libs) -c -o "$out/$guest.boot.o" \
		tests/vm/policy_boot.c
	# shellcheck disable=SC2046,SC2086
	g++ -rdynamic -o "$out/$guest.boot" "$out/$guest.boot.o" "$build/libcore.a" \
		$(pkg-config --libs $libs) -lm -ldl -lpthread
	echo "KTAP version 1"
}

# passed LOG: the guest came to its end, and nothing failed.
passed() {
	grep -qE '^1\.\.[0-9]+$' "$1" && ! grep -q '^not ok' "$1"
}

# The plan is the guest's last word, so that one that died has none.
policy() {
	local image log="$out/$1.$2.log"
	if ! image=$("$out/$guest.boot" "${CONFIG:-harness.toml}" "$1" "$2" "$out/$guest" \
		     "$out/$1.$2.cpio" "${@:3}"); then
		number=$((number + 1))
		echo "not ok $number $1, $2: no guest"
		return
	fi
	boot "$image" "$out/$1.$2.cpio" "${2//-/_}" >"$log" || true
	# Idle phases and expiries are times, which a host that is busy elsewhere
	# stretches: what fails has to fail in a second guest too.
	if ! passed "$log"; then
		mv "$log" "$log.first"
		boot "$image" "$out/$1.$2.cpio" "${2//-/_}" >"$log" || true
	fi
	awk -v n="$number" -v where="$1, $2: " '
		/^1\.\.[0-9]+$/ { whole = 1; next }
		/^(not )?ok [0-9]+ / {
			sub(/ok [0-9]+ /, "ok " ++n " " where)
		}
		/^KTAP/ { next }
		{ print }
		END { if (!whole) print "not ok " ++n " " where "the guest came to its end" }
	' "$log" | tee "$log.ktap" | sed '/^\(not \)\?ok /!s/^/# /'
	number=$((number + $(grep -cE '^(not )?ok ' "$log.ktap")))
}

policies_end() {
	echo "1..$number"
}
