// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: daemon
 *
 * Says in a file whether a balloon is at work that reports free pages: there is
 * one, a driver has taken it, and both have agreed on that feature.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLICY "page-reporting"
#include "daemon.h"

#define DEVICES "/sys/bus/virtio/devices"
#define PERIOD_MS 500
#define BALLOON "0x0005"     /* VIRTIO_ID_BALLOON */
#define REPORTING 5          /* VIRTIO_BALLOON_F_REPORTING */
#define DRIVER_OK 4          /* VIRTIO_CONFIG_S_DRIVER_OK */

/* The first word of a device's file, or "". */
static void read_file(const char *device, const char *name, char ret[80])
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", device, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%79s", ret) != 1)
		ret[0] = '\0';
	if (f)
		fclose(f);
}

/* `features` is a string of digits, the lowest bit first. */
static bool reports(const char *device)
{
	char id[80], features[80], status[80];

	read_file(device, "device", id);
	read_file(device, "features", features);
	read_file(device, "status", status);
	return strcmp(id, BALLOON) == 0 && strlen(features) > REPORTING &&
	       features[REPORTING] == '1' && strtoul(status, NULL, 16) & DRIVER_OK;
}

static bool any_reports(void)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *e;
	bool found = false;

	while (dir && (e = readdir(dir)))
		found = found || (e->d_name[0] != '.' && reports(e->d_name));
	if (dir)
		closedir(dir);
	return found;
}

int main(void)
{
	const struct timespec pause = { 0, PERIOD_MS * 1000000l };

	daemon_begin();
	for (unsigned long looks = 1;; looks++) {
		publish("negotiated %d\nlooks %lu\n", any_reports(), looks);
		nanosleep(&pause, NULL);
	}
}
