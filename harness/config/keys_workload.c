// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of workloads/NAME/workload.toml. */
#include "base/file.h"
#include "base/str.h"
#include "config/keys.h"
#include "config/names.h"

#define MiB (1LL << 20)
#define TiB (1LL << 40)

const char *const workload_variables[] = { "out", "dir", "data", "mem_kb", "cpus", "seed", NULL };

static const struct config_key output_keys[] = {
	{
		.key = "file",
		.type = KEY_STRING,
		.offset = offsetof(struct workload_def, output),
		.help = "name below ${out}",
	},
	{
		.key = "format",
		.type = KEY_ENUM,
		.offset = offsetof(struct workload_def, format),
		.def = "json",
		.names = output_format_names,
		.help = "how it is read",
	},
};

static const struct config_table output_table = {
	.title = "[output]",
	.file = "workload.toml",
	.help = "The file that metrics and histograms are taken from.",
	.keys = output_keys,
	.n_keys = ARRAY_SIZE(output_keys),
	.size = sizeof(struct workload_def),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
};

static const struct config_key metric_keys[] = {
	{
		.key = "name",
		.type = KEY_NAME,
		.offset = offsetof(struct metric_def, name),
		.required = true,
		.help = "as in the database and in reports",
	},
	{
		.key = "unit",
		.type = KEY_STRING,
		.offset = offsetof(struct metric_def, unit),
		.required = true,
		.help = "ns, 1/s, KiB, …",
	},
	{
		.key = "better",
		.type = KEY_ENUM,
		.offset = offsetof(struct metric_def, better),
		.required = true,
		.names = better_names,
		.help = "which way is good",
	},
	{
		.key = "path",
		.type = KEY_STRING,
		.offset = offsetof(struct metric_def, path),
		.required = true,
		.help = "into the output: \"$.jobs[0].read.iops\"",
	},
};

static const struct config_table metric_table = {
	.title = "[[metric]]",
	.file = "workload.toml",
	.help = "A number that policies are compared by.",
	.keys = metric_keys,
	.n_keys = ARRAY_SIZE(metric_keys),
	.size = sizeof(struct metric_def),
	.pos = NO_MEMBER,
	.name = offsetof(struct metric_def, name),
};

static const struct config_key histogram_keys[] = {
	{
		.key = "name",
		.type = KEY_NAME,
		.offset = offsetof(struct metric_def, name),
		.required = true,
		.help = "as in the database and in reports",
	},
	{
		.key = "unit",
		.type = KEY_STRING,
		.offset = offsetof(struct metric_def, unit),
		.required = true,
		.help = "of the buckets: ns, KiB, …",
	},
	{
		.key = "better",
		.type = KEY_ENUM,
		.offset = offsetof(struct metric_def, better),
		.def = "lower",
		.names = better_names,
		.help = "which way is good",
	},
	{
		.key = "path",
		.type = KEY_STRING,
		.offset = offsetof(struct metric_def, path),
		.required = true,
		.help = "into the output: an array of [lowest value of the bucket, count]",
	},
};

static const struct config_table histogram_table = {
	.title = "[[histogram]]",
	.file = "workload.toml",
	.help = "A distribution, stored as samples.",
	.keys = histogram_keys,
	.n_keys = ARRAY_SIZE(histogram_keys),
	.size = sizeof(struct metric_def),
	.pos = NO_MEMBER,
	.name = offsetof(struct metric_def, name),
};

static const struct config_key span_keys[] = {
	{
		.key = "name",
		.type = KEY_NAME,
		.offset = offsetof(struct span_def, name),
		.required = true,
		.help = "as in the database",
	},
	{
		.key = "begin",
		.type = KEY_STRING,
		.offset = offsetof(struct span_def, begin),
		.required = true,
		.help = "into the output: nanoseconds of CLOCK_MONOTONIC",
	},
	{
		.key = "end",
		.type = KEY_STRING,
		.offset = offsetof(struct span_def, end),
		.required = true,
		.help = "the same",
	},
};

static const struct config_table span_table = {
	.title = "[[span]]",
	.file = "workload.toml",
	.help = "A part of the workload's time. Metrics made of series are taken over the first.",
	.keys = span_keys,
	.n_keys = ARRAY_SIZE(span_keys),
	.size = sizeof(struct span_def),
	.pos = NO_MEMBER,
	.name = offsetof(struct span_def, name),
};

static const struct config_key simdisk_keys[] = {
	{
		.key = "latency_us",
		.type = KEY_UINT,
		.offset = offsetof(struct simdisk_config, latency_us),
		.def = "80",
		.unit = "us",
		.max = 10000000,
		.help = "a request's time besides the transfer of its data",
	},
	{
		.key = "spread_us",
		.type = KEY_UINT,
		.offset = offsetof(struct simdisk_config, spread_us),
		.def = "0",
		.unit = "us",
		.max = 10000000,
		.help = "up to this much is added to it, at random by the cell's seed",
	},
	{
		.key = "bandwidth_mb",
		.type = KEY_UINT,
		.offset = offsetof(struct simdisk_config, bandwidth_mb),
		.def = "500",
		.unit = "MB/s",
		.max = 1000000,
		.help = "of all requests together, 10^6 bytes a second; 0: no limit",
	},
	{
		.key = "queue_depth",
		.type = KEY_UINT,
		.offset = offsetof(struct simdisk_config, queue_depth),
		.def = "32",
		.min = 1,
		.max = 4096,
		.help = "requests that the disk works on at a time",
	},
};

static const struct config_table simdisk_table = {
	.title = "[simdisk]",
	.file = "workload.toml",
	.help = "What a simdisk is like, a disk in memory with times of its own.",
	.keys = simdisk_keys,
	.n_keys = ARRAY_SIZE(simdisk_keys),
	.size = sizeof(struct simdisk_config),
	.pos = NO_MEMBER,
	.name = NO_MEMBER,
};

static const struct config_key workload_keys[] = {
	{
		.key = "title",
		.type = KEY_STRING,
		.offset = offsetof(struct workload_def, title),
		.required = true,
		.help = "one line for people",
	},
	{
		.key = "command",
		.type = KEY_STRINGS,
		.required = true,
		.offset = offsetof(struct workload_def, command),
		.help = "argv in the guest; ${out} ${dir} ${data} ${mem_kb} ${cpus} ${seed} ${KNOB}",
	},
	{
		.key = "programs",
		.type = KEY_STRINGS,
		.offset = offsetof(struct workload_def, programs),
		.help = "host programs that go into the tools image, with their libraries",
	},
	{
		.key = "source",
		.type = KEY_STRING,
		.offset = offsetof(struct workload_def, source),
		.help = "C file in the workload's folder, built statically as ${dir}/NAME",
	},
	{
		.key = "swap",
		.type = KEY_ENUM,
		.offset = offsetof(struct workload_def, swap),
		.def = "none",
		.names = swap_names,
		.help = "what the guest swaps to",
	},
	{
		.key = "swap_size",
		.type = KEY_SIZE,
		.offset = offsetof(struct workload_def, swap_bytes),
		.min = MiB,
		.max = TiB,
		.help = "of the swap device (default: none)",
	},
	{
		.key = "data",
		.type = KEY_SIZE,
		.offset = offsetof(struct workload_def, data_bytes),
		.min = MiB,
		.max = TiB,
		.help = "size of a block device without a file system, ${data} (default: none)",
	},
	{
		.key = "data_device",
		.type = KEY_ENUM,
		.offset = offsetof(struct workload_def, data_device),
		.def = "pmem",
		.names = data_names,
		.help = "what ${data} is: memory that answers at once, or a disk",
	},
	{
		.key = "simdisk",
		.type = KEY_TABLE,
		.offset = offsetof(struct workload_def, simdisk),
		.sub = &simdisk_table,
		.help = "times of swap = \"simdisk\" and data_device = \"simdisk\"",
	},
	{
		.key = "timeout_s",
		.type = KEY_UINT,
		.offset = offsetof(struct workload_def, timeout_s),
		.def = "300",
		.unit = "s",
		.min = 1,
		.max = 7 * 86400,
		.help = "longest run of the command; then the cell ends as timeout",
	},
	{
		.key = "estimate_s",
		.type = KEY_UINT,
		.offset = offsetof(struct workload_def, estimate_s),
		.def = "15",
		.unit = "s",
		.min = 1,
		.max = 7 * 86400,
		.help = "how long the command usually takes, for the plan's estimate",
	},
	{
		/* The same struct, from its own table. */
		.key = "output",
		.type = KEY_TABLE,
		.offset = 0,
		.sub = &output_table,
		.help = "what the command leaves",
	},
	{
		.key = "metric",
		.type = KEY_TABLES,
		.offset = offsetof(struct workload_def, metrics),
		.count = offsetof(struct workload_def, n_metrics),
		.sub = &metric_table,
		.help = "numbers",
	},
	{
		.key = "histogram",
		.type = KEY_TABLES,
		.offset = offsetof(struct workload_def, histograms),
		.count = offsetof(struct workload_def, n_histograms),
		.sub = &histogram_table,
		.help = "distributions",
	},
	{
		.key = "span",
		.type = KEY_TABLES,
		.offset = offsetof(struct workload_def, spans),
		.count = offsetof(struct workload_def, n_spans),
		.sub = &span_table,
		.help = "parts of its time",
	},
	{
		.key = "knob",
		.type = KEY_TABLES,
		.offset = offsetof(struct workload_def, knobs),
		.count = offsetof(struct workload_def, n_knobs),
		.sub = &knob_table,
		.help = "settings",
	},
	{
		.key = "trace",
		.type = KEY_TABLE,
		.offset = offsetof(struct workload_def, trace),
		.sub = &wishes_table,
		.help = "what else is traced",
	},
	{
		.key = "sample",
		.type = KEY_TABLE,
		.offset = offsetof(struct workload_def, sample),
		.sub = &sample_wishes_table,
		.help = "what else is read at intervals",
	},
};

static int check_swap(const struct reader *r, const struct toml_node *node,
		      const struct workload_def *w, struct error **err)
{
	const struct toml_node *size = toml_get(node, "swap_size");

	if (w->swap == SWAP_NONE && size)
		return config_error_key(r, size, err,
					"\"swap_size\" without \"swap\": is it to be "
					"pmem, zram or simdisk?");
	if (w->swap != SWAP_NONE && !size)
		return config_error_key(r, toml_get(node, "swap"), err,
					"swap = \"%s\" needs \"swap_size\"", swap_name(w->swap));
	return 0;
}

static int check_simdisk(const struct reader *r, const struct toml_node *node,
			 const struct workload_def *w, struct error **err)
{
	const struct toml_node *device = toml_get(node, "data_device");
	const struct toml_node *simdisk = toml_get(node, "simdisk");

	if (device && !w->data_bytes)
		return config_error_key(r, device, err,
					"\"data_device\" without \"data\", its size");
	if (simdisk && w->swap != SWAP_SIMDISK && w->data_device != DATA_SIMDISK)
		return config_error_key(r, simdisk, err,
					"[simdisk] without a simdisk: neither \"swap\" nor "
					"\"data_device\" is one");
	return 0;
}

static int check_output(const struct reader *r, const struct toml_node *node,
			const struct workload_def *w, struct error **err)
{
	const struct toml_node *reads = toml_get(node, "metric") ?: toml_get(node, "histogram") ?: toml_get(node, "span");

	if (reads && !w->output)
		return config_error_key(r, reads, err,
					"[[%s]] is read from the workload's output: "
					"\"file\" is missing in [output]",
					reads->key);
	return 0;
}

static int check_workload(const struct reader *r, const struct toml_node *node, void *base,
			  struct error **err)
{
	const struct workload_def *w = base;
	_cleanup_free_ char *source = w->source ? xasprintf("%s/%s", r->dir, w->source) : NULL;
	_cleanup_strv_ char **known = strv_copy((char *const *)workload_variables);

	for (size_t i = 0; i < w->n_knobs; i++)
		strv_add(&known, w->knobs[i].name);
	if (source && !path_exists(source))
		return config_error_value(r, toml_get(node, "source"), err,
					  "there is no %s in the workload's folder", w->source);
	if (check_swap(r, node, w, err) < 0 || check_simdisk(r, node, w, err) < 0 ||
	    check_output(r, node, w, err) < 0 ||
	    config_refuse_reads(r, toml_get(node, "knob"), err) < 0)
		return -1;
	return config_check_references(r, toml_get(node, "command"), known, err);
}

const struct config_table workload_table = {
	.title = "workload.toml",
	.file = "workloads/NAME/workload.toml",
	.help = "A program that drives memory management, and how its output is read.",
	.keys = workload_keys,
	.n_keys = ARRAY_SIZE(workload_keys),
	.size = sizeof(struct workload_def),
	.pos = offsetof(struct workload_def, pos),
	.name = NO_MEMBER,
	.check = check_workload,
};
