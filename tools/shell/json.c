#include "shell/json.h"

#include "shell/mem.h"

typedef struct reader {
    const char *p, *end;
    const char *wrong; /* the first mistake */
} reader;

static bool fail(reader *r, const char *what)
{
    if (!r->wrong)
        r->wrong = what;
    return false;
}

static void blanks(reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
        r->p++;
}

static bool take(reader *r, char c)
{
    blanks(r);
    if (r->p >= r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static int hex4(reader *r)
{
    int v = 0;
    if (r->end - r->p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = *r->p++;
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static void add_utf8(sh_buf *b, uint32_t c)
{
    if (c < 0x80) {
        sh_buf_c(b, (char)c);
        return;
    }
    if (c < 0x800) {
        sh_buf_c(b, (char)(0xC0 | c >> 6));
    } else {
        if (c < 0x10000) {
            sh_buf_c(b, (char)(0xE0 | c >> 12));
        } else {
            sh_buf_c(b, (char)(0xF0 | c >> 18));
            sh_buf_c(b, (char)(0x80 | (c >> 12 & 63)));
        }
        sh_buf_c(b, (char)(0x80 | (c >> 6 & 63)));
    }
    sh_buf_c(b, (char)(0x80 | (c & 63)));
}

static bool escape(reader *r, sh_buf *b)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = r->p < r->end ? *r->p++ : '\0';
    const char *at = c ? strchr(from, c) : NULL;
    if (at) {
        sh_buf_c(b, to[at - from]);
        return true;
    }
    if (c != 'u')
        return fail(r, "a string has an unknown escape");
    int v = hex4(r);
    if (v < 0)
        return fail(r, "a string has a broken \\u escape");
    uint32_t code = (uint32_t)v;
    if (code >= 0xD800 && code < 0xDC00) {
        if (r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u')
            return fail(r, "a string has half a surrogate pair");
        r->p += 2;
        int low = hex4(r);
        if (low < 0xDC00 || low > 0xDFFF)
            return fail(r, "a string has half a surrogate pair");
        code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
        return fail(r, "a string has half a surrogate pair");
    }
    add_utf8(b, code);
    return true;
}

static bool string(reader *r, char **ret, size_t *ret_n)
{
    sh_buf b = {0};
    if (!take(r, '"'))
        return fail(r, "a string is missing");
    for (;;) {
        const char *from = r->p;
        while (r->p < r->end && *r->p != '"' && *r->p != '\\' && (unsigned char)*r->p >= 0x20)
            r->p++;
        sh_buf_add(&b, from, (size_t)(r->p - from));
        if (r->p >= r->end || (unsigned char)*r->p < 0x20)
            return fail(r, "a string does not end");
        if (*r->p++ == '"')
            break;
        if (!escape(r, &b))
            return false;
    }
    *ret_n = b.n;
    *ret = sh_buf_take(&b);
    return true;
}

static bool number(reader *r, sh_json_member *m)
{
    bool minus = *r->p == '-';
    int64_t v = 0;
    bool whole = true;
    r->p += minus;
    if (r->p >= r->end || *r->p < '0' || *r->p > '9')
        return fail(r, "a value is missing");
    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++)
        if (v > (INT64_MAX - 9) / 10)
            whole = false;
        else
            v = v * 10 + (*r->p - '0');
    if (r->p < r->end && *r->p == '.')
        for (r->p++; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++)
            whole = whole && *r->p == '0';
    if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
        whole = false;
        r->p++;
        r->p += r->p < r->end && (*r->p == '+' || *r->p == '-');
        while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
            r->p++;
    }
    m->kind = whole ? SH_JSON_INTEGER : SH_JSON_OTHER;
    m->integer = minus ? -v : v;
    return true;
}

/* true, false, null and arrays: nothing here takes them; they are passed over. */
static bool other(reader *r)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < BX_COUNT(words); i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(r->end - r->p) >= n && memcmp(r->p, words[i], n) == 0) {
            r->p += n;
            return true;
        }
    }
    return fail(r, *r->p == '[' ? "an array is no argument of this tool" : "a value is missing");
}

static bool pairs(reader *r, sh_json_member *m)
{
    size_t cap = 0;
    m->kind = SH_JSON_OBJECT;
    if (take(r, '}'))
        return true;
    do {
        if (m->n_pairs == cap) {
            cap = cap * 2 + 8;
            m->pairs = sh_realloc(m->pairs, cap * sizeof *m->pairs);
        }
        sh_json_pair *p = &m->pairs[m->n_pairs++];
        size_t n;
        if (!string(r, &p->name, &n) || !take(r, ':'))
            return fail(r, "an object is broken");
        blanks(r);
        if (r->p >= r->end || *r->p != '"')
            return fail(r, "an object has a value that is no string");
        if (strlen(p->name) != n || !string(r, &p->value, &p->n))
            return fail(r, "a name has a NUL");
    } while (take(r, ','));
    return take(r, '}') || fail(r, "an object does not end");
}

static bool member(reader *r, sh_json_member *m)
{
    size_t n;
    memset(m, 0, sizeof *m);
    if (!string(r, &m->name, &n) || !take(r, ':'))
        return fail(r, "the object is broken");
    blanks(r);
    if (r->p >= r->end)
        return fail(r, "the object does not end");
    if (*r->p == '"') {
        m->kind = SH_JSON_STRING;
        return string(r, &m->text, &m->n);
    }
    if (*r->p == '{') {
        r->p++;
        return pairs(r, m);
    }
    if (*r->p == '-' || (*r->p >= '0' && *r->p <= '9'))
        return number(r, m);
    m->kind = SH_JSON_OTHER;
    return other(r);
}

const char *sh_json_parse(bx_str text, sh_json *ret)
{
    reader r = {text.p, text.p + text.n, NULL};
    size_t cap = 0;
    *ret = (sh_json){0};
    if (!take(&r, '{'))
        return "the arguments are no JSON object";
    if (!take(&r, '}')) {
        do {
            if (ret->n == cap) {
                cap = cap * 2 + 8;
                ret->members = sh_realloc(ret->members, cap * sizeof *ret->members);
            }
            if (!member(&r, &ret->members[ret->n++]))
                return r.wrong;
        } while (take(&r, ','));
        if (!take(&r, '}'))
            return "the object does not end";
    }
    blanks(&r);
    return r.p == r.end ? NULL : "something follows the object";
}
