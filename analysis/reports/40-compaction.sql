-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Compaction
-- text: compact_* are counters of allocations that compacted by themselves; compactions* come from
-- text: the trace and count each pass over a zone.
WITH wanted(place, name, detail) AS (VALUES
	(1, 'compact_stall', 0), (2, 'compact_success', 1), (3, 'compactions', 0),
	(4, 'compactions_success', 1),
	(5, 'compaction_total', 0), (6, 'pgmigrate_success', 0), (7, 'pgmigrate_fail', 1))
SELECT run_id, name, unit, better, value, detail
FROM report_metric JOIN wanted USING (name)
WHERE source <> 'workload'
ORDER BY place;
