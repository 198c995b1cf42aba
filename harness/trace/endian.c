// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/endian.h"

#include "base/str.h"

static const struct {
	const char *text;
	struct trace_machine machine;
} machines[] = {
	{ "little-endian 64-bit\n", { false, 8 } },
	{ "little-endian 32-bit\n", { false, 4 } },
	{ "big-endian 64-bit\n", { true, 8 } },
	{ "big-endian 32-bit\n", { true, 4 } },
};

int trace_machine_parse(const char *text, struct trace_machine *ret, struct error **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (streq(text, machines[i].text)) {
			*ret = machines[i].machine;
			return 0;
		}
	}
	return error_set(err, EXIT_FAULT, "expected \"little-endian 64-bit\" or the like");
}

const char *trace_machine_text(const struct trace_machine *m)
{
	return machines[m->big_endian * 2 + (m->long_size == 4)].text;
}
