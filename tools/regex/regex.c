#include "regex/regex.h"

#include "regex/dfa.h"
#include "regex/literal.h"
#include "regex/pike.h"
#include "regex/unicode.h"

enum { GAVE_UP_MAX = 3 /* times that the table was no help, before it is not asked any more */ };

struct bx_regex {
    bx_regex_options o;
    char *pattern; /* the names of groups lie in it */
    bx_ast ast;
    bx_nfa forwards, backwards; /* the second: made when it is first needed */
    bx_cpset words;
    bx_dfa *ends, *begins, *longest;
    bx_pike *pike, *capturing;
    bx_finder *first; /* a match begins with one of these */
    bx_finder *inner; /* a match, which lies within a line, holds this */
    bool is_literal;  /* a match is one of `first`, and nothing else */
    bool has_backwards;
    unsigned gave_up;
    uint64_t budget;
};

/* --- making one --------------------------------------------------------------------------------
 */

static bx_code fail(bx_error *err, bx_code code, const char *what)
{
    if (err) {
        *err = (bx_error){.code = code};
        memcpy(err->msg, what, strlen(what));
    }
    return code;
}

static bx_code too_large(bx_error *err, bx_code code)
{
    return code == BX_ELIMIT
               ? fail(err, code,
                      "the pattern is too large once its repetitions are written out: "
                      "shorten it, or lower their numbers")
               : fail(err, BX_ENOMEM, "not enough memory for the pattern");
}

static bool find_literals(bx_regex *r)
{
    BX_AUTOFREE bx_literals *l = bx_calloc(1, sizeof *l);
    if (!l)
        return false;
    if (bx_literals_first(&r->ast, l)) {
        r->is_literal = bx_literals_are_whole(l);
        r->first = bx_literals_finder(l);
        return r->first != NULL;
    }
    if (r->o.lines && bx_literals_inner(&r->ast, l)) {
        r->inner = bx_literals_finder(l);
        return r->inner != NULL;
    }
    return true;
}

static bx_code compile_ast(bx_regex *r, bx_error *err)
{
    bx_code rc = bx_nfa_new(&r->ast, false, &r->forwards);
    if (rc != BX_OK)
        return too_large(err, rc);
    uint32_t looks = r->forwards.looks;
    for (uint32_t look = 0; look < BX_LOOK_COUNT; look++)
        if (bx_look_is_unicode(look) && looks >> look & 1 && r->words.n == 0)
            bx_unicode_words(&r->words);
    r->ends = bx_dfa_new(&r->forwards, false, &r->budget);
    if (r->o.longest && (r->longest = bx_dfa_new(&r->forwards, false, &r->budget)))
        bx_dfa_want_longest(r->longest);
    if ((r->o.longest && !r->longest) || r->words.fail != BX_OK || !r->ends || !find_literals(r))
        return too_large(err, BX_ENOMEM);
    return BX_OK;
}

/* A text that is searched for as it is needs no automaton, however long it is. */
static bool is_plain(bx_str pattern, const bx_regex_options *o)
{
    return o->fixed && o->fold == BX_CASE_SENSITIVE && !o->word && pattern.n > 0 &&
           !(o->lines && memchr(pattern.p, '\n', pattern.n));
}

static bx_code compile(bx_regex *r, bx_str pattern, bx_error *err)
{
    if (is_plain(pattern, &r->o)) {
        r->is_literal = true;
        r->ast.groups = 1;
        r->first = bx_finder_new(&pattern, 1);
        return r->first ? BX_OK : too_large(err, BX_ENOMEM);
    }
    bx_code rc = bx_ast_parse(pattern, &r->o, &r->ast, err);
    return rc == BX_OK ? compile_ast(r, err) : rc;
}

bx_code bx_regex_new(bx_str pattern, const bx_regex_options *options, bx_regex **ret, bx_error *err)
{
    BX_AUTO(bx_regex) bx_regex *r = bx_calloc(1, sizeof *r);
    if (!r || !(r->pattern = bx_strndup(pattern.p, pattern.n)))
        return too_large(err, BX_ENOMEM);
    r->o = *options;
    r->budget = BX_REGEX_BUDGET;
    bx_code rc = compile(r, (bx_str){r->pattern, pattern.n}, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(r);
    return rc;
}

bx_code bx_regex_of_ast(bx_ast *ast, const bx_regex_options *options, bx_regex **ret, bx_error *err)
{
    BX_AUTO(bx_regex) bx_regex *r = bx_calloc(1, sizeof *r);
    if (!r) {
        bx_ast_done(ast);
        return too_large(err, BX_ENOMEM);
    }
    r->ast = *ast;
    *ast = (bx_ast){0};
    r->o = *options;
    r->budget = BX_REGEX_BUDGET;
    bx_code rc = compile_ast(r, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(r);
    return rc;
}

void bx_regex_free(bx_regex *r)
{
    if (!r)
        return;
    bx_pike_free(r->pike);
    bx_pike_free(r->capturing);
    bx_dfa_free(r->ends);
    bx_dfa_free(r->begins);
    bx_dfa_free(r->longest);
    bx_finder_free(r->first);
    bx_finder_free(r->inner);
    bx_cpset_done(&r->words);
    bx_nfa_done(&r->forwards);
    bx_nfa_done(&r->backwards);
    bx_ast_done(&r->ast);
    free(r->pattern);
    free(r);
}

size_t bx_regex_groups(const bx_regex *r) { return r->ast.groups; }

size_t bx_regex_group(const bx_regex *r, bx_str name)
{
    for (uint32_t i = 0; i < r->ast.n_names; i++)
        if (bx_str_eq(r->ast.names[i].name, name))
            return r->ast.names[i].group;
    return SIZE_MAX;
}

/* --- searching ---------------------------------------------------------------------------------
 */

static bx_span line_around(const uint8_t *p, size_t n, size_t at, size_t not_before)
{
    size_t lf = bx_find_last_byte(p, not_before, at, '\n'), end = bx_find_byte(p, at, n, '\n');
    return (bx_span){lf == SIZE_MAX ? not_before : lf + 1, end == SIZE_MAX ? n : end};
}

static bx_hit by_threads(bx_regex *r, const uint8_t *p, size_t n, bx_span part, bx_span *ret)
{
    if (!r->pike && !(r->pike = bx_pike_new(&r->forwards, &r->words, 1, &r->budget)))
        return BX_HIT_GAVE_UP;
    return bx_pike_find(r->pike, p, n, part, r->first, ret);
}

/* Where the match that ends at `end` begins. */
static bx_hit find_begin(bx_regex *r, const bx_dfa_ask *forwards, size_t end, bx_span *ret)
{
    if (!r->has_backwards) {
        if (bx_nfa_new(&r->ast, true, &r->backwards) != BX_OK)
            return BX_HIT_GAVE_UP;
        r->has_backwards = true;
        r->begins = bx_dfa_new(&r->backwards, true, &r->budget);
    }
    bx_dfa_ask ask = *forwards;
    ask.to = end;
    ask.anchored = true;
    ask.earliest = false;
    ask.finder = NULL;
    *ret = (bx_span){SIZE_MAX, end};
    if (!r->begins || bx_dfa_find(r->begins, &ask, &ret->from) != BX_DFA_MATCH)
        return BX_HIT_GAVE_UP;
    return BX_HIT;
}

static bx_dfa_end ask_table(bx_regex *r, const bx_dfa_ask *ask, size_t *ret)
{
    if (r->gave_up >= GAVE_UP_MAX) {
        *ret = ask->from;
        return BX_DFA_GAVE_UP;
    }
    bx_dfa_end end = bx_dfa_find(r->ends, ask, ret);
    r->gave_up += end == BX_DFA_GAVE_UP;
    return end;
}

static bx_hit find_literal(const bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    size_t at = bx_finder_next(r->first, p, n, from);
    if (at == SIZE_MAX)
        return BX_HIT_NONE;
    size_t length =
        r->o.longest ? bx_finder_longest(r->first, p, n, at) : bx_finder_length(r->first, p, n, at);
    *ret = (bx_span){at, at + length};
    return BX_HIT;
}

/* The leftmost match that the pattern prefers. */
static bx_hit find_first(bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    bx_dfa_ask ask = {.p = p, .n = n, .from = from, .to = n, .finder = r->first};
    for (;;) {
        size_t at;
        bx_dfa_end end = ask_table(r, &ask, &at);
        if (end == BX_DFA_NONE)
            return BX_HIT_NONE;
        if (end == BX_DFA_MATCH && find_begin(r, &ask, at, ret) == BX_HIT)
            return BX_HIT;
        /* The rest the threads have to find: of this line, where a match lies in one. */
        bx_span part = {ask.from, n};
        if (r->o.lines && r->gave_up < GAVE_UP_MAX)
            part = line_around(p, n, at, ask.from);
        bx_hit found = by_threads(r, p, n, part, ret);
        if (found != BX_HIT_NONE || part.to >= n)
            return found;
        ask.from = part.to + 1;
    }
}

/* Of the matches that begin where *match does, the longest. */
static bx_hit find_longest(bx_regex *r, const uint8_t *p, size_t n, bx_span *match)
{
    bx_dfa_ask ask = {.p = p, .n = n, .from = match->from, .to = n, .anchored = true};
    size_t at;
    if (r->gave_up < GAVE_UP_MAX) {
        bx_dfa_end end = bx_dfa_find(r->longest, &ask, &at);
        r->gave_up += end == BX_DFA_GAVE_UP;
        if (end == BX_DFA_MATCH) {
            match->to = at;
            return BX_HIT;
        }
    }
    if (!r->pike && !(r->pike = bx_pike_new(&r->forwards, &r->words, 1, &r->budget)))
        return BX_HIT_GAVE_UP;
    return bx_pike_longest(r->pike, p, n, (bx_span){match->from, n}, match);
}

bx_hit bx_regex_find(bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    if (from > n)
        return BX_HIT_NONE;
    if (r->is_literal)
        return find_literal(r, p, n, from, ret);
    if (r->o.patient)
        r->budget = BX_REGEX_BUDGET;
    bx_hit hit = find_first(r, p, n, from, ret);
    return hit == BX_HIT && r->o.longest ? find_longest(r, p, n, ret) : hit;
}

bool bx_regex_test(bx_regex *r, const uint8_t *p, size_t n, size_t from)
{
    bx_span match;
    if (from > n || r->is_literal)
        return from <= n && bx_finder_next(r->first, p, n, from) != SIZE_MAX;
    if (r->gave_up < GAVE_UP_MAX) {
        size_t at;
        bx_dfa_ask ask = {
            .p = p, .n = n, .from = from, .to = n, .earliest = true, .finder = r->first};
        bx_dfa_end end = ask_table(r, &ask, &at);
        if (end == BX_DFA_MATCH || end == BX_DFA_NONE)
            return end == BX_DFA_MATCH;
    }
    return bx_regex_find(r, p, n, from, &match) == BX_HIT;
}

/* The line of a match that ends at `at`; the place behind the last line feed is in no line. */
static bx_hit line_of(const uint8_t *p, size_t n, size_t at, size_t from, bx_span *ret)
{
    bx_span line = line_around(p, n, at, from);
    if (line.from >= n)
        return BX_HIT_NONE;
    *ret = line;
    return BX_HIT;
}

/* Lines that hold the inner string, one after the other. */
static bx_hit find_inner(bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    bx_dfa_ask ask = {.p = p, .n = n, .from = from, .earliest = true};
    for (;;) {
        size_t at = bx_finder_next(r->inner, p, n, ask.from);
        if (at == SIZE_MAX)
            return BX_HIT_NONE;
        bx_span line = line_around(p, n, at, ask.from), match;
        ask.from = line.from;
        ask.to = line.to;
        bx_dfa_end end = ask_table(r, &ask, &at);
        bx_hit found = end == BX_DFA_MATCH  ? BX_HIT
                       : end == BX_DFA_NONE ? BX_HIT_NONE
                                            : by_threads(r, p, n, line, &match);
        *ret = line;
        if (found != BX_HIT_NONE)
            return found;
        if (line.to >= n)
            return BX_HIT_NONE;
        ask.from = line.to + 1;
    }
}

bx_hit bx_regex_find_line(bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret)
{
    bx_span match;
    if (from >= n)
        return BX_HIT_NONE;
    if (r->is_literal) {
        bx_hit found = find_literal(r, p, n, from, &match);
        return found == BX_HIT ? line_of(p, n, match.to, from, ret) : found;
    }
    if (r->o.patient)
        r->budget = BX_REGEX_BUDGET;
    if (r->inner && r->gave_up < GAVE_UP_MAX)
        return find_inner(r, p, n, from, ret);
    bx_dfa_ask ask = {.p = p, .n = n, .from = from, .to = n, .earliest = true, .finder = r->first};
    for (;;) {
        size_t at;
        bx_dfa_end end = ask_table(r, &ask, &at);
        if (end == BX_DFA_NONE)
            return BX_HIT_NONE;
        if (end == BX_DFA_MATCH)
            return line_of(p, n, at, ask.from, ret);
        bx_span part = {ask.from, n};
        if (r->gave_up < GAVE_UP_MAX)
            part = line_around(p, n, at, ask.from);
        bx_hit found = by_threads(r, p, n, part, &match);
        if (found == BX_HIT)
            return line_of(p, n, match.to, ask.from, ret);
        if (found != BX_HIT_NONE || part.to >= n)
            return found;
        ask.from = part.to + 1;
    }
}

bx_hit bx_regex_captures(bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret,
                         size_t count)
{
    bx_span match;
    bx_hit found = bx_regex_find(r, p, n, from, &match);
    for (size_t i = 0; i < count; i++)
        ret[i] = (bx_span){SIZE_MAX, SIZE_MAX};
    if (found != BX_HIT)
        return found;
    if (count > 0)
        ret[0] = match;
    if (count <= 1 || r->ast.groups <= 1 || !r->o.captures)
        return BX_HIT;
    size_t groups = r->ast.groups;
    if (!r->capturing)
        r->capturing = bx_pike_new(&r->forwards, &r->words, groups, &r->budget);
    BX_AUTOFREE bx_span *all = bx_calloc(groups, sizeof *all);
    if (!r->capturing || !all)
        return BX_HIT_GAVE_UP;
    bx_span part = {match.from, r->o.longest ? match.to : n};
    if (r->o.lines && !r->o.longest)
        part = line_around(p, n, match.to, match.from);
    found = !r->o.longest ? bx_pike_find(r->capturing, p, n, part, NULL, all)
                          : bx_pike_exact(r->capturing, p, n, part, all);
    memcpy(ret, all, (count < groups ? count : groups) * sizeof *ret);
    return found;
}

/* --- replacing ---------------------------------------------------------------------------------
 */

static bool is_name(char c)
{
    return (c >= '0' && c <= '9') || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static size_t number_of(bx_str name)
{
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] < '0' || name.p[i] > '9' || n > BX_REGEX_GROUPS_MAX)
            return SIZE_MAX;
        n = n * 10 + (size_t)(name.p[i] - '0');
    }
    return name.n > 0 ? n : SIZE_MAX;
}

/* The group that with[at..), behind a dollar sign, names; *ret_end is behind it.  An empty name: it
 * names none. */
static bx_str group_name(bx_str with, size_t at, size_t *ret_end)
{
    if (at < with.n && with.p[at] == '{') {
        const char *end = memchr(with.p + at, '}', with.n - at);
        if (!end)
            return (bx_str){NULL, 0};
        *ret_end = (size_t)(end - with.p) + 1;
        return (bx_str){with.p + at + 1, *ret_end - at - 2};
    }
    size_t end = at;
    while (end < with.n && is_name(with.p[end]))
        end++;
    *ret_end = end;
    return (bx_str){with.p + at, end - at};
}

void bx_regex_expand(const bx_regex *r, bx_str with, const uint8_t *p, const bx_span *groups,
                     size_t count, bx_buf *out)
{
    for (size_t i = 0; i < with.n;) {
        size_t end = i + 1;
        if (with.p[i] != '$') {
            (void)bx_buf_add(out, with.p + i++, 1);
            continue;
        }
        if (end < with.n && with.p[end] == '$') {
            (void)bx_buf_add(out, "$", 1);
            i += 2;
            continue;
        }
        bx_str name = group_name(with, i + 1, &end);
        if (name.n == 0) {
            (void)bx_buf_add(out, with.p + i++, 1);
            continue;
        }
        size_t number = number_of(name);
        number = number == SIZE_MAX ? bx_regex_group(r, name) : number;
        if (number < count && groups[number].from != SIZE_MAX)
            (void)bx_buf_add(out, p + groups[number].from, groups[number].to - groups[number].from);
        i = end;
    }
}
