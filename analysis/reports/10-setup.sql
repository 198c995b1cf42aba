-- SPDX-License-Identifier: GPL-2.0-or-later
-- title: What was run
WITH k AS (
	SELECT DISTINCT run_id, kernel, release, version, policy, knobs, workload, workload_knobs, mode,
			cpus, mem_bytes, swap, rep, started_at, qemu, harness
	FROM report_run
), what(part, subject, detail, "order") AS (
	SELECT 'kernel', kernel, release || ' (' || version || ')' ||
	       iif(version GLOB '*-dirty*', ': built with changes that no revision has', ''), 1
	FROM k GROUP BY kernel, release, version
	UNION ALL
	SELECT 'policy', policy, knobs, 2 + (policy <> 'stock') FROM k GROUP BY policy, knobs
	UNION ALL
	SELECT 'workload', workload, workload_knobs, 4 FROM k GROUP BY workload, workload_knobs
	UNION ALL
	SELECT 'machine', mode, cpus || ' CPUs, ' || (mem_bytes / 1048576) || ' MiB' ||
	       iif(swap IN ('', 'none'), '', ', swap on ' || swap), 5
	FROM k GROUP BY mode, cpus, mem_bytes, swap
	UNION ALL
	SELECT 'host', cpu_model, 'Linux ' || host.kernel, 6
	FROM host JOIN k USING (run_id) GROUP BY cpu_model, host.kernel
	UNION ALL
	SELECT 'tools', 'qemu ' || qemu, 'harness ' || harness, 7 FROM k GROUP BY qemu, harness
	UNION ALL
	SELECT 'boots', count(*), 'repetitions 1 to ' || max(rep) || ', started ' || min(started_at) ||
	       ' to ' || max(started_at), 8 FROM k
)
SELECT part AS "", subject AS "what", detail AS "in detail"
FROM what
ORDER BY "order", subject, detail;
