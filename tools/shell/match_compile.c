/* Pattern text to nodes; characters and bracket expressions. */
#include <wctype.h>

#include "shell/ast.h"
#include "shell/match_int.h"

enum { MAX_GROUPS = 60, MAX_CLASS = 16 }; /* nested; deeper ones are literal */

typedef struct compiler {
    bx_str text;
    unsigned flags;
    int depth;
    bool magic, groups, stars;
} compiler;

/* ---- characters */

size_t sh_char_at(const char *s, size_t n, uint32_t *ret)
{
    unsigned char c = (unsigned char)s[0];
    *ret = c;
    if (c < 0x80)
        return 1;
    size_t len = c >= 0xc2 && c < 0xe0   ? 2
                 : c >= 0xe0 && c < 0xf0 ? 3
                 : c >= 0xf0 && c < 0xf5 ? 4
                                         : 0;
    if (!len || len > n || sh_bytes) {
        *ret = 0x40000000U | c; /* an invalid byte is a character of its own */
        return 1;
    }
    uint32_t v = c & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80) {
            *ret = 0x40000000U | c;
            return 1;
        }
        v = v << 6 | ((unsigned char)s[i] & 0x3f);
    }
    if ((len == 3 && (v < 0x800 || (v >= 0xd800 && v < 0xe000))) ||
        (len == 4 && (v < 0x10000 || v > 0x10ffff))) {
        *ret = 0x40000000U | c;
        return 1;
    }
    *ret = v;
    return len;
}

size_t sh_char_before(const char *s, size_t at)
{
    if ((unsigned char)s[at - 1] < 0x80 || sh_bytes)
        return 1;
    for (size_t len = 2; len <= 4 && len <= at; len++) {
        uint32_t c;
        if (((unsigned char)s[at - len] & 0xc0) != 0x80)
            return sh_char_at(s + at - len, len, &c) == len ? len : 1;
    }
    return 1;
}

uint32_t sh_fold(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    return c < 0x110000 ? (uint32_t)towlower((wint_t)c) : c;
}

/* ---- bracket expressions */

static const char class_names[][8] = {"alpha", "digit",  "alnum", "upper", "lower",
                                      "space", "blank",  "punct", "print", "graph",
                                      "cntrl", "xdigit", "word",  "ascii"};

static bool in_class(unsigned k, uint32_t c)
{
    wint_t w = (wint_t)c;
    switch (k) {
    case 0:
        return iswalpha(w);
    case 1:
        return c >= '0' && c <= '9';
    case 2:
        return iswalnum(w);
    case 3:
        return iswupper(w);
    case 4:
        return iswlower(w);
    case 5:
        return iswspace(w);
    case 6:
        return c == ' ' || c == '\t' || (c >= 0x80 && iswblank(w));
    case 7:
        return iswpunct(w);
    case 8:
        return iswprint(w);
    case 9:
        return iswgraph(w);
    case 10:
        return iswcntrl(w);
    case 11:
        return c < 0x80 && iswxdigit(w);
    case 12:
        return c == '_' || iswalnum(w);
    default:
        return c < 0x80;
    }
}

static bool set_has(const match_set *set, uint32_t c)
{
    if (c < 128)
        return set->ascii[c >> 6] >> (c & 63) & 1;
    for (uint32_t i = 0; i < set->n_ranges; i++) {
        if (c >= set->ranges[i].from && c <= set->ranges[i].to)
            return true;
    }
    for (unsigned k = 0; set->classes >> k && c < 0x110000; k++) {
        if ((set->classes >> k & 1) && in_class(k, c))
            return true;
    }
    return false;
}

bool sh_set_has(const match_set *set, uint32_t c) { return set_has(set, c) != set->negated; }

static void add_range(match_set *set, uint32_t from, uint32_t to)
{
    for (uint32_t c = from; c <= to && c < 128; c++)
        set->ascii[c >> 6] |= 1ULL << (c & 63);
    if (to < 128 || from > to)
        return;
    set->ranges = sh_realloc(set->ranges, (set->n_ranges + 1) * sizeof *set->ranges);
    set->ranges[set->n_ranges++] = (match_range){from, to};
}

static void add_class(match_set *set, bx_str name)
{
    for (unsigned k = 0; k < BX_COUNT(class_names); k++) {
        if (name.n != strlen(class_names[k]) || memcmp(name.p, class_names[k], name.n) != 0)
            continue;
        set->classes |= (uint16_t)(1U << k);
        for (uint32_t c = 0; c < 128; c++) {
            if (in_class(k, c))
                set->ascii[c >> 6] |= 1ULL << (c & 63);
        }
    }
}

/* Behind "[" at text[i]: a character of the expression, also [.x.] and [=x=]; the offset behind it,
 * 0: the text ended. */
static size_t set_char(bx_str t, size_t i, uint32_t *c)
{
    if (i >= t.n)
        return 0;
    if (t.p[i] == '[' && i + 1 < t.n && (t.p[i + 1] == '.' || t.p[i + 1] == '=')) {
        char kind = t.p[i + 1];
        size_t at = i + 2;
        if (at < t.n) {
            at += sh_char_at(t.p + at, t.n - at, c);
            if (at + 1 < t.n && t.p[at] == kind && t.p[at + 1] == ']')
                return at + 2;
        }
    }
    if (t.p[i] == '\\' && i + 1 < t.n)
        i++;
    return i + sh_char_at(t.p + i, t.n - i, c);
}

/* [:name:] at text[i]; the offset behind it, 0: none is there. */
static size_t set_class(bx_str t, size_t i, match_set *set)
{
    if (i + 1 >= t.n || t.p[i] != '[' || t.p[i + 1] != ':')
        return 0;
    for (size_t k = i + 2; k + 1 < t.n && k < i + 2 + MAX_CLASS; k++) {
        if (t.p[k] == ':' && t.p[k + 1] == ']') {
            add_class(set, (bx_str){t.p + i + 2, k - i - 2});
            return k + 2;
        }
        if (t.p[k] < 'a' || t.p[k] > 'z')
            return 0;
    }
    return 0;
}

/* The bracket expression whose "[" is at text[*at]; NULL: it has no end. */
static match_set *bracket(bx_str t, size_t *at, bool nocase)
{
    match_set *set = sh_alloc(sizeof *set);
    size_t i = *at + 1, first;
    if (i < t.n && (t.p[i] == '!' || t.p[i] == '^')) {
        set->negated = true;
        i++;
    }
    for (first = i; i < t.n && (t.p[i] != ']' || i == first);) {
        size_t next = set_class(t, i, set);
        if (next) {
            i = next;
            continue;
        }
        uint32_t from, to;
        i = set_char(t, i, &from);
        to = from;
        if (i + 1 < t.n && t.p[i] == '-' && t.p[i + 1] != ']') {
            size_t end = set_char(t, i + 1, &to);
            i = end;
        }
        add_range(set, from, to);
        if (nocase && from < 0x110000 && to < 0x110000) {
            add_range(set, sh_fold(from), sh_fold(to));
            add_range(set, (uint32_t)towupper((wint_t)from), (uint32_t)towupper((wint_t)to));
        }
    }
    if (i >= t.n) {
        free(set->ranges);
        free(set);
        return NULL;
    }
    *at = i + 1;
    return set;
}

/* ---- sequences */

static void seq_add(match_seq *seq, match_node node)
{
    if (seq->n == 0 || (seq->n >= 4 && (seq->n & (seq->n - 1)) == 0)) /* full */
        seq->nodes = sh_realloc(seq->nodes, (seq->n ? seq->n * 2 : 4) * sizeof *seq->nodes);
    seq->nodes[seq->n++] = node;
}

static void character(compiler *c, match_seq *seq, size_t *at)
{
    uint32_t ch;
    size_t len = sh_char_at(c->text.p + *at, c->text.n - *at, &ch);
    if ((c->flags & SH_MATCH_NOCASE) && ch < 0x110000 &&
        (sh_fold(ch) != ch || (uint32_t)towupper((wint_t)ch) != ch)) {
        seq_add(seq, (match_node){.kind = N_CHAR, .c = sh_fold(ch)});
        c->magic = true;
    } else {
        for (size_t i = 0; i < len; i++)
            seq_add(seq, (match_node){.kind = N_BYTE, .byte = (uint8_t)c->text.p[*at + i]});
    }
    *at += len;
}

/* The offset of the ")" that closes the group whose "(" is at `at`; 0: none. */
static size_t group_end(bx_str t, size_t at)
{
    int depth = 0;
    for (size_t i = at; i < t.n; i++) {
        if (t.p[i] == '\\') {
            i++;
        } else if (t.p[i] == '[') {
            size_t end = i;
            match_set *set = bracket(t, &end, false);
            if (set) {
                free(set->ranges);
                free(set);
                i = end - 1;
            }
        } else if (t.p[i] == '(' && i > 0 && (i == at || strchr("?*+@!", t.p[i - 1]))) {
            depth++;
        } else if (t.p[i] == ')' && --depth == 0) {
            return i;
        }
    }
    return 0;
}

static size_t sequence(compiler *c, match_seq *seq, size_t i, size_t end, bool inside);

static bool group(compiler *c, match_seq *seq, size_t *at)
{
    size_t open = *at + 1, close = 0;
    if (c->depth < MAX_GROUPS)
        close = group_end(c->text, open);
    if (!close)
        return false;
    match_node node = {.kind = N_GROUP, .byte = (uint8_t)c->text.p[*at]};
    size_t i = open;
    c->depth++;
    do {
        node.alternatives =
            sh_realloc(node.alternatives, (node.n_alternatives + 1) * sizeof *node.alternatives);
        match_seq *alternative = &node.alternatives[node.n_alternatives++];
        *alternative = (match_seq){0};
        i = sequence(c, alternative, i + 1, close, true);
    } while (i < close);
    c->depth--;
    c->magic = c->groups = true;
    seq_add(seq, node);
    *at = close + 1;
    return true;
}

/* From text[i] to `end`, or to a `|` of the group when inside one; the offset where it ends. */
static size_t sequence(compiler *c, match_seq *seq, size_t i, size_t end, bool inside)
{
    bx_str t = c->text;
    while (i < end) {
        char ch = t.p[i];
        if (inside && ch == '|')
            return i;
        if (ch == '\\') {
            i += i + 1 < end;
            character(c, seq, &i);
            continue;
        }
        if ((c->flags & SH_MATCH_EXTGLOB) && strchr("?*+@!", ch) && i + 1 < end &&
            t.p[i + 1] == '(' && group(c, seq, &i))
            continue;
        if (ch == '?' || ch == '*') {
            c->magic = true;
            c->stars |= ch == '*';
            if (ch == '?' || !seq->n || seq->nodes[seq->n - 1].kind != N_STAR)
                seq_add(seq, (match_node){.kind = ch == '?' ? N_ANY : N_STAR});
            i++;
            continue;
        }
        if (ch == '[') {
            size_t at = i;
            match_set *set = bracket(t, &at, c->flags & SH_MATCH_NOCASE);
            if (set && at <= end) {
                c->magic = true;
                seq_add(seq, (match_node){.kind = N_SET, .set = set});
                i = at;
                continue;
            }
            if (set)
                free(set->ranges);
            free(set);
        }
        character(c, seq, &i);
    }
    return end;
}

static void seq_done(match_seq *seq)
{
    for (uint32_t i = 0; i < seq->n; i++) {
        match_node *n = &seq->nodes[i];
        if (n->kind == N_SET) {
            free(n->set->ranges);
            free(n->set);
        } else if (n->kind == N_GROUP) {
            for (uint32_t k = 0; k < n->n_alternatives; k++)
                seq_done(&n->alternatives[k]);
            free(n->alternatives);
        }
    }
    free(seq->nodes);
}

sh_pattern *sh_pattern_new(bx_str text, unsigned flags)
{
    sh_pattern *p = sh_alloc(sizeof *p);
    compiler c = {.text = text, .flags = flags};
    (void)sequence(&c, &p->seq, 0, text.n, false);
    p->flags = flags;
    p->literal = !c.magic;
    p->groups = c.groups;
    p->stars = c.stars;
    if (p->literal) {
        p->text = sh_alloc(p->seq.n + 1);
        for (uint32_t i = 0; i < p->seq.n; i++)
            p->text[i] = (char)p->seq.nodes[i].byte;
        p->text_n = p->seq.n;
    }
    return p;
}

void sh_pattern_free(sh_pattern *p)
{
    if (!p)
        return;
    seq_done(&p->seq);
    free(p->text);
    free(p);
}

bool sh_pattern_is_magic(bx_str text, unsigned flags)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\\') {
            i++;
        } else if (c == '*' || c == '?') {
            return true;
        } else if (c == '[') {
            size_t at = i;
            match_set *set = bracket(text, &at, false);
            if (set) {
                free(set->ranges);
                free(set);
                return true;
            }
        } else if ((flags & SH_MATCH_EXTGLOB) && strchr("+@!", c) && i + 1 < text.n &&
                   text.p[i + 1] == '(') {
            return true;
        }
    }
    return false;
}
