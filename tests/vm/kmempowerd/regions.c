// SPDX-License-Identifier: GPL-2.0-or-later
#include "kmempowerd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER "# node zone region start_pfn present free movable other state"

static const char *path_of(const char *file)
{
	static char path[100];

	snprintf(path, sizeof(path), "/proc/policy/%s_%s", policy, file);
	return path;
}

static void parse(const char *line, struct region *r)
{
	if (sscanf(line, "%d %15s %u %lu %lu %lu %lu %lu %11s", &r->node, r->zone, &r->number,
		   &r->start_pfn, &r->present, &r->free, &r->movable, &r->other, r->state) != 9)
		give_up("not a region: %s", line);
	if (r->present != r->free + r->movable + r->other)
		give_up("doesn't add up: %s", line);
}

size_t regions_read(struct region **ret)
{
	char *text = get(path_of("regions")), *rest = text, *line;
	struct region *all = NULL;
	size_t n = 0;

	line = strsep(&rest, "\n");
	if (!line || strcmp(line, HEADER) != 0)
		give_up("%s begins with: %s", path_of("regions"), line ? line : "nothing");
	while ((line = strsep(&rest, "\n")) && *line) {
		if (n % 64 == 0)
			all = realloc(all, (n + 64) * sizeof(*all));
		parse(line, &all[n++]);
	}
	free(text);
	*ret = all;
	return n;
}

static unsigned long full_size(void)
{
	return (unsigned long)knob_get("region_mb") << 8;
}

unsigned int regions_free(int node)
{
	unsigned long size = full_size();
	unsigned int count = 0;
	struct region *all;
	size_t n = regions_read(&all);

	for (size_t i = 0; i < n; i++)
		count += (node < 0 || all[i].node == node) && all[i].present == size &&
			 all[i].free == size;
	free(all);
	return count;
}

void regions_show(void)
{
	char *text = get(path_of("regions")), *rest = text, *line;

	while (text && (line = strsep(&rest, "\n")))
		say("# %s", line);
	free(text);
}

bool region_find(unsigned long pfn, struct region *ret)
{
	unsigned long size = full_size();
	bool found = false;
	struct region *all;
	size_t n = regions_read(&all);

	for (size_t i = 0; i < n && !found; i++) {
		found = pfn >= all[i].start_pfn && pfn < (all[i].start_pfn / size + 1) * size;
		if (found)
			*ret = all[i];
	}
	free(all);
	return found;
}

bool region_look(struct region *region)
{
	return region_find(region->start_pfn, region);
}

int region_request_text(const char *text)
{
	int fd = open(path_of("request"), O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

int region_request(const struct region *region)
{
	char text[60];

	snprintf(text, sizeof(text), "%d %s %u\n", region->node, region->zone, region->number);
	return region_request_text(text);
}

static uint64_t over(void)
{
	return counter("done") + counter("failed") + counter("cancelled");
}

/* However long that takes, as long as one after the other does. */
void wait_idle(void)
{
	uint64_t last = over(), now, end = now_ms() + 120000;

	while ((now = over()) < counter("requested")) {
		if (now != last)
			end = now_ms() + 120000;
		last = now;
		if (now_ms() >= end) {
			counters_show();
			give_up("requests don't come to an end");
		}
		sleep_ms(20);
	}
}

void quiet(void)
{
	knob_put("scan_ms", 600000);
	sleep_ms(200);
	wait_idle();
}

bool adds_up(void)
{
	wait_idle();
	return counter("requested") == over() &&
	       counter("failed") == counter("failed_unmovable") + counter("failed_pinned") +
					    counter("failed_busy") + counter("failed_target") +
					    counter("failed_offline") + counter("failed_hole");
}
