-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Empty regions over time
-- text: Aligned regions of memory that are entirely free, or held empty by a policy, in the first
-- text: repetition; a column's height is their part of all such regions, blank for none of them. How
-- text: much power DRAM would save can't be seen in a guest, and isn't guessed at: this is the room
-- text: that there is for it. The filling of each region of a run is drawn by
-- text: `harness query "SELECT start_mb, map FROM v_region_map WHERE run_id = '...'"`.
-- needs: v_empty_regions
WITH one AS (
	SELECT kernel, policy, knobs, workload, workload_knobs, mode, min(run_id) AS run_id
	FROM report_run AS r
	WHERE usable AND rep = (SELECT min(rep) FROM report_run AS first WHERE first.usable
	                        AND first.cell_group = r.cell_group)
	GROUP BY kernel, policy, knobs, workload, workload_knobs, mode
), part AS (
	SELECT one.*, coalesce(start_ns, 0) AS start_ns, coalesce(end_ns, 9223372036854775807) AS end_ns
	FROM one LEFT JOIN span ON span.run_id = one.run_id AND span.n = 0
), reading AS (
	SELECT part.*, mb, ns, empty, regions, min(ns) OVER w AS first_ns, max(ns) OVER w AS last_ns
	FROM part JOIN v_empty_regions AS e ON e.run_id = part.run_id AND ns BETWEEN start_ns AND end_ns
	WHERE regions > 0
	WINDOW w AS (PARTITION BY part.run_id, mb)
), bin AS (
	SELECT *, avg(empty) AS mean, (ns - first_ns) * 40 / (last_ns + 1 - first_ns) AS at
	FROM reading
	GROUP BY run_id, mb, at
	ORDER BY run_id, mb, at
)
SELECT kernel, policy, knobs, workload, mode, mb AS "MiB", max(regions) AS regions,
       (SELECT empty FROM reading AS r WHERE r.run_id = bin.run_id AND r.mb = bin.mb AND r.ns = last_ns)
       AS "at the end",
       group_concat(substr(' ▁▂▃▄▅▆▇█', 1 + CAST(8 * mean / regions + 0.999 AS INTEGER), 1), '')
       AS "over time"
FROM bin
GROUP BY kernel, workload, policy, knobs, workload_knobs, mode, run_id, mb
ORDER BY kernel, workload, mode, mb, policy <> 'stock', policy, knobs;
