// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A campaign as a KCIDB report, version 5 (github.com/kernelci/kcidb-io): each
 * kernel is a checkout and its build, each run a test, each metric of its
 * workload a test below that with a number, and what a console told of a kernel's
 * end is an issue and its incident.
 */
#include "base/str.h"
#include "exchange/exchange.h"

/*
 * Statuses as KCIDB means them: DONE measured and judges nothing; FAIL is the
 * kernel's fault, ERROR the workload's, MISS the harness's or the host's.
 */
#define STATUS                                                                                   \
	"CASE outcome WHEN 'ok' THEN 'DONE' WHEN 'policy-refused' THEN 'SKIP'"                   \
	" WHEN 'workload-failed' THEN 'ERROR' WHEN 'data-lost' THEN 'FAIL'"                      \
	" WHEN 'kernel-oops' THEN 'FAIL' WHEN 'kernel-panic' THEN 'FAIL' WHEN 'oom' THEN 'FAIL'" \
	" WHEN 'hang' THEN 'FAIL' WHEN 'boot-failed' THEN 'FAIL' ELSE 'MISS' END"

/* A path's parts are letters, digits, "_" and "-". */
#define PART(x) "replace(replace(" x ", '.', '_'), '/', '_')"

#define THE_RUNS "(SELECT * FROM run WHERE campaign_id = :campaign)"

static const char report[] =
	"SELECT json_object("
	"'version', json_object('major', 5, 'minor', 0),"

	"'checkouts', (SELECT json_group_array(json_object("
	" 'id', :origin || ':' || kernel_id, 'origin', :origin,"
	" 'comment', version, 'valid', json('true')))"
	" FROM (SELECT DISTINCT kernel_id, version FROM " THE_RUNS " ORDER BY kernel_id)),"

	"'builds', (SELECT json_group_array(json_object("
	" 'checkout_id', :origin || ':' || kernel_id, 'id', :origin || ':' || kernel_id,"
	" 'origin', :origin, 'comment', release, 'config_name', kernel,"
	" 'architecture', 'x86_64', 'status', 'PASS'))"
	" FROM (SELECT kernel_id, min(kernel) AS kernel, min(release) AS release"
	"  FROM " THE_RUNS " GROUP BY kernel_id ORDER BY kernel_id)),"

	"'tests', (SELECT json_group_array(json(test)) FROM ("
	" SELECT json_patch('{}', json_object(" /* which leaves out what is NULL */
	"  'build_id', :origin || ':' || kernel_id, 'id', :origin || ':' || run_id,"
	"  'origin', :origin, 'path', " PART(
		"workload") ","
			    "  'start_time', started_at, 'duration', duration_s, 'status', " STATUS
			    ","
			    "  'comment', trim(policy || ' ' || knobs),"
			    "  'environment', json_object('comment',"
			    "   printf('QEMU %s, CPUs: %d, memory: %d MiB', mode, cpus, mem_bytes >> 20)),"
			    "  'misc', json_object('policy', policy, 'knobs', knobs, 'workload_knobs', workload_knobs,"
			    "   'mode', mode, 'rep', rep, 'outcome', outcome, 'detail', detail,"
			    "   'fingerprint', fingerprint, 'inputs', inputs_hash))) AS test,"
			    "  run_id AS run, '' AS name FROM " THE_RUNS
			    " UNION ALL SELECT json_object("
			    "  'build_id', :origin || ':' || kernel_id, 'id', :origin || ':' || run_id || '.' || name,"
			    "  'origin', :origin, 'path', " PART("workload") " || '.' || " PART(
				    "name") ","
					    "  'start_time', started_at, 'status', 'DONE', 'comment', trim(policy || ' ' || knobs),"
					    "  'number', json_object('value', value, 'unit', unit)), run_id, name"
					    "  FROM " THE_RUNS
					    " JOIN metric USING (run_id) WHERE source = 'workload'"
					    " ORDER BY run, name)),"

					    "'issues', (SELECT json_group_array(json_object("
					    " 'id', :origin || ':' || fingerprint, 'version', 1, 'origin', :origin, 'comment', title))"
					    " FROM (SELECT incident.fingerprint, min(title) AS title FROM " THE_RUNS
					    "  JOIN incident USING (run_id) GROUP BY incident.fingerprint)),"

					    "'incidents', (SELECT json_group_array(json_object("
					    " 'id', :origin || ':' || run_id || '.' || n, 'origin', :origin,"
					    " 'issue_id', :origin || ':' || incident.fingerprint, 'issue_version', 1,"
					    " 'test_id', :origin || ':' || run_id, 'present', json('true'),"
					    " 'comment', excerpt))"
					    " FROM " THE_RUNS " JOIN incident USING (run_id)))";

int export_kcidb(struct db *db, const char *campaign, const char *origin, FILE *out,
		 struct error **err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(db, err, report);
	int r;

	if (!stmt)
		return -1;
	sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, ":campaign"), campaign, -1,
			  SQLITE_STATIC);
	sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, ":origin"), origin, -1,
			  SQLITE_STATIC);
	r = db_step(db, stmt, err);
	if (r > 0)
		fprintf(out, "%s\n", (const char *)sqlite3_column_text(stmt, 0));
	return r < 0 ? -1 : 0;
}
