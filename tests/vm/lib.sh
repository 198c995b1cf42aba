# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For tests that run the real program with real guests.  KTAP on stdout;
# what the program said is shown when a check fails.
#
#	. "$(dirname "$0")/lib.sh"
#	ktap_plan 2
#	run_harness plan quick
#	check "plan succeeds" status_is 0
#	check "plan names a cell" output_has debian-6.1
set -u

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "$top" && realpath "${BUILD:-build}")
harness=$build/harness
work=$(mktemp -d "${TMPDIR:-/tmp}/mm-harness-vm-XXXXXX")
results=$work/results
output=$work/output
status=0
number=0
failed=0

cleanup() {
	rm -rf "$work"
}
trap cleanup EXIT

ktap_plan() {
	echo "KTAP version 1"
	echo "1..$1"
}

# Runs the program in the tree with this test's results folder; keeps status and output.
run_harness() {
	(cd "$top" && "$harness" --results "$results" "$@") >"$output" 2>&1 </dev/null
	status=$?
}

sql() {
	sqlite3 "file:$results/harness.db?mode=ro" "$1"
}

# check DESCRIPTION COMMAND…: one KTAP result.
check() {
	local description=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number $description"
	else
		echo "not ok $number $description"
		failed=1
		echo "# failed: $*"
		echo "# exit status of the program: $status; it said:"
		tail -15 "$output" 2>/dev/null | sed 's/^/#   /'
		show_void
	fi
}

# The runs that gave no numbers: their outcome, and the end of what their guest said.
show_void() {
	[ -f "$results/harness.db" ] || return 0
	sql "SELECT path, outcome || ' ' || kernel || ' ' || policy || ' ' || workload || ': '
		|| ifnull(json_extract(readfile('$results/' || path || '/run.json'), '$.detail'), '')
		FROM run WHERE outcome <> 'ok'" |
	while IFS='|' read -r path what; do
		echo "# void: $what"
		tail -12 "$results/$path/console.log" | tr -d '\r' | cut -c1-150 | sed 's/^/#   | /'
	done
}

skip() {
	number=$((number + 1))
	echo "ok $number $1 # SKIP $2"
}

status_is() { [ "$status" = "$1" ]; }
output_has() { grep -qF -- "$1" "$output"; }
output_matches() { grep -qE -- "$1" "$output"; }
sql_is() { [ "$(sql "$1")" = "$2" ]; }
# sql_true EXPRESSION: the query's single value is not 0 or empty.
sql_true() {
	local value
	value=$(sql "$1") && [ -n "$value" ] && [ "$value" != 0 ]
}

# gone PID: it ended, within five seconds (a zombie that nobody has reaped yet has ended too).
gone() {
	local state
	for _ in $(seq 50); do
		state=$(awk '/^State:/ { print $2 }' "/proc/$1/status" 2>/dev/null)
		case $state in "" | Z) return 0 ;; esac
		sleep 0.1
	done
	return 1
}

finish() {
	exit "$failed"
}
