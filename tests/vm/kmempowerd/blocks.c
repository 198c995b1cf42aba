// SPDX-License-Identifier: GPL-2.0-or-later
#include "kmempowerd.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BLOCKS 16

static char *blocks[MAX_BLOCKS];
static unsigned int n_blocks;

unsigned int blocks_find(void)
{
	glob_t g;

	if (glob("/sys/devices/system/memory/memory*/state", 0, NULL, &g))
		return 0;
	for (size_t i = 0; i < g.gl_pathc && n_blocks < MAX_BLOCKS; i++) {
		char *state = get(g.gl_pathv[i]);

		if (state && !strncmp(state, "offline", 7))
			blocks[n_blocks++] = strdup(g.gl_pathv[i]);
		free(state);
	}
	globfree(&g);
	return n_blocks;
}

static bool all(const char *state, const char *now)
{
	bool ok = n_blocks > 0;

	for (unsigned int i = 0; i < n_blocks; i++) {
		char *text = get(blocks[i]);

		ok &= (text && !strncmp(text, now, strlen(now))) || put(blocks[i], state);
		free(text);
	}
	return ok;
}

bool blocks_online(void)
{
	return all("online_movable", "online");
}

bool blocks_offline(void)
{
	return all("offline", "offline");
}
