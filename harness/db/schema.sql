-- SPDX-License-Identifier: GPL-2.0-or-later
-- results/harness.db: a public interface.  docs/schema.md explains each column
-- with its unit; names are stable and a change raises user_version with a
-- migration.  Everything here is made from run directories and can be made again.

-- One row a boot.
CREATE TABLE run (
	run_id       TEXT PRIMARY KEY,	-- CELL_ID-N, the name of the run directory
	cell_id      TEXT NOT NULL,
	cell_group   TEXT NOT NULL,	-- the same for all repetitions
	campaign_id  TEXT NOT NULL,
	kernel       TEXT NOT NULL,	-- name in harness.toml
	kernel_id    TEXT NOT NULL,	-- content hash
	release      TEXT NOT NULL,	-- uname -r
	version      TEXT NOT NULL,	-- package and version, patches
	policy       TEXT NOT NULL,
	knobs        TEXT NOT NULL,	-- "expiry_ms=1000 lots_mult=4", sorted; '' if none
	workload     TEXT NOT NULL,
	workload_knobs TEXT NOT NULL,
	mode         TEXT NOT NULL,
	cpus         INTEGER NOT NULL,
	mem_bytes    INTEGER NOT NULL,
	swap         TEXT NOT NULL,
	rep          INTEGER NOT NULL,
	seed         INTEGER NOT NULL,
	twin         INTEGER NOT NULL DEFAULT 0, -- 1: not traced, beside one that is
	outcome      TEXT NOT NULL,
	detail       TEXT,
	started_at   TEXT NOT NULL,	-- ISO 8601, UTC
	duration_s   REAL NOT NULL,	-- power-on to end
	boot_s       REAL,		-- power-on to the agent's first frame
	workload_s   REAL,		-- measured phase, guest clock
	command      TEXT NOT NULL,	-- the exact QEMU command line
	qemu         TEXT NOT NULL,
	harness      TEXT NOT NULL,
	path         TEXT NOT NULL,	-- run directory, relative to the results folder
	fingerprint  TEXT,		-- hash over all that the guest said; deterministic runs only
	inputs_hash  TEXT,		-- hash over all that it was told and ran on
	kernel_baseline TEXT		-- the kernel that this one's own changes are measured against
) STRICT, WITHOUT ROWID;

-- Each knob as asked for, found, and read back, before and after the workload.
CREATE TABLE knob (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	name TEXT NOT NULL, wanted TEXT, before TEXT, readback TEXT, after TEXT,
	verified INTEGER NOT NULL,
	PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

-- One number of one run.  source: workload (its own output), counter, trace.
CREATE TABLE metric (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	name TEXT NOT NULL, unit TEXT NOT NULL, better TEXT NOT NULL CHECK (better IN ('lower', 'higher')),
	value REAL NOT NULL,
	source TEXT NOT NULL CHECK (source IN ('workload', 'counter', 'trace')),
	PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

-- Series and histograms: kind 'histogram' (x = lowest value of the bucket, y = count),
-- 'series' (x = ns since the measured phase began, y what came since the one before) or
-- 'level' (y as it was read).
CREATE TABLE sample (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	name TEXT NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL,
	x REAL NOT NULL, y REAL NOT NULL,
	PRIMARY KEY (run_id, name, x)
) STRICT, WITHOUT ROWID;

-- How full regions of memory were: of /proc/kpageflags as the agent counted it, and of maps that
-- policies give.  ns counts from the beginning of the measured phase; pages of 4 KiB.
CREATE TABLE region (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	source TEXT NOT NULL,		-- the file
	ns INTEGER NOT NULL,
	start_pfn INTEGER NOT NULL,
	pages INTEGER,			-- size of a region; NULL: the source doesn't say
	present INTEGER NOT NULL, free INTEGER NOT NULL,
	held INTEGER,			-- empty, but not given out: a balloon's, or a policy's
	movable INTEGER, node INTEGER, zone TEXT, state TEXT,
	PRIMARY KEY (run_id, source, ns, start_pfn)
) STRICT, WITHOUT ROWID;

-- Parts of the measured phase, as the workload tells; n: in the order of its workload.toml.
CREATE TABLE span (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	name TEXT NOT NULL, n INTEGER NOT NULL,
	start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,	-- since the measured phase began
	PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

-- source: vmstat, interrupts, meminfo, psi, perf, policy, softirqs.  before and after are NULL for
-- what a machine doesn't count ("not supported"); status says which.
CREATE TABLE counter (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	source TEXT NOT NULL, name TEXT NOT NULL,
	cpu INTEGER NOT NULL DEFAULT -1,	-- -1: all of them together
	before REAL, after REAL, delta REAL,
	status TEXT NOT NULL DEFAULT 'ok',
	PRIMARY KEY (run_id, source, name, cpu)
) STRICT, WITHOUT ROWID;

CREATE TABLE trace_cpu (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	cpu INTEGER NOT NULL,
	entries INTEGER NOT NULL,	-- events decoded
	overrun INTEGER NOT NULL,	-- lost: overwritten in the ring buffer
	dropped INTEGER NOT NULL,	-- lost: not taken in the first place
	bytes INTEGER NOT NULL,
	PRIMARY KEY (run_id, cpu)
) STRICT, WITHOUT ROWID;

-- Which event types a run recorded, with the number of events (0: it was on and nothing
-- happened).  Their rows are in event_<system>_<event>, see docs/schema.md; first_row and
-- last_row are where, and NULL for events that aren't stored (trace.store).
CREATE TABLE event_type (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	system TEXT NOT NULL, event TEXT NOT NULL,
	entries INTEGER NOT NULL,
	first_row INTEGER, last_row INTEGER,
	PRIMARY KEY (run_id, system, event)
) STRICT, WITHOUT ROWID;

-- What values of event fields mean, from the print formats of a kernel's events.
-- kind 'value': the name of a value; 'flag': of a bit or several; 'flags': a whole value
-- that occurs in a trace, written as the kernel would ("GFP_KERNEL|__GFP_NOWARN").
CREATE TABLE symbol (
	kernel_id TEXT NOT NULL,
	system TEXT NOT NULL, event TEXT NOT NULL, field TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('value', 'flag', 'flags')),
	value INTEGER NOT NULL, name TEXT NOT NULL,
	PRIMARY KEY (kernel_id, system, event, field, kind, value)
) STRICT, WITHOUT ROWID;

-- Measured phase and others, on the trace's clock.
CREATE TABLE phase (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	name TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER,
	PRIMARY KEY (run_id, name, start_ns)
) STRICT, WITHOUT ROWID;

-- Oopses, panics, OOM kills, torn streams: what a person has to look at.
CREATE TABLE incident (
	run_id TEXT NOT NULL REFERENCES run ON DELETE CASCADE,
	n INTEGER NOT NULL,
	kind TEXT NOT NULL, fingerprint TEXT NOT NULL, title TEXT NOT NULL, excerpt TEXT NOT NULL,
	PRIMARY KEY (run_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE console (
	run_id TEXT PRIMARY KEY REFERENCES run ON DELETE CASCADE,
	text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the host did meanwhile.
CREATE TABLE host (
	run_id TEXT PRIMARY KEY REFERENCES run ON DELETE CASCADE,
	cpu_model TEXT, kernel TEXT,
	load1_before REAL, load1_after REAL,
	steal_s REAL, busy_s REAL,	-- CPU time over all host CPUs while it ran
	mhz REAL
) STRICT, WITHOUT ROWID;


-- For the program itself: which version of views.sql made the views.
CREATE TABLE harness_meta (views INTEGER) STRICT;
INSERT INTO harness_meta VALUES (NULL);
