-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Void runs
-- text: No number of these runs is used. `harness run --retry` tries them again.
-- empty: None: every run ended ok.
SELECT kernel, policy, workload, mode, outcome, count(DISTINCT run_id) AS runs,
       'runs/' || min(run_id) || '/console.log' AS "for example",
       coalesce(substr(replace(detail, char(10), ' '), 1, 100), '') AS detail
FROM report_run
WHERE NOT usable
GROUP BY kernel, policy, workload, mode, outcome, detail
ORDER BY kernel, policy, workload, mode, outcome;
