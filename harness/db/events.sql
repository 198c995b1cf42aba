-- SPDX-License-Identifier: GPL-2.0-or-later
-- The event tables that views.sql reads, so that its views work before the first trace
-- was ingested.  Others are made, and columns added, from the formats recorded with a
-- trace (ingest/events.c).

CREATE TABLE IF NOT EXISTS event_vmscan_mm_vmscan_direct_reclaim_begin (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	"order" INTEGER, gfp_flags INTEGER);
CREATE TABLE IF NOT EXISTS event_vmscan_mm_vmscan_direct_reclaim_end (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	nr_reclaimed INTEGER);
CREATE TABLE IF NOT EXISTS event_vmscan_mm_vmscan_wakeup_kswapd (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	nid INTEGER, zid INTEGER, "order" INTEGER, gfp_flags INTEGER);
CREATE TABLE IF NOT EXISTS event_vmscan_mm_vmscan_kswapd_wake (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	nid INTEGER, zid INTEGER, "order" INTEGER);
CREATE TABLE IF NOT EXISTS event_vmscan_mm_vmscan_kswapd_sleep (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	nid INTEGER);
CREATE TABLE IF NOT EXISTS event_vmscan_mm_vmscan_throttled (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	nid INTEGER, usec_timeout INTEGER, usec_delayed INTEGER, reason INTEGER);
CREATE TABLE IF NOT EXISTS event_compaction_mm_compaction_begin (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	zone_start INTEGER, migrate_pfn INTEGER, free_pfn INTEGER, zone_end INTEGER,
	sync INTEGER);
CREATE TABLE IF NOT EXISTS event_compaction_mm_compaction_end (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	zone_start INTEGER, migrate_pfn INTEGER, free_pfn INTEGER, zone_end INTEGER,
	sync INTEGER, status INTEGER);
CREATE TABLE IF NOT EXISTS event_tlb_tlb_flush (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	reason INTEGER, pages INTEGER);
CREATE TABLE IF NOT EXISTS event_irq_vectors_call_function_entry (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	vector INTEGER);
CREATE TABLE IF NOT EXISTS event_irq_vectors_call_function_single_entry (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	vector INTEGER);
CREATE TABLE IF NOT EXISTS event_ipi_ipi_send_cpu (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	arg_cpu INTEGER, callsite INTEGER, callback INTEGER);
CREATE TABLE IF NOT EXISTS event_ipi_ipi_send_cpumask (
	run_id TEXT NOT NULL, ts_ns INTEGER NOT NULL, cpu INTEGER NOT NULL, pid INTEGER NOT NULL,
	cpumask TEXT, callsite INTEGER, callback INTEGER);
