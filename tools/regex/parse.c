#include "lib/utf8.h"
#include "regex/parse.h"

/* --- what is made ------------------------------------------------------------------------------
 */

/* Room for one more of `size` bytes in a list of at most `max`; false: remembered. */
static bool grow(bx_parser *ps, void **list, uint32_t n, uint32_t *cap, size_t size, uint32_t max)
{
    if (n < *cap)
        return true;
    uint32_t more = *cap ? *cap * 2 : 32;
    if (n >= max) {
        bx_parse_too_large(ps);
        return false;
    }
    void *p = bx_realloc(*list, more * size);
    if (!p) {
        bx_parse_no_memory(ps);
        return false;
    }
    *list = p;
    *cap = more;
    return true;
}

uint32_t bx_node_new(bx_parser *ps, bx_node_kind kind, uint32_t value)
{
    bx_ast *a = ps->ast;
    if (ps->fail != BX_OK || !grow(ps, (void **)&a->nodes, a->n_nodes, &a->cap_nodes,
                                   sizeof *a->nodes, BX_REGEX_NODES_MAX))
        return 0;
    a->nodes[a->n_nodes] = (bx_node){.kind = (uint8_t)kind, .value = value};
    return a->n_nodes++;
}

/* A node above `child` and its brothers. */
static uint32_t above(bx_parser *ps, bx_node_kind kind, uint32_t value, uint32_t child)
{
    uint32_t node = bx_node_new(ps, kind, value), depth = 0;
    if (!node)
        return 0;
    bx_node *nodes = ps->ast->nodes;
    for (uint32_t c = child; c; c = nodes[c].next)
        depth = nodes[c].depth > depth ? nodes[c].depth : depth;
    if (depth >= BX_NODE_DEPTH_MAX)
        return bx_parse_fail(ps, ps->at, "groups or repetitions are nested too deeply");
    nodes[node].child = child;
    nodes[node].depth = (uint16_t)(depth + 1);
    return node;
}

static uint32_t known_set(const bx_ast *a, const bx_cpset *s, bool is_bytes)
{
    for (uint32_t i = a->n_sets; i > 0 && i + 8 > a->n_sets; i--) {
        const bx_ast_set *old = &a->sets[i - 1];
        if (old->n == s->n && old->is_bytes == is_bytes &&
            (s->n == 0 || memcmp(a->ranges + old->from, s->r, s->n * sizeof *s->r) == 0))
            return i - 1;
    }
    return UINT32_MAX;
}

uint32_t bx_node_set(bx_parser *ps, bx_cpset *s, bool is_bytes)
{
    bx_ast *a = ps->ast;
    if (is_bytes) {
        BX_AUTO_SET bytes = {0};
        bx_cpset_add(&bytes, 0, 0xff);
        bx_cpset_and(s, &bytes);
    }
    if (ps->o->lines) {
        BX_AUTO_SET lf = {0};
        bool had_any = s->n > 0;
        bx_cpset_add(&lf, '\n', '\n');
        bx_cpset_minus(s, &lf);
        if (had_any && s->n == 0 && s->fail == BX_OK)
            return bx_parse_fail(ps, ps->at,
                                 "a line feed cannot match within a line; set "
                                 "multiline to search across lines");
    }
    if (s->fail != BX_OK)
        return s->fail == BX_ELIMIT ? bx_parse_too_large(ps) : bx_parse_no_memory(ps);
    uint32_t index = known_set(a, s, is_bytes);
    if (index == UINT32_MAX) {
        if (a->n_ranges + s->n > BX_AST_RANGES_MAX)
            return bx_parse_too_large(ps);
        while (a->n_ranges + s->n > a->cap_ranges)
            if (!grow(ps, (void **)&a->ranges, a->cap_ranges, &a->cap_ranges, sizeof *a->ranges,
                      2 * BX_AST_RANGES_MAX))
                return 0;
        if (!grow(ps, (void **)&a->sets, a->n_sets, &a->cap_sets, sizeof *a->sets,
                  BX_REGEX_NODES_MAX))
            return 0;
        index = a->n_sets++;
        a->sets[index] = (bx_ast_set){a->n_ranges, (uint32_t)s->n, is_bytes};
        if (s->n > 0)
            memcpy(a->ranges + a->n_ranges, s->r, s->n * sizeof *s->r);
        a->n_ranges += (uint32_t)s->n;
    }
    return bx_node_new(ps, BX_NODE_SET, index);
}

void bx_fold_set(bx_parser *ps, bx_cpset *s)
{
    if (!ps->flags.fold)
        return;
    if (ps->flags.unicode) {
        bx_unicode_fold(s);
        ps->work += 100 + 30 * s->n;
    } else {
        bx_ascii_fold(s);
    }
}

static bool has_case(const bx_parser *ps, uint32_t cp)
{
    return cp >= 0x80 ? ps->flags.unicode : (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z';
}

uint32_t bx_node_char(bx_parser *ps, uint32_t cp)
{
    if (ps->o->lines && cp == '\n')
        return bx_parse_fail(ps, ps->at,
                             "a line feed cannot match within a line; set multiline to "
                             "search across lines");
    if (ps->flags.fold && has_case(ps, cp)) {
        BX_AUTO_SET s = {0};
        bx_cpset_add(&s, cp, cp);
        bx_fold_set(ps, &s);
        if (s.fail != BX_OK || s.n > 1 || s.r[0].lo != s.r[0].hi)
            return bx_node_set(ps, &s, false);
    }
    return bx_node_new(ps, BX_NODE_CHAR, cp);
}

void bx_see_literal(bx_parser *ps, uint32_t cp)
{
    ps->has_literal = true;
    if (cp < 0x80) {
        ps->has_upper |= cp >= 'A' && cp <= 'Z';
    } else if (!ps->has_upper && ps->o->fold == BX_CASE_SMART) {
        if (ps->upper.n == 0)
            (void)bx_unicode_named((bx_str){"", 0}, BX_LIT("Uppercase"), &ps->upper);
        ps->has_upper = bx_cpset_has(&ps->upper, cp);
    }
}

/* --- groups ------------------------------------------------------------------------------------
 */

static uint32_t parse_alt(bx_parser *ps);

static bool set_flag(bx_flags *f, uint32_t c, bool on)
{
    switch (c) {
    case 'i':
        f->fold = on;
        return true;
    case 'm':
        f->lines = on;
        return true;
    case 's':
        f->dot_all = on;
        return true;
    case 'U':
        f->swap_greed = on;
        return true;
    case 'u':
        f->unicode = on;
        return true;
    case 'x':
        f->verbose = on;
        return true;
    default:
        return false;
    }
}

/* After "(?": flags up to ')' or ':', which stays. */
static bool parse_flags(bx_parser *ps, bx_flags *f)
{
    bool on = true, any = false;
    for (;; bx_bump(ps)) {
        uint32_t c = bx_peek(ps);
        if ((c == ')' || c == ':') && (any || on)) {
            if (c == ')' && !any)
                return bx_parse_fail(ps, ps->at, "a group of no flags");
            return true;
        }
        if (c == '-' && on) {
            on = any = false;
            continue;
        }
        if (!set_flag(f, c, on))
            return bx_parse_fail(ps, ps->at,
                                 "no such flag of a group: there are i, m, s, U, u, x "
                                 "and a minus sign before those to turn off");
        any = true;
    }
}

static bool is_name_byte(uint8_t c, bool is_first)
{
    bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    return is_letter || c == '_' || c >= 0x80 ||
           (!is_first && ((c >= '0' && c <= '9') || c == '.' || c == '[' || c == ']'));
}

/* After "(?<" or "(?P<": the name of group `number`. */
static bool parse_name(bx_parser *ps, uint32_t number)
{
    bx_ast *a = ps->ast;
    size_t from = ps->at;
    while (ps->at < ps->n && is_name_byte(ps->p[ps->at], ps->at == from))
        ps->at++;
    bx_str name = {(const char *)ps->p + from, ps->at - from};
    if (name.n == 0 || !bx_accept(ps, ">"))
        return bx_parse_fail(ps, from,
                             "a group's name is letters, digits and underscores, not "
                             "beginning with a digit, and ends with >");
    for (uint32_t i = 0; i < a->n_names; i++)
        if (bx_str_eq(a->names[i].name, name))
            return bx_parse_fail(ps, from, "two groups have the same name");
    if (!grow(ps, (void **)&a->names, a->n_names, &a->cap_names, sizeof *a->names,
              BX_REGEX_GROUPS_MAX))
        return false;
    a->names[a->n_names++] = (bx_ast_name){name, number};
    return true;
}

static uint32_t close_group(bx_parser *ps, size_t start, bool is_captured, uint32_t number)
{
    uint32_t inner = parse_alt(ps);
    if (ps->fail != BX_OK)
        return 0;
    if (!bx_accept(ps, ")"))
        return bx_parse_fail(ps, start,
                             "the group has no closing parenthesis; a literal one is \\(");
    return is_captured && ps->o->captures ? above(ps, BX_NODE_GROUP, number, inner) : inner;
}

static bool is_look_around(bx_parser *ps)
{
    return bx_accept(ps, "?=") || bx_accept(ps, "?!") || bx_accept(ps, "?<=") ||
           bx_accept(ps, "?<!");
}

static bool is_next_look_around(const bx_parser *ps)
{
    bx_parser copy = *ps;
    return is_look_around(&copy);
}

static uint32_t parse_around(bx_parser *ps, size_t start)
{
    bx_flags outer = ps->flags;
    bx_bump(ps); /* the question mark */
    uint32_t behind = bx_accept(ps, "<") ? 2 : 0, negated = bx_peek(ps) == '!';
    bx_bump(ps);
    if (++ps->nest > BX_REGEX_NEST_MAX)
        return bx_parse_fail(ps, start, "groups and sets are nested too deeply");
    uint32_t inner = close_group(ps, start, false, 0);
    ps->flags = outer;
    ps->nest--;
    ps->ast->has_again = true;
    return ps->fail == BX_OK ? above(ps, BX_NODE_AROUND, behind | negated, inner) : 0;
}

/* At the '(': a group, or flags for the rest of the one around. */
static uint32_t parse_group(bx_parser *ps, bool *ret_flags_only)
{
    size_t start = ps->at;
    bx_flags outer = ps->flags, inner = outer;
    bx_bump(ps);
    bx_skip_blanks(ps);
    if (ps->o->perl && is_next_look_around(ps))
        return parse_around(ps, start);
    if (is_look_around(ps))
        return bx_parse_fail(ps, start, "look-around, as in (?=…) and (?<!…), is not supported");
    bool is_named = bx_accept(ps, "?P<") || bx_accept(ps, "?<"), is_captured = true;
    if (!is_named && bx_accept(ps, "?")) {
        if (!parse_flags(ps, &inner))
            return 0;
        if (bx_accept(ps, ")")) {
            ps->flags = inner;
            *ret_flags_only = true;
            return 0;
        }
        bx_bump(ps);
        is_captured = false;
    }
    uint32_t number = is_captured ? ps->ast->groups++ : 0;
    if (is_captured && ps->o->captures && number >= BX_REGEX_GROUPS_MAX)
        return bx_parse_too_large(ps);
    if (is_named && !parse_name(ps, number))
        return 0;
    if (++ps->nest > BX_REGEX_NEST_MAX)
        return bx_parse_fail(ps, start, "groups and sets are nested too deeply");
    ps->flags = inner;
    uint32_t node = close_group(ps, start, is_captured, number);
    ps->flags = outer;
    ps->nest--;
    return node;
}

/* --- one thing, repeated or not ----------------------------------------------------------------
 */

static uint32_t parse_dot(bx_parser *ps)
{
    BX_AUTO_SET s = {0};
    uint32_t max = ps->flags.unicode ? BX_CP_MAX : 0xff;
    if (ps->flags.dot_all && !ps->o->lines) {
        bx_cpset_add(&s, 0, max);
    } else {
        bx_cpset_add(&s, 0, '\n' - 1);
        bx_cpset_add(&s, '\n' + 1, max);
    }
    return bx_node_set(ps, &s, !ps->flags.unicode);
}

/* `$`, and \z of lines: where lines end with \r\n, before that. */
static uint32_t line_end(bx_parser *ps)
{
    uint32_t look = bx_node_new(ps, BX_NODE_LOOK, BX_LOOK_LINE_END);
    if (!ps->o->crlf)
        return look;
    uint32_t cr = bx_node_new(ps, BX_NODE_CHAR, '\r');
    uint32_t maybe = above(ps, BX_NODE_REPEAT, 0, cr);
    if (!look || !maybe)
        return 0;
    bx_node *nodes = ps->ast->nodes;
    nodes[maybe].max = 1;
    nodes[maybe].lazy = true;
    nodes[maybe].next = look;
    return above(ps, BX_NODE_CAT, 0, maybe);
}

static uint32_t parse_anchor(bx_parser *ps, uint32_t c)
{
    bool of_line = ps->flags.lines || ps->o->lines;
    if (c == '^')
        return bx_node_new(ps, BX_NODE_LOOK, of_line ? BX_LOOK_LINE_START : BX_LOOK_TEXT_START);
    return of_line ? line_end(ps) : bx_node_new(ps, BX_NODE_LOOK, BX_LOOK_TEXT_END);
}

/* At a backslash: \K, \h or a back-reference. */
static bool parse_perl_escape(bx_parser *ps, uint32_t *ret)
{
    uint32_t c = bx_peek_behind(ps);
    bool is_digit = c >= '1' && c <= '9';
    if (!ps->o->perl || (!is_digit && c != 'K' && c != 'h'))
        return false;
    bx_bump(ps);
    bx_bump(ps);
    if (c == 'h') {
        BX_AUTO_SET s = {0};
        bx_cpset_add(&s, '\t', '\t');
        bx_cpset_add(&s, ' ', ' ');
        *ret = bx_node_set(ps, &s, false);
        return true;
    }
    ps->ast->has_again = true;
    if (is_digit && c - '0' >= ps->ast->groups)
        *ret = bx_parse_fail(ps, ps->at, "reference to a group that does not exist");
    else
        *ret =
            is_digit ? bx_node_new(ps, BX_NODE_AGAIN, c - '0') : bx_node_new(ps, BX_NODE_KEEP, 0);
    return true;
}

static uint32_t parse_item(bx_parser *ps)
{
    bx_item item;
    uint32_t special;
    if (parse_perl_escape(ps, &special))
        return special;
    if (!bx_parse_escape(ps, false, &item))
        return 0;
    switch (item.kind) {
    case BX_ITEM_CHAR:
        return bx_node_char(ps, item.value);
    case BX_ITEM_BYTE:
        return bx_node_new(ps, BX_NODE_BYTE, item.value);
    case BX_ITEM_LOOK:
        return item.value == BX_LOOK_LINE_END ? line_end(ps)
                                              : bx_node_new(ps, BX_NODE_LOOK, item.value);
    default:
        break;
    }
    uint32_t node = bx_node_set(ps, &item.set, !ps->flags.unicode);
    bx_cpset_done(&item.set);
    return node;
}

static uint32_t parse_atom(bx_parser *ps, bool *ret_flags_only)
{
    uint32_t c = bx_peek(ps);
    switch (c) {
    case '(':
        return parse_group(ps, ret_flags_only);
    case '[':
        return bx_parse_set(ps);
    case '\\':
        return parse_item(ps);
    case '*':
    case '+':
    case '?':
    case '{':
        return bx_parse_fail(ps, ps->at,
                             c == '{' ? "nothing to repeat before {; a literal one is "
                                        "\\{"
                                      : "nothing to repeat before *, + or ?; a literal "
                                        "one needs a backslash");
    default:
        break;
    }
    bx_bump(ps);
    if (c == '.')
        return parse_dot(ps);
    if (c == '^' || c == '$')
        return parse_anchor(ps, c);
    bx_see_literal(ps, c);
    return bx_node_char(ps, c);
}

static bool parse_number(bx_parser *ps, uint32_t *ret)
{
    size_t from = ps->at;
    uint32_t n = 0;
    for (; ps->at < ps->n && ps->p[ps->at] >= '0' && ps->p[ps->at] <= '9'; ps->at++)
        n = n > BX_REPEAT_MAX ? n : n * 10 + (uint32_t)(ps->p[ps->at] - '0');
    *ret = n;
    return ps->at > from;
}

/* At the '{': {n}, {n,} or {n,m}. */
static bool parse_count(bx_parser *ps, uint32_t *min, uint32_t *max)
{
    size_t start = ps->at;
    bx_bump(ps);
    bx_skip_blanks(ps);
    bool is_fine = parse_number(ps, min);
    bx_skip_blanks(ps);
    *max = *min;
    if (is_fine && bx_accept(ps, ",")) {
        bx_skip_blanks(ps);
        if (!parse_number(ps, max))
            *max = BX_REPEAT_INF;
        bx_skip_blanks(ps);
    }
    if (!is_fine || !bx_accept(ps, "}"))
        return bx_parse_fail(ps, start,
                             "{ begins a repetition such as {2}, {2,} or {0,5}; a "
                             "literal one is \\{");
    if (*min > BX_REPEAT_MAX || (*max > BX_REPEAT_MAX && *max != BX_REPEAT_INF)) {
        (void)bx_parse_too_large(ps);
        return false;
    }
    if (*min > *max)
        return bx_parse_fail(ps, start, "the repetition's smallest number is above its largest");
    return true;
}

static uint32_t parse_repeat(bx_parser *ps, uint32_t node)
{
    for (;;) {
        bx_skip_blanks(ps);
        uint32_t c = bx_peek(ps), min = c == '+', max = c == '?' ? 1 : BX_REPEAT_INF;
        if (ps->fail != BX_OK || (c != '*' && c != '+' && c != '?' && c != '{'))
            return node;
        if (c != '{')
            bx_bump(ps);
        else if (!parse_count(ps, &min, &max))
            return 0;
        bool lazy = bx_accept(ps, "?");
        node = above(ps, BX_NODE_REPEAT, 0, node);
        if (!node)
            return 0;
        bx_node *n = &ps->ast->nodes[node];
        n->min = min;
        n->max = max;
        n->lazy = lazy != ps->flags.swap_greed;
    }
}

/* --- one after the other, one or the other -----------------------------------------------------
 */

/* First and last of a list of brothers, and how many. */
typedef struct row {
    uint32_t first, last, n;
} row;

static void add_to(bx_parser *ps, row *r, uint32_t node)
{
    if (!node)
        return;
    if (r->n++ == 0)
        r->first = node;
    else
        ps->ast->nodes[r->last].next = node;
    r->last = node;
}

static uint32_t finish(bx_parser *ps, const row *r, bx_node_kind kind)
{
    if (r->n == 0)
        return bx_node_new(ps, BX_NODE_EMPTY, 0);
    return r->n == 1 ? r->first : above(ps, kind, 0, r->first);
}

static uint32_t parse_cat(bx_parser *ps)
{
    row r = {0};
    while (ps->fail == BX_OK) {
        bx_skip_blanks(ps);
        uint32_t c = bx_peek(ps);
        if (c == BX_END || c == '|' || c == ')')
            break;
        bool flags_only = false;
        uint32_t atom = parse_atom(ps, &flags_only);
        if (flags_only) { /* nothing that could be repeated */
            bx_skip_blanks(ps);
            c = bx_peek(ps);
            if (c == '*' || c == '+' || c == '?' || c == '{')
                return bx_parse_fail(ps, ps->at, "nothing to repeat before *, +, ? or {");
            continue;
        }
        add_to(ps, &r, atom ? parse_repeat(ps, atom) : 0);
    }
    return ps->fail == BX_OK ? finish(ps, &r, BX_NODE_CAT) : 0;
}

static uint32_t parse_alt(bx_parser *ps)
{
    row r = {0};
    do
        add_to(ps, &r, parse_cat(ps));
    while (ps->fail == BX_OK && bx_accept(ps, "|"));
    return ps->fail == BX_OK ? finish(ps, &r, BX_NODE_ALT) : 0;
}

static uint32_t parse_fixed(bx_parser *ps)
{
    row r = {0};
    while (ps->fail == BX_OK && ps->at < ps->n) {
        uint32_t c = bx_peek(ps);
        bx_bump(ps);
        bx_see_literal(ps, c);
        add_to(ps, &r, bx_node_char(ps, c));
    }
    return ps->fail == BX_OK ? finish(ps, &r, BX_NODE_CAT) : 0;
}

static uint32_t parse_all(bx_parser *ps)
{
    (void)bx_node_new(ps, BX_NODE_EMPTY, 0); /* index 0: nobody's child */
    uint32_t root = ps->o->fixed ? parse_fixed(ps) : parse_alt(ps);
    if (ps->fail == BX_OK && ps->at < ps->n)
        return bx_parse_fail(ps, ps->at,
                             "this closing parenthesis closes nothing; a literal one is "
                             "\\)");
    if (ps->fail != BX_OK || !ps->o->word)
        return root;
    row r = {0};
    add_to(ps, &r, bx_node_new(ps, BX_NODE_LOOK, BX_LOOK_WORD_START_HALF));
    add_to(ps, &r, root);
    add_to(ps, &r, bx_node_new(ps, BX_NODE_LOOK, BX_LOOK_WORD_END_HALF));
    return finish(ps, &r, BX_NODE_CAT);
}

static bool is_utf8(bx_str s)
{
    bx_utf8 d = {0};
    uint32_t cp[2];
    for (size_t i = 0; i < s.n; i++)
        for (unsigned n = bx_utf8_push(&d, (uint8_t)s.p[i], cp); n > 0; n--)
            if (cp[n - 1] == BX_UTF8_BAD)
                return false;
    return bx_utf8_end(&d, cp) == 0;
}

static void parse_once(bx_parser *ps, bool fold)
{
    bx_ast *a = ps->ast;
    a->n_nodes = a->n_sets = a->n_ranges = a->n_names = 0;
    a->groups = 1;
    ps->at = 0;
    ps->nest = 0;
    ps->flags = (bx_flags){.fold = fold, .lines = true, .unicode = true};
    a->root = parse_all(ps);
}

bx_code bx_ast_parse(bx_str pattern, const bx_regex_options *o, bx_ast *ret, bx_error *err)
{
    *ret = (bx_ast){0};
    bx_parser ps = {
        .ast = ret, .o = o, .err = err, .p = (const uint8_t *)pattern.p, .n = pattern.n};
    if (!is_utf8(pattern))
        (void)bx_parse_fail(&ps, ps.n, "the pattern is no UTF-8; a byte is (?-u:\\xNN)");
    else
        parse_once(&ps, o->fold == BX_CASE_INSENSITIVE);
    if (ps.fail == BX_OK && o->fold == BX_CASE_SMART && ps.has_literal && !ps.has_upper)
        parse_once(&ps, true);
    for (size_t i = 0; i < BX_COUNT(ps.perl); i++)
        bx_cpset_done(&ps.perl[i]);
    bx_cpset_done(&ps.upper);
    if (ps.fail != BX_OK)
        bx_ast_done(ret);
    return ps.fail;
}

void bx_ast_done(bx_ast *a)
{
    free(a->nodes);
    free(a->sets);
    free(a->ranges);
    free(a->names);
    *a = (bx_ast){0};
}
