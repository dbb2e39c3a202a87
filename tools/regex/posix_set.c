/* Sets in brackets as POSIX has them: XBD 9.3.5. */
#include "regex/parse.h"
#include "regex/posix_parse.h"

static const char unmatched[] = "Unmatched [, [^, [:, [., or [=";

uint32_t bx_posix_decode(const uint8_t *p, size_t n, size_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = p[0] < 0xc2 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 1;
    *ret = 1;
    if (p[0] < 0x80)
        return p[0];
    if (need == 1 || n < need)
        return UINT32_MAX;
    uint32_t cp = p[0] & (0x7fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        cp = cp << 6 | (p[i] & 0x3f);
    }
    if (cp < least[need] || cp > BX_CP_MAX || (cp >= 0xd800 && cp < 0xe000))
        return UINT32_MAX;
    *ret = need;
    return cp;
}

/* --- classes -----------------------------------------------------------------------------------
 */

static void add_named(bx_cpset *s, const char *name)
{
    (void)bx_unicode_named((bx_str){"", 0}, bx_str_of(name), s);
}

static void minus_ascii(bx_cpset *s, uint32_t lo, uint32_t hi)
{
    BX_AUTO_SET other = {0};
    bx_cpset_add(&other, lo, hi);
    bx_cpset_tidy(s);
    bx_cpset_minus(s, &other);
}

static void add_alpha(bx_cpset *s)
{
    add_named(s, "L");
    add_named(s, "Nl");
    add_named(s, "Nd");
    add_named(s, "Lowercase");
    add_named(s, "Uppercase");
    minus_ascii(s, '0', '9');
}

static void add_visible(bx_cpset *s)
{
    add_named(s, "Cc");
    add_named(s, "Cn");
    add_named(s, "Cs");
    bx_unicode_spaces(s);
    bx_cpset_tidy(s);
    bx_cpset_negate(s, BX_CP_MAX);
}

static void add_punct(bx_cpset *s)
{
    BX_AUTO_SET letters = {0};
    add_visible(s);
    add_alpha(&letters);
    bx_cpset_add(&letters, '0', '9');
    bx_cpset_tidy(&letters);
    bx_cpset_minus(s, &letters);
}

static void add_blank(bx_cpset *s)
{
    bx_cpset_add(s, '\t', '\t');
    bx_cpset_add(s, ' ', ' ');
    bx_cpset_add(s, 0x1680, 0x1680);
    bx_cpset_add(s, 0x2000, 0x2006);
    bx_cpset_add(s, 0x2008, 0x200a);
    bx_cpset_add(s, 0x205f, 0x205f);
    bx_cpset_add(s, 0x3000, 0x3000);
}

static void add_space(bx_cpset *s)
{
    bx_unicode_spaces(s);
    minus_ascii(s, 0x85, 0x85);
    minus_ascii(s, 0xa0, 0xa0);
    minus_ascii(s, 0x2007, 0x2007);
    minus_ascii(s, 0x202f, 0x202f);
}

/* The class of that name; false: there is none. */
static bool add_class(bx_cpset *to, bx_str name, bool fold)
{
    BX_AUTO_SET s = {0};
    if (fold && (bx_str_eq(name, BX_LIT("upper")) || bx_str_eq(name, BX_LIT("lower"))))
        name = BX_LIT("alpha");
    if (bx_str_eq(name, BX_LIT("alpha")) || bx_str_eq(name, BX_LIT("alnum"))) {
        add_alpha(&s);
        if (name.p[2] == 'n')
            bx_cpset_add(&s, '0', '9');
    } else if (bx_str_eq(name, BX_LIT("digit"))) {
        bx_cpset_add(&s, '0', '9');
    } else if (bx_str_eq(name, BX_LIT("xdigit"))) {
        bx_cpset_add(&s, '0', '9');
        bx_cpset_add(&s, 'A', 'F');
        bx_cpset_add(&s, 'a', 'f');
    } else if (bx_str_eq(name, BX_LIT("space"))) {
        add_space(&s);
    } else if (bx_str_eq(name, BX_LIT("blank"))) {
        add_blank(&s);
    } else if (bx_str_eq(name, BX_LIT("upper"))) {
        add_named(&s, "Uppercase");
    } else if (bx_str_eq(name, BX_LIT("lower"))) {
        add_named(&s, "Lowercase");
    } else if (bx_str_eq(name, BX_LIT("punct"))) {
        add_punct(&s);
    } else if (bx_str_eq(name, BX_LIT("cntrl"))) {
        add_named(&s, "Cc");
        bx_cpset_add(&s, 0x2028, 0x2029);
    } else if (bx_str_eq(name, BX_LIT("graph")) || bx_str_eq(name, BX_LIT("print"))) {
        add_visible(&s);
        if (name.p[0] == 'p')
            bx_cpset_add(&s, ' ', ' ');
    } else {
        return false;
    }
    bx_cpset_tidy(&s);
    bx_set_add_set(to, &s);
    return true;
}

/* --- one set -----------------------------------------------------------------------------------
 */

typedef struct end { /* a member, or one end of a range */
    enum { END_CHAR, END_BYTE, END_CLASS } kind;
    uint32_t value;
} end;

typedef struct reader {
    bx_parser *ps;
    const bx_posix_options *o;
    bx_cpset chars;
    bx_cpset bytes; /* that are no characters */
} reader;

/* At "[:", "[=" or "[.": up to its end; the text between into *ret. */
static bool bracketed(bx_parser *ps, bx_str *ret)
{
    uint8_t kind = ps->p[ps->at + 1];
    size_t from = ps->at + 2;
    for (size_t i = from; i + 1 < ps->n; i++) {
        if (ps->p[i] != kind || ps->p[i + 1] != ']')
            continue;
        *ret = (bx_str){(const char *)ps->p + from, i - from};
        ps->at = i + 2;
        return true;
    }
    (void)bx_posix_fail(ps, unmatched);
    return false;
}

static bool read_end(reader *r, end *ret)
{
    bx_parser *ps = r->ps;
    size_t len;
    uint8_t c = ps->p[ps->at], behind = ps->at + 1 < ps->n ? ps->p[ps->at + 1] : 0;
    *ret = (end){END_CHAR, 0};
    if (c == '[' && (behind == ':' || behind == '=' || behind == '.')) {
        bx_str name;
        if (!bracketed(ps, &name))
            return false;
        if (behind == ':') {
            ret->kind = END_CLASS;
            return add_class(&r->chars, name, r->o->fold) ||
                   bx_posix_fail(ps, "Invalid character class name");
        }
        if (name.n == 0 ||
            (ret->value = bx_posix_decode((const uint8_t *)name.p, name.n, &len), len != name.n))
            return bx_posix_fail(ps, "Invalid collation character");
        return true;
    }
    if (c == '\\' && r->o->awk && ps->at + 1 < ps->n) {
        ps->at++;
        if (bx_posix_awk_escape(ps, true, &ret->value))
            return true;
    }
    ret->value = bx_posix_decode(ps->p + ps->at, ps->n - ps->at, &len);
    if (ret->value == UINT32_MAX)
        *ret = (end){END_BYTE, ps->p[ps->at]};
    ps->at += len;
    return true;
}

static bool add_range(reader *r, end from, end to)
{
    if (from.kind == END_CLASS || to.kind == END_CLASS || from.kind != to.kind ||
        from.value > to.value)
        return bx_posix_fail(r->ps, "Invalid range end");
    bx_cpset_add(from.kind == END_BYTE ? &r->bytes : &r->chars, from.value, to.value);
    return true;
}

static bool read_member(reader *r)
{
    bx_parser *ps = r->ps;
    end from, to;
    if (!read_end(r, &from))
        return false;
    bool is_range = ps->at + 1 < ps->n && ps->p[ps->at] == '-' && ps->p[ps->at + 1] != ']';
    if (is_range) {
        ps->at++;
        return read_end(r, &to) && add_range(r, from, to);
    }
    if (from.kind != END_CLASS)
        bx_cpset_add(from.kind == END_BYTE ? &r->bytes : &r->chars, from.value, from.value);
    return true;
}

static uint32_t make(reader *r, bool negated)
{
    bx_parser *ps = r->ps;
    bx_cpset_tidy(&r->chars);
    bx_cpset_tidy(&r->bytes);
    if (ps->flags.fold)
        bx_unicode_fold(&r->chars);
    if (negated)
        bx_cpset_negate(&r->chars, BX_CP_MAX);
    uint32_t set = bx_node_set(ps, &r->chars, false);
    if (!set || negated || r->bytes.n == 0)
        return set;
    uint32_t bytes = bx_node_set(ps, &r->bytes, true), alt = bx_node_new(ps, BX_NODE_ALT, 0);
    if (!bytes || !alt)
        return 0;
    ps->ast->nodes[set].next = bytes;
    ps->ast->nodes[alt].child = set;
    ps->ast->nodes[alt].depth = 1;
    return alt;
}

/* A '-' that is neither the first nor the last begins no member: glibc takes it for the middle of a
 * range without a beginning. */
static bool is_stray_hyphen(const bx_parser *ps)
{
    return ps->p[ps->at] == '-' && ps->at + 1 < ps->n && ps->p[ps->at + 1] != ']';
}

static bool read_members(reader *r)
{
    bx_parser *ps = r->ps;
    for (bool is_first = true;; is_first = false) {
        if (ps->at >= ps->n)
            return bx_posix_fail(ps, unmatched);
        if (ps->p[ps->at] == ']' && !is_first) {
            ps->at++;
            return true;
        }
        if (!is_first && is_stray_hyphen(ps))
            return bx_posix_fail(ps, "Invalid range end");
        if (!read_member(r))
            return false;
    }
}

uint32_t bx_posix_set(bx_parser *ps, const bx_posix_options *o)
{
    reader r = {.ps = ps, .o = o};
    bool negated = ps->at < ps->n && ps->p[ps->at] == '^';
    size_t from = ps->at;
    ps->at += negated;
    uint32_t node = read_members(&r) ? make(&r, negated) : 0;
    bx_cpset_done(&r.chars);
    bx_cpset_done(&r.bytes);
    if (node && o->lenient && !o->awk && ps->at - from >= 4 && ps->p[from] == ':' &&
        ps->p[ps->at - 2] == ':' && ps->at - from > 3)
        return bx_posix_fail(ps, "character class syntax is [[:space:]], not [:space:]");
    return node;
}
