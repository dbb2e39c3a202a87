/* read: a file as numbered lines, as an image, or described.  docs/tools.md has the contract. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bx_filetype.h"
#include "bx_source.h"
#include "bx_tool.h"
#include "bx_utf8.h"

enum {
    LINE_CHARS = 2000,
    LINE_BYTES = LINE_CHARS * 4,
    NUMBER_WIDTH = 6,
};

typedef struct request {
    const char *path;
    int64_t offset, limit, max_bytes, max_image_bytes;
} request;

typedef struct line { /* one line of the file, decoded and cut */
    char text[LINE_BYTES];
    size_t n;
    uint64_t chars; /* all of them, the cut ones too */
    bool has_cr;    /* a carriage return that is not shown yet: is it the line ending? */
    bx_utf8 utf8;
} line;

typedef struct view {    /* what is shown, and what has to be said about it */
    int64_t first, last; /* lines shown; last < first: none */
    int64_t total;       /* lines of the file, or -1 */
    bool is_full;        /* max_bytes ended it */
    size_t used;         /* bytes of text */
    int64_t cut_lines, lf, crlf, lone_cr, nul, bad,
        wide; /* wide: characters of more than one byte */
} view;

static bx_source source;
static line cur;

static void add_char(line *l, view *v, uint32_t cp)
{
    l->chars++;
    if (l->chars > LINE_CHARS)
        return;
    v->bad += cp == BX_UTF8_BAD;
    v->wide += cp >= 0x80 && cp != BX_UTF8_BAD;
    v->nul += cp == 0;
    v->lone_cr += cp == '\r';
    if (cp == 0 || cp == '\r') /* a raw carriage return would overwrite the line number */
        cp += 0x2400;          /* SYMBOL FOR NULL, SYMBOL FOR CARRIAGE RETURN */
    l->n += bx_utf8_encode(cp, l->text + l->n);
}

static void flush_cr(line *l, view *v)
{
    if (l->has_cr)
        add_char(l, v, '\r');
    l->has_cr = false;
}

static void add_byte(line *l, view *v, uint8_t byte)
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

static void end_of_bytes(line *l, view *v)
{
    uint32_t cp;
    if (bx_utf8_end(&l->utf8, &cp)) {
        flush_cr(l, v);
        add_char(l, v, cp);
    }
}

/* Past the cut only characters are counted: every byte that does not continue one. */
static void add_rest(line *l, const uint8_t *p, size_t n)
{
    size_t continuing = 0;
    for (size_t i = 0; i < n; i++)
        continuing += (p[i] & 0xc0) == 0x80;
    l->chars += n - continuing + l->has_cr;
    l->has_cr = p[n - 1] == '\r';
    l->chars -= l->has_cr;
    l->utf8 = (bx_utf8){0};
}

static void add_bytes(line *l, view *v, const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && l->chars <= LINE_CHARS)
        add_byte(l, v, p[i++]);
    if (i < n)
        add_rest(l, p + i, n - i);
}

/* The next line into `l`; false at the end of the file. */
static bool next_line(line *l, view *v)
{
    l->n = 0;
    l->chars = 0;
    l->has_cr = false;
    l->utf8 = (bx_utf8){0};
    if (!bx_source_more(&source))
        return false;
    while (bx_source_more(&source)) {
        const uint8_t *p = source.p + source.at;
        size_t n = source.n - source.at;
        const uint8_t *lf = memchr(p, '\n', n);
        size_t part = lf ? (size_t)(lf - p) : n;
        if (part > 0)
            add_bytes(l, v, p, part);
        source.at += part + (lf != NULL);
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
static size_t fitting(const line *l, size_t room)
{
    if (l->n <= room)
        return l->n;
    while (room > 0 && (l->text[room] & 0xc0) == 0x80)
        room--;
    return room;
}

/* Print `l` as line `n`.  False, and nothing printed: no room, and other lines are shown already.
 */
static bool show_line(const line *l, int64_t n, view *v, const request *r)
{
    char number[32];
    size_t head = number_of(n, number), room = (size_t)r->max_bytes - v->used;
    bool fits = head + l->n + 1 <= room;
    if (!fits && v->last >= v->first)
        return false;
    size_t text = fits ? l->n : fitting(l, room - head - 1);
    bx_text_put(number, head);
    bx_text_put(l->text, text);
    if (l->chars > LINE_CHARS || text < l->n) {
        v->cut_lines++;
        bx_text_puts(" … [line cut: ");
        bx_text_int((int64_t)l->chars);
        bx_text_puts(" characters in all]");
    }
    bx_text_put("\n", 1);
    v->used += head + text + 1;
    v->last = n;
    return true;
}

static void show_lines(view *v, const request *r)
{
    for (int64_t shown = 0; shown < r->limit; shown++) {
        int64_t n = r->offset + shown; /* the file has that many lines: no overflow */
        view before = *v;
        if (!next_line(&cur, v)) {
            v->total = n - 1;
            return;
        }
        if (!show_line(&cur, n, v, r)) {
            *v = before; /* what was counted belongs to the line that is not shown */
            v->is_full = true;
            return;
        }
    }
    if (!bx_source_more(&source))
        v->total = v->last;
}

static void notice_count(int64_t n, const char *one, const char *many)
{
    if (n == 0)
        return;
    bx_text_puts("[");
    bx_text_int(n);
    bx_text_puts(n == 1 ? one : many);
    bx_text_puts("]\n");
}

static const char *line_ending(const view *v)
{
    if (v->lf + v->crlf == 0)
        return "none";
    return v->crlf == 0 ? "lf" : v->lf == 0 ? "crlf" : "mixed";
}

/* Not one valid character beyond ASCII, but other bytes: some 8-bit encoding, most likely this one.
 */
static bool is_single_byte(const view *v)
{
    return v->bad > 0 && v->wide == 0 && source.encoding == BX_UTF8;
}

static const char *encoding(const view *v)
{
    static const char *const names[] = {"utf-8", "utf-8-bom", "utf-16le", "utf-16be"};
    return is_single_byte(v) ? "latin-1?" : names[source.encoding];
}

static void notice(const view *v)
{
    if (source.error) {
        bx_text_puts("[reading stopped here: ");
        bx_text_puts(strerror(source.error));
        bx_text_puts("]\n");
    } else if (v->total < 0) {
        bx_text_puts(v->is_full ? "[max_bytes reached; " : "[");
        bx_text_puts("more lines follow: go on with offset=");
        bx_text_int(v->last + 1);
        bx_text_puts("]\n");
    }
    notice_count(v->cut_lines, " long line was cut", " long lines were cut");
    notice_count(
        v->bad,
        is_single_byte(v) ? " byte is not UTF-8, shown as \xef\xbf\xbd; the file may be Latin-1"
                          : " invalid sequence, shown as \xef\xbf\xbd",
        is_single_byte(v) ? " bytes are not UTF-8, shown as \xef\xbf\xbd; the file may be Latin-1"
                          : " invalid sequences, shown as \xef\xbf\xbd");
    notice_count(v->lone_cr, " carriage return inside a line, shown as ␍",
                 " carriage returns inside lines, shown as ␍");
    notice_count(v->nul, " NUL character, shown as ␀", " NUL characters, shown as ␀");
    if (v->crlf > 0) {
        bx_text_puts(v->lf > 0 ? "[line endings: mixed, " : "[line endings: CRLF");
        if (v->lf > 0) {
            bx_text_int(v->crlf);
            bx_text_puts(" CRLF and ");
            bx_text_int(v->lf);
            bx_text_puts(" LF");
        }
        bx_text_puts("]\n");
    }
    if (source.encoding != BX_UTF8) {
        bx_text_puts("[encoding: ");
        bx_text_puts(encoding(v));
        bx_text_puts("]\n");
    }
}

static void field_int(const char *name, int64_t n)
{
    bx_json_key(name);
    if (n < 0)
        bx_json_null();
    else
        bx_json_int(n);
}

static void field_str(const char *name, const char *s)
{
    bx_json_key(name);
    bx_json_str(s);
}

static void field_bool(const char *name, bool b)
{
    bx_json_key(name);
    bx_json_bool(b);
}

static void begin_fields(const request *r, int64_t size)
{
    bx_structured_begin();
    bx_json_open('{');
    field_str("path", r->path);
    field_int("size_bytes", size);
}

static int end_fields(bool is_error)
{
    bx_json_close('}');
    return bx_result_end(is_error);
}

static int end_text(const view *v, const request *r, int64_t size, bool is_error)
{
    bool any = v->last >= v->first;
    begin_fields(r, size);
    field_int("first_line", any ? v->first : -1);
    field_int("last_line", any ? v->last : -1);
    field_int("total_lines", source.error ? -1 : v->total);
    field_bool("more", v->total < 0);
    field_str("line_ending", line_ending(v));
    field_str("encoding", encoding(v));
    field_int("invalid", v->bad);
    field_bool("truncated", v->is_full || v->cut_lines > 0 || source.error != 0);
    return end_fields(is_error);
}

static int past_the_end(const view *v, const request *r, int64_t size)
{
    bx_text_begin();
    if (v->total == 0 && r->offset == 1) {
        bx_text_puts("[empty file]\n");
    } else {
        bx_text_puts("offset ");
        bx_text_int(r->offset);
        bx_text_puts(" is past the end: ");
        bx_text_puts(r->path);
        bx_text_puts(" has ");
        bx_text_int(v->total);
        bx_text_puts(v->total == 1 ? " line" : " lines");
    }
    bx_text_end();
    return end_text(v, r, size, r->offset > 1);
}

static int show_text(const request *r, int64_t size)
{
    view v = {.first = r->offset, .last = r->offset - 1, .total = -1};
    bool rest = false;
    bx_source_as_text(&source);
    uint64_t skipped = bx_source_skip_lines(&source, (uint64_t)(r->offset - 1), &rest);
    if (!bx_source_more(&source)) {
        if (source.error)
            return bx_tool_fail_file("read", r->path, source.error);
        v.total = (int64_t)skipped + rest;
        return past_the_end(&v, r, size);
    }
    bx_text_begin();
    show_lines(&v, r);
    notice(&v);
    bx_text_end();
    return end_text(&v, r, size, source.error != 0);
}

static int show_image(const request *r, int64_t size, const bx_filetype *type)
{
    bx_text_begin();
    bx_text_puts(type->name);
    bx_text_puts(", ");
    bx_text_int(size);
    bx_text_puts(" bytes");
    bx_text_end();
    bx_image_begin(type->image_mime);
    int64_t left = size; /* a file that grows meanwhile is shown as it was */
    while (left > 0 && bx_source_more(&source)) {
        size_t n = source.n - source.at;
        if ((int64_t)n > left)
            n = (size_t)left;
        bx_image_put(source.p + source.at, n);
        source.at += n;
        left -= (int64_t)n;
    }
    bx_image_end();
    begin_fields(r, size);
    field_str("encoding", "binary");
    field_str("type", type->name);
    field_str("mime_type", type->image_mime);
    field_bool("truncated", left > 0);
    return end_fields(left > 0);
}

static int describe(const request *r, int64_t size, const bx_filetype *type)
{
    const char *name = type ? type->name : "data of unknown type";
    bx_text_begin();
    bx_text_puts("[binary file, not shown: ");
    bx_text_puts(name);
    bx_text_puts(", ");
    bx_text_int(size);
    bx_text_puts(" bytes");
    if (type && type->image_mime) {
        bx_text_puts("; larger than max_image_bytes=");
        bx_text_int(r->max_image_bytes);
    }
    bx_text_puts("]\n");
    bx_text_end();
    begin_fields(r, size);
    field_str("encoding", "binary");
    field_str("type", name);
    field_bool("truncated", true);
    return end_fields(false);
}

static bool is_utf16(const bx_source *s)
{
    return s->n >= 2 && (memcmp(s->p, "\xff\xfe", 2) == 0 || memcmp(s->p, "\xfe\xff", 2) == 0);
}

static int show(const request *r, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return bx_tool_fail_file("read", r->path, errno);
    if (S_ISDIR(st.st_mode))
        return bx_tool_fail(r->path, " is a directory, not a file; name a file in it", NULL);
    bx_source_open(&source, fd);
    if (source.error)
        return bx_tool_fail_file("read", r->path, source.error);
    const bx_filetype *type = bx_filetype_of(source.p, source.n);
    if (type && type->image_mime && st.st_size <= r->max_image_bytes)
        return show_image(r, st.st_size, type);
    if (type || !(is_utf16(&source) || bx_looks_like_text(source.p, source.n)))
        return describe(r, st.st_size, type);
    return show_text(r, st.st_size);
}

int main(void)
{
    if (!bx_tool_begin(BX_TOOL_INPUT_MAX))
        return 0;
    request r = {
        .path = bx_arg_path("path"),
        .offset = bx_arg_int("offset", 1, 1, INT64_MAX),
        .limit = bx_arg_int("limit", 2000, 1, 1000000),
        .max_bytes = bx_arg_int("max_bytes", 256 << 10, 1 << 10, 1 << 20),
        .max_image_bytes = bx_arg_int("max_image_bytes", 5 << 20, 0, 10 << 20),
    };
    if (!bx_args_end())
        return 0;
    int fd = open(r.path, O_RDONLY);
    if (fd < 0)
        return bx_tool_fail_file("read", r.path, errno);
    return show(&r, fd);
}
