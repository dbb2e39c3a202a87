/* A pattern is a program of states, numbered in the order of its text. What takes no character
 * leads only forward, so one pass over the set of active states, lowest first, both follows those
 * and takes a character.  Names, suffixes and the like, which is what most patterns are, never get
 * as far as that. */
#include "search/pattern.h"

#include "lib/utf8.h"
#include "search/pattern_set.h"

enum {
    NEST_MAX = 16,   /* braces within braces */
    SETS_MAX = 1024, /* sets of one pattern */
};

typedef enum op {
    OP_CHAR,    /* the character `arg` */
    OP_ANY,     /* any but '/' */
    OP_SET,     /* one of set `arg` */
    OP_STAR,    /* nothing, or any but '/' and here again */
    OP_ALL,     /* nothing, or any and here again */
    OP_DEEP,    /* star-star and a '/': nothing, or any to OP_DEEP_IN, which comes behind it */
    OP_DEEP_IN, /* any and here again; '/' leads back to OP_DEEP */
    OP_FORK,    /* nothing: the next state and `arg` */
    OP_JUMP,    /* nothing: `arg` */
    OP_MATCH,
} op;

typedef struct state {
    op op;
    uint32_t arg;
} state;

struct bx_pattern {
    state *s;
    size_t n;
    bx_set *sets;
    size_t n_sets;
    uint64_t *bits;       /* of both sets: */
    uint64_t *now, *next; /* sets of states; they change places */
    size_t words;         /* of each */
    size_t from;          /* the first state where only the name is looked at: all states before
                             it lead to any depth; else 0 */
    bool is_git, is_nothing;
    bool is_literal;       /* `prefix` is all of it */
    bool is_suffix;        /* `suffix` at the end is all it takes */
    char *prefix, *suffix; /* literals the text it matches begins and ends with */
    size_t prefix_n, suffix_n;
};

void bx_pattern_free(bx_pattern *p)
{
    if (!p)
        return;
    free(p->s);
    free(p->sets);
    free(p->bits);
    free(p->prefix);
    free(p);
}

/* ---- compiling ------------------------------------------------------------------------------ */

typedef struct parser {
    bx_pattern *p;
    bx_str text;
    size_t at;
    size_t literal_n; /* git: bytes at the beginning without special ones */
    unsigned depth;
    bx_error *err;
} parser;

static void emit(parser *c, op o, uint32_t arg) { c->p->s[c->p->n++] = (state){o, arg}; }

static bool is_at(const parser *c, size_t at, char b)
{
    return at < c->text.n && c->text.p[at] == b;
}

static bx_code take_set(parser *c)
{
    bx_pattern *p = c->p;
    if (p->n_sets == SETS_MAX)
        return bx_fail(c->err, BX_ELIMIT, "more than %d sets [...]", SETS_MAX);
    if ((p->n_sets & (p->n_sets - 1)) == 0) {
        bx_set *sets = bx_realloc(p->sets, (p->n_sets ? p->n_sets * 2 : 1) * sizeof *sets);
        if (!sets)
            return bx_fail(c->err, BX_ENOMEM, "no memory for a pattern");
        p->sets = sets;
    }
    bx_set *set = &p->sets[p->n_sets];
    if (p->is_git) {
        if (!bx_set_parse_git(c->text, &c->at, set)) {
            p->is_nothing = true;
            c->at = c->text.n;
        }
    } else {
        bx_code e = bx_set_parse(c->text, &c->at, set, c->err);
        if (e != BX_OK)
            return e;
    }
    emit(c, OP_SET, (uint32_t)p->n_sets++);
    return BX_OK;
}

/* Stars at c->at.  `is_part`: a part begins here; `after`: what follows the braces we are in. */
static void take_stars(parser *c, bool is_part, char after)
{
    size_t n = 1;
    while (is_at(c, c->at + n, '*'))
        n++;
    /* git compares what comes before the first special byte apart, and takes what follows for the
     * beginning of a part. */
    if (c->p->is_git && c->at == c->literal_n)
        is_part = true;
    size_t end = c->at + n;
    char next = end < c->text.n ? c->text.p[end] : '\0';
    bool ends = next == '\0';
    if (c->depth > 0 && (next == ',' || next == '}'))
        ends = after == '\0' || after == '/';
    c->at = end;
    if (n == 1 || !is_part || (!ends && next != '/')) {
        bool escaped_slash =
            n > 1 && is_part && c->p->is_git && next == '\\' && is_at(c, end + 1, '/');
        emit(c, escaped_slash ? OP_ALL : OP_STAR, 0);
        return;
    }
    if (ends) {
        emit(c, OP_ALL, 0);
        return;
    }
    emit(c, OP_DEEP, 0);
    emit(c, OP_DEEP_IN, 0);
    c->at++;
}

/* Where the `}` of the `{` at text.p[at] is; text.n when there is none.  One pass that knows sets
 * and escapes; sets without an end are found when they are read. */
static size_t closing(bx_str text, size_t at)
{
    unsigned depth = 0;
    for (size_t i = at; i < text.n; i++) {
        bx_set set;
        size_t behind = i;
        switch (text.p[i]) {
        case '\\':
            i++;
            break;
        case '[':
            if (bx_set_parse(text, &behind, &set, NULL) == BX_OK)
                i = behind - 1;
            break;
        case '{':
            depth++;
            break;
        case '}':
            if (--depth == 0)
                return i;
            break;
        default:
            break;
        }
    }
    return text.n;
}

static bx_code take_sequence(parser *c, bool is_part, char after);

/* {a,b,c}: FORK a JUMP FORK b JUMP c JUMP, where each FORK leads to the next one and each JUMP
 * behind the last. */
static bx_code take_braces(parser *c, bool is_part, char after)
{
    enum { CHAIN_END = 0 }; /* state 0 is never a JUMP of braces: a FORK comes before */
    size_t end = closing(c->text, c->at);
    uint32_t jump = CHAIN_END;
    if (end == c->text.n)
        return bx_fail(c->err, BX_EINVAL, "a \"{\" has no \"}\"; \\{ is a literal one");
    if (c->depth == NEST_MAX)
        return bx_fail(c->err, BX_ELIMIT, "braces are nested more than %d deep", NEST_MAX);
    char next = end + 1 < c->text.n ? c->text.p[end + 1] : '\0';
    if (c->depth == 0 || (next != ',' && next != '}'))
        after = next;
    c->depth++;
    bool is_last;
    do {
        c->at++; /* the brace, or the comma */
        size_t fork = c->p->n;
        emit(c, OP_FORK, 0);
        bx_code e = take_sequence(c, is_part, after);
        if (e != BX_OK)
            return e;
        emit(c, OP_JUMP, jump);
        jump = (uint32_t)c->p->n - 1;
        is_last = !is_at(c, c->at, ',');
        c->p->s[fork].arg = (uint32_t)(is_last ? fork + 1 : c->p->n);
    } while (!is_last);
    c->depth--;
    c->at++;
    while (jump != CHAIN_END) {
        uint32_t before = c->p->s[jump].arg;
        c->p->s[jump].arg = (uint32_t)c->p->n;
        jump = before;
    }
    return BX_OK;
}

static bx_code take_char(parser *c)
{
    bool is_git = c->p->is_git;
    if (is_at(c, c->at, '\\')) {
        if (++c->at == c->text.n && is_git) {
            c->p->is_nothing = true;
            return BX_OK;
        }
        if (c->at == c->text.n)
            return bx_fail(c->err, BX_EINVAL, "it ends with a lone \"\\\"; \\\\ is a literal one");
    }
    emit(c, OP_CHAR, is_git ? (uint8_t)c->text.p[c->at] : bx_next_char(c->text, &c->at));
    c->at += is_git;
    return BX_OK;
}

/* Up to the end, or within braces to the ',' or '}' that ends the choice. */
static bx_code take_sequence(parser *c, bool is_part, char after)
{
    while (c->at < c->text.n) {
        char b = c->text.p[c->at];
        bx_code e = BX_OK;
        if (c->depth > 0 && (b == ',' || b == '}'))
            return BX_OK;
        if (b == '*') {
            take_stars(c, is_part, after);
        } else if (b == '?') {
            emit(c, OP_ANY, 0);
            c->at++;
        } else if (b == '[') {
            e = take_set(c);
        } else if (b == '{' && !c->p->is_git) {
            e = take_braces(c, is_part, after);
        } else {
            e = take_char(c);
        }
        if (e != BX_OK)
            return e;
        const state *last = c->p->n > 0 ? &c->p->s[c->p->n - 1] : NULL;
        is_part = last && (last->op == OP_DEEP_IN || (last->op == OP_CHAR && last->arg == '/'));
    }
    return BX_OK;
}

static bool is_special(char b) { return b == '*' || b == '?' || b == '[' || b == '\\'; }

/* ---- what makes most matches quick ---------------------------------------------------------- */

/* The literal of states [from, to) as bytes. */
static size_t literal_bytes(const bx_pattern *p, size_t from, size_t to, char *ret)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        uint32_t cp = p->s[i].arg;
        if (p->is_git || cp >= BX_LONE_BYTE)
            ret[n++] = (char)cp; /* BX_LONE_BYTE ends in a zero byte */
        else
            n += bx_utf8_encode(cp, ret + n);
    }
    return n;
}

/* Find `from`, and the literals at both ends of what is matched from there. */
static bx_code find_literals(bx_pattern *p, size_t text_n, bx_error *err)
{
    size_t last = p->n - 1, head, tail = last;
    bool has_slash = false;
    while (p->from + 1 < last && p->s[p->from].op == OP_DEEP)
        p->from += 2;
    for (size_t i = p->from; i < last; i++) {
        op o = p->s[i].op;
        has_slash |= (o == OP_CHAR && p->s[i].arg == '/') || o == OP_ALL || o == OP_DEEP;
    }
    if (has_slash)
        p->from = 0;
    for (head = p->from; p->s[head].op == OP_CHAR;)
        head++;
    /* A JUMP ends each choice of braces, so these are behind all of them. */
    while (tail > head && p->s[tail - 1].op == OP_CHAR)
        tail--;
    char *bytes = p->prefix = bx_calloc(1, text_n + 1);
    if (!bytes)
        return bx_fail(err, BX_ENOMEM, "no memory for a pattern");
    p->prefix_n = literal_bytes(p, p->from, head, bytes);
    p->suffix = bytes + p->prefix_n;
    p->suffix_n = literal_bytes(p, tail, last, p->suffix);
    p->is_literal = head == last;
    p->is_suffix = p->from > 0 && head == p->from && tail == head + 1 && p->s[head].op == OP_STAR;
    return BX_OK;
}

static bx_code compile(parser *c)
{
    bx_pattern *p = c->p;
    p->s = bx_calloc(c->text.n * 2 + 8, sizeof *p->s);
    if (!p->s)
        return bx_fail(c->err, BX_ENOMEM, "no memory for a pattern");
    bx_code e = take_sequence(c, true, '\0');
    if (e != BX_OK)
        return e;
    emit(c, OP_MATCH, 0);
    state *shrunk = bx_realloc(p->s, p->n * sizeof *p->s);
    p->s = shrunk ? shrunk : p->s;
    p->words = (p->n + 63) / 64;
    p->now = p->bits = bx_calloc(2 * p->words, sizeof *p->bits);
    if (!p->bits)
        return bx_fail(c->err, BX_ENOMEM, "no memory for a pattern");
    p->next = p->now + p->words;
    return find_literals(p, c->text.n, c->err);
}

bx_code bx_pattern_compile(bx_str text, bx_dialect dialect, bx_pattern **ret, bx_error *err)
{
    if (text.n > BX_PATTERN_MAX)
        return bx_fail(err, BX_ELIMIT, "it is longer than %d bytes", BX_PATTERN_MAX);
    BX_AUTO(bx_pattern) bx_pattern *p = bx_calloc(1, sizeof *p);
    if (!p)
        return bx_fail(err, BX_ENOMEM, "no memory for a pattern");
    p->is_git = dialect == BX_DIALECT_GIT;
    parser c = {.p = p, .text = text, .err = err};
    while (c.literal_n < text.n && !is_special(text.p[c.literal_n]))
        c.literal_n++;
    bx_code e = compile(&c);
    if (e == BX_OK)
        *ret = BX_TAKE(p);
    return e;
}

/* ---- matching ------------------------------------------------------------------------------- */

static void put(uint64_t *set, size_t i) { set[i / 64] |= UINT64_C(1) << (i % 64); }

/* Where state `i` leads with character `cp`, into p->next; `is_wild`: wildcards may take it. */
static void take(bx_pattern *p, size_t i, uint32_t cp, bool is_wild)
{
    const state *s = &p->s[i];
    switch (s->op) {
    case OP_CHAR:
        if (cp == s->arg)
            put(p->next, i + 1);
        break;
    case OP_ANY:
        if (is_wild && cp != '/')
            put(p->next, i + 1);
        break;
    case OP_SET:
        if (is_wild && bx_set_has(&p->sets[s->arg], cp))
            put(p->next, i + 1);
        break;
    case OP_STAR:
        if (is_wild && cp != '/')
            put(p->next, i);
        break;
    case OP_ALL:
        if (is_wild)
            put(p->next, i);
        break;
    case OP_DEEP:
    case OP_DEEP_IN:
        if (is_wild)
            put(p->next, cp == '/' ? i - (s->op == OP_DEEP_IN) : i + (s->op == OP_DEEP));
        break;
    case OP_FORK:
    case OP_JUMP:
    case OP_MATCH:
        break;
    }
}

/* What state `i` leads to without a character, into p->now. */
static void follow(bx_pattern *p, size_t i)
{
    const state *s = &p->s[i];
    if (s->op == OP_STAR || s->op == OP_ALL || s->op == OP_FORK)
        put(p->now, i + 1);
    if (s->op == OP_DEEP)
        put(p->now, i + 2);
    if (s->op == OP_FORK || s->op == OP_JUMP)
        put(p->now, s->arg);
}

/* One pass over p->now, and with it to p->next.  False: no state is left. */
static bool step(bx_pattern *p, uint32_t cp, bool is_wild)
{
    uint64_t any = 0;
    for (size_t w = 0; w < p->words; w++)
        p->next[w] = 0;
    for (size_t w = 0; w < p->words; w++) {
        for (uint64_t done = 0, left; (left = p->now[w] & ~done) != 0;) {
            unsigned bit = (unsigned)__builtin_ctzll(left);
            done |= UINT64_C(1) << bit;
            follow(p, w * 64 + bit);
            take(p, w * 64 + bit, cp, is_wild);
        }
    }
    for (size_t w = 0; w < p->words; w++)
        any |= p->next[w];
    uint64_t *was = p->now;
    p->now = p->next;
    p->next = was;
    return any != 0;
}

/* The states after `path`, from state `from`, are p->now.  `is_shell`: wildcards do not take a dot
 * that begins a part.  False: there are none. */
static bool run(bx_pattern *p, size_t from, bx_str path, bool is_shell)
{
    for (size_t w = 0; w < p->words; w++)
        p->now[w] = 0;
    put(p->now, from);
    bool begins = true;
    for (size_t at = 0; at < path.n;) {
        uint32_t cp = (uint8_t)path.p[at];
        if (p->is_git || cp < 0x80)
            at++;
        else
            cp = bx_next_char(path, &at);
        if (!step(p, cp, !(is_shell && begins && cp == '.')))
            return false;
        begins = cp == '/';
    }
    return true;
}

static bool ends_in_match(bx_pattern *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->now[i / 64] >> (i % 64) & 1)
            follow(p, i);
    size_t last = p->n - 1;
    return p->now[last / 64] >> (last % 64) & 1;
}

static bx_str name_of(bx_str path)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '/')
        at--;
    return bx_str_from(path, at);
}

bool bx_pattern_match(bx_pattern *p, bx_str path)
{
    if (path.n < p->suffix_n || memcmp(path.p + path.n - p->suffix_n, p->suffix, p->suffix_n) != 0)
        return false;
    if (p->is_nothing || p->is_suffix)
        return !p->is_nothing;
    bx_str text = p->from > 0 ? name_of(path) : path;
    if (text.n < p->prefix_n || memcmp(text.p, p->prefix, p->prefix_n) != 0)
        return false;
    if (p->is_literal)
        return text.n == p->prefix_n;
    return run(p, p->from, text, false) && ends_in_match(p);
}

bool bx_pattern_match_hidden(bx_pattern *p, bx_str path)
{
    return !p->is_nothing && run(p, 0, path, true) && ends_in_match(p);
}

static bool may_match_below(bx_pattern *p, bx_str dir, bool is_shell)
{
    if (p->is_nothing)
        return false;
    if (dir.n == 0)
        return true;
    return run(p, 0, dir, is_shell) && step(p, '/', true);
}

bool bx_pattern_may_match_below(bx_pattern *p, bx_str dir)
{
    bool any_depth = p->s[0].op == OP_DEEP || p->s[0].op == OP_ALL;
    return (any_depth && !p->is_nothing) || may_match_below(p, dir, false);
}

bool bx_pattern_may_match_hidden_below(bx_pattern *p, bx_str dir)
{
    return may_match_below(p, dir, true);
}
