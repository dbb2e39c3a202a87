/* One file: read in pieces of whole lines, or whole where that is needed, and searched. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/scan.h"
#include "lib/utf8.h"
#include "regex/find.h"
#include "search/grep.h"

typedef enum encoding { PLAIN, UTF16LE, UTF16BE } encoding;

typedef struct search { /* of one file */
    bx_grep_call *c;
    bx_str path;
    bool is_named, is_binary;
    size_t pos;     /* bytes of the buffer that were searched */
    size_t counted; /* up to there lines were counted: */
    int64_t line;   /* the number of the line at `counted` */
    size_t shown;   /* what lies before is shown, or never will be */
    int64_t after;  /* lines of context that are still to be shown */
    int64_t count;  /* matching lines */
    bool is_over;   /* no more of this file */
} search;

/* --- what is found -----------------------------------------------------------------------------
 */

static int64_t number_at(search *s, const uint8_t *p, size_t at)
{
    if (at > s->counted) {
        s->line += (int64_t)bx_count_byte(p + s->counted, at - s->counted, '\n');
        s->counted = at;
    }
    return s->line;
}

/* The end of the line that begins at `from`. */
static size_t line_end(const uint8_t *p, size_t n, size_t from)
{
    size_t end = bx_find_byte(p, from, n, '\n');
    return end == SIZE_MAX ? n : end;
}

/* Lines behind the last match, up to `to`. */
static void show_after(search *s, const uint8_t *p, size_t to)
{
    while (s->after > 0 && s->shown < to && !s->is_over) {
        size_t end = line_end(p, to, s->shown);
        bx_grep_keep(s->c, s->path, p, (bx_span){s->shown, end}, number_at(s, p, s->shown), false,
                     0);
        s->after--;
        s->shown = end + 1;
    }
}

static void show_before(search *s, const uint8_t *p, size_t at)
{
    size_t from = at;
    int64_t lines = 0;
    while (lines < s->c->ask.before && from > s->shown) {
        size_t lf = bx_find_last_byte(p, s->shown, from - 1, '\n');
        from = lf == SIZE_MAX ? s->shown : lf + 1;
        lines++;
    }
    int64_t number = number_at(s, p, at) - lines;
    while (from < at) {
        size_t end = line_end(p, at, from);
        bx_grep_keep(s->c, s->path, p, (bx_span){from, end}, number++, false, 0);
        from = end + 1;
    }
}

/* Is it one of the results that are shown?  Files and counts decide this once for a file. */
static bool is_wanted(bx_grep_call *c)
{
    if (c->passed < c->ask.offset) {
        c->passed++;
        return false;
    }
    if (c->shown >= c->ask.limit) {
        c->more = c->is_over = true;
        return false;
    }
    c->shown++;
    return true;
}

static void found(search *s, const uint8_t *p, size_t n, bx_span lines)
{
    bx_grep_call *c = s->c;
    s->count++;
    if (c->ask.mode != BX_GREP_CONTENT) {
        s->is_over = c->ask.mode == BX_GREP_FILES;
        return;
    }
    if (!c->is_output_full)
        show_after(s, p, lines.from < n ? lines.from : n);
    if (!is_wanted(c)) {
        s->after = 0;
        s->is_over |= c->is_over;
        return;
    }
    int64_t number = number_at(s, p, lines.from), last = number;
    if (c->ask.multiline && lines.to > lines.from)
        last += (int64_t)bx_count_byte(p + lines.from, lines.to - lines.from, '\n');
    if (s->is_binary) { /* its lines are nothing to show, but that it matches is */
        bx_grep_keep(c, s->path, p, (bx_span){lines.from, lines.from}, number, true, last);
        if (c->n_lines > 0)
            bx_grep_lines(c)[c->n_lines - 1].is_binary = true;
        s->is_over = true;
        return;
    }
    show_before(s, p, lines.from);
    bx_grep_keep(c, s->path, p, lines, number, true, last);
    s->after = c->ask.after;
    s->shown = lines.to + 1;
    s->is_over |= c->is_over;
}

static void gave_up(search *s)
{
    bx_grep_notes *notes = &s->c->notes;
    size_t n = s->path.n < sizeof notes->gave_up - 1 ? s->path.n : sizeof notes->gave_up - 1;
    memcpy(notes->gave_up, s->path.p, n);
    notes->gave_up[n] = '\0';
    s->c->is_over = s->is_over = true;
}

static void search_lines(search *s, const uint8_t *p, size_t n)
{
    bx_span line;
    while (!s->is_over && s->pos < n) {
        bx_hit hit = bx_regex_find_line(s->c->regex, p, n, s->pos, &line);
        if (hit == BX_HIT_GAVE_UP)
            gave_up(s);
        if (hit != BX_HIT) {
            s->pos = n;
            break;
        }
        found(s, p, n, line);
        s->pos = line.to + 1;
    }
    if (!s->is_over || s->after > 0)
        show_after(s, p, n);
}

/* Matches that may span lines: those that share a line are one result. */
static void search_whole(search *s, const uint8_t *p, size_t n)
{
    bx_span match, block = {SIZE_MAX, 0};
    size_t at = 0;
    while (!s->is_over && at <= n) {
        bx_hit hit = bx_regex_find(s->c->regex, p, n, at, &match);
        if (hit == BX_HIT_GAVE_UP)
            gave_up(s);
        bool is_line = hit == BX_HIT && match.from < n;
        if (block.from != SIZE_MAX && (!is_line || match.from > block.to)) {
            found(s, p, n, block);
            block.from = SIZE_MAX;
        }
        if (!is_line)
            break;
        if (block.from == SIZE_MAX) {
            size_t lf = bx_find_last_byte(p, 0, match.from, '\n');
            block.from = lf == SIZE_MAX ? 0 : lf + 1;
        }
        size_t end = line_end(p, n, match.to > match.from ? match.to - 1 : match.to);
        block.to = end > block.to ? end : block.to;
        at = match.to > match.from ? match.to : match.to + 1;
    }
    if (!s->is_over || s->after > 0)
        show_after(s, p, n);
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* Fill the buffer up to its size; false at the end of the file or after an error.  A regular file
 * reads short at its end only (read(2)), which spares a walk over many small files a call for each;
 * a file that is named may lie where that is not so (procfs). */
static bool fill(search *s, int fd, bx_buf *raw, bool *ret_failed)
{
    *ret_failed = false;
    while (raw->n < raw->cap - 1) {
        size_t room = raw->cap - 1 - raw->n;
        ssize_t got = read(fd, raw->p + raw->n, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            bx_grep_unreadable(s->c, s->path, errno);
            *ret_failed = true;
        }
        if (got <= 0)
            return false;
        raw->n += (size_t)got;
        if ((size_t)got < room && !s->is_named)
            return false;
    }
    return true;
}

static bool more_room(bx_buf *raw, size_t max)
{
    char *room;
    return raw->cap < max && bx_buf_reserve(raw, raw->cap, &room) == BX_OK;
}

/* Where a NUL stands a binary file begins, which only a call that names it searches. */
static bool is_cut_at_nul(search *s, bx_buf *raw, size_t from)
{
    size_t nul = bx_find_byte((const uint8_t *)raw->p, from, raw->n, '\0');
    if (nul == SIZE_MAX)
        return false;
    s->is_binary = true;
    if (s->is_named)
        return false;
    raw->n = nul;
    return true;
}

/* Forget what was searched, but the lines that may be shown before the next match. */
static void shift(search *s, bx_buf *raw)
{
    const uint8_t *p = (const uint8_t *)raw->p;
    size_t keep = s->pos;
    for (int64_t i = 0; i < s->c->ask.before && keep > s->shown; i++) {
        size_t lf = bx_find_last_byte(p, s->shown, keep - 1, '\n');
        keep = lf == SIZE_MAX ? s->shown : lf + 1;
    }
    if (keep == 0)
        return;
    (void)number_at(s, p, s->pos);
    memmove(raw->p, raw->p + keep, raw->n - keep);
    raw->n -= keep;
    s->pos -= keep;
    s->counted -= keep;
    s->shown -= s->shown < keep ? s->shown : keep;
}

/* Piece by piece, each of whole lines. */
static void search_pieces(search *s, int fd, bx_buf *raw, bool more)
{
    bool failed = false;
    size_t checked = 0;
    for (;;) {
        more = !is_cut_at_nul(s, raw, checked) && more;
        checked = raw->n;
        const uint8_t *p = (const uint8_t *)raw->p;
        size_t n = raw->n, lf = more ? bx_find_last_byte(p, s->pos, n, '\n') : n;
        if (lf == SIZE_MAX && raw->cap >= BX_GREP_LINE_MAX) {
            s->c->notes.long_lines++;
            lf = n - 1;
        }
        if (lf != SIZE_MAX) {
            search_lines(s, p, more ? lf + 1 : n);
            if (!more || failed || s->is_over)
                return;
            shift(s, raw);
            checked = raw->n;
        }
        if (raw->n > raw->cap / 2 && !more_room(raw, 2 * BX_GREP_LINE_MAX)) {
            bx_grep_unreadable(s->c, s->path, ENOMEM);
            return;
        }
        more = fill(s, fd, raw, &failed);
    }
}

/* --- held whole --------------------------------------------------------------------------------
 */

static bool read_rest(search *s, int fd, bx_buf *raw)
{
    bool failed;
    do
        if (raw->n > BX_GREP_WHOLE_MAX || !more_room(raw, 2 * BX_GREP_WHOLE_MAX)) {
            s->c->notes.too_large++;
            return false;
        }
    while (fill(s, fd, raw, &failed));
    if (raw->n > BX_GREP_WHOLE_MAX)
        s->c->notes.too_large++;
    return raw->n <= BX_GREP_WHOLE_MAX;
}

/* UTF-16 to UTF-8, a unit that is no character to a byte that is none. */
static bool decode(search *s, const bx_buf *raw, bool is_big)
{
    bx_buf *to = &s->c->decoded;
    const uint8_t *p = (const uint8_t *)raw->p;
    char *room;
    bx_buf_clear(to);
    to->n = 0;
    if (bx_buf_reserve(to, raw->n / 2 * 3 + 4, &room) != BX_OK) {
        bx_grep_unreadable(s->c, s->path, ENOMEM);
        return false;
    }
    uint32_t high = 0;
    for (size_t i = 2; i + 1 < raw->n; i += 2) {
        uint32_t unit = is_big ? (uint32_t)p[i] << 8 | p[i + 1] : (uint32_t)p[i + 1] << 8 | p[i];
        bool is_low = unit >= 0xdc00 && unit < 0xe000;
        if (high && is_low) {
            to->n +=
                bx_utf8_encode(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00), to->p + to->n);
            high = 0;
            continue;
        }
        if (high || is_low)
            to->p[to->n++] = '\xff';
        high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
        if (!high && !is_low)
            to->n += bx_utf8_encode(unit, to->p + to->n);
    }
    if (high || raw->n % 2)
        to->p[to->n++] = '\xff';
    s->c->notes.utf16++;
    return true;
}

static void search_held(search *s, int fd, bx_buf *raw, encoding e, bool more)
{
    if (more && !read_rest(s, fd, raw))
        return;
    const bx_buf *text = raw;
    if (e != PLAIN) {
        if (!decode(s, raw, e == UTF16BE))
            return;
        text = &s->c->decoded;
    } else {
        (void)is_cut_at_nul(s, raw, 0);
    }
    const uint8_t *p = (const uint8_t *)text->p;
    if (s->c->ask.multiline)
        search_whole(s, p, text->n);
    else
        search_lines(s, p, text->n);
}

static encoding take_mark(bx_buf *raw)
{
    if (raw->n >= 3 && memcmp(raw->p, "\xef\xbb\xbf", 3) == 0) {
        memmove(raw->p, raw->p + 3, raw->n - 3);
        raw->n -= 3;
    } else if (raw->n >= 2 && memcmp(raw->p, "\xff\xfe", 2) == 0) {
        return UTF16LE;
    } else if (raw->n >= 2 && memcmp(raw->p, "\xfe\xff", 2) == 0) {
        return UTF16BE;
    }
    return PLAIN;
}

void bx_grep_file_at(bx_grep_call *c, int fd, bx_str path, bool is_named)
{
    search s = {.c = c, .path = path, .is_named = is_named, .line = 1};
    bx_buf *raw = &c->raw;
    char *room;
    bool failed;
    raw->n = 0;
    if (!raw->p && bx_buf_reserve(raw, BX_GREP_BUF - 1, &room) != BX_OK) {
        bx_grep_unreadable(c, path, ENOMEM);
        return;
    }
    c->files_seen++;
    bool more = fill(&s, fd, raw, &failed);
    encoding e = take_mark(raw);
    if (e != PLAIN || c->ask.multiline)
        search_held(&s, fd, raw, e, more);
    else
        search_pieces(&s, fd, raw, more);
    if (s.is_binary && !is_named)
        *(s.count > 0 ? &c->notes.cut_binary : &c->notes.binary) += 1;
    if (s.count > 0 && c->ask.mode != BX_GREP_CONTENT && is_wanted(c) && bx_grep_keep_file(c, path))
        bx_grep_files(c)[c->n_files - 1].count = s.count;
}
