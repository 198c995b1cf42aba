// SPDX-License-Identifier: GPL-2.0-or-later
#include "code.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"

struct symbol {
	uint64_t address;
	char *name;
};

struct kernel_code {
	char *elf; /* a temporary file */
	struct symbol *symbols;
	size_t n;
};

/* --- the image ---------------------------------------------------------------------- */

/* Documentation/x86/boot.rst */
#define SETUP_SECTS 0x1f1
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c

static uint32_t u32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* The last four bytes of the payload are the size that it unpacks to. */
static int unpack(const char *path, char **ret, size_t *ret_len, struct error **err)
{
	_cleanup_free_ char *image = NULL;
	size_t len, from, packed;

	if (file_read(path, &image, &len, err) < 0)
		return -1;
	if (len < PAYLOAD_LENGTH + 4)
		return error_set(err, EXIT_INPUT, "%s is too short", path);
	from = ((size_t)(unsigned char)image[SETUP_SECTS] + 1) * 512 + u32(image + PAYLOAD_OFFSET);
	packed = u32(image + PAYLOAD_LENGTH);
	if (packed < 8 || from + packed > len)
		return error_set(err, EXIT_INPUT, "%s has no payload", path);
	*ret_len = u32(image + from + packed - 4);
	*ret = xmalloc(*ret_len);
	if (ZSTD_isError(ZSTD_decompress(*ret, *ret_len, image + from, packed - 4)))
		return error_set(err, EXIT_INPUT, "%s isn't packed with zstd", path);
	return 0;
}

static int read_symbols(struct kernel_code *k, const char *path, struct error **err)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *line;

	if (file_read(path, &text, NULL, err) < 0)
		return -1;
	for (rest = text; (line = strsep(&rest, "\n"));) {
		char *end;
		uint64_t address = strtoull(line, &end, 16);
		struct symbol *s;

		if (end == line || strlen(end) < 4)
			continue;
		s = ARRAY_APPEND(k->symbols, k->n);
		s->address = address;
		s->name = xstrdup(end + 3);
	}
	return 0;
}

int kernel_code_open(const char *dir, struct kernel_code **ret, struct error **err)
{
	_cleanup_free_ char *vmlinuz = xasprintf("%s/vmlinuz", dir), *elf = NULL;
	_cleanup_free_ char *map = xasprintf("%s/System.map", dir);
	struct kernel_code *k = xcalloc(1, sizeof(*k));
	size_t len = 0;

	*ret = k;
	k->elf = xasprintf("%s/mm-harness-code-%d-%p", getenv("TMPDIR") ?: "/tmp", getpid(),
			   (void *)k);
	if (read_symbols(k, map, err) < 0 || unpack(vmlinuz, &elf, &len, err) < 0)
		return -1;
	return file_write(k->elf, elf, len, err);
}

void kernel_code_close(struct kernel_code *k)
{
	if (!k)
		return;
	unlink(k->elf);
	for (size_t i = 0; i < k->n; i++)
		free(k->symbols[i].name);
	free(k->symbols);
	free(k->elf);
	free(k);
}

/* --- symbols -------------------------------------------------------------------------- */

/* The last symbol at or before this address: System.map is sorted. */
static size_t symbol_index(const struct kernel_code *k, uint64_t address)
{
	size_t low = 0, high = k->n;

	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (k->symbols[mid].address <= address)
			low = mid;
		else
			high = mid;
	}
	/* Of several names for one address, the first. */
	while (low > 0 && k->symbols[low - 1].address == k->symbols[low].address)
		low--;
	return low;
}

const char *code_symbol(const struct kernel_code *k, uint64_t address)
{
	return k->n ? k->symbols[symbol_index(k, address)].name : "?";
}

static const struct symbol *find_symbol(const struct kernel_code *k, const char *name)
{
	for (size_t i = 0; i < k->n; i++) {
		if (streq(k->symbols[i].name, name))
			return &k->symbols[i];
	}
	return NULL;
}

static uint64_t symbol_end(const struct kernel_code *k, const struct symbol *s)
{
	for (size_t i = (size_t)(s - k->symbols); i < k->n; i++) {
		if (k->symbols[i].address > s->address)
			return k->symbols[i].address;
	}
	return s->address;
}

/* --- instructions ----------------------------------------------------------------------- */

static const struct {
	const char *word;
	enum kind kind;
} words[] = {
	{ "nop", NOP },  { "data16", NOP }, { "cs", NOP },   { "xchg   %ax,%ax", NOP },
	{ "jmp", JUMP }, { "call", CALL },  { "ret", END },  { "ud2", END },
	{ "int3", END }, { "hlt", END },    { "j", BRANCH },
};

static enum kind kind_of(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!str_starts(text, words[i].word))
			continue;
		if (words[i].kind == NOP && !strstr(text, "nop") && !strchr(words[i].word, ' '))
			continue;
		if (words[i].kind == JUMP && strchr(text, '*'))
			return END;
		return words[i].kind;
	}
	return PLAIN;
}

/* Static addresses of the kernel are its last 2 GiB, and numbers when they are an index's base. */
static bool is_address(uint64_t value)
{
	return value >= 0xffffffff80000000;
}

/* A number in an instruction: the symbol that it points into, or what it was. */
static void add_number(const struct kernel_code *k, const char *text, const char *end, bool target,
		       struct strbuf *b)
{
	uint64_t value = strtoull(text, NULL, 16);
	bool negative = b->len && b->data[b->len - 1] == '-';
	bool percpu = b->len && str_ends(b->data, "%gs:");

	if (negative && is_address(-value)) {
		b->len--;
		strbuf_puts(b, code_symbol(k, -value));
	} else if (is_address(value) || target || percpu) {
		strbuf_puts(b, code_symbol(k, value));
	} else {
		strbuf_add(b, text, (size_t)(end - text));
	}
}

/* "mov 0x1ab(%rip),%rax  # 0xffffffff82…" → "mov (%rip),%rax # jiffies" */
static char *readable(const struct kernel_code *k, const char *text)
{
	struct strbuf b = { 0 };
	const char *comment = strchr(text, '#');

	while (*text) {
		char *end;

		if (strncmp(text, "0x", 2) != 0) {
			strbuf_add(&b, text++, 1);
			continue;
		}
		strtoull(text, &end, 16);
		/* Relative to the instruction: the comment has what it comes to. */
		if (!str_starts(end, "(%rip)"))
			add_number(k, text, end, comment && text > comment, &b);
		text = end;
	}
	return strbuf_steal(&b);
}

static void read_insn(const struct kernel_code *k, struct code *c, const char *line)
{
	char *end, *text;
	uint64_t address = strtoull(line, &end, 16);
	const char *at;
	struct insn *i;

	if (end == line || *end != ':')
		return;
	i = ARRAY_APPEND(c->insns, c->n);
	i->address = address;
	text = end + 1 + strspn(end + 1, " \t");
	i->kind = kind_of(text);
	at = strstr(text, "0x");
	if ((i->kind == JUMP || i->kind == BRANCH) && at)
		i->target = strtoull(at, NULL, 16);
	i->text = readable(k, text);
	for (end = i->text + strlen(i->text); end > i->text && isspace((unsigned char)end[-1]);)
		*--end = '\0';
}

static int disassemble(const struct kernel_code *k, const struct symbol *s, struct code *c,
		       struct error **err)
{
	_cleanup_strv_ char **argv = NULL;
	_cleanup_free_ char *text = NULL;
	char *rest, *line;

	strv_add(&argv, "objdump");
	strv_add(&argv, "-d");
	strv_add(&argv, "-w");
	strv_add(&argv, "--no-show-raw-insn");
	strv_addf(&argv, "--start-address=%#llx", (unsigned long long)s->address);
	strv_addf(&argv, "--stop-address=%#llx", (unsigned long long)symbol_end(k, s));
	strv_add(&argv, k->elf);
	if (proc_output(argv, &text, err) < 0)
		return -1;
	for (rest = text; (line = strsep(&rest, "\n"));)
		read_insn(k, c, line);
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct insn *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

int code_read(const struct kernel_code *k, const char *function, struct code *ret,
	      struct error **err)
{
	_cleanup_free_ char *cold = xasprintf("%s.cold", function);
	const struct symbol *s = find_symbol(k, function), *c = find_symbol(k, cold);

	if (!s)
		return error_set(err, EXIT_INPUT, "there is no function %s", function);
	ret->start = s->address;
	if (disassemble(k, s, ret, err) < 0 || (c && disassemble(k, c, ret, err) < 0))
		return -1;
	if (!ret->n)
		return error_set(err, EXIT_FAULT, "%s can't be disassembled", function);
	qsort(ret->insns, ret->n, sizeof(*ret->insns), by_address);
	return 0;
}

void code_deinit(struct code *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->insns[i].text);
	free(c->insns);
	*c = (struct code){ 0 };
}

struct insn *code_at(const struct code *c, uint64_t address)
{
	const struct insn key = { .address = address };

	return c->n ? bsearch(&key, c->insns, c->n, sizeof(key), by_address) : NULL;
}
