#include "cli/markdown.h"

#include "codec/shown.h"

static const char bold[] = "\033[1m", cyan[] = "\033[36m", off[] = "\033[0m";

static void style(const bx_markdown *m, bx_buf *out)
{
    if (m->plain)
        return;
    (void)bx_buf_add_z(out, off);
    if (m->strong || m->heading)
        (void)bx_buf_add_z(out, bold);
    if (m->code || m->fence)
        (void)bx_buf_add_z(out, cyan);
}

static size_t char_length(uint8_t first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static void put_char(bx_markdown *m, bx_str rest, size_t *used, bx_buf *out)
{
    char room[BX_SHOWN_ROOM];
    bx_str form = {rest.p, 1};
    *used = rest.p[0] == '\n' || rest.p[0] == '\t' ? 1 : bx_shown_char(rest, room, &form);
    (void)bx_buf_add_str(out, form);
    if (rest.p[0] == '\n') {
        bool was = m->heading;
        m->heading = false;
        m->mid_line = false;
        if (was)
            style(m, out);
    } else {
        m->mid_line = true;
    }
}

/* A mark at the beginning of `rest`: its length; 0: none; SIZE_MAX: too early to say. */
static size_t mark_of(bx_markdown *m, bx_str rest, bool last)
{
    size_t n = 0;
    char c = rest.p[0];
    while (n < rest.n && rest.p[n] == c && n < 7)
        n++;
    bool more = n == rest.n && !last;
    if (c == '`' && !m->mid_line)
        return more && n < 3 ? SIZE_MAX : n >= 3 ? 3 : 1;
    if (c == '`' && !m->fence)
        return 1;
    if (m->fence || m->code)
        return 0;
    if (c == '*')
        return more && n < 2 ? SIZE_MAX : n >= 2 ? 2 : 0;
    if (c == '#' && !m->mid_line)
        return more ? SIZE_MAX : n <= 6 && n < rest.n && rest.p[n] == ' ' ? n : 0;
    return 0;
}

static void put_mark(bx_markdown *m, bx_str mark, bx_buf *out)
{
    if (mark.p[0] == '*') {
        m->strong = !m->strong;
    } else if (mark.p[0] == '#') {
        m->heading = true;
    } else if (mark.n == 3) {
        m->fence = !m->fence;
        m->code = false;
    } else {
        m->code = !m->code;
    }
    if (m->plain || mark.p[0] == '#' || mark.n == 3)
        (void)bx_buf_add_str(out, mark);
    m->mid_line = true;
    style(m, out);
}

static void render(bx_markdown *m, bx_str text, bool last, bx_buf *out)
{
    m->n_held = 0;
    while (text.n) {
        size_t mark = mark_of(m, text, last), used = mark;
        bool cut = !last && char_length((uint8_t)text.p[0]) > text.n;
        if (mark == SIZE_MAX || cut) {
            memcpy(m->held, text.p, text.n); /* shorter than a mark */
            m->n_held = text.n;
            return;
        }
        if (mark)
            put_mark(m, (bx_str){text.p, mark}, out);
        else
            put_char(m, text, &used, out);
        text = bx_str_from(text, used);
    }
}

void bx_markdown_add(bx_markdown *m, bx_str piece, bx_buf *out)
{
    BX_AUTO_BUF all = bx_buf_init(piece.n + sizeof m->held);
    (void)bx_buf_add(&all, m->held, m->n_held);
    (void)bx_buf_add_str(&all, piece);
    render(m, bx_buf_str(&all), false, out);
}

void bx_markdown_end(bx_markdown *m, bx_buf *out)
{
    char held[sizeof m->held];
    bool plain = m->plain;
    memcpy(held, m->held, sizeof held);
    render(m, (bx_str){held, m->n_held}, true, out);
    if (!plain && (m->strong || m->code || m->fence || m->heading))
        (void)bx_buf_add_z(out, off);
    *m = (bx_markdown){.plain = plain};
}
