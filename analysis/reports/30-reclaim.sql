-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Reclaim
-- text: Stalls are allocations that had to free memory by themselves; efficiency is pages freed
-- text: for each page looked at; awake is the time in which kswapd worked. direct_* and kswapd_*
-- text: come from the trace, the others from counters of the kernel.
WITH wanted(place, name) AS (VALUES
	(1, 'allocstall'), (2, 'direct_reclaims'), (3, 'direct_reclaim_total'),
	(4, 'direct_reclaim_p50'), (5, 'direct_reclaim_p99'), (6, 'direct_reclaim_max'),
	(7, 'direct_reclaimed'), (8, 'throttled'), (9, 'throttled_total'),
	(10, 'kswapd_wakes'), (11, 'kswapd_asked'), (12, 'kswapd_awake'), (13, 'pageoutrun'),
	(14, 'kswapd_low_wmark_hit_quickly'), (15, 'kswapd_high_wmark_hit_quickly'),
	(16, 'pgscan_kswapd'), (17, 'pgsteal_kswapd'), (18, 'reclaim_efficiency_kswapd'),
	(19, 'pgscan_direct'), (20, 'pgsteal_direct'), (21, 'reclaim_efficiency_direct'),
	(22, 'reclaim_background_share'), (23, 'pswpout'), (24, 'pswpin'), (25, 'pgmajfault'),
	(26, 'workingset_refault'), (27, 'psi_memory_some'), (28, 'psi_memory_full'))
SELECT run_id, name, unit, better, value
FROM report_metric JOIN wanted USING (name)
WHERE source <> 'workload'
ORDER BY place;
