/* How the shell writes a text so that it reads it back: the forms bash 5.2 uses for each purpose.
 */
#include "shell/expand_in.h"

void sh_quote_single(sh_buf *out, const char *s)
{
    if (s[0] == '\'' && s[1] == 0) {
        sh_buf_z(out, "\\'");
        return;
    }
    sh_buf_c(out, '\'');
    for (; *s; s++) {
        if (*s == '\'')
            sh_buf_z(out, "'\\''");
        else
            sh_buf_c(out, *s);
    }
    sh_buf_c(out, '\'');
}

static bool printable(const char *s, size_t n, size_t *ret_len)
{
    uint32_t c = sh_char_code(s, n, ret_len);
    if (c < 0x80)
        return c >= 0x20 && c != 0x7f;
    return *ret_len > 1 && c >= 0xa0;
}

/* Is there anything that is better written as $'…'? */
static bool needs_ansi(const char *s)
{
    size_t n = strlen(s), len;
    for (size_t i = 0; i < n; i += len)
        if (!printable(s + i, n - i, &len))
            return true;
    return false;
}

void sh_quote_ansi(sh_buf *out, const char *s)
{
    size_t n = strlen(s), len;
    sh_buf_z(out, "$'");
    for (size_t i = 0; i < n; i += len) {
        static const char from[] = "\a\b\033\f\n\r\t\v\\'", to[] = "abEfnrtv\\'";
        bool plain = printable(s + i, n - i, &len);
        const char *k = strchr(from, s[i]);
        if (k) {
            sh_buf_c(out, '\\');
            sh_buf_c(out, to[k - from]);
        } else if (plain) {
            sh_buf_add(out, s + i, len);
        } else {
            for (size_t j = 0; j < len; j++) {
                unsigned char c = (unsigned char)s[i + j];
                sh_buf_c(out, '\\');
                sh_buf_c(out, (char)('0' + (c >> 6)));
                sh_buf_c(out, (char)('0' + (c >> 3 & 7)));
                sh_buf_c(out, (char)('0' + (c & 7)));
            }
        }
    }
    sh_buf_c(out, '\'');
}

void sh_quote_reuse(sh_buf *out, const char *s)
{
    if (needs_ansi(s))
        sh_quote_ansi(out, s);
    else
        sh_quote_single(out, s);
}

void sh_quote_double(sh_buf *out, const char *s)
{
    if (needs_ansi(s)) {
        sh_quote_ansi(out, s);
        return;
    }
    sh_buf_c(out, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\' || *s == '$' || *s == '`')
            sh_buf_c(out, '\\');
        sh_buf_c(out, *s);
    }
    sh_buf_c(out, '"');
}

void sh_quote_backslash(sh_buf *out, const char *s)
{
    if (!*s) {
        sh_buf_z(out, "''");
        return;
    }
    if (needs_ansi(s)) {
        sh_quote_ansi(out, s);
        return;
    }
    for (const char *p = s; *p; p++) {
        if (strchr(" '\"\\|&;()<>!{}*[?]^$`,", *p) || (p == s && (*p == '#' || *p == '~')) ||
            (*p == '~' && (p[-1] == '=' || p[-1] == ':')))
            sh_buf_c(out, '\\');
        sh_buf_c(out, *p);
    }
}

bool sh_quote_needed(const char *s)
{
    for (const char *p = s; *p; p++) {
        if (strchr(" \t\n'\"\\|&;()<>!{}*[?]^$`", *p))
            return true;
        if (*p == '~' && (p == s || p[-1] == '=' || p[-1] == ':'))
            return true;
        if (*p == '#' && (p == s || p[-1] == ' ' || p[-1] == '\t'))
            return true;
    }
    return false;
}

void sh_quote_trace(sh_buf *out, const char *s)
{
    if (!*s || sh_quote_needed(s))
        sh_quote_single(out, s);
    else if (needs_ansi(s))
        sh_quote_ansi(out, s);
    else
        sh_buf_z(out, s);
}

/* ---- the other way: $'…' ---- */

static int digit(char c, int base)
{
    int d = c >= '0' && c <= '9'   ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : 99;
    return d < base ? d : -1;
}

size_t sh_digits(const char *s, size_t n, size_t most, int base, uint32_t *ret)
{
    size_t k = 0;
    *ret = 0;
    while (k < n && k < most && digit(s[k], base) >= 0)
        *ret = *ret * (uint32_t)base + (uint32_t)digit(s[k++], base);
    return k;
}

/* The escapes that $'…', echo -e and printf have in common; s[0] is behind the backslash.  Returns
 * the bytes used; 0: it is none of these. */
size_t sh_escape_common(sh_buf *out, const char *s, size_t n)
{
    static const char from[] = "abeEfnrtv\\", to[] = "\a\b\033\033\f\n\r\t\v\\";
    uint32_t v;
    size_t k;
    if (n == 0)
        return 0;
    const char *p = s[0] ? strchr(from, s[0]) : NULL;
    if (p) {
        sh_buf_c(out, to[p - from]);
        return 1;
    }
    if (s[0] == 'x' && (k = sh_digits(s + 1, n - 1, 2, 16, &v))) {
        sh_buf_c(out, (char)v);
        return k + 1;
    }
    if ((s[0] == 'u' || s[0] == 'U') &&
        (k = sh_digits(s + 1, n - 1, s[0] == 'u' ? 4 : 8, 16, &v))) {
        sh_char_put(out, v);
        return k + 1;
    }
    return 0;
}

void sh_ansi_decode(sh_buf *out, const char *s, size_t n)
{
    size_t start = out->n;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '\\' || i + 1 >= n) {
            sh_buf_c(out, s[i]);
            continue;
        }
        i++;
        uint32_t v;
        size_t k = sh_escape_common(out, s + i, n - i);
        if (!k && (k = sh_digits(s + i, n - i, 3, 8, &v))) {
            sh_buf_c(out, (char)v);
        } else if (!k && s[i] == 'c' && i + 1 < n) {
            sh_buf_c(out, s[i + 1] == '?' ? 0x7f : (char)(s[i + 1] & 0x1f));
            k = 2;
        } else if (!k) {
            if (!strchr("'\"?", s[i]))
                sh_buf_c(out, '\\');
            sh_buf_c(out, s[i]);
            k = 1;
        }
        i += k - 1;
    }
    const char *nul = out->n > start ? memchr(out->p + start, 0, out->n - start) : NULL;
    if (nul)
        out->n = (size_t)(nul - out->p);
}
