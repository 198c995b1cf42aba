// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/contract.h"

#include "base/str.h"

/* The serial port waits for the host whenever the host's end is full. */
static char *streamed_trace(const struct cell *cell)
{
	if (!cell->trace->enabled || cell->trace->stream != STREAM_ALWAYS)
		return NULL;
	return xstrdup("mode deterministic can't send the trace while the workload runs: the host "
		       "would decide when; set stream = \"never\" and a buffer_kb that holds it");
}

/* The host takes what is reported when it gets to it, and gives it back as zeroes. */
static char *reported_pages(const struct cell *cell)
{
	if (!cell->policy || !cell->policy->needs_reporting)
		return NULL;
	return xstrdup("mode deterministic has no balloon: the host would decide when it answers; "
		       "use tcg or kvm");
}

char *contract_breach(const struct cell *cell)
{
	if (cell->mode != MODE_DETERMINISTIC)
		return NULL;
	return streamed_trace(cell) ?: reported_pages(cell);
}
