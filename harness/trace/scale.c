// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/scale.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"

int trace_scale_parse(const char *text, struct trace_scale *ret, struct error **err)
{
	if (sscanf(text, "mult %" SCNu32 " shift %" SCNu32 " offset %" SCNd64, &ret->mult,
		   &ret->shift, &ret->offset) != 3 ||
	    ret->shift > 63)
		return error_set(err, EXIT_FAULT, "expected \"mult N shift N offset N\"");
	return 0;
}

char *trace_scale_text(const struct trace_scale *s)
{
	return xasprintf("mult %" PRIu32 " shift %" PRIu32 " offset %" PRId64 "\n", s->mult,
			 s->shift, s->offset);
}
