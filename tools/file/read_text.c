#include <string.h>

#include "file/read_parts.h"

enum {
    NUMBER_WIDTH = 6,
    LINE_ROOM = 96, /* output beside a line's text: its number, and what says that it is cut */
};

static void add_char(bx_read_line *l, bx_read_view *v, uint32_t cp)
{
    l->chars++;
    if (l->chars > BX_READ_LINE_CHARS)
        return;
    v->bad += cp == BX_UTF8_BAD;
    v->wide += cp >= 0x80 && cp != BX_UTF8_BAD;
    v->nul += cp == 0;
    v->lone_cr += cp == '\r';
    if (cp == 0 || cp == '\r') /* a raw carriage return would overwrite the line number */
        cp += 0x2400;          /* SYMBOL FOR NULL, SYMBOL FOR CARRIAGE RETURN */
    l->n += bx_utf8_encode(cp, l->text + l->n);
}

static void flush_cr(bx_read_line *l, bx_read_view *v)
{
    if (l->has_cr)
        add_char(l, v, '\r');
    l->has_cr = false;
}

static void add_byte(bx_read_line *l, bx_read_view *v, uint8_t byte)
{
    uint32_t cp[2];
    unsigned n = bx_utf8_push(&l->utf8, byte, cp);
    for (unsigned i = 0; i < n; i++) {
        flush_cr(l, v);
        if (cp[i] == '\r')
            l->has_cr = true;
        else
            add_char(l, v, cp[i]);
    }
}

static void end_of_bytes(bx_read_line *l, bx_read_view *v)
{
    uint32_t cp;
    if (bx_utf8_end(&l->utf8, &cp)) {
        flush_cr(l, v);
        add_char(l, v, cp);
    }
}

/* Past the cut only characters are counted: every byte that does not continue one. */
static void add_rest(bx_read_line *l, const uint8_t *p, size_t n)
{
    size_t continuing = 0;
    for (size_t i = 0; i < n; i++)
        continuing += (p[i] & 0xc0) == 0x80;
    l->chars += n - continuing + l->has_cr;
    l->has_cr = p[n - 1] == '\r';
    l->chars -= l->has_cr;
    l->utf8 = (bx_utf8){0};
}

/* How many bytes p[0..n) begins with that are characters shown as they are. */
static size_t plain_run(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && p[i] < 0x80 && p[i] != 0 && p[i] != '\r')
        i++;
    return i;
}

static size_t add_plain(bx_read_line *l, bx_read_view *v, const uint8_t *p, size_t n)
{
    size_t run = l->utf8.need == 0 ? plain_run(p, n) : 0;
    if (run == 0)
        return 0;
    flush_cr(l, v);
    if (l->chars >= BX_READ_LINE_CHARS)
        return 0;
    if (run > BX_READ_LINE_CHARS - l->chars)
        run = (size_t)(BX_READ_LINE_CHARS - l->chars);
    memcpy(l->text + l->n, p, run);
    l->n += run;
    l->chars += run;
    return run;
}

static void add_bytes(bx_read_line *l, bx_read_view *v, const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && l->chars <= BX_READ_LINE_CHARS) {
        size_t run = add_plain(l, v, p + i, n - i);
        if (run > 0)
            i += run;
        else
            add_byte(l, v, p[i++]);
    }
    if (i < n)
        add_rest(l, p + i, n - i);
}

/* The next line into r->line; false at the end of the file. */
static bool next_line(bx_reader *r)
{
    bx_read_line *l = &r->line;
    bx_read_view *v = &r->view;
    l->n = 0;
    l->chars = 0;
    l->has_cr = false;
    l->utf8 = (bx_utf8){0};
    if (!bx_source_more(&r->source))
        return false;
    while (bx_source_more(&r->source)) {
        const uint8_t *p = r->source.p + r->source.at;
        size_t n = r->source.n - r->source.at;
        const uint8_t *lf = memchr(p, '\n', n);
        size_t part = lf ? (size_t)(lf - p) : n;
        if (part > 0)
            add_bytes(l, v, p, part);
        r->source.at += part + (lf != NULL);
        if (lf) {
            end_of_bytes(l, v);
            *(l->has_cr ? &v->crlf : &v->lf) += 1;
            return true;
        }
    }
    end_of_bytes(l, v);
    flush_cr(l, v);
    return true;
}

static size_t number_of(int64_t n, char out[32])
{
    char buf[24];
    const char *digits = bx_digits(n, buf);
    size_t len = strlen(digits), pad = len < NUMBER_WIDTH ? NUMBER_WIDTH - len : 0;
    memset(out, ' ', pad);
    memcpy(out + pad, digits, len);
    out[pad + len] = '\t';
    return pad + len + 1;
}

/* Bytes of l->text that fit into `room` without splitting a character. */
static size_t fitting(const bx_read_line *l, size_t room)
{
    if (l->n <= room)
        return l->n;
    while (room > 0 && (l->text[room] & 0xc0) == 0x80)
        room--;
    return room;
}

/* How many of the line's first `n` bytes the call's output limit leaves room for; *ret_full: not
 * for all of them, or not for the line at all. */
static size_t fitting_output(bx_reader *r, size_t n, bool *ret_full)
{
    const char *p = r->line.text;
    uint64_t beside = LINE_ROOM + r->rest, size = bx_out_size(p, n);
    uint64_t room = bx_out_room(&r->result.out, beside + size);
    *ret_full = room < beside + size;
    if (!*ret_full)
        return n;
    room -= room < beside ? room : beside;
    for (size_t i = 0, end = 0; i < n; i = end) {
        do
            end++;
        while (end < n && (p[end] & 0xc0) == 0x80);
        size = bx_out_size(p + i, end - i);
        if (size > room)
            return i;
        room -= size;
    }
    return n;
}

/* Print r->line as line `n`.  False, and nothing printed: no room, and others are shown already. */
static bool show_line(bx_reader *r, int64_t n)
{
    const bx_read_line *l = &r->line;
    bx_read_view *v = &r->view;
    char number[32];
    size_t head = number_of(n, number), room = (size_t)r->ask.max_bytes - v->used;
    size_t fits = head + 1 <= room ? fitting(l, room - head - 1) : 0;
    size_t text = fitting_output(r, fits, &v->is_output_full);
    bool whole = head + 1 <= room && text == l->n && !v->is_output_full;
    if (!whole && v->first > 0)
        return false;
    bx_text_put(&r->result, number, head);
    bx_text_put(&r->result, l->text, text);
    if (l->chars > BX_READ_LINE_CHARS || text < l->n) {
        v->cut_lines++;
        bx_text_puts(&r->result, " … [line cut: ");
        bx_text_int(&r->result, (int64_t)l->chars);
        bx_text_puts(&r->result, " characters in all]");
    }
    bx_text_put(&r->result, "\n", 1);
    v->used += head + text + 1;
    v->first = v->first > 0 ? v->first : n;
    v->last = n;
    return true;
}

static void show_range(bx_reader *r, bx_read_range range)
{
    bx_read_view *v = &r->view;
    for (int64_t shown = 0; shown < range.limit; shown++) {
        int64_t n = range.offset + shown; /* the file has that many lines: no overflow */
        bx_read_view before = *v;
        if (!next_line(r)) {
            v->total = n - 1;
            return;
        }
        if (!show_line(r, n)) {
            before.is_output_full = v->is_output_full;
            *v = before; /* what was counted belongs to the line that is not shown */
            v->is_full = true;
            v->next = n;
            return;
        }
        v->next = n + 1;
    }
    if (!bx_source_more(&r->source))
        v->total = v->last;
}

/* From behind the line shown last to line `offset`; false: the file ends before it. */
static bool skip_gap(bx_reader *r, int64_t offset)
{
    bx_read_view *v = &r->view;
    bool rest = false;
    uint64_t gap = (uint64_t)(offset - 1 - v->last);
    uint64_t skipped = bx_source_skip_lines(&r->source, gap, &rest);
    if (!bx_source_more(&r->source)) {
        v->total = v->last + (int64_t)skipped + rest;
        return false;
    }
    bx_text_puts(&r->result, gap == 1 ? "[line " : "[lines ");
    bx_text_int(&r->result, v->last + 1);
    if (gap > 1) {
        bx_text_puts(&r->result, " to ");
        bx_text_int(&r->result, offset - 1);
    }
    bx_text_puts(&r->result, " not shown]\n");
    return true;
}

static void show_ranges(bx_reader *r)
{
    bx_read_view *v = &r->view;
    show_range(r, r->ask.ranges[0]);
    for (size_t i = 1; i < r->ask.n_ranges && v->total < 0 && !v->is_full; i++)
        if (!r->source.error && skip_gap(r, r->ask.ranges[i].offset))
            show_range(r, r->ask.ranges[i]);
}

static const char *line_ending(const bx_read_view *v)
{
    if (v->lf + v->crlf == 0)
        return "none";
    return v->crlf == 0 ? "lf" : v->lf == 0 ? "crlf" : "mixed";
}

/* Not one valid character beyond ASCII, but other bytes: some 8-bit encoding, most likely this one.
 */
static bool is_single_byte(const bx_reader *r)
{
    return r->view.bad > 0 && r->view.wide == 0 && r->source.encoding == BX_UTF8;
}

static const char *encoding(const bx_reader *r)
{
    static const char *const names[] = {"utf-8", "utf-8-bom", "utf-16le", "utf-16be"};
    return is_single_byte(r) ? "latin-1?" : names[r->source.encoding];
}

static void notice_count(bx_reader *r, int64_t n, const char *one, const char *many)
{
    if (n > 0)
        bx_read_note(r, "", n, n == 1 ? one : many);
}

/* Where what is shown ends, and why. */
static void notice_end(bx_reader *r)
{
    const bx_read_view *v = &r->view;
    if (r->source.error) {
        bx_text_puts(&r->result, "[reading stopped here: ");
        bx_text_puts(&r->result, strerror(r->source.error));
        bx_text_puts(&r->result, "]\n");
    } else if (v->total < 0) {
        bx_text_puts(&r->result, !v->is_full         ? "["
                                 : v->is_output_full ? "[output limit of the call reached; "
                                                     : "[max_bytes reached; ");
        bx_text_puts(&r->result, "more lines follow: go on with offset=");
        bx_text_int(&r->result, v->next);
        bx_text_puts(&r->result, "]\n");
    } else if (r->ask.ranges[r->ask.n_ranges - 1].offset > v->total) {
        bx_read_note(r, "the file has ", v->total, " lines; a range lies past its end");
    }
}

static void notice(bx_reader *r)
{
    const bx_read_view *v = &r->view;
    bool one_byte = is_single_byte(r);
    notice_end(r);
    notice_count(r, v->cut_lines, " long line was cut", " long lines were cut");
    notice_count(r, v->bad,
                 one_byte ? " byte is not UTF-8, shown as \xef\xbf\xbd; the file may be Latin-1"
                          : " invalid sequence, shown as \xef\xbf\xbd",
                 one_byte ? " bytes are not UTF-8, shown as \xef\xbf\xbd; the file may be Latin-1"
                          : " invalid sequences, shown as \xef\xbf\xbd");
    notice_count(r, v->lone_cr, " carriage return inside a line, shown as ␍",
                 " carriage returns inside lines, shown as ␍");
    notice_count(r, v->nul, " NUL character, shown as ␀", " NUL characters, shown as ␀");
    if (v->crlf > 0) {
        bx_text_puts(&r->result, v->lf > 0 ? "[line endings: mixed, " : "[line endings: CRLF");
        if (v->lf > 0) {
            bx_text_int(&r->result, v->crlf);
            bx_text_puts(&r->result, " CRLF and ");
            bx_text_int(&r->result, v->lf);
            bx_text_puts(&r->result, " LF");
        }
        bx_text_puts(&r->result, "]\n");
    }
    if (r->source.encoding != BX_UTF8) {
        bx_text_puts(&r->result, "[encoding: ");
        bx_text_puts(&r->result, encoding(r));
        bx_text_puts(&r->result, "]\n");
    }
}

/* The ranges as far as they are shown. */
static void field_ranges(bx_reader *r, bx_out *o)
{
    bx_out_key(o, "ranges");
    bx_out_open(o, '[');
    for (size_t i = 0; i < r->ask.n_ranges && r->ask.ranges[i].offset <= r->view.last; i++) {
        bx_read_range range = r->ask.ranges[i];
        int64_t lines = r->view.last - range.offset + 1;
        bx_out_open(o, '{');
        bx_read_field_int(o, "offset", range.offset);
        bx_read_field_int(o, "limit", lines < range.limit ? lines : range.limit);
        bx_out_close(o, '}');
    }
    bx_out_close(o, ']');
}

static int end_text(bx_reader *r, bool is_error)
{
    const bx_read_view *v = &r->view;
    bool any = v->first > 0;
    int error = r->source.error;
    bx_out *o = bx_read_fields_begin(r);
    bx_read_field_int(o, "first_line", any ? v->first : -1);
    bx_read_field_int(o, "last_line", any ? v->last : -1);
    bx_read_field_int(o, "total_lines", error ? -1 : v->total);
    bx_read_field_bool(o, "more", v->total < 0);
    bx_read_field_str(o, "line_ending", line_ending(v));
    bx_read_field_str(o, "encoding", encoding(r));
    bx_read_field_int(o, "invalid", v->bad);
    bx_read_field_bool(o, "truncated", v->is_full || v->cut_lines > 0 || error != 0);
    if (r->ask.has_list)
        field_ranges(r, o);
    return bx_read_fields_end(r, is_error);
}

static int past_the_end(bx_reader *r)
{
    int64_t total = r->view.total, offset = r->ask.ranges[0].offset;
    bx_text_begin(&r->result);
    if (total == 0 && offset == 1) {
        bx_text_puts(&r->result, "[empty file]\n");
    } else {
        bx_text_puts(&r->result, "offset ");
        bx_text_int(&r->result, offset);
        bx_text_puts(&r->result, " is past the end: ");
        bx_text_puts(&r->result, r->ask.path);
        bx_text_puts(&r->result, " has ");
        bx_text_int(&r->result, total);
        bx_text_puts(&r->result, total == 1 ? " line" : " lines");
    }
    bx_text_end(&r->result);
    return end_text(r, offset > 1);
}

int bx_read_text(bx_reader *r, const char *note)
{
    bool rest = false;
    r->view = (bx_read_view){.total = -1};
    bx_source_as_text(&r->source);
    uint64_t before = (uint64_t)(r->ask.ranges[0].offset - 1);
    uint64_t skipped = bx_source_skip_lines(&r->source, before, &rest);
    if (!bx_source_more(&r->source)) {
        if (r->source.error)
            return bx_read_fail_file(r, r->source.error);
        r->view.total = (int64_t)skipped + rest;
        return past_the_end(r);
    }
    bx_text_begin(&r->result);
    show_ranges(r);
    notice(r);
    if (note)
        bx_read_note(r, note, 0, NULL);
    bx_text_end(&r->result);
    return end_text(r, r->source.error != 0);
}
