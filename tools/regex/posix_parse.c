/* The syntax of basic and extended regular expressions: POSIX XBD 9.3 and 9.4, GNU's additions. */
#include "regex/posix_parse.h"
#include "regex/parse.h"

typedef struct reader {
    bx_parser *ps;
    const bx_posix_options *o;
    bool closed[10]; /* groups that \1 to \9 may name */
    uint32_t base;   /* groups of the alternatives before */
} reader;

typedef struct row { /* first and last of brothers */
    uint32_t first, last, n;
} row;

uint32_t bx_posix_fail(bx_parser *ps, const char *what)
{
    if (ps->fail != BX_OK)
        return 0;
    ps->fail = BX_EINVAL;
    if (ps->err) {
        *ps->err = (bx_error){.code = BX_EINVAL};
        memcpy(ps->err->msg, what, strlen(what) + 1);
    }
    return 0;
}

static uint32_t above(reader *r, bx_node_kind kind, uint32_t value, uint32_t child)
{
    uint32_t node = bx_node_new(r->ps, kind, value), depth = 0;
    if (!node)
        return 0;
    bx_node *nodes = r->ps->ast->nodes;
    for (uint32_t c = child; c; c = nodes[c].next)
        depth = nodes[c].depth > depth ? nodes[c].depth : depth;
    if (depth >= BX_NODE_DEPTH_MAX)
        return bx_posix_fail(r->ps, "Regular expression too big");
    nodes[node].child = child;
    nodes[node].depth = (uint16_t)(depth + 1);
    return node;
}

static void add_to(reader *r, row *w, uint32_t node)
{
    if (!node)
        return;
    if (w->n++ == 0)
        w->first = node;
    else
        r->ps->ast->nodes[w->last].next = node;
    w->last = node;
}

static uint32_t finish(reader *r, const row *w, bx_node_kind kind)
{
    if (r->ps->fail != BX_OK)
        return 0;
    if (w->n == 0)
        return bx_node_new(r->ps, BX_NODE_EMPTY, 0);
    return w->n == 1 ? w->first : above(r, kind, 0, w->first);
}

static void warn(const reader *r, const char *what)
{
    if (r->o->warn)
        r->o->warn(r->o->ctx, what);
}

static bool at_end(const reader *r) { return r->ps->at >= r->ps->n; }

/* Does the rest begin with this operator?  In a basic expression it has a backslash before it. */
static bool is_operator(const reader *r, size_t at, char c)
{
    const bx_parser *ps = r->ps;
    if (r->o->extended)
        return at < ps->n && ps->p[at] == (uint8_t)c;
    return at + 1 < ps->n && ps->p[at] == '\\' && ps->p[at + 1] == (uint8_t)c;
}

static size_t operator_length(const reader *r) { return r->o->extended ? 1 : 2; }

static uint32_t parse_alt(reader *r);

/* --- escapes -----------------------------------------------------------------------------------
 */

static unsigned digit_of(uint8_t c, unsigned base)
{
    unsigned d = c >= '0' && c <= '9'                     ? c - (unsigned)'0'
                 : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20u) - 'a' + 10u
                                                          : 99;
    return d < base ? d : 99;
}

bool bx_posix_awk_escape(bx_parser *ps, bool in_set, uint32_t *ret)
{
    static const char from[] = "afnrtv/\"", to[] = "\a\f\n\r\t\v/\"";
    uint8_t c = ps->p[ps->at];
    const char *at = memchr(from, c, sizeof from - 1);
    unsigned base = c == 'x' ? 16 : 8, max = base == 16 ? 2 : 3, n = 0;
    if (at) {
        *ret = (uint8_t)to[at - from];
        ps->at++;
        return true;
    }
    if (c == 'b' && in_set) {
        *ret = '\b';
        ps->at++;
        return true;
    }
    size_t i = ps->at + (base == 16);
    uint32_t value = 0;
    for (; n < max && i < ps->n && digit_of(ps->p[i], base) < base; i++, n++)
        value = value * base + digit_of(ps->p[i], base);
    if (n == 0)
        return false;
    *ret = value & 0xff;
    ps->at = i;
    return true;
}

static uint32_t class_escape(reader *r, uint8_t c)
{
    BX_AUTO_SET s = {0};
    if ((c | 0x20) == 'w')
        bx_unicode_words(&s);
    else
        bx_unicode_spaces(&s);
    bx_cpset_tidy(&s);
    if (c < 'a')
        bx_cpset_negate(&s, BX_CP_MAX);
    return bx_node_set(r->ps, &s, false);
}

static uint32_t literal(reader *r)
{
    bx_parser *ps = r->ps;
    size_t len;
    uint32_t cp = bx_posix_decode(ps->p + ps->at, ps->n - ps->at, &len);
    uint8_t byte = ps->p[ps->at];
    ps->at += len;
    return cp == UINT32_MAX ? bx_node_new(ps, BX_NODE_BYTE, byte) : bx_node_char(ps, cp);
}

static uint32_t back_reference(reader *r, uint8_t c)
{
    r->ps->at++;
    if (!r->closed[c - '0'])
        return bx_posix_fail(r->ps, "Invalid back reference");
    r->ps->ast->has_again = true;
    return bx_node_new(r->ps, BX_NODE_AGAIN, r->base + (uint32_t)(c - '0'));
}

/* Behind a backslash that begins no operator. */
static uint32_t escape(reader *r)
{
    bx_parser *ps = r->ps;
    if (at_end(r))
        return bx_posix_fail(ps, "Trailing backslash");
    uint8_t c = ps->p[ps->at];
    uint32_t value;
    static const char looks[] = "<>`'bB";
    static const uint8_t which[] = {BX_LOOK_WORD_START, BX_LOOK_WORD_END, BX_LOOK_TEXT_START,
                                    BX_LOOK_TEXT_END,   BX_LOOK_WORD,     BX_LOOK_NOT_WORD};
    const char *look = c ? memchr(looks, r->o->awk && c == 'y' ? 'b' : c, sizeof looks - 1) : NULL;
    if (r->o->awk && c != 'y' && bx_posix_awk_escape(ps, false, &value))
        return value < 0x80 ? bx_node_char(ps, value) : bx_node_new(ps, BX_NODE_BYTE, value);
    if (look && !(r->o->awk && c == 'b')) {
        ps->at++;
        uint32_t kind = which[look - looks];
        if (r->o->lines && (kind == BX_LOOK_TEXT_START || kind == BX_LOOK_TEXT_END))
            kind = kind == BX_LOOK_TEXT_START ? BX_LOOK_LINE_START : BX_LOOK_LINE_END;
        return bx_node_new(ps, BX_NODE_LOOK, kind);
    }
    if (c == 'w' || c == 'W' || c == 's' || c == 'S') {
        ps->at++;
        return class_escape(r, c);
    }
    if (c >= '1' && c <= '9' && !r->o->awk)
        return back_reference(r, c);
    return literal(r);
}

/* --- atoms -------------------------------------------------------------------------------------
 */

static uint32_t group(reader *r)
{
    bx_parser *ps = r->ps;
    if (++ps->nest > BX_REGEX_NEST_MAX || ps->ast->groups >= BX_REGEX_GROUPS_MAX)
        return bx_posix_fail(ps, "Regular expression too big");
    uint32_t number = ps->ast->groups++, inner = parse_alt(r);
    ps->nest--;
    if (ps->fail != BX_OK)
        return 0;
    if (!is_operator(r, ps->at, ')'))
        return bx_posix_fail(ps, "Unmatched ( or \\(");
    ps->at += operator_length(r);
    if (number - r->base < 10)
        r->closed[number - r->base] = true;
    return above(r, BX_NODE_GROUP, number, inner);
}

static uint32_t anchor(reader *r, bool is_start)
{
    bool lines = r->o->lines || r->o->multiline;
    r->ps->at++;
    return bx_node_new(r->ps, BX_NODE_LOOK,
                       is_start ? (lines ? BX_LOOK_LINE_START : BX_LOOK_TEXT_START)
                                : (lines ? BX_LOOK_LINE_END : BX_LOOK_TEXT_END));
}

static uint32_t any(reader *r)
{
    BX_AUTO_SET s = {0};
    bx_cpset_add(&s, 0, BX_CP_MAX);
    r->ps->at++;
    return bx_node_set(r->ps, &s, false);
}

/* Does a basic expression's `$` end something here? */
static bool is_end_anchor(const reader *r)
{
    size_t at = r->ps->at + 1;
    return at >= r->ps->n || is_operator(r, at, ')') || is_operator(r, at, '|');
}

/* One thing that may be repeated.  `is_first` of its branch. */
static uint32_t atom(reader *r, bool is_first)
{
    bx_parser *ps = r->ps;
    uint8_t c = ps->p[ps->at];
    bool extended = r->o->extended;
    if (is_operator(r, ps->at, '(')) {
        ps->at += operator_length(r);
        return group(r);
    }
    switch (c) {
    case '\\':
        ps->at++;
        return escape(r);
    case '[':
        ps->at++;
        if (at_end(r) && r->o->lenient && !r->o->awk)
            return bx_posix_fail(ps, "Invalid regular expression");
        return bx_posix_set(ps, r->o);
    case '.':
        return any(r);
    case '^':
        return extended || is_first ? anchor(r, true) : literal(r);
    case '$':
        return extended || is_end_anchor(r) ? anchor(r, false) : literal(r);
    default:
        return literal(r);
    }
}

/* --- repetitions -------------------------------------------------------------------------------
 */

/* Digits from `*at` on, BX_REPEAT_INF where there are none. */
static uint32_t number_at(const bx_parser *ps, size_t *at)
{
    uint32_t n = BX_REPEAT_INF;
    for (; *at < ps->n && ps->p[*at] >= '0' && ps->p[*at] <= '9'; ++*at) {
        n = n == BX_REPEAT_INF ? 0 : n;
        n = n > BX_POSIX_REPEAT_MAX ? n : n * 10 + (uint32_t)(ps->p[*at] - '0');
    }
    return n;
}

typedef enum found { FOUND_NONE, FOUND, FOUND_MISTAKE } found;

/* What is no interval, from where it ceased to be one: does it end at all? */
static const char *interval_mistake(const reader *r, size_t at, bool comma)
{
    for (; at < r->ps->n; at++) {
        bool is_comma = r->ps->p[at] == ',';
        if (is_operator(r, at, '}') || (is_comma && comma))
            return "Invalid content of \\{\\}";
        comma |= is_comma;
    }
    return "Unmatched \\{";
}

/* Behind the '{': the numbers and the '}'. */
static found interval(reader *r, uint32_t *min, uint32_t *max)
{
    bx_parser *ps = r->ps;
    size_t at = ps->at;
    *min = *max = number_at(ps, &at);
    bool comma = at < ps->n && ps->p[at] == ',';
    if (comma) {
        at++;
        *max = number_at(ps, &at);
    }
    bool closes = is_operator(r, at, '}');
    if (!closes || (*min == BX_REPEAT_INF && !comma)) {
        bool is_empty = closes && !r->o->awk;
        if (r->o->lenient && r->o->extended && !is_empty)
            return FOUND_NONE;
        (void)bx_posix_fail(ps, interval_mistake(r, at, comma));
        return FOUND_MISTAKE;
    }
    *min = *min == BX_REPEAT_INF ? 0 : *min;
    ps->at = at + operator_length(r);
    if (*max != BX_REPEAT_INF && *min > *max) {
        (void)bx_posix_fail(ps, "Invalid content of \\{\\}");
        return FOUND_MISTAKE;
    }
    if (*min > BX_POSIX_REPEAT_MAX || (*max != BX_REPEAT_INF && *max > BX_POSIX_REPEAT_MAX)) {
        (void)bx_posix_fail(ps, "Regular expression too big");
        return FOUND_MISTAKE;
    }
    return FOUND;
}

/* A repetition operator here, moved past. */
static found repetition(reader *r, uint32_t *min, uint32_t *max)
{
    bx_parser *ps = r->ps;
    *min = 0;
    *max = BX_REPEAT_INF;
    if (ps->at < ps->n && ps->p[ps->at] == '*') {
        ps->at++;
        return FOUND;
    }
    if (is_operator(r, ps->at, '+') || is_operator(r, ps->at, '?')) {
        ps->at += operator_length(r);
        if (ps->p[ps->at - 1] == '+')
            *min = 1;
        else
            *max = 1;
        return FOUND;
    }
    if (!is_operator(r, ps->at, '{'))
        return FOUND_NONE;
    size_t before = ps->at;
    ps->at += operator_length(r);
    found f = interval(r, min, max);
    if (f == FOUND_NONE)
        ps->at = before;
    return f;
}

static uint32_t repeat(reader *r, uint32_t node)
{
    for (bool again = false; node && r->ps->fail == BX_OK; again = true) {
        uint32_t min, max;
        uint8_t c = at_end(r) ? 0 : r->ps->p[r->ps->at];
        bool is_strict = c == '*' || is_operator(r, r->ps->at, '{');
        found f = repetition(r, &min, &max);
        if (f != FOUND)
            return f == FOUND_NONE ? node : 0;
        if (again && is_strict && !r->o->extended && !r->o->lenient)
            return bx_posix_fail(r->ps, "Invalid preceding regular expression");
        if (again && min == 0 && max == BX_REPEAT_INF) {
            const bx_node *n = &r->ps->ast->nodes[node];
            if (n->kind == BX_NODE_REPEAT && n->min == 0 && n->max == BX_REPEAT_INF)
                continue;
        }
        node = above(r, BX_NODE_REPEAT, 0, node);
        if (!node)
            return 0;
        r->ps->ast->nodes[node].min = min;
        r->ps->ast->nodes[node].max = max;
    }
    return node;
}

/* grep -E: an interval here, moved past; what is none is literal. */
static bool is_leading_interval(reader *r)
{
    bx_parser *ps = r->ps;
    uint32_t min, max;
    size_t before = ps->at;
    bool is_empty = before + 1 < ps->n && ps->p[before + 1] == '}';
    ps->at++;
    if (!is_empty && interval(r, &min, &max) == FOUND)
        return true;
    ps->at = before;
    return false;
}

/* glibc takes what follows a leading operator for an atom, a ')' too: then its '(' has no end. */
static bool hides_group_end(const reader *r)
{
    const bx_parser *ps = r->ps;
    size_t at = ps->at + 1;
    return r->o->extended && ps->nest > 0 && at < ps->n && ps->p[at] == ')' &&
           !memchr(ps->p + at + 1, ')', ps->n - at - 1);
}

/* Where something has to stand that can be repeated there is an operator instead: what to make of
 * it.  0 and no mistake: it says nothing. */
static uint32_t leading_operator(reader *r)
{
    bx_parser *ps = r->ps;
    uint8_t c = ps->p[ps->at];
    bool is_plain = r->o->extended ? r->o->awk : c == '*' || r->o->lenient;
    if (is_plain) {
        ps->at += c == '\\';
        return literal(r);
    }
    if (!r->o->lenient)
        return bx_posix_fail(ps, "Invalid preceding regular expression");
    if (hides_group_end(r))
        return bx_posix_fail(ps, "Unmatched ( or \\(");
    size_t before = ps->at;
    if (c == '{' && !is_leading_interval(r))
        return ps->fail == BX_OK ? literal(r) : 0;
    warn(r, c == '*'   ? "* at start of expression"
            : c == '+' ? "+ at start of expression"
            : c == '?' ? "? at start of expression"
                       : "{...} at start of expression");
    ps->at += ps->at == before;
    return 0;
}

static bool is_leading_operator(const reader *r)
{
    const bx_parser *ps = r->ps;
    uint8_t c = ps->p[ps->at];
    if (c == '*')
        return true;
    return r->o->extended ? c == '+' || c == '?' || c == '{' : is_operator(r, ps->at, '{');
}

/* --- one after the other, one or the other -----------------------------------------------------
 */

static bool ends_branch(const reader *r)
{
    const bx_parser *ps = r->ps;
    if (ps->at >= ps->n || is_operator(r, ps->at, '|'))
        return true;
    return is_operator(r, ps->at, ')') && (ps->nest > 0 || !r->o->extended || !r->o->lenient);
}

/* What repeats nothing, or nothing but an anchor, is no operator. */
static uint32_t parse_branch(reader *r)
{
    row w = {0};
    bx_parser *ps = r->ps;
    bool is_free = true;
    while (ps->fail == BX_OK && !ends_branch(r)) {
        uint32_t node;
        if (is_free && is_leading_operator(r)) {
            if (!(node = leading_operator(r)))
                continue;
            is_free = false;
        } else {
            node = atom(r, w.n == 0);
            is_free = ps->ast->nodes[node].kind == BX_NODE_LOOK;
        }
        add_to(r, &w, is_free ? node : repeat(r, node));
    }
    return finish(r, &w, BX_NODE_CAT);
}

/* What one alternative captured the next one cannot name. */
static uint32_t parse_alt(reader *r)
{
    row w = {0};
    bool before[10], all[10];
    memcpy(before, r->closed, sizeof before);
    memcpy(all, r->closed, sizeof all);
    for (;;) {
        add_to(r, &w, parse_branch(r));
        for (size_t i = 0; i < BX_COUNT(all); i++)
            all[i] |= r->closed[i];
        if (r->ps->fail != BX_OK || !is_operator(r, r->ps->at, '|'))
            break;
        r->ps->at += operator_length(r);
        memcpy(r->closed, before, sizeof before);
    }
    memcpy(r->closed, all, sizeof all);
    return finish(r, &w, BX_NODE_ALT);
}

static uint32_t parse_fixed(reader *r)
{
    row w = {0};
    while (r->ps->fail == BX_OK && !at_end(r))
        add_to(r, &w, literal(r));
    return finish(r, &w, BX_NODE_CAT);
}

static uint32_t parse_one(reader *r)
{
    bx_parser *ps = r->ps;
    memset(r->closed, 0, sizeof r->closed);
    r->base = ps->ast->groups - 1;
    if (r->o->fixed)
        return parse_fixed(r);
    uint32_t node = parse_alt(r);
    return at_end(r) || ps->fail != BX_OK ? node : bx_posix_fail(ps, "Unmatched ) or \\)");
}

/* The lines of a pattern, one or the other. */
static uint32_t parse_lines(reader *r, bx_str pattern)
{
    row w = {0};
    bx_parser *ps = r->ps;
    for (size_t from = 0; ps->fail == BX_OK;) {
        const char *lf = r->o->alternatives && from < pattern.n
                             ? memchr(pattern.p + from, '\n', pattern.n - from)
                             : NULL;
        size_t to = lf ? (size_t)(lf - pattern.p) : pattern.n;
        ps->at = from;
        ps->n = to;
        add_to(r, &w, parse_one(r));
        if (!lf)
            break;
        from = to + 1;
    }
    return finish(r, &w, BX_NODE_ALT);
}

static uint32_t around(reader *r, uint32_t before, uint32_t node, uint32_t after)
{
    row w = {0};
    add_to(r, &w, bx_node_new(r->ps, BX_NODE_LOOK, before));
    add_to(r, &w, node);
    add_to(r, &w, bx_node_new(r->ps, BX_NODE_LOOK, after));
    return finish(r, &w, BX_NODE_CAT);
}

bx_code bx_posix_parse(bx_str pattern, const bx_posix_options *o, bx_ast *ret, bx_error *err)
{
    *ret = (bx_ast){.groups = 1};
    bx_regex_options plain = {.lines = o->lines};
    bx_parser ps = {.ast = ret,
                    .o = &plain,
                    .err = err,
                    .p = (const uint8_t *)pattern.p,
                    .flags = {.fold = o->fold, .unicode = true}};
    reader r = {.ps = &ps, .o = o};
    (void)bx_node_new(&ps, BX_NODE_EMPTY, 0);
    uint32_t root = parse_lines(&r, pattern);
    bool lines = o->lines || o->multiline;
    if (ps.fail == BX_OK && o->whole)
        root = around(&r, lines ? BX_LOOK_LINE_START : BX_LOOK_TEXT_START, root,
                      lines ? BX_LOOK_LINE_END : BX_LOOK_TEXT_END);
    else if (ps.fail == BX_OK && o->word)
        root = around(&r, BX_LOOK_WORD_START_HALF, root, BX_LOOK_WORD_END_HALF);
    ret->root = root;
    if (ps.fail == BX_ELIMIT && err)
        memcpy(err->msg, "Regular expression too big", sizeof "Regular expression too big");
    if (ps.fail == BX_ENOMEM && err)
        memcpy(err->msg, "Memory exhausted", sizeof "Memory exhausted");
    if (ps.fail != BX_OK)
        bx_ast_done(ret);
    return ps.fail;
}
