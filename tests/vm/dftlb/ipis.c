// SPDX-License-Identifier: GPL-2.0-or-later
#include "ipis.h"

#include "../policy/guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCES "/sys/kernel/tracing/instances/"

/* The sum over the CPUs of a line of /proc/interrupts. */
uint64_t interrupts(const char *row, unsigned int cpus)
{
	char *text = get("/proc/interrupts"), *p = text ? strstr(text, row) : NULL;
	uint64_t sum = 0;

	if (!p)
		give_up("/proc/interrupts has no %s", row);
	p += strlen(row);
	for (unsigned int i = 0; i < cpus; i++)
		sum += strtoull(p, &p, 10);
	free(text);
	return sum;
}

/* A buffer of its own for what is counted by its entries. */
static void buffer(const char *instance, bool on)
{
	char path[80];

	snprintf(path, sizeof(path), INSTANCES "%s/tracing_on", instance);
	if (!put(path, on ? "1" : "0"))
		give_up("%s: %s", path, strerror(errno));
}

static void event_on(const char *instance, const char *event, const char *filter)
{
	char path[120];

	snprintf(path, sizeof(path), INSTANCES "%s/events/%s/filter", instance, event);
	if (!put(path, filter))
		give_up("%s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), INSTANCES "%s/events/%s/enable", instance, event);
	if (!put(path, "1"))
		give_up("%s: %s", path, strerror(errno));
}

void ipi_events_start(void)
{
	if (mkdir(INSTANCES "calls", 0755) < 0 || mkdir(INSTANCES "flushes", 0755) < 0)
		give_up("no buffers: %s", strerror(errno));
	/* That events are switched on takes IPIs, too. */
	buffer("calls", false);
	event_on("calls", "irq_vectors/call_function_entry", "0");
	event_on("calls", "irq_vectors/call_function_single_entry", "0");
	/* TLB_REMOTE_SHOOTDOWN */
	event_on("flushes", "tlb/tlb_flush", "reason == 1");
	buffer("calls", true);
}

static uint64_t stat_of(const char *instance, unsigned int cpu, const char *name)
{
	char path[100], *text, *at;
	uint64_t n;

	snprintf(path, sizeof(path), INSTANCES "%s/per_cpu/cpu%u/stats", instance, cpu);
	text = get(path);
	at = text ? strstr(text, name) : NULL;
	if (!at)
		give_up("%s has no %s", path, name);
	n = strtoull(at + strlen(name), NULL, 10);
	free(text);
	return n;
}

/* Those that were overwritten count, too. */
static uint64_t entries(const char *instance, unsigned int cpus)
{
	char path[80];
	uint64_t n = 0;

	buffer(instance, false);
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		n += stat_of(instance, cpu, "entries: ") + stat_of(instance, cpu, "overrun: ");
	snprintf(path, sizeof(path), INSTANCES "%s", instance);
	rmdir(path);
	return n;
}

struct ipi_events ipi_events_stop(unsigned int cpus)
{
	return (struct ipi_events){ entries("calls", cpus), entries("flushes", cpus) };
}
