/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of the machine, wanted or not. */
#ifndef AGENT_POWER_H
#define AGENT_POWER_H

/* Never returns, even when the machine can't be switched off. */
void power_off(void) __attribute__((noreturn));
/* A crash of the agent says so and switches off; without this it would look like a kernel panic. */
void power_catch_crashes(void);

#endif
