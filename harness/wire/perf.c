// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/perf.h"

#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>

#define SW(name) PERF_TYPE_SOFTWARE, PERF_COUNT_SW_##name
#define HW(name) PERF_TYPE_HARDWARE, PERF_COUNT_HW_##name
#define CACHE(cache, op, result)                                                              \
	PERF_TYPE_HW_CACHE, (PERF_COUNT_HW_CACHE_##cache | PERF_COUNT_HW_CACHE_OP_##op << 8 | \
			     PERF_COUNT_HW_CACHE_RESULT_##result << 16)

#define PERF_NAMES(X)                                             \
	X("task-clock", SW(TASK_CLOCK))                           \
	X("cpu-clock", SW(CPU_CLOCK))                             \
	X("page-faults", SW(PAGE_FAULTS))                         \
	X("minor-faults", SW(PAGE_FAULTS_MIN))                    \
	X("major-faults", SW(PAGE_FAULTS_MAJ))                    \
	X("context-switches", SW(CONTEXT_SWITCHES))               \
	X("cpu-migrations", SW(CPU_MIGRATIONS))                   \
	X("alignment-faults", SW(ALIGNMENT_FAULTS))               \
	X("emulation-faults", SW(EMULATION_FAULTS))               \
	X("cycles", HW(CPU_CYCLES))                               \
	X("instructions", HW(INSTRUCTIONS))                       \
	X("ref-cycles", HW(REF_CPU_CYCLES))                       \
	X("bus-cycles", HW(BUS_CYCLES))                           \
	X("branches", HW(BRANCH_INSTRUCTIONS))                    \
	X("branch-misses", HW(BRANCH_MISSES))                     \
	X("cache-references", HW(CACHE_REFERENCES))               \
	X("cache-misses", HW(CACHE_MISSES))                       \
	X("stalled-cycles-frontend", HW(STALLED_CYCLES_FRONTEND)) \
	X("stalled-cycles-backend", HW(STALLED_CYCLES_BACKEND))   \
	X("L1-dcache-loads", CACHE(L1D, READ, ACCESS))            \
	X("L1-dcache-load-misses", CACHE(L1D, READ, MISS))        \
	X("LLC-loads", CACHE(LL, READ, ACCESS))                   \
	X("LLC-load-misses", CACHE(LL, READ, MISS))               \
	X("LLC-stores", CACHE(LL, WRITE, ACCESS))                 \
	X("LLC-store-misses", CACHE(LL, WRITE, MISS))             \
	X("dTLB-loads", CACHE(DTLB, READ, ACCESS))                \
	X("dTLB-load-misses", CACHE(DTLB, READ, MISS))            \
	X("dTLB-stores", CACHE(DTLB, WRITE, ACCESS))              \
	X("dTLB-store-misses", CACHE(DTLB, WRITE, MISS))          \
	X("iTLB-loads", CACHE(ITLB, READ, ACCESS))                \
	X("iTLB-load-misses", CACHE(ITLB, READ, MISS))            \
	X("node-loads", CACHE(NODE, READ, ACCESS))                \
	X("node-load-misses", CACHE(NODE, READ, MISS))

const char *const perf_names[] = {
#define X(name, ...) name,
	PERF_NAMES(X)
#undef X
};

static const struct perf_what whats[] = {
#define X(name, ...) { __VA_ARGS__ },
	PERF_NAMES(X)
#undef X
};

const size_t perf_n_names = sizeof(perf_names) / sizeof(perf_names[0]);

bool perf_lookup(const char *name, struct perf_what *ret)
{
	size_t digits = strspn(name + (*name != '\0'), "0123456789abcdef");

	for (size_t i = 0; i < perf_n_names; i++) {
		if (strcmp(perf_names[i], name) == 0) {
			*ret = whats[i];
			return true;
		}
	}
	if (*name != 'r' || digits == 0 || digits > 16 || name[1 + digits])
		return false;
	*ret = (struct perf_what){ PERF_TYPE_RAW, strtoull(name + 1, NULL, 16) };
	return true;
}
