#include "fetch/html_tok.h"

#include "fetch/ascii.h"

enum {
    V = WF_VOID,
    B = WF_BLOCK,
    F = WF_FORMAT,
    S = WF_BARRIER,
    R = WF_RAW,
    T = WF_RAW_REFS,
    D = WF_DROP,
    X = WF_BREAKOUT,
};

static const struct tag_row {
    const char *name;
    unsigned flags;
} tag_rows[WF_TAG_COUNT] = {
    {"", 0},
#define TAG(id, name, flags) {name, flags},
#include "fetch/tags.def"
#undef TAG
};

unsigned wf_tag_flags(wf_tag tag) { return tag_rows[tag].flags; }

/* Compares `s` in lower case with a NUL-terminated lower-case name. */
static int name_cmp(bx_str s, const char *name)
{
    for (size_t i = 0; i < s.n; i++) {
        int d = (unsigned char)bx_lower(s.p[i]) - (unsigned char)name[i];
        if (d != 0)
            return d; /* also at the name's end: its NUL is smaller than any byte but NUL */
        if (name[i] == '\0')
            return 1;
    }
    return name[s.n] == '\0' ? 0 : -1;
}

/* The first element of each letter, in alphabetical order; where there is none, the next. */
static const unsigned char by_letter[27] = {
    WF_TAG_A,     WF_TAG_B,     WF_TAG_CANVAS, WF_TAG_DATALIST, WF_TAG_EM,  WF_TAG_FIELDSET,
    WF_TAG_H1,    WF_TAG_H1,    WF_TAG_I,      WF_TAG_KBD,      WF_TAG_KBD, WF_TAG_LABEL,
    WF_TAG_MAIN,  WF_TAG_NAV,   WF_TAG_OBJECT, WF_TAG_P,        WF_TAG_Q,   WF_TAG_S,
    WF_TAG_S,     WF_TAG_TABLE, WF_TAG_U,      WF_TAG_VAR,      WF_TAG_WBR, WF_TAG_XMP,
    WF_TAG_COUNT, WF_TAG_COUNT, WF_TAG_COUNT};

static wf_tag tag_find(bx_str name)
{
    if (name.n == 0 || !bx_is_alpha(name.p[0]))
        return WF_TAG_OTHER;
    size_t letter = (size_t)(bx_lower(name.p[0]) - 'a');
    size_t lo = by_letter[letter], hi = by_letter[letter + 1];
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int d = name_cmp(name, tag_rows[mid].name);
        if (d == 0)
            return (wf_tag)mid;
        if (d < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return WF_TAG_OTHER;
}

static uint32_t name_hash(bx_str name) /* FNV-1a */
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (unsigned char)bx_lower(name.p[i])) * 16777619u;
    return h;
}

typedef enum attr_end { ATTR_ONE, ATTR_TAG_END, ATTR_EOF } attr_end;

static size_t skip_space(bx_str s, size_t at)
{
    while (at < s.n && bx_is_space(s.p[at]))
        at++;
    return at;
}

static attr_end attr_value(bx_str s, size_t *at, bx_str *value)
{
    size_t i = skip_space(s, *at);
    if (i < s.n && (s.p[i] == '"' || s.p[i] == '\'')) {
        const char *end = memchr(s.p + i + 1, s.p[i], s.n - i - 1);
        if (!end)
            return ATTR_EOF;
        *value = (bx_str){s.p + i + 1, (size_t)(end - s.p) - i - 1};
        *at = (size_t)(end - s.p) + 1;
        return ATTR_ONE;
    }
    size_t from = i;
    while (i < s.n && !bx_is_space(s.p[i]) && s.p[i] != '>')
        i++;
    *value = (bx_str){s.p + from, i - from};
    *at = i;
    return ATTR_ONE;
}

/* One attribute from *at on (HTML standard 13.2.5.32 to .40).  At the tag's end *at is past its
 * '>'. */
static attr_end next_attr(bx_str s, size_t *at, bx_str *name, bx_str *value)
{
    size_t i = *at;
    while (i < s.n && (bx_is_space(s.p[i]) || s.p[i] == '/'))
        i++;
    if (i >= s.n)
        return ATTR_EOF;
    if (s.p[i] == '>') {
        *at = i + 1;
        return ATTR_TAG_END;
    }
    size_t from = i++; /* a '=' here is the name's first character */
    while (i < s.n && !bx_is_space(s.p[i]) && s.p[i] != '/' && s.p[i] != '>' && s.p[i] != '=')
        i++;
    *name = (bx_str){s.p + from, i - from};
    *value = (bx_str){"", 0};
    size_t after = skip_space(s, i);
    *at = after;
    if (after < s.n && s.p[after] == '=') {
        *at = after + 1;
        return attr_value(s, at, value);
    }
    return ATTR_ONE;
}

bool wf_tok_attr(const wf_tok *tok, const char *name, bx_str *ret)
{
    size_t at = 0, n = strlen(name);
    bx_str key, value;
    if (tok->kind != WF_TOK_START)
        return false;
    for (size_t i = 0; i < tok->n_list; i++)
        if (tok->list[i].name.n == n && bx_str_eq_nocase(tok->list[i].name, (bx_str){name, n})) {
            *ret = tok->list[i].value;
            return true;
        }
    if (tok->n_list < WF_LISTED_ATTRS)
        return false;
    while (next_attr(tok->attrs, &at, &key, &value) == ATTR_ONE)
        if (bx_str_eq_nocase(key, bx_str_of(name))) {
            *ret = value;
            return true;
        }
    return false;
}

bool wf_tok_attr_text(const wf_tok *tok, const char *name, bx_buf *ret)
{
    bx_str raw;
    bx_buf_clear(ret);
    if (!wf_tok_attr(tok, name, &raw))
        return false;
    if (raw.n > ret->max)
        raw.n = ret->max;
    wf_decode_refs(raw, true, ret);
    return true;
}

/* A whole tag at `t->at`, which is at the '<'; false: the input ends inside it. */
static bool take_tag(wf_tokenizer *t, wf_tok *tok)
{
    bx_str s = t->in;
    tok->kind = s.p[t->at + 1] == '/' ? WF_TOK_END : WF_TOK_START;
    size_t i = t->at + (tok->kind == WF_TOK_END ? 2 : 1), from = i;
    while (i < s.n && !bx_is_space(s.p[i]) && s.p[i] != '/' && s.p[i] != '>')
        i++;
    tok->name = (bx_str){s.p + from, i - from};
    size_t attrs = i;
    wf_attr one;
    attr_end end;
    tok->list = t->list;
    tok->n_list = 0;
    while ((end = next_attr(s, &i, &one.name, &one.value)) == ATTR_ONE)
        if (tok->n_list < WF_LISTED_ATTRS)
            t->list[tok->n_list++] = one;
    if (end == ATTR_EOF) {
        t->at = s.n;
        return false;
    }
    tok->attrs = (bx_str){s.p + attrs, i - attrs};
    tok->self_closing = i - 1 > attrs && s.p[i - 2] == '/';
    tok->tag = tag_find(tok->name);
    if (tok->tag == WF_TAG_OTHER)
        tok->hash = name_hash(tok->name);
    t->at = i;
    return true;
}

/* Past a comment, doctype, processing instruction or broken end tag at `t->at`. */
static void skip_markup(wf_tokenizer *t)
{
    bx_str s = t->in;
    size_t i = t->at + 2;
    if (s.n - t->at >= 4 && memcmp(s.p + t->at, "<!--", 4) == 0) {
        i = t->at + 4;
        if (i < s.n && s.p[i] == '>') { /* <!--> */
            t->at = i + 1;
            return;
        }
        /* "-->" and "--!>" end it; the "--" may be the opening's own ("<!--->"). */
        for (i = t->at + 2; i + 2 < s.n; i++)
            if (s.p[i] == '-' && s.p[i + 1] == '-') {
                size_t gt = s.p[i + 2] == '!' && i > t->at + 2 ? i + 3 : i + 2;
                if (gt < s.n && s.p[gt] == '>') {
                    t->at = gt + 1;
                    return;
                }
            }
        t->at = s.n;
        return;
    }
    const char *end = i < s.n ? memchr(s.p + i, '>', s.n - i) : NULL;
    t->at = end ? (size_t)(end - s.p) + 1 : s.n;
}

static bool name_follows(bx_str s, size_t at, const char *name)
{
    size_t n = strlen(name);
    if (s.n - at <= n || !bx_str_eq_nocase((bx_str){s.p + at, n}, bx_str_of(name)))
        return false;
    char c = s.p[at + n];
    return bx_is_space(c) || c == '/' || c == '>';
}

/* Where the script's end tag begins.  A script inside "<!--" may itself hold
 * "<script>...</script>" (HTML standard 13.2.5.15 to .31). */
static size_t script_end(bx_str s, size_t at)
{
    enum { DATA, ESCAPED, DOUBLE_ESCAPED } state = DATA;
    for (size_t i = at; i < s.n; i++) {
        bx_str rest = bx_str_from(s, i);
        if (s.p[i] == '<' && state == DATA && bx_str_starts(rest, BX_LIT("<!--"))) {
            state = ESCAPED;
            i += 1; /* its dashes may be those of "-->" */
        } else if (s.p[i] == '-' && bx_str_starts(rest, BX_LIT("-->"))) {
            state = DATA;
        } else if (s.p[i] == '<' && state == ESCAPED && name_follows(s, i + 1, "script")) {
            state = DOUBLE_ESCAPED;
        } else if (s.p[i] == '<' && i + 1 < s.n && s.p[i + 1] == '/' &&
                   name_follows(s, i + 2, "script")) {
            if (state != DOUBLE_ESCAPED)
                return i;
            state = ESCAPED;
        }
    }
    return s.n;
}

static size_t raw_end(bx_str s, size_t at, wf_tag tag)
{
    if (tag == WF_TAG_PLAINTEXT)
        return s.n;
    if (tag == WF_TAG_SCRIPT)
        return script_end(s, at);
    for (size_t i = at; i + 1 < s.n; i++) {
        const char *lt = memchr(s.p + i, '<', s.n - i - 1);
        if (!lt)
            break;
        i = (size_t)(lt - s.p);
        if (s.p[i + 1] == '/' && name_follows(s, i + 2, tag_rows[tag].name))
            return i;
    }
    return s.n;
}

/* Where text ends: at a '<' that opens a tag, a comment or the like. */
static size_t text_end(bx_str s, size_t at)
{
    while (at + 1 < s.n) {
        const char *lt = memchr(s.p + at, '<', s.n - at - 1);
        if (!lt)
            break;
        at = (size_t)(lt - s.p);
        char c = s.p[at + 1];
        if (bx_is_alpha(c) || c == '!' || c == '?' || (c == '/' && at + 2 < s.n))
            return at;
        at++;
    }
    return s.n;
}

static wf_tok text_token(wf_tokenizer *t, size_t end, wf_tag raw)
{
    wf_tok tok = {.kind = WF_TOK_TEXT, .tag = raw, .start = t->at};
    tok.text = (bx_str){t->in.p + t->at, end - t->at};
    tok.refs = raw == WF_TAG_OTHER || (wf_tag_flags(raw) & WF_RAW_REFS);
    t->at = end;
    return tok;
}

wf_tok wf_tok_next(wf_tokenizer *t)
{
    wf_tag raw = t->raw;
    t->raw = WF_TAG_OTHER;
    if (raw != WF_TAG_OTHER) {
        size_t end = raw_end(t->in, t->at, raw);
        if (end > t->at)
            return text_token(t, end, raw);
    }
    while (t->at < t->in.n) {
        size_t end = text_end(t->in, t->at);
        if (end > t->at)
            return text_token(t, end, WF_TAG_OTHER);
        wf_tok tok = {.start = t->at};
        char c = t->in.p[t->at + 1];
        if (!bx_is_alpha(c) && !(c == '/' && bx_is_alpha(t->in.p[t->at + 2]))) {
            skip_markup(t);
            continue;
        }
        if (!take_tag(t, &tok))
            break;
        bool has_content = tok.kind == WF_TOK_START && !(t->foreign && tok.self_closing);
        if (has_content &&
            ((wf_tag_flags(tok.tag) & (WF_RAW | WF_RAW_REFS)) || tok.tag == WF_TAG_PLAINTEXT))
            t->raw = tok.tag;
        return tok;
    }
    return (wf_tok){.kind = WF_TOK_EOF, .start = t->in.n};
}
