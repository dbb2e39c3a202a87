#include "cli/prompt.h"

/* The length of the escape sequence at `at`; 0: there is none. */
static size_t escape_at(bx_str s, size_t at)
{
    const char *p = s.p + at;
    size_t n = s.n - at, i = 2;
    if (n < 2 || p[0] != '\033')
        return 0;
    if (p[1] == '[') {
        while (i < n && (p[i] < '@' || p[i] > '~'))
            i++;
    } else if (p[1] == ']') {
        while (i < n && p[i] != '\a' && !(p[i] == '\\' && p[i - 1] == '\033'))
            i++;
    } else {
        i = 1;
    }
    return i < n ? i + 1 : n;
}

static bool is_seen(char c) { return (unsigned char)c >= ' ' && c != 0x7f; }
static bool begins_character(char c) { return ((unsigned char)c & 0xc0) != 0x80; }

typedef struct out {
    char *p;
    size_t n, cap;
} out;

static void put(out *o, const char *p, size_t n, bool literal)
{
    size_t more = n + 2 * (size_t)literal;
    if (more + 1 > o->cap - o->n)
        return;
    if (literal)
        o->p[o->n++] = BX_PROMPT_LITERAL;
    memcpy(o->p + o->n, p, n);
    o->n += n;
    if (literal)
        o->p[o->n++] = BX_PROMPT_LITERAL;
}

/* Of `s` from `from` to `to`: the sequences, the characters, or both. */
static void put_part(out *o, bx_str s, size_t from, size_t to, bool characters)
{
    for (size_t i = from; i < to;) {
        size_t k = escape_at(s, i);
        if (k > 0)
            put(o, s.p + i, k, true);
        else if (characters && is_seen(s.p[i]))
            put(o, s.p + i, 1, false);
        i += k ? k : 1;
    }
}

void bx_prompt_prepare(bx_str s, char *ret, size_t cap, size_t *ret_columns)
{
    out o = {ret, 0, cap};
    size_t last = 0, end = 0; /* of the last character seen */
    *ret_columns = 0;
    for (size_t i = 0; i < s.n;) {
        size_t k = escape_at(s, i);
        if (k == 0 && is_seen(s.p[i])) {
            *ret_columns += begins_character(s.p[i]);
            last = begins_character(s.p[i]) ? i : last;
            end = i + 1;
        }
        i += k ? k : 1;
    }
    if (end > 0) {
        put_part(&o, s, 0, last, true);
        put_part(&o, s, end, s.n, false);
        put(&o, s.p + last, end - last, false);
    }
    ret[o.n] = '\0';
}
