// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The views over events, on a trace made by hand whose answers are known:
 * spans that cross CPUs, interleave, have no end or no beginning, and events
 * at the very edges of the measured phase.  tests/vm/views.sh does the same on
 * real traces, against trace-cmd.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/progress.h"
#include "ingest/ingest.h"
#include "tests/unit/hand_trace.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

#define RUN "6120000000000002-1" /* 6.12: its formats have all events that views read */
#define MS 1000000ull

/* The phases: setup from 1 s, workload from 2 s, collect from 5 s. */
#define AT(ms) ((uint64_t)(ms)*MS)

static const struct hand_event events[] = {
	/* Before the workload: a reclaim that ends in it. */
	{ 0, AT(1500), 103, "mm_vmscan_direct_reclaim_begin", "order=0 gfp_flags=0xcc0" },
	{ 0, AT(1600), 5, "tlb_flush", "reason=3 pages=7" },
	{ 0, AT(2000), 5, "tlb_flush", "reason=0 pages=-1" }, /* the first moment counts */
	{ 0, AT(2001), 100, "mm_vmscan_direct_reclaim_begin", "order=1 gfp_flags=0xcc0" },
	{ 0, AT(2002), 101, "mm_vmscan_direct_reclaim_begin", "order=0 gfp_flags=0x2cc0" },
	{ 0, AT(2003), 100, "mm_vmscan_direct_reclaim_end", "nr_reclaimed=32" },
	{ 0, AT(2100), 103, "mm_vmscan_direct_reclaim_end", "nr_reclaimed=1" },
	{ 0, AT(2200), 100, "mm_vmscan_wakeup_kswapd", "nid=0 zid=2 order=2" },
	{ 0, AT(2205), 101, "mm_vmscan_wakeup_kswapd", "nid=0 zid=2 order=0" },
	{ 0, AT(2210), 33, "mm_vmscan_kswapd_wake", "nid=0 zid=2 order=2" },
	{ 0, AT(2220), 33, "mm_vmscan_kswapd_wake", "nid=0 zid=2 order=3" }, /* another round */
	{ 0, AT(2300), 33, "mm_vmscan_kswapd_sleep", "nid=0" },
	{ 0, AT(2400), 29, "mm_compaction_begin",
	  "zone_start=0x1000 zone_end=0x9000 migrate_pfn=0x1000 free_pfn=0x9000" },
	{ 0, AT(2450), 29, "mm_compaction_end",
	  "zone_start=0x1000 zone_end=0x9000 migrate_pfn=0x1800 free_pfn=0x8000 status=8" },
	{ 0, AT(2500), 102, "mm_vmscan_direct_reclaim_end", "nr_reclaimed=9" }, /* no beginning */
	{ 0, AT(2600), 5, "tlb_flush", "reason=4 pages=1" },
	{ 0, AT(2601), 5, "ipi_send_cpu", "cpu=1 callsite=1 callback=2" },
	{ 0, AT(2700), 104, "mm_vmscan_throttled",
	  "nid=0 usec_timeout=100000 usec_delayed=60000 reason=4" },
	{ 0, AT(3000), 100, "mm_vmscan_direct_reclaim_begin", "order=2 gfp_flags=0xcc0" },
	{ 0, AT(3100), 100, "mm_vmscan_direct_reclaim_begin", "order=3 gfp_flags=0" },
	{ 0, AT(3150), 5, "tlb_flush", "reason=4 pages=33" },
	{ 0, AT(3151), 5, "ipi_send_cpumask", "" },
	{ 0, AT(3200), 100, "mm_vmscan_direct_reclaim_end", "nr_reclaimed=0" },
	{ 0, AT(4000), 33, "mm_vmscan_kswapd_wake", "nid=0 zid=2 order=0" }, /* and never sleeps */
	{ 0, AT(4999), 104, "mm_vmscan_direct_reclaim_begin", "order=0 gfp_flags=0xcc0" },
	{ 0, AT(5000), 5, "tlb_flush", "reason=4 pages=1" }, /* no longer measured */
	{ 0, AT(5000), 5, "call_function_entry", "vector=252" },
	{ 0, AT(5100), 104, "mm_vmscan_direct_reclaim_end", "nr_reclaimed=2" },
	{ 0, AT(5200), 105, "mm_vmscan_direct_reclaim_begin", "order=0 gfp_flags=0xcc0" },

	/* The other CPU, meanwhile. */
	{ 1, AT(1900), 0, "call_function_entry", "vector=252" },
	{ 1, AT(2004), 101, "mm_vmscan_direct_reclaim_end", "nr_reclaimed=5" },
	{ 1, AT(2215), 34, "mm_vmscan_kswapd_wake", "nid=1 zid=2 order=1" },
	{ 1, AT(2240), 101, "mm_vmscan_wakeup_kswapd", "nid=1 zid=2 order=0" }, /* is awake */
	{ 1, AT(2250), 34, "mm_vmscan_kswapd_sleep", "nid=1" },
	{ 1, AT(2260), 34, "mm_vmscan_kswapd_sleep", "nid=1" }, /* no wake before it */
	{ 1, AT(2410), 100, "mm_compaction_begin",
	  "zone_start=0x9000 zone_end=0xa000 migrate_pfn=0x9000 free_pfn=0x9800 sync=1" },
	{ 1, AT(2420), 100, "mm_compaction_end",
	  "zone_start=0x9000 zone_end=0xa000 migrate_pfn=0x9010 free_pfn=0x9800 sync=1 status=7" },
	{ 1, AT(2600), 0, "call_function_single_entry", "vector=251" },
	{ 1, AT(2601), 0, "call_function_entry", "vector=252" },
	{ 1, AT(2602), 0, "call_function_entry", "vector=252" },
	{ 1, AT(2603), 6, "tlb_flush", "reason=0 pages=-1" },
	{ 1, AT(2800), 105, "mm_vmscan_throttled",
	  "nid=1 usec_timeout=20000 usec_delayed=20000 reason=1" },
	{ 1, AT(3150), 0, "call_function_entry", "vector=252" },
	{ 1, AT(4500), 29, "mm_compaction_begin",
	  "zone_start=0x1000 zone_end=0x9000 migrate_pfn=0x1000 free_pfn=0x9000" },
	{ 1, AT(4600), 106, "mm_vmscan_throttled",
	  "nid=1 usec_timeout=20000 usec_delayed=1 reason=40" },
};

struct fixture {
	char *dir;
	struct db *db;
};

static void fixture_deinit(struct fixture *f)
{
	db_close(f->db);
	scratch_drop(&f->dir);
}

static struct fixture fixture_make(void)
{
	struct fixture f = { .dir = scratch_folder() };
	_cleanup_free_ char *script =
		xasprintf("mkdir %s/runs && cp -r tests/data/runs/" RUN
			  " %s/runs/ && cd %s/runs/" RUN
			  " && rm guest/trace/cpu*.stats && sed -i -e 's/8603382968/1000000000/' "
			  "-e 's/8881502654/2000000000/' -e 's/29641345661/5000000000/' run.json",
			  f.dir, f.dir, f.dir);
	_cleanup_free_ char *trace = xasprintf("%s/runs/" RUN "/guest/trace", f.dir);
	_cleanup_free_ char *path = xasprintf("%s/harness.db", f.dir);

	progress_init(QUIET);
	if (proc_runl(NULL, NULL, "sh", "-c", script, NULL) < 0)
		abort();
	hand_pages(trace, events, ARRAY_SIZE(events));
	f.db = db_open(path, NULL);
	if (!f.db || ingest_run(f.db, f.dir, RUN, NULL) < 0)
		abort();
	return f;
}
#define FIXTURE cleanup(fixture_deinit) struct fixture

/* All rows, "a|b|c" each, with a newline between them. */
static char *rows(struct fixture *f, const char *sql)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = db_prepare(f->db, NULL, sql);
	struct strbuf out = {};
	int r = -1;

	strbuf_puts(&out, "");
	while (stmt && (r = db_step(f->db, stmt, NULL)) > 0) {
		if (out.len)
			strbuf_puts(&out, "\n");
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			strbuf_printf(&out, "%s%s", i ? "|" : "",
				      (const char *)sqlite3_column_text(stmt, i) ?: "-");
	}
	if (r < 0)
		strbuf_printf(&out, "error: %s", sqlite3_errmsg(db_handle(f->db)));
	return strbuf_steal(&out);
}

#define EXPECT_ROWS(f, sql, want)                       \
	do {                                            \
		_cleanup_free_ char *_r = rows(f, sql); \
		EXPECT_STR(_r, want);                   \
	} while (0)

TEST(the_hand_made_trace_is_whole)
{
	FIXTURE f = fixture_make();
	_cleanup_free_ char *n = xasprintf("%zu|0", ARRAY_SIZE(events));

	EXPECT_ROWS(&f, "SELECT sum(entries), sum(overrun + dropped) FROM trace_cpu", n);
	EXPECT_ROWS(&f, "SELECT name, start_ns, end_ns FROM phase",
		    "collect|5000000000|-\nsetup|1000000000|2000000000\n"
		    "workload|2000000000|5000000000");
}

TEST(direct_reclaim_pairs_begin_and_end_of_a_task)
{
	FIXTURE f = fixture_make();

	EXPECT_ROWS(&f,
		    "SELECT pid, cpu, start_ns / 1000000, latency_ns / 1000000, \"order\", gfp, "
		    "nr_reclaimed, phase FROM v_direct_reclaim ORDER BY start_ns",
		    "103|0|1500|600|0|GFP_KERNEL|1|setup\n"
		    "100|0|2001|2|1|GFP_KERNEL|32|workload\n"
		    "101|0|2002|2|0|GFP_KERNEL|__GFP_NOWARN|5|workload\n"
		    "100|0|3000|-|2|GFP_KERNEL|-|workload\n"
		    "100|0|3100|100|3|none|0|workload\n"
		    "104|0|4999|101|0|GFP_KERNEL|2|workload\n"
		    "105|0|5200|-|0|GFP_KERNEL|-|collect");
}

TEST(kswapd_is_awake_from_its_first_wake_to_its_sleep)
{
	FIXTURE f = fixture_make();

	EXPECT_ROWS(&f,
		    "SELECT node, start_ns / 1000000, awake_ns / 1000000, wakes, \"order\", asked, "
		    "asked_ns / 1000000, phase FROM v_kswapd ORDER BY start_ns",
		    "0|2210|90|2|3|1|2200|workload\n"
		    "1|2215|35|1|1|0|-|workload\n"
		    "0|4000|-|1|0|0|-|workload");
}

TEST(compaction_has_its_result)
{
	FIXTURE f = fixture_make();

	EXPECT_ROWS(&f,
		    "SELECT pid, cpu, start_ns / 1000000, latency_ns / 1000000, sync, zone_start, "
		    "migrate_scanned, free_scanned, status, result, phase FROM v_compaction "
		    "ORDER BY start_ns",
		    "29|0|2400|50|0|4096|2048|4096|8|success|workload\n"
		    "100|1|2410|10|1|36864|16|0|7|contended|workload\n"
		    "29|1|4500|-|0|4096|-|-|-|-|workload");
}

TEST(tlb_flushes_of_the_measured_phase_by_reason)
{
	FIXTURE f = fixture_make();

	EXPECT_ROWS(&f,
		    "SELECT reason, reason_name, flushes, \"full\", pages FROM v_tlb_flush "
		    "ORDER BY reason",
		    "0|flush on task switch|2|2|0\n4|remote ipi send|2|0|34");
}

TEST(ipis_by_second_and_cpu)
{
	FIXTURE f = fixture_make();

	EXPECT_ROWS(&f, "SELECT second, cpu, direction, kind, n FROM v_tlb_ipi ORDER BY 1, 2, 3, 4",
		    "0|0|sent|ipi_send_cpu|1\n"
		    "0|0|sent|tlb_flush|1\n"
		    "0|1|received|call_function|2\n"
		    "0|1|received|call_function_single|1\n"
		    "1|0|sent|ipi_send_cpumask|1\n"
		    "1|0|sent|tlb_flush|1\n"
		    "1|1|received|call_function|1");
}

TEST(throttled_tasks_have_their_reasons)
{
	FIXTURE f = fixture_make();

	EXPECT_ROWS(&f,
		    "SELECT pid, cpu, ts_ns / 1000000, node, usec_timeout, usec_delayed, "
		    "reason_name, phase FROM v_throttled ORDER BY ts_ns",
		    "104|0|2700|0|100000|60000|noprogress|workload\n"
		    "105|1|2800|1|20000|20000|writeback|workload\n"
		    "106|1|4600|1|20000|1|congested|32|workload");
}

TEST(efficiency_and_stalls_come_from_counters)
{
	FIXTURE f = fixture_make();

	EXPECT_INT(db_exec(f.db, NULL,
			   "DELETE FROM counter;"
			   "INSERT INTO counter(run_id, source, name, delta) VALUES "
			   "('" RUN "', 'vmstat', 'pgscan_kswapd', 200), "
			   "('" RUN "', 'vmstat', 'pgsteal_kswapd', 150), "
			   "('" RUN "', 'vmstat', 'pgscan_direct', 0), "
			   "('" RUN "', 'vmstat', 'pgsteal_direct', 0), "
			   "('" RUN "', 'meminfo', 'pgscan_kswapd', 7), "
			   "('" RUN "', 'vmstat', 'allocstall_dma32', 3), "
			   "('" RUN "', 'vmstat', 'allocstall_movable', 4)"),
		   0);
	EXPECT_ROWS(&f,
		    "SELECT pgscan_kswapd, pgsteal_direct, kswapd_efficiency, direct_efficiency "
		    "FROM v_reclaim_efficiency",
		    "200.0|0.0|0.75|-");
	EXPECT_ROWS(&f, "SELECT zone, stalls FROM v_allocstall ORDER BY 1",
		    "dma32|3.0\nmovable|4.0");
}

/* Metrics are made from the measured phase only, by the same rules. */
TEST(metrics_of_the_trace_are_those_of_the_measured_phase)
{
	FIXTURE f = fixture_make();

	EXPECT_ROWS(&f,
		    "SELECT name, value FROM metric WHERE source = 'trace' AND name IN "
		    "('direct_reclaims', 'direct_reclaimed', 'kswapd_wakes', 'kswapd_asked', "
		    "'kswapd_awake', 'throttled_total', 'compactions', 'compactions_success', "
		    "'tlb_flushes', 'tlb_flushes_remote', 'call_function_ipis', 'ipis_sent') "
		    "ORDER BY name",
		    "call_function_ipis|4.0\ncompactions|3.0\ncompactions_success|1.0\n"
		    "direct_reclaimed|47.0\ndirect_reclaims|5.0\nipis_sent|2.0\n"
		    "kswapd_asked|1.0\nkswapd_awake|125000000.0\nkswapd_wakes|3.0\n"
		    "throttled_total|80001.0\ntlb_flushes|4.0\ntlb_flushes_remote|2.0");
}

TEST_MAIN
