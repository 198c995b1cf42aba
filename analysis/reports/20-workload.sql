-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Workloads
-- text: What the workloads say of themselves.
SELECT run_id, name, unit, better, value
FROM report_metric
WHERE source = 'workload'
ORDER BY name;
