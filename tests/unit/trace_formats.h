/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event formats for tests. */
#ifndef HARNESS_TRACE_FORMATS_H
#define HARNESS_TRACE_FORMATS_H

#define COMMON                                                                         \
	"format:\n"                                                                    \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

/* One field of every kind. */
static const char kinds_format[] =
	"name: kinds\nID: 77\n" COMMON "\tfield:short small;\toffset:8;\tsize:2;\tsigned:1;\n"
	"\tfield:unsigned char tiny;\toffset:10;\tsize:1;\tsigned:0;\n"
	"\tfield:char comm[4];\toffset:12;\tsize:4;\tsigned:0;\n"
	"\tfield:__data_loc char[] text;\toffset:16;\tsize:4;\tsigned:0;\n"
	"\tfield:__data_loc unsigned long[] mask;\toffset:20;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned short list[2];\toffset:24;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned int cpu;\toffset:28;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned long flags;\toffset:32;\tsize:8;\tsigned:0;\n\n"
	"print fmt: \"%s %s %s\", __get_str(text), __get_bitmask(mask), "
	"(REC->flags) ? __print_flags(REC->flags, \"|\", {(unsigned long)(0x3u|0x4u), \"ALL\"}, "
	"{0x1u, \"A\"}, {0x2UL, \"B\"}) : \"none\"\n";

#endif
