/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_WRITE_H
#define AGENT_WRITE_H

#include "base/error.h"

/* Into a file of the kernel, in one write as those files want it. */
int write_text(const char *path, const char *text, struct error **err);

#endif
