// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/image.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/resource.h"
#include "base/str.h"
#include "image/cpio.h"
#include "image/inputs.h"
#include "wire/job.h"
#include "wire/mailbox.h"

int image_agent_hash(char ret[HASH_HEX], struct error **err)
{
	_cleanup_free_ char *agent = resource_built("agent");
	_cleanup_hash_ struct hash *h = hash_create();

	if (hash_file(h, agent, err) < 0)
		return error_wrap(err, "the guest's agent");
	hash_finish(h, ret);
	return 0;
}

/* What only this cell has. */
static int write_job(const char *path, const struct image_inputs *in, const char *job,
		     struct error **err)
{
	_cleanup_cpio_ struct cpio *c = cpio_create(path, err);

	if (!c || cpio_data(c, JOB_PATH, 0444, job, strlen(job), err) < 0)
		return -1;
	if ((in->n_policy || in->daemon) && cpio_dir(c, "policy", err) < 0)
		return -1;
	if (in->daemon && cpio_file(c, POLICY_DAEMON, 0555, in->daemon, err) < 0)
		return -1;
	if (in->simdisk && (cpio_dir(c, SIMDISK_DIR, err) < 0 ||
			    cpio_file(c, SIMDISK_MODULE, 0444, in->simdisk, err) < 0))
		return -1;
	for (size_t i = 0; i < in->n_policy; i++) {
		if (cpio_file(c, in->policy[i].guest, 0444, in->policy[i].from, err) < 0)
			return -1;
	}
	return cpio_finish(c, err);
}

static int append_file(struct strbuf *b, const char *path, struct error **err)
{
	_cleanup_free_ char *data = NULL;
	size_t len;

	if (file_read(path, &data, &len, err) < 0)
		return -1;
	strbuf_add(b, data, len);
	return 0;
}

/* The kernel unpacks the job's archive over the base. */
static int write_initrd(struct boot_files *b, const struct image_inputs *in, const char *job,
			struct error **err)
{
	_cleanup_strbuf_ struct strbuf whole = { 0 };

	b->initrd = xasprintf("%s/initrd", b->dir);
	if (append_file(&whole, in->initrd.cpio, err) < 0 || append_file(&whole, job, err) < 0)
		return -1;
	return file_write(b->initrd, whole.data, whole.len, err);
}

/* The base boots by itself, and the job is what it gets then. */
static int write_tray(struct boot_files *b, const struct image_inputs *in, const char *job,
		      struct error **err)
{
	struct stat st;

	if (stat(job, &st) < 0)
		return error_errno(err, errno, "%s", job);
	if ((uint64_t)st.st_size + MAILBOX_START > in->mailbox_bytes)
		return error_set(err, EXIT_INPUT,
				 "the policy's files (%s) don't fit into the mailbox (%s)",
				 size_to_str((uint64_t)st.st_size), size_to_str(in->mailbox_bytes));
	b->initrd = xstrdup(in->initrd.cpio);
	b->tray = xstrdup(job);
	return 0;
}

static int write_files(struct boot_files *b, const struct image_inputs *in, struct error **err)
{
	_cleanup_free_ char *job = xasprintf("%s/job.cpio", b->dir);

	if (write_job(job, in, b->job, err) < 0)
		return -1;
	return in->mailbox_bytes ? write_tray(b, in, job, err) : write_initrd(b, in, job, err);
}

/* Folders of harnesses that were killed: nobody holds their locks. */
static int sweep(const char *base, struct error **err)
{
	_cleanup_strv_ char **names = NULL;

	if (dir_list(base, &names, err) < 0)
		return -1;
	for (char **name = names; *name; name++) {
		_cleanup_free_ char *dir = xasprintf("%s/%s", base, *name);
		_cleanup_free_ char *lock = xasprintf("%s/lock", dir);
		_cleanup_close_ int fd = -1;

		if (path_is_dir(dir) && lock_take(lock, false, &fd, NULL) == 0 &&
		    dir_remove(dir, err) < 0)
			return -1;
	}
	return 0;
}

/* A folder of our own in the cache, locked for as long as we live. */
static int make_dir(struct boot_files *b, struct error **err)
{
	_cleanup_free_ char *base = NULL, *all = NULL, *dir = NULL, *lock = NULL;
	_cleanup_close_ int fd = -1;

	if (cache_dir("boot", &base, err) < 0)
		return -1;
	/* So that no other process sweeps a folder between its making and its locking. */
	all = xasprintf("%s/lock", base);
	if (lock_take(all, true, &fd, err) < 0 || sweep(base, err) < 0)
		return -1;
	dir = xasprintf("%s/XXXXXX", base);
	if (!mkdtemp(dir))
		return error_errno(err, errno, "create folder %s", dir);
	b->dir = steal_ptr(&dir);
	lock = xasprintf("%s/lock", b->dir);
	return lock_take(lock, true, &b->lock_fd, err);
}

int image_prepare(const struct cell *cell, const struct kernel *k, struct boot_files **ret,
		  struct error **err)
{
	_cleanup_boot_files_ struct boot_files *b = xcalloc(1, sizeof(*b));
	_cleanup_image_inputs_ struct image_inputs in = { 0 };

	b->lock_fd = -1;
	if (image_inputs_init(&in, cell, k, err) < 0 || job_text(&in, &b->job, err) < 0 ||
	    make_dir(b, err) < 0 || write_files(b, &in, err) < 0)
		return -1;
	b->kernel = xstrdup(k->image);
	b->tools = steal_ptr(&in.tools);
	b->tools_bytes = in.tools_bytes;
	b->mailbox_bytes = in.mailbox_bytes;
	b->layout = in.layout;
	b->cmdline = kernel_cmdline(&in.layout);
	*ret = steal_ptr(&b);
	return 0;
}

void boot_files_free(struct boot_files *b)
{
	if (!b)
		return;
	if (b->dir)
		dir_remove(b->dir, NULL);
	if (b->lock_fd >= 0)
		close(b->lock_fd);
	free(b->kernel);
	free(b->initrd);
	free(b->tray);
	free(b->tools);
	free(b->cmdline);
	free(b->job);
	free(b->dir);
	free(b);
}
