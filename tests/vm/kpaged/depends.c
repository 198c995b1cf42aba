// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What kswapd depends on to free a page, while others wait for kswapd. None of
 * these may need a time limit to come to its end: who waits may wait for a minute
 * here, and nobody has to.
 */
#include "kpaged.h"

#include <stdio.h>
#include <sys/utsname.h>

/* With long waits; whether any of them ran out. */
struct patience {
	unsigned int wait_ms;
	uint64_t timeouts;
};

static struct patience patience_begin(void)
{
	struct patience p = { knob_get("wait_ms"), counter("escaped_timeout") };

	knob_put("wait_ms", 60000);
	return p;
}

static void patience_end(const struct patience *p, const char *where)
{
	uint64_t timeouts = counter("escaped_timeout") - p->timeouts;

	check(timeouts == 0, "%s: nobody waits in vain: %llu", where, (unsigned long long)timeouts);
	knob_put("wait_ms", p->wait_ms);
}

/* Limits go other ways than what the policy has diverted. */
void test_limit(void)
{
	uint64_t stalls = counter("stalls"), out = vmstat("pswpout");
	bool ended;

	if (!group_make(16)) {
		skip("a memory cgroup is left alone", "this kernel has none");
		return;
	}
	ended = comes_to_end(group_uses(32), 60);
	out = vmstat("pswpout") - out;
	check(ended && out > 0, "who has a limit swaps: %llu pages", (unsigned long long)out);
	check(counter("stalls") == stalls, "and doesn't wait");
}

/* A writer with a limit of its own, and short memory for all. */
void test_group_writes(void)
{
	struct patience p = patience_begin();
	struct outcome o;
	pid_t writer;

	files_mount();
	group_make(16);
	writer = group_writes(96);
	o = squeeze(true, false);
	outcome_show("writes under a limit", &o);
	check(comes_to_end(writer, patience_s()),
	      "who writes files under a limit comes to an end, and they are right");
	check(o.pswpout > PAGES(COLD_MB) / 8 && o.wrong == 0,
	      "and those who wait beside it, too: %llu were woken, %llu escaped",
	      (unsigned long long)o.woken, (unsigned long long)o.escaped);
	patience_end(&p, "writes under a limit");
}

/* 6.1 is 601, 6.12 is 612. */
static unsigned int kernel_release(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname u;

	if (uname(&u) < 0 || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		give_up("uname: no release");
	return major * 100 + minor;
}

struct place {
	const char *name;
	const char *(*attach)(void);
	void (*detach)(void);
	unsigned int write_mb; /* to files meanwhile */
};

static void swap_to(const struct place *place)
{
	struct patience p = patience_begin();
	const char *device;
	pid_t writer = 0;
	struct outcome o;

	swap_off(SWAP_DISK);
	device = place->attach();
	swap_on(device);
	if (place->write_mb)
		writer = group_writes(place->write_mb);
	o = squeeze(true, false);
	outcome_show(place->name, &o);
	check(o.pswpout > PAGES(COLD_MB) / 8 && o.wrong == 0,
	      "%s: %llu pages go there, and come back as they were", place->name,
	      (unsigned long long)o.pswpout);
	if (writer)
		check(comes_to_end(writer, patience_s()),
		      "%s: and who writes files beside it comes to an end", place->name);
	swap_off(device);
	place->detach();
	swap_on(SWAP_DISK);
	patience_end(&p, place->name);
}

/*
 * To free a page kswapd needs the loop device's thread, which needs ext4's pages
 * and locks, while a process with a limit writes there, too.
 *
 * 6.12 comes to a stand by this itself, more often with the policy switched off: the
 * thread waits for a page, or for a bio of the pool that all waiting writes to swap
 * are from.
 */
void test_loop(void)
{
	static const struct place loop = { "swap on a loop device", loop_attach, loop_detach, 64 };

	if (kernel_release() >= 612) {
		skip("swap on a loop device", "this kernel comes to a stand by itself");
		return;
	}
	files_mount();
	group_make(16);
	swap_to(&loop);
}

/* And here threads that need pages to encrypt it into. */
void test_crypt(void)
{
	static const struct place crypt = { "swap on dm-crypt", crypt_attach, crypt_detach };

	swap_to(&crypt);
}

/*
 * Pages of files come from a process that needs memory itself for each, and that
 * nobody has told the kernel anything about.
 */
void test_fuse(void)
{
	struct patience p = patience_begin();
	struct outcome o;
	pid_t user;

	fuse_start();
	user = fuse_use();
	o = squeeze(true, false);
	outcome_show("FUSE", &o);
	check(o.pswpout > PAGES(COLD_MB) / 8 && o.wrong == 0,
	      "FUSE: beside it %llu pages are swapped, and come back as they were",
	      (unsigned long long)o.pswpout);
	check(comes_to_end(user, patience_s()),
	      "FUSE: who writes, maps and reads there comes to an end");
	fuse_end();
	patience_end(&p, "FUSE");
}
