-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Stock against itself
-- text: Two sides that differ in nothing but luck and seeds: the intervals are the noise floor of
-- text: this machine. "could see" is the least effect that so many runs with this noise would have
-- text: shown four times out of five. Of one hundred metrics here a few may stand outside of 0.
-- pairs: again
SELECT run_id, name, unit, better, value, source <> 'workload' AS detail
FROM report_metric
ORDER BY detail, source, name;
