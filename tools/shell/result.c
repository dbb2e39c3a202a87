/* shell/result.c - the text of what a tool answered. */
#include "shell/result.h"

typedef struct reader {
    const char *p, *end;
} reader;

static void skip_blanks(reader *r)
{
    while (r->p < r->end && strchr(" \t\r\n", *r->p))
        r->p++;
}

static bool take(reader *r, char c)
{
    skip_blanks(r);
    bool is = r->p < r->end && *r->p == c;
    r->p += is;
    return is;
}

/* Past a string, whose inside is *ret, escapes and all. */
static bool string(reader *r, bx_str *ret)
{
    if (!take(r, '"'))
        return false;
    const char *begin = r->p;
    while (r->p < r->end && *r->p != '"')
        r->p += *r->p == '\\' && r->end - r->p > 1 ? 2 : 1;
    *ret = (bx_str){begin, (size_t)(r->p - begin)};
    return take(r, '"');
}

/* Past any value. */
static bool skip(reader *r)
{
    size_t depth = 0;
    do {
        bx_str s;
        skip_blanks(r);
        if (r->p == r->end)
            return false;
        if (*r->p == '"') {
            if (!string(r, &s))
                return false;
            continue;
        }
        if (*r->p == '{' || *r->p == '[')
            depth++;
        else if (*r->p == '}' || *r->p == ']')
            depth--;
        r->p++;
        while (depth == 0 && r->p < r->end && !strchr(",}] \t\r\n", *r->p))
            r->p++; /* the rest of a number or a word */
    } while (depth > 0);
    return true;
}

/* To the next member of an object; false: there is none. */
static bool member(reader *r, bx_str *key)
{
    (void)take(r, ',');
    return string(r, key) && take(r, ':');
}

static unsigned hex4(const char *p, const char *end)
{
    unsigned v = 0;
    for (int i = 0; i < 4 && p + i < end; i++) {
        char c = p[i];
        v = v * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return v & 0xffff;
}

static size_t put_utf8(char *to, unsigned c)
{
    if (c < 0x80)
        return to[0] = (char)c, 1;
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 63));
        to[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 63));
    to[2] = (char)(0x80 | (c >> 6 & 63));
    to[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* One escape at `p`, behind the backslash; how many bytes it was. */
static size_t escape(const char *p, const char *end, char *to, size_t *n)
{
    static const char from[] = "nrtbf", is[] = "\n\r\t\b\f";
    const char *at = strchr(from, *p);
    if (*p != 'u') {
        *n = 1;
        to[0] = at ? is[at - from] : *p;
        return 1;
    }
    unsigned c = hex4(p + 1, end), low = 0;
    if (c >= 0xd800 && c < 0xdc00 && end - p >= 11 && p[5] == '\\' && p[6] == 'u')
        low = hex4(p + 7, end);
    bool pair = low >= 0xdc00 && low < 0xe000;
    *n = put_utf8(to, pair ? 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff) : c);
    return pair ? 11 : end - p > 5 ? 5 : (size_t)(end - p);
}

/* It is never longer than what it is written as. */
static size_t decode(bx_str s, char *to)
{
    size_t n = 0;
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        size_t k = 1;
        if (*p == '\\' && end - p > 1)
            p += 1 + escape(p + 1, end, to + n, &k);
        else
            to[n] = *p++;
        n += k;
    }
    return n;
}

/* The text of one content block; without any where it is of another kind. */
static bool block(reader *r, bx_str *text)
{
    bx_str key, type = BX_LIT(""), found = BX_LIT("");
    if (!take(r, '{'))
        return false;
    while (member(r, &key)) {
        bool is_type = bx_str_eq(key, BX_LIT("type")), is_text = bx_str_eq(key, BX_LIT("text"));
        skip_blanks(r);
        bool is_string = r->p < r->end && *r->p == '"';
        if ((is_type || is_text) && is_string ? !string(r, is_type ? &type : &found) : !skip(r))
            return false;
    }
    *text = bx_str_eq(type, BX_LIT("text")) ? found : BX_LIT("");
    return take(r, '}');
}

/* Every text on lines of its own; *ret_n bytes of `to`, which has room for all of the result. */
static bool content(reader *r, char *to, size_t *ret_n)
{
    bx_str text;
    if (!take(r, '['))
        return false;
    do {
        skip_blanks(r);
        if (r->p < r->end && *r->p == ']')
            break;
        if (!block(r, &text))
            return false;
        *ret_n += decode(text, to + *ret_n);
        if (text.n > 0 && to[*ret_n - 1] != '\n')
            to[(*ret_n)++] = '\n';
    } while (take(r, ','));
    return take(r, ']');
}

bool sh_result_text(bx_str json, char *to, size_t *ret_n, bool *ret_error)
{
    reader r = {json.p, json.p + json.n};
    bx_str key;
    bool any = false;
    *ret_n = 0;
    *ret_error = false;
    if (!take(&r, '{'))
        return false;
    while (member(&r, &key)) {
        bool good;
        if (bx_str_eq(key, BX_LIT("content"))) {
            good = any = content(&r, to, ret_n);
        } else {
            skip_blanks(&r);
            if (bx_str_eq(key, BX_LIT("isError")))
                *ret_error = r.p < r.end && *r.p == 't';
            good = skip(&r);
        }
        if (!good)
            return false;
    }
    return any;
}
