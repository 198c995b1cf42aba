/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations, kept as counts: 256 buckets for each power of two, 0.4 % at most. */
#ifndef FRAGMENT_LATENCY_H
#define FRAGMENT_LATENCY_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#define FINE_BITS 8
#define COARSE_BITS 4 /* as it is printed */
#define BUCKETS ((64 - FINE_BITS + 1) << FINE_BITS)

struct latency {
	uint32_t count[BUCKETS];
	uint64_t n, sum, max;
};

static inline unsigned int latency_bucket(uint64_t v)
{
	unsigned int shift;

	if (v >> FINE_BITS == 0)
		return (unsigned int)v;
	shift = 63 - (unsigned int)__builtin_clzll(v) - FINE_BITS;
	return ((shift + 1) << FINE_BITS) + (unsigned int)(v >> shift & ((1u << FINE_BITS) - 1));
}

/* The lowest value that is in it. */
static inline uint64_t latency_value(unsigned int bucket)
{
	unsigned int shift = bucket >> FINE_BITS;
	uint64_t low = bucket & ((1u << FINE_BITS) - 1);

	return shift ? ((1ull << FINE_BITS) | low) << (shift - 1) : low;
}

static inline void latency_add(struct latency *l, uint64_t ns)
{
	l->count[latency_bucket(ns)]++;
	l->n++;
	l->sum += ns;
	l->max = ns > l->max ? ns : l->max;
}

/* Nearest rank: the least value that at least `q` of all are not above. */
static inline uint64_t latency_quantile(const struct latency *l, double q)
{
	uint64_t rank = (uint64_t)(q * (double)l->n), before = 0;

	for (unsigned int i = 0; i < BUCKETS; i++) {
		before += l->count[i];
		if (before > rank)
			return latency_value(i);
	}
	return l->max;
}

static inline uint64_t latency_coarse(uint64_t v)
{
	int shift = v >> (COARSE_BITS + 1) ? 63 - __builtin_clzll(v) - COARSE_BITS : 0;

	return v >> shift << shift;
}

static inline void latency_print_histogram(FILE *out, const struct latency *l)
{
	const char *comma = "";

	fputs("\"histogram\": [", out);
	for (unsigned int i = 0; i < BUCKETS;) {
		uint64_t low = latency_coarse(latency_value(i)), n = 0;

		for (; i < BUCKETS && latency_coarse(latency_value(i)) == low; i++)
			n += l->count[i];
		if (n) {
			fprintf(out, "%s[%" PRIu64 ", %" PRIu64 "]", comma, low, n);
			comma = ", ";
		}
	}
	fputs("]", out);
}

static inline void latency_print(FILE *out, const char *name, const struct latency *l)
{
	fprintf(out,
		"  \"%s\": {\"mean\": %.1f, \"p50\": %" PRIu64 ", \"p99\": %" PRIu64
		", \"p999\": %" PRIu64 ", \"max\": %" PRIu64 ",\n    ",
		name, l->n ? (double)l->sum / (double)l->n : 0.0, latency_quantile(l, 0.5),
		latency_quantile(l, 0.99), latency_quantile(l, 0.999), l->max);
	latency_print_histogram(out, l);
	fputs("},\n", out);
}

#endif
