/* Links, images, formulas, frames: what has a target or a source. */

#include "fetch/ascii.h"
#include "fetch/html_conv.h"
#include "fetch/html_math.h"
#include "fetch/md_escape.h"
#include "fetch/url.h"

enum { MAX_LABEL = 512, MAX_TEX = 65536 };

/* The scheme a browser would see: controls in front and line breaks within are nothing to it. */
static bool leads_nowhere(bx_str ref)
{
    static const char *const schemes[] = {"javascript", "data", "vbscript", "file"};
    char flat[16];
    size_t n = 0;
    for (size_t i = 0; i < ref.n && n < sizeof flat; i++) {
        char c = ref.p[i];
        if (c == '\t' || c == '\n' || c == '\r' || (n == 0 && (unsigned char)c <= 0x20))
            continue;
        if (c == ':') {
            for (size_t k = 0; k < BX_COUNT(schemes); k++)
                if (bx_str_eq_nocase((bx_str){flat, n}, bx_str_of(schemes[k])))
                    return true;
            return false;
        }
        flat[n++] = c;
    }
    return false;
}

bool wf_conv_resolve(wf_conv *c, bx_str ref)
{
    return !leads_nowhere(ref) && wf_url_resolve(bx_buf_str(&c->base), ref, &c->url) == BX_OK &&
           !leads_nowhere(bx_buf_str(&c->url));
}

bool wf_conv_url(wf_conv *c, const wf_tok *tok, const char *name)
{
    return wf_tok_attr_text(tok, name, &c->attr) && wf_conv_resolve(c, bx_buf_str(&c->attr));
}

static bool is_source(wf_conv *c, const wf_tok *tok, const char *name)
{
    bx_str raw;
    return wf_tok_attr(tok, name, &raw) && wf_trim(raw).n > 0 && wf_conv_url(c, tok, name);
}

/* ---- links ----------------------------------------------------------------------------- */

static bool tells_permalink(wf_conv *c, const wf_tok *tok)
{
    static const char *const words[] = {"permalink", "permanent link", "link to this",
                                        "direct link"};
    static const char *const names[] = {"title", "aria-label"};
    for (size_t i = 0; i < BX_COUNT(names); i++)
        for (size_t k = 0; k < BX_COUNT(words); k++)
            if (wf_tok_attr_text(tok, names[i], &c->attr) &&
                wf_find_nocase(bx_buf_str(&c->attr), words[k]) != SIZE_MAX)
                return true;
    return false;
}

void wf_conv_link(wf_conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e, unsigned classes)
{
    bx_str url = {0}, label = {0}, href;
    bool sign = false;
    if (wf_conv_url(c, tok, "href")) {
        url = bx_buf_str(&c->url);
        bool here = wf_tok_attr(tok, "href", &href) && memchr(href.p, '#', href.n);
        sign = here && ((href.p[0] == '#' && href.n > 1) || (classes & WF_CLASS_PERMALINK) ||
                        tells_permalink(c, tok) || wf_tree_find(t, WF_TAG_DT));
        if (!sign && (wf_tok_attr_text(tok, "aria-label", &c->attr) ||
                      wf_tok_attr_text(tok, "title", &c->attr)))
            label = bx_buf_str(&c->attr);
        if (label.n > MAX_LABEL)
            label.n = 0;
    }
    wf_md_mark(&c->md, WF_MARK_LINK, url, label);
    if (sign)
        wf_md_mark_sign(&c->md);
    e->note[DID] = DID_MARK + WF_MARK_LINK;
}

/* A paragraph that is one link. */
static void link_block(wf_conv *c, bx_str url, bx_str text)
{
    wf_md_block(&c->md);
    wf_md_mark(&c->md, WF_MARK_LINK, url, (bx_str){0});
    wf_md_text(&c->md, wf_trim(text).n ? text : url);
    wf_md_unmark(&c->md, WF_MARK_LINK);
    wf_md_block(&c->md);
}

void wf_conv_frame(wf_conv *c, const wf_tok *tok)
{
    if (!is_source(c, tok, "src"))
        return;
    if (!wf_tok_attr_text(tok, "title", &c->attr) && !wf_tok_attr_text(tok, "name", &c->attr))
        bx_buf_clear(&c->attr);
    link_block(c, bx_buf_str(&c->url), bx_buf_str(&c->attr));
}

/* "5; url=next.html" (HTML standard, 4.2.5.3). */
void wf_conv_refresh(wf_conv *c, const wf_tok *tok)
{
    if (!c->page || c->page->refresh.n || !wf_attr_is(tok, "http-equiv", "refresh") ||
        !wf_tok_attr_text(tok, "content", &c->attr))
        return;
    bx_str target = wf_refresh_target(bx_buf_str(&c->attr));
    if (target.n && wf_conv_resolve(c, target))
        (void)bx_buf_add_str(&c->page->refresh, bx_buf_str(&c->url));
}

bx_str wf_refresh_target(bx_str s)
{
    s = wf_trim(s);
    while (s.n && (bx_is_digit(s.p[0]) || s.p[0] == '.'))
        s = bx_str_from(s, 1);
    s = wf_trim(s);
    if (s.n && (s.p[0] == ';' || s.p[0] == ','))
        s = wf_trim(bx_str_from(s, 1));
    if (s.n > 3 && bx_str_eq_nocase((bx_str){s.p, 3}, BX_LIT("url"))) {
        bx_str rest = wf_trim(bx_str_from(s, 3));
        if (rest.n && rest.p[0] == '=')
            s = wf_trim(bx_str_from(rest, 1));
    }
    if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
        const char *end = memchr(s.p + 1, s.p[0], s.n - 1);
        s = bx_str_from(s, 1);
        if (end)
            s.n = (size_t)(end - s.p);
    }
    return s;
}

/* ---- images ---------------------------------------------------------------------------- */

/* The first address of a list of them (HTML standard, "srcset attributes"). */
static bx_str first_candidate(bx_str srcset)
{
    while (srcset.n && (bx_is_space(srcset.p[0]) || srcset.p[0] == ','))
        srcset = bx_str_from(srcset, 1);
    size_t n = 0;
    while (n < srcset.n && !bx_is_space(srcset.p[n]))
        n++;
    while (n > 0 && srcset.p[n - 1] == ',')
        n--;
    return (bx_str){srcset.p, n};
}

void wf_conv_source(wf_conv *c, const wf_tok *tok)
{
    bx_str set;
    if (c->source.n == 0 && wf_tok_attr(tok, "srcset", &set))
        (void)bx_buf_add_str(&c->source, set);
}

static bool from_set(wf_conv *c, bx_str raw)
{
    bx_buf_clear(&c->attr);
    wf_decode_refs(raw, true, &c->attr);
    bx_str first = first_candidate(bx_buf_str(&c->attr));
    return first.n && wf_conv_resolve(c, first);
}

static bool image_url(wf_conv *c, const wf_tok *tok)
{
    bx_str set;
    return is_source(c, tok, "src") || is_source(c, tok, "data-src") ||
           (wf_tok_attr(tok, "srcset", &set) && from_set(c, set)) ||
           (wf_tok_attr(tok, "data-srcset", &set) && from_set(c, set)) ||
           (c->source.n && from_set(c, bx_buf_str(&c->source)));
}

/* alt="" says that an image means nothing; one pixel means that it only counts readers. */
void wf_conv_image(wf_conv *c, const wf_tok *tok)
{
    bx_str alt_raw;
    bool has_alt = wf_tok_attr(tok, "alt", &alt_raw);
    bool pixel = wf_attr_is(tok, "width", "1") && wf_attr_is(tok, "height", "1");
    bool has_url = !pixel && !(has_alt && wf_trim(alt_raw).n == 0) && image_url(c, tok);
    bx_buf_clear(&c->source);
    if (pixel || (has_alt && wf_trim(alt_raw).n == 0))
        return;
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

/* ---- formulas -------------------------------------------------------------------------- */

/* A script of TeX as MathJax reads it. */
static bool tex_script(const wf_tree *t, const wf_tok *tok, bx_buf *text)
{
    bx_str type;
    if (!wf_tok_attr(tok, "type", &type) || type.n < 8 ||
        !bx_str_eq_nocase((bx_str){type.p, 8}, BX_LIT("math/tex")))
        return false;
    wf_tokenizer ahead = t->tok;
    wf_tok next = wf_tok_next(&ahead);
    if (next.kind == WF_TOK_TEXT && next.tag == WF_TAG_SCRIPT)
        wf_math_add_tex(wf_trim(next.text), text);
    return true;
}

void wf_conv_formula(wf_conv *c, const wf_tree *t, const wf_tok *tok)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_TEX);
    if (tok->tag == WF_TAG_MATH)
        wf_math_text(tok, t->tok, &text);
    else if (!tex_script(t, tok, &text))
        return;
    if (c->pre.in)
        wf_pre_text(c, bx_buf_str(&text));
    else
        wf_md_text(&c->md, bx_buf_str(&text));
}
