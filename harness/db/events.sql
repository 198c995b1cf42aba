-- SPDX-License-Identifier: GPL-2.0-or-later
-- The event tables that views.sql reads, so that its views work before the first trace
-- was ingested.  Others are made, and columns added, from the formats recorded with a
-- trace (ingest/events.c), and for each rows_SYSTEM_EVENT a view event_SYSTEM_EVENT that
-- has the run_id as well (db/event_tables.c).
--
-- A run's events stand in one piece, from event_type.first_row to last_row, so that no row
-- has to say whose it is, and reading one run's needs no index.

CREATE TABLE IF NOT EXISTS rows_vmscan_mm_vmscan_direct_reclaim_begin (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER, "order" INTEGER, gfp_flags INTEGER);
CREATE TABLE IF NOT EXISTS rows_vmscan_mm_vmscan_direct_reclaim_end (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER, nr_reclaimed INTEGER);
CREATE TABLE IF NOT EXISTS rows_vmscan_mm_vmscan_wakeup_kswapd (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER,
	nid INTEGER, zid INTEGER, "order" INTEGER, gfp_flags INTEGER);
CREATE TABLE IF NOT EXISTS rows_vmscan_mm_vmscan_kswapd_wake (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER, nid INTEGER, zid INTEGER, "order" INTEGER);
CREATE TABLE IF NOT EXISTS rows_vmscan_mm_vmscan_kswapd_sleep (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER, nid INTEGER);
CREATE TABLE IF NOT EXISTS rows_vmscan_mm_vmscan_throttled (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER,
	nid INTEGER, usec_timeout INTEGER, usec_delayed INTEGER, reason INTEGER);
CREATE TABLE IF NOT EXISTS rows_compaction_mm_compaction_begin (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER,
	zone_start INTEGER, migrate_pfn INTEGER, free_pfn INTEGER, zone_end INTEGER, sync INTEGER);
CREATE TABLE IF NOT EXISTS rows_compaction_mm_compaction_end (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER,
	zone_start INTEGER, migrate_pfn INTEGER, free_pfn INTEGER, zone_end INTEGER, sync INTEGER, status INTEGER);
CREATE TABLE IF NOT EXISTS rows_tlb_tlb_flush (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER, reason INTEGER, pages INTEGER);
CREATE TABLE IF NOT EXISTS rows_irq_vectors_call_function_entry (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER, vector INTEGER);
CREATE TABLE IF NOT EXISTS rows_irq_vectors_call_function_single_entry (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER, vector INTEGER);
CREATE TABLE IF NOT EXISTS rows_ipi_ipi_send_cpu (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER,
	arg_cpu INTEGER, callsite INTEGER, callback INTEGER);
CREATE TABLE IF NOT EXISTS rows_ipi_ipi_send_cpumask (
	ts_ns INTEGER, cpu INTEGER, pid INTEGER, cpumask TEXT, callsite INTEGER, callback INTEGER);
