-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Not compared
-- text: Experiments that are in no comparison.
SELECT r.kernel, r.policy, r.knobs, r.workload, r.mode, count(*) AS runs,
       CASE WHEN max(r.usable) THEN 'no usable run to compare with on the same kernel, workload and machine'
	    ELSE 'all of its runs are void' END AS why
FROM report_run AS r
WHERE NOT EXISTS (SELECT 1 FROM report_pair AS p WHERE r.cell_group IN (p.a_group, p.b_group))
GROUP BY r.cell_group
ORDER BY r.kernel, r.workload, r.policy, r.knobs;
