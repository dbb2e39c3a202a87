#include "fetch/md_marks.h"

#include "fetch/ascii.h"
#include "fetch/md_delim.h"
#include "fetch/md_escape.h"

enum { MAX_MELT = 1024 }; /* bytes of a code span that another one still joins */

static bool is_emphasis(wf_mark_kind kind)
{
    return kind == WF_MARK_STRONG || kind == WF_MARK_EM || kind == WF_MARK_DEL;
}

bool wf_md_put(wf_md *md, const char *s, size_t n) { return bx_buf_add(&md->para, s, n) == BX_OK; }

/* ---- delimiters ------------------------------------------------------------------------ */

static wf_delim *delims(wf_md *md, size_t *ret_n)
{
    *ret_n = md->delims.n / sizeof(wf_delim);
    return (wf_delim *)(void *)md->delims.p;
}

static void add_delim(wf_md *md, wf_mark_kind kind, bool closes, size_t pair)
{
    wf_delim d = {.at = (uint32_t)md->para.n, /* below the output's maximum, far below 4 GiB */
                  .pair = (uint32_t)pair,
                  .ch = kind == WF_MARK_DEL ? '~' : '*',
                  .n = kind == WF_MARK_EM ? 1 : 2,
                  .closes = closes};
    (void)bx_buf_add(&md->delims, &d, sizeof d);
}

bool wf_md_delim_here(const wf_md *md)
{
    size_t n = md->delims.n / sizeof(wf_delim);
    const wf_delim *d = (const wf_delim *)(const void *)md->delims.p;
    return n > 0 && d[n - 1].at == md->para.n;
}

/* Those from offset `at` on, and their pairs, are no more: what they stood around was cut. */
static void kill_delims(wf_md *md, size_t at)
{
    size_t n;
    wf_delim *d = delims(md, &n);
    for (size_t i = n; i-- > 0 && d[i].at > at;) {
        d[i].dead = true;
        d[i].at = (uint32_t)at;
        if (d[i].pair != UINT32_MAX)
            d[d[i].pair].dead = true;
    }
}

/* Make room for `n` bytes at `at`; delimiters behind it, or with `push` at it, move along. */
static bool para_insert(wf_md *md, size_t at, const char *s, size_t n, bool push)
{
    char *end;
    if (bx_buf_reserve(&md->para, n, &end) != BX_OK)
        return false;
    memmove(md->para.p + at + n, md->para.p + at, md->para.n - at);
    memcpy(md->para.p + at, s, n);
    md->para.n += n;
    md->para.p[md->para.n] = '\0';
    size_t count;
    wf_delim *d = delims(md, &count);
    for (size_t i = count; i-- > 0 && d[i].at >= at + (push ? 0 : 1);)
        d[i].at += (uint32_t)n;
    return true;
}

static void para_cut(wf_md *md, size_t n)
{
    if (md->para.p && n < md->para.n) {
        md->para.n = n;
        md->para.p[n] = '\0';
        kill_delims(md, n);
    }
}

bx_str wf_md_marked(wf_md *md)
{
    size_t n;
    wf_delim *d = delims(md, &n);
    bx_str text = bx_buf_str(&md->para);
    if (n == 0)
        return text;
    bx_buf_clear(&md->marked);
    if (md->delims.fail == BX_OK) {
        wf_delims_settle(text, d, n);
        wf_delims_write(text, d, n, &md->marked);
    }
    if (md->out->fail == BX_OK)
        md->out->fail = md->delims.fail ? md->delims.fail : md->marked.fail;
    bx_buf_clear(&md->delims);
    return bx_buf_str(&md->marked);
}

/* ---- ends ------------------------------------------------------------------------------ */

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
    if (fence.fail != BX_OK || !para_insert(md, m->at, fence.p, fence.n, false))
        return;
    m->body = m->at + fence.n;
    if (pad)
        (void)wf_md_put(md, " ", 1);
    (void)wf_md_put(md, fence.p, ticks);
}

static bool is_sign(bx_str text)
{
    static const char *const signs[] = {"#",
                                        "\\#",
                                        "\xc2\xb6",
                                        "\xc2\xa7",
                                        "\xf0\x9f\x94\x97",
                                        "\xef\x83\x81",
                                        "\xe2\x88\x9e",
                                        "\xe2\x80\x8b"};
    for (size_t i = 0; i < BX_COUNT(signs); i++)
        if (bx_str_eq(text, bx_str_of(signs[i])))
            return true;
    return false;
}

static void end_link(wf_md *md, wf_mark *m)
{
    bx_str url = mark_string(md, m, 0), text = bx_str_from(bx_buf_str(&md->para), m->body);
    if ((m->sign || md->kind == WF_HEADING) && is_sign(text)) {
        para_cut(md, m->at);
        while (md->para.n > md->line && md->para.p[md->para.n - 1] == ' ')
            para_cut(md, md->para.n - 1);
        md->space = true;
        return;
    }
    if (wf_md_is_autolink(text, url)) {
        para_cut(md, m->at);
        (void)bx_buf_add_c(&md->para, '<');
        (void)bx_buf_add_str(&md->para, url);
        (void)bx_buf_add_c(&md->para, '>');
        return;
    }
    (void)wf_md_put(md, "](", 2);
    wf_md_add_url(&md->para, url);
    (void)wf_md_put(md, ")", 1);
}

/* Write the end of an open mark; one around nothing vanishes. */
static void shut(wf_md *md, wf_mark *m)
{
    static const char *const tag_end[] = {[WF_MARK_SUP] = "</sup>", [WF_MARK_SUB] = "</sub>"};
    if (!m->open)
        return;
    m->open = false;
    md->waiting = true;
    if (md->para.fail != BX_OK)
        return;
    if (is_emphasis(m->kind)) {
        size_t n;
        wf_delim *d = delims(md, &n);
        if (m->delim >= n)
            return;
        d[m->delim].pair = (uint32_t)n;
        d[m->delim].dead |= d[m->delim].at == md->para.n; /* around nothing */
        add_delim(md, m->kind, true, m->delim);
        return;
    }
    if (md->para.n <= m->body) {
        para_cut(md, m->at);
        return;
    }
    if (m->kind == WF_MARK_CODE) {
        end_code(md, m);
        md->closed = *m;
        md->closed_end = md->para.n;
    } else if (m->kind == WF_MARK_LINK) {
        end_link(md, m);
    } else {
        (void)wf_md_put(md, tag_end[m->kind], 6);
    }
}

void wf_md_shut_code(wf_md *md)
{
    for (size_t i = md->n_marks; i-- > md->base;)
        if (md->marks[i].kind == WF_MARK_CODE)
            shut(md, &md->marks[i]);
}

void wf_md_shut_from(wf_md *md, size_t from)
{
    /* Code is always innermost: shut first, wherever it is in the list. */
    wf_md_shut_code(md);
    for (size_t i = md->n_marks; i-- > from;)
        shut(md, &md->marks[i]);
}

/* ---- beginnings ------------------------------------------------------------------------ */

/* "`a``b`" reads as something else: reopen the first instead. */
static bool melt_code(wf_md *md, wf_mark *m)
{
    if (md->closed_end != md->para.n || md->closed_end == 0 || md->closed.at < md->line)
        return false;
    if (md->para.n - md->closed.at > MAX_MELT) {
        (void)wf_md_put(md, " ", 1); /* reopening moves the whole span: not again and again */
        return false;
    }
    size_t at = md->closed.at, fence = md->closed.body - at; /* ticks, and a space when padded */
    kill_delims(md, at);                                     /* none stands inside code */
    para_cut(md, md->para.n - fence);
    memmove(md->para.p + at, md->para.p + at + fence, md->para.n - at - fence);
    para_cut(md, md->para.n - fence);
    m->at = m->body = at;
    m->open = m->used = true;
    md->closed_end = 0;
    return true;
}

/* "**a****b**" reads as something else, too: take the end before back. */
static bool melt_emphasis(wf_md *md, wf_mark *m)
{
    size_t n;
    wf_delim *d = delims(md, &n);
    if (n == 0 || md->delims.fail != BX_OK)
        return false;
    wf_delim *last = &d[n - 1];
    char ch = m->kind == WF_MARK_DEL ? '~' : '*';
    if (!last->closes || last->dead || last->at != md->para.n || last->ch != ch ||
        last->n != (m->kind == WF_MARK_EM ? 1 : 2) || last->at <= md->line)
        return false;
    m->delim = last->pair;
    d[last->pair].pair = UINT32_MAX;
    md->delims.n -= sizeof(wf_delim);
    return true;
}

static void open_mark(wf_md *md, wf_mark *m)
{
    static const char *const begin[] = {[WF_MARK_SUP] = "<sup>",
                                        [WF_MARK_SUB] = "<sub>",
                                        [WF_MARK_LINK] = "[",
                                        [WF_MARK_CODE] = ""};
    if (m->open || m->mute || (m->kind == WF_MARK_CODE && melt_code(md, m)))
        return;
    if (is_emphasis(m->kind)) {
        if (!melt_emphasis(md, m)) {
            m->delim = md->delims.n / sizeof(wf_delim);
            add_delim(md, m->kind, false, UINT32_MAX);
        }
        m->open = m->used = true;
        return;
    }
    /* "!" in front of a link would make it an image. */
    if (m->kind == WF_MARK_LINK && md->para.n > md->line && md->para.p[md->para.n - 1] == '!')
        (void)para_insert(md, md->para.n - 1, "\\", 1, false);
    m->at = md->para.n;
    (void)bx_buf_add_z(&md->para, begin[m->kind]);
    m->body = md->para.n;
    m->open = m->used = true;
}

void wf_md_open_marks(wf_md *md)
{
    if (!md->waiting)
        return;
    md->waiting = false;
    for (int code = 0; code < 2; code++)
        for (size_t i = md->base; i < md->n_marks; i++)
            if ((md->marks[i].kind == WF_MARK_CODE) == (code == 1))
                open_mark(md, &md->marks[i]);
}

bool wf_md_in_mark(const wf_md *md, wf_mark_kind kind)
{
    for (size_t i = md->base; i < md->n_marks; i++)
        if (md->marks[i].kind == kind && md->marks[i].open)
            return true;
    return false;
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
             (kind == WF_MARK_STRONG && md->kind == WF_HEADING) ||
             (!link && has_mark(md, WF_MARK_CODE)); /* code holds no other marks */
    if (link && !m.mute) {
        wf_md_shut_from(md, md->n_marks);
        /* <sup>[1](...)</sup>: a foot note says so without the mark. */
        for (size_t i = md->base; i < md->n_marks; i++)
            if (md->marks[i].kind == WF_MARK_SUP && !md->marks[i].open)
                md->marks[i].mute = true;
        (void)bx_buf_add(&md->strings, url.p, url.n);
        (void)bx_buf_add(&md->strings, "", 1);
        (void)bx_buf_add(&md->strings, label.p, label.n);
        (void)bx_buf_add(&md->strings, "", 1);
    }
    md->waiting = md->waiting || !m.mute;
    md->marks[md->n_marks++] = m;
}

void wf_md_mark_sign(wf_md *md)
{
    if (md->n_marks > md->base && !md->ignored_marks)
        md->marks[md->n_marks - 1].sign = true;
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
        wf_md_shut_from(md, i);
    memmove(m, m + 1, (md->n_marks - i - 1) * sizeof *m);
    md->n_marks--;
    if (md->n_marks == 0)
        bx_buf_clear(&md->strings);
}
