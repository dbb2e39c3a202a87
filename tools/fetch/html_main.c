#include "fetch/html_main.h"

#include "fetch/ascii.h"

enum { TEXT, LINK_TEXT, SCORE, LINKS_AND_ROLE }; /* notes of an element */
enum { ROLE_MAIN = 1, ONE_LINK = 2 };            /* LINKS_AND_ROLE counts links above bit 0 */
enum {
    MIN_MAIN = 100,     /* text a <main> must hold to be believed */
    MIN_PARAGRAPH = 25, /* text a paragraph must hold to count */
    MIN_SCORE = 250,    /* running text below which nothing stands out */
    MIN_LINKS = 4,      /* links in a menu */
    MENU_LINK = 30,     /* mean text of a link in a menu */
    MAX_DROPS = 4096,
};

typedef struct area {
    size_t start, end, size;
} area;

typedef struct scan {
    bx_str html;
    wf_main *ret;
    size_t in_link;
    area main, article, scored;
    size_t article_total;
    bx_buf menus, forms;
} scan;

static bool role_in(bx_str role, const char *const *names)
{
    for (; *names; names++)
        if (wf_eq_nocase(role, bx_str_of(*names)))
            return true;
    return false;
}

bool wf_main_is_furniture(wf_tree *tree, const wf_tok *tok)
{
    static const char *const roles[] = {"navigation", "contentinfo", "complementary", "search",
                                        "menu",       "menubar",     "dialog",        NULL};
    bx_str value;
    switch (tok->tag) {
    case WF_TAG_NAV:
    case WF_TAG_ASIDE:
    case WF_TAG_FOOTER:
    case WF_TAG_SEARCH:
        return true;
    case WF_TAG_HEADER:
        return !wf_tree_find(tree, WF_TAG_ARTICLE) && !wf_tree_find(tree, WF_TAG_MAIN);
    default:
        break;
    }
    if (tok->attrs.n < 6)
        return false;
    if (wf_tok_attr(tok, "aria-hidden", &value) && wf_eq_nocase(value, BX_LIT("true")))
        return true;
    return wf_tok_attr(tok, "role", &value) && role_in(value, roles);
}

static void on_open(void *ctx, wf_tree *tree, const wf_tok *tok, wf_elem *e)
{
    scan *s = ctx;
    bx_str value;
    if (tok->tag == WF_TAG_BASE && s->ret->base_href.n == 0 && wf_tok_attr(tok, "href", &value))
        s->ret->base_href = value;
    if (wf_elem_hidden(tok) || wf_main_is_furniture(tree, tok)) {
        e->hidden = true;
        return;
    }
    if (tok->tag == WF_TAG_A) {
        s->in_link++;
        e->note[LINKS_AND_ROLE] = ONE_LINK;
    }
    if (tok->tag == WF_TAG_MAIN ||
        (wf_tok_attr(tok, "role", &value) && wf_eq_nocase(value, BX_LIT("main"))))
        e->note[LINKS_AND_ROLE] |= ROLE_MAIN;
}

static void keep_larger(area *best, const wf_elem *e, size_t end, size_t size)
{
    if (size > best->size)
        *best = (area){e->start, end, size};
}

static void remember(bx_buf *list, size_t offset)
{
    if (list->n < MAX_DROPS * sizeof offset)
        (void)bx_buf_add(list, &offset, sizeof offset);
}

/* A list of short links: a menu, a table of contents, tags, "related". */
static bool is_menu(const wf_elem *e)
{
    size_t links = e->note[LINKS_AND_ROLE] / ONE_LINK;
    switch (e->tag) {
    case WF_TAG_UL:
    case WF_TAG_OL:
    case WF_TAG_DIV:
    case WF_TAG_SECTION:
    case WF_TAG_TABLE:
        return links >= MIN_LINKS && e->note[LINK_TEXT] * 5 > e->note[TEXT] * 4 &&
               e->note[LINK_TEXT] < links * MENU_LINK;
    default:
        return false;
    }
}

static void score_paragraph(wf_tree *tree, const wf_elem *e)
{
    size_t own = e->note[TEXT] - e->note[LINK_TEXT];
    if (own < MIN_PARAGRAPH)
        return;
    if (tree->n >= 1)
        tree->open[tree->n - 1].note[SCORE] += own;
    if (tree->n >= 2)
        tree->open[tree->n - 2].note[SCORE] += own / 2;
}

static void on_close(void *ctx, wf_tree *tree, const wf_elem *e)
{
    scan *s = ctx;
    size_t end = tree->tok.at, own = e->note[TEXT] - e->note[LINK_TEXT];
    if (tree->n > 0) {
        wf_elem *parent = &tree->open[tree->n - 1];
        parent->note[TEXT] += e->note[TEXT];
        parent->note[LINK_TEXT] += e->note[LINK_TEXT];
        parent->note[LINKS_AND_ROLE] += e->note[LINKS_AND_ROLE] & ~(size_t)ROLE_MAIN;
    }
    if (e->note[LINKS_AND_ROLE] & ROLE_MAIN)
        keep_larger(&s->main, e, end, e->note[TEXT]);
    if (is_menu(e))
        remember(&s->menus, e->start);
    switch (e->tag) {
    case WF_TAG_A:
        s->in_link -= s->in_link > 0;
        break;
    case WF_TAG_P:
    case WF_TAG_PRE:
    case WF_TAG_BLOCKQUOTE:
        score_paragraph(tree, e);
        break;
    case WF_TAG_ARTICLE:
        s->article_total += own;
        keep_larger(&s->article, e, end, own);
        break;
    case WF_TAG_FORM: /* some frameworks wrap the whole page in one */
        if (e->note[SCORE] < MIN_SCORE && own < MIN_SCORE)
            remember(&s->forms, e->start);
        break;
    case WF_TAG_DIV:
    case WF_TAG_SECTION:
    case WF_TAG_TD:
    case WF_TAG_OTHER:
        keep_larger(&s->scored, e, end, e->note[SCORE]);
        break;
    default:
        break;
    }
}

static void on_text(void *ctx, wf_tree *tree, const wf_tok *tok)
{
    scan *s = ctx;
    size_t n = 0;
    for (size_t i = 0; i < tok->text.n; i++)
        n += !wf_is_space(tok->text.p[i]);
    if (tree->n == 0)
        return;
    wf_elem *e = &tree->open[tree->n - 1];
    e->note[TEXT] += n;
    if (s->in_link)
        e->note[LINK_TEXT] += n;
}

static void on_title(void *ctx, const wf_tok *tok) { ((scan *)ctx)->ret->title = tok->text; }

static int cmp_offset(const void *a, const void *b)
{
    size_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static void choose(scan *s)
{
    wf_main *m = s->ret;
    const area *a = NULL;
    bool scored = false;
    if (s->main.size >= MIN_MAIN) {
        a = &s->main;
    } else if (s->article.size >= MIN_MAIN) {
        /* Of several articles none is the page: it is a list of them. */
        a = s->article.size * 2 > s->article_total ? &s->article : NULL;
    } else if (s->scored.size >= MIN_SCORE) {
        a = &s->scored;
        scored = true;
    }
    m->start = a ? a->start : 0;
    m->end = a ? a->end : s->html.n;
    m->whole = !a;
    (void)bx_buf_add_str(&m->drops, bx_buf_str(&s->forms));
    if (scored)
        (void)bx_buf_add_str(&m->drops, bx_buf_str(&s->menus));
    if (m->drops.n)
        qsort(m->drops.p, m->drops.n / sizeof(size_t), sizeof(size_t), cmp_offset);
}

bx_code wf_main_find(wf_tree *tree, bx_str html, wf_main *ret)
{
    static const wf_tree_handler handler = {on_open, on_close, on_text, on_title};
    *ret = (wf_main){.drops = bx_buf_init(2 * MAX_DROPS * sizeof(size_t))};
    scan s = {.html = html, .ret = ret};
    s.menus = bx_buf_init(MAX_DROPS * sizeof(size_t));
    s.forms = s.menus;
    wf_tree_run(tree, html, &handler, &s);
    choose(&s);
    bx_code rc = s.menus.fail ? s.menus.fail : s.forms.fail ? s.forms.fail : ret->drops.fail;
    bx_buf_done(&s.menus);
    bx_buf_done(&s.forms);
    if (rc != BX_OK)
        wf_main_done(ret);
    return rc;
}

void wf_main_done(wf_main *m) { bx_buf_done(&m->drops); }

bool wf_main_drops(const wf_main *m, size_t offset)
{
    return m->drops.n && bsearch(&offset, m->drops.p, m->drops.n / sizeof offset, sizeof offset,
                                 cmp_offset) != NULL;
}
