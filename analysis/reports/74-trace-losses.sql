-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Losses in traces
-- text: Metrics from these traces are left out, those from counters and workloads are kept.
-- text: A larger `buffer_kb` in [trace] helps.
-- empty: None: no trace of these runs lost an event.
WITH per_run AS (
	SELECT run_id, sum(entries) AS entries, sum(overrun + dropped) AS lost
	FROM trace_cpu
	WHERE run_id IN (SELECT run_id FROM report_run WHERE usable AND lost)
	GROUP BY run_id
)
SELECT kernel, policy, workload, mode, count(*) AS runs, max(lost) AS "most events lost",
       round(max(100.0 * lost / (entries + lost)), 2) AS "of all, %", min(run_id) AS "for example"
FROM per_run JOIN run USING (run_id)
GROUP BY kernel, policy, workload, mode
ORDER BY kernel, policy, workload, mode;
