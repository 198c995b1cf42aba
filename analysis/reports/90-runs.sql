-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: Runs behind each comparison
-- show: verbose
SELECT p.pair, p.heading AS "where", iif(m.side, p.b_label, p.a_label) AS side,
       group_concat(m.run_id, ' ') AS runs
FROM report_pair AS p JOIN report_member AS m USING (pair)
GROUP BY p.pair, m.side
ORDER BY p.pair, m.side;
