// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One boot for many jobs: the tray in the mailbox, what the guest makes of it,
 * and the state's way out of QEMU and back.  tests/vm/deterministic.test does
 * it with guests.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

#include "agent/unpack.c"

#include "image/cpio.h"
#include "machine/mailbox.h"
#include "machine/state.h"
#include "wire/job.h"
#include "wire/mailbox.h"

/* --- the archive ------------------------------------------------------------------- */

static void make_archive(const char *path)
{
	_cleanup_cpio_ struct cpio *c = cpio_create(path, NULL);

	EXPECT_INT(cpio_data(c, JOB_PATH, 0444, "version 1\n", 10, NULL), 0);
	EXPECT_INT(cpio_dir(c, "policy", NULL), 0);
	EXPECT_INT(cpio_data(c, "/policy/daemon", 0555,
			     "\x7f"
			     "ELF\0",
			     5, NULL),
		   0);
	EXPECT_INT(cpio_finish(c, NULL), 0);
}

static unsigned int mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

TEST(a_job_is_unpacked_as_the_kernel_would)
{
	_cleanup_free_ char *archive = scratch_path("job.cpio"), *data = NULL, *job = NULL,
			    *program = NULL;
	SCRATCH dir = scratch_folder();
	_cleanup_free_ char *root = xasprintf("%s/", dir), *at = xasprintf("%s/job", dir);
	_cleanup_free_ char *daemon = xasprintf("%s/policy/daemon", dir);
	size_t len, n;

	make_archive(archive);
	EXPECT_INT(file_read(archive, &data, &len, NULL), 0);
	EXPECT_INT(unpack_cpio((uint8_t *)data, len, root, NULL), 0);
	EXPECT_INT(file_read(at, &job, NULL, NULL), 0);
	EXPECT_STR(job, "version 1\n");
	EXPECT_INT(file_read(daemon, &program, &n, NULL), 0);
	EXPECT_INT(n, 5);
	EXPECT(memcmp(program,
		      "\x7f"
		      "ELF\0",
		      5) == 0);
	EXPECT_INT(mode_of(at), 0444);
	EXPECT_INT(mode_of(daemon), 0555);
}

/* Wherever it ends, and whatever length it promises: an error, and nothing read behind the end. */
TEST(a_broken_archive_is_one)
{
	_cleanup_free_ char *archive = scratch_path("broken.cpio"), *data = NULL;
	SCRATCH dir = scratch_folder();
	_cleanup_free_ char *root = xasprintf("%s/", dir);
	size_t len, end;

	make_archive(archive);
	EXPECT_INT(file_read(archive, &data, &len, NULL), 0);
	end = (size_t)((char *)memmem(data, len, "TRAILER", 7) - data);
	for (size_t n = 0; n < end; n++) {
		uint8_t *exactly = memcpy(malloc(n + !n), data, n);
		struct error *err = NULL;

		EXPECT_INT(unpack_cpio(exactly, n, root, &err), -1);
		EXPECT(strstr(err->msg, "broken off"));
		error_free(err);
		free(exactly);
	}
	memset(data + 6 + 6 * 8, 'f', 8);
	EXPECT_INT(unpack_cpio((uint8_t *)data, len, root, NULL), -1);
}

TEST(a_tray_is_marked_and_measured)
{
	_cleanup_free_ char *archive = scratch_path("tray.cpio");
	_cleanup_close_ int fd = -1;
	uint64_t bytes = 0;
	char mark[8], first[6];

	make_archive(archive);
	EXPECT_INT(mailbox_create(1 << 20, &fd, NULL), 0);
	EXPECT_INT(mailbox_put_job(fd, archive, NULL), 0);
	EXPECT_INT(pread(fd, mark, 8, 0), 8);
	EXPECT(memcmp(mark, MAILBOX_TRAY, 8) == 0);
	EXPECT_INT(pread(fd, &bytes, 8, 8), 8);
	EXPECT(bytes > 300 && bytes % 512 == 0);
	EXPECT_INT(pread(fd, first, 6, MAILBOX_START), 6);
	EXPECT(memcmp(first, "070701", 6) == 0);
	/* What isn't a guest's own mail is none. */
	EXPECT_INT(mailbox_read(fd, NULL, NULL), 0);
}

/* --- QEMU -------------------------------------------------------------------------- */

/* Answers each line with the next of its answers, and notes what it was asked and given. */
struct fake_qemu {
	int fd;
	const char *const *answers; /* NULL at their end: it falls silent */
	struct strbuf asked;
	char given[64]; /* read from the last descriptor that came */
	pthread_t thread;
};

static void take_given(struct fake_qemu *q, struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd;

	if (!c)
		return;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	if (read(fd, q->given, sizeof(q->given) - 1) < 0)
		q->given[0] = '?';
	close(fd);
}

static void *serve(void *arg)
{
	struct fake_qemu *q = arg;
	const char *const *next = q->answers;

	for (;;) {
		char line[4096], room[CMSG_SPACE(sizeof(int))];
		struct iovec io = { line, sizeof(line) };
		struct msghdr m = { .msg_iov = &io,
				    .msg_iovlen = 1,
				    .msg_control = room,
				    .msg_controllen = sizeof(room) };
		ssize_t n = recvmsg(q->fd, &m, 0);

		if (n <= 0)
			return NULL;
		strbuf_add(&q->asked, line, (size_t)n);
		take_given(q, &m);
		for (ssize_t i = 0; i < n; i++) {
			if (line[i] == '\n' && *next && dprintf(q->fd, "%s\n", *next++) < 0)
				return NULL;
		}
	}
}

static void fake_start(struct fake_qemu *q, struct qmp *client, const char *const *answers)
{
	int pair[2];

	*q = (struct fake_qemu){ .answers = answers };
	EXPECT_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	q->fd = pair[1];
	EXPECT_INT(pthread_create(&q->thread, NULL, serve, q), 0);
	qmp_init(client, pair[0]);
}

static void fake_end(struct fake_qemu *q, struct qmp *client)
{
	qmp_deinit(client);
	pthread_join(q->thread, NULL);
	close(q->fd);
	strbuf_deinit(&q->asked);
}

#define DONE "{\"return\": {}}"
#define STATUS(s) "{\"return\": {\"status\": \"" s "\"}}"

TEST(a_state_is_restored_and_the_guest_goes_on)
{
	static const char *const answers[] = {
		DONE, DONE, DONE, DONE, DONE, STATUS("inmigrate"), STATUS("guest-panicked"),
		DONE, NULL,
	};
	_cleanup_free_ char *state = scratch_path("state");
	struct fake_qemu q;
	struct qmp client;

	EXPECT_INT(file_puts(state, "memory", NULL), 0);
	fake_start(&q, &client, answers);
	EXPECT_INT(state_restore(&client, state, NULL), 0);
	EXPECT_STR(q.given, "memory");
	EXPECT(strstr(q.asked.data, "x-ignore-shared"));
	EXPECT(strstr(q.asked.data, "\"announce-rounds\": 0"));
	EXPECT(strstr(q.asked.data, "migrate-incoming"));
	EXPECT(strstr(strstr(q.asked.data, "query-status"), "\"cont\""));
	fake_end(&q, &client);
}

TEST(a_state_that_isnt_whole_is_told_by_its_name)
{
	static const char *const answers[] = {
		DONE, DONE, DONE, DONE, DONE, STATUS("shutdown"), NULL,
	};
	_cleanup_free_ char *state = scratch_path("torn");
	struct error *err = NULL;
	struct fake_qemu q;
	struct qmp client;

	EXPECT_INT(file_puts(state, "mem", NULL), 0);
	fake_start(&q, &client, answers);
	EXPECT_INT(state_restore(&client, state, &err), -1);
	EXPECT(strstr(err->msg, state));
	EXPECT(strstr(err->msg, "stays \"shutdown\""));
	EXPECT(!strstr(q.asked.data, "\"cont\""));
	error_free(err);
	fake_end(&q, &client);
}

TEST(a_refusal_is_told_in_qemus_words)
{
	static const char *const answers[] = {
		DONE, DONE, DONE, DONE, "{\"error\": {\"class\": \"x\", \"desc\": \"no room\"}}",
		NULL,
	};
	_cleanup_free_ char *state = scratch_path("refused");
	struct error *err = NULL;
	struct fake_qemu q;
	struct qmp client;

	fake_start(&q, &client, answers);
	EXPECT_INT(state_save(&client, state, &err), -1);
	EXPECT(strstr(err->msg, "no room"));
	error_free(err);
	fake_end(&q, &client);
}

TEST(a_qemu_that_is_silent_is_waited_for_no_longer_than_was_said)
{
	static const char *const answers[] = { DONE, NULL };
	struct error *err = NULL;
	struct fake_qemu q;
	struct qmp client;

	fake_start(&q, &client, answers);
	EXPECT_INT(qmp_do(&client, "{\"execute\": \"cont\"}\n", -1, 0.05, &err), -1);
	EXPECT(strstr(err->msg, "doesn't answer"));
	error_free(err);
	fake_end(&q, &client);
}

TEST(a_stop_of_the_guest_is_heard)
{
	static const char *const answers[] = {
		DONE,
		"{\"event\": \"GUEST_PANICKED\", \"data\": {\"action\": \"pause\"}}\n" DONE,
		NULL,
	};
	struct fake_qemu q;
	struct qmp client;

	fake_start(&q, &client, answers);
	EXPECT(!client.stopped);
	EXPECT_INT(qmp_do(&client, "{\"execute\": \"x\"}\n", -1, 5, NULL), 0);
	EXPECT(client.stopped);
	fake_end(&q, &client);
}

TEST_MAIN
