-- SPDX-License-Identifier: GPL-2.0-or-later
-- Campaign :campaign as a KCIDB report of :origin (export_kcidb.c says what is what).
-- A path's parts are letters, digits, "_" and "-".  json_patch('{}', …) leaves out what is NULL.
WITH
r AS (
	SELECT *, :origin || ':' || kernel_id AS build, :origin || ':' || run_id AS test,
	       replace(replace(workload, '.', '_'), '/', '_') AS path_part,
	       trim(policy || ' ' || knobs) AS treatment
	FROM run WHERE campaign_id = :campaign),
checkouts AS (
	SELECT json_group_array(json_object('id', build, 'origin', :origin, 'comment', version,
	                                    'valid', json('true'))) AS list
	FROM (SELECT DISTINCT build, version FROM r ORDER BY build)),
builds AS (
	SELECT json_group_array(json_object('checkout_id', build, 'id', build, 'origin', :origin,
	                                    'comment', release, 'config_name', kernel,
	                                    'architecture', 'x86_64', 'status', 'PASS')) AS list
	FROM (SELECT build, min(kernel) AS kernel, min(release) AS release
	      FROM r GROUP BY build ORDER BY build)),
-- DONE measured and judges nothing; FAIL is the kernel's fault, ERROR the
-- workload's, MISS the harness's or the host's.
boots AS (
	SELECT run_id, '' AS name, json_patch('{}', json_object(
		'build_id', build, 'id', test, 'origin', :origin, 'path', path_part,
		'start_time', started_at, 'duration', duration_s,
		'status', CASE
			WHEN outcome = 'ok' THEN 'DONE'
			WHEN outcome = 'policy-refused' THEN 'SKIP'
			WHEN outcome = 'workload-failed' THEN 'ERROR'
			WHEN outcome IN ('data-lost', 'kernel-oops', 'kernel-panic', 'oom', 'hang',
			                 'boot-failed') THEN 'FAIL'
			ELSE 'MISS' END,
		'comment', treatment,
		'environment', json_object('comment', printf('QEMU %s, CPUs: %d, memory: %d MiB',
		                                             mode, cpus, mem_bytes >> 20)),
		'misc', json_object('policy', policy, 'knobs', knobs, 'workload_knobs', workload_knobs,
		                    'mode', mode, 'rep', rep, 'outcome', outcome, 'detail', detail,
		                    'fingerprint', fingerprint, 'inputs', inputs_hash))) AS test
	FROM r),
metrics AS (
	SELECT run_id, name, json_object(
		'build_id', build, 'id', test || '.' || name, 'origin', :origin,
		'path', path_part || '.' || replace(replace(name, '.', '_'), '/', '_'),
		'start_time', started_at, 'status', 'DONE', 'comment', treatment,
		'number', json_object('value', value, 'unit', unit)) AS test
	FROM r JOIN metric USING (run_id) WHERE source = 'workload'),
tests AS (
	SELECT json_group_array(json(test)) AS list
	FROM (SELECT * FROM boots UNION ALL SELECT * FROM metrics ORDER BY run_id, name)),
seen AS (
	SELECT incident.*, :origin || ':' || incident.fingerprint AS issue, test,
	       test || '.' || n AS id
	FROM r JOIN incident USING (run_id)),
issues AS (
	SELECT json_group_array(json_object('id', issue, 'version', 1, 'origin', :origin,
	                                    'comment', title)) AS list
	FROM (SELECT issue, min(title) AS title FROM seen GROUP BY issue)),
incidents AS (
	SELECT json_group_array(json_object('id', id, 'origin', :origin, 'issue_id', issue,
	                                    'issue_version', 1, 'test_id', test,
	                                    'present', json('true'), 'comment', excerpt)) AS list
	FROM seen)
SELECT json_object(
	'version', json_object('major', 5, 'minor', 0),
	'checkouts', json(checkouts.list), 'builds', json(builds.list), 'tests', json(tests.list),
	'issues', json(issues.list), 'incidents', json(incidents.list))
FROM checkouts, builds, tests, issues, incidents
