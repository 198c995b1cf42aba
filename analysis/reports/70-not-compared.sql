-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Not compared
-- text: Experiments that are in no comparison.
WITH alone AS (
	SELECT kernel, policy, knobs, workload, mode, side, max(usable) AS usable, count(*) AS runs
	FROM report_run AS r
	WHERE NOT EXISTS (SELECT 1 FROM report_pair AS p WHERE r.cell_group IN (p.a_group, p.b_group))
	GROUP BY cell_group
)
SELECT kernel, policy, knobs, workload, mode, sum(runs) AS runs,
       CASE WHEN NOT usable THEN 'all of its runs are void'
	    WHEN side THEN 'nothing usable to compare it with: same kernel, build, workload, machine'
	    ELSE 'nothing usable was run beside it' END AS why
FROM alone
GROUP BY kernel, policy, knobs, workload, mode, why
ORDER BY kernel, workload, policy, knobs;
