/* Code blocks: exact text, without line numbers, and the links of listings of files. */
#include "fetch/ascii.h"
#include "fetch/html_conv.h"
#include "fetch/md_escape.h"

enum { MAX_LINKS = 4096 };

typedef struct pre_link {
    size_t url;      /* offset in `links` behind the records: see add_link */
    size_t from, to; /* its text in the block */
} pre_link;

static void put_c(wf_conv *c, char ch) { (void)bx_buf_add_c(&c->pre.text, ch); }

static bool at_line_start(const wf_conv *c)
{
    return c->pre.text.n == 0 || c->pre.text.p[c->pre.text.n - 1] == '\n';
}

void wf_pre_newline(wf_conv *c)
{
    if (!at_line_start(c))
        put_c(c, '\n');
}

/* An element that is a line ends: an empty one is an empty line. */
void wf_pre_line_end(wf_conv *c)
{
    c->pre.in_line--;
    c->pre.after_number = false;
    put_c(c, '\n');
}

void wf_pre_begin(wf_conv *c, const wf_tok *tok, bool lines)
{
    wf_pre *p = &c->pre;
    bx_str class;
    wf_md_block(&c->md);
    bx_buf_clear(&p->text);
    bx_buf_clear(&p->links);
    p->in = true;
    p->lines = lines;
    p->code = lines || wf_tok_attr(tok, "class", &class);
    p->after_number = false;
    p->in_line = p->n_links = p->n_first = 0;
    p->language[0] = '\0';
    wf_attr_language(tok, p->language);
}

/* Only white space and the names of icons stand between a line's start and `at`; `above`: in the
 * lines above, too. */
static bool begins(const wf_conv *c, size_t at, bool above)
{
    const char *p = c->pre.text.p;
    bool bracket = false;
    while (at > 0 && (above || p[at - 1] != '\n')) {
        at--;
        if (p[at] == ']')
            bracket = true;
        else if (p[at] == '[')
            bracket = false;
        else if (!bracket && p[at] != ' ' && p[at] != '\t' && p[at] != '\n')
            return false;
    }
    return !bracket;
}

static void open_link(wf_conv *c, const wf_tok *tok, wf_elem *e)
{
    wf_pre *p = &c->pre;
    if (p->n_links >= MAX_LINKS || p->code || !wf_conv_url(c, tok, "href"))
        return;
    e->note[DID] = DID_PRE_LINK;
    e->note[EXTRA] = p->text.n;
    e->note[COLSPAN] = p->links.n;
    (void)bx_buf_add(&p->links, c->url.p, c->url.n + 1);
}

void wf_pre_link_end(wf_conv *c, const wf_elem *e)
{
    wf_pre *p = &c->pre;
    pre_link l = {.url = e->note[COLSPAN], .from = e->note[EXTRA], .to = p->text.n};
    if (l.to <= l.from || l.url >= p->links.n)
        return;
    if (p->n_links == 0)
        p->listing = begins(c, l.from, true);
    p->n_first += begins(c, l.from, false);
    p->n_links++;
    (void)bx_buf_add(&p->links, &l, sizeof l);
}

void wf_pre_open(wf_conv *c, const wf_tok *tok, wf_elem *e, unsigned classes)
{
    switch (tok->tag) {
    case WF_TAG_BR:
        put_c(c, '\n');
        return;
    case WF_TAG_CODE:
        wf_attr_language(tok, c->pre.language);
        c->pre.code = true;
        return;
    case WF_TAG_A:
        open_link(c, tok, e);
        return;
    case WF_TAG_SPAN:
        c->pre.code = c->pre.code || tok->attrs.n > 8;
        return;
    case WF_TAG_IMG:
        if (wf_tok_attr_text(tok, "alt", &c->attr))
            wf_pre_text(c, bx_buf_str(&c->attr));
        return;
    default:
        break;
    }
    bool row = tok->tag == WF_TAG_TR && c->pre.lines;
    if (row || (c->pre.lines && (classes & WF_CLASS_LINE) && tok->tag == WF_TAG_DIV)) {
        wf_pre_newline(c);
        c->pre.in_line++;
        e->note[DID] = DID_PRE_LINE;
    } else if ((wf_tag_flags(tok->tag) & WF_BLOCK) || tok->tag == WF_TAG_TR) {
        wf_pre_newline(c);
    }
}

static bool is_blank(bx_str s) { return wf_trim(s).n == 0; }

/* "\r\n" and "\r" are line ends, a no-break space is a space. */
void wf_pre_text(wf_conv *c, bx_str s)
{
    if (c->pre.lines && (c->pre.in_line == 0 || c->pre.text.n == 0) && is_blank(s) &&
        memchr(s.p, '\n', s.n))
        return;
    if (c->pre.text.n == 0 && s.n > 0 && s.p[0] == '\n')
        s = bx_str_from(s, 1);
    if (c->pre.after_number && s.n > 1 && wf_md_is_nbsp(s, 0))
        s = bx_str_from(s, 2);
    c->pre.after_number = false;
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        while (i < s.n && ((unsigned char)s.p[i] >= 0x20 || s.p[i] == '\n' || s.p[i] == '\t') &&
               s.p[i] != '\xc2')
            i++;
        (void)bx_buf_add(&c->pre.text, s.p + from, i - from);
        if (i == s.n)
            break;
        if (s.p[i] == '\r')
            put_c(c, '\n');
        else if (wf_md_is_nbsp(s, i))
            put_c(c, ' ');
        else if (s.p[i] == '\xc2')
            put_c(c, s.p[i]);
        i += wf_md_is_nbsp(s, i) || (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n') ? 2 : 1;
    }
}

static void write_link(wf_conv *c, bx_str url, bx_str text)
{
    wf_md_push_item(&c->md, "- ");
    wf_md_mark(&c->md, WF_MARK_LINK, url, (bx_str){0});
    wf_md_text(&c->md, text);
    wf_md_unmark(&c->md, WF_MARK_LINK);
    wf_md_pop(&c->md);
    c->md.gap = 1;
}

/* A listing of files, each line one link from the first on: what they point at is what it is for.
 */
static void write_links(wf_conv *c)
{
    const wf_pre *p = &c->pre;
    if (c->md.plain || p->code || p->n_links == 0 || !p->listing || p->n_first * 2 < p->n_links ||
        p->links.fail != BX_OK)
        return;
    for (size_t at = 0; at < p->links.n;) {
        size_t url = strlen(p->links.p + at);
        pre_link l;
        size_t record = at + url + 1;
        if (record + sizeof l > p->links.n)
            break;
        memcpy(&l, p->links.p + record, sizeof l);
        if (l.url == at && l.to <= p->text.n && l.from < l.to) {
            write_link(c, (bx_str){p->links.p + at, url},
                       (bx_str){p->text.p + l.from, l.to - l.from});
            at = record + sizeof l;
        } else {
            at = record; /* a link without text */
        }
    }
    c->md.gap = 2;
}

void wf_pre_end(wf_conv *c)
{
    wf_pre *p = &c->pre;
    bx_str text = bx_buf_str(&p->text);
    p->in = false;
    if (p->text.fail != BX_OK) {
        c->md.out->fail = p->text.fail;
        return;
    }
    while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == ' ') &&
           (p->lines || text.p[text.n - 1] == '\n')) {
        text.n--;
        if (!p->lines)
            break;
    }
    if (text.n > 0) {
        wf_md_code(&c->md, bx_str_of(p->language[0] ? p->language : p->outer_language), text);
        write_links(c);
    }
    bx_buf_clear(&p->text);
}
