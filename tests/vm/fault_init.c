// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID 1 of a guest that goes wrong in the way that "fault=NAME" on the kernel
 * command line asks for, after a correct beginning.  It speaks the wire like
 * the agent does and is small, so that what a test plants is all there is.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "wire/job.h"
#include "wire/wire.h"

static int port = -1;
static uint32_t seq;

static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(1, fmt, ap);
	va_end(ap);
}

static void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		say("fault_init: %s: %m\n", path);
	close(fd);
}

/* --- beginning ------------------------------------------------------------------- */

/* /modules/NN-name.ko, in the order of their numbers. */
static void load_modules(void)
{
	struct dirent **names;
	int n = scandir("/modules", &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char path[300];
		int fd;

		if (names[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%s", names[i]->d_name);
		fd = open(path, O_RDONLY);
		if (syscall(SYS_finit_module, fd, "", 0) < 0)
			say("fault_init: %s: %m\n", path);
		close(fd);
	}
}

/* The port that is called JOB_STREAM_PORT; the driver finds it a moment after it is loaded. */
static void open_port(void)
{
	for (int tries = 0; port < 0 && tries < 200; tries++) {
		for (int i = 0; i < 8 && port < 0; i++) {
			char path[64], name[64] = "";
			int fd;

			snprintf(path, sizeof(path), "/sys/class/virtio-ports/vport%dp1/name", i);
			fd = open(path, O_RDONLY);
			if (fd >= 0 && read(fd, name, sizeof(name) - 1) > 0 &&
			    strncmp(name, JOB_STREAM_PORT, strlen(JOB_STREAM_PORT)) == 0) {
				snprintf(path, sizeof(path), "/dev/vport%dp1", i);
				port = open(path, O_RDWR);
			}
			close(fd);
		}
		if (port < 0)
			usleep(20000);
	}
	if (port < 0)
		say("fault_init: no port %s\n", JOB_STREAM_PORT);
}

static void begin(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	dup2(open("/dev/console", O_RDWR), 1);
	load_modules();
	open_port();
}

/* --- frames ---------------------------------------------------------------------- */

static void send_bytes(const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(port, p, len);

		if (n <= 0) {
			say("fault_init: write: %m\n");
			return;
		}
		p += n;
		len -= (size_t)n;
	}
}

static void frame(enum wire_type type, const void *payload, size_t len)
{
	static uint8_t out[WIRE_HEADER + WIRE_PAYLOAD_MAX];

	send_bytes(out, wire_encode(type, seq++, payload, (uint32_t)len, out));
}

static void text(enum wire_type type, const char *s)
{
	frame(type, s, strlen(s));
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void heartbeat(void)
{
	uint64_t ns = now_ns();

	frame(WIRE_HEARTBEAT, &ns, 8);
}

static void phase(const char *name)
{
	struct {
		uint64_t ns;
		char name[32];
	} p = { now_ns(), "" };

	strncpy(p.name, name, sizeof(p.name) - 1);
	frame(WIRE_PHASE, &p, 8 + strlen(p.name));
}

static void send_file(const char *path, const char *data, uint64_t announced)
{
	text(WIRE_FILE_OPEN, path);
	text(WIRE_FILE_DATA, data);
	frame(WIRE_FILE_CLOSE, &announced, 8);
}

static void beat_for_ever(void)
{
	for (;;) {
		heartbeat();
		usleep(500000);
	}
}

static void finish(const char *outcome)
{
	tcdrain(1); /* the machine ends with the bye, and takes with it what wasn't sent */
	text(WIRE_OUTCOME, outcome);
	frame(WIRE_BYE, NULL, 0);
	for (;;)
		pause();
}

/* --- faults ---------------------------------------------------------------------- */

static void fault_none(void)
{
	send_file("before/vmstat", "nr_free_pages 1\n", 16);
	text(WIRE_LOG, "all is well");
	finish("ok\n");
}

static void fault_panic(void)
{
	put_file("/proc/sys/kernel/panic", "0"); /* stays there, as on a machine of one's own */
	put_file("/proc/sysrq-trigger", "c");
	beat_for_ever();
}

/* A module of ours would be needed for a plain oops; the words on the console are what counts. */
static void fault_oops(void)
{
	put_file("/dev/kmsg",
		 "<1>BUG: unable to handle page fault for address: 0000000000001000\n");
	usleep(300000);
	finish("ok\n");
}

static void fault_hang(void)
{
	for (;;)
		pause();
}

static void fault_timeout(void)
{
	beat_for_ever();
}

static void fault_exit(void)
{
	exit(3); /* "Attempted to kill init!" */
}

static void fault_poweroff(void)
{
	reboot(RB_POWER_OFF);
}

static void fault_garbage(void)
{
	static char rubbish[100000];

	memset(rubbish, 0x5a, sizeof(rubbish));
	send_bytes(rubbish, sizeof(rubbish));
	beat_for_ever();
}

static void fault_short_file(void)
{
	send_file("out/result.json", "{}", 3);
	beat_for_ever();
}

static void fault_escape(void)
{
	send_file("../../escaped", "x", 1);
	beat_for_ever();
}

static void fault_flood(void)
{
	static char line[1024];

	/* A character that no kernel prints: its own messages may come in between. */
	memset(line, '~', sizeof(line) - 1);
	line[sizeof(line) - 2] = '\n';
	for (int i = 0; i < 400; i++) {
		say("%s", line);
		if (i % 10 == 0)
			heartbeat(); /* a UART is slow on a busy host */
	}
	finish("ok\n");
}

static void eat_memory(void)
{
	size_t step = 1 << 20;

	for (;;) {
		char *p = mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			_exit(4);
		memset(p, 1, step);
	}
}

/* As the agent does with a workload: it dies, and the agent says that it failed. */
static void fault_oom(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		eat_memory();
	while (waitpid(pid, &status, WNOHANG) == 0) {
		heartbeat();
		usleep(200000);
	}
	say("fault_init: workload status %#x\n", status);
	finish("workload-failed\nit was killed");
}

static void fault_refused(void)
{
	finish("policy-refused\nknob expiry_ms reads 0, wanted 10");
}

static void fault_mute(void)
{
	for (;;)
		pause();
}

static const struct fault {
	const char *name;
	void (*run)(void);
	bool silent; /* no HELLO either */
} faults[] = {
	{ "none", fault_none },
	{ "panic", fault_panic },
	{ "oops", fault_oops },
	{ "hang", fault_hang },
	{ "timeout", fault_timeout },
	{ "exit", fault_exit },
	{ "poweroff", fault_poweroff },
	{ "garbage", fault_garbage },
	{ "short-file", fault_short_file },
	{ "escape", fault_escape },
	{ "flood", fault_flood },
	{ "oom", fault_oom },
	{ "refused", fault_refused },
	{ "mute", fault_mute, true },
};

static const struct fault *asked_for(void)
{
	static char line[4096];
	int fd = open("/proc/cmdline", O_RDONLY);
	char *word;

	if (fd < 0 || read(fd, line, sizeof(line) - 1) < 0)
		return &faults[0];
	line[strcspn(line, "\n")] = '\0';
	word = strstr(line, "fault=");
	for (size_t i = 0; word && i < sizeof(faults) / sizeof(faults[0]); i++) {
		size_t n = strlen(faults[i].name);

		if (strncmp(word + 6, faults[i].name, n) == 0 && strchr(" \0", word[6 + n]))
			return &faults[i];
	}
	say("fault_init: no such fault\n");
	return &faults[0];
}

int main(void)
{
	const struct fault *fault;
	struct utsname u;

	begin();
	fault = asked_for();
	say("fault_init: %s\n", fault->name);
	if (!fault->silent) {
		uname(&u);
		text(WIRE_HELLO, u.release);
		heartbeat();
		phase("measure");
	}
	fault->run();
	return 0;
}
