-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Reclaim
-- text: Stalls are allocations that had to free memory by themselves; efficiency is pages freed
-- text: for each page looked at; awake is the time in which kswapd worked. direct_* and kswapd_*
-- text: come from the trace, the others from counters of the kernel.
WITH wanted(place, name, detail) AS (VALUES
	(1, 'allocstall', 0), (2, 'direct_reclaims', 0), (3, 'direct_reclaim_total', 0),
	(4, 'direct_reclaim_p50', 1), (5, 'direct_reclaim_p99', 0), (6, 'direct_reclaim_max', 1),
	(7, 'direct_reclaimed', 1), (8, 'throttled', 0), (9, 'throttled_total', 1),
	(10, 'kswapd_wakes', 0), (11, 'kswapd_asked', 1), (11.5, 'kswapd_unasked', 1),
	(12, 'kswapd_awake', 0), (13, 'pageoutrun', 1),
	(14, 'kswapd_low_wmark_hit_quickly', 1), (15, 'kswapd_high_wmark_hit_quickly', 1),
	(16, 'pgscan_kswapd', 1), (17, 'pgsteal_kswapd', 1), (18, 'reclaim_efficiency_kswapd', 0),
	(19, 'pgscan_direct', 1), (20, 'pgsteal_direct', 1), (21, 'reclaim_efficiency_direct', 0),
	(22, 'reclaim_background_share', 1), (23, 'pswpout', 0), (24, 'pswpin', 1), (25, 'pgmajfault', 1),
	(26, 'workingset_refault', 1), (27, 'psi_memory_some', 0), (28, 'psi_memory_full', 1))
SELECT run_id, name, unit, better, value, detail
FROM report_metric JOIN wanted USING (name)
WHERE source <> 'workload'
ORDER BY place;
