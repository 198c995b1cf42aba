-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Noise
-- text: How far the workload's own metrics are apart between boots of the same experiment, the one
-- text: that others are compared with: (largest - smallest) / median. A change that is not clearly
-- text: larger can't be seen with these repetitions. Steal is time that something outside of the
-- text: host took from its CPUs meanwhile.
-- empty: Unknown: no experiment that others are compared with was repeated.
WITH base AS (
	SELECT DISTINCT m.run_id FROM report_member m WHERE m.side = 0
), spread AS (
	SELECT r.cell_group, x.name, count(*) AS boots,
	       100 * (max(x.value) - min(x.value)) / nullif(abs(median(x.value)), 0) AS pct
	FROM base JOIN run AS r USING (run_id) JOIN report_metric AS x USING (run_id)
	WHERE x.source = 'workload'
	GROUP BY r.cell_group, x.name
	HAVING boots > 1
), steal AS (
	SELECT r.cell_group, 100 * sum(steal_s) / sum(r.duration_s) AS pct
	FROM base JOIN run AS r USING (run_id) JOIN host USING (run_id)
	GROUP BY r.cell_group
)
SELECT r.kernel, r.policy, r.workload, r.mode, max(s.boots) AS boots,
       printf('%.1f', median(s.pct)) AS "typical, %",
       printf('%.1f', max(s.pct)) AS "widest, %",
       (SELECT name FROM spread w WHERE w.cell_group = s.cell_group ORDER BY w.pct DESC LIMIT 1)
       AS "widest metric",
       (SELECT printf('%.1f', pct) FROM steal t WHERE t.cell_group = s.cell_group) AS "steal, %"
FROM spread AS s
JOIN (SELECT DISTINCT cell_group, kernel, policy, workload, mode
      FROM report_run WHERE side = 0) AS r USING (cell_group)
GROUP BY s.cell_group
ORDER BY r.kernel, r.workload, r.mode, r.policy;
