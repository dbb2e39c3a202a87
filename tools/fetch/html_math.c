#include "fetch/html_math.h"

#include "fetch/ascii.h"

enum { MAX_FORMULA = 16384, DEPTH = 64 };

void wf_math_add_tex(bx_str tex, bx_buf *ret)
{
    bool space = false, any = false;
    (void)bx_buf_add_c(ret, '$');
    for (size_t i = 0; i < tex.n; i++) {
        if (bx_is_space(tex.p[i])) {
            space = any;
        } else if ((unsigned char)tex.p[i] >= 0x20 && tex.p[i] != 0x7f) {
            if (space)
                (void)bx_buf_add_c(ret, ' ');
            space = false;
            any = true;
            (void)bx_buf_add_c(ret, tex.p[i]);
        }
    }
    (void)bx_buf_add_c(ret, '$');
}

/* What stands between the children of an element, by its name: first and second gap, and around. */
static const struct script {
    const char *name, *first, *second, *open, *close;
} scripts[] = {
    {"msup", "^", "", "", ""},     {"msub", "_", "", "", ""},
    {"msubsup", "_", "^", "", ""}, {"munder", "_", "", "", ""},
    {"mover", "^", "", "", ""},    {"munderover", "_", "^", "", ""},
    {"mfrac", "/", "", "", ""},    {"msqrt", "", "", "\xe2\x88\x9a(", ")"},
    {"mroot", "^1/", "", "", ""},  {"mtr", " ", " ", "", ";"},
};

typedef struct level {
    const struct script *script;
    size_t children;
} level;

typedef struct formula {
    level at[DEPTH];
    size_t n, skipped;
    bx_buf *text;
} formula;

static const struct script *script_of(bx_str name)
{
    for (size_t i = 0; i < BX_COUNT(scripts); i++)
        if (bx_str_eq_nocase(name, bx_str_of(scripts[i].name)))
            return &scripts[i];
    return NULL;
}

static void open_element(formula *f, bx_str name)
{
    if (f->skipped || f->n == DEPTH) {
        f->skipped++;
        return;
    }
    if (f->n > 0) {
        level *up = &f->at[f->n - 1];
        size_t gap = up->children++;
        if (up->script && gap > 0)
            (void)bx_buf_add_z(f->text, gap == 1 ? up->script->first : up->script->second);
    }
    f->at[f->n] = (level){.script = script_of(name)};
    if (f->at[f->n].script)
        (void)bx_buf_add_z(f->text, f->at[f->n].script->open);
    f->n++;
}

static void close_element(formula *f)
{
    if (f->skipped) {
        f->skipped--;
    } else if (f->n > 0) {
        f->n--;
        if (f->at[f->n].script)
            (void)bx_buf_add_z(f->text, f->at[f->n].script->close);
    }
}

static bool is_tex(const wf_tok *tok)
{
    bx_str encoding;
    return wf_tok_attr(tok, "encoding", &encoding) && (wf_find_nocase(encoding, "tex") != SIZE_MAX);
}

/* White space between elements means nothing; inside one it is a blank. */
static void add_text(formula *f, bx_str text)
{
    bx_str s = wf_trim(text);
    if (s.n == 0 || f->skipped)
        return;
    wf_decode_refs(s, false, f->text);
}

void wf_math_text(const wf_tok *tok, wf_tokenizer ahead, bx_buf *ret)
{
    bx_str alt;
    BX_AUTO_BUF plain = bx_buf_init(MAX_FORMULA);
    BX_AUTO_BUF tex = bx_buf_init(MAX_FORMULA);
    formula f = {.text = &plain};
    bool in_tex = false, in_note = false;
    ahead.foreign = true;
    for (;;) {
        wf_tok next = wf_tok_next(&ahead);
        if (next.kind == WF_TOK_EOF || (next.kind == WF_TOK_END && next.tag == WF_TAG_MATH))
            break;
        bool note =
            next.kind != WF_TOK_TEXT && (bx_str_eq_nocase(next.name, BX_LIT("annotation")) ||
                                         bx_str_eq_nocase(next.name, BX_LIT("annotation-xml")));
        if (note && !next.self_closing) {
            in_note = next.kind == WF_TOK_START;
            in_tex = in_note && tex.n == 0 && is_tex(&next);
        } else if (next.kind == WF_TOK_TEXT && in_tex) {
            wf_decode_refs(next.text, false, &tex);
        } else if (next.kind == WF_TOK_TEXT && !in_note) {
            add_text(&f, next.text);
        } else if (next.kind == WF_TOK_START && !in_note && !next.self_closing) {
            open_element(&f, next.name);
        } else if (next.kind == WF_TOK_END && !in_note) {
            close_element(&f);
        }
    }
    if (tex.n == 0 && wf_tok_attr(tok, "alttext", &alt))
        wf_decode_refs(alt, true, &tex);
    if (wf_trim(bx_buf_str(&tex)).n)
        wf_math_add_tex(bx_buf_str(&tex), ret);
    else
        (void)bx_buf_add_str(ret, bx_buf_str(&plain));
}
