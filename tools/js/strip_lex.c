/* Tokens of ECMAScript 2025 (12) as TypeScript reads them: `>` is always one character, and the
 * parser asks for a regular expression or the rest of a template where one may stand. */
#include <string.h>

#include "js/strip_int.h"

enum { C_START = 1, C_PART = 2, C_DIGIT = 4 };

static const uint8_t classes[128] = {
    ['$'] = 3, ['_'] = 3, ['\\'] = 3, ['0' ... '9'] = 6, ['A' ... 'Z'] = 3, ['a' ... 'z'] = 3,
};

typedef struct word {
    char text[11];
    uint8_t kind;
} word;

static const word words[] = {
#define W(w) {#w, JT_##w},
    JS_STRIP_WORDS(W, W)
#undef W
};

enum { WORDS = sizeof words / sizeof words[0] };

static unsigned at(const js_strip *p, uint32_t i) { return i < p->n ? p->src[i] : 0; }

/* U+2028 and U+2029 */
static bool is_separator(const js_strip *p, uint32_t i)
{
    return at(p, i) == 0xe2 && at(p, i + 1) == 0x80 && (at(p, i + 2) & 0xfe) == 0xa8;
}

/* The bytes of white space that is not ASCII, or 0. */
static uint32_t wide_space(const js_strip *p, uint32_t i)
{
    unsigned a = at(p, i), b = at(p, i + 1), c = at(p, i + 2);
    if (a == 0xc2)
        return b == 0xa0 ? 2 : 0;
    if (a == 0xe1)
        return b == 0x9a && c == 0x80 ? 3 : 0;
    if (a == 0xe2)
        return (b == 0x80 && ((c >= 0x80 && c <= 0x8a) || c == 0xaf)) || (b == 0x81 && c == 0x9f)
                   ? 3
                   : 0;
    if (a == 0xe3)
        return b == 0x80 && c == 0x80 ? 3 : 0;
    return a == 0xef && b == 0xbb && c == 0xbf ? 3 : 0;
}

bool js_has_newline(const js_strip *p, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        if (p->src[i] == '\n' || p->src[i] == '\r' || is_separator(p, i))
            return true;
    return false;
}

static uint32_t line_comment(const js_strip *p, uint32_t i)
{
    while (i < p->n && p->src[i] != '\n' && p->src[i] != '\r' && !is_separator(p, i))
        i++;
    return i;
}

static bool starts(const js_strip *p, uint32_t i, const char *text, uint32_t n)
{
    return p->n - i >= n && memcmp(p->src + i, text, n) == 0;
}

static uint32_t block_comment(js_strip *p, uint32_t i, js_tok *t)
{
    for (i += 2; i < p->n; i++) {
        if (p->src[i] == '*' && at(p, i + 1) == '/')
            return i + 2;
        if (p->src[i] == '\n' || p->src[i] == '\r' || is_separator(p, i))
            t->nl = true;
    }
    t->kind = JT_BAD;
    p->bad = "Unterminated block comment";
    return p->n;
}

/* White space and comments. */
static uint32_t skip(js_strip *p, uint32_t from, js_tok *t)
{
    for (uint32_t i = from;;) {
        unsigned c = at(p, i);
        if (c == ' ' || c == '\t' || c == '\v' || c == '\f') {
            i++;
        } else if (c == '\n' || c == '\r') {
            t->nl = true;
            i++;
        } else if (c >= 0x80) {
            uint32_t n = wide_space(p, i);
            if (is_separator(p, i)) {
                t->nl = true;
                n = 3;
            }
            if (!n)
                return i;
            i += n;
        } else if (c == '/' && at(p, i + 1) == '/') {
            i = line_comment(p, i);
        } else if (c == '/' && at(p, i + 1) == '*') {
            t->pos = i;
            i = block_comment(p, i, t);
        } else if (!p->module && ((c == '<' && starts(p, i, "<!--", 4)) ||
                                  (c == '-' && (t->nl || !from) && starts(p, i, "-->", 3)))) {
            i = line_comment(p, i);
        } else {
            return i;
        }
    }
}

static uint32_t name_end(const js_strip *p, uint32_t i)
{
    for (; i < p->n; i++) {
        unsigned c = p->src[i];
        if (c < 0x80) {
            if (c == '\\' && at(p, i + 1) == 'u' && at(p, i + 2) == '{') {
                while (i + 1 < p->n && at(p, i) != '}' && at(p, i) != '\n')
                    i++;
                continue;
            }
            if (!(classes[c] & C_PART))
                return i;
        } else if (is_separator(p, i) || wide_space(p, i)) {
            return i;
        }
    }
    return i;
}

static uint8_t word_kind(const js_strip *p, uint32_t pos, uint32_t n)
{
    unsigned c = p->src[pos] - (unsigned)'a';
    if (c >= 26 || n > 10)
        return JT_IDENT;
    for (unsigned i = p->words[c]; i < p->words[c + 1]; i++)
        if (memcmp(words[i].text, p->src + pos, n) == 0 && !words[i].text[n])
            return words[i].kind;
    return JT_IDENT;
}

static uint32_t digits(const js_strip *p, uint32_t i)
{
    while ((at(p, i) >= '0' && at(p, i) <= '9') || at(p, i) == '_')
        i++;
    return i;
}

static uint32_t number_end(const js_strip *p, uint32_t i)
{
    unsigned c = at(p, i), d = at(p, i + 1) | 0x20;
    if (c == '0' && (d == 'x' || d == 'b' || d == 'o')) {
        i += 2;
        while (at(p, i) < 0x80 && (classes[at(p, i)] & C_PART) && at(p, i) != '\\')
            i++;
        return i;
    }
    uint32_t from = i;
    i = digits(p, i);
    bool octal = c == '0' && i > from + 1;
    for (uint32_t k = from; k < i; k++)
        if (p->src[k] >= '8')
            octal = false;
    if (octal || at(p, i) == 'n')
        return i + (at(p, i) == 'n');
    if (at(p, i) == '.')
        i = digits(p, i + 1);
    if ((at(p, i) | 0x20) == 'e') {
        uint32_t k = i + 1 + (at(p, i + 1) == '+' || at(p, i + 1) == '-');
        if (at(p, k) >= '0' && at(p, k) <= '9')
            i = digits(p, k);
    }
    return i;
}

static uint32_t string_end(js_strip *p, js_tok *t)
{
    unsigned quote = p->src[t->pos];
    for (uint32_t i = t->pos + 1; i < p->n; i++) {
        unsigned c = p->src[i];
        if (c == quote)
            return i + 1;
        if (c == '\\')
            i += at(p, i + 1) == '\r' && at(p, i + 2) == '\n' ? 2 : 1;
        else if (c == '\n' || c == '\r')
            break;
    }
    t->kind = JT_BAD;
    p->bad = "Unterminated string constant";
    return t->pos + 1;
}

/* From the ` or } at pos. */
static uint32_t template_end(js_strip *p, js_tok *t, uint8_t whole, uint8_t open)
{
    for (uint32_t i = t->pos + 1; i < p->n; i++) {
        unsigned c = p->src[i];
        if (c == '\\') {
            i++;
        } else if (c == '`') {
            t->kind = whole;
            return i + 1;
        } else if (c == '$' && at(p, i + 1) == '{') {
            t->kind = open;
            return i + 2;
        }
    }
    t->kind = JT_BAD;
    p->bad = "Unterminated template";
    return t->pos + 1;
}

/* `c`, repeated, or followed by =: the kinds of cc and of c alone; c= and cc= assign. */
static uint32_t operator_end(const js_strip *p, js_tok *t, uint8_t doubled)
{
    uint32_t i = t->pos + 1;
    t->kind = p->src[t->pos];
    if (doubled && at(p, i) == t->kind) {
        t->kind = doubled;
        i++;
    }
    if (at(p, i) == '=' && t->kind != JT_INCREMENT) {
        t->kind = JT_ASSIGN;
        i++;
    }
    return i;
}

static uint32_t equals_end(const js_strip *p, js_tok *t)
{
    uint32_t i = t->pos + 1;
    t->kind = p->src[t->pos];
    if (at(p, i) == '>' && t->kind == '=') {
        t->kind = JT_ARROW;
        return i + 1;
    }
    if (at(p, i) != '=')
        return i;
    t->kind = JT_EQ;
    return i + 1 + (at(p, i + 1) == '=');
}

static uint32_t question_end(const js_strip *p, js_tok *t)
{
    uint32_t i = t->pos + 1;
    if (at(p, i) == '.' && !(at(p, i + 1) >= '0' && at(p, i + 1) <= '9')) {
        t->kind = JT_OPTIONAL;
        return i + 1;
    }
    return at(p, i) == '?' ? operator_end(p, t, JT_COALESCE) : i;
}

static uint32_t less_end(const js_strip *p, js_tok *t)
{
    if (at(p, t->pos + 1) != '=')
        return operator_end(p, t, JT_SHL);
    t->kind = JT_LE;
    return t->pos + 2;
}

static uint32_t punctuator_end(js_strip *p, js_tok *t)
{
    switch (t->kind) {
    case '+':
    case '-':
        return operator_end(p, t, JT_INCREMENT);
    case '*':
        return operator_end(p, t, JT_POW);
    case '&':
        return operator_end(p, t, JT_AND);
    case '|':
        return operator_end(p, t, JT_OR);
    case '/':
    case '%':
    case '^':
        return operator_end(p, t, 0);
    case '<':
        return less_end(p, t);
    case '=':
    case '!':
        return equals_end(p, t);
    case '?':
        return question_end(p, t);
    case '.':
        if (at(p, t->pos + 1) != '.' || at(p, t->pos + 2) != '.')
            return t->pos + 1;
        t->kind = JT_DOTS;
        return t->pos + 3;
    default:
        if (t->kind > ' ' && t->kind < 0x7f)
            return t->pos + 1;
        t->kind = JT_BAD;
        p->bad = "Unexpected character";
        return t->pos + 1;
    }
}

js_tok js_scan(js_strip *p, uint32_t pos)
{
    js_tok t = {.pos = pos};
    pos = skip(p, pos, &t);
    t.end = pos;
    if (t.kind == JT_BAD)
        return t;
    t.pos = pos;
    if (pos >= p->n)
        return t;
    unsigned c = p->src[pos];
    if (c >= 0x80 || (classes[c] & C_START)) {
        t.end = name_end(p, pos);
        t.kind = word_kind(p, pos, t.end - pos);
    } else if ((classes[c] & C_DIGIT) ||
               (c == '.' && at(p, pos + 1) < 0x80 && (classes[at(p, pos + 1)] & C_DIGIT))) {
        t.kind = JT_NUMBER;
        t.end = number_end(p, pos);
    } else if (c == '"' || c == '\'') {
        t.kind = JT_STRING;
        t.end = string_end(p, &t);
    } else if (c == '`') {
        t.end = template_end(p, &t, JT_TEMPLATE, JT_TEMPLATE_HEAD);
    } else if (c == '#') {
        t.end = name_end(p, pos + 1);
        t.kind = t.end > pos + 1 ? JT_PRIVATE : '#';
    } else {
        t.kind = (uint8_t)c;
        t.end = punctuator_end(p, &t);
    }
    return t;
}

js_tok js_peek(js_strip *p) { return js_scan(p, p->t.end); }

void js_next(js_strip *p)
{
    if (p->failed)
        return;
    p->prev_pos = p->t.pos;
    p->prev_end = p->t.end;
    p->prev_kind = p->t.kind;
    p->t = js_scan(p, p->t.end);
    if (js_at(p, JT_BAD))
        js_fail(p, p->bad);
}

void js_rescan_regex(js_strip *p)
{
    bool in_class = false;
    for (uint32_t i = p->t.pos + 1; i < p->n; i++) {
        unsigned c = p->src[i];
        if (c == '\n' || c == '\r' || is_separator(p, i))
            break;
        if (c == '\\') {
            if (at(p, i + 1) != '\n' && at(p, i + 1) != '\r')
                i++;
        } else if (c == '[') {
            in_class = true;
        } else if (c == ']') {
            in_class = false;
        } else if (c == '/' && !in_class) {
            p->t.kind = JT_REGEX;
            p->t.end = name_end(p, i + 1);
            return;
        }
    }
    js_fail(p, "Unterminated regexp literal");
}

void js_rescan_template(js_strip *p)
{
    if (!js_at(p, '}')) {
        js_expect(p, '}');
        return;
    }
    p->t.end = template_end(p, &p->t, JT_TEMPLATE_TAIL, JT_TEMPLATE_MIDDLE);
    if (js_at(p, JT_BAD))
        js_fail(p, p->bad);
}

void js_rescan_greater(js_strip *p)
{
    uint32_t i = p->t.pos + 1;
    while (i < p->t.pos + 3 && at(p, i) == '>')
        i++;
    if (at(p, i) == '=') {
        p->t.kind = i > p->t.pos + 1 ? JT_ASSIGN : JT_GE;
        p->t.end = i + 1;
    } else if (i > p->t.pos + 1) {
        p->t.kind = JT_SHR;
        p->t.end = i;
    }
}

bool js_rescan_less(js_strip *p)
{
    if (js_at(p, JT_SHL)) {
        p->t.kind = '<';
        p->t.end = p->t.pos + 1;
    }
    return js_at(p, '<');
}
