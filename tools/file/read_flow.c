#include <stdarg.h>

#include "file/read_parts.h"

enum { BESIDE = 8 }; /* output that a line needs beside its text */

static bool put_line(bx_reader *r, const char *p, size_t n)
{
    bx_read_view *v = &r->view;
    uint64_t size = bx_out_size(p, n) + BESIDE + r->rest;
    if (v->is_full)
        return false;
    v->is_output_full = bx_out_room(&r->result.out, size) < size;
    v->is_full = v->is_output_full || n + 1 > (size_t)r->ask.max_bytes - v->used;
    if (v->is_full)
        return false;
    bx_text_put(&r->result, p, n);
    bx_text_put(&r->result, "\n", 1);
    v->used += n + 1;
    return true;
}

static void add(bx_read_line *l, const char *p, size_t n)
{
    memcpy(l->text + l->n, p, n);
    l->n += n;
}

/* p[0..n), valid UTF-8, into `l` as it is shown; true: it is cut. */
static bool fill_line(bx_read_line *l, const char *p, size_t n)
{
    l->n = 0;
    l->chars = 0;
    if (n > 1 && p[0] == '[' && p[1] >= 'a' && p[1] <= 'z')
        add(l, " ", 1);
    for (size_t i = 0, end; i < n; i = end) {
        if (l->chars++ == BX_READ_LINE_CHARS)
            return true;
        for (end = i + 1; end < n && end < i + 4 && (p[end] & 0xc0) == 0x80;)
            end++;
        if (p[i] == '\0')
            add(l, "␀", 3);
        else if (p[i] == '\r')
            add(l, "␍", 3);
        else
            add(l, p + i, end - i);
    }
    return false;
}

static bool put_content_line(bx_reader *r, const char *p, size_t n)
{
    if (n > 0 && p[n - 1] == '\r')
        n--;
    bool is_cut = fill_line(&r->line, p, n);
    if (!put_line(r, r->line.text, r->line.n))
        return false;
    r->view.cut_lines += is_cut;
    return !is_cut || bx_flow_mark(r, "line cut", NULL);
}

bool bx_flow_put(bx_reader *r, const char *p, size_t n, size_t max)
{
    size_t shown = n <= max ? n : max, whole = n;
    while (n > max && shown > 0 && (p[shown] & 0xc0) == 0x80)
        shown--;
    while (shown > 0) {
        const char *lf = memchr(p, '\n', shown);
        size_t part = lf ? (size_t)(lf - p) : shown;
        if (!put_content_line(r, p, part))
            return false;
        part += lf != NULL;
        p += part;
        shown -= part;
    }
    if (whole <= max)
        return true;
    char buf[24];
    r->view.cut_lines++;
    return bx_flow_mark(r, "cut: ", bx_digits((int64_t)whole, buf), " bytes in all", NULL);
}

bool bx_flow_mark(bx_reader *r, const char *part, ...)
{
    bx_read_line *l = &r->line;
    va_list ap;
    l->n = 0;
    add(l, "[", 1);
    va_start(ap, part);
    for (; part; part = va_arg(ap, const char *)) {
        size_t n = strlen(part), room = sizeof l->text - 1 - l->n;
        add(l, part, n < room ? n : room);
    }
    va_end(ap);
    add(l, "]", 1);
    return put_line(r, l->text, l->n);
}
