// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer target for a workload's output in YAML. */
#include <stdint.h>

#include "ingest/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, size), *json = NULL;

	yaml_to_json(text, strlen(text), &json, NULL);
	return 0;
}
