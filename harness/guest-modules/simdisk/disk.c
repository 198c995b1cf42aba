// SPDX-License-Identifier: GPL-2.0
/*
 * Disks with a latency, a bandwidth and a queue depth, on memory that the page
 * allocator never sees (memmap=SIZE$START).  Requests end by a timer in the
 * guest's own time, so that with a virtual clock they end at the same
 * instruction each time.
 *
 *	modprobe simdisk start=0x10000000 bytes=268435456 latency_us=80 \
 *		bandwidth_mb=500 queue_depth=32
 *
 * gives /dev/simdisk0; each parameter takes a list, an entry a disk.  Data is
 * moved when a request ends, and what has ended is there: the disk has no
 * volatile cache, so a flush has nothing to do and FUA is what any write is.
 */
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "model.h"

#define MAX_DISKS 4
#define MAX_DEPTH 4096
#define MAX_REQUEST_SECTORS 2048
#define PHYSICAL_BLOCK 4096

static unsigned long start[MAX_DISKS], bytes[MAX_DISKS], seed[MAX_DISKS];
static unsigned int latency_us[MAX_DISKS], spread_us[MAX_DISKS], bandwidth_mb[MAX_DISKS];
static unsigned int queue_depth[MAX_DISKS];
static int n_start, n_bytes, n_seed, n_latency, n_spread, n_bandwidth, n_depth;

module_param_array(start, ulong, &n_start, 0444);
MODULE_PARM_DESC(start, "physical address of the memory");
module_param_array(bytes, ulong, &n_bytes, 0444);
MODULE_PARM_DESC(bytes, "its size");
module_param_array(latency_us, uint, &n_latency, 0444);
MODULE_PARM_DESC(latency_us, "time of a request besides the transfer of its data");
module_param_array(spread_us, uint, &n_spread, 0444);
MODULE_PARM_DESC(spread_us, "up to this much is added to it, by a seeded generator");
module_param_array(bandwidth_mb, uint, &n_bandwidth, 0444);
MODULE_PARM_DESC(bandwidth_mb, "10^6 bytes a second for all requests together, 0: no limit");
module_param_array(queue_depth, uint, &n_depth, 0444);
MODULE_PARM_DESC(queue_depth, "requests at a time, default 32");
module_param_array(seed, ulong, &n_seed, 0444);
MODULE_PARM_DESC(seed, "of the generator");

struct simdisk {
	void *memory;
	struct simdisk_model model;
	struct blk_mq_tag_set tags;
	struct gendisk *disk;
};

/* Beside each request. */
struct simdisk_request {
	struct hrtimer timer;
};

static struct simdisk *disks[MAX_DISKS];
static int major;

static void move_data(struct simdisk *d, struct request *rq)
{
	u8 *at = (u8 *)d->memory + ((u64)blk_rq_pos(rq) << SECTOR_SHIFT);
	struct req_iterator iter;
	struct bio_vec v;

	rq_for_each_segment(v, rq, iter) {
		if (op_is_write(req_op(rq)))
			memcpy_from_bvec(at, &v);
		else
			memcpy_to_bvec(&v, at);
		at += v.bv_len;
	}
}

static void simdisk_complete(struct request *rq)
{
	move_data(rq->q->queuedata, rq);
	blk_mq_end_request(rq, BLK_STS_OK);
}

static enum hrtimer_restart request_is_over(struct hrtimer *timer)
{
	struct simdisk_request *r = container_of(timer, struct simdisk_request, timer);

	blk_mq_complete_request(blk_mq_rq_from_pdu(r));
	return HRTIMER_NORESTART;
}

static blk_status_t simdisk_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	struct simdisk *d = hctx->queue->queuedata;
	struct simdisk_request *r = blk_mq_rq_to_pdu(bd->rq);
	u64 ns;

	if (req_op(bd->rq) != REQ_OP_READ && req_op(bd->rq) != REQ_OP_WRITE)
		return BLK_STS_NOTSUPP;
	blk_mq_start_request(bd->rq);
	ns = simdisk_model_take(&d->model, ktime_get_ns(), blk_rq_bytes(bd->rq));
	hrtimer_start(&r->timer, ns_to_ktime(ns), HRTIMER_MODE_REL);
	return BLK_STS_OK;
}

static int simdisk_init_request(struct blk_mq_tag_set *set, struct request *rq, unsigned int hctx,
				unsigned int node)
{
	struct simdisk_request *r = blk_mq_rq_to_pdu(rq);

	hrtimer_init(&r->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	r->timer.function = request_is_over;
	return 0;
}

static const struct blk_mq_ops simdisk_mq_ops = {
	.queue_rq = simdisk_queue_rq,
	.complete = simdisk_complete,
	.init_request = simdisk_init_request,
};

static const struct block_device_operations simdisk_fops = {
	.owner = THIS_MODULE,
};

static struct gendisk *alloc_disk_of(struct simdisk *d)
{
#ifdef COMPAT_QUEUE_LIMITS
	struct queue_limits limits = {
		.physical_block_size = PHYSICAL_BLOCK,
		.max_hw_sectors = MAX_REQUEST_SECTORS,
	};

	return blk_mq_alloc_disk(&d->tags, &limits, d);
#else
	struct gendisk *disk = blk_mq_alloc_disk(&d->tags, d);

	if (IS_ERR(disk))
		return disk;
	blk_queue_physical_block_size(disk->queue, PHYSICAL_BLOCK);
	blk_queue_max_hw_sectors(disk->queue, MAX_REQUEST_SECTORS);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, disk->queue);
	return disk;
#endif
}

static int add_disk_of(struct simdisk *d, int i)
{
	int err;

	d->disk = alloc_disk_of(d);
	if (IS_ERR(d->disk))
		return PTR_ERR(d->disk);
	d->disk->major = major;
	d->disk->first_minor = i;
	d->disk->minors = 1;
	d->disk->fops = &simdisk_fops;
	d->disk->flags |= GENHD_FL_NO_PART;
	snprintf(d->disk->disk_name, DISK_NAME_LEN, "simdisk%d", i);
	set_capacity(d->disk, bytes[i] >> SECTOR_SHIFT);
	err = add_disk(d->disk);
	if (err)
		put_disk(d->disk);
	return err;
}

static int init_tags(struct simdisk *d, int i)
{
	d->tags.ops = &simdisk_mq_ops;
	d->tags.nr_hw_queues = 1;
	d->tags.queue_depth = queue_depth[i] ?: 32;
	d->tags.numa_node = NUMA_NO_NODE;
	d->tags.cmd_size = sizeof(struct simdisk_request);
	d->tags.flags = BLK_MQ_F_SHOULD_MERGE | BLK_MQ_F_NO_SCHED_BY_DEFAULT;
	return blk_mq_alloc_tag_set(&d->tags);
}

static int simdisk_add(int i)
{
	struct simdisk *d = kzalloc(sizeof(*d), GFP_KERNEL);
	int err = -ENOMEM;

	if (!d)
		return err;
	simdisk_model_init(&d->model, (u64)latency_us[i] * NSEC_PER_USEC,
			   (u64)spread_us[i] * NSEC_PER_USEC, (u64)bandwidth_mb[i] * 1000000,
			   seed[i]);
	d->memory = memremap(start[i], bytes[i], MEMREMAP_WB);
	if (!d->memory)
		goto free;
	err = init_tags(d, i);
	if (err)
		goto unmap;
	err = add_disk_of(d, i);
	if (err)
		goto free_tags;
	disks[i] = d;
	return 0;

free_tags:
	blk_mq_free_tag_set(&d->tags);
unmap:
	memunmap(d->memory);
free:
	kfree(d);
	return err;
}

static void simdisk_remove(struct simdisk *d)
{
	del_gendisk(d->disk);
	put_disk(d->disk);
	blk_mq_free_tag_set(&d->tags);
	memunmap(d->memory);
	kfree(d);
}

static void remove_all(void)
{
	for (int i = MAX_DISKS; i-- > 0;) {
		if (disks[i])
			simdisk_remove(disks[i]);
	}
	unregister_blkdev(major, "simdisk");
}

/* Memory that someone else uses would be written over: it must be reserved. */
static int check_params(void)
{
	if (!n_start || n_start != n_bytes)
		return -EINVAL;
	for (int i = 0; i < n_start; i++) {
		if (!bytes[i] || !PAGE_ALIGNED(start[i]) || !PAGE_ALIGNED(bytes[i]) ||
		    queue_depth[i] > MAX_DEPTH ||
		    region_intersects(start[i], bytes[i], IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) !=
			    REGION_DISJOINT) {
			pr_err("simdisk%d: %lu bytes at %#lx can't be a disk: not reserved, not aligned, or queue_depth beyond %d\n",
			       i, bytes[i], start[i], MAX_DEPTH);
			return -EINVAL;
		}
	}
	return 0;
}

static int __init simdisk_init(void)
{
	int err = check_params();

	if (err)
		return err;
	major = register_blkdev(0, "simdisk");
	if (major < 0)
		return major;
	for (int i = 0; i < n_start && !err; i++)
		err = simdisk_add(i);
	if (err)
		remove_all();
	return err;
}

static void __exit simdisk_exit(void)
{
	remove_all();
}

module_init(simdisk_init);
module_exit(simdisk_exit);
MODULE_DESCRIPTION("Disks of memory with latency, bandwidth and queue depth in the guest's time");
MODULE_LICENSE("GPL");
