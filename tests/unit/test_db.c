// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening, creating and refusing databases; killed writers; views on nothing. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "db/db.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

static int64_t ask(struct db *db, const char *sql)
{
	int64_t v = -1;

	db_int(db, &v, -1, NULL, sql);
	return v;
}

TEST(a_new_database_has_version_and_tables)
{
	_cleanup_free_ char *path = scratch_path("new.db");
	_cleanup_db_ struct db *db = db_open(path, NULL);

	EXPECT(db);
	EXPECT_INT(ask(db, "PRAGMA user_version"), DB_VERSION);
	EXPECT_INT(ask(db, "PRAGMA application_id"), DB_APPLICATION_ID);
	EXPECT_INT(ask(db, "SELECT count(*) FROM run"), 0);
}

TEST(every_view_works_before_the_first_run)
{
	_cleanup_free_ char *path = scratch_path("views.db");
	_cleanup_db_ struct db *db = db_open(path, NULL);
	_cleanup_stmt_ sqlite3_stmt *names = NULL;
	int n = 0;

	EXPECT(db);
	names = db_prepare(db, NULL, "SELECT name FROM sqlite_schema WHERE type = 'view'");
	while (db_step(db, names, NULL) > 0) {
		const char *name = (const char *)sqlite3_column_text(names, 0);
		_cleanup_free_ char *sql = xasprintf("SELECT count(*) FROM \"%s\"", name);
		int64_t rows = -1;

		if (db_int(db, &rows, -1, NULL, sql) < 0)
			FAIL("%s: %s", name, sqlite3_errmsg(db_handle(db)));
		EXPECT_INT(rows, 0);
		n++;
	}
	EXPECT_INT(n, 13 + 13); /* v_…, and the events that they read */
}

TEST(opening_again_changes_nothing)
{
	_cleanup_free_ char *path = scratch_path("again.db"), *before = NULL, *after = NULL;
	size_t n_before, n_after;

	db_close(db_open(path, NULL));
	EXPECT_INT(file_read(path, &before, &n_before, NULL), 0);
	db_close(db_open(path, NULL));
	EXPECT_INT(file_read(path, &after, &n_after, NULL), 0);
	EXPECT_INT(n_before, n_after);
	EXPECT(memcmp(before, after, n_before) == 0);
}

/* As version 1 made it: fewer columns, a run_id in each event; `mine` is a user's own view. */
static const char version_1[] =
	"DROP TABLE run; CREATE TABLE run (run_id TEXT PRIMARY KEY, path TEXT) "
	"STRICT, WITHOUT ROWID; INSERT INTO run VALUES ('x-1', 'runs/x-1');"
	"DROP VIEW event_tlb_tlb_flush; DROP TABLE rows_tlb_tlb_flush;"
	"CREATE TABLE event_tlb_tlb_flush (run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, "
	"	cpu INTEGER NOT NULL, pid INTEGER NOT NULL, reason INTEGER, pages INTEGER);"
	"INSERT INTO event_tlb_tlb_flush VALUES ('x-1', 10, 0, 1, 2, -1), ('x-1', 20, 1, 1, 3, 5), "
	"	('y-1', 15, 0, 1, 3, 7);"
	"CREATE VIEW mine AS SELECT max(pages) AS pages FROM event_tlb_tlb_flush "
	"	WHERE run_id = 'x-1';"
	"DROP TABLE event_type; CREATE TABLE event_type (run_id TEXT NOT NULL, system TEXT NOT NULL, "
	"	event TEXT NOT NULL, entries INTEGER NOT NULL, PRIMARY KEY (run_id, system, event)) "
	"STRICT, WITHOUT ROWID;"
	"INSERT INTO event_type VALUES ('x-1', 'tlb', 'tlb_flush', 2), ('y-1', 'tlb', 'tlb_flush', 1), "
	"	('y-1', 'ipi', 'ipi_send_cpu', 0); DROP VIEW v_region_map; "
	"DROP VIEW v_empty_regions; DROP VIEW v_region_filling; DROP TABLE region; DROP TABLE span; "
	"PRAGMA user_version = 1;";

/* What an older file lacks is added behind what it has, as schema.sql lists it. */
TEST(an_older_file_is_brought_up)
{
	_cleanup_free_ char *path = scratch_path("old.db");
	struct db *db = db_open(path, NULL);

	EXPECT_INT(db_exec(db, NULL, version_1), 0);
	db_close(db);
	db = db_open(path, NULL);
	EXPECT(db);
	EXPECT_INT(ask(db, "PRAGMA user_version"), DB_VERSION);
	EXPECT_INT(ask(db, "SELECT count(*) FROM pragma_table_info('region')"), 12);
	EXPECT_INT(ask(db, "SELECT count(*) FROM pragma_table_info('span')"), 5);
	EXPECT_INT(ask(db, "SELECT count(*) FROM pragma_table_info('run') "
			   "WHERE name IN ('fingerprint', 'inputs_hash') AND type = 'TEXT'"),
		   2);
	EXPECT_INT(ask(db,
		       "SELECT count(*) FROM run WHERE path = 'runs/x-1' AND fingerprint IS NULL"),
		   1);
	EXPECT_INT(ask(db, "SELECT sum(ts_ns) FROM event_tlb_tlb_flush WHERE run_id = 'x-1'"), 30);
	EXPECT_INT(ask(db, "SELECT pages FROM event_tlb_tlb_flush WHERE run_id = 'y-1'"), 7);
	EXPECT_INT(ask(db, "SELECT pages FROM mine"), 5);
	EXPECT_INT(ask(db, "SELECT count(*) FROM pragma_table_info('rows_tlb_tlb_flush') "
			   "WHERE name = 'run_id'"),
		   0);
	db_close(db);
}

TEST(views_of_another_version_are_replaced)
{
	_cleanup_free_ char *path = scratch_path("old-views.db");
	struct db *db = db_open(path, NULL);

	EXPECT_INT(db_exec(db, NULL,
			   "DROP VIEW v_kswapd; CREATE VIEW v_kswapd AS SELECT 1 AS old; "
			   "CREATE VIEW v_gone AS SELECT 1; CREATE VIEW mine AS SELECT 7; "
			   "UPDATE harness_meta SET views = 1"),
		   0);
	db_close(db);
	db = db_open(path, NULL);
	EXPECT_INT(
		ask(db,
		    "SELECT count(*) FROM pragma_table_info('v_kswapd') WHERE name = 'awake_ns'"),
		1);
	EXPECT_INT(ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'v_gone'"), 0);
	EXPECT_INT(ask(db, "SELECT * FROM mine"), 7);
	db_close(db);
}

static void expect_refused(const char *path, const char *words)
{
	_cleanup_error_ struct error *err = NULL, *err_ro = NULL;

	EXPECT(!db_open(path, &err));
	EXPECT_INT(err->code, EXIT_INPUT);
	if (!strstr(err->msg, words))
		FAIL("\"%s\" doesn't say \"%s\"", err->msg, words);
	EXPECT(!db_open_readonly(path, &err_ro));
	EXPECT_INT(err_ro->code, EXIT_INPUT);
}

TEST(files_that_are_not_ours_are_refused)
{
	_cleanup_free_ char *newer = scratch_path("newer.db"), *text = scratch_path("text.db");
	_cleanup_free_ char *other = scratch_path("other.db");
	struct db *db = db_open(newer, NULL);
	sqlite3 *raw;

	db_exec(db, NULL, "PRAGMA user_version = %d", DB_VERSION + 1);
	db_close(db);
	expect_refused(newer, "newer");
	EXPECT_INT(file_puts(text,
			     "This is a text, and it is longer than a header of SQLite is: "
			     "one hundred bytes, which this sentence reaches about now.\n",
			     NULL),
		   0);
	expect_refused(text, "not a database");
	EXPECT_INT(sqlite3_open(other, &raw), SQLITE_OK);
	sqlite3_exec(raw, "CREATE TABLE somebody(s)", NULL, NULL, NULL);
	sqlite3_close(raw);
	expect_refused(other, "not");
}

TEST(a_missing_database_says_how_it_is_made)
{
	_cleanup_free_ char *path = scratch_path("missing.db");
	_cleanup_error_ struct error *err = NULL;

	EXPECT(!db_open_readonly(path, &err));
	EXPECT(strstr(err->msg, "harness ingest"));
	EXPECT(!path_exists(path));
}

TEST(a_reader_cannot_change_anything)
{
	static const char *const attempts[] = {
		"DELETE FROM run",
		"DROP VIEW v_kswapd",
		"CREATE TABLE t(x)",
		"PRAGMA user_version = 9",
		"ATTACH '/tmp/test_db.attached' AS x",
		"VACUUM INTO '/tmp/test_db.attached'",
		"PRAGMA writable_schema = 1; DELETE FROM sqlite_schema",
	};
	_cleanup_free_ char *path = scratch_path("reader.db"), *before = NULL, *after = NULL;
	_cleanup_db_ struct db *db = NULL;
	size_t n_before, n_after;

	db_close(db_open(path, NULL));
	EXPECT_INT(file_read(path, &before, &n_before, NULL), 0);
	db = db_open_readonly(path, NULL);
	EXPECT(db);
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		if (db_exec(db, NULL, "%s", attempts[i]) == 0)
			FAIL("not refused: %s", attempts[i]);
	}
	EXPECT(!path_exists("/tmp/test_db.attached"));
	EXPECT_INT(file_read(path, &after, &n_after, NULL), 0);
	EXPECT(n_before == n_after && memcmp(before, after, n_before) == 0);
}

/* In a child: a transaction that is larger than the page cache, so that it is on disk, and death. */
static void die_writing(const char *path)
{
	struct db *db = db_open(path, NULL);

	db_exec(db, NULL,
		"PRAGMA cache_size = 10; BEGIN; UPDATE big SET b = randomblob(1000);"
		"INSERT INTO big SELECT randomblob(1000) FROM big");
	raise(SIGKILL);
}

TEST(a_killed_writer_leaves_the_last_commit)
{
	_cleanup_free_ char *path = scratch_path("killed.db"),
			    *journal = scratch_path("killed.db-journal");
	struct db *db = db_open(path, NULL);
	pid_t pid;

	EXPECT_INT(db_exec(db, NULL,
			   "CREATE TABLE big(b); INSERT INTO big WITH RECURSIVE n(i) AS "
			   "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
			   "SELECT zeroblob(1000) FROM n"),
		   0);
	db_close(db);
	pid = fork();
	if (pid == 0)
		die_writing(path);
	waitpid(pid, NULL, 0);
	EXPECT(path_exists(journal));
	db = db_open_readonly(path, NULL); /* the reader comes first */
	EXPECT(db);
	EXPECT_INT(ask(db, "SELECT count(*) FROM big WHERE b = zeroblob(1000)"), 2000);
	EXPECT_INT(ask(db, "SELECT count(*) FROM big"), 2000);
	EXPECT_INT(ask(db,
		       "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
		   1);
	db_close(db);
}

TEST(a_folder_that_cannot_be_written_is_the_hosts_fault)
{
	_cleanup_error_ struct error *err = NULL;

	EXPECT(!db_open("/proc/harness.db", &err));
	EXPECT_INT(err->code, EXIT_HOST);
	EXPECT(strstr(err->msg, "/proc/harness.db"));
}

TEST_MAIN
