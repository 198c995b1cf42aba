-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Price of the hooks
-- text: Stock on a patched kernel, all hooks off, against stock on the kernel that it was made from
-- text: (`baseline` in harness.toml). The workloads' own metrics, and any other that differs.
-- pairs: hooks
SELECT run_id, name, unit, better, value, source <> 'workload' AS detail
FROM report_metric
ORDER BY detail, source, name;
