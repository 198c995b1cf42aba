// SPDX-License-Identifier: GPL-2.0-or-later
/* usage: reports <CONSOLE: what the harness would make of it, one incident a line: kind, title */
#include <stdio.h>

#include "machine/console_scan.h"

int main(void)
{
	struct console_scan scan = { 0 };
	char buffer[4096];
	size_t n;

	while ((n = fread(buffer, 1, sizeof(buffer), stdin)) > 0)
		console_scan_feed(&scan, buffer, n);
	console_scan_end(&scan);
	for (size_t i = 0; i < scan.n_incidents; i++)
		printf("%s\t%s\n", incident_name(scan.incidents[i].kind), scan.incidents[i].title);
	console_scan_deinit(&scan);
	return 0;
}
