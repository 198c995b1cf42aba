// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/power.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

void power_off(void)
{
	reboot(RB_POWER_OFF);
	/* No ACPI: a reset ends the machine just as well, since it is started with -no-reboot. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void on_crash(int sig)
{
	static const char text[] = "agent: crashed, signal ";
	const char number[] = { (char)('0' + sig / 10), (char)('0' + sig % 10), '\n' };
	int fd = open("/dev/console", O_WRONLY | O_NOCTTY);

	if (fd >= 0 && write(fd, text, strlen(text)) > 0)
		(void)!write(fd, number, sizeof(number));
	tcdrain(fd);
	power_off();
}

void power_catch_crashes(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };
	struct sigaction act = { .sa_handler = on_crash };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &act, NULL);
}
