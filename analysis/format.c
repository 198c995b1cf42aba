// SPDX-License-Identifier: GPL-2.0-or-later
#include "analysis/format.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

/* Each unit, what it becomes, and by how much. */
static const struct {
	const char *from, *to;
	double step;
} steps[] = {
	{ "ns", "us", 1e3 },      { "us", "ms", 1e3 },        { "ms", "s", 1e3 },
	{ "B", "KiB", 1024 },     { "KiB", "MiB", 1024 },     { "MiB", "GiB", 1024 },
	{ "B/s", "KiB/s", 1024 }, { "KiB/s", "MiB/s", 1024 }, { "MiB/s", "GiB/s", 1024 },
};

struct unit_scale unit_scale(const char *unit, double a, double b)
{
	struct unit_scale s = { unit, 1 };
	double largest = fmax(fabs(a), fabs(b));

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (streq(s.unit, steps[i].from) && largest * s.factor >= 10 * steps[i].step) {
			s.unit = steps[i].to;
			s.factor /= steps[i].step;
		}
	}
	return s;
}

static void group_thousands(struct strbuf *b, const char *digits)
{
	size_t n = strlen(digits);

	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			strbuf_puts(b, ",");
		strbuf_add(b, &digits[i], 1);
	}
}

char *format_number(double x)
{
	struct strbuf b = { 0 };
	char digits[400];

	if (!isfinite(x) || fabs(x) < 1000 || fabs(x) >= 1e15)
		return xasprintf("%.4g", x);
	snprintf(digits, sizeof(digits), "%.0f", fabs(x));
	strbuf_puts(&b, x < 0 ? "-" : "");
	group_thousands(&b, digits);
	return strbuf_steal(&b);
}

/* A difference, signed; percentages with one decimal where that says something. */
static char *format_difference(double x, bool percent)
{
	_cleanup_free_ char *number = NULL;

	if (percent && fabs(x) < 1000)
		return xasprintf("%+.1f", x);
	number = format_number(percent ? round(x) : x);
	return xasprintf("%s%s", x >= 0 ? "+" : "", number);
}

char *format_change(const struct comparison_row *r, double factor)
{
	const struct effect *e = &r->effect;
	_cleanup_free_ char *diff = NULL;

	if (r->verdict == VERDICT_SAME)
		return xstrdup("=");
	if (r->verdict == VERDICT_NONE)
		return xstrdup("~");
	diff = format_difference(e->percent ? e->diff : e->diff * factor, e->percent);
	return xasprintf("%s%s", diff, e->percent ? " %" : "");
}

char *format_interval(const struct comparison_row *r, double factor)
{
	const struct effect *e = &r->effect;
	double f = e->percent ? 1 : factor;
	_cleanup_free_ char *lo = format_difference(e->lo * f, e->percent);
	_cleanup_free_ char *hi = format_difference(e->hi * f, e->percent);
	const char *unit = e->percent ? " %" : "";

	if (r->verdict == VERDICT_SAME || r->verdict == VERDICT_EXACT ||
	    r->verdict == VERDICT_SINGLE)
		return xstrdup("");
	if (e->level < EFFECT_LEVEL)
		return xasprintf("%s … %s%s (%.0f %%)", lo, hi, unit, 100 * e->level);
	return xasprintf("%s … %s%s", lo, hi, unit);
}

char *format_least(const struct comparison_row *r, double factor)
{
	const struct effect *e = &r->effect;

	if (isnan(e->least) || r->verdict == VERDICT_SAME || r->verdict == VERDICT_EXACT)
		return xstrdup("");
	if (e->percent)
		return xasprintf("%.1f %%", e->least);
	return format_number(e->least * factor);
}

const char *format_alarm(const struct comparison_row *r)
{
	return r->verdict == VERDICT_SHOWN ? "false alarm" : "";
}

const char *format_verdict(const struct comparison_row *r)
{
	bool better = comparison_improved(r);

	switch (r->verdict) {
	case VERDICT_SHOWN:
		return better ? "better" : "worse";
	case VERDICT_EXACT:
		return better ? "better, exact" : "worse, exact";
	case VERDICT_UNPROVEN:
		return better ? "better?" : "worse?";
	case VERDICT_SINGLE:
		return "one run";
	default:
		return "";
	}
}
