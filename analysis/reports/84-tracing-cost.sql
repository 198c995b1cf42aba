-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: What tracing costs
-- text: Traced boots beside untraced twins of the same seed (`twins = "untraced"` in a matrix): the
-- text: median over pairs of traced / untraced - 1, and the pairs that lie furthest apart.
-- needs: v_tracing_cost
SELECT kernel, policy, workload, mode, name AS metric, count(*) AS pairs,
       printf('%+.1f', 100 * (median(ratio) - 1)) AS "typical, %",
       printf('%+.1f', 100 * (min(ratio) - 1)) AS "least, %",
       printf('%+.1f', 100 * (max(ratio) - 1)) AS "most, %"
FROM v_tracing_cost JOIN (SELECT DISTINCT run_id, kernel, policy, knobs, workload, mode
                          FROM report_run WHERE usable) AS r USING (run_id)
WHERE ratio IS NOT NULL
  AND (name = 'workload_s' OR name IN (SELECT name FROM report_metric WHERE source = 'workload'))
GROUP BY kernel, policy, knobs, workload, mode, name
ORDER BY kernel, workload, policy, knobs, mode, name <> 'workload_s', name;
