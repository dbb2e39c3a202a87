/* What a backslash begins. */
#include "regex/parse.h"

static bool is_one_of(uint32_t c, const char *z) { return c > 0 && c < 0x80 && strchr(z, (int)c); }

static int hex_digit(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (int)(c - 'a' + 10) : -1;
}

/* After \x, \u or \U: `digits` of them, or any number in braces. */
static bool hex_escape(bx_parser *ps, size_t start, int digits, bx_item *ret)
{
    uint32_t value = 0;
    int n = 0, digit;
    bool is_braced = bx_accept(ps, "{");
    while ((is_braced || n < digits) && (digit = hex_digit(bx_peek(ps))) >= 0) {
        value = value > BX_CP_MAX ? value : value << 4 | (uint32_t)digit;
        n++;
        bx_bump(ps);
    }
    if (is_braced && !bx_accept(ps, "}"))
        return bx_parse_fail(ps, start, "the hexadecimal number in braces has no end");
    if (n == 0 || (!is_braced && n < digits))
        return bx_parse_fail(ps, start,
                             "too few hexadecimal digits, as in \\x7F, \\x{1F600} or "
                             "\\u00E9");
    bool is_byte = !ps->flags.unicode && value > 0x7f && value <= 0xff && digits == 2;
    if (value > BX_CP_MAX || (value >= 0xd800 && value < 0xe000))
        return bx_parse_fail(ps, start, "the hexadecimal number is no Unicode character");
    *ret = (bx_item){.kind = is_byte ? BX_ITEM_BYTE : BX_ITEM_CHAR, .value = value};
    return true;
}

/* After \p or \P. */
static bool property(bx_parser *ps, size_t start, bool negated, bx_item *ret)
{
    static const char unknown[] =
        "no such Unicode class: there are the general categories (\\p{L}, \\p{Lu}, "
        "\\p{Uppercase_Letter}), common scripts (\\p{Greek}, \\p{sc=Han}) and Any, ASCII, "
        "Assigned, Lowercase, Uppercase, White_Space";
    bx_str kind = {"", 0}, name;
    if (!ps->flags.unicode)
        return bx_parse_fail(ps, start, "a Unicode class needs Unicode, which (?-u) turned off");
    if (bx_accept(ps, "{")) {
        negated ^= bx_accept(ps, "^");
        size_t from = ps->at;
        const uint8_t *end = memchr(ps->p + from, '}', ps->n - from);
        if (!end)
            return bx_parse_fail(ps, start, "the Unicode class has no closing brace");
        name = (bx_str){(const char *)ps->p + from, (size_t)(end - ps->p) - from};
        ps->at = from + name.n + 1;
        for (size_t i = 0; i < name.n; i++)
            if (name.p[i] == '=' || name.p[i] == ':') {
                kind = (bx_str){name.p, i};
                name = bx_str_from(name, i + 1);
                if (kind.n > 0 && kind.p[kind.n - 1] == '!') {
                    kind.n--;
                    negated = !negated;
                }
                break;
            }
    } else {
        size_t from = ps->at;
        if (bx_peek(ps) == BX_END)
            return bx_parse_fail(ps, start, unknown);
        bx_bump(ps);
        name = (bx_str){(const char *)ps->p + from, ps->at - from};
    }
    *ret = (bx_item){.kind = BX_ITEM_SET};
    ps->work += 1000;
    if (name.n > 64 || !bx_unicode_named(kind, name, &ret->set)) {
        bx_cpset_done(&ret->set);
        return bx_parse_fail(ps, start, unknown);
    }
    bx_fold_set(ps, &ret->set);
    if (negated)
        bx_cpset_negate(&ret->set, BX_CP_MAX);
    return true;
}

static void ascii_perl(bx_cpset *s, uint32_t which)
{
    if (which == 's') {
        bx_cpset_add(s, '\t', '\r');
        bx_cpset_add(s, ' ', ' ');
        return;
    }
    bx_cpset_add(s, '0', '9');
    if (which == 'w') {
        bx_cpset_add(s, 'A', 'Z');
        bx_cpset_add(s, '_', '_');
        bx_cpset_add(s, 'a', 'z');
    }
}

/* \d \s \w and their opposites: case makes no difference to them. */
static bool perl_class(bx_parser *ps, uint32_t c, bx_item *ret)
{
    uint32_t which = c | 0x20;
    *ret = (bx_item){.kind = BX_ITEM_SET};
    if (!ps->flags.unicode) {
        ascii_perl(&ret->set, which);
    } else {
        bx_cpset *known = &ps->perl[which == 'd' ? 0 : which == 's' ? 1 : 2];
        if (known->n == 0) {
            if (which == 'd')
                bx_unicode_digits(known);
            else if (which == 's')
                bx_unicode_spaces(known);
            else
                bx_unicode_words(known);
        }
        bx_set_add_set(&ret->set, known);
    }
    ps->work += ret->set.n;
    if (c != which)
        bx_cpset_negate(&ret->set, ps->flags.unicode ? BX_CP_MAX : 0xff);
    return true;
}

static bool look(bx_parser *ps, bx_look kind, bx_item *ret)
{
    uint32_t ascii = bx_look_is_word(kind) && !ps->flags.unicode ? BX_LOOK_ASCII : 0;
    *ret = (bx_item){.kind = BX_ITEM_LOOK, .value = kind + ascii};
    return true;
}

/* After \b: one of \b{start} and so on, unless a count follows, which is a repetition. */
static bool word_boundary(bx_parser *ps, size_t start, bx_item *ret)
{
    static const struct {
        const char *text;
        bx_look kind;
    } all[] = {{"{start}", BX_LOOK_WORD_START},
               {"{end}", BX_LOOK_WORD_END},
               {"{start-half}", BX_LOOK_WORD_START_HALF},
               {"{end-half}", BX_LOOK_WORD_END_HALF}};
    for (size_t i = 0; i < BX_COUNT(all); i++)
        if (bx_accept(ps, all[i].text))
            return look(ps, all[i].kind, ret);
    if (bx_peek(ps) == '{' && hex_digit(bx_peek_behind(ps)) < 0)
        return bx_parse_fail(ps, start,
                             "no such word boundary: there are \\b{start}, \\b{end}, "
                             "\\b{start-half} and \\b{end-half}");
    return look(ps, BX_LOOK_WORD, ret);
}

/* The one character that a letter after a backslash stands for, or 0. */
static uint32_t control(uint32_t c)
{
    switch (c) {
    case 'a':
        return '\a';
    case 'f':
        return '\f';
    case 't':
        return '\t';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 'v':
        return '\v';
    default:
        return 0;
    }
}

static bool unknown_escape(bx_parser *ps, size_t start, uint32_t c)
{
    if (c >= '0' && c <= '9')
        return bx_parse_fail(ps, start,
                             "back references are not supported (nor octal numbers: "
                             "write \\x{…})");
    if (c == 'Z')
        return bx_parse_fail(ps, start, "\\Z is not supported: the end of the text is \\z");
    if (c == 'k' || c == 'g')
        return bx_parse_fail(ps, start, "back references are not supported");
    return bx_parse_fail(ps, start, "no such escape; a literal backslash is \\\\");
}

static bool assertion(bx_parser *ps, size_t start, uint32_t c, bx_item *ret)
{
    switch (c) {
    case 'A':
        return look(ps, ps->o->lines ? BX_LOOK_LINE_START : BX_LOOK_TEXT_START, ret);
    case 'z':
        return look(ps, ps->o->lines ? BX_LOOK_LINE_END : BX_LOOK_TEXT_END, ret);
    case 'b':
        return word_boundary(ps, start, ret);
    case 'B':
        return look(ps, BX_LOOK_NOT_WORD, ret);
    case '<':
        return look(ps, BX_LOOK_WORD_START, ret);
    default:
        return look(ps, BX_LOOK_WORD_END, ret);
    }
}

/* After a backslash each of these is itself. */
static bool is_punctuation(uint32_t c)
{
    bool is_digit = c >= '0' && c <= '9', is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    return c >= ' ' && c < 0x7f && !is_digit && !is_letter;
}

bool bx_parse_escape(bx_parser *ps, bool in_set, bx_item *ret)
{
    size_t start = ps->at;
    if (ps->work > BX_AST_RANGES_MAX * 16)
        return bx_parse_too_large(ps);
    bx_bump(ps);
    uint32_t c = bx_peek(ps);
    if (c == BX_END)
        return bx_parse_fail(ps, start, "a backslash at the end; a literal one is \\\\");
    bx_bump(ps);
    if (is_one_of(c, "dswDSW"))
        return perl_class(ps, c, ret);
    if (c == 'p' || c == 'P')
        return property(ps, start, c == 'P', ret);
    if (c == 'x' || c == 'u' || c == 'U') {
        if (!hex_escape(ps, start, c == 'x' ? 2 : c == 'u' ? 4 : 8, ret))
            return false;
    } else if (is_one_of(c, "AzbB<>")) {
        if (in_set)
            return bx_parse_fail(ps, start, "this escape has no meaning in a set");
        return assertion(ps, start, c, ret);
    } else if (control(c)) {
        *ret = (bx_item){.kind = BX_ITEM_CHAR, .value = control(c)};
    } else if (!is_punctuation(c)) {
        return unknown_escape(ps, start, c);
    } else {
        *ret = (bx_item){.kind = BX_ITEM_CHAR, .value = c};
    }
    bx_see_literal(ps, ret->value);
    return true;
}
