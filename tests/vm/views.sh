# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The views over events, counted again without our decoder and without SQL: from what
# trace-cmd report prints of the run's exported trace, by awk.  After lib.sh:
#
#	check "…" views_agree RUN_ID

# Lines "VIEW a b c", as below from the database; times in ns.  start, end: the measured phase.
views_awk='
function number(name,  a) {	# of a field, printed raw
	if (!match($0, "[ \t]" name "=[^ \t]*"))
		return "?"
	a = substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
	return a ~ /^0x/ ? hex(substr(a, 3)) : a
}
function hex(s,  i, v) {
	for (i = 1; i <= length(s); i++)
		v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return sprintf("%.0f", v)
}
function measured() { return ns >= start && ns < end }
function count(what) { if (measured()) n[what]++ }
function second() { return int((ns - start) / 1000000000) }
function ns_of(stamp,  p) { split(stamp, p, "."); return p[1] * 1000000000 + p[2] }

# comm-PID [CPU] SECONDS.NS: EVENT: FIELDS; a comm may have anything in it.
!match($0, /-[0-9]+ +\[[0-9]+\] +[0-9]+\.[0-9]+: +[a-z_]+:/) { next }
{
	head = substr($0, RSTART + 1, RLENGTH - 2)
	gsub(/\[|\]|:/, "", head)
	split(head, w)
	pid = w[1] + 0; cpu = w[2] + 0; ns = ns_of(w[3]); event = w[4]
}
event == "mm_vmscan_direct_reclaim_begin" {
	if (pid in reclaim)
		print reclaim[pid], "-", "-"
	reclaim[pid] = "reclaim " sprintf("%.0f", ns) " " pid " " cpu " " number("order") " " number("gfp_flags")
	reclaim_ns[pid] = ns
}
event == "mm_vmscan_direct_reclaim_end" && pid in reclaim {
	print reclaim[pid], sprintf("%.0f", ns - reclaim_ns[pid]), number("nr_reclaimed")
	delete reclaim[pid]
}
event == "mm_compaction_begin" {
	if (pid in compact)
		print compact[pid], "- - - -"
	compact[pid] = "compaction " sprintf("%.0f", ns) " " pid " " cpu " " number("sync") " " number("zone_start")
	compact_ns[pid] = ns; migrate[pid] = number("migrate_pfn"); free[pid] = number("free_pfn")
}
event == "mm_compaction_end" && pid in compact {
	print compact[pid], sprintf("%.0f", ns - compact_ns[pid]), number("migrate_pfn") - migrate[pid],
		free[pid] - number("free_pfn"), number("status")
	delete compact[pid]
}
event == "mm_vmscan_wakeup_kswapd" {
	node = number("nid")
	if (!(node in awake) && !(node in asked))
		asked[node] = sprintf("%.0f", ns)
}
event == "mm_vmscan_kswapd_wake" {
	node = number("nid")
	if (!(node in awake)) {
		awake[node] = ns; rounds[node] = 0; order[node] = 0
	}
	rounds[node]++
	if (number("order") + 0 > order[node])
		order[node] = number("order") + 0
}
function kswapd(node, how_long) {
	print "kswapd", node, sprintf("%.0f", awake[node]), how_long, rounds[node], order[node],
		node in asked ? asked[node] : "-"
}
event == "mm_vmscan_kswapd_sleep" {
	node = number("nid")
	if (node in awake)
		kswapd(node, sprintf("%.0f", ns - awake[node]))
	delete awake[node]; delete asked[node]
}
event == "mm_vmscan_throttled" {
	print "throttled", sprintf("%.0f", ns), pid, cpu, number("nid"), number("usec_timeout"),
		number("usec_delayed"), number("reason")
}
event == "tlb_flush" {
	# + 0: what awk cuts out of a line it compares as text.
	reason = number("reason"); pages = number("pages") + 0
	count("flush " reason " flushes")
	if (pages < 0 || pages > 2 ^ 60)
		count("flush " reason " full")
	else if (measured())
		n["flush " reason " pages"] += pages
	if (reason == 4)
		count("ipi " second() " " cpu " sent tlb_flush")
}
event == "call_function_entry" { count("ipi " second() " " cpu " received call_function") }
event == "call_function_single_entry" { count("ipi " second() " " cpu " received call_function_single") }
event == "ipi_send_cpu" || event == "ipi_send_cpumask" { count("ipi " second() " " cpu " sent " event) }
END {
	for (pid in reclaim)
		print reclaim[pid], "-", "-"
	for (pid in compact)
		print compact[pid], "- - - -"
	for (node in awake)
		kswapd(node, "-")
	for (what in n)
		if (n[what])
			print what, n[what]
}'

# Names of values, from trace-cmd not printing raw.
names_awk='
/: mm_vmscan_direct_reclaim_begin:/ && match($0, /gfp_flags=[^ ]*/) { n["gfp " substr($0, RSTART + 10, RLENGTH - 10)]++ }
/: mm_compaction_end:/ && match($0, /status=[^ ]*/) { n["result " substr($0, RSTART + 7, RLENGTH - 7)]++ }
END { for (what in n) print what, n[what] }'

# views_ours RUN: the same lines from the views
views_ours() {
	sql "SELECT 'reclaim', start_ns, pid, cpu, \"order\", gfp_flags, ifnull(latency_ns, '-'),
			ifnull(nr_reclaimed, '-') FROM v_direct_reclaim WHERE run_id = '$1'" | tr '|' ' '
	sql "SELECT 'compaction', start_ns, pid, cpu, sync, zone_start, ifnull(latency_ns, '-'),
			ifnull(migrate_scanned, '-'), ifnull(free_scanned, '-'), ifnull(status, '-')
		FROM v_compaction WHERE run_id = '$1'" | tr '|' ' '
	sql "SELECT 'kswapd', node, start_ns, ifnull(awake_ns, '-'), wakes, \"order\", ifnull(asked_ns, '-')
		FROM v_kswapd WHERE run_id = '$1'" | tr '|' ' '
	sql "SELECT 'throttled', ts_ns, pid, cpu, node, usec_timeout, usec_delayed, reason
		FROM v_throttled WHERE run_id = '$1'" | tr '|' ' '
	sql "SELECT 'flush', reason, what, n FROM (
			SELECT run_id, reason, 'flushes' AS what, flushes AS n FROM v_tlb_flush
			UNION ALL SELECT run_id, reason, 'full', \"full\" FROM v_tlb_flush
			UNION ALL SELECT run_id, reason, 'pages', pages FROM v_tlb_flush)
		WHERE n AND run_id = '$1'" | tr '|' ' '
	sql "SELECT 'ipi', second, cpu, direction, kind, n FROM v_tlb_ipi WHERE run_id = '$1'" | tr '|' ' '
	sql "SELECT 'gfp', gfp || ' ' || count(*) FROM v_direct_reclaim WHERE run_id = '$1' GROUP BY gfp" |
		sed 's/|/ /'
	sql "SELECT 'result', result || ' ' || count(*) FROM v_compaction
		WHERE run_id = '$1' AND latency_ns NOT NULL GROUP BY result" | sed 's/|/ /'
}

views_agree() {
	local dat=$work/$1.dat from to
	from=$(sql "SELECT start_ns FROM v_measured WHERE run_id = '$1'")
	to=$(sql "SELECT end_ns FROM v_measured WHERE run_id = '$1'")
	"$harness" -q --results "$results" export --trace-dat "$1" -o "$dat" || return 1
	{
		trace-cmd report -R -t "$dat" 2>/dev/null | awk -v start="$from" -v end="$to" "$views_awk"
		trace-cmd report "$dat" 2>/dev/null | awk "$names_awk"
	} | sort >"$work/theirs"
	views_ours "$1" | sort >"$work/ours"
	rm -f "$dat"
	[ -s "$work/theirs" ] && diff "$work/theirs" "$work/ours" >"$work/output"
}
