// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/dat.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/dat_internal.h"

static const char magic[10] = "\x17\x08\x44tracing";

/* A page of any kernel; larger sub-buffers are powers of two as well. */
#define PAGE_LEAST 1024
#define PAGE_LARGEST (1u << 20)

/* --- cursor ------------------------------------------------------------------------------ */

struct dat_cursor dat_cursor(const struct dat *d, uint64_t at, const char *what, struct error **err)
{
	uint64_t start = at < d->size ? at : d->size;

	return (struct dat_cursor){
		.dat = d,
		.data = d->map + start,
		.len = d->size - start,
		.base = at,
		.what = what,
		.err = err,
	};
}

bool dat_bad(struct dat_cursor *c, const char *fmt, ...)
{
	_cleanup_free_ char *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	why = xvasprintf(fmt, ap);
	va_end(ap);
	error_set(c->err, EXIT_FAULT, "%s: at byte %" PRIu64 ", in %s: %s", c->dat->path,
		  c->base + c->pos, c->what, why);
	return false;
}

const uint8_t *dat_take(struct dat_cursor *c, uint64_t n)
{
	const uint8_t *at = c->data + c->pos;

	if (n > c->len - c->pos) {
		dat_bad(c, "%" PRIu64 " bytes are announced and %zu are left", n, c->len - c->pos);
		return NULL;
	}
	c->pos += n;
	return at;
}

bool dat_u16(struct dat_cursor *c, uint16_t *ret)
{
	const uint8_t *p = dat_take(c, sizeof(*ret));

	if (p)
		*ret = get16(p, c->dat->machine.big_endian);
	return p;
}

bool dat_u32(struct dat_cursor *c, uint32_t *ret)
{
	const uint8_t *p = dat_take(c, sizeof(*ret));

	if (p)
		*ret = get32(p, c->dat->machine.big_endian);
	return p;
}

bool dat_u64(struct dat_cursor *c, uint64_t *ret)
{
	const uint8_t *p = dat_take(c, sizeof(*ret));

	if (p)
		*ret = get64(p, c->dat->machine.big_endian);
	return p;
}

const char *dat_string(struct dat_cursor *c)
{
	const uint8_t *at = c->data + c->pos;
	size_t n = strnlen((const char *)at, c->len - c->pos);

	if (n == c->len - c->pos) {
		dat_bad(c, "a string has no end");
		return NULL;
	}
	c->pos += n + 1;
	return (const char *)at;
}

static struct dat_text copy_text(const uint8_t *p, size_t len)
{
	struct dat_text t = { .data = xmalloc(len + 1), .len = len };

	memcpy(t.data, p, len);
	t.data[len] = '\0';
	return t;
}

bool dat_sized(struct dat_cursor *c, int size_bytes, struct dat_text *ret)
{
	uint32_t narrow = 0;
	uint64_t size;
	const uint8_t *p;

	if (size_bytes == 4 ? !dat_u32(c, &narrow) : !dat_u64(c, &size))
		return false;
	if (size_bytes == 4)
		size = narrow;
	p = dat_take(c, size);
	if (!p)
		return false;
	free(ret->data);
	*ret = copy_text(p, size);
	return true;
}

/* --- parts ------------------------------------------------------------------------------- */

void dat_note_damage(const struct dat *d, struct dat_cpu *cpu, uint64_t at, const char *fmt, ...)
{
	_cleanup_free_ char *why = NULL;
	va_list ap;

	if (cpu->damage)
		return;
	va_start(ap, fmt);
	why = xvasprintf(fmt, ap);
	va_end(ap);
	cpu->damage = xasprintf("%s: at byte %" PRIu64 ": CPU %d: %s", d->path, at, cpu->cpu, why);
}

static bool named(struct dat_cursor *c, const char *name)
{
	const char *s = dat_string(c);

	if (s && !streq(s, name))
		return dat_bad(c, "expected \"%s\"", name);
	return s;
}

bool dat_read_headers(struct dat *d, struct dat_cursor *c)
{
	return named(c, "header_page") && dat_sized(c, 8, &d->header_page) &&
	       named(c, "header_event") && dat_sized(c, 8, &d->header_event);
}

static bool read_some_formats(struct dat *d, struct dat_cursor *c, const char *system)
{
	uint32_t n;

	if (!dat_u32(c, &n))
		return false;
	while (n--) {
		struct dat_text text = {};
		struct dat_format *f;

		if (!dat_sized(c, 8, &text))
			return false;
		f = ARRAY_APPEND(d->formats, d->n_formats);
		*f = (struct dat_format){ xstrdup(system), text };
	}
	return true;
}

bool dat_read_ftrace_formats(struct dat *d, struct dat_cursor *c)
{
	return read_some_formats(d, c, "ftrace");
}

bool dat_read_formats(struct dat *d, struct dat_cursor *c)
{
	uint32_t n;

	if (!dat_u32(c, &n))
		return false;
	while (n--) {
		const char *system = dat_string(c);

		if (!system || !read_some_formats(d, c, system))
			return false;
	}
	return true;
}

static void set_text(char **to, const uint8_t *data, size_t len)
{
	free(*to);
	*to = xstrndup((const char *)data, len);
}

/* A number as text, "0x…" or decimal, perhaps negative. */
static void add_offset(struct dat *d, const uint8_t *data, size_t len, int64_t unit)
{
	_cleanup_free_ char *text = xstrndup((const char *)data, len);

	d->scale.offset += (int64_t)((uint64_t)strtoll(text, NULL, 0) * (uint64_t)unit);
}

void dat_read_option(struct dat *d, uint16_t id, const uint8_t *data, size_t len)
{
	_cleanup_free_ char *text = NULL;

	switch (id) {
	case DAT_CPUSTAT:
		text = xstrndup((const char *)data, len);
		strv_add(&d->cpustats, text);
		break;
	case DAT_TRACECLOCK:
		set_text(&d->clock, data, len);
		break;
	case DAT_UNAME:
		set_text(&d->uname, data, len);
		break;
	case DAT_DATE: /* microseconds to the time of day */
		add_offset(d, data, len, 1000);
		break;
	case DAT_OFFSET:
		add_offset(d, data, len, 1);
		break;
	case DAT_TSC2NSEC: /* and an offset, which trace-cmd doesn't use either */
		if (len >= 16) {
			d->scale.mult = get32(data, d->machine.big_endian);
			d->scale.shift = get32(data + 4, d->machine.big_endian);
		}
	}
}

void dat_add_cpu(struct dat *d, int cpu, uint64_t offset, uint64_t size)
{
	struct dat_cpu *c = ARRAY_APPEND(d->cpus, d->n_cpus);
	uint64_t there = offset < d->size ? d->size - offset : 0;

	c->cpu = cpu;
	if (size > there) {
		dat_note_damage(d, c, d->size,
				"the file ends; %" PRIu64 " of %" PRIu64
				" bytes that begin at byte %" PRIu64 " are there",
				there, size, offset);
		size = there;
	}
	c->section = (struct trace_section){
		.path = xstrdup(d->path),
		.offset = offset,
		.bytes = size,
	};
}

/* --- the file ------------------------------------------------------------------------------ */

static bool read_start(struct dat *d, struct dat_cursor *c)
{
	const uint8_t *start = dat_take(c, sizeof(magic)), *machine;
	const char *version;

	if (!start || memcmp(start, magic, sizeof(magic)) != 0)
		return dat_bad(c, "not a trace.dat of trace-cmd");
	version = dat_string(c);
	if (!version)
		return false;
	d->version = streq(version, "6") ? 6 : streq(version, "7") ? 7 : 0;
	if (!d->version)
		return dat_bad(c, "version \"%.16s\"; 6 and 7 can be read", version);
	machine = dat_take(c, 2);
	if (!machine || machine[0] > 1 || (machine[1] != 4 && machine[1] != 8))
		return dat_bad(c, "byte order and size of long make no sense");
	d->machine = (struct trace_machine){ machine[0], machine[1] };
	if (!dat_u32(c, &d->page_size))
		return false;
	if (d->page_size < PAGE_LEAST || d->page_size > PAGE_LARGEST)
		return dat_bad(c, "pages of %u bytes", d->page_size);
	return true;
}

/* trace-cmd notes how cycles become nanoseconds beside any clock, also one that has those. */
static void drop_idle_scale(struct dat *d)
{
	static const char *const cycles[] = { "x86-tsc", "[x86-tsc]", "tsc2nsec", "[tsc2nsec]" };
	const char *clock = d->clock ?: "", *used = strchr(clock, '[') ?: clock;
	size_t len = strcspn(used, " \n");

	for (size_t i = 0; i < ARRAY_SIZE(cycles); i++) {
		if (d->scale.shift < 64 && strlen(cycles[i]) == len &&
		    strncmp(used, cycles[i], len) == 0)
			return;
	}
	d->scale.mult = d->scale.shift = 0;
}

struct dat *dat_parse(const char *path, const void *data, size_t len, struct error **err)
{
	_cleanup_dat_ struct dat *d = xcalloc(1, sizeof(*d));
	struct dat_cursor c;

	d->path = xstrdup(path);
	d->map = data;
	d->size = len;
	c = dat_cursor(d, 0, "its start", err);
	if (!read_start(d, &c) || !(d->version == 6 ? dat_read_v6(d, &c) : dat_read_v7(d, &c)))
		return NULL;
	drop_idle_scale(d);
	if (!d->header_page.data) {
		error_set(err, EXIT_FAULT, "%s: it doesn't say how its pages are laid out", path);
		return NULL;
	}
	d->map = NULL;
	return steal_ptr(&d);
}

struct dat *dat_open(const char *path, struct error **err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	struct dat *d;
	void *map;

	if (fd < 0 || fstat(fd, &st) < 0) {
		error_errno(err, errno, "%s", path);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		error_set(err, EXIT_FAULT, "%s: %s", path,
			  st.st_size ? "not a plain file" : "an empty file");
		return NULL;
	}
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED) {
		error_errno(err, errno, "map %s", path);
		return NULL;
	}
	d = dat_parse(path, map, st.st_size, err);
	munmap(map, st.st_size);
	return d;
}

bool dat_is_one(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char start[sizeof(magic)];

	return fd >= 0 && read(fd, start, sizeof(start)) == sizeof(start) &&
	       memcmp(start, magic, sizeof(magic)) == 0;
}

static void free_texts(struct dat *d)
{
	struct dat_text *const texts[] = { &d->header_page, &d->header_event, &d->kallsyms,
					   &d->printk, &d->cmdlines };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(texts[i]->data);
	for (size_t i = 0; i < d->n_formats; i++) {
		free(d->formats[i].system);
		free(d->formats[i].text.data);
	}
	free(d->formats);
}

void dat_close(struct dat *d)
{
	if (!d)
		return;
	free_texts(d);
	for (size_t i = 0; i < d->n_cpus; i++) {
		trace_section_deinit(&d->cpus[i].section);
		free(d->cpus[i].damage);
	}
	free(d->cpus);
	strv_free(d->cpustats);
	free(d->uname);
	free(d->clock);
	free(d->path);
	free(d);
}
