#include "fetch/html_tree.h"

#include "fetch/ascii.h"

static bool is_heading(wf_tag t) { return t >= WF_TAG_H1 && t <= WF_TAG_H6; }

static bool is_list(wf_tag t)
{
    return t == WF_TAG_UL || t == WF_TAG_OL || t == WF_TAG_MENU || t == WF_TAG_DIR ||
           t == WF_TAG_SELECT;
}

static void pop(wf_tree *t)
{
    wf_elem e = t->open[--t->n];
    if (e.hidden) {
        t->hidden--;
    } else if (t->hidden == 0) {
        t->handler->close(t->ctx, t, &e);
    }
    if (e.tag == WF_TAG_SVG || e.tag == WF_TAG_MATH)
        t->foreign--;
}

static void pop_to(wf_tree *t, size_t n)
{
    while (t->n > n)
        pop(t);
}

wf_elem *wf_tree_find(wf_tree *t, wf_tag tag)
{
    for (size_t i = t->n; i-- > 0;)
        if (t->open[i].tag == tag)
            return &t->open[i];
    return NULL;
}

/* Index of the innermost open `tag` that no barrier hides; SIZE_MAX: none. */
static size_t in_scope(const wf_tree *t, wf_tag tag, bool button_scope)
{
    for (size_t i = t->n; i-- > 0;) {
        wf_tag have = t->open[i].tag;
        if (have == tag)
            return i;
        if ((wf_tag_flags(have) & WF_BARRIER) || (button_scope && have == WF_TAG_BUTTON))
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

static void close_in_scope(wf_tree *t, wf_tag tag, bool button_scope)
{
    size_t i = in_scope(t, tag, button_scope);
    if (i != SIZE_MAX)
        pop_to(t, i);
}

/* An open <li>, <dt> or <dd> ends where the next one begins, unless another block lies between. */
static void close_item(wf_tree *t, wf_tag a, wf_tag b)
{
    for (size_t i = t->n; i-- > 0;) {
        wf_tag have = t->open[i].tag;
        if (have == a || have == b) {
            pop_to(t, i);
            return;
        }
        unsigned flags = wf_tag_flags(have);
        bool passes = have == WF_TAG_ADDRESS || have == WF_TAG_DIV || have == WF_TAG_P;
        if (((flags & WF_BLOCK) && !passes) || (flags & WF_BARRIER) || is_list(have))
            return;
    }
}

/* Elements of a table open only inside one, and end those below their place in it. */
static bool open_table_part(wf_tree *t, wf_tag tag)
{
    size_t i = t->n;
    while (i-- > 0) {
        wf_tag have = t->open[i].tag;
        bool section = have == WF_TAG_TBODY || have == WF_TAG_THEAD || have == WF_TAG_TFOOT;
        bool cell = tag == WF_TAG_TD || tag == WF_TAG_TH;
        if (have == WF_TAG_TABLE || (section && (cell || tag == WF_TAG_TR)) ||
            (have == WF_TAG_TR && cell)) {
            pop_to(t, i + 1);
            return true;
        }
        if (have == WF_TAG_TEMPLATE || have == WF_TAG_OBJECT)
            return false;
    }
    return false;
}

/* Take the element at `i` off the stack and leave those above it: misnested formatting. */
static void remove_at(wf_tree *t, size_t i)
{
    wf_elem e = t->open[i];
    memmove(&t->open[i], &t->open[i + 1], (t->n - i - 1) * sizeof t->open[0]);
    t->n--;
    if (e.hidden)
        t->hidden--;
    else if (t->hidden == 0)
        t->handler->close(t->ctx, t, &e);
}

/* False: the tag has no place here and is ignored. */
static bool end_implied(wf_tree *t, wf_tag tag)
{
    size_t i;
    switch (tag) {
    case WF_TAG_HTML:
    case WF_TAG_HEAD:
    case WF_TAG_BODY:
    case WF_TAG_FRAMESET:
        return false;
    case WF_TAG_LI:
        close_item(t, WF_TAG_LI, WF_TAG_LI);
        break;
    case WF_TAG_DT:
    case WF_TAG_DD:
        close_item(t, WF_TAG_DT, WF_TAG_DD);
        break;
    case WF_TAG_OPTGROUP:
        close_in_scope(t, WF_TAG_OPTGROUP, false);
        close_in_scope(t, WF_TAG_OPTION, false);
        break;
    case WF_TAG_OPTION:
        close_in_scope(t, WF_TAG_OPTION, false);
        break;
    case WF_TAG_A:
    case WF_TAG_NOBR:
        i = in_scope(t, tag, false);
        if (i != SIZE_MAX)
            remove_at(t, i);
        break;
    case WF_TAG_BUTTON:
        close_in_scope(t, WF_TAG_BUTTON, false);
        break;
    case WF_TAG_CAPTION:
    case WF_TAG_COLGROUP:
    case WF_TAG_TBODY:
    case WF_TAG_THEAD:
    case WF_TAG_TFOOT:
    case WF_TAG_TR:
    case WF_TAG_TD:
    case WF_TAG_TH:
        return open_table_part(t, tag);
    default:
        break;
    }
    if (wf_tag_flags(tag) & WF_BLOCK)
        close_in_scope(t, WF_TAG_P, true);
    if (is_heading(tag) && t->n > 0 && is_heading(t->open[t->n - 1].tag))
        pop(t);
    return true;
}

/* A tag that cannot stand in svg or math ends them, unless HTML is embedded there. */
static void end_foreign(wf_tree *t, wf_tag tag)
{
    if (!(wf_tag_flags(tag) & WF_BREAKOUT))
        return;
    for (size_t i = t->n; i-- > 0;) {
        wf_tag have = t->open[i].tag;
        if (have == WF_TAG_FOREIGNOBJECT)
            return;
        if (have == WF_TAG_SVG || have == WF_TAG_MATH) {
            pop_to(t, i);
            return;
        }
    }
}

static void start_tag(wf_tree *t, const wf_tok *tok)
{
    if (t->foreign)
        end_foreign(t, tok->tag);
    if (t->foreign == 0 && !end_implied(t, tok->tag))
        return;
    unsigned flags = wf_tag_flags(tok->tag);
    wf_elem e = {.tag = tok->tag, .hash = tok->hash, .start = tok->start};
    if (t->hidden == 0)
        t->handler->open(t->ctx, t, tok, &e);
    if ((flags & WF_VOID) || (t->foreign && tok->self_closing))
        return;
    if ((tok->tag == WF_TAG_SVG || tok->tag == WF_TAG_MATH) && tok->self_closing)
        return;
    if (t->n == WF_MAX_DEPTH) {
        t->too_deep++;
        return;
    }
    t->hidden += e.hidden;
    t->foreign += tok->tag == WF_TAG_SVG || tok->tag == WF_TAG_MATH;
    t->open[t->n++] = e;
}

static bool is_table_part(wf_tag tag)
{
    return tag == WF_TAG_TR || tag == WF_TAG_TD || tag == WF_TAG_TH || tag == WF_TAG_TBODY ||
           tag == WF_TAG_THEAD || tag == WF_TAG_TFOOT || tag == WF_TAG_CAPTION;
}

/* Index of the element this end tag closes, SIZE_MAX: none. */
static size_t end_target(const wf_tree *t, const wf_tok *tok)
{
    unsigned flags = wf_tag_flags(tok->tag);
    bool inline_only = !(flags & (WF_BLOCK | WF_FORMAT | WF_BARRIER | WF_DROP)) &&
                       !is_table_part(tok->tag) && !is_list(tok->tag);
    for (size_t i = t->n; i-- > 0;) {
        const wf_elem *e = &t->open[i];
        if (tok->tag == WF_TAG_OTHER ? e->tag == WF_TAG_OTHER && e->hash == tok->hash
                                     : e->tag == tok->tag)
            return i;
        if (is_heading(tok->tag) && is_heading(e->tag))
            return i;
        unsigned have = wf_tag_flags(e->tag);
        if (tok->tag == WF_TAG_TABLE)
            continue;
        if (is_table_part(tok->tag) ? e->tag == WF_TAG_TABLE : (have & WF_BARRIER) != 0)
            return SIZE_MAX;
        if (tok->tag == WF_TAG_LI && is_list(e->tag))
            return SIZE_MAX;
        if (tok->tag == WF_TAG_P && e->tag == WF_TAG_BUTTON)
            return SIZE_MAX;
        if (inline_only && (have & WF_BLOCK) && !t->foreign)
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

static void end_tag(wf_tree *t, const wf_tok *tok)
{
    size_t i = end_target(t, tok);
    if (i == SIZE_MAX) {
        /* "</br>" and a "</p>" without its start are elements of their own. */
        if (tok->tag == WF_TAG_BR || tok->tag == WF_TAG_P) {
            wf_elem e = {.tag = tok->tag, .hash = tok->hash, .start = tok->start};
            if (t->hidden == 0)
                t->handler->open(t->ctx, t, tok, &e);
            if (t->hidden == 0 && tok->tag == WF_TAG_P)
                t->handler->close(t->ctx, t, &e);
        }
        return;
    }
    if (wf_tag_flags(tok->tag) & WF_FORMAT)
        remove_at(t, i);
    else
        pop_to(t, i);
}

static bool ends_deep(wf_tree *t, const wf_tok *tok)
{
    if (t->too_deep == 0 || (wf_tag_flags(tok->tag) & WF_VOID))
        return false;
    t->too_deep--;
    return true;
}

static void text(wf_tree *t, const wf_tok *tok)
{
    if (tok->tag == WF_TAG_TITLE) {
        if (!t->title_seen && t->foreign == 0 && t->handler->title)
            t->handler->title(t->ctx, tok);
        t->title_seen = t->title_seen || t->foreign == 0;
        return;
    }
    if ((wf_tag_flags(tok->tag) & WF_RAW) && tok->tag != WF_TAG_XMP)
        return;
    if (t->hidden == 0)
        t->handler->text(t->ctx, t, tok);
}

void wf_tree_run(wf_tree *t, bx_str in, const wf_tree_handler *handler, void *ctx)
{
    /* Of the stack only what is below `n` is ever read. */
    wf_tokenizer_init(&t->tok, in);
    t->handler = handler;
    t->ctx = ctx;
    t->n = t->too_deep = t->hidden = t->foreign = 0;
    t->stop = t->title_seen = false;
    while (!t->stop) {
        t->tok.foreign = t->foreign > 0;
        wf_tok tok = wf_tok_next(&t->tok);
        if (tok.kind == WF_TOK_EOF)
            break;
        if (tok.kind == WF_TOK_TEXT)
            text(t, &tok);
        else if (tok.kind == WF_TOK_START)
            start_tag(t, &tok);
        else if (!ends_deep(t, &tok))
            end_tag(t, &tok);
    }
    pop_to(t, 0);
}

static bool style_hides(bx_str style)
{
    char flat[64];
    size_t at = wf_find_nocase(style, "display"), n = 0;
    if (at == SIZE_MAX)
        return false;
    for (; at < style.n && n < sizeof flat - 1; at++)
        if (!bx_is_space(style.p[at]))
            flat[n++] = bx_lower(style.p[at]);
    return bx_str_starts((bx_str){flat, n}, BX_LIT("display:none"));
}

bool wf_elem_hidden(const wf_tok *tok)
{
    bx_str value;
    /* A shadow tree the page brings along is what readers see. */
    if (tok->tag == WF_TAG_TEMPLATE && wf_tok_attr(tok, "shadowrootmode", &value))
        return !bx_str_eq_nocase(value, BX_LIT("open")) &&
               !bx_str_eq_nocase(value, BX_LIT("closed"));
    if (wf_tag_flags(tok->tag) & WF_DROP)
        return true;
    if (tok->tag == WF_TAG_DIALOG && !wf_tok_attr(tok, "open", &value))
        return true;
    if (tok->attrs.n < 6) /* shorter than either attribute */
        return false;
    if (wf_tok_attr(tok, "hidden", &value))
        return !bx_str_eq_nocase(value, BX_LIT("until-found"));
    return wf_tok_attr(tok, "style", &value) && style_hides(value);
}
