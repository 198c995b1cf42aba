/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of the configuration's enumerations, indexed by the enum, NULL-terminated. */
#ifndef HARNESS_CONFIG_NAMES_H
#define HARNESS_CONFIG_NAMES_H

#include "config/config.h"

extern const char *const mode_names[];
extern const char *const swap_names[];
extern const char *const data_names[];
extern const char *const kernel_source_names[];
extern const char *const knob_type_names[];
extern const char *const better_names[];
extern const char *const output_format_names[];

#endif
