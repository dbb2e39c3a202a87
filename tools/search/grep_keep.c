/* What is kept of a match until it is printed: the line, cut around the match, and where in it the
 * matches are. */
#include "lib/utf8.h"
#include "regex/find.h"
#include "search/grep.h"

enum {
    BESIDE = 400,         /* bytes of output beside the texts of a line */
    WITH_MAX = 64 << 10,  /* bytes of one replaced line */
    AHEAD = 100,          /* characters shown before a match that is far to the right */
    RANGES_MAX = 1 << 16, /* of all lines together */
};

static bool is_middle(uint8_t byte) { return (byte & 0xc0) == 0x80; }

/* `at` moved by `chars` characters within [from, to], to either side. */
static size_t forwards(const uint8_t *p, size_t at, size_t to, size_t chars)
{
    for (; chars > 0 && at < to; chars--)
        do
            at++;
        while (at < to && is_middle(p[at]));
    return at;
}

static size_t backwards(const uint8_t *p, size_t at, size_t from, size_t chars)
{
    for (; chars > 0 && at > from; chars--)
        do
            at--;
        while (at > from && is_middle(p[at]));
    return at;
}

/* How many runs of bytes are no UTF-8, and the bytes of JSON that the text becomes at most. */
static uint64_t count_invalid(const uint8_t *p, size_t n, uint64_t *ret_size)
{
    bx_utf8 d = {0};
    uint64_t bad = 0, size = 0;
    uint32_t cp[2];
    for (size_t i = 0; i < n; i++) {
        unsigned got = bx_utf8_push(&d, p[i], cp);
        for (unsigned k = 0; k < got; k++)
            bad += cp[k] == BX_UTF8_BAD;
        size += p[i] < 0x20 || p[i] == 0x7f ? 6 : p[i] == '"' || p[i] == '\\' ? 2 : 1;
    }
    bad += bx_utf8_end(&d, cp);
    *ret_size = size + 3 * bad;
    return bad;
}

static size_t add_text(bx_grep_call *c, const void *p, size_t n)
{
    size_t at = c->texts.n;
    (void)bx_buf_add(&c->texts, p, n);
    return at;
}

bool bx_grep_keep_file(bx_grep_call *c, bx_str path)
{
    bx_grep_file f = {.path = add_text(c, path.p, path.n), .path_n = path.n};
    bool is_kept = c->texts.fail == BX_OK && bx_buf_add(&c->files, &f, sizeof f) == BX_OK;
    c->n_files += is_kept;
    c->is_over |= !is_kept;
    c->more |= !is_kept;
    return is_kept;
}

static bool is_of_last_file(const bx_grep_call *c, bx_str path)
{
    if (c->n_files == 0)
        return false;
    const bx_grep_file *f = &bx_grep_files(c)[c->n_files - 1];
    return bx_str_eq(path, (bx_str){c->texts.p + f->path, f->path_n});
}

/* The line with each match replaced. */
static void replace(bx_grep_call *c, bx_grep_line *l, const uint8_t *p, size_t n)
{
    BX_AUTO_BUF out = bx_buf_init(WITH_MAX);
    bx_span groups[32];
    size_t count = bx_regex_groups(c->regex), at = 0, copied = 0;
    count = count < BX_COUNT(groups) ? count : BX_COUNT(groups);
    bx_str with = bx_str_of(c->ask.replace);
    while (at <= n && out.fail == BX_OK &&
           bx_regex_captures(c->regex, p, n, at, groups, count) == BX_HIT) {
        bool is_empty = groups[0].from == groups[0].to;
        if (!(is_empty && groups[0].from == copied && copied > 0)) {
            (void)bx_buf_add(&out, p + copied, groups[0].from - copied);
            bx_regex_expand(c->regex, with, p, groups, count, &out);
            copied = groups[0].to;
        }
        at = groups[0].to + is_empty;
    }
    (void)bx_buf_add(&out, p + (copied < n ? copied : n), n - (copied < n ? copied : n));
    size_t end = forwards((const uint8_t *)out.p, 0, out.n, BX_GREP_SHOWN_CHARS);
    uint64_t size;
    (void)count_invalid((const uint8_t *)out.p, end, &size);
    l->is_cut |= end < out.n || out.fail != BX_OK;
    l->with = add_text(c, out.p, end);
    l->with_n = end;
    l->cost += 2 * size;
}

/* The matches of p[0..n), of which p[shown) is shown: the column of the first one, and the ranges
 * within what is shown. */
static void find_ranges(bx_grep_call *c, bx_grep_line *l, const uint8_t *p, size_t n, bx_span shown)
{
    bx_span m;
    l->ranges = c->n_ranges;
    for (size_t at = shown.from; at <= n && l->ranges_n < BX_GREP_RANGES;) {
        if (c->n_ranges >= RANGES_MAX || bx_regex_find(c->regex, p, n, at, &m) != BX_HIT ||
            m.from > shown.to)
            return;
        bool is_empty = m.to == m.from;
        at = m.to + is_empty;
        if (is_empty)
            continue;
        m = (bx_span){m.from - shown.from, (m.to < shown.to ? m.to : shown.to) - shown.from};
        if (m.to < m.from || bx_buf_add(&c->ranges, &m, sizeof m) != BX_OK)
            return;
        c->n_ranges++;
        l->ranges_n++;
        l->cost += 2 * 24;
    }
}

/* The part of p[0..n) that is shown: around `match`. */
static bx_span cut(const uint8_t *p, size_t n, size_t match)
{
    size_t end = forwards(p, 0, n, BX_GREP_SHOWN_CHARS), from = 0;
    if (match > end || (end < n && forwards(p, match, n, AHEAD) > end)) {
        from = backwards(p, match, 0, AHEAD);
        end = forwards(p, from, n, BX_GREP_SHOWN_CHARS);
    }
    return (bx_span){from, end};
}

/* What is shown of the lines p[at) that match, or of one line beside a match. */
static void fill(bx_grep_call *c, bx_grep_line *l, const uint8_t *p, size_t n)
{
    bx_span first = {0, 0}, shown;
    bool is_found = l->is_match && n > 0 && bx_regex_find(c->regex, p, n, 0, &first) == BX_HIT;
    size_t bare = n > 0 && p[n - 1] == '\r' ? n - 1 : n; /* without the end of a line of CRLF */
    first.from = is_found && first.from < bare ? first.from : is_found ? bare : 0;
    l->column = first.from + 1;
    shown = cut(p, bare, first.from);
    l->is_cut = shown.from > 0 || shown.to < bare;
    l->text = add_text(c, p + shown.from, shown.to - shown.from);
    l->text_n = shown.to - shown.from;
    uint64_t size;
    c->notes.invalid += count_invalid(p + shown.from, l->text_n, &size) > 0;
    l->cost += 2 * size;
    if (is_found)
        find_ranges(c, l, p, n, shown);
    if (l->is_match && c->ask.replace)
        replace(c, l, p, bare);
}

void bx_grep_keep(bx_grep_call *c, bx_str path, const uint8_t *p, bx_span at, int64_t number,
                  bool is_match, int64_t last)
{
    if (!is_of_last_file(c, path) && !bx_grep_keep_file(c, path))
        return;
    bx_grep_line l = {.file = (uint32_t)c->n_files - 1, .is_match = is_match, .number = number};
    l.last = is_match ? last : number;
    l.cost = BESIDE + 6 * path.n;
    fill(c, &l, p + at.from, at.to - at.from);
    bx_grep_files(c)[l.file].count += is_match;
    if (c->texts.fail == BX_OK && bx_buf_add(&c->lines, &l, sizeof l) == BX_OK)
        c->n_lines++;
    else
        c->is_output_full = c->is_over = true;
    c->is_output_full |= c->texts.n > BX_GREP_SHOWN_BYTES;
    c->is_over |= c->is_output_full;
}
