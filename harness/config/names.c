// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of the configuration's enumerations, by value. */
#include "config/names.h"

const char *const mode_names[] = { "auto", "tcg", "kvm", "deterministic", NULL };
const char *const swap_names[] = { "none", "pmem", "zram", "simdisk", NULL };
const char *const data_names[] = { "pmem", "simdisk", NULL };
const char *const kernel_source_names[] = { "debian-image", "debian-source", "prebuilt", "git",
					    NULL };
const char *const knob_type_names[] = { "int", "bool", "string", NULL };
const char *const better_names[] = { "lower", "higher", NULL };
const char *const output_format_names[] = { "json", "yaml", NULL };

const char *mode_name(enum mode m)
{
	return mode_names[m];
}

const char *swap_name(enum swap_kind k)
{
	return swap_names[k];
}

const char *knob_type_name(enum knob_type t)
{
	return knob_type_names[t];
}

const char *better_name(enum better b)
{
	return better_names[b];
}

const char *output_format_name(enum output_format f)
{
	return output_format_names[f];
}
