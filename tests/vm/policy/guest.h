/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For PID 1 of a guest that tests a policy's module by itself, without agent
 * or workload: it may load and unload the module as often as it likes. KTAP
 * goes to the console.
 */
#ifndef POLICY_GUEST_H
#define POLICY_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* guest.c: the machine. Whatever must not fail ends the test with a word. */
void guest_setup(void);                         /* /proc, /sys, /dev, modules of devices */
void guest_end(void) __attribute__((noreturn)); /* powers off */
void give_up(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool check(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void skip(const char *what, const char *why);
void sleep_ms(unsigned long ms);
uint64_t now_ms(void);
bool put(const char *path, const char *text);
char *get(const char *path);               /* the whole file; caller frees; NULL: can't be read */
const char *boot_option(const char *name); /* NAME=… on the kernel command line, or NULL; stays */
unsigned long taint(void); /* what the kernel complained about: warning, oops, bad page, lockup */
pid_t spawn(void (*run)(void)); /* a child that runs this for ever */
void reap(pid_t pid);

/* module.c: the policy, "watermark_timer" or another. */
extern const char *policy;
int module_load(const char *path); /* 0, or -errno */
int module_load_with(const char *path, const char *params);
int module_unload(const char *name);
void counters_show(void);
void policy_load(void);
void policy_unload(void);
bool knob_put(const char *knob, unsigned int value);
unsigned int knob_get(const char *knob);
uint64_t counter(const char *name); /* "node1.NAME" is 0 before the node is used */

/* memory.c */
unsigned long memory_lots(
	unsigned int mult);             /* of all zones that are short: pages that are missing */
void memory_show(unsigned int mult);    /* as comments, where a check failed */
void memory_fill(void);                 /* the page cache, until kswapd has worked and rests */
void memory_drain(unsigned int mult);   /* a little more, until a zone is below this level */
void memory_relieve(unsigned int mult); /* drop some of it, until none is */
void read_device(void);                 /* for spawn(): pressure without end */
void touch_memory(void);

/* hotplug.c: the memory of node 1, if the machine has any. */
bool node_online(void);
bool node_offline(void);

/* trace.c */
struct trace_event {
	double time; /* s */
	char name[48];
	char text[120];
};

void trace_setup(void);
void trace_start(void); /* vmscan's and the policy's events */
size_t trace_stop(struct trace_event **ret);
void trace_show(const struct trace_event *e, size_t n);
size_t trace_count(const struct trace_event *e, size_t n, const char *name);
/* 0 if there is no such field. */
unsigned long trace_number(const struct trace_event *e, const char *field);
bool trace_field(const struct trace_event *e, const char *field, const char *value);

#endif
