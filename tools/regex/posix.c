#include "regex/posix.h"

#include "regex/back.h"
#include "regex/literal.h"
#include "regex/posix_parse.h"
#include "regex/unicode.h"

struct bx_posix {
    bx_posix_options o;
    bx_regex *plain; /* NULL where there are back-references; then the rest is used */
    bx_back *back;   /* without them: for groups, made when it is first needed */
    size_t groups;
    bx_nfa nfa;
    bx_cpset words;
    bx_finder *first;
    bool from_start; /* a match begins where the text does */
};

static bx_code no_memory(bx_error *err)
{
    if (err) {
        *err = (bx_error){.code = BX_ENOMEM};
        memcpy(err->msg, "Memory exhausted", sizeof "Memory exhausted");
    }
    return BX_ENOMEM;
}

static bx_code too_big(bx_code code, bx_error *err)
{
    if (code == BX_ENOMEM)
        return no_memory(err);
    if (err) {
        *err = (bx_error){.code = code};
        memcpy(err->msg, "Regular expression too big", sizeof "Regular expression too big");
    }
    return code;
}

/* Has every way through the pattern the look at its beginning? */
static bool begins_text(const bx_ast *a, uint32_t node)
{
    const bx_node *n = &a->nodes[node];
    bool all = n->child != 0;
    switch (n->kind) {
    case BX_NODE_LOOK:
        return n->value == BX_LOOK_TEXT_START;
    case BX_NODE_CAT:
    case BX_NODE_GROUP:
        return n->child && begins_text(a, n->child);
    case BX_NODE_ALT:
        for (uint32_t c = n->child; c && all; c = a->nodes[c].next)
            all = begins_text(a, c);
        return all;
    default:
        return false;
    }
}

static bx_code make_nfa(bx_posix *x, const bx_ast *a, bx_error *err)
{
    bx_code rc = bx_nfa_new(a, false, &x->nfa);
    if (rc != BX_OK)
        return too_big(rc, err);
    for (uint32_t look = 0; look < BX_LOOK_COUNT; look++)
        if (bx_look_is_unicode(look) && x->nfa.looks >> look & 1 && x->words.n == 0)
            bx_unicode_words(&x->words);
    if (x->words.fail != BX_OK)
        return no_memory(err);
    x->back = bx_back_new(&x->nfa, &x->words, x->groups, x->o.fold);
    return x->back ? BX_OK : no_memory(err);
}

static bx_code parse_perl(bx_posix *x, bx_str pattern, bx_ast *ret, bx_error *err)
{
    bx_regex_options o = {.perl = true,
                          .captures = true,
                          .lines = x->o.lines,
                          .word = x->o.word,
                          .fold = x->o.fold ? BX_CASE_INSENSITIVE : BX_CASE_SENSITIVE};
    x->o.captures = true;
    return bx_ast_parse(pattern, &o, ret, err);
}

static bx_code compile(bx_posix *x, bx_str pattern, bx_error *err)
{
    bx_ast a;
    bx_code rc =
        x->o.perl ? parse_perl(x, pattern, &a, err) : bx_posix_parse(pattern, &x->o, &a, err);
    if (rc != BX_OK)
        return rc;
    x->groups = a.groups;
    x->from_start = begins_text(&a, a.root);
    if (!a.has_again) {
        if (x->o.captures && x->groups > 1)
            rc = make_nfa(x, &a, err);
        bx_regex_options o = {
            .lines = x->o.lines, .longest = !x->o.perl, .patient = true, .captures = x->o.captures};
        if (rc == BX_OK)
            rc = bx_regex_of_ast(&a, &o, &x->plain, err);
        bx_ast_done(&a);
        return rc == BX_OK || rc == BX_EINVAL ? rc : too_big(rc, err);
    }
    BX_AUTOFREE bx_literals *l = bx_calloc(1, sizeof *l);
    rc = l ? make_nfa(x, &a, err) : no_memory(err);
    if (rc == BX_OK && bx_literals_first(&a, l))
        x->first = bx_literals_finder(l);
    bx_ast_done(&a);
    return rc;
}

bx_code bx_posix_new(bx_str pattern, const bx_posix_options *o, bx_posix **ret, bx_error *err)
{
    BX_AUTO(bx_posix) bx_posix *x = bx_calloc(1, sizeof *x);
    if (!x)
        return no_memory(err);
    x->o = *o;
    bx_code rc = compile(x, pattern, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(x);
    return rc;
}

void bx_posix_free(bx_posix *x)
{
    if (!x)
        return;
    bx_regex_free(x->plain);
    bx_back_free(x->back);
    bx_finder_free(x->first);
    bx_nfa_done(&x->nfa);
    bx_cpset_done(&x->words);
    free(x);
}

size_t bx_posix_groups(const bx_posix *x) { return x->groups; }

/* --- searching ---------------------------------------------------------------------------------
 */

enum { GROUPS_ON_STACK = 12 };

/* Room for all groups: `some`, or memory that *ret_owned then holds. */
static bx_span *room_for(const bx_posix *x, bx_span *some, bx_span **ret_owned)
{
    if (x->groups <= GROUPS_ON_STACK)
        return some;
    return *ret_owned = bx_calloc(x->groups, sizeof **ret_owned);
}

static bx_hit find_again(bx_posix *x, const uint8_t *p, size_t n, size_t from, bx_span *all)
{
    uint64_t steps = BX_POSIX_STEPS_MAX;
    for (size_t at = from; at <= n; at++) {
        if (x->from_start && at > 0)
            return BX_HIT_NONE;
        if (x->first && (at = bx_finder_next(x->first, p, n, at)) == SIZE_MAX)
            return BX_HIT_NONE;
        if (at > from && at < n && (p[at] & 0xc0) == 0x80)
            continue; /* within a character */
        bx_hit hit = bx_back_any(x->back, p, n, at, !x->o.perl, &steps, all);
        if (hit != BX_HIT_NONE)
            return hit;
    }
    return BX_HIT_NONE;
}

static bx_hit find_groups(bx_posix *x, const uint8_t *p, size_t n, size_t from, bx_span *all)
{
    if (!x->plain)
        return find_again(x, p, n, from, all);
    bx_span match;
    bx_hit hit = bx_regex_find(x->plain, p, n, from, &match);
    if (hit != BX_HIT)
        return hit;
    if (x->back && bx_back_exact(x->back, p, n, match, all) == BX_HIT)
        return BX_HIT;
    return bx_regex_captures(x->plain, p, n, match.from, all, x->groups);
}

bx_hit bx_posix_find(bx_posix *x, const uint8_t *p, size_t n, size_t from, bx_span *ret,
                     size_t count)
{
    if (from > n || (x->from_start && from > 0))
        return BX_HIT_NONE;
    if (x->plain && (count <= 1 || x->groups == 1)) {
        for (size_t i = 1; i < count; i++)
            ret[i] = (bx_span){SIZE_MAX, SIZE_MAX};
        return bx_regex_find(x->plain, p, n, from, ret);
    }
    bx_span some[GROUPS_ON_STACK];
    BX_AUTOFREE bx_span *owned = NULL;
    bx_span *all = room_for(x, some, &owned);
    if (!all)
        return BX_HIT_GAVE_UP;
    bx_hit hit = find_groups(x, p, n, from, all);
    if (hit != BX_HIT)
        return hit;
    for (size_t i = 0; i < count; i++) {
        bool is_there = i < x->groups && all[i].from != SIZE_MAX && all[i].to != SIZE_MAX;
        ret[i] = is_there ? all[i] : (bx_span){SIZE_MAX, SIZE_MAX};
    }
    return hit;
}

bx_hit bx_posix_test(bx_posix *x, const uint8_t *p, size_t n, size_t from)
{
    bx_span match;
    if (!x->plain)
        return bx_posix_find(x, p, n, from, &match, 1);
    return bx_regex_test(x->plain, p, n, from) ? BX_HIT : BX_HIT_NONE;
}

bx_hit bx_posix_find_line(bx_posix *x, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    if (x->plain)
        return bx_regex_find_line(x->plain, p, n, from, ret);
    while (from < n) {
        size_t end = bx_find_byte(p, from, n, '\n');
        bx_span match;
        end = end == SIZE_MAX ? n : end;
        bx_hit hit = bx_posix_find(x, p + from, end - from, 0, &match, 1);
        if (hit != BX_HIT_NONE) {
            *ret = (bx_span){from, end};
            return hit;
        }
        from = end + 1;
    }
    return BX_HIT_NONE;
}
