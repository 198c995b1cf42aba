// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/devices.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "agent/wait.h"
#include "base/file.h"

#define DEVICE_TIMEOUT_MS 15000

struct pmem {
	uint64_t start, bytes;
	bool nfit; /* from the ACPI table, not from memmap= */
};

static bool read_number(const char *dir, const char *name, uint64_t *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name), *text = NULL;

	if (file_read(path, &text, NULL, NULL) < 0)
		return false;
	*ret = strtoull(text, NULL, 0);
	return true;
}

/*
 * /sys/block/pmemN/device is …/ndbusX/regionY/namespaceY.Z; through the link,
 * ".." of it is the region and the one above that the bus.
 */
static bool pmem_describe(const char *name, struct pmem *ret)
{
	_cleanup_free_ char *block = xasprintf("/sys/block/%s", name);
	_cleanup_free_ char *region = xasprintf("%s/device/..", block);
	_cleanup_free_ char *provider = xasprintf("%s/../provider", region), *text = NULL;
	uint64_t sectors;

	if (!read_number(block, "size", &sectors) ||
	    !read_number(region, "resource", &ret->start) ||
	    file_read(provider, &text, NULL, NULL) < 0)
		return false;
	ret->bytes = sectors * 512;
	ret->nfit = str_starts(text, "ACPI");
	return true;
}

struct search {
	const struct job_range *range; /* or, when it is NULL, */
	uint64_t bytes;                /* or, when that is 0, what this says */
	bool (*is_it)(const char *device, void *arg);
	void *arg;
	char *found;        /* pmemN */
	struct strbuf seen; /* what is there, for the message */
};

static bool matches(const struct search *s, const struct pmem *p, const char *device)
{
	if (s->range)
		return p->start == s->range->start && p->bytes == s->range->bytes;
	return p->nfit && (s->bytes ? p->bytes == s->bytes : s->is_it(device, s->arg));
}

static bool look(void *arg)
{
	struct search *s = arg;
	_cleanup_strv_ char **blocks = NULL;

	strbuf_deinit(&s->seen);
	if (dir_list("/sys/block", &blocks, NULL) < 0)
		return false;
	for (size_t i = 0; blocks[i]; i++) {
		_cleanup_free_ char *dev = xasprintf("/dev/%s", blocks[i]);
		struct pmem p;

		if (!str_starts(blocks[i], "pmem") || !pmem_describe(blocks[i], &p))
			continue;
		strbuf_printf(&s->seen, "%s%s: %" PRIu64 " bytes at %#" PRIx64,
			      s->seen.len ? ", " : "", blocks[i], p.bytes, p.start);
		if (path_exists(dev) && matches(s, &p, dev)) {
			s->found = steal_ptr(&dev);
			return true;
		}
	}
	return false;
}

static int find(struct search *s, const char *what, char **ret, struct error **err)
{
	bool found = wait_for(look, s, DEVICE_TIMEOUT_MS);
	_cleanup_free_ char *seen = strbuf_steal(&s->seen);

	if (!found)
		return error_set(err, EXIT_FAULT, "no pmem device %s; there is: %s", what,
				 *seen ? seen : "none");
	*ret = s->found;
	return 0;
}

int device_by_size(uint64_t bytes, char **ret, struct error **err)
{
	_cleanup_free_ char *what = xasprintf("of %" PRIu64 " bytes from the NFIT", bytes);
	struct search s = { .bytes = bytes };

	return find(&s, what, ret, err);
}

int device_by_range(const struct job_range *range, char **ret, struct error **err)
{
	_cleanup_free_ char *what =
		xasprintf("of %" PRIu64 " bytes at %#" PRIx64, range->bytes, range->start);
	struct search s = { .range = range };

	return find(&s, what, ret, err);
}

int device_that(bool (*is_it)(const char *device, void *arg), void *arg, struct error **err)
{
	struct search s = { .is_it = is_it, .arg = arg };
	_cleanup_free_ char *device = NULL;

	return find(&s, "of that kind", &device, err);
}

static bool is_there(void *arg)
{
	return path_exists(arg);
}

int device_wait(const char *path, struct error **err)
{
	if (wait_for(is_there, (void *)path, DEVICE_TIMEOUT_MS))
		return 0;
	return error_set(err, EXIT_FAULT, "there is no %s", path);
}

static int find_data(const struct job *job, char **ret, struct error **err)
{
	if (!job->data_disk)
		return device_by_range(&job->data_range, ret, err);
	*ret = xstrdup(job->data_disk);
	return device_wait(job->data_disk, err);
}

int device_data(const struct job *job, struct error **err)
{
	_cleanup_free_ char *device = NULL;

	if (job->data_range.bytes == 0 && !job->data_disk)
		return 0;
	if (find_data(job, &device, err) < 0)
		return error_wrap(err, "data device");
	if (symlink(device, JOB_DATA_DEVICE) < 0)
		return error_errno(err, errno, "link %s", JOB_DATA_DEVICE);
	return 0;
}
