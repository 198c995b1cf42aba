-- SPDX-License-Identifier: GPL-2.0-or-later
-- What a person asks of a run.  Times are nanoseconds of the guest's monotonic clock.
-- `phase` is the phase of the run in which something began; only "workload" is measured.

-- Where in time the measured phase is, its end not included; a run that broke off has none.
CREATE VIEW v_measured AS
SELECT run_id, start_ns, coalesce(end_ns, 9223372036854775807) AS end_ns
FROM phase
WHERE name = 'workload';

-- One row a direct reclaim: an allocation that had to free memory by itself.  latency_ns
-- is NULL when the end was not traced.
CREATE VIEW v_direct_reclaim AS
WITH edge AS (
	SELECT run_id, pid, cpu, ts_ns, 0 AS ends, "order", gfp_flags, NULL AS nr_reclaimed
	FROM event_vmscan_mm_vmscan_direct_reclaim_begin
	UNION ALL
	SELECT run_id, pid, cpu, ts_ns, 1, NULL, NULL, nr_reclaimed
	FROM event_vmscan_mm_vmscan_direct_reclaim_end
), pair AS (
	SELECT *, lead(ends) OVER w AS next_ends, lead(ts_ns) OVER w AS next_ns,
	       lead(nr_reclaimed) OVER w AS next_reclaimed
	FROM edge
	WINDOW w AS (PARTITION BY run_id, pid ORDER BY ts_ns, ends)
)
SELECT pair.run_id, pid, cpu, ts_ns AS start_ns,
       CASE WHEN next_ends THEN next_ns - ts_ns END AS latency_ns,
       "order", gfp_flags, symbol.name AS gfp,
       CASE WHEN next_ends THEN next_reclaimed END AS nr_reclaimed,
       (SELECT phase.name FROM phase WHERE phase.run_id = pair.run_id
        AND ts_ns >= phase.start_ns AND ts_ns < coalesce(phase.end_ns, ts_ns + 1)) AS phase
FROM pair
LEFT JOIN run ON run.run_id = pair.run_id
LEFT JOIN symbol ON symbol.kernel_id = run.kernel_id AND symbol.system = 'vmscan'
	AND symbol.event = 'mm_vmscan_direct_reclaim_begin' AND symbol.field = 'gfp_flags'
	AND symbol.kind = 'flags' AND symbol.value = gfp_flags
WHERE NOT ends;

-- One row for each time that a node's kswapd was awake: from its first wake to the sleep
-- that follows.  wakes counts rounds (it goes round again when there is more to do);
-- asked_ns is when an allocator first asked for it while it slept, NULL when it began
-- without being asked; awake_ns is NULL when it was still awake at the end of the trace.
CREATE VIEW v_kswapd AS
WITH edge AS (
	SELECT run_id, nid, ts_ns, 'asked' AS what, pid, "order"
	FROM event_vmscan_mm_vmscan_wakeup_kswapd
	UNION ALL
	SELECT run_id, nid, ts_ns, 'wake', pid, "order" FROM event_vmscan_mm_vmscan_kswapd_wake
	UNION ALL
	SELECT run_id, nid, ts_ns, 'zzz', pid, NULL FROM event_vmscan_mm_vmscan_kswapd_sleep
), episode AS (
	SELECT *, count(*) FILTER (WHERE what = 'zzz') OVER w AS n
	FROM edge
	WINDOW w AS (PARTITION BY run_id, nid ORDER BY ts_ns, what
		     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), spell AS (
	SELECT run_id, nid,
	       min(ts_ns) FILTER (WHERE what = 'wake') AS start_ns,
	       min(ts_ns) FILTER (WHERE what = 'asked') AS asked_ns,
	       min(ts_ns) FILTER (WHERE what = 'zzz') AS end_ns,
	       count(*) FILTER (WHERE what = 'wake') AS wakes,
	       max("order") FILTER (WHERE what = 'wake') AS "order"
	FROM episode
	GROUP BY run_id, nid, n
)
SELECT run_id, nid AS node, start_ns, end_ns - start_ns AS awake_ns, wakes, "order",
       asked_ns IS NOT NULL AND asked_ns <= start_ns AS asked,
       CASE WHEN asked_ns <= start_ns THEN asked_ns END AS asked_ns,
       (SELECT phase.name FROM phase WHERE phase.run_id = spell.run_id
        AND spell.start_ns >= phase.start_ns
        AND spell.start_ns < coalesce(phase.end_ns, spell.start_ns + 1)) AS phase
FROM spell
WHERE start_ns IS NOT NULL;

-- One row a compaction of a zone, with its result ("success", "contended" …).
CREATE VIEW v_compaction AS
WITH edge AS (
	SELECT run_id, pid, cpu, ts_ns, 0 AS ends, zone_start, zone_end, sync, NULL AS status,
	       migrate_pfn, free_pfn
	FROM event_compaction_mm_compaction_begin
	UNION ALL
	SELECT run_id, pid, cpu, ts_ns, 1, zone_start, zone_end, sync, status,
	       migrate_pfn, free_pfn
	FROM event_compaction_mm_compaction_end
), pair AS (
	SELECT *, lead(ends) OVER w AS next_ends, lead(ts_ns) OVER w AS next_ns,
	       lead(status) OVER w AS next_status,
	       lead(migrate_pfn) OVER w - migrate_pfn AS migrate_scanned,
	       free_pfn - lead(free_pfn) OVER w AS free_scanned
	FROM edge
	WINDOW w AS (PARTITION BY run_id, pid ORDER BY ts_ns, ends)
)
SELECT pair.run_id, pid, cpu, ts_ns AS start_ns,
       CASE WHEN next_ends THEN next_ns - ts_ns END AS latency_ns,
       sync, zone_start, zone_end,
       CASE WHEN next_ends THEN migrate_scanned END AS migrate_scanned,
       CASE WHEN next_ends THEN free_scanned END AS free_scanned,
       CASE WHEN next_ends THEN next_status END AS status, symbol.name AS result,
       (SELECT phase.name FROM phase WHERE phase.run_id = pair.run_id
        AND ts_ns >= phase.start_ns AND ts_ns < coalesce(phase.end_ns, ts_ns + 1)) AS phase
FROM pair
LEFT JOIN run ON run.run_id = pair.run_id
LEFT JOIN symbol ON next_ends AND symbol.kernel_id = run.kernel_id
	AND symbol.system = 'compaction' AND symbol.event = 'mm_compaction_end'
	AND symbol.field = 'status' AND symbol.kind = 'value' AND symbol.value = next_status
WHERE NOT ends;

-- TLB flushes of the measured phase by reason.  pages counts those flushed one by one;
-- full counts flushes of everything (the kernel writes -1 pages).
CREATE VIEW v_tlb_flush AS
WITH counted AS (
	SELECT e.run_id, e.reason, count(*) AS flushes, sum(e.pages = -1) AS full,
	       sum(CASE WHEN e.pages > 0 THEN e.pages ELSE 0 END) AS pages
	FROM event_tlb_tlb_flush AS e
	JOIN v_measured AS m ON m.run_id = e.run_id AND e.ts_ns >= m.start_ns AND e.ts_ns < m.end_ns
	GROUP BY e.run_id, e.reason
)
SELECT counted.run_id, reason, symbol.name AS reason_name, flushes, full, pages
FROM counted
LEFT JOIN run ON run.run_id = counted.run_id
LEFT JOIN symbol ON symbol.kernel_id = run.kernel_id AND symbol.system = 'tlb'
	AND symbol.event = 'tlb_flush' AND symbol.field = 'reason'
	AND symbol.kind = 'value' AND symbol.value = reason;

-- Interrupts for TLB shootdowns, of the measured phase by CPU and second.  "received" stands
-- on the CPU that was interrupted, "sent" on the one that asked, once for a whole mask.  Sent of
-- kind tlb_flush are those for the TLB, with any kernel; the other kinds count function-call
-- interrupts, in which shootdowns travel beside other calls (ipi_send_*: 6.4 and later).
CREATE VIEW v_tlb_ipi AS
SELECT e.run_id, (ts_ns - start_ns) / 1000000000 AS second, cpu, 'received' AS direction,
       'call_function' AS kind, count(*) AS n
FROM v_measured AS m JOIN event_irq_vectors_call_function_entry AS e
	ON e.run_id = m.run_id AND ts_ns >= start_ns AND ts_ns < end_ns
GROUP BY 1, 2, 3
UNION ALL
SELECT e.run_id, (ts_ns - start_ns) / 1000000000, cpu, 'received',
       'call_function_single', count(*)
FROM v_measured AS m JOIN event_irq_vectors_call_function_single_entry AS e
	ON e.run_id = m.run_id AND ts_ns >= start_ns AND ts_ns < end_ns
GROUP BY 1, 2, 3
UNION ALL
SELECT e.run_id, (ts_ns - start_ns) / 1000000000, cpu, 'sent',
       'ipi_send_cpu', count(*)
FROM v_measured AS m JOIN event_ipi_ipi_send_cpu AS e
	ON e.run_id = m.run_id AND ts_ns >= start_ns AND ts_ns < end_ns
GROUP BY 1, 2, 3
UNION ALL
SELECT e.run_id, (ts_ns - start_ns) / 1000000000, cpu, 'sent',
       'ipi_send_cpumask', count(*)
FROM v_measured AS m JOIN event_ipi_ipi_send_cpumask AS e
	ON e.run_id = m.run_id AND ts_ns >= start_ns AND ts_ns < end_ns
GROUP BY 1, 2, 3
UNION ALL
SELECT e.run_id, (ts_ns - start_ns) / 1000000000, cpu, 'sent',
       'tlb_flush', count(*)
FROM v_measured AS m JOIN run USING (run_id)
JOIN symbol ON symbol.kernel_id = run.kernel_id AND symbol.system = 'tlb'
	AND symbol.event = 'tlb_flush' AND symbol.field = 'reason'
	AND symbol.kind = 'value' AND symbol.name = 'remote ipi send'
JOIN event_tlb_tlb_flush AS e
	ON e.run_id = m.run_id AND ts_ns >= start_ns AND ts_ns < end_ns AND reason = symbol.value
GROUP BY 1, 2, 3;

-- Pages stolen for each page scanned; NULL when none was scanned.
CREATE VIEW v_reclaim_efficiency AS
WITH v AS (
	SELECT run_id,
	       sum(delta) FILTER (WHERE name = 'pgscan_kswapd') AS pgscan_kswapd,
	       sum(delta) FILTER (WHERE name = 'pgsteal_kswapd') AS pgsteal_kswapd,
	       sum(delta) FILTER (WHERE name = 'pgscan_direct') AS pgscan_direct,
	       sum(delta) FILTER (WHERE name = 'pgsteal_direct') AS pgsteal_direct
	FROM counter
	WHERE source = 'vmstat'
	GROUP BY run_id
)
SELECT *, pgsteal_kswapd / nullif(pgscan_kswapd, 0) AS kswapd_efficiency,
       pgsteal_direct / nullif(pgscan_direct, 0) AS direct_efficiency
FROM v;

-- Allocations that stalled in direct reclaim, by zone.
CREATE VIEW v_allocstall AS
SELECT run_id, substr(name, length('allocstall_') + 1) AS zone, delta AS stalls
FROM counter
WHERE source = 'vmstat' AND name GLOB 'allocstall_*';

-- One row a task that reclaim put to sleep.  The kernel writes reasons as 1 << enum
-- vmscan_throttle_state and prints them by the enum's names, which its formats don't resolve.
CREATE VIEW v_throttled AS
SELECT run_id, pid, cpu, ts_ns, nid AS node, usec_timeout, usec_delayed, reason,
       trim(iif(reason & 1, '|writeback', '') || iif(reason & 2, '|isolated', '') ||
	    iif(reason & 4, '|noprogress', '') || iif(reason & 8, '|congested', '') ||
	    iif(reason & ~15, '|' || (reason & ~15), ''), '|') AS reason_name,
       (SELECT phase.name FROM phase WHERE phase.run_id = e.run_id
        AND ts_ns >= phase.start_ns AND ts_ns < coalesce(phase.end_ns, ts_ns + 1)) AS phase
FROM event_vmscan_mm_vmscan_throttled AS e;

-- How full each region was at each reading of /proc/kpageflags, 0 to 1.  What is held by a
-- balloon or a policy is empty, though it isn't given out.
CREATE VIEW v_region_filling AS
SELECT run_id, ns, start_pfn, start_pfn / 256 AS start_mb, pages / 256 AS mb, present,
       free, coalesce(held, 0) AS held, movable,
       1.0 * (present - free - coalesce(held, 0)) / present AS filling
FROM region
WHERE source = '/proc/kpageflags' AND present > 0;

-- Regions of 16, 32 and 64 MiB, aligned, as far as smaller ones were sampled: how many there are,
-- and how many of them are entirely free or held empty.  Those with a hole in them don't count.
CREATE VIEW v_empty_regions AS
WITH size(mb) AS (VALUES (16), (32), (64)), part AS (
	SELECT run_id, ns, size.mb, sum(present) AS present, sum(free + held) AS empty
	FROM v_region_filling AS f JOIN size ON f.mb <= size.mb
	GROUP BY run_id, ns, size.mb, start_mb / size.mb
)
SELECT run_id, ns, mb, sum(present = mb * 256) AS regions, sum(empty = mb * 256) AS empty
FROM part
GROUP BY run_id, ns, mb;

-- A picture of a run's memory: a line a region, up to 60 columns from the first reading to the
-- last, each the mean filling in that time: blank is empty, then quarters in four shades.
CREATE VIEW v_region_map AS
WITH extent AS (
	SELECT run_id, min(ns) AS start_ns, max(ns) + 1 - min(ns) AS ns FROM v_region_filling GROUP BY run_id
), cell AS (
	SELECT run_id, start_mb, mb, (f.ns - start_ns) * 60 / extent.ns AS at, avg(filling) AS filling
	FROM v_region_filling AS f JOIN extent USING (run_id)
	GROUP BY run_id, start_mb, mb, at
)
SELECT run_id, start_mb, mb,
       group_concat(CASE WHEN filling = 0 THEN ' ' WHEN filling <= 0.25 THEN '░'
			 WHEN filling <= 0.5 THEN '▒' WHEN filling <= 0.75 THEN '▓' ELSE '█' END, '') AS map
FROM (SELECT * FROM cell ORDER BY run_id, start_mb, at)
GROUP BY run_id, start_mb, mb;

-- What tracing costs: a metric of a traced run beside the same of its untraced twin.
CREATE VIEW v_tracing_cost AS
WITH pair AS (
	SELECT t.run_id, u.run_id AS untraced_run_id, t.workload_s, u.workload_s AS untraced_s
	FROM run AS u JOIN run AS t USING (kernel_id, policy, knobs, workload, workload_knobs,
	                                   mode, cpus, mem_bytes, swap, rep, seed)
	WHERE u.twin AND NOT t.twin AND u.outcome = 'ok' AND t.outcome = 'ok'
)
SELECT run_id, untraced_run_id, 'workload_s' AS name, 's' AS unit, 'lower' AS better,
       untraced_s AS untraced, workload_s AS traced, workload_s / nullif(untraced_s, 0) AS ratio
FROM pair
UNION ALL
SELECT p.run_id, p.untraced_run_id, t.name, t.unit, t.better, u.value, t.value,
       t.value / nullif(u.value, 0)
FROM pair AS p JOIN metric AS t ON t.run_id = p.run_id
	JOIN metric AS u ON u.run_id = p.untraced_run_id AND u.name = t.name
WHERE t.source IN ('workload', 'counter');
