/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Little-endian numbers of 1 to 8 bytes, at any address. */
#ifndef HARNESS_WIRE_LE_H
#define HARNESS_WIRE_LE_H

#include <stdint.h>

static inline void put_le(uint8_t *p, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static inline uint64_t get_le(const uint8_t *p, int bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

#endif
