#include "codec/url_path.h"

#include "base/ascii.h"

bool bx_is_unreserved(unsigned c)
{
    return c < 0x80 && (bx_is_alnum((char)c) || c == '-' || c == '.' || c == '_' || c == '~');
}

int bx_escape_at(bx_str s, size_t i)
{
    if (i + 2 >= s.n || s.p[i] != '%')
        return -1;
    int hi = bx_hex_value(s.p[i + 1]), lo = bx_hex_value(s.p[i + 2]);
    return hi < 0 || lo < 0 ? -1 : hi * 16 + lo;
}

/* ---- dot segments ---------------------------------------------------------------------------- */

/* The end of the segment whose slash is s.p[i]. */
static size_t segment_end(bx_str s, size_t i)
{
    const char *slash = i + 1 < s.n ? memchr(s.p + i + 1, '/', s.n - i - 1) : NULL;
    return slash ? (size_t)(slash - s.p) : s.n;
}

static bool is_dot(bx_str segment) { return bx_str_eq(segment, BX_LIT(".")); }
static bool is_dots(bx_str segment) { return bx_str_eq(segment, BX_LIT("..")); }

size_t bx_path_remove_dots(char *p, size_t n)
{
    size_t out = 0;
    for (size_t i = 0; i < n;) {
        size_t end = segment_end((bx_str){p, n}, i);
        bx_str segment = {p + i + 1, end - i - 1};
        bool up = is_dots(segment), drop = up || is_dot(segment);
        while (up && out > 0 && p[--out] != '/')
            continue;
        if (!drop) {
            memmove(p + out, p + i, end - i);
            out += end - i;
        } else if (end == n) {
            p[out++] = '/';
        }
        i = end;
    }
    return out;
}

bool bx_path_has_dots(bx_str path)
{
    for (size_t i = 0, end; i < path.n; i = end) {
        end = segment_end(path, i);
        bx_str segment = {path.p + i + 1, end - i - 1};
        if (is_dot(segment) || is_dots(segment))
            return true;
    }
    return false;
}

/* ---- steps: each writes at most in.n bytes to `out`, and returns how many -------------------- */

/* The four hexadecimal digits of "%u002F", a form of Microsoft's; -1: none there. */
static int wide_escape_at(bx_str s, size_t i)
{
    if (s.n - i < 6 || s.p[i] != '%' || bx_lower(s.p[i + 1]) != 'u')
        return -1;
    int v = 0;
    for (size_t k = i + 2; k < i + 6; k++) {
        int digit = bx_hex_value(s.p[k]);
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

/* The UTF-8 form of a value below 0x10000. */
static size_t put_char(unsigned c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    return 3;
}

static size_t decode_but(bx_str in, char *out, bool keep_separators)
{
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        int v = bx_escape_at(in, i), wide = v < 0 ? wide_escape_at(in, i) : -1;
        bool keep = keep_separators && (v == '/' || v == '\\');
        if (wide >= 0) {
            n += put_char((unsigned)wide, out + n);
            i += 5;
        } else if (v >= 0 && !keep) {
            out[n++] = (char)v;
            i += 2;
        } else {
            out[n++] = in.p[i];
        }
    }
    return n;
}

static size_t decode(bx_str in, char *out) { return decode_but(in, out, false); }
static size_t decode_names(bx_str in, char *out) { return decode_but(in, out, true); }

static size_t slashes(bx_str in, char *out)
{
    for (size_t i = 0; i < in.n; i++)
        out[i] = in.p[i] == '\\' ? '/' : in.p[i];
    return in.n;
}

/* Characters that normalisation (NFKC) or a best fit to ASCII turns into separators. */
static char look_alike(unsigned c)
{
    static const struct {
        unsigned c;
        char ascii;
    } LIKE[] = {
        {0x037E, ';'}, {0x2024, '.'}, {0x2044, '/'},  {0x2215, '/'}, {0x2216, '\\'},
        {0xFE52, '.'}, {0xFE54, ';'}, {0xFE68, '\\'}, {0xFE6A, '%'},
    };
    if (c >= 0xFF01 && c <= 0xFF5E) /* full-width forms */
        return (char)(c - 0xFF01 + '!');
    for (size_t i = 0; i < BX_COUNT(LIKE); i++)
        if (LIKE[i].c == c)
            return LIKE[i].ascii;
    return '\0';
}

/* The ASCII character that a decoder which checks nothing makes of the bytes at s.p[i], or one that
 * what stands there looks like; '\0': neither.  *used: how many bytes that are. */
static char loose_ascii(bx_str s, size_t i, size_t *used)
{
    unsigned first = (uint8_t)s.p[i];
    size_t more = first < 0xC0   ? 0
                  : first < 0xE0 ? 1
                  : first < 0xF0 ? 2
                  : first < 0xF8 ? 3
                  : first < 0xFC ? 4
                                 : 5;
    if (more == 0 || s.n - i <= more)
        return '\0';
    uint64_t c = first & (0x3Fu >> more);
    for (size_t k = 1; k <= more; k++)
        c = c << 6 | ((uint8_t)s.p[i + k] & 0x3F);
    *used = more + 1;
    return c < 0x80 ? (char)c : c < 0x10000 ? look_alike((unsigned)c) : '\0';
}

static size_t ascii_forms(bx_str in, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < in.n;) {
        size_t used = 1;
        char c = loose_ascii(in, i, &used);
        out[n++] = c ? c : in.p[i];
        i += c ? used : 1;
    }
    return n;
}

static size_t cut_parameters(bx_str in, char *out)
{
    size_t n = 0;
    bool cut = false;
    for (size_t i = 0; i < in.n; i++) {
        cut = in.p[i] != '/' && (cut || in.p[i] == ';');
        if (!cut)
            out[n++] = in.p[i];
    }
    return n;
}

static size_t merge_empty(bx_str in, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++)
        if (in.p[i] != '/' || n == 0 || out[n - 1] != '/')
            out[n++] = in.p[i];
    return n;
}

static size_t remove_dots(bx_str in, char *out)
{
    memcpy(out, in.p, in.n);
    return bx_path_remove_dots(out, in.n);
}

static size_t cut_rest(bx_str in, char *out)
{
    size_t n = 0;
    while (n < in.n && in.p[n] != '\0' && in.p[n] != '?' && in.p[n] != '#')
        n++;
    memcpy(out, in.p, n);
    return n;
}

static size_t trim_segments(bx_str in, char *out)
{
    size_t n = 0;
    for (size_t i = 0, end; i < in.n; i = end) {
        end = segment_end(in, i);
        bx_str s = {in.p + i + 1, end - i - 1};
        while (s.n > 0 && s.p[s.n - 1] == ' ')
            s.n--;
        while (s.n > 0 && !is_dot(s) && !is_dots(s) && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == ' '))
            s.n--;
        out[n++] = '/';
        memcpy(out + n, s.p, s.n);
        n += s.n;
    }
    return n;
}

bool bx_path_is_plain(bx_str path)
{
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i], next = i + 1 < path.n ? path.p[i + 1] : '/';
        bool word = bx_is_unreserved((uint8_t)c) && (c != '.' || next != '/');
        bool slash = c == '/' && (next != '/' || i + 1 == path.n);
        if (!word && !slash && (c == '\0' || !strchr("!$&'()*+,=:@", c)))
            return false;
    }
    return true;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool is_known(const bx_readings *r, bx_str path)
{
    for (size_t i = 0; i < r->n; i++)
        if (bx_str_eq(bx_reading(r, i), path))
            return true;
    return false;
}

typedef size_t (*step_fn)(bx_str in, char *out);

/* What the step makes of reading `i`, when that is new. */
static bx_code take_step(bx_readings *r, size_t i, step_fn step, bx_error *err)
{
    char *out = NULL;
    bx_code rc = bx_buf_reserve(&r->bytes, r->at[i].n + 1, &out);
    if (rc != BX_OK)
        return bx_fail(err, rc, "readings of a path");
    size_t n = step(bx_reading(r, i), out);
    if (n == 0)
        out[n++] = '/'; /* no path is the root's */
    if (is_known(r, (bx_str){out, n}))
        return BX_OK;
    if (r->n == BX_MAX_READINGS)
        return bx_fail(err, BX_ELIMIT, "the path can be read in more than %d ways",
                       BX_MAX_READINGS);
    r->at[r->n].at = r->bytes.n;
    r->at[r->n++].n = n;
    r->bytes.n += n;
    return BX_OK;
}

bx_code bx_path_readings(bx_str path, bx_readings *ret, bx_error *err)
{
    static const step_fn STEPS[] = {decode,      decode_names,   slashes,
                                    ascii_forms, cut_parameters, merge_empty,
                                    remove_dots, cut_rest,       trim_segments};
    ret->bytes = bx_buf_init((path.n + 1) * (BX_MAX_READINGS + 1));
    ret->n = 0;
    bx_code rc = bx_buf_add_str(&ret->bytes, path);
    if (rc != BX_OK)
        return bx_fail(err, rc, "readings of a path");
    ret->at[0].at = 0;
    ret->at[0].n = path.n;
    ret->n = 1;
    for (size_t i = 0; i < ret->n; i++)
        for (size_t k = 0; k < BX_COUNT(STEPS) && rc == BX_OK; k++)
            rc = take_step(ret, i, STEPS[k], err);
    return rc;
}

void bx_readings_done(bx_readings *r)
{
    bx_buf_done(&r->bytes);
    r->n = 0;
}
