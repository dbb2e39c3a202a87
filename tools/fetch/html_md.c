#include "fetch/html_md.h"

#include <stdio.h>

#include "fetch/ascii.h"
#include "fetch/html_conv.h"
#include "fetch/url.h"

enum { MAX_SPAN = 200 };

typedef wf_conv conv;

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
    e->note[SECOND] = wf_md_list_begins(&c->md, tok->tag == WF_TAG_OL);
}

static void open_item(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    char marker[16] = "- ";
    block(c);
    if (is_flat(c))
        return;
    wf_elem *list = nearest_list(t, false);
    if (list) {
        bool second = list->note[SECOND] && !c->md.plain;
        if (list->tag == WF_TAG_OL) {
            size_t n = wf_attr_number(tok, "value", list->note[EXTRA], 999999999);
            (void)snprintf(marker, sizeof marker, "%zu%c ", n, second ? ')' : '.');
            list->note[EXTRA] = n + 1;
        } else if (second) {
            marker[0] = '*';
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
    wf_md_push_definition(&c->md);
    e->note[DID] = DID_PUSH;
}

typedef enum table_kind { TABLE_LAYOUT, TABLE_DATA, TABLE_CODE } table_kind;

typedef struct table_look {
    size_t row, widest, rows;
    bool head, numbers, pre;
} table_look;

/* False: the table lays out the page. */
static bool look_at(table_look *l, const wf_tok *tok)
{
    switch (tok->tag) {
    case WF_TAG_TABLE:
    case WF_TAG_H1:
    case WF_TAG_H2:
    case WF_TAG_H3:
    case WF_TAG_H4:
    case WF_TAG_H5:
    case WF_TAG_H6:
        return false;
    case WF_TAG_PRE:
        l->pre = true;
        break;
    case WF_TAG_TR:
        l->row = 0;
        l->rows++;
        break;
    case WF_TAG_TH:
        l->head = true;
        l->row++;
        break;
    case WF_TAG_TD:
        l->row++;
        l->numbers = l->numbers || (wf_class_flags(tok) & WF_CLASS_NUMBERS);
        break;
    default:
        break;
    }
    l->widest = l->row > l->widest ? l->row : l->widest;
    return true;
}

/* A table of data, not one that lays out the page: no table and no heading in it; or one of code,
 * with line numbers beside it.  Reads ahead to the first sign, so that nested tables do not make
 * this quadratic. */
static table_kind kind_of_table(const wf_tree *t, const wf_tok *tok)
{
    if (wf_attr_is(tok, "role", "presentation") || wf_attr_is(tok, "role", "none"))
        return TABLE_LAYOUT;
    wf_tokenizer ahead = t->tok;
    table_look l = {0};
    for (;;) {
        wf_tok next = wf_tok_next(&ahead);
        if (next.kind == WF_TOK_EOF || (next.kind == WF_TOK_END && next.tag == WF_TAG_TABLE))
            break;
        if (next.kind == WF_TOK_START && !look_at(&l, &next))
            return TABLE_LAYOUT;
    }
    if (l.numbers)
        return l.pre ? TABLE_LAYOUT : TABLE_CODE;
    return l.head || l.widest > 1 ? TABLE_DATA : TABLE_LAYOUT;
}

static void open_table(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    block(c);
    e->note[DID] = DID_BLOCK;
    if (is_flat(c) || c->in_table)
        return;
    table_kind kind = kind_of_table(t, tok);
    if (kind == TABLE_DATA) {
        c->in_table = true;
        e->note[DID] = DID_TABLE;
    } else if (kind == TABLE_CODE) {
        wf_pre_begin(c, tok, true);
        e->note[DID] = DID_PRE;
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

/* A table made of <div>: which of them begin a row, their classes say. */
static bool open_grid(conv *c, const wf_tok *tok, wf_elem *e, unsigned classes)
{
    if (tok->tag != WF_TAG_DIV || is_flat(c))
        return false;
    if ((classes & WF_CLASS_GRID) && !c->in_table) {
        block(c);
        c->in_table = c->in_grid = c->row_over = true;
        e->note[DID] = DID_GRID;
        return true;
    }
    if (!c->in_grid || !(classes & (WF_CLASS_CELL | WF_CLASS_HEAD)) || c->md.kind == WF_CELL)
        return false;
    if ((classes & WF_CLASS_ROW) || c->row_over)
        wf_table_row(&c->table);
    c->row_over = (classes & WF_CLASS_LAST) != 0;
    wf_md_cell_begin(&c->md);
    e->note[DID] = DID_CELL;
    e->note[EXTRA] = (classes & WF_CLASS_HEAD) != 0;
    e->note[COLSPAN] = e->note[ROWSPAN] = 1;
    return true;
}

/* ---- inline ---------------------------------------------------------------------------- */

static void mark(conv *c, wf_elem *e, wf_mark_kind kind)
{
    wf_md_mark(&c->md, kind, (bx_str){0}, (bx_str){0});
    e->note[DID] = DID_MARK + kind;
}

static void check_box(conv *c, wf_tree *t, const wf_tok *tok)
{
    bx_str value;
    if (!wf_attr_is(tok, "type", "checkbox") || !wf_tree_find(t, WF_TAG_LI))
        return;
    wf_md_inline(&c->md, wf_tok_attr(tok, "checked", &value) ? BX_LIT("[x]") : BX_LIT("[ ]"));
    wf_md_space(&c->md);
}

static void set_base(conv *c, const wf_tok *tok)
{
    if (c->base_seen || !wf_conv_url(c, tok, "href"))
        return;
    c->base_seen = true;
    bx_buf_clear(&c->base);
    (void)bx_buf_add_str(&c->base, bx_buf_str(&c->url));
}

/* ---- the handler ----------------------------------------------------------------------- */

static bool open_inline(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e, unsigned classes)
{
    switch (tok->tag) {
    case WF_TAG_A:
        wf_conv_link(c, t, tok, e, classes);
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
        wf_conv_image(c, tok);
        return true;
    case WF_TAG_SOURCE:
        wf_conv_source(c, tok);
        return true;
    case WF_TAG_FRAME:
        wf_conv_frame(c, tok);
        return true;
    case WF_TAG_META:
        wf_conv_refresh(c, tok);
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

static bool open_block(conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e, unsigned classes)
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
    case WF_TAG_DL:
        block(c);
        e->note[DID] = DID_TERMS;
        return true;
    case WF_TAG_DT:
    case WF_TAG_DD:
        open_definition(c, t, e);
        return true;
    case WF_TAG_DIV:
        return open_grid(c, tok, e, classes);
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
    case WF_TAG_HR:
        wf_md_rule(&c->md);
        return true;
    default:
        return false;
    }
}

/* Code, in a cell too. */
static bool open_pre(conv *c, const wf_tok *tok, wf_elem *e, unsigned classes)
{
    bool pre = tok->tag == WF_TAG_PRE || tok->tag == WF_TAG_LISTING || tok->tag == WF_TAG_XMP;
    bool lines = !pre && tok->tag == WF_TAG_DIV && (classes & WF_CLASS_LISTING);
    if ((!pre && !lines) || c->heading)
        return false;
    wf_pre_begin(c, tok, lines);
    e->note[DID] = DID_PRE;
    return true;
}

/* Line numbers count as such beside code only. */
static bool is_number(const conv *c, const wf_tok *tok, unsigned classes)
{
    if (!(classes & WF_CLASS_NUMBERS))
        return false;
    return c->pre.in || tok->tag == WF_TAG_TD || tok->tag == WF_TAG_PRE ||
           (tok->tag == WF_TAG_DIV && (classes & WF_CLASS_NUMBERS));
}

static bool is_dropped(conv *c, wf_tree *t, const wf_tok *tok, unsigned classes)
{
    if (wf_elem_hidden(tok) || (classes & WF_CLASS_DOUBLE))
        return true;
    if (is_number(c, tok, classes)) {
        c->pre.after_number = c->pre.in;
        return true;
    }
    return c->opts->main_content &&
           (wf_main_is_furniture(t, tok) ||
            (c->main && wf_main_drops(c->main, tok->start + c->main->start)));
}

static void on_open(void *ctx, wf_tree *t, const wf_tok *tok, wf_elem *e)
{
    conv *c = ctx;
    unsigned flags = wf_tag_flags(tok->tag);
    unsigned classes = tok->attrs.n > 7 ? wf_class_flags(tok) : 0;
    if (c->md.out->fail != BX_OK) {
        t->stop = true;
        return;
    }
    if (tok->tag == WF_TAG_MATH || tok->tag == WF_TAG_SCRIPT)
        wf_conv_formula(c, t, tok);
    if (is_dropped(c, t, tok, classes)) {
        e->hidden = true;
        if ((flags & WF_BLOCK) && !c->pre.in)
            block(c);
        return;
    }
    if (tok->tag == WF_TAG_BASE)
        set_base(c, tok);
    if (c->pre.in) {
        wf_pre_open(c, tok, e, classes);
        return;
    }
    if (open_inline(c, t, tok, e, classes) || open_pre(c, tok, e, classes) ||
        open_block(c, t, tok, e, classes) || (!is_flat(c) && open_standing(c, tok, e)))
        return;
    if (flags & WF_BLOCK) {
        block(c);
        e->note[DID] = DID_BLOCK;
    }
    if (tok->tag == WF_TAG_DIV && !c->pre.outer_language[0] && tok->attrs.n > 7) {
        wf_attr_language(tok, c->pre.outer_language);
        e->note[EXTRA] = c->pre.outer_language[0] != '\0';
    }
}

static void close_cell(conv *c, const wf_elem *e)
{
    wf_md_cell_end(&c->md, &c->table.text);
    bool head = e->tag == WF_TAG_TH || (e->tag == WF_TAG_DIV && e->note[EXTRA]);
    wf_table_cell(&c->table, head, e->note[COLSPAN], e->note[ROWSPAN]);
}

static void close_list(conv *c, const wf_elem *e)
{
    if (e->note[DID] == DID_LIST_PUSH)
        wf_md_pop(&c->md);
    else
        wf_md_block(&c->md);
    wf_md_list_ended(&c->md, e->tag == WF_TAG_OL, e->note[SECOND] != 0);
    if (c->md.gap > 0)
        c->md.gap = 2;
}

static void close_table(conv *c)
{
    c->in_table = c->in_grid = false;
    wf_md_block(&c->md);
    wf_table_write(&c->table, &c->md);
}

static void on_close(void *ctx, wf_tree *t, const wf_elem *e)
{
    conv *c = ctx;
    (void)t;
    switch (e->note[DID]) {
    case DID_NOTHING:
        if (c->pre.in && (wf_tag_flags(e->tag) & WF_BLOCK))
            wf_pre_newline(c);
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
        wf_pre_end(c);
        break;
    case DID_PRE_LINE:
        wf_pre_line_end(c);
        break;
    case DID_PRE_LINK:
        wf_pre_link_end(c, e);
        break;
    case DID_TABLE:
    case DID_GRID:
        close_table(c);
        break;
    case DID_CELL:
        close_cell(c, e);
        return;
    case DID_QUOTE_MARK:
        wf_md_text(&c->md, BX_LIT("\""));
        break;
    case DID_SPACE:
        wf_md_space(&c->md);
        break;
    case DID_TERMS:
        block(c);
        if (c->md.gap > 0)
            c->md.gap = 2;
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
    if (e->tag == WF_TAG_DIV && e->note[EXTRA])
        c->pre.outer_language[0] = '\0';
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
    if (c->pre.in)
        wf_pre_text(c, s);
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
        if (bx_is_space(text.p[i])) {
            space = title->n > 0;
        } else if ((unsigned char)text.p[i] >= 0x20) {
            if (space)
                (void)bx_buf_add_c(title, ' ');
            space = false;
            (void)bx_buf_add_c(title, text.p[i]);
        }
    }
}

static void on_title(void *ctx, const wf_tok *tok)
{
    conv *c = ctx;
    put_title(c->page ? &c->page->title : NULL, tok->text);
}

static bx_code convert(conv *c, wf_tree *tree, bx_str html, wf_main *m)
{
    static const wf_tree_handler handler = {on_open, on_close, on_text, on_title};
    if (c->opts->main_content) {
        bx_code rc = wf_main_find(tree, html, m);
        if (rc != BX_OK)
            return rc;
        c->main = m;
        put_title(c->page ? &c->page->title : NULL, m->title);
        if (c->page)
            c->page->left_out = m->left_out;
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

void wf_html_page_init(wf_html_page *page, size_t max_title)
{
    *page = (wf_html_page){.title = bx_buf_init(max_title), .refresh = bx_buf_init(WF_MAX_URL)};
}

void wf_html_page_done(wf_html_page *page)
{
    bx_buf_done(&page->title);
    bx_buf_done(&page->refresh);
}

bx_code wf_html_to_md(bx_str html, const wf_html_opts *opts, bx_buf *out, wf_html_page *page,
                      bx_error *err)
{
    wf_tree *tree = bx_realloc(NULL, sizeof *tree); /* wf_tree_run sets what it reads */
    conv *c = bx_calloc(1, sizeof *c);
    wf_main m = {0};
    bx_code rc = BX_ENOMEM;
    if (tree && c) {
        c->opts = opts;
        c->page = page;
        wf_md_init(&c->md, out, opts->plain);
        wf_table_init(&c->table, out->max);
        c->pre.text = c->pre.links = c->decoded = bx_buf_init(SIZE_MAX / 4);
        c->base = c->url = bx_buf_init(WF_MAX_URL);
        c->attr = c->source = bx_buf_init(WF_MAX_URL);
        (void)bx_buf_add_str(&c->base, opts->base_url);
        rc = convert(c, tree, html, &m);
        wf_md_done(&c->md);
        wf_table_done(&c->table);
        bx_buf_done(&c->pre.text);
        bx_buf_done(&c->pre.links);
        bx_buf_done(&c->source);
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
