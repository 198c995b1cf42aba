// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned int checks;

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

bool check(bool ok, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %u ", ok ? "" : "not ", ++checks);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return ok;
}

void skip(const char *what, const char *why)
{
	say("ok %u %s # SKIP %s", ++checks, what, why);
}

void guest_end(void)
{
	/* The plan comes last: a guest that dies before has none. */
	say("1..%u", checks);
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

void give_up(const char *fmt, ...)
{
	va_list ap;

	printf("not ok %u ", ++checks);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	guest_end();
}

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void sleep_ms(unsigned long ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
			      .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

bool put(const char *path, const char *text)
{
	/* To truncate the trace is to clear it; other files don't mind. */
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text);
}

char *get(const char *path)
{
	size_t len = 0, cap = 1 << 16;
	char *text = malloc(cap);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, text + len, cap - len - 1)) > 0) {
		len += (size_t)n;
		if (cap - len < 4096)
			text = realloc(text, cap *= 2);
	}
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

const char *boot_option(const char *name)
{
	static char *line;
	size_t len = strlen(name);
	const char *at;

	if (!line)
		line = get("/proc/cmdline");
	for (at = line; at && (at = strstr(at, name)); at++) {
		size_t n = (at == line || at[-1] == ' ') && at[len] == '='
				   ? strcspn(at + len + 1, " \n")
				   : 0;

		if (n)
			return strndup(at + len + 1, n);
	}
	return NULL;
}

/* Bits of /proc/sys/kernel/tainted: 5 bad page, 7 oops, 9 warning, 14 soft lockup. */
unsigned long taint(void)
{
	char *text = get("/proc/sys/kernel/tainted");
	unsigned long bits = text ? strtoul(text, NULL, 10) : ~0ul;

	free(text);
	return bits & (1ul << 5 | 1ul << 7 | 1ul << 9 | 1ul << 14);
}

pid_t spawn(void (*run)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork: %s", strerror(errno));
	if (pid)
		return pid;
	run();
	_exit(1);
}

void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void load_device_modules(void)
{
	struct dirent **names;
	int n = scandir("/modules", &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char path[300];
		int r;

		if (names[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%s", names[i]->d_name);
		r = module_load(path);
		if (r && r != -EEXIST)
			give_up("%s: %s", path, strerror(-r));
	}
}

void guest_setup(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	say("KTAP version 1");
	load_device_modules();
	policy = boot_option("policy");
	if (!policy)
		give_up("policy=NAME is missing on the command line");
	policy = strdup(policy);
}
