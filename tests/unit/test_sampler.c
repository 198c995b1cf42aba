// SPDX-License-Identifier: GPL-2.0-or-later
/* The agent's readings at intervals: what is read, what is kept, what doesn't fit. */
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

#include "agent/regions.c"
#include "agent/sampler.c"
#include "agent/wait.c"
#include "base/file.h"

/* sampler.c sends; here it is only written down. */
static struct strbuf sent;

int stream_file_begin(struct stream *s, const char *path)
{
	(void)s;
	return streq(path, "samples") ? 0 : -1;
}

int stream_file_add(struct stream *s, const void *data, size_t len)
{
	(void)s;
	strbuf_add(&sent, data, len);
	return 0;
}

int stream_file_end(struct stream *s)
{
	(void)s;
	return 0;
}

/* One file for all tests. */
static char *the_file(void)
{
	static char *path;

	if (!path)
		path = scratch_path("file");
	return path;
}

/* As many pages as are told, with these flags. */
static void put_pages(struct strbuf *b, uint64_t flags, size_t n)
{
	while (n--)
		strbuf_add(b, &flags, sizeof(flags));
}

static char *regions_of(const struct strbuf *flags, size_t room)
{
	_cleanup_free_ char *text = xcalloc(1, room + 1);
	FILE *f = fopen(the_file(), "w");
	struct regions *r;
	size_t n;

	fwrite(flags->data, 1, flags->len, f);
	fclose(f);
	r = regions_open(the_file(), 1, NULL);
	n = regions_read(r, text, room);
	regions_close(r);
	return xstrndup(text, n);
}

/* A megabyte has 256 pages. */
TEST(pages_are_counted_region_by_region)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };
	_cleanup_free_ char *text = NULL, *cut = NULL;

	put_pages(&b, KPF_BUDDY, 200); /* 0: free, held and movable ones */
	put_pages(&b, KPF_OFFLINE, 30);
	put_pages(&b, KPF_LRU, 20);
	put_pages(&b, 0, 6);
	put_pages(&b, KPF_RESERVED, 256); /* 1: a map of pages, and no memory */
	put_pages(&b, KPF_NOPAGE, 256);   /* 2: not even that */
	put_pages(&b, KPF_NOPAGE, 156);   /* 3: begins late, and all of it is free */
	put_pages(&b, KPF_BUDDY, 100);
	put_pages(&b, KPF_RESERVED, 255); /* 4: the kernel's but for one */
	put_pages(&b, KPF_LRU | KPF_OFFLINE, 1);
	put_pages(&b, KPF_BUDDY, 10); /* 5: memory ends */
	text = regions_of(&b, 4096);
	EXPECT_STR(text, "# start_pfn present free held movable\n"
			 "0 256 200 30 20\n"
			 "768 100 100 0 0\n"
			 "1024 256 0 1 0\n"
			 "1280 10 10 0 0\n");
	cut = regions_of(&b, 60);
	EXPECT_STR(cut, "");
}

TEST(more_pages_than_are_read_at_a_time)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };
	_cleanup_free_ char *text = NULL;

	put_pages(&b, KPF_BUDDY, CHUNK - 100);
	put_pages(&b, KPF_LRU, 356);
	text = regions_of(&b, 4096);
	EXPECT(strstr(text, "\n7936 256 156 0 100\n8192 256 0 0 256\n"));
}

TEST(lines_are_kept_by_their_first_word)
{
	char *globs[] = { "pgmigrate_*", "MemFree", NULL };
	char text[] = "nr_free 1\npgmigrate_success 2\nMemFree: 3 kB\nMemFreeX: 4\nxpgmigrate_ 5\n"
		      "pgmigrate_fail 6";
	size_t n = keep_lines(globs, text, strlen(text));

	text[n] = '\0';
	EXPECT_STR(text, "pgmigrate_success 2\nMemFree: 3 kB\npgmigrate_fail 6");
}

static char *sample(const struct job *job, void (*meanwhile)(struct sampler *s))
{
	struct sampler *s;

	if (sampler_create(job, &s, NULL) < 0)
		abort();
	sent.len = 0;
	take_all(s);
	meanwhile(s);
	enter(s, ENDED);
	pthread_join(s->thread, NULL);
	sampler_send(s, NULL);
	return xstrdup(sent.data);
}

static void twice_the_same_then_another(struct sampler *s)
{
	take_all(s);
	file_puts(the_file(), "a 2\n", NULL);
	take_all(s);
}

/* Without the two numbers that nobody knows. */
static char *heads(const char *text)
{
	_cleanup_free_ char *copy = xstrdup(text);
	struct strbuf b = { 0 };
	char *save = NULL;

	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char len[16], name[64];

		if (sscanf(l, "@ %*u %*u %15s %63s", len, name) == 2)
			strbuf_printf(&b, "@ %s %s|", len, streq(name, the_file()) ? "F" : name);
		else
			strbuf_printf(&b, "%s|", l);
	}
	return strbuf_steal(&b);
}

TEST(a_text_that_is_the_one_before_is_not_kept_again)
{
	char *files[] = { the_file(), "/no/such/file", NULL };
	struct job job = { .sample_every_ms = 3600000,
			   .sample_buffer_kb = 64,
			   .sample_files = files };
	_cleanup_free_ char *text = NULL, *got = NULL;

	file_puts(the_file(), "a 1\nb 2\n", NULL);
	text = sample(&job, twice_the_same_then_another);
	got = heads(text);
	EXPECT_STR(got, "@ 8 F|a 1|b 2|@ 0 /no/such/file|@ = F|@ = /no/such/file|@ 4 F|a 2|"
			"@ = /no/such/file|@ end 0|");
}

static void ever_longer(struct sampler *s)
{
	for (int i = 0; i < 40; i++) {
		_cleanup_free_ char *text = xasprintf("n %d %*s\n", i, 4000, "");

		file_puts(the_file(), text, NULL);
		take_all(s);
	}
}

/* 64 KiB hold 15 of them: what follows is counted, and nothing is torn. */
TEST(what_does_not_fit_is_counted)
{
	char *files[] = { the_file(), NULL };
	struct job job = { .sample_every_ms = 3600000,
			   .sample_buffer_kb = 64,
			   .sample_files = files };
	_cleanup_free_ char *text = NULL;

	file_puts(the_file(), "n\n", NULL);
	text = sample(&job, ever_longer);
	EXPECT(strlen(text) <= 64 * 1024 + 32);
	EXPECT(str_ends(text, "\n@ end 24\n"));
}

TEST(nothing_is_sampled_unless_asked_for)
{
	struct job job = { 0 };
	struct sampler *s = (void *)&job;

	EXPECT_INT(sampler_create(&job, &s, NULL), 0);
	EXPECT(!s);
	sampler_begin(s);
	sampler_end(s);
	EXPECT_INT(sampler_send(s, NULL), 0);
}

static int count_of(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

TEST(the_thread_reads_at_intervals_and_ends_at_once)
{
	char *files[] = { the_file(), NULL };
	struct job job = { .sample_every_ms = 20, .sample_buffer_kb = 64, .sample_files = files };
	struct sampler *s;
	uint64_t begin;

	file_puts(the_file(), "a 1\n", NULL);
	EXPECT_INT(sampler_create(&job, &s, NULL), 0);
	begin = now_ns();
	sampler_begin(s);
	while (now_ns() < begin + 210000000)
		sleep_ms(1);
	sampler_end(s);
	sent.len = 0;
	sampler_send(s, NULL);
	/* A host under load may skip some, but none is made up for. */
	EXPECT(count_of(sent.data, "@ ") >= 3 && count_of(sent.data, "@ ") <= 12);
	job.sample_every_ms = 3600000;
	EXPECT_INT(sampler_create(&job, &s, NULL), 0);
	begin = now_ns();
	sampler_begin(s);
	sampler_end(s);
	EXPECT(now_ns() - begin < 10000000000ull);
	unlink(the_file());
}

TEST_MAIN
