#include "codec/uri_ref.h"

#include "base/ascii.h"

/* RFC 3986 appendix B: what is there and what is not are told apart, for section 5.2 needs it. */
typedef struct parts {
    bx_str scheme, authority, path, query;
    bool has_scheme, has_authority, has_query;
} parts;

static size_t until(bx_str s, const char *stops)
{
    size_t n = 0;
    while (n < s.n && (!s.p[n] || !strchr(stops, s.p[n])))
        n++;
    return n;
}

static bx_str first(bx_str s, size_t n) { return (bx_str){s.p, n}; }

static bool is_scheme(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
            return false;
    }
    return s.n > 0;
}

static parts split(bx_str s)
{
    parts p = {.has_scheme = false};
    s = first(s, until(s, "#"));
    size_t n = until(s, ":/?");
    if (n < s.n && s.p[n] == ':' && is_scheme(first(s, n))) {
        p.has_scheme = true;
        p.scheme = first(s, n);
        s = bx_str_from(s, n + 1);
    }
    if (bx_str_starts(s, BX_LIT("//"))) {
        s = bx_str_from(s, 2);
        p.has_authority = true;
        p.authority = first(s, until(s, "/?"));
        s = bx_str_from(s, p.authority.n);
    }
    p.path = first(s, until(s, "?"));
    p.has_query = p.path.n < s.n;
    p.query = bx_str_from(s, p.path.n + 1);
    return p;
}

/* Section 5.2.4, segment by segment: `out` grows by the path without "." and "..". */
static void add_path(bx_str path, bx_buf *out)
{
    size_t start = out->n;
    while (path.n > 0) {
        bool slash = path.p[0] == '/';
        bx_str rest = bx_str_from(path, slash);
        bx_str segment = first(rest, until(rest, "/"));
        bool last = segment.n == rest.n;
        path = bx_str_from(rest, segment.n);
        if (bx_str_eq(segment, BX_LIT(".")) || bx_str_eq(segment, BX_LIT(".."))) {
            while (segment.n == 2 && out->n > start && out->p[--out->n] != '/')
                ;
            if (last && slash)
                (void)bx_buf_add_c(out, '/');
            continue;
        }
        if (slash)
            (void)bx_buf_add_c(out, '/');
        (void)bx_buf_add_str(out, segment);
    }
}

/* Section 5.2.3. */
static void merge(const parts *base, bx_str path, bx_buf *out)
{
    size_t keep = base->path.n;
    while (keep > 0 && base->path.p[keep - 1] != '/')
        keep--;
    if (base->has_authority && base->path.n == 0)
        (void)bx_buf_add_c(out, '/');
    else
        (void)bx_buf_add(out, base->path.p, keep);
    (void)bx_buf_add_str(out, path);
}

static void add_target(const parts *t, bx_str path, bx_buf *out)
{
    if (t->has_scheme)
        (void)bx_buf_addf(out, "%.*s:", (int)t->scheme.n, t->scheme.p);
    if (t->has_authority) {
        (void)bx_buf_add_z(out, "//");
        (void)bx_buf_add_str(out, t->authority);
    }
    add_path(path, out);
    if (t->has_query) {
        (void)bx_buf_add_c(out, '?');
        (void)bx_buf_add_str(out, t->query);
    }
}

void bx_uri_resolve(bx_str base, bx_str ref, bx_buf *out)
{
    const parts b = split(base);
    parts t = split(ref);
    bx_str path = t.path;
    BX_AUTO_BUF merged = bx_buf_init(2 * BX_URI_REF_MAX);
    if (base.n > BX_URI_REF_MAX || ref.n > BX_URI_REF_MAX) {
        out->fail = BX_ELIMIT;
        return;
    }
    if (!t.has_scheme) {
        t.has_scheme = b.has_scheme;
        t.scheme = b.scheme;
        if (!t.has_authority) {
            t.has_authority = b.has_authority;
            t.authority = b.authority;
            if (path.n == 0) {
                path = b.path;
                if (!t.has_query) {
                    t.has_query = b.has_query;
                    t.query = b.query;
                }
            } else if (path.p[0] != '/') {
                merge(&b, path, &merged);
                path = bx_buf_str(&merged);
            }
        }
    }
    if (merged.fail != BX_OK)
        out->fail = merged.fail;
    add_target(&t, path, out);
}

bx_str bx_uri_fragment(bx_str ref, bool *ret_has)
{
    size_t n = until(ref, "#");
    if (ret_has)
        *ret_has = n < ref.n;
    return bx_str_from(ref, n + 1);
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

void bx_uri_unescape(bx_str s, bx_buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        bool escape = s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0;
        (void)bx_buf_add_c(out, escape ? (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])) : s.p[i]);
        i += escape ? 2 : 0;
    }
}
