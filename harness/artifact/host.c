// SPDX-License-Identifier: GPL-2.0-or-later
#include "artifact/host.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/str.h"

/* user nice system idle iowait irq softirq steal: the first row of /proc/stat, in ticks. */
enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, N_TIMES };

void host_look(struct host_state *ret)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/stat", "re");
	unsigned long long t[N_TIMES] = { 0 };
	double hz = (double)sysconf(_SC_CLK_TCK), load;

	*ret = (struct host_state){ 0 };
	if (getloadavg(&load, 1) == 1)
		ret->load1 = load;
	if (!f ||
	    fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[USER], &t[NICE], &t[SYSTEM],
		   &t[IDLE], &t[IOWAIT], &t[IRQ], &t[SOFTIRQ], &t[STEAL]) < IOWAIT)
		return;
	ret->steal_s = (double)t[STEAL] / hz;
	ret->busy_s = (double)(t[USER] + t[NICE] + t[SYSTEM] + t[IRQ] + t[SOFTIRQ]) / hz;
}

/* The first processor's name, and the mean of all processors' present clocks. */
static void read_cpuinfo(json_t *host)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/cpuinfo", "re");
	_cleanup_free_ char *line = NULL;
	double mhz = 0, one;
	size_t cap = 0, n = 0;

	while (f && getline(&line, &cap, f) > 0) {
		char *colon = strchr(line, ':');

		line[strcspn(line, "\n")] = '\0';
		if (!colon)
			continue;
		if (str_starts(line, "model name") && !json_object_get(host, "cpu_model"))
			json_object_set_new(host, "cpu_model", json_string(colon + 2));
		if (str_starts(line, "cpu MHz") && sscanf(colon + 1, "%lf", &one) == 1) {
			mhz += one;
			n++;
		}
	}
	if (n)
		json_object_set_new(host, "mhz", json_real(mhz / (double)n));
}

json_t *host_json(const struct host_state *before, const struct host_state *after)
{
	json_t *host = json_object();
	struct utsname u;

	if (uname(&u) == 0)
		json_object_set_new(host, "kernel", json_string(u.release));
	read_cpuinfo(host);
	json_object_set_new(host, "cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	json_object_set_new(host, "load1_before", json_real(before->load1));
	json_object_set_new(host, "load1_after", json_real(after->load1));
	json_object_set_new(host, "steal_s", json_real(after->steal_s - before->steal_s));
	json_object_set_new(host, "busy_s", json_real(after->busy_s - before->busy_s));
	return host;
}
