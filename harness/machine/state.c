// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/state.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"

#define TIMEOUT_S 60.0 /* a second or less, with both cores free */

/* Tools and mailbox are files and memory of ours: each machine brings its own. */
#define IGNORE_SHARED                                                 \
	"{\"execute\": \"migrate-set-capabilities\", \"arguments\": " \
	"{\"capabilities\": [{\"capability\": \"x-ignore-shared\", \"state\": true}]}}\n"
/* The default is that of a network: bytes a second. */
#define NO_LIMIT                                                    \
	"{\"execute\": \"migrate-set-parameters\", \"arguments\": " \
	"{\"max-bandwidth\": 100000000000}}\n"
/*
 * A machine that was moved tells its network so, five times within 0.8 s of the
 * host's time, card or no card.  Each time its main loop wakes, which then may
 * find the guest halted before the guest's thread has accounted for its last
 * instructions (machine.c): of 580 runs one came out differently.
 */
#define ANNOUNCE_NOTHING                                            \
	"{\"execute\": \"migrate-set-parameters\", \"arguments\": " \
	"{\"announce-rounds\": 0}}\n"
#define GIVE_FILE "{\"execute\": \"getfd\", \"arguments\": {\"fdname\": \"state\"}}\n"
#define SAVE "{\"execute\": \"migrate\", \"arguments\": {\"uri\": \"fd:state\"}}\n"
#define LOAD "{\"execute\": \"migrate-incoming\", \"arguments\": {\"uri\": \"fd:state\"}}\n"

int state_save(struct qmp *q, const char *path, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return error_errno(err, errno, "create %s", path);
	if (qmp_do(q, IGNORE_SHARED, -1, TIMEOUT_S, err) < 0 ||
	    qmp_do(q, NO_LIMIT, -1, TIMEOUT_S, err) < 0 ||
	    qmp_do(q, GIVE_FILE, fd, TIMEOUT_S, err) < 0 || qmp_do(q, SAVE, -1, TIMEOUT_S, err) < 0)
		return -1;
	return qmp_wait_status(q, "{\"execute\": \"query-migrate\"}\n", "completed", "failed",
			       TIMEOUT_S, err);
}

int state_restore(struct qmp *q, const char *path, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "open %s", path);
	if (qmp_do(q, IGNORE_SHARED, -1, TIMEOUT_S, err) < 0 ||
	    qmp_do(q, ANNOUNCE_NOTHING, -1, TIMEOUT_S, err) < 0 ||
	    qmp_do(q, GIVE_FILE, fd, TIMEOUT_S, err) < 0 ||
	    qmp_do(q, LOAD, -1, TIMEOUT_S, err) < 0 ||
	    qmp_wait_status(q, "{\"execute\": \"query-status\"}\n", "guest-panicked", "shutdown",
			    TIMEOUT_S, err) < 0)
		return error_wrap(err, "the machine's state in %s", path);
	return qmp_do(q, "{\"execute\": \"cont\"}\n", -1, TIMEOUT_S, err);
}
