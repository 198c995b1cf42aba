/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads all bytes of something; the sanitizer looks at a copy as a whole, and not byte by byte. */
#ifndef TESTS_FUZZ_TOUCH_H
#define TESTS_FUZZ_TOUCH_H

#include <stddef.h>
#include <string.h>

static inline void touch(const void *p, size_t n)
{
	static char sink[4096];

	for (size_t at = 0; at < n; at += sizeof(sink))
		memcpy(sink, (const char *)p + at, n - at < sizeof(sink) ? n - at : sizeof(sink));
	__asm__ volatile("" : : "r"(sink) : "memory");
}

#endif
