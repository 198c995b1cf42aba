// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CRC-32C (Castagnoli, reflected), eight bytes a step.  The guest computes it
 * over every trace page on an emulated CPU, so a byte a step is too slow, and
 * no CPU feature may be relied upon: the model is the user's choice.
 */
#include <pthread.h>
#include <string.h>

#include "wire/le.h"
#include "wire/wire.h"

#define POLY 0x82f63b78u
#define SLICES 8

static uint32_t table[SLICES][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c >> 1 ^ (c & 1 ? POLY : 0);
		table[0][i] = c;
	}
	for (int s = 1; s < SLICES; s++)
		for (int i = 0; i < 256; i++)
			table[s][i] = table[s - 1][i] >> 8 ^ table[0][table[s - 1][i] & 0xff];
}

uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;

	pthread_once(&once, make_tables);
	crc = ~crc;
	for (; len >= SLICES; len -= SLICES, p += SLICES) {
		uint64_t v = get_le(p, 8) ^ crc;

		crc = 0;
		for (int s = 0; s < SLICES; s++)
			crc ^= table[SLICES - 1 - s][v >> 8 * s & 0xff];
	}
	while (len--)
		crc = crc >> 8 ^ table[0][(crc ^ *p++) & 0xff];
	return ~crc;
}
