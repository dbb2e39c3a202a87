#include "file/read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/image.h"
#include "lib/args.h"
#include "lib/filetype.h"

enum {
    NUMBER_WIDTH = 6,
    LINE_ROOM = 96,   /* output beside a line's text: its number, and what says that it is cut */
    REST_ROOM = 2048, /* output beside all text: the notices, the structured part but its path */
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
    if (!whole && v->last >= v->first)
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
    v->last = n;
    return true;
}

static void show_lines(bx_reader *r)
{
    bx_read_view *v = &r->view;
    for (int64_t shown = 0; shown < r->ask.limit; shown++) {
        int64_t n = r->ask.offset + shown; /* the file has that many lines: no overflow */
        bx_read_view before = *v;
        if (!next_line(r)) {
            v->total = n - 1;
            return;
        }
        if (!show_line(r, n)) {
            before.is_output_full = v->is_output_full;
            *v = before; /* what was counted belongs to the line that is not shown */
            v->is_full = true;
            return;
        }
    }
    if (!bx_source_more(&r->source))
        v->total = v->last;
}

static void notice_count(bx_reader *r, int64_t n, const char *one, const char *many)
{
    if (n == 0)
        return;
    bx_text_puts(&r->result, "[");
    bx_text_int(&r->result, n);
    bx_text_puts(&r->result, n == 1 ? one : many);
    bx_text_puts(&r->result, "]\n");
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

static void notice(bx_reader *r)
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
        bx_text_int(&r->result, v->last + 1);
        bx_text_puts(&r->result, "]\n");
    }
    notice_count(r, v->cut_lines, " long line was cut", " long lines were cut");
    notice_count(
        r, v->bad,
        is_single_byte(r) ? " byte is not UTF-8, shown as \xef\xbf\xbd; the file may be Latin-1"
                          : " invalid sequence, shown as \xef\xbf\xbd",
        is_single_byte(r) ? " bytes are not UTF-8, shown as \xef\xbf\xbd; the file may be Latin-1"
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

static void field_int(bx_out *o, const char *name, int64_t n)
{
    bx_out_key(o, name);
    if (n < 0)
        bx_out_null(o);
    else
        bx_out_int(o, n);
}

static void field_str(bx_out *o, const char *name, const char *s)
{
    bx_out_key(o, name);
    bx_out_str(o, bx_str_of(s));
}

static void field_bool(bx_out *o, const char *name, bool b)
{
    bx_out_key(o, name);
    bx_out_bool(o, b);
}

static bx_out *begin_fields(bx_reader *r)
{
    bx_out *o = bx_structured_begin(&r->result);
    bx_out_open(o, '{');
    field_str(o, "path", r->ask.path);
    field_int(o, "size_bytes", r->size);
    return o;
}

static int end_fields(bx_reader *r, bool is_error)
{
    bx_out_close(&r->result.out, '}');
    return bx_result_end(&r->result, is_error);
}

static int end_text(bx_reader *r, bool is_error)
{
    const bx_read_view *v = &r->view;
    bool any = v->last >= v->first;
    bx_out *o = begin_fields(r);
    field_int(o, "first_line", any ? v->first : -1);
    field_int(o, "last_line", any ? v->last : -1);
    field_int(o, "total_lines", r->source.error ? -1 : v->total);
    field_bool(o, "more", v->total < 0);
    field_str(o, "line_ending", line_ending(v));
    field_str(o, "encoding", encoding(r));
    field_int(o, "invalid", v->bad);
    field_bool(o, "truncated", v->is_full || v->cut_lines > 0 || r->source.error != 0);
    return end_fields(r, is_error);
}

static int past_the_end(bx_reader *r)
{
    int64_t total = r->view.total;
    bx_text_begin(&r->result);
    if (total == 0 && r->ask.offset == 1) {
        bx_text_puts(&r->result, "[empty file]\n");
    } else {
        bx_text_puts(&r->result, "offset ");
        bx_text_int(&r->result, r->ask.offset);
        bx_text_puts(&r->result, " is past the end: ");
        bx_text_puts(&r->result, r->ask.path);
        bx_text_puts(&r->result, " has ");
        bx_text_int(&r->result, total);
        bx_text_puts(&r->result, total == 1 ? " line" : " lines");
    }
    bx_text_end(&r->result);
    return end_text(r, r->ask.offset > 1);
}

static int fail_file(bx_reader *r, int error)
{
    return bx_result_fail_file(&r->result, "read", r->ask.path, error);
}

static int show_text(bx_reader *r)
{
    bool rest = false;
    r->view = (bx_read_view){.first = r->ask.offset, .last = r->ask.offset - 1, .total = -1};
    bx_source_as_text(&r->source);
    uint64_t skipped = bx_source_skip_lines(&r->source, (uint64_t)(r->ask.offset - 1), &rest);
    if (!bx_source_more(&r->source)) {
        if (r->source.error)
            return fail_file(r, r->source.error);
        r->view.total = (int64_t)skipped + rest;
        return past_the_end(r);
    }
    bx_text_begin(&r->result);
    show_lines(r);
    notice(r);
    bx_text_end(&r->result);
    return end_text(r, r->source.error != 0);
}

typedef enum reason { NOT_A_PICTURE, TOO_LARGE, OVER_OUTPUT, DAMAGED } reason;

static int describe(bx_reader *r, const bx_file_format *type, reason why, const char *damage)
{
    const char *name = type ? type->name : "data of unknown type";
    bx_text_begin(&r->result);
    bx_text_puts(&r->result, "[binary file, not shown: ");
    bx_text_puts(&r->result, name);
    bx_text_puts(&r->result, ", ");
    bx_text_int(&r->result, r->size);
    bx_text_puts(&r->result, " bytes");
    if (why == TOO_LARGE) {
        bx_text_puts(&r->result, "; larger than max_image_bytes=");
        bx_text_int(&r->result, r->ask.max_image_bytes);
    } else if (why == OVER_OUTPUT) {
        bx_text_puts(&r->result, "; larger than the output limit of this call has room for");
    } else if (why == DAMAGED) {
        bx_text_puts(&r->result, "; damaged: ");
        bx_text_puts(&r->result, damage);
    }
    bx_text_puts(&r->result, "]\n");
    bx_text_end(&r->result);
    bx_out *o = begin_fields(r);
    field_str(o, "encoding", "binary");
    field_str(o, "type", name);
    if (damage)
        field_str(o, "damage", damage);
    field_bool(o, "truncated", true);
    return end_fields(r, false);
}

static int put_image(bx_reader *r, const bx_file_format *type, bx_str image)
{
    bx_text_begin(&r->result);
    bx_text_puts(&r->result, type->name);
    bx_text_puts(&r->result, ", ");
    bx_text_int(&r->result, r->size);
    bx_text_puts(&r->result, " bytes");
    bx_text_end(&r->result);
    bx_image_begin(&r->result, type->image_mime);
    bx_image_put(&r->result, image.p, image.n);
    bx_image_end(&r->result);
    bx_out *o = begin_fields(r);
    field_str(o, "encoding", "binary");
    field_str(o, "type", type->name);
    field_str(o, "mime_type", type->image_mime);
    field_bool(o, "truncated", false);
    return end_fields(r, false);
}

/* It is held whole: it is shown only when all of it was found to be right. */
static int show_image(bx_reader *r, const bx_file_format *type)
{
    bx_source *s = &r->source;
    uint64_t size = (uint64_t)r->size, base64 = (size + 2) / 3 * 4;
    if (size > (uint64_t)r->ask.max_image_bytes)
        return describe(r, type, TOO_LARGE, NULL);
    if (bx_out_room(&r->result.out, base64 + r->rest) < base64 + r->rest)
        return describe(r, type, OVER_OUTPUT, NULL);
    BX_AUTO_BUF image = bx_buf_init((size_t)size); /* as large as it was when it was opened */
    char *room;
    if (bx_buf_reserve(&image, (size_t)size, &room) != BX_OK)
        return bx_result_fail(&r->result, "no memory for ", r->ask.path, NULL);
    while (image.n < size && bx_source_more(s)) {
        size_t left = (size_t)size - image.n, n = s->n - s->at < left ? s->n - s->at : left;
        (void)bx_buf_add(&image, s->p + s->at, n);
        s->at += n;
    }
    if (s->error)
        return fail_file(r, s->error);
    const char *damage = bx_image_damage(type->image_mime, (const uint8_t *)image.p, image.n);
    return damage ? describe(r, type, DAMAGED, damage) : put_image(r, type, bx_buf_str(&image));
}

static bool is_utf16(const bx_source *s)
{
    return s->n >= 2 && (memcmp(s->p, "\xff\xfe", 2) == 0 || memcmp(s->p, "\xfe\xff", 2) == 0);
}

static int show(bx_reader *r, int fd)
{
    const bx_source *s = &r->source;
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fail_file(r, errno);
    if (S_ISDIR(st.st_mode))
        return bx_result_fail(&r->result, r->ask.path,
                              " is a directory, not a file; name a file in it", NULL);
    r->size = st.st_size;
    bx_source_open(&r->source, fd);
    if (s->error)
        return fail_file(r, s->error);
    const bx_file_format *type = bx_file_format_of(s->p, s->n);
    if (type && type->image_mime)
        return show_image(r, type);
    if (type || !(is_utf16(s) || bx_looks_like_text(s->p, s->n)))
        return describe(r, type, NOT_A_PICTURE, NULL);
    return show_text(r);
}

/* A sandbox opens nothing but files and directories, and calls the rest not permitted. */
static int fail_open(bx_reader *r, int error)
{
    struct stat st;
    if (stat(r->ask.path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
        return fail_file(r, error);
    const char *kind = S_ISSOCK(st.st_mode)                         ? " is a socket"
                       : S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? " is a device"
                                                                    : " is a FIFO or the like";
    return bx_result_fail(&r->result, r->ask.path, kind, ", not a regular file; it cannot be read",
                          NULL);
}

static int run(bx_reader *r, bx_args *a)
{
    bx_error err;
    r->ask.path = bx_arg_path(a, "path");
    r->ask.offset = bx_arg_int(a, "offset", 1, 1, INT64_MAX);
    r->ask.limit = bx_arg_int(a, "limit", 2000, 1, 1000000);
    r->ask.max_bytes = bx_arg_int(a, "max_bytes", 256 << 10, 1 << 10, 1 << 20);
    r->ask.max_image_bytes = bx_arg_int(a, "max_image_bytes", 5 << 20, 0, 10 << 20);
    if (bx_args_end(a, &err) != BX_OK)
        return bx_result_fail(&r->result, err.msg, NULL);
    r->rest = REST_ROOM + bx_out_size(r->ask.path, strlen(r->ask.path));
    if (bx_out_room(&r->result.out, r->rest) < r->rest)
        return bx_result_fail(&r->result, "the output limit of this call has no room for an answer",
                              NULL);
    int fd = open(r->ask.path, O_RDONLY);
    if (fd < 0)
        return fail_open(r, errno);
    int rc = show(r, fd);
    (void)close(fd);
    return rc;
}

int bx_read_run(bx_reader *r, int in, int out)
{
    bx_args a;
    bx_error err;
    bx_result_init(&r->result, out);
    if (bx_args_read(&a, in, BX_ARGS_INPUT_MAX, &err) != BX_OK)
        return bx_result_fail(&r->result, err.msg, NULL);
    int rc = run(r, &a);
    bx_args_done(&a);
    return rc;
}
