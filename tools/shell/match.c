/* Whole matches, prefixes, suffixes and searches; fast paths for patterns without groups. */
#include "shell/ast.h"
#include "shell/match_int.h"

enum { BUDGET = 400000000 }; /* steps of one match; more: it does not match */

static sh_match_run run_of(const sh_pattern *p, bx_str s)
{
    return (sh_match_run){.p = p, .s = s, .words = s.n / 64 + 1, .budget = BUDGET};
}

/* May the sequence match a leading dot by name? */
static bool names_dot(const match_seq *seq)
{
    for (uint32_t i = 0; i < seq->n; i++) {
        const match_node *n = &seq->nodes[i];
        if (n->kind != N_GROUP)
            return n->kind == N_BYTE && n->byte == '.';
        for (uint32_t k = 0; n->byte != '!' && k < n->n_alternatives; k++) {
            if (names_dot(&n->alternatives[k]))
                return true;
        }
        if (n->byte != '?' && n->byte != '*')
            return false;
    }
    return false;
}

/* Patterns without groups: go back to the last star only. */
static bool plain_match(const sh_pattern *p, bx_str s)
{
    const match_seq *seq = &p->seq;
    size_t at = 0, star_at = 0;
    uint32_t i = 0, star = UINT32_MAX;
    while (at < s.n || i < seq->n) {
        if (i < seq->n && seq->nodes[i].kind == N_STAR) {
            star = ++i;
            star_at = at;
            if (i == seq->n)
                return true;
            continue;
        }
        size_t len = i < seq->n ? sh_node_match(&seq->nodes[i], s, at) : 0;
        if (len) {
            at += len;
            i++;
            continue;
        }
        if (star == UINT32_MAX || star_at >= s.n)
            return false;
        uint32_t c;
        star_at += sh_char_at(s.p + star_at, s.n - star_at, &c);
        at = star_at;
        i = star;
    }
    return true;
}

bool sh_pattern_match(const sh_pattern *p, bx_str s)
{
    if ((p->flags & SH_MATCH_PATHNAME) && !(p->flags & SH_MATCH_DOT) && s.n && s.p[0] == '.' &&
        !names_dot(&p->seq))
        return false;
    if (p->literal)
        return s.n == p->text_n && memcmp(s.p, p->text, s.n) == 0;
    if (!p->groups)
        return plain_match(p, s);
    sh_match_run r = run_of(p, s);
    positions set;
    sh_positions_init(&r, &set);
    sh_positions_add(&set, 0);
    sh_match_forward(&r, &p->seq, &set);
    bool has = sh_positions_has(&set, s.n);
    sh_positions_done(&r, &set);
    sh_match_run_done(&r);
    return has;
}

bool sh_pattern_literal(const sh_pattern *p, bx_str *ret)
{
    if (p->literal)
        *ret = (bx_str){p->text, p->text_n};
    return p->literal;
}

ptrdiff_t sh_pattern_prefix(const sh_pattern *p, bx_str s, bool longest)
{
    if (p->literal)
        return s.n >= p->text_n && memcmp(s.p, p->text, p->text_n) == 0 ? (ptrdiff_t)p->text_n : -1;
    sh_match_run r = run_of(p, s);
    positions set;
    sh_positions_init(&r, &set);
    sh_positions_add(&set, 0);
    sh_match_forward(&r, &p->seq, &set);
    ptrdiff_t i = longest ? sh_positions_last(&set) : sh_positions_from(&set, 0);
    sh_positions_done(&r, &set);
    sh_match_run_done(&r);
    return i;
}

ptrdiff_t sh_pattern_suffix(const sh_pattern *p, bx_str s, bool longest)
{
    if (p->literal)
        return s.n >= p->text_n && memcmp(s.p + s.n - p->text_n, p->text, p->text_n) == 0
                   ? (ptrdiff_t)(s.n - p->text_n)
                   : -1;
    sh_match_run r = run_of(p, s);
    positions set;
    sh_positions_init(&r, &set);
    sh_positions_add(&set, s.n);
    sh_match_backward(&r, &p->seq, &set);
    ptrdiff_t i = longest ? sh_positions_from(&set, 0) : sh_positions_last(&set);
    sh_positions_done(&r, &set);
    sh_match_run_done(&r);
    return i;
}

/* ---- searches */

void sh_finder_init(sh_finder *f, const sh_pattern *p, bx_str s)
{
    *f = (sh_finder){.p = p, .s = s};
}

void sh_finder_done(sh_finder *f)
{
    if (f->run) {
        sh_positions_done(f->run, &f->run->starts);
        sh_match_run_done(f->run);
        free(f->run);
        f->run = NULL;
    }
}

/* No star, no group: each node takes one character. */
static bool find_fixed(const sh_finder *f, size_t from, size_t *start, size_t *end)
{
    const match_seq *seq = &f->p->seq;
    for (size_t at = from; at < f->s.n;) {
        size_t to = at, len = 1;
        for (uint32_t i = 0; i < seq->n && len; i++) {
            len = sh_node_match(&seq->nodes[i], f->s, to);
            to += len;
        }
        if (len) {
            *start = at;
            *end = to;
            return true;
        }
        uint32_t c;
        at += sh_char_at(f->s.p + at, f->s.n - at, &c);
    }
    return false;
}

bool sh_finder_next(sh_finder *f, size_t from, size_t *start, size_t *end)
{
    const sh_pattern *p = f->p;
    if (from > f->s.n)
        return false;
    if (p->literal) {
        if (!p->text_n)
            return false;
        const char *at = memmem(f->s.p + from, f->s.n - from, p->text, p->text_n);
        if (at) {
            *start = (size_t)(at - f->s.p);
            *end = *start + p->text_n;
        }
        return at != NULL;
    }
    if (!p->groups && !p->stars)
        return find_fixed(f, from, start, end);
    if (!f->run) {
        f->run = sh_alloc(sizeof *f->run);
        *f->run = run_of(p, f->s);
        sh_positions_init(f->run, &f->run->starts);
        sh_positions_all(f->run, &f->run->starts);
        sh_match_backward(f->run, &p->seq, &f->run->starts);
    }
    sh_match_run *r = f->run;
    ptrdiff_t i = sh_positions_from(&r->starts, from);
    if (i < 0)
        return false;
    positions set;
    r->budget = BUDGET;
    sh_positions_init(r, &set);
    sh_positions_add(&set, (size_t)i);
    sh_match_forward(r, &p->seq, &set);
    ptrdiff_t last = sh_positions_last(&set);
    sh_positions_done(r, &set);
    if (last < 0)
        return false;
    *start = (size_t)i;
    *end = (size_t)last;
    return true;
}

bool sh_pattern_find(const sh_pattern *p, bx_str s, size_t from, size_t *start, size_t *end)
{
    sh_finder f;
    sh_finder_init(&f, p, s);
    bool found = sh_finder_next(&f, from, start, end);
    sh_finder_done(&f);
    return found;
}

const sh_pattern *sh_pattern_cached(bx_str text, unsigned flags)
{
    enum { SLOTS = 16, MAX_TEXT = 256, BYTES = 256 };
    static struct {
        char text[MAX_TEXT];
        size_t n;
        unsigned flags;
        sh_pattern *p;
    } cache[SLOTS], large;
    if (text.n > MAX_TEXT) {
        sh_pattern_free(large.p);
        return large.p = sh_pattern_new(text, flags);
    }
    flags |= sh_bytes ? BYTES : 0;
    uint32_t h = flags * 31;
    for (size_t i = 0; i < text.n; i++)
        h = h * 33 + (unsigned char)text.p[i];
    size_t k = (h ^ h >> 8) % SLOTS;
    if (cache[k].p && cache[k].n == text.n && cache[k].flags == flags &&
        memcmp(cache[k].text, text.p, text.n) == 0)
        return cache[k].p;
    sh_pattern_free(cache[k].p);
    if (text.n)
        memcpy(cache[k].text, text.p, text.n);
    cache[k].n = text.n;
    cache[k].flags = flags;
    return cache[k].p = sh_pattern_new(text, flags);
}
