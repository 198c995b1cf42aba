/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HARNESS_VERSION_H
#define HARNESS_VERSION_H

/* Stored with each run. */
#define HARNESS_VERSION "0.1.0"

#endif
