#include "fetch/md.h"

#include <stdio.h>

#include "fetch/ascii.h"
#include "fetch/md_escape.h"

enum { MAX_MELT = 1024 }; /* bytes of a code span that another one still joins */

void wf_md_init(wf_md *md, bx_buf *out, bool plain)
{
    *md = (wf_md){.out = out, .plain = plain};
    md->para = bx_buf_init(out->max);
    md->strings = bx_buf_init(out->max);
}

void wf_md_done(wf_md *md)
{
    bx_buf_done(&md->para);
    bx_buf_done(&md->strings);
}

/* ---- containers and lines ------------------------------------------------------------- */

static void add_spaces(bx_buf *b, size_t n)
{
    static const char spaces[] = "                ";
    (void)bx_buf_add(b, spaces, n < sizeof spaces ? n : sizeof spaces - 1);
}

/* What stands in front of a line for the first `depth` containers. */
static void add_prefix(wf_md *md, size_t depth)
{
    for (size_t i = 0; i < depth; i++) {
        wf_container *c = &md->box[i];
        if (!c->started)
            (void)bx_buf_add_z(md->out, c->first);
        else if (c->quote)
            (void)bx_buf_add_z(md->out, "> ");
        else
            add_spaces(md->out, c->width);
        c->started = true;
    }
}

static void end_line(wf_md *md)
{
    bx_buf *out = md->out;
    while (out->n > 0 && out->p[out->n - 1] == ' ')
        out->n--;
    (void)bx_buf_add_c(out, '\n');
}

void wf_md_begin_lines(wf_md *md)
{
    if (md->out->n > 0 && md->gap > 1) {
        add_prefix(md, md->low);
        end_line(md);
    }
}

void wf_md_line(wf_md *md, bx_str line)
{
    add_prefix(md, md->depth);
    if (line.n == 0) {
        end_line(md);
    } else {
        (void)bx_buf_add_str(md->out, line);
        (void)bx_buf_add_c(md->out, '\n');
    }
}

void wf_md_end_lines(wf_md *md)
{
    md->low = md->depth;
    md->gap = 2;
}

static wf_container *push(wf_md *md)
{
    if (md->depth == WF_MD_MAX_CONTAINERS) {
        md->flattened++;
        return NULL;
    }
    wf_container *c = &md->box[md->depth++];
    *c = (wf_container){0};
    return c;
}

void wf_md_push_quote(wf_md *md)
{
    wf_md_block(md);
    wf_container *c = push(md);
    if (c) {
        c->quote = true;
        (void)snprintf(c->first, sizeof c->first, "> ");
    }
}

void wf_md_push_item(wf_md *md, const char *marker)
{
    wf_md_block(md);
    wf_container *c = push(md);
    if (c) {
        (void)snprintf(c->first, sizeof c->first, "%s", marker);
        c->width = strlen(c->first);
    }
}

void wf_md_pop(wf_md *md)
{
    wf_md_block(md);
    if (md->flattened) {
        md->flattened--;
    } else if (md->depth > 0) {
        md->depth--;
        if (md->low > md->depth)
            md->low = md->depth;
    }
}

void wf_md_tight(wf_md *md)
{
    wf_md_block(md);
    md->gap = 1;
}

/* ---- marks ---------------------------------------------------------------------------- */

static const char *const mark_text[] = {"**", "*", "~~", "<sup>", "<sub>", "[", ""};
static const char *const mark_end[] = {"**", "*", "~~", "</sup>", "</sub>", "", ""};

static bool para_put(wf_md *md, const char *s, size_t n)
{
    return bx_buf_add(&md->para, s, n) == BX_OK;
}

/* Make room for `n` bytes at `at`. */
static bool para_insert(wf_md *md, size_t at, const char *s, size_t n)
{
    char *end;
    if (bx_buf_reserve(&md->para, n, &end) != BX_OK)
        return false;
    memmove(md->para.p + at + n, md->para.p + at, md->para.n - at);
    memcpy(md->para.p + at, s, n);
    md->para.n += n;
    md->para.p[md->para.n] = '\0';
    return true;
}

static void para_cut(wf_md *md, size_t n)
{
    if (md->para.p && n < md->para.n) {
        md->para.n = n;
        md->para.p[n] = '\0';
    }
}

static bx_str mark_string(const wf_md *md, const wf_mark *m, int which)
{
    if (md->strings.fail != BX_OK || m->text >= md->strings.n)
        return (bx_str){"", 0};
    const char *p = md->strings.p + m->text;
    return bx_str_of(which == 0 ? p : p + strlen(p) + 1);
}

static size_t longest_ticks(bx_str s)
{
    size_t best = 0, run = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        best = run > best ? run : best;
    }
    return best;
}

static void end_code(wf_md *md, wf_mark *m)
{
    bx_str body = bx_str_from(bx_buf_str(&md->para), m->body);
    size_t ticks = longest_ticks(body) + 1;
    bool pad = body.p[0] == '`' || body.p[body.n - 1] == '`';
    BX_AUTO_BUF fence = bx_buf_init(md->para.max);
    for (size_t i = 0; i < ticks; i++)
        (void)bx_buf_add_c(&fence, '`');
    if (pad)
        (void)bx_buf_add_c(&fence, ' ');
    if (fence.fail != BX_OK || !para_insert(md, m->at, fence.p, fence.n))
        return;
    m->body = m->at + fence.n;
    if (pad)
        (void)para_put(md, " ", 1);
    (void)para_put(md, fence.p, ticks);
}

/* A link that only points at the heading it stands in. */
static bool is_permalink(const wf_md *md, bx_str text)
{
    static const char *const signs[] = {"#", "\\#", "\xc2\xb6", "\xc2\xa7", "\xf0\x9f\x94\x97"};
    if (md->kind != WF_HEADING)
        return false;
    for (size_t i = 0; i < BX_COUNT(signs); i++)
        if (bx_str_eq(text, bx_str_of(signs[i])))
            return true;
    return false;
}

static void end_link(wf_md *md, wf_mark *m)
{
    bx_str url = mark_string(md, m, 0), text = bx_str_from(bx_buf_str(&md->para), m->body);
    if (is_permalink(md, text)) {
        para_cut(md, m->at);
        return;
    }
    if (wf_md_is_autolink(text, url)) {
        para_cut(md, m->at);
        (void)bx_buf_addf(&md->para, "<%.*s>", (int)url.n, url.p);
        return;
    }
    (void)para_put(md, "](", 2);
    wf_md_add_url(&md->para, url);
    (void)para_put(md, ")", 1);
}

/* Write the end of an open mark; one around nothing vanishes. */
static void shut(wf_md *md, wf_mark *m)
{
    if (!m->open)
        return;
    m->open = false;
    if (md->para.fail != BX_OK)
        return;
    if (md->para.n <= m->body) {
        para_cut(md, m->at);
        return;
    }
    if (m->kind == WF_MARK_CODE)
        end_code(md, m);
    else if (m->kind == WF_MARK_LINK)
        end_link(md, m);
    else
        (void)para_put(md, mark_end[m->kind], strlen(mark_end[m->kind]));
    md->closed = *m;
    md->closed_end = md->para.n;
}

static void shut_from(wf_md *md, size_t from)
{
    /* Code is always innermost: shut first, wherever it is in the list. */
    for (size_t i = md->n_marks; i-- > md->base;)
        if (md->marks[i].kind == WF_MARK_CODE)
            shut(md, &md->marks[i]);
    for (size_t i = md->n_marks; i-- > from;)
        shut(md, &md->marks[i]);
}

/* "`a``b`" and "**a****b**" read as something else: reopen the first instead. */
static bool melt(wf_md *md, wf_mark *m)
{
    if (md->closed_end != md->para.n || md->closed_end == 0 || md->closed.kind != m->kind ||
        m->kind == WF_MARK_LINK || md->closed.at < md->line)
        return false;
    if (m->kind == WF_MARK_CODE && md->para.n - md->closed.at > MAX_MELT) {
        (void)para_put(md, " ", 1); /* reopening moves the whole span: not again and again */
        return false;
    }
    *m = (wf_mark){.kind = m->kind,
                   .open = true,
                   .used = true,
                   .text = m->text,
                   .at = md->closed.at,
                   .body = md->closed.body};
    if (m->kind == WF_MARK_CODE) {
        size_t fence = m->body - m->at; /* ticks, and a space when padded */
        para_cut(md, md->para.n - fence);
        memmove(md->para.p + m->at, md->para.p + m->body, md->para.n - m->body);
        para_cut(md, md->para.n - fence);
        m->body = m->at;
    } else {
        para_cut(md, md->para.n - strlen(mark_end[m->kind]));
    }
    md->closed_end = 0;
    return true;
}

static void open_mark(wf_md *md, wf_mark *m)
{
    if (m->open || m->mute || melt(md, m))
        return;
    /* "!" in front of a link would make it an image. */
    if (m->kind == WF_MARK_LINK && md->para.n > md->line && md->para.p[md->para.n - 1] == '!')
        (void)para_insert(md, md->para.n - 1, "\\", 1);
    m->at = md->para.n;
    (void)para_put(md, mark_text[m->kind], strlen(mark_text[m->kind]));
    m->body = md->para.n;
    m->open = m->used = true;
}

static void open_marks(wf_md *md)
{
    for (int code = 0; code < 2; code++)
        for (size_t i = md->base; i < md->n_marks; i++)
            if ((md->marks[i].kind == WF_MARK_CODE) == (code == 1))
                open_mark(md, &md->marks[i]);
}

static bool has_mark(const wf_md *md, wf_mark_kind kind)
{
    for (size_t i = md->base; i < md->n_marks; i++)
        if (md->marks[i].kind == kind && !md->marks[i].mute)
            return true;
    return false;
}

void wf_md_mark(wf_md *md, wf_mark_kind kind, bx_str url, bx_str label)
{
    if (md->n_marks == WF_MD_MAX_MARKS) {
        md->ignored_marks++;
        return;
    }
    bool link = kind == WF_MARK_LINK;
    wf_mark m = {.kind = kind, .text = md->strings.n};
    m.mute = md->plain || has_mark(md, kind) || (link && url.n == 0) ||
             (kind == WF_MARK_STRONG && md->kind == WF_HEADING);
    if (link && !m.mute) {
        shut_from(md, md->n_marks);
        /* <sup>[1](...)</sup>: a foot note says so without the mark. */
        for (size_t i = md->base; i < md->n_marks; i++)
            if (md->marks[i].kind == WF_MARK_SUP && !md->marks[i].open)
                md->marks[i].mute = true;
        (void)bx_buf_add(&md->strings, url.p, url.n);
        (void)bx_buf_add(&md->strings, "", 1);
        (void)bx_buf_add(&md->strings, label.p, label.n);
        (void)bx_buf_add(&md->strings, "", 1);
    }
    md->marks[md->n_marks++] = m;
}

void wf_md_unmark(wf_md *md, wf_mark_kind kind)
{
    if (md->ignored_marks) {
        md->ignored_marks--;
        return;
    }
    size_t i = md->n_marks;
    while (i > md->base && md->marks[i - 1].kind != kind)
        i--;
    if (i == md->base)
        return;
    i--;
    wf_mark *m = &md->marks[i];
    if (kind == WF_MARK_LINK && !m->mute && !m->used) {
        BX_AUTO_BUF label = bx_buf_init(1024);
        (void)bx_buf_add_str(&label, mark_string(md, m, 1));
        wf_md_text(md, bx_buf_str(&label));
    }
    if (m->open)
        shut_from(md, i);
    memmove(m, m + 1, (md->n_marks - i - 1) * sizeof *m);
    md->n_marks--;
    if (md->n_marks == 0)
        bx_buf_clear(&md->strings);
}

/* ---- inline --------------------------------------------------------------------------- */

static void new_line(wf_md *md)
{
    /* A code span does not hold a line break. */
    for (size_t i = md->base; i < md->n_marks; i++)
        if (md->marks[i].kind == WF_MARK_CODE)
            shut(md, &md->marks[i]);
    if (md->kind == WF_CELL)
        (void)para_put(md, md->plain ? " " : "<br>", md->plain ? 1 : 4);
    else
        (void)para_put(md, md->plain ? "\n" : "  \n", md->plain ? 1 : 3);
    md->line = md->para.n;
    md->closed_end = 0;
}

/* Before something visible: the white space that is due, then the marks that wait for it. */
static void begin_inline(wf_md *md)
{
    int breaks = md->breaks;
    size_t spaces = md->hard_spaces + (md->space ? 1 : 0);
    md->breaks = 0;
    md->hard_spaces = 0;
    md->space = false;
    if (md->para.n > 0 && breaks > 0) {
        if (breaks > 1 && md->kind == WF_PARA)
            wf_md_block(md);
        else
            new_line(md);
        spaces = 0;
    }
    if (md->para.n > md->line)
        add_spaces(&md->para, spaces);
    open_marks(md);
}

static bool in_mark(const wf_md *md, wf_mark_kind kind)
{
    for (size_t i = md->base; i < md->n_marks; i++)
        if (md->marks[i].kind == kind && md->marks[i].open)
            return true;
    return false;
}

/* Visible bytes up to the next white space. */
static void put_word(wf_md *md, bx_str text, size_t from, size_t to)
{
    begin_inline(md);
    wf_md_context c = {
        .line_start = md->para.n == md->line,
        .first_line = md->line == 0,
        .code = in_mark(md, WF_MARK_CODE),
        .link = in_mark(md, WF_MARK_LINK),
        .cell = md->kind == WF_CELL,
        .before = md->para.n > md->line ? md->para.p[md->para.n - 1] : ' ',
    };
    if (md->plain)
        wf_md_add_plain(&md->para, (bx_str){text.p + from, to - from});
    else
        wf_md_add_escaped(&md->para, text, from, to, &c);
}

void wf_md_text(wf_md *md, bx_str s)
{
    size_t i = 0;
    while (i < s.n) {
        if (wf_is_space(s.p[i])) {
            md->space = true;
            i++;
        } else if (wf_md_is_nbsp(s, i)) {
            if (md->hard_spaces < 8)
                md->hard_spaces++;
            i += 2;
        } else {
            size_t end = i + 1;
            while (end < s.n && !wf_is_space(s.p[end]) && !wf_md_is_nbsp(s, end))
                end++;
            put_word(md, s, i, end);
            i = end;
        }
    }
}

void wf_md_space(wf_md *md) { md->space = true; }

void wf_md_br(wf_md *md)
{
    if (md->kind == WF_HEADING)
        md->space = true;
    else if (md->para.n > 0)
        md->breaks++;
    md->hard_spaces = 0;
}

void wf_md_inline(wf_md *md, bx_str s)
{
    begin_inline(md);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '|' && md->kind == WF_CELL && (i == 0 || s.p[i - 1] != '\\'))
            (void)bx_buf_add_c(&md->para, '\\');
        (void)bx_buf_add_c(&md->para, s.p[i]);
    }
}

/* ---- blocks --------------------------------------------------------------------------- */

static void write_para(wf_md *md)
{
    bx_str text = bx_buf_str(&md->para);
    while (text.n > 0 && text.p[text.n - 1] == ' ') /* left by a mark that vanished */
        text.n--;
    if (text.n == 0)
        return;
    wf_md_begin_lines(md);
    for (size_t from = 0, end; from <= text.n; from = end + 1) {
        const char *nl = from < text.n ? memchr(text.p + from, '\n', text.n - from) : NULL;
        end = nl ? (size_t)(nl - text.p) : text.n;
        add_prefix(md, md->depth);
        if (md->kind == WF_HEADING && !md->plain) {
            (void)bx_buf_add(md->out, "######", (size_t)md->level);
            (void)bx_buf_add_c(md->out, ' ');
        }
        (void)bx_buf_add(md->out, text.p + from, end - from);
        (void)bx_buf_add_c(md->out, '\n');
    }
    wf_md_end_lines(md);
}

void wf_md_block(wf_md *md)
{
    shut_from(md, md->base);
    if (md->kind == WF_CELL) {
        md->breaks = md->para.n > 0;
        md->space = false;
        md->hard_spaces = 0;
        return;
    }
    if (md->para.fail != BX_OK && md->out->fail == BX_OK)
        md->out->fail = md->para.fail;
    if (md->strings.fail != BX_OK && md->out->fail == BX_OK)
        md->out->fail = md->strings.fail;
    if (md->para.n > 0 && md->para.fail == BX_OK)
        write_para(md);
    bx_buf_clear(&md->para);
    md->kind = WF_PARA;
    md->line = 0;
    md->space = false;
    md->hard_spaces = 0;
    md->breaks = 0;
    md->closed_end = 0;
}

void wf_md_heading(wf_md *md, int level)
{
    wf_md_block(md);
    if (md->kind == WF_CELL)
        return;
    md->kind = WF_HEADING;
    md->level = level;
}

void wf_md_rule(wf_md *md)
{
    wf_md_block(md);
    if (md->kind == WF_CELL)
        return;
    wf_md_begin_lines(md);
    wf_md_line(md, BX_LIT("---"));
    wf_md_end_lines(md);
}

void wf_md_code(wf_md *md, bx_str language, bx_str text)
{
    wf_md_block(md);
    if (md->kind == WF_CELL) {
        wf_md_mark(md, WF_MARK_CODE, (bx_str){0}, (bx_str){0});
        wf_md_text(md, text);
        wf_md_unmark(md, WF_MARK_CODE);
        wf_md_block(md);
        return;
    }
    size_t ticks = longest_ticks(text) + 1;
    BX_AUTO_BUF fence = bx_buf_init(text.n + 64);
    for (size_t i = 0; i < (ticks < 3 ? 3 : ticks); i++)
        (void)bx_buf_add_c(&fence, '`');
    size_t n = fence.n;
    (void)bx_buf_add_str(&fence, language);
    if (fence.fail == BX_ENOMEM) {
        md->out->fail = BX_ENOMEM;
        return;
    }
    wf_md_begin_lines(md);
    if (!md->plain)
        wf_md_line(md, bx_buf_str(&fence));
    for (size_t from = 0, end; from <= text.n; from = end + 1) {
        const char *nl = memchr(text.p + from, '\n', text.n - from);
        end = nl ? (size_t)(nl - text.p) : text.n;
        wf_md_line(md, (bx_str){text.p + from, end - from});
    }
    if (!md->plain)
        wf_md_line(md, (bx_str){fence.p, n});
    wf_md_end_lines(md);
}

/* ---- cells ---------------------------------------------------------------------------- */

void wf_md_cell_begin(wf_md *md)
{
    wf_md_block(md);
    md->kind = WF_CELL;
    md->base = md->n_marks;
}

void wf_md_cell_end(wf_md *md, bx_buf *ret)
{
    shut_from(md, md->base);
    if (md->para.fail == BX_OK)
        (void)bx_buf_add_str(ret, bx_buf_str(&md->para));
    else if (md->out->fail == BX_OK)
        md->out->fail = md->para.fail;
    bx_buf_clear(&md->para);
    md->n_marks = md->base < md->n_marks ? md->base : md->n_marks;
    md->base = 0;
    md->kind = WF_PARA;
    wf_md_block(md);
}
