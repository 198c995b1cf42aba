// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer target for somebody else's trace.dat, read from memory. */
#include <stdint.h>

#include "trace/dat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_dat_ struct dat *d = dat_parse("fuzz", data, size, NULL);

	return d ? 0 : -1; /* what isn't a trace.dat at all isn't worth keeping */
}
