/* text/ranges.c - LIST of cut and numfmt: N, N-, N-M, -M, with commas or blanks between. */
#include "programs/text/text.h"

static BX_NORETURN void bad(enum text_ranges_for what, const char *const texts[2])
{
    prog_usage("%s", texts[what == TEXT_FOR_BYTES ? 1 : 0]);
}

static const char *const zero[] = {"fields are numbered from 1",
                                   "byte/character positions are numbered from 1"};
static const char *const invalid_range[] = {"invalid field range",
                                            "invalid byte or character range"};

static int by_start(const void *a, const void *b)
{
    const text_range *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

static void complement_of(text_ranges *r)
{
    text_ranges out = {prog_realloc(NULL, r->n + 1, sizeof *r->p), 0};
    uint64_t next = 1;
    for (size_t i = 0; i < r->n; i++) {
        if (r->p[i].from > next)
            out.p[out.n++] = (text_range){next, r->p[i].from - 1};
        next = r->p[i].to == UINT64_MAX ? 0 : r->p[i].to + 1;
        if (next == 0)
            break;
    }
    if (next)
        out.p[out.n++] = (text_range){next, UINT64_MAX};
    free(r->p);
    *r = out;
}

/* Digits at *s; 0 and *some false where there are none. */
static uint64_t position(const char **s, enum text_ranges_for what, bool *some)
{
    const char *p = *s;
    uint64_t n = 0;
    *some = prog_is_digit(*p);
    for (; prog_is_digit(*p); p++)
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n) || n == UINT64_MAX) {
            char *text = prog_strndup(*s, strspn(*s, "0123456789"));
            prog_usage(what == TEXT_FOR_BYTES ? "byte/character offset %s is too large"
                                              : "field number %s is too large",
                       prog_quote(text));
        }
    *s = p;
    return n;
}

static void one_range(const char **s, enum text_ranges_for what, text_range *ret)
{
    bool has_from, has_to = true;
    uint64_t from = position(s, what, &has_from), to;
    if (**s == '-') {
        ++*s;
        to = position(s, what, &has_to);
        if (!has_from && !has_to)
            prog_usage("invalid range with no endpoint: -");
        if (**s == '-')
            bad(what, invalid_range);
        if (has_from && from == 0)
            bad(what, zero);
        if (!has_from)
            from = 1;
        if (!has_to)
            to = UINT64_MAX;
        else if (to < from)
            prog_usage("invalid decreasing range");
    } else {
        if (from == 0)
            bad(what, zero);
        to = from;
    }
    *ret = (text_range){from, to};
}

void text_ranges_read(const char *list, enum text_ranges_for what, bool complement,
                      text_ranges *ret)
{
    text_ranges r = {0};
    size_t cap = 0;
    const char *s = list;
    if (what != TEXT_FOR_BYTES && strcmp(list, "-") == 0) {
        if (what == TEXT_FOR_FIELDS)
            prog_usage("invalid range with no endpoint: -");
        r.p = prog_grow(r.p, &cap, 0, sizeof *r.p);
        r.p[r.n++] = (text_range){1, UINT64_MAX};
        *ret = r;
        return;
    }
    for (;;) {
        if (*s && *s != ',' && !prog_is_blank(*s) && *s != '-' && !prog_is_digit(*s))
            prog_usage(what == TEXT_FOR_BYTES ? "invalid byte/character position %s"
                                              : "invalid field value %s",
                       prog_quote(s));
        r.p = prog_grow(r.p, &cap, r.n, sizeof *r.p);
        one_range(&s, what, &r.p[r.n++]);
        if (!*s)
            break;
        if (*s == ',' || prog_is_blank(*s))
            s++;
        else
            prog_usage(what == TEXT_FOR_BYTES ? "invalid byte/character position %s"
                                              : "invalid field value %s",
                       prog_quote(s));
    }
    qsort(r.p, r.n, sizeof *r.p, by_start);
    size_t kept = 0;
    for (size_t i = 1; i < r.n; i++) {
        if (r.p[i].from <= r.p[kept].to) {
            if (r.p[i].to > r.p[kept].to)
                r.p[kept].to = r.p[i].to;
        } else {
            r.p[++kept] = r.p[i];
        }
    }
    r.n = kept + 1;
    if (complement)
        complement_of(&r);
    *ret = r;
}

bool text_one_byte(const char *arg, char *ret)
{
    if (*arg && arg[1])
        return false;
    *ret = *arg;
    return true;
}
