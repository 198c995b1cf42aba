-- SPDX-License-Identifier: GPL-2.0-or-later
-- What each derived metric is.  One statement a metric (or a group that reads alike):
-- name, unit, which direction is better, value.  A NULL value means that this kernel
-- doesn't count it; no row is stored then.
--
-- While this file runs the database shows one run and, of its trace, the measured phase
-- only:
--	vmstat, irq, psi	(name, before, after, delta) of /proc/vmstat, /proc/interrupts
--				(all CPUs together) and /proc/pressure (microseconds)
--	region, sample, span	this run's
--	traced			(event): event types that were recorded in this run
--	event_*, v_*		as in the database
-- trace_metric is thrown away if any CPU lost events.

-- --- counters ---------------------------------------------------------------------------

-- Allocations that had to reclaim memory by themselves, all zones.
INSERT INTO counter_metric
SELECT 'allocstall', 'count', 'lower', sum(delta) FROM vmstat WHERE name GLOB 'allocstall_*';

-- Pages looked at and pages freed, by who did it.
INSERT INTO counter_metric
SELECT name, 'pages', 'lower', delta FROM vmstat
WHERE name IN ('pgscan_direct', 'pgsteal_direct', 'pgscan_kswapd', 'pgsteal_kswapd');

-- Pages freed for each page looked at.
INSERT INTO counter_metric
SELECT 'reclaim_efficiency_kswapd', 'ratio', 'higher',
       (SELECT delta FROM vmstat WHERE name = 'pgsteal_kswapd') /
       nullif((SELECT delta FROM vmstat WHERE name = 'pgscan_kswapd'), 0);
INSERT INTO counter_metric
SELECT 'reclaim_efficiency_direct', 'ratio', 'higher',
       (SELECT delta FROM vmstat WHERE name = 'pgsteal_direct') /
       nullif((SELECT delta FROM vmstat WHERE name = 'pgscan_direct'), 0);

-- The share of reclaimed pages that kswapd freed before anybody had to wait for it.
INSERT INTO counter_metric
SELECT 'reclaim_background_share', 'ratio', 'higher',
       sum(delta) FILTER (WHERE name = 'pgsteal_kswapd') / nullif(sum(delta), 0)
FROM vmstat WHERE name IN ('pgsteal_kswapd', 'pgsteal_direct');

-- kswapd's rounds, and how often it found a watermark missed again right after it slept.
INSERT INTO counter_metric
SELECT name, 'count', 'lower', delta FROM vmstat
WHERE name IN ('pageoutrun', 'kswapd_low_wmark_hit_quickly', 'kswapd_high_wmark_hit_quickly');

-- Pages out to swap and in from it.
INSERT INTO counter_metric
SELECT name, 'pages', 'lower', delta FROM vmstat WHERE name IN ('pswpout', 'pswpin');

-- Faults that had to read.
INSERT INTO counter_metric
SELECT 'pgmajfault', 'count', 'lower', delta FROM vmstat WHERE name = 'pgmajfault';

-- Evicted pages that were needed again.
INSERT INTO counter_metric
SELECT 'workingset_refault', 'pages', 'lower', sum(delta) FROM vmstat
WHERE name IN ('workingset_refault', 'workingset_refault_anon', 'workingset_refault_file');

-- Allocations that compacted by themselves, and how often that gave them their page.
INSERT INTO counter_metric
SELECT 'compact_stall', 'count', 'lower', delta FROM vmstat WHERE name = 'compact_stall';
INSERT INTO counter_metric
SELECT 'compact_success', 'count', 'higher', delta FROM vmstat WHERE name = 'compact_success';

-- Pages moved, and pages that could not be.
INSERT INTO counter_metric
SELECT name, 'pages', 'lower', delta FROM vmstat
WHERE name IN ('pgmigrate_success', 'pgmigrate_fail');

-- Remote TLB flushes; only kernels with CONFIG_DEBUG_TLBFLUSH count them.
INSERT INTO counter_metric
SELECT name, 'count', 'lower', delta FROM vmstat
WHERE name IN ('nr_tlb_remote_flush', 'nr_tlb_remote_flush_received');

-- TLB shootdowns and function-call interrupts received, as /proc/interrupts counts them.
INSERT INTO counter_metric
SELECT 'tlb_shootdowns', 'count', 'lower', delta FROM irq WHERE name = 'TLB';
INSERT INTO counter_metric
SELECT 'function_call_interrupts', 'count', 'lower', delta FROM irq WHERE name = 'CAL';

-- Time in which at least one task (some) or every task (full) waited for memory.
INSERT INTO counter_metric
SELECT 'psi_memory_some', 'us', 'lower', delta FROM psi WHERE name = 'memory.some';
INSERT INTO counter_metric
SELECT 'psi_memory_full', 'us', 'lower', delta FROM psi WHERE name = 'memory.full';

-- What capturing itself took: processor time of the agent while the workload ran, and its memory
-- (the ring buffers are counter buffer_kb of source capture).
INSERT INTO counter_metric
SELECT 'capture_cpu_ms', 'ms', 'lower', delta FROM counter WHERE source = 'capture' AND name = 'cpu_ms';
INSERT INTO counter_metric
SELECT 'capture_rss_kb', 'KiB', 'lower', delta FROM counter WHERE source = 'capture' AND name = 'rss_kb';

-- --- series ------------------------------------------------------------------------------

-- Over the workload's first span, or the whole measured phase.  Regions that are entirely
-- free, or held empty, at each reading; it holds until the next one.
CREATE TEMP TABLE extent AS
SELECT coalesce(min(start_ns), -1) AS start_ns, coalesce(min(end_ns), 9223372036854775807) AS end_ns
FROM span WHERE n = 0;
CREATE TEMP TABLE empty_region AS
SELECT mb, ns, empty, lead(ns) OVER w AS next_ns, row_number() OVER w AS nth, count(*) OVER last AS n
FROM v_empty_regions, extent
WHERE ns BETWEEN start_ns AND end_ns
WINDOW w AS (PARTITION BY mb ORDER BY ns), last AS (PARTITION BY mb);

-- On average over time (times its length: the area under them), and at the end of it.
INSERT INTO counter_metric
SELECT 'empty_regions_' || mb || 'm', 'regions', 'higher',
       sum(1.0 * empty * (next_ns - ns)) / nullif(sum(next_ns - ns), 0)
FROM empty_region GROUP BY mb;
INSERT INTO counter_metric
SELECT 'empty_regions_' || mb || 'm_end', 'regions', 'higher', empty FROM empty_region WHERE nth = n;

-- Regions (as they were sampled) that became empty, and empty ones that didn't stay so, a second.
CREATE TEMP TABLE region_step AS
SELECT ns, free + coalesce(held, 0) = present AS empty,
       lag(free + coalesce(held, 0) = present) OVER (PARTITION BY start_pfn ORDER BY ns) AS was_empty
FROM region, extent
WHERE pages = present AND ns BETWEEN start_ns AND end_ns;
INSERT INTO counter_metric
SELECT 'regions_won', 'regions', 'higher', sum(empty AND NOT was_empty) FROM region_step;
INSERT INTO counter_metric
SELECT 'regions_refilled', 'regions/s', 'lower',
       1e9 * sum(was_empty AND NOT empty) / nullif(max(ns) - min(ns), 0) FROM region_step;

-- Pages moved for each region that became empty; needs /proc/vmstat's pgmigrate_success sampled.
INSERT INTO counter_metric
SELECT 'moved_per_region_won', 'pages', 'lower',
       (SELECT max(y) - min(y) FROM sample, extent
	WHERE name = 'vmstat.pgmigrate_success' AND x BETWEEN start_ns AND end_ns) /
       nullif(sum(empty AND NOT was_empty), 0)
FROM region_step;

-- --- trace --------------------------------------------------------------------------------

-- Pairs of events, found once for all metrics that are made from them.
CREATE TEMP TABLE direct_reclaim AS SELECT latency_ns FROM v_direct_reclaim;
CREATE TEMP TABLE kswapd AS SELECT awake_ns, asked FROM v_kswapd;
CREATE TEMP TABLE compaction AS SELECT latency_ns, result FROM v_compaction;

-- Direct reclaims: how many, how long altogether.
INSERT INTO trace_metric
SELECT 'direct_reclaims', 'count', 'lower', (SELECT count(*) FROM direct_reclaim)
FROM traced WHERE event = 'vmscan:mm_vmscan_direct_reclaim_begin';
INSERT INTO trace_metric
SELECT 'direct_reclaim_total', 'ns', 'lower',
       (SELECT coalesce(sum(latency_ns), 0) FROM direct_reclaim)
FROM traced WHERE event = 'vmscan:mm_vmscan_direct_reclaim_begin';

-- Latency of a direct reclaim: the value at rank ceil(n * p).  No row if there was none.
INSERT INTO trace_metric
WITH ranked AS (
	SELECT latency_ns, row_number() OVER (ORDER BY latency_ns) AS rank, count(*) OVER () AS n
	FROM direct_reclaim WHERE latency_ns IS NOT NULL
)
SELECT 'direct_reclaim_p50', 'ns', 'lower', latency_ns FROM ranked WHERE rank = (n + 1) / 2
UNION ALL
SELECT 'direct_reclaim_p99', 'ns', 'lower', latency_ns FROM ranked WHERE rank = (n * 99 + 99) / 100
UNION ALL
SELECT 'direct_reclaim_max', 'ns', 'lower', latency_ns FROM ranked WHERE rank = n;

-- Pages that direct reclaims freed, as they themselves say.
INSERT INTO trace_metric
SELECT 'direct_reclaimed', 'pages', 'lower',
       (SELECT coalesce(sum(nr_reclaimed), 0) FROM event_vmscan_mm_vmscan_direct_reclaim_end)
FROM traced WHERE event = 'vmscan:mm_vmscan_direct_reclaim_end';

-- kswapd: how often it began to work, how often because an allocation asked, how long it
-- was awake.
INSERT INTO trace_metric
SELECT 'kswapd_wakes', 'count', 'lower', (SELECT count(*) FROM kswapd)
FROM traced WHERE event = 'vmscan:mm_vmscan_kswapd_wake';
INSERT INTO trace_metric
SELECT 'kswapd_asked', 'count', 'lower', (SELECT count(*) FROM kswapd WHERE asked)
FROM traced WHERE event = 'vmscan:mm_vmscan_wakeup_kswapd';
INSERT INTO trace_metric
SELECT 'kswapd_unasked', 'count', 'lower', (SELECT count(*) FROM kswapd WHERE NOT asked)
FROM traced WHERE event = 'vmscan:mm_vmscan_wakeup_kswapd';
INSERT INTO trace_metric
SELECT 'kswapd_awake', 'ns', 'lower', (SELECT coalesce(sum(awake_ns), 0) FROM kswapd)
FROM traced WHERE event = 'vmscan:mm_vmscan_kswapd_sleep';

-- Tasks that reclaim put to sleep, and for how long.
INSERT INTO trace_metric
SELECT 'throttled', 'count', 'lower', (SELECT count(*) FROM v_throttled)
FROM traced WHERE event = 'vmscan:mm_vmscan_throttled';
INSERT INTO trace_metric
SELECT 'throttled_total', 'us', 'lower', (SELECT coalesce(sum(usec_delayed), 0) FROM v_throttled)
FROM traced WHERE event = 'vmscan:mm_vmscan_throttled';

-- Compactions of a zone, those that ended in success, and the time they took.
INSERT INTO trace_metric
SELECT 'compactions', 'count', 'lower', (SELECT count(*) FROM compaction)
FROM traced WHERE event = 'compaction:mm_compaction_begin';
INSERT INTO trace_metric
SELECT 'compactions_success', 'count', 'higher',
       (SELECT count(*) FROM compaction WHERE result = 'success')
FROM traced WHERE event = 'compaction:mm_compaction_end';
INSERT INTO trace_metric
SELECT 'compaction_total', 'ns', 'lower', (SELECT coalesce(sum(latency_ns), 0) FROM compaction)
FROM traced WHERE event = 'compaction:mm_compaction_end';

-- TLB flushes for all reasons, and those that another CPU was asked for.
INSERT INTO trace_metric
SELECT 'tlb_flushes', 'count', 'lower', (SELECT count(*) FROM event_tlb_tlb_flush)
FROM traced WHERE event = 'tlb:tlb_flush';
INSERT INTO trace_metric
SELECT 'tlb_flushes_remote', 'count', 'lower',
       (SELECT count(*) FROM event_tlb_tlb_flush WHERE reason IN
        (SELECT value FROM symbol NATURAL JOIN (SELECT kernel_id FROM run NATURAL JOIN this)
         WHERE system = 'tlb' AND event = 'tlb_flush' AND field = 'reason' AND kind = 'value'
         AND name = 'remote ipi send'))
FROM traced WHERE event = 'tlb:tlb_flush';

-- Function-call interrupts received, and asked for (6.4 and later).
INSERT INTO trace_metric
SELECT 'call_function_ipis', 'count', 'lower',
       (SELECT count(*) FROM event_irq_vectors_call_function_entry) +
       (SELECT count(*) FROM event_irq_vectors_call_function_single_entry)
FROM traced WHERE event = 'irq_vectors:call_function_single_entry';
INSERT INTO trace_metric
SELECT 'ipis_sent', 'count', 'lower',
       (SELECT count(*) FROM event_ipi_ipi_send_cpu) +
       (SELECT count(*) FROM event_ipi_ipi_send_cpumask)
FROM traced WHERE event = 'ipi:ipi_send_cpu';
