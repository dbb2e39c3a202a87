#include "fetch/html_main.h"

#include "fetch/ascii.h"

enum { TEXT, LINK_TEXT, LINKS, ROLE }; /* notes of an element */
enum { ROLE_NONE, ROLE_MAIN, ROLE_FURNITURE, ROLE_CHROME };
enum {
    MIN_MAIN = 100,   /* text a <main> must hold to be believed */
    MIN_AREA = 100,   /* text below which nothing stands out */
    SHARE = 90,       /* percent of the page's text in the element chosen */
    MAIN_SHARE = 30,  /* and in a <main> or <article> */
    SMALL_FORM = 250, /* a form with less is no page */
    MIN_LINKS = 4,    /* links in a menu */
    MENU_LINK = 30,   /* mean text of a link in a menu */
    EDGE = 4,         /* percent of the text before or behind which a menu is one */
    MAX_DROPS = 4096,
    MAX_AREAS = 65536,
};

typedef struct area {
    size_t start, end, size; /* bytes; text that is no link, and a quarter of what is */
    size_t text;             /* all of it */
} area;

/* Something to leave out, perhaps. */
typedef struct drop {
    size_t start, text;
    size_t before; /* text of the page up to there, furniture not counted */
    bool menu;     /* only at the page's edges */
} drop;

typedef struct scan {
    bx_str html;
    wf_main *ret;
    bool by_name; /* names of classes tell what is furniture */
    size_t in_link;
    size_t inside;  /* furniture open */
    size_t seen;    /* text of the page, furniture not counted */
    size_t links;   /* of that, in links */
    size_t outside; /* text of furniture */
    size_t named;   /* of that, by its name only */
    area main, article;
    size_t article_total;
    bx_buf areas, drops;
} scan;

static bool role_in(bx_str role, const char *const *names)
{
    for (; *names; names++)
        if (bx_str_eq_nocase(role, bx_str_of(*names)))
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
    if (wf_tok_attr(tok, "aria-hidden", &value) && bx_str_eq_nocase(value, BX_LIT("true")))
        return true;
    return wf_tok_attr(tok, "role", &value) && role_in(value, roles);
}

/* The names generators give to what surrounds a page's text. */
static bool is_chrome_name(bx_str word)
{
    static const char *const names[] = {"nav",
                                        "navbar",
                                        "navigation",
                                        "navheader",
                                        "navfooter",
                                        "nav-path",
                                        "navpath",
                                        "nav-panel",
                                        "navrow1",
                                        "side-nav",
                                        "sidebar",
                                        "sphinxsidebar",
                                        "related",
                                        "breadcrumb",
                                        "breadcrumbs",
                                        "footer",
                                        "page-footer",
                                        "site-footer",
                                        "menu",
                                        "topmenu",
                                        "main-menu",
                                        "mainmenu",
                                        "toolbar",
                                        "searchbox",
                                        "search-form",
                                        "banner",
                                        "masthead",
                                        "skip-link",
                                        "cookie",
                                        "social",
                                        "share",
                                        "comments",
                                        "comments_section",
                                        "advert",
                                        "wy-nav-side",
                                        "rst-versions",
                                        "package-header",
                                        "bottomlang",
                                        "toplang",
                                        "leftcol",
                                        "pagination",
                                        "prev-next",
                                        "prev-next-area",
                                        "sidebar-wrapper",
                                        NULL};
    return role_in(word, names);
}

static bool is_chrome(const wf_tok *tok)
{
    static const char *const attrs[] = {"id", "class"};
    bx_str s;
    if (!(wf_tag_flags(tok->tag) & WF_BLOCK) && tok->tag != WF_TAG_OTHER && tok->tag != WF_TAG_TD)
        return false;
    for (size_t k = 0; k < BX_COUNT(attrs); k++) {
        if (!wf_tok_attr(tok, attrs[k], &s))
            continue;
        for (size_t i = 0; i < s.n;) {
            size_t end = i;
            while (end < s.n && !bx_is_space(s.p[end]))
                end++;
            if (end > i && is_chrome_name((bx_str){s.p + i, end - i}))
                return true;
            i = end + 1;
        }
    }
    return false;
}

static void on_open(void *ctx, wf_tree *tree, const wf_tok *tok, wf_elem *e)
{
    scan *s = ctx;
    bx_str value;
    if (tok->tag == WF_TAG_BASE && s->ret->base_href.n == 0 && wf_tok_attr(tok, "href", &value))
        s->ret->base_href = value;
    if (wf_elem_hidden(tok)) {
        e->hidden = true;
        return;
    }
    if (tok->tag == WF_TAG_A) {
        s->in_link++;
        e->note[LINKS] = 1;
    }
    if (wf_main_is_furniture(tree, tok))
        e->note[ROLE] = ROLE_FURNITURE;
    else if (tok->tag == WF_TAG_MAIN ||
             (wf_tok_attr(tok, "role", &value) && bx_str_eq_nocase(value, BX_LIT("main"))))
        e->note[ROLE] = ROLE_MAIN;
    else if (s->by_name && tok->attrs.n > 5 && is_chrome(tok))
        e->note[ROLE] = ROLE_CHROME;
    s->inside += e->note[ROLE] >= ROLE_FURNITURE && !(wf_tag_flags(tok->tag) & WF_VOID);
}

static size_t weight(const wf_elem *e) { return e->note[TEXT] - e->note[LINK_TEXT] / 4 * 3; }

static area area_of(const wf_elem *e, size_t end)
{
    return (area){e->start, end, weight(e), e->note[TEXT]};
}

static void keep_larger(area *best, area a)
{
    if (a.size > best->size)
        *best = a;
}

static void remember(scan *s, const wf_elem *e, bool menu)
{
    drop d = {.start = e->start, .text = e->note[TEXT], .menu = menu};
    d.before = s->seen - (menu && e->note[TEXT] < s->seen ? e->note[TEXT] : 0);
    if (s->drops.n < MAX_DROPS * sizeof d)
        (void)bx_buf_add(&s->drops, &d, sizeof d);
}

/* A list of short links: a menu, a table of contents, tags, "related". */
static bool is_menu(const wf_elem *e)
{
    size_t links = e->note[LINKS];
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

static bool holds_pages(wf_tag tag)
{
    return tag == WF_TAG_DIV || tag == WF_TAG_SECTION || tag == WF_TAG_TD || tag == WF_TAG_OTHER ||
           tag == WF_TAG_CENTER || tag == WF_TAG_FORM || tag == WF_TAG_ARTICLE;
}

static void judge(scan *s, const wf_elem *e, area a)
{
    if (e->note[ROLE] == ROLE_MAIN)
        keep_larger(&s->main, a);
    if (e->tag == WF_TAG_ARTICLE) {
        s->article_total += a.size;
        keep_larger(&s->article, a);
    }
    if (is_menu(e))
        remember(s, e, true);
    else if (e->tag == WF_TAG_FORM && a.size < SMALL_FORM) /* some wrap the whole page in one */
        remember(s, e, false);
    if (holds_pages(e->tag) && a.size >= MIN_AREA && s->areas.n < MAX_AREAS * sizeof a)
        (void)bx_buf_add(&s->areas, &a, sizeof a);
}

static void on_close(void *ctx, wf_tree *tree, const wf_elem *e)
{
    scan *s = ctx;
    if (e->tag == WF_TAG_A)
        s->in_link -= s->in_link > 0;
    if (e->note[ROLE] >= ROLE_FURNITURE) {
        s->inside--;
        if (e->note[ROLE] == ROLE_CHROME && s->inside == 0) {
            s->named += weight(e);
            remember(s, e, false);
        }
        if (s->inside == 0)
            return; /* its text counts nowhere above */
    } else if (s->inside == 0) {
        judge(s, e, area_of(e, tree->tok.at));
    }
    if (tree->n > 0) {
        wf_elem *parent = &tree->open[tree->n - 1];
        parent->note[TEXT] += e->note[TEXT];
        parent->note[LINK_TEXT] += e->note[LINK_TEXT];
        parent->note[LINKS] += e->note[LINKS];
    }
}

static void on_text(void *ctx, wf_tree *tree, const wf_tok *tok)
{
    scan *s = ctx;
    size_t n = 0;
    for (size_t i = 0; i < tok->text.n; i++)
        n += !bx_is_space(tok->text.p[i]);
    if (s->inside)
        s->outside += n;
    else
        s->seen += n;
    s->links += s->in_link && !s->inside ? n : 0;
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

static size_t percent(size_t part, size_t whole)
{
    return whole ? (size_t)((uint64_t)part * 100 / whole) : 0;
}

/* The innermost element that holds nearly all text of the page; size 0: none but the page. */
static area innermost(const scan *s)
{
    size_t total = s->seen - s->links / 4 * 3;
    for (size_t i = 0; i < s->areas.n; i += sizeof(area)) {
        area a;
        memcpy(&a, s->areas.p + i, sizeof a);
        if (percent(a.size, total) >= SHARE)
            return a;
    }
    return (area){0};
}

static area choose(const scan *s)
{
    size_t total = s->seen - s->links / 4 * 3;
    if (s->main.size >= MIN_MAIN && percent(s->main.size, total) >= MAIN_SHARE)
        return s->main;
    /* Of several articles none is the page: it is a list of them. */
    if (s->article.size >= MIN_MAIN && s->article.size * 2 > s->article_total &&
        percent(s->article.size, total) >= MAIN_SHARE)
        return s->article;
    return innermost(s);
}

static bool is_dropped(const scan *s, const drop *d, const area *a, bool keep_menus)
{
    const wf_main *m = s->ret;
    bool edge =
        percent(d->before, s->seen) < EDGE || percent(d->before + d->text, s->seen) > 100 - EDGE;
    if (d->start < m->start || d->start >= m->end)
        return false;
    return !d->menu ||
           (edge && !keep_menus && a->start != s->main.start && percent(d->text, s->seen) <= 50);
}

/* Menus that are half of what would be kept are what the page is for: an index. */
static bool menus_are_the_page(const scan *s, const area *a, size_t kept)
{
    size_t text = 0, low = SIZE_MAX;
    for (size_t i = s->drops.n; i >= sizeof(drop); i -= sizeof(drop)) { /* outer ones first */
        drop d;
        memcpy(&d, s->drops.p + i - sizeof d, sizeof d);
        if (!d.menu || d.before + d.text > low || !is_dropped(s, &d, a, false))
            continue;
        low = d.before;
        text += d.text;
    }
    return percent(text, kept) > 50;
}

static void settle(scan *s)
{
    wf_main *m = s->ret;
    area a = choose(s);
    size_t kept = a.size ? a.text : s->seen;
    m->whole = a.size == 0;
    m->start = m->whole ? 0 : a.start;
    m->end = m->whole ? s->html.n : a.end;
    bool keep_menus = menus_are_the_page(s, &a, kept);
    for (size_t i = 0; i < s->drops.n; i += sizeof(drop)) {
        drop d;
        memcpy(&d, s->drops.p + i, sizeof d);
        if (is_dropped(s, &d, &a, keep_menus))
            (void)bx_buf_add(&m->drops, &d.start, sizeof d.start);
    }
    if (m->drops.n)
        qsort(m->drops.p, m->drops.n / sizeof(size_t), sizeof(size_t), cmp_offset);
    m->left_out = 100 - (unsigned)percent(kept, s->seen + s->outside);
}

static bx_code run(scan *s, wf_tree *tree, bx_str html, wf_main *ret, bool by_name)
{
    static const wf_tree_handler handler = {on_open, on_close, on_text, on_title};
    *ret = (wf_main){.drops = bx_buf_init(MAX_DROPS * sizeof(size_t))};
    *s = (scan){.html = html, .ret = ret, .by_name = by_name};
    s->areas = bx_buf_init(MAX_AREAS * sizeof(area));
    s->drops = bx_buf_init(MAX_DROPS * sizeof(drop));
    wf_tree_run(tree, html, &handler, s);
    return s->areas.fail ? s->areas.fail : s->drops.fail;
}

static void scan_done(scan *s)
{
    bx_buf_done(&s->areas);
    bx_buf_done(&s->drops);
}

bx_code wf_main_find(wf_tree *tree, bx_str html, wf_main *ret)
{
    scan s;
    bx_code rc = run(&s, tree, html, ret, true);
    if (rc == BX_OK && s.named > s.seen - s.links / 4 * 3) { /* then the names mislead */
        scan_done(&s);
        rc = run(&s, tree, html, ret, false);
    }
    if (rc == BX_OK) {
        settle(&s);
        rc = ret->drops.fail;
    }
    scan_done(&s);
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
