#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `make check`: style that a machine can judge.  Prints what is wrong and fails.
set -eu

bad=0
complain() {
	echo "check: $*" >&2
	bad=1
}

sources=$(git ls-files '*.c' '*.h' '*.cc' '*.sh' '*.sql' Makefile harness/agent/agent.mk)

for f in $sources; do
	head -3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0' || complain "$f: no SPDX line"
	case $f in
	tests/data/*) continue ;;
	esac
	lines=$(wc -l <"$f")
	[ "$lines" -le 600 ] || complain "$f: $lines lines; one idea a file, 600 at most"
done

formatted=$(git ls-files 'harness/*.c' 'harness/*.h' 'harness/*.cc' 'analysis/*.c' 'analysis/*.h' \
	    'tests/*.c' 'tests/*.h' 'workloads/*.c')
if command -v clang-format >/dev/null; then
	# shellcheck disable=SC2086
	clang-format --dry-run --Werror $formatted 2>&1 | grep -E 'error|warning' | head -20 >&2 || true
	# shellcheck disable=SC2086
	clang-format --dry-run --Werror $formatted 2>/dev/null || complain "run \`make format\`"
else
	echo "check: no clang-format here; formatting wasn't checked" >&2
fi
[ "$bad" = 0 ]
