#include "fetch/html_md.h"

#include <stdio.h>

#include "fetch/ascii.h"
#include "fetch/html_attr.h"
#include "fetch/html_main.h"
#include "fetch/md_escape.h"
#include "fetch/md_table.h"
#include "fetch/url.h"

enum { MAX_SPAN = 200, MAX_LABEL = 512 };

/* Notes of an element: what its end has to undo. */
enum { DID, EXTRA, COLSPAN, ROWSPAN, ITEMS = COLSPAN };
enum { /* DID */
       DID_NOTHING,
       DID_BLOCK,
       DID_PUSH,
       DID_HEADING,
       DID_PRE,
       DID_TABLE,
       DID_CELL,
       DID_QUOTE_MARK,
       DID_SPACE,
       DID_LIST,
       DID_LIST_PUSH,
       DID_SUMMARY,
       DID_MARK, /* and the kinds of mark above it */
};

typedef struct conv {
    const wf_html_opts *opts;
    const wf_main *main; /* NULL: the whole page */
    bx_buf *title;
    wf_md md;
    wf_table table;
    bool in_table, in_pre, heading, base_seen;
    bx_buf pre;
    char language[WF_MAX_LANGUAGE + 1];       /* of the <pre> at hand */
    char outer_language[WF_MAX_LANGUAGE + 1]; /* of an element around it */
    bx_buf base, decoded, attr, url;
} conv;

/* ---- attributes ------------------------------------------------------------------------ */

/* The attribute as an absolute URL in c->url; false: none, or one that leads nowhere. */
static bool attr_url(conv *c, const wf_tok *tok, const char *name)
{
    if (!wf_tok_attr_text(tok, name, &c->attr))
        return false;
    bx_str ref = wf_trim(bx_buf_str(&c->attr));
    if (wf_url_has_scheme(ref, "javascript") || wf_url_has_scheme(ref, "data"))
        return false;
    return wf_url_resolve(bx_buf_str(&c->base), ref, &c->url) == BX_OK;
}

/* ---- blocks ---------------------------------------------------------------------------- */

/* A place where blocks become breaks or blanks: a table cell, a heading. */
static bool is_flat(const conv *c) { return c->heading || c->md.kind == WF_CELL; }

static void block(conv *c)
{
    if (c->heading)
        wf_md_space(&c->md);
    else
        wf_md_block(&c->md);
}

static void pre_newline(conv *c)
{
    if (c->pre.n > 0 && c->pre.p[c->pre.n - 1] != '\n')
        (void)bx_buf_add_c(&c->pre, '\n');
}

static bool is_list_tag(wf_tag t)
{
    return t == WF_TAG_UL || t == WF_TAG_OL || t == WF_TAG_MENU || t == WF_TAG_DIR ||
           t == WF_TAG_SELECT;
}

/* The innermost open list, or item, whichever is nearer; NULL: neither. */
static wf_elem *nearest_list(wf_tree *t, bool items)
{
    for (size_t i = t->n; i-- > 0;) {
        wf_elem *e = &t->open[i];
        if (is_list_tag(e->tag) || (items && (e->tag == WF_TAG_LI || e->tag == WF_TAG_OPTION)))
            return e;
        if (e->tag == WF_TAG_TABLE || e->tag == WF_TAG_BLOCKQUOTE || e->tag == WF_TAG_DL)
            return NULL;
    }
    return NULL;
}

static void open_list(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    block(c);
    if (is_flat(c))
        return;
    e->note[DID] = DID_LIST;
    e->note[EXTRA] = wf_attr_number(tok, "start", 1, 999999999);
    wf_elem *around = nearest_list(t, true);
    if (around)
        wf_md_tight(&c->md);
    if (around && is_list_tag(around->tag) && tok->tag != WF_TAG_SELECT) {
        wf_md_push_item(&c->md, around->tag == WF_TAG_OL ? "   " : "  ");
        e->note[DID] = DID_LIST_PUSH;
    }
}

static void open_item(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    char marker[16] = "- ";
    block(c);
    if (is_flat(c))
        return;
    wf_elem *list = nearest_list(t, false);
    if (list) {
        if (list->tag == WF_TAG_OL) {
            size_t n = wf_attr_number(tok, "value", list->note[EXTRA], 999999999);
            (void)snprintf(marker, sizeof marker, "%zu. ", n);
            list->note[EXTRA] = n + 1;
        }
        if (list->note[ITEMS]++ > 0)
            wf_md_tight(&c->md);
    }
    wf_md_push_item(&c->md, marker);
    e->note[DID] = DID_PUSH;
}

static void open_definition(conv *c, wf_tree *t, wf_elem *e)
{
    block(c);
    if (is_flat(c))
        return;
    wf_elem *list = wf_tree_find(t, WF_TAG_DL);
    bool term = e->tag == WF_TAG_DT;
    /* Only a term below a definition begins a new group. */
    if (list && list->note[EXTRA] && (!term || list->note[EXTRA] == WF_TAG_DT))
        wf_md_tight(&c->md);
    if (list)
        list->note[EXTRA] = e->tag;
    if (term || c->md.plain) {
        e->note[DID] = DID_BLOCK;
        return;
    }
    wf_md_push_item(&c->md, ": ");
    e->note[DID] = DID_PUSH;
}

/* A table of data, not one that lays out the page: no table, heading, quote, code or form in it.
 * Reads ahead to the first sign, so that nested tables do not make this quadratic. */
static bool is_data_table(const wf_tree *t, const wf_tok *tok)
{
    if (wf_attr_is(tok, "role", "presentation") || wf_attr_is(tok, "role", "none"))
        return false;
    wf_tokenizer ahead = t->tok;
    size_t row = 0, widest = 0;
    bool head = false;
    for (;;) {
        wf_tok next = wf_tok_next(&ahead);
        if (next.kind == WF_TOK_EOF || (next.kind == WF_TOK_END && next.tag == WF_TAG_TABLE))
            break;
        if (next.kind != WF_TOK_START)
            continue;
        switch (next.tag) {
        case WF_TAG_TABLE:
        case WF_TAG_PRE:
        case WF_TAG_BLOCKQUOTE:
        case WF_TAG_HR:
        case WF_TAG_FORM:
        case WF_TAG_H1:
        case WF_TAG_H2:
        case WF_TAG_H3:
        case WF_TAG_H4:
        case WF_TAG_H5:
        case WF_TAG_H6:
            return false;
        case WF_TAG_TR:
            row = 0;
            break;
        case WF_TAG_TH:
            head = true;
            row++;
            break;
        case WF_TAG_TD:
            row++;
            break;
        default:
            break;
        }
        widest = row > widest ? row : widest;
    }
    return head || widest > 1;
}

static void open_table(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    block(c);
    e->note[DID] = DID_BLOCK;
    if (!is_flat(c) && !c->in_table && is_data_table(t, tok)) {
        c->in_table = true;
        e->note[DID] = DID_TABLE;
    }
}

static void open_cell(conv *c, const wf_tok *tok, wf_elem *e)
{
    if (!c->in_table || is_flat(c)) {
        block(c);
        e->note[DID] = DID_BLOCK;
        return;
    }
    wf_md_cell_begin(&c->md);
    e->note[DID] = DID_CELL;
    size_t cols = wf_attr_number(tok, "colspan", 1, MAX_SPAN);
    size_t rows = wf_attr_number(tok, "rowspan", 1, MAX_SPAN);
    e->note[COLSPAN] = cols ? cols : 1;
    e->note[ROWSPAN] = rows ? rows : 1;
}

/* ---- inline ---------------------------------------------------------------------------- */

static void mark(conv *c, wf_elem *e, wf_mark_kind kind)
{
    wf_md_mark(&c->md, kind, (bx_str){0}, (bx_str){0});
    e->note[DID] = DID_MARK + kind;
}

static void open_link(conv *c, const wf_tok *tok, wf_elem *e)
{
    bx_str url = {0}, label = {0};
    if (attr_url(c, tok, "href")) {
        url = bx_buf_str(&c->url);
        if (wf_tok_attr_text(tok, "aria-label", &c->attr) ||
            wf_tok_attr_text(tok, "title", &c->attr))
            label = bx_buf_str(&c->attr);
        if (label.n > MAX_LABEL)
            label.n = 0;
    }
    wf_md_mark(&c->md, WF_MARK_LINK, url, label);
    e->note[DID] = DID_MARK + WF_MARK_LINK;
}

/* alt="" says that an image means nothing; one pixel means that it only counts readers. */
static void image(conv *c, const wf_tok *tok)
{
    bx_str alt_raw;
    bool has_alt = wf_tok_attr(tok, "alt", &alt_raw);
    if ((has_alt && wf_trim(alt_raw).n == 0) ||
        (wf_attr_is(tok, "width", "1") && wf_attr_is(tok, "height", "1")))
        return;
    bool has_url = attr_url(c, tok, "src") || attr_url(c, tok, "data-src");
    if (!wf_tok_attr_text(tok, "alt", &c->attr))
        bx_buf_clear(&c->attr);
    if (c->md.plain || !has_url) {
        wf_md_text(&c->md, bx_buf_str(&c->attr));
        return;
    }
    BX_AUTO_BUF text = bx_buf_init(c->md.out->max);
    wf_md alt;
    wf_md_init(&alt, &text, false); /* a paragraph of its own: escapes and white space */
    wf_md_mark(&alt, WF_MARK_LINK, BX_LIT("x"), (bx_str){0}); /* brackets count as in a link */
    wf_md_text(&alt, bx_buf_str(&c->attr));
    BX_AUTO_BUF line = bx_buf_init(c->md.out->max);
    (void)bx_buf_add_z(&line, "!");
    bx_str inner = bx_buf_str(&alt.para);
    if (inner.n == 0)
        (void)bx_buf_add_z(&line, "[");
    (void)bx_buf_add_str(&line, inner); /* begins with the link's bracket */
    (void)bx_buf_add_z(&line, "](");
    wf_md_add_url(&line, bx_buf_str(&c->url));
    (void)bx_buf_add_z(&line, ")");
    if (line.fail == BX_OK && alt.para.fail == BX_OK)
        wf_md_inline(&c->md, bx_buf_str(&line));
    else if (c->md.out->fail == BX_OK)
        c->md.out->fail = line.fail ? line.fail : alt.para.fail;
    wf_md_done(&alt);
}

static void check_box(conv *c, wf_tree *t, const wf_tok *tok)
{
    bx_str value;
    if (!wf_attr_is(tok, "type", "checkbox") || !wf_tree_find(t, WF_TAG_LI))
        return;
    wf_md_inline(&c->md, wf_tok_attr(tok, "checked", &value) ? BX_LIT("[x]") : BX_LIT("[ ]"));
    wf_md_space(&c->md);
}

/* The formula's source, where the page gives it. */
static void formula(conv *c, const wf_tok *tok)
{
    if (c->in_pre || !wf_tok_attr_text(tok, "alttext", &c->attr))
        return;
    bx_str source = wf_trim(bx_buf_str(&c->attr));
    BX_AUTO_BUF text = bx_buf_init(c->attr.n + 3);
    (void)bx_buf_add_c(&text, '$');
    for (size_t i = 0; i < source.n; i++)
        if (wf_is_space(source.p[i]))
            (void)bx_buf_add_c(&text, ' ');
        else if ((unsigned char)source.p[i] >= 0x20 && source.p[i] != 0x7f)
            (void)bx_buf_add_c(&text, source.p[i]);
    (void)bx_buf_add_c(&text, '$');
    if (text.fail == BX_OK)
        wf_md_inline(&c->md, bx_buf_str(&text));
}

static void set_base(conv *c, const wf_tok *tok)
{
    if (c->base_seen || !attr_url(c, tok, "href"))
        return;
    c->base_seen = true;
    bx_buf_clear(&c->base);
    (void)bx_buf_add_str(&c->base, bx_buf_str(&c->url));
}

/* ---- the handler ----------------------------------------------------------------------- */

static bool open_inline(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    switch (tok->tag) {
    case WF_TAG_A:
        open_link(c, tok, e);
        return true;
    case WF_TAG_B:
    case WF_TAG_STRONG:
        mark(c, e, WF_MARK_STRONG);
        return true;
    case WF_TAG_I:
    case WF_TAG_EM:
    case WF_TAG_VAR:
    case WF_TAG_CITE:
    case WF_TAG_DFN:
        mark(c, e, WF_MARK_EM);
        return true;
    case WF_TAG_S:
    case WF_TAG_STRIKE:
    case WF_TAG_DEL:
        mark(c, e, WF_MARK_DEL);
        return true;
    case WF_TAG_CODE:
    case WF_TAG_KBD:
    case WF_TAG_SAMP:
    case WF_TAG_TT:
        mark(c, e, WF_MARK_CODE);
        return true;
    case WF_TAG_SUP:
        mark(c, e, WF_MARK_SUP);
        return true;
    case WF_TAG_SUB:
        mark(c, e, WF_MARK_SUB);
        return true;
    case WF_TAG_IMG:
        image(c, tok);
        return true;
    case WF_TAG_BR:
        wf_md_br(&c->md);
        return true;
    case WF_TAG_INPUT:
        check_box(c, t, tok);
        return true;
    case WF_TAG_Q:
        wf_md_text(&c->md, BX_LIT("\""));
        e->note[DID] = DID_QUOTE_MARK;
        return true;
    case WF_TAG_BUTTON:
        wf_md_space(&c->md);
        e->note[DID] = DID_SPACE;
        return true;
    default:
        return false;
    }
}

static bool open_block(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    switch (tok->tag) {
    case WF_TAG_UL:
    case WF_TAG_OL:
    case WF_TAG_MENU:
    case WF_TAG_DIR:
    case WF_TAG_SELECT:
        open_list(c, t, tok, e);
        return true;
    case WF_TAG_LI:
    case WF_TAG_OPTION:
        open_item(c, t, tok, e);
        return true;
    case WF_TAG_DT:
    case WF_TAG_DD:
        open_definition(c, t, e);
        return true;
    case WF_TAG_TABLE:
        open_table(c, t, tok, e);
        return true;
    case WF_TAG_TD:
    case WF_TAG_TH:
        open_cell(c, tok, e);
        return true;
    case WF_TAG_TR:
        if (c->in_table && !is_flat(c))
            wf_table_row(&c->table);
        else
            block(c);
        return true;
    case WF_TAG_SUMMARY:
        block(c);
        mark(c, e, WF_MARK_STRONG);
        e->note[DID] = DID_SUMMARY;
        return true;
    default:
        return false;
    }
}

/* Blocks that inside a cell or heading are no more than a break. */
static bool open_standing(conv *c, const wf_tok *tok, wf_elem *e)
{
    switch (tok->tag) {
    case WF_TAG_H1:
    case WF_TAG_H2:
    case WF_TAG_H3:
    case WF_TAG_H4:
    case WF_TAG_H5:
    case WF_TAG_H6:
        wf_md_heading(&c->md, (int)(tok->tag - WF_TAG_H1) + 1);
        c->heading = true;
        e->note[DID] = DID_HEADING;
        return true;
    case WF_TAG_BLOCKQUOTE:
        wf_md_push_quote(&c->md);
        e->note[DID] = DID_PUSH;
        return true;
    case WF_TAG_PRE:
    case WF_TAG_LISTING:
    case WF_TAG_XMP:
        wf_md_block(&c->md);
        c->in_pre = true;
        bx_buf_clear(&c->pre);
        c->language[0] = '\0';
        wf_attr_language(tok, c->language);
        e->note[DID] = DID_PRE;
        return true;
    case WF_TAG_HR:
        wf_md_rule(&c->md);
        return true;
    default:
        return false;
    }
}

static void open_in_pre(conv *c, const wf_tok *tok)
{
    if (tok->tag == WF_TAG_BR)
        (void)bx_buf_add_c(&c->pre, '\n');
    else if (tok->tag == WF_TAG_CODE)
        wf_attr_language(tok, c->language);
    else if (wf_tag_flags(tok->tag) & WF_BLOCK)
        pre_newline(c);
}

static bool is_dropped(conv *c, wf_tree *t, const wf_tok *tok)
{
    if (wf_elem_hidden(tok))
        return true;
    return c->opts->main_content &&
           (wf_main_is_furniture(t, tok) ||
            (c->main && wf_main_drops(c->main, tok->start + c->main->start)));
}

static void on_open(void *ctx, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    conv *c = ctx;
    if (c->md.out->fail != BX_OK) {
        t->stop = true;
        return;
    }
    if (tok->tag == WF_TAG_MATH)
        formula(c, tok);
    if (is_dropped(c, t, tok)) {
        e->hidden = true;
        if (wf_tag_flags(tok->tag) & WF_BLOCK)
            block(c);
        return;
    }
    if (tok->tag == WF_TAG_BASE)
        set_base(c, tok);
    if (c->in_pre) {
        open_in_pre(c, tok);
        return;
    }
    if (open_inline(c, t, tok, e) || open_block(c, t, tok, e) ||
        (!is_flat(c) && open_standing(c, tok, e)))
        return;
    if (wf_tag_flags(tok->tag) & WF_BLOCK) {
        block(c);
        e->note[DID] = DID_BLOCK;
    }
    if (tok->tag == WF_TAG_DIV && !c->outer_language[0]) {
        wf_attr_language(tok, c->outer_language);
        e->note[EXTRA] = c->outer_language[0] != '\0';
    }
}

static void close_pre(conv *c)
{
    bx_str text = bx_buf_str(&c->pre);
    c->in_pre = false;
    if (c->pre.fail != BX_OK) {
        c->md.out->fail = c->pre.fail;
        return;
    }
    if (text.n > 0 && text.p[text.n - 1] == '\n')
        text.n--;
    if (text.n > 0)
        wf_md_code(&c->md, bx_str_of(c->language[0] ? c->language : c->outer_language), text);
    bx_buf_clear(&c->pre);
}

static void close_cell(conv *c, const wf_elem *e)
{
    wf_md_cell_end(&c->md, &c->table.text);
    wf_table_cell(&c->table, e->tag == WF_TAG_TH, e->note[COLSPAN], e->note[ROWSPAN]);
}

static void close_list(conv *c, const wf_elem *e)
{
    if (e->note[DID] == DID_LIST_PUSH)
        wf_md_pop(&c->md);
    else
        wf_md_block(&c->md);
    if (c->md.gap > 0)
        c->md.gap = 2;
}

static void on_close(void *ctx, wf_tree *t, const wf_elem *e)
{
    conv *c = ctx;
    (void)t;
    if (e->tag == WF_TAG_DIV && e->note[EXTRA])
        c->outer_language[0] = '\0';
    switch (e->note[DID]) {
    case DID_NOTHING:
        if (c->in_pre && (wf_tag_flags(e->tag) & WF_BLOCK))
            pre_newline(c);
        break;
    case DID_BLOCK:
        block(c);
        break;
    case DID_PUSH:
        wf_md_pop(&c->md);
        break;
    case DID_HEADING:
        c->heading = false;
        wf_md_block(&c->md);
        break;
    case DID_PRE:
        close_pre(c);
        break;
    case DID_TABLE:
        c->in_table = false;
        wf_md_block(&c->md);
        wf_table_write(&c->table, &c->md);
        break;
    case DID_CELL:
        close_cell(c, e);
        break;
    case DID_QUOTE_MARK:
        wf_md_text(&c->md, BX_LIT("\""));
        break;
    case DID_SPACE:
        wf_md_space(&c->md);
        break;
    case DID_LIST:
    case DID_LIST_PUSH:
        close_list(c, e);
        break;
    case DID_SUMMARY:
        wf_md_unmark(&c->md, WF_MARK_STRONG);
        block(c);
        break;
    default:
        wf_md_unmark(&c->md, (wf_mark_kind)(e->note[DID] - DID_MARK));
        break;
    }
}

/* Exact text of a code block: "\r\n" and "\r" are line ends, a no-break space is a space. */
static void add_pre(conv *c, bx_str s)
{
    if (c->pre.n == 0 && s.n > 0 && s.p[0] == '\n')
        s = bx_str_from(s, 1);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\r')
            (void)bx_buf_add_c(&c->pre, '\n');
        else if (wf_md_is_nbsp(s, i))
            (void)bx_buf_add_c(&c->pre, ' ');
        else if ((unsigned char)s.p[i] >= 0x20 || s.p[i] == '\n' || s.p[i] == '\t')
            (void)bx_buf_add_c(&c->pre, s.p[i]);
        if (wf_md_is_nbsp(s, i) || (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n'))
            i++;
    }
}

static void on_text(void *ctx, wf_tree *t, const wf_tok *tok)
{
    conv *c = ctx;
    if (c->md.out->fail != BX_OK) {
        t->stop = true;
        return;
    }
    bx_str s = tok->text;
    if (tok->refs && memchr(s.p, '&', s.n)) {
        bx_buf_clear(&c->decoded);
        wf_decode_refs(s, false, &c->decoded);
        if (c->decoded.fail == BX_ENOMEM)
            c->md.out->fail = BX_ENOMEM;
        s = bx_buf_str(&c->decoded);
    }
    if (c->in_pre)
        add_pre(c, s);
    else
        wf_md_text(&c->md, s);
}

static void put_title(bx_buf *title, bx_str raw)
{
    if (!title || title->n)
        return;
    BX_AUTO_BUF text = bx_buf_init(title->max);
    if (raw.n > title->max)
        raw.n = title->max;
    wf_decode_refs(raw, false, &text);
    bool space = false;
    for (size_t i = 0; i < text.n; i++) {
        if (wf_is_space(text.p[i])) {
            space = title->n > 0;
        } else if ((unsigned char)text.p[i] >= 0x20) {
            if (space)
                (void)bx_buf_add_c(title, ' ');
            space = false;
            (void)bx_buf_add_c(title, text.p[i]);
        }
    }
}

static void on_title(void *ctx, const wf_tok *tok) { put_title(((conv *)ctx)->title, tok->text); }

static bx_code convert(conv *c, wf_tree *tree, bx_str html, wf_main *m)
{
    static const wf_tree_handler handler = {on_open, on_close, on_text, on_title};
    if (c->opts->main_content) {
        bx_code rc = wf_main_find(tree, html, m);
        if (rc != BX_OK)
            return rc;
        c->main = m;
        put_title(c->title, m->title);
        if (m->base_href.n) {
            bx_buf_clear(&c->attr);
            wf_decode_refs(m->base_href, true, &c->attr);
            BX_AUTO_BUF base = bx_buf_init(WF_MAX_URL);
            if (wf_url_resolve(c->opts->base_url, bx_buf_str(&c->attr), &base) == BX_OK) {
                bx_buf_clear(&c->base);
                (void)bx_buf_add_str(&c->base, bx_buf_str(&base));
                c->base_seen = true;
            }
        }
        html = (bx_str){html.p + m->start, m->end - m->start};
    }
    wf_tree_run(tree, html, &handler, c);
    wf_md_block(&c->md);
    return c->md.out->fail;
}

bx_code wf_html_to_md(bx_str html, const wf_html_opts *opts, bx_buf *out, bx_buf *title,
                      bx_error *err)
{
    wf_tree *tree = bx_realloc(NULL, sizeof *tree); /* wf_tree_run sets what it reads */
    conv *c = bx_calloc(1, sizeof *c);
    wf_main m = {0};
    bx_code rc = BX_ENOMEM;
    if (tree && c) {
        c->opts = opts;
        c->title = title;
        wf_md_init(&c->md, out, opts->plain);
        wf_table_init(&c->table, out->max);
        c->pre = c->decoded = bx_buf_init(SIZE_MAX / 4);
        c->base = c->url = bx_buf_init(WF_MAX_URL);
        c->attr = bx_buf_init(WF_MAX_URL);
        (void)bx_buf_add_str(&c->base, opts->base_url);
        rc = convert(c, tree, html, &m);
        wf_md_done(&c->md);
        wf_table_done(&c->table);
        bx_buf_done(&c->pre);
        bx_buf_done(&c->decoded);
        bx_buf_done(&c->base);
        bx_buf_done(&c->url);
        bx_buf_done(&c->attr);
        wf_main_done(&m);
    }
    free(tree);
    free(c);
    if (rc == BX_ELIMIT)
        return bx_fail(err, rc, "the page gives more than %zu bytes of text", out->max);
    if (rc != BX_OK)
        return bx_fail(err, rc, "out of memory converting the page");
    return BX_OK;
}
