-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Other metrics that differ
-- text: All metrics that no section above has; only those with a difference are listed.
-- show: changed
-- empty: There are no other metrics.
SELECT run_id, name, unit, better, value
FROM report_metric
WHERE name NOT IN (SELECT name FROM report_shown)
ORDER BY source, name;
