// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames to files.  The guest is untrusted: wire.c has checked each frame by
 * itself; here is what holds between frames, and what the disk has to say.
 * An error of the guest is EXIT_FAULT (the stream is torn), one of the disk
 * is EXIT_HOST (the campaign ends).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "artifact/internal.h"
#include "base/file.h"
#include "base/progress.h"
#include "wire/le.h"

static int torn(struct error **err, const char *why)
{
	return error_set(err, EXIT_FAULT, "%s", why);
}

/* Whatever the reason (full, read-only, I/O error), the next run would meet it too. */
static int disk_failed(struct artifact *a, struct error **err, const char *what, const char *path)
{
	return error_set(err, EXIT_HOST, "%s %s/%s: %s", what, a->tmp, path, strerror(errno));
}

static char *payload_text(const struct wire_frame *f, size_t skip)
{
	return xstrndup((const char *)f->payload + skip, f->length - skip);
}

static int on_hello(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	(void)err;
	a->guest.hello = true;
	a->release = payload_text(f, 0);
	return 0;
}

static int on_heartbeat(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	(void)err;
	clock_check_note(&a->clock, get_le(f->payload, 8), now_s());
	return 0;
}

static int on_phase(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	struct phase *p;

	if (a->n_phases == PHASES_MAX)
		return torn(err, "too many phases");
	p = ARRAY_APPEND(a->phases, a->n_phases);
	p->ns = get_le(f->payload, 8);
	clock_check_note(&a->clock, p->ns, now_s());
	snprintf(p->name, sizeof(p->name), "%.*s", (int)f->length - 8,
		 (const char *)f->payload + 8);
	snprintf(a->guest.phase, sizeof(a->guest.phase), "%s", p->name);
	return 0;
}

static int on_log(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	if (capped_write(&a->log, f->payload, f->length) < 0 || capped_write(&a->log, "\n", 1) < 0)
		return disk_failed(a, err, "write", "agent.log");
	return 0;
}

/* mkdir -p for the folders of `path`, which wire.c found to be harmless. */
static int make_folders(struct artifact *a, const char *path)
{
	_cleanup_free_ char *p = xstrdup(path);

	for (char *slash = p; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdirat(a->guest_dir, p, 0755) < 0 && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return 0;
}

/* A new file below guest/: its descriptor, or -1. */
static int create_file(struct artifact *a, const char *path, struct error **err)
{
	int fd = -1;

	if (++a->n_files > FILES_MAX)
		return torn(err, "too many files");
	if (make_folders(a, path) == 0)
		fd = openat(a->guest_dir, path,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 && (errno == EEXIST || errno == ENOTDIR || errno == EISDIR))
		return error_set(err, EXIT_FAULT, "file \"%s\" was sent twice", path);
	return fd < 0 ? disk_failed(a, err, "create", path) : fd;
}

static int write_file(struct artifact *a, int fd, const char *path, const uint8_t *data, size_t len,
		      struct error **err)
{
	if (len > WIRE_FILE_MAX - a->total)
		return torn(err, "the files of this run are larger than a run may be");
	if (fd_write(fd, data, len) < 0)
		return disk_failed(a, err, "write", path);
	a->total += len;
	return 0;
}

static int on_file_open(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	_cleanup_free_ char *path = payload_text(f, 0);

	if (a->file >= 0)
		return torn(err, "a file was opened while another one is open");
	a->file = create_file(a, path, err);
	if (a->file < 0)
		return -1;
	free(a->file_path);
	a->file_path = steal_ptr(&path);
	a->file_len = 0;
	return 0;
}

static int on_file_data(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	if (a->file < 0)
		return torn(err, "file data without an open file");
	if (write_file(a, a->file, a->file_path, f->payload, f->length, err) < 0)
		return -1;
	a->file_len += f->length;
	return 0;
}

static int on_pages(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	uint32_t cpu = (uint32_t)get_le(f->payload, 4);
	_cleanup_free_ char *path = xasprintf("trace/cpu%u.raw", cpu);
	int *fd = page_files_slot(&a->pages, cpu);

	if (!fd)
		return error_set(err, EXIT_FAULT, "pages of CPU %u; the machine has %u", cpu,
				 a->pages.n);
	if (*fd < 0)
		*fd = create_file(a, path, err);
	if (*fd < 0)
		return -1;
	return write_file(a, *fd, path, f->payload + WIRE_PAGES_HEAD, f->length - WIRE_PAGES_HEAD,
			  err);
}

static int on_file_close(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	int fd = a->file;

	if (fd < 0)
		return torn(err, "a file was closed that isn't open");
	a->file = -1;
	/* NFS and quotas may say so only here. */
	if (close(fd) < 0)
		return disk_failed(a, err, "write", a->file_path);
	if (get_le(f->payload, 8) != a->file_len)
		return error_set(err, EXIT_FAULT, "file \"%s\" has %llu bytes, %llu were announced",
				 a->file_path, (unsigned long long)a->file_len,
				 (unsigned long long)get_le(f->payload, 8));
	return 0;
}

/* Outcomes that only the supervisor can know are not the agent's to claim. */
static bool may_claim(enum outcome o)
{
	switch (o) {
	case OUTCOME_HANG:
	case OUTCOME_BOOT_FAILED:
	case OUTCOME_VM_LOST:
	case OUTCOME_STREAM_TORN:
	case OUTCOME_INTERRUPTED:
	case OUTCOME_CLOCK_WRONG:
		return false;
	default:
		return true;
	}
}

static int on_outcome(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	_cleanup_free_ char *text = payload_text(f, 0);
	char *nl = strchr(text, '\n');

	if (a->outcome_seen)
		return torn(err, "a second outcome");
	if (nl)
		*nl = '\0';
	if (!outcome_from_name(text, &a->guest.claimed) || !may_claim(a->guest.claimed))
		return torn(err, "an outcome that an agent can't know");
	a->outcome_seen = true;
	if (nl && nl[1])
		a->claim_detail = xstrdup(nl + 1);
	return 0;
}

static int on_bye(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	(void)f;
	if (a->file >= 0)
		return torn(err, "bye while a file is open");
	if (!a->outcome_seen)
		return torn(err, "bye without an outcome");
	if (page_files_close(&a->pages) < 0)
		return disk_failed(a, err, "write", "trace");
	a->guest.bye = true;
	return 0;
}

static int dispatch(struct artifact *a, const struct wire_frame *f, struct error **err)
{
	static int (*const handlers[])(struct artifact *, const struct wire_frame *,
				       struct error **) = {
		[WIRE_HELLO] = on_hello,
		[WIRE_HEARTBEAT] = on_heartbeat,
		[WIRE_PHASE] = on_phase,
		[WIRE_LOG] = on_log,
		[WIRE_FILE_OPEN] = on_file_open,
		[WIRE_FILE_DATA] = on_file_data,
		[WIRE_FILE_CLOSE] = on_file_close,
		[WIRE_OUTCOME] = on_outcome,
		[WIRE_BYE] = on_bye,
		[WIRE_PAGES] = on_pages,
	};

	if (a->guest.bye)
		return torn(err, "a frame after bye");
	a->guest.last_frame_s = now_s();
	if (handlers[f->type](a, f, err) < 0)
		return error_wrap(err, "frame %u (%s)", f->seq, wire_type_name(f->type));
	return 0;
}

int artifact_stream(void *arg, const void *data, size_t len, struct error **err)
{
	struct artifact *a = arg;
	const uint8_t *p = data;

	while (len) {
		struct wire_frame frame;
		const char *why;
		bool whole;
		long n = wire_read(&a->reader, p, len, &frame, &whole, &why);

		if (n < 0)
			return error_set(err, EXIT_FAULT, "frame %u at byte %llu: %s",
					 a->reader.next_seq, (unsigned long long)a->reader.offset,
					 why);
		p += n;
		len -= (size_t)n;
		if (whole && dispatch(a, &frame, err) < 0)
			return -1;
	}
	return 0;
}
