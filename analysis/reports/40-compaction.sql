-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Compaction
-- text: compact_* are counters of allocations that compacted by themselves; compactions* come from
-- text: the trace and count each pass over a zone.
WITH wanted(place, name) AS (VALUES
	(1, 'compact_stall'), (2, 'compact_success'), (3, 'compactions'), (4, 'compactions_success'),
	(5, 'compaction_total'), (6, 'pgmigrate_success'), (7, 'pgmigrate_fail'))
SELECT run_id, name, unit, better, value
FROM report_metric JOIN wanted USING (name)
WHERE source <> 'workload'
ORDER BY place;
