// SPDX-License-Identifier: GPL-2.0-or-later
/* A node's memory, and with it its kswapd, comes and goes. */
#include "guest.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

static bool all_blocks(const char *state)
{
	bool ok = true;
	glob_t g;

	if (glob("/sys/devices/system/node/node1/memory*/state", 0, NULL, &g))
		return false;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		char *now = get(g.gl_pathv[i]);

		/* Online as another kind of memory counts as online. */
		ok &= (now && !strncmp(now, state, strlen("online"))) || put(g.gl_pathv[i], state);
	}
	globfree(&g);
	return ok;
}

bool node_online(void)
{
	return all_blocks("online_movable");
}

bool node_offline(void)
{
	return all_blocks("offline");
}
