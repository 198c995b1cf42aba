-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: TLB flushes and interrupts between CPUs
-- text: tlb_shootdowns and function_call_interrupts are rows of /proc/interrupts, both received;
-- text: the others come from the trace. Function calls carry more than TLB flushes.
WITH wanted(place, name, detail) AS (VALUES
	(1, 'tlb_shootdowns', 0), (2, 'function_call_interrupts', 0), (3, 'tlb_flushes', 1),
	(4, 'tlb_flushes_remote', 0), (5, 'call_function_ipis', 0), (6, 'ipis_sent', 0),
	(7, 'nr_tlb_remote_flush', 1), (8, 'nr_tlb_remote_flush_received', 1))
SELECT run_id, name, unit, better, value, detail
FROM report_metric JOIN wanted USING (name)
WHERE source <> 'workload'
ORDER BY place;
