/* The operators of ${…} on one value. */
#include "shell/expand_in.h"

unsigned sh_match_flags(const shell *sh)
{
    return sh->shopt[SH_SHOPT_EXTGLOB] ? SH_MATCH_EXTGLOB : 0;
}

/* ---- compiled patterns, the latest of each hash ---- */

enum { N_CACHED = 64, LONG_PATTERN = 512 };
static struct cached {
    char *text;
    size_t n;
    unsigned flags;
    sh_pattern *pattern;
} cache_[N_CACHED + 1]; /* the last is for long ones */

const sh_pattern *sh_pattern_of(const char *text, size_t n, unsigned flags)
{
    uint32_t h = 2166136261u ^ flags;
    size_t at = N_CACHED;
    if (n < LONG_PATTERN) {
        for (size_t i = 0; i < n; i++)
            h = (h ^ (unsigned char)text[i]) * 16777619u;
        at = (h ^ h >> 13) % N_CACHED;
    }
    struct cached *c = &cache_[at];
    if (c->pattern && c->n == n && c->flags == flags && memcmp(c->text, text, n) == 0)
        return c->pattern;
    free(c->text);
    sh_pattern_free(c->pattern);
    c->text = sh_strndup(text, n);
    c->n = n;
    c->flags = flags;
    c->pattern = sh_pattern_new((bx_str){c->text, n}, flags);
    return c->pattern;
}

void sh_patterns_done(void)
{
    for (size_t i = 0; i <= N_CACHED; i++) {
        free(cache_[i].text);
        sh_pattern_free(cache_[i].pattern);
        cache_[i] = (struct cached){0};
    }
}

/* ---- ${x/y/z} ---- */

typedef struct replacement {
    const char *s;
    size_t n;
    bool special; /* & stands for what matched, \& and \\ for themselves */
} replacement;

static void put_replacement(sh_buf *ret, const replacement *r, const char *m, size_t m_n)
{
    for (size_t i = 0; i < r->n; i++) {
        char c = r->s[i];
        if (c == SH_MARK && i + 1 < r->n)
            sh_buf_c(ret, r->s[++i]);
        else if (r->special && c == '\\' && i + 1 < r->n &&
                 (r->s[i + 1] == '&' || r->s[i + 1] == '\\'))
            sh_buf_c(ret, r->s[++i]);
        else if (r->special && c == '&')
            sh_buf_add(ret, m, m_n);
        else
            sh_buf_c(ret, c);
    }
}

static void replace_all(const sh_param *p, const sh_pattern *pat, const replacement *r,
                        const char *s, size_t n, sh_buf *ret)
{
    size_t at = 0, a, b;
    sh_finder f;
    sh_finder_init(&f, pat, (bx_str){s, n});
    while (at < n && sh_finder_next(&f, at, &a, &b)) {
        sh_buf_add(ret, s + at, a - at);
        put_replacement(ret, r, s + a, b - a);
        at = b;
        if (a == b) {
            if (b >= n)
                break;
            size_t len = sh_char_len(s + b, n - b);
            sh_buf_add(ret, s + b, len);
            at = b + len;
        }
        if (!p->twice)
            break;
    }
    sh_finder_done(&f);
    sh_buf_add(ret, s + at, n - at);
}

static void replace(const shell *sh, const sh_param *p, const sh_operands *x, const char *s,
                    size_t n, sh_buf *ret)
{
    replacement r = {x->replacement, x->n_replacement, sh->shopt[SH_SHOPT_PATSUB_REPLACEMENT]};
    bx_str literal;
    bool empty = !x->pattern || (sh_pattern_literal(x->pattern, &literal) && literal.n == 0);
    ptrdiff_t k;
    if (p->op == SH_OP_REPLACE && !empty) {
        if (n == 0 && sh_pattern_match(x->pattern, (bx_str){s, 0}))
            put_replacement(ret, &r, s, 0);
        else
            replace_all(p, x->pattern, &r, s, n, ret);
    } else if (p->op == SH_OP_REPLACE_START) {
        k = empty ? 0 : sh_pattern_prefix(x->pattern, (bx_str){s, n}, true);
        if (k >= 0)
            put_replacement(ret, &r, s, (size_t)k);
        sh_buf_add(ret, s + (k > 0 ? k : 0), n - (size_t)(k > 0 ? k : 0));
    } else if (p->op == SH_OP_REPLACE_END) {
        k = empty ? (ptrdiff_t)n : sh_pattern_suffix(x->pattern, (bx_str){s, n}, true);
        sh_buf_add(ret, s, k >= 0 ? (size_t)k : n);
        if (k >= 0)
            put_replacement(ret, &r, s + k, n - (size_t)k);
    } else {
        sh_buf_add(ret, s, n);
    }
}

/* ---- ${x^y} ---- */

static void change_case(const sh_param *p, const sh_pattern *pat, const char *s, size_t n,
                        sh_buf *ret)
{
    int how = p->op == SH_OP_UPPER   ? SH_CASE_UPPER
              : p->op == SH_OP_LOWER ? SH_CASE_LOWER
                                     : SH_CASE_TOGGLE;
    size_t i = 0;
    while (i < n) {
        size_t len = sh_char_len(s + i, n - i);
        if (!pat || sh_pattern_match(pat, (bx_str){s + i, len}))
            sh_case_char(ret, s + i, len, how);
        else
            sh_buf_add(ret, s + i, len);
        i += len;
        if (!p->twice)
            break;
    }
    sh_buf_add(ret, s + i, n - i);
}

/* ---- ${x@Q} ---- */

void sh_attribute_letters(uint32_t attrs, char ret[16])
{
    static const struct {
        uint32_t bit;
        char letter;
    } letters[] = {{SH_A_ARRAY, 'a'},   {SH_A_ASSOC, 'A'},    {SH_A_INTEGER, 'i'},
                   {SH_A_NAMEREF, 'n'}, {SH_A_READONLY, 'r'}, {SH_A_TRACE, 't'},
                   {SH_A_EXPORT, 'x'},  {SH_A_CAPITAL, 'c'},  {SH_A_LOWER, 'l'},
                   {SH_A_UPPER, 'u'}};
    size_t n = 0;
    for (size_t i = 0; i < BX_COUNT(letters); i++)
        if (attrs & letters[i].bit)
            ret[n++] = letters[i].letter;
    ret[n] = 0;
}

static void assignment(const sh_operands *x, const char *s, sh_buf *ret)
{
    char letters[16] = "";
    if (x->var)
        sh_attribute_letters(x->var->attrs, letters);
    if (!x->name)
        return;
    if (*letters) {
        sh_buf_z(ret, "declare -");
        sh_buf_z(ret, letters);
        sh_buf_c(ret, ' ');
    }
    sh_buf_z(ret, x->name);
    if (s) {
        sh_buf_c(ret, '=');
        sh_quote_reuse(ret, s);
    }
}

static bool transform(shell *sh, const sh_param *p, const sh_operands *x, const char *s, size_t n,
                      sh_buf *ret)
{
    char letters[16];
    switch (p->letter) {
    case 'Q':
    case 'K':
    case 'k':
        sh_quote_reuse(ret, s);
        return true;
    case 'E':
        sh_ansi_decode(ret, s, n);
        return true;
    case 'P': {
        if (sh_could_run((bx_str){s, n})) {
            sh_error(sh, "%s: a command in a value is not run", s);
            return false;
        }
        char *t = sh_expand_prompt(sh, s, true);
        if (t)
            sh_buf_z(ret, t);
        free(t);
        return t != NULL;
    }
    case 'A':
        assignment(x, s, ret);
        return true;
    case 'a':
        if (x->var) {
            sh_attribute_letters(x->var->attrs, letters);
            sh_buf_z(ret, letters);
        }
        return true;
    case 'U':
    case 'L':
        sh_case_text(ret, s, n, p->letter == 'U' ? SH_CASE_UPPER : SH_CASE_LOWER);
        return true;
    default: { /* u */
        size_t len = n ? sh_char_len(s, n) : 0;
        if (n)
            sh_case_char(ret, s, len, SH_CASE_UPPER);
        sh_buf_add(ret, s + len, n - len);
        return true;
    }
    }
}

bool sh_apply(shell *sh, const sh_param *p, const sh_operands *x, const char *s, size_t n,
              sh_buf *ret)
{
    ptrdiff_t k;
    switch (p->op) {
    case SH_OP_PREFIX:
        k = x->pattern ? sh_pattern_prefix(x->pattern, (bx_str){s, n}, p->twice) : -1;
        k = k < 0 ? 0 : k;
        sh_buf_add(ret, s + k, n - (size_t)k);
        return true;
    case SH_OP_SUFFIX:
        k = x->pattern ? sh_pattern_suffix(x->pattern, (bx_str){s, n}, p->twice) : -1;
        sh_buf_add(ret, s, k < 0 ? n : (size_t)k);
        return true;
    case SH_OP_REPLACE:
    case SH_OP_REPLACE_START:
    case SH_OP_REPLACE_END:
        replace(sh, p, x, s, n, ret);
        return true;
    case SH_OP_UPPER:
    case SH_OP_LOWER:
    case SH_OP_TOGGLE:
        change_case(p, x->pattern, s, n, ret);
        return true;
    default:
        return transform(sh, p, x, s, n, ret);
    }
}
