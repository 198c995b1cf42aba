// SPDX-License-Identifier: GPL-2.0-or-later
/* Can a policy run on a kernel?  By what the kernel has, never by its version. */
#include "kernel/kernel.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "kernel/identity.h"

static char *missing_hook(const struct kernel_def *def, const struct patch_queue *queue,
			  const char *hook)
{
	_cleanup_strbuf_ struct strbuf has = { 0 };

	for (size_t i = 0; queue->hooks && queue->hooks[i]; i++)
		strbuf_printf(&has, "%s%s", i ? ", " : "", queue->hooks[i]);
	if (has.len)
		return xasprintf(
			"needs hook \"%s\", which %s doesn't have (its patch queue has %s)", hook,
			def->name, has.data);
	return xasprintf("needs hook \"%s\", which %s doesn't have (%s)", hook, def->name,
			 queue->n ? "no patch of its queue names a hook" : "no patch queue");
}

static int check_hooks(const struct kernel_def *def, const struct policy_def *policy,
		       char **ret_reason, struct error **err)
{
	_cleanup_queue_ struct patch_queue queue = { 0 };

	if (!policy->needs_hooks || !policy->needs_hooks[0])
		return 0;
	if (kernel_is_built(def) && queue_read(&queue, def->patches, err) < 0)
		return -1;
	for (size_t i = 0; policy->needs_hooks[i] && !*ret_reason; i++) {
		if (!queue_has_hook(&queue, policy->needs_hooks[i]))
			*ret_reason = missing_hook(def, &queue, policy->needs_hooks[i]);
	}
	return 0;
}

/*
 * The kernel's own config once there is one.  Before a build its fragments
 * know only what they forbid: an option that they don't name may be selected
 * by another.
 */
static int known_config(const struct kernel_def *def, const struct kernel *k, struct fragment *ret,
			bool *ret_complete, struct error **err)
{
	_cleanup_free_ char *path = k ? xasprintf("%s/config", k->dir) : NULL;
	_cleanup_queue_ struct patch_queue queue = { 0 };

	*ret_complete = path && path_exists(path);
	if (*ret_complete)
		return fragment_read(ret, path, err);
	if (kernel_is_built(def))
		return source_inputs(def, ret, &queue, err);
	return 0;
}

static void check_option(const struct kernel_def *def, const struct fragment *config, bool complete,
			 const char *name, char **ret_reason)
{
	_cleanup_free_ char *option =
		xasprintf("%s%s", str_starts(name, "CONFIG_") ? "" : "CONFIG_", name);
	const char *value = fragment_get(config, option);

	if (streq(value, "y") || streq(value, "m"))
		return;
	if (!complete && !fragment_has(config, option))
		return;
	*ret_reason =
		xasprintf("needs %s, which is not set in %s's configuration", option, def->name);
}

static int check_config(const struct kernel_def *def, const struct kernel *k,
			const struct policy_def *policy, char **ret_reason, struct error **err)
{
	_cleanup_fragment_ struct fragment config = { 0 };
	bool complete;

	if (!policy->needs_config || !policy->needs_config[0])
		return 0;
	if (known_config(def, k, &config, &complete, err) < 0)
		return -1;
	for (size_t i = 0; policy->needs_config[i] && !*ret_reason; i++)
		check_option(def, &config, complete, policy->needs_config[i], ret_reason);
	return 0;
}

static void check_buildable(const struct kernel *k, const struct policy_def *policy,
			    char **ret_reason)
{
	if (!k || k->build)
		return;
	for (size_t i = 0; i < policy->n_modules && !*ret_reason; i++) {
		if (policy->modules[i].source)
			*ret_reason =
				xasprintf("needs module %s built, and there are no headers of %s",
					  policy->modules[i].name, k->name);
	}
}

int kernel_supports(const struct kernel_def *def, const struct policy_def *policy,
		    char **ret_reason, struct error **err)
{
	_cleanup_kernel_ struct kernel *k = NULL;

	*ret_reason = NULL;
	if (check_hooks(def, policy, ret_reason, err) < 0)
		return -1;
	if (*ret_reason)
		return 0;
	if (kernel_cached(def, &k, err) < 0 || check_config(def, k, policy, ret_reason, err) < 0)
		return -1;
	if (!*ret_reason)
		check_buildable(k, policy, ret_reason);
	return 0;
}
