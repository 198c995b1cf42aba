/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory as block devices.  The names pmem0, pmem1 … follow the order of
 * discovery, so devices are found by what they are: the tools image by its
 * size among those of the ACPI table, swap and data by their address.
 */
#ifndef AGENT_DEVICES_H
#define AGENT_DEVICES_H

#include "agent/job.h"

/* *ret is /dev/pmemN; caller frees. */
int device_by_size(uint64_t bytes, char **ret, struct error **err);
int device_by_range(const struct job_range *range, char **ret, struct error **err);
/* Waits for one from the NFIT that `is_it` says true of. */
int device_that(bool (*is_it)(const char *device, void *arg), void *arg, struct error **err);
/* The data device gets the one name that the workload's command line knows. */
int device_data(const struct job *job, struct error **err);
/* Waits until a driver has made it. */
int device_wait(const char *path, struct error **err);

#endif
