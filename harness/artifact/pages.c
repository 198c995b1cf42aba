// SPDX-License-Identifier: GPL-2.0-or-later
/* Ring-buffer pages: they come in turns for all CPUs, while the workload runs and after it. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "artifact/internal.h"

void page_files_init(struct page_files *p, unsigned int cpus)
{
	p->fds = xmalloc(cpus * sizeof(p->fds[0]));
	p->n = cpus;
	for (unsigned int i = 0; i < cpus; i++)
		p->fds[i] = -1;
}

int *page_files_slot(struct page_files *p, uint32_t cpu)
{
	return cpu < p->n ? &p->fds[cpu] : NULL;
}

int page_files_close(struct page_files *p)
{
	int failed = 0;

	for (unsigned int i = 0; i < p->n; i++) {
		if (p->fds[i] >= 0 && close(p->fds[i]) < 0)
			failed = errno;
		p->fds[i] = -1;
	}
	errno = failed;
	return failed ? -1 : 0;
}

void page_files_deinit(struct page_files *p)
{
	page_files_close(p);
	free(p->fds);
	*p = (struct page_files){ 0 };
}
