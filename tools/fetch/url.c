#include "fetch/url.h"

#include "fetch/ascii.h"
#include "fetch/idna.h"

static bool scheme_char(char c, bool first)
{
    return bx_is_alpha(c) || (!first && (bx_is_digit(c) || c == '+' || c == '-' || c == '.'));
}

static size_t until(bx_str s, size_t at, const char *stops)
{
    for (; at < s.n; at++)
        for (const char *c = stops; *c; c++)
            if (s.p[at] == *c)
                return at;
    return at;
}

static bx_str slice(bx_str s, size_t from, size_t to) { return (bx_str){s.p + from, to - from}; }

wf_url wf_url_split(bx_str text)
{
    wf_url u = {0};
    size_t at = 0;
    while (at < text.n && scheme_char(text.p[at], at == 0))
        at++;
    if (at > 0 && at < text.n && text.p[at] == ':') {
        u.scheme = slice(text, 0, at);
        at++;
    } else {
        at = 0;
    }
    if (text.n - at >= 2 && text.p[at] == '/' && text.p[at + 1] == '/') {
        size_t end = until(text, at + 2, "/?#");
        u.has_authority = true;
        u.authority = slice(text, at + 2, end);
        at = end;
    }
    size_t end = until(text, at, "?#");
    u.path = slice(text, at, end);
    at = end;
    if (at < text.n && text.p[at] == '?') {
        end = until(text, at + 1, "#");
        u.has_query = true;
        u.query = slice(text, at + 1, end);
        at = end;
    }
    if (at < text.n) {
        u.has_fragment = true;
        u.fragment = slice(text, at + 1, text.n);
    }
    return u;
}

static bool scheme_is(bx_str scheme, const char *name)
{
    return bx_str_eq_nocase(scheme, bx_str_of(name));
}

static bool scheme_is_web(bx_str scheme)
{
    return scheme_is(scheme, "http") || scheme_is(scheme, "https");
}

bool wf_url_has_scheme(bx_str url, const char *scheme)
{
    return scheme_is(wf_url_split(url).scheme, scheme);
}

/* host[:port] without userinfo, a default port and the case of letters. */
static bx_str host_port(const wf_url *u)
{
    bx_str a = u->authority;
    for (size_t i = a.n; i-- > 0;)
        if (a.p[i] == '@') {
            a = bx_str_from(a, i + 1);
            break;
        }
    const char *port = scheme_is(u->scheme, "http")    ? ":80"
                       : scheme_is(u->scheme, "https") ? ":443"
                                                       : ":";
    size_t n = strlen(port);
    if (a.n >= n && memcmp(a.p + a.n - n, port, n) == 0)
        a.n -= n;
    else if (a.n > 0 && a.p[a.n - 1] == ':')
        a.n--;
    return a;
}

bool wf_url_same_origin(bx_str a, bx_str b)
{
    wf_url ua = wf_url_split(a), ub = wf_url_split(b);
    return bx_str_eq_nocase(ua.scheme, ub.scheme) &&
           bx_str_eq_nocase(host_port(&ua), host_port(&ub));
}

static bool may_stand(char ch)
{
    static const bool not_in_a_url[128] = {['"'] = true,  ['<'] = true, ['>'] = true,
                                           ['`'] = true,  ['{'] = true, ['}'] = true,
                                           ['\\'] = true, ['^'] = true, ['|'] = true};
    unsigned char c = (unsigned char)ch;
    return c > 0x20 && c < 0x7f && !not_in_a_url[c];
}

/* Append `s`, %-encoding what may not stand in a URL (RFC 3986 section 2). */
static void add_encoded(bx_buf *b, bx_str s, bool slashes)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        while (i < s.n && may_stand(s.p[i]))
            i++;
        (void)bx_buf_add(b, s.p + from, i - from);
        if (i == s.n)
            break;
        unsigned char c = (unsigned char)s.p[i++];
        char esc[3] = {'%', hex[c >> 4], hex[c & 15]};
        if (slashes && c == '\\')
            (void)bx_buf_add_c(b, '/');
        else
            (void)bx_buf_add(b, esc, 3);
    }
}

static bool beyond_ascii(bx_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return true;
    return false;
}

/* The host of a web address as it is looked up. */
static void add_authority(bx_buf *b, bx_str a, bool web)
{
    size_t host = 0, end = a.n;
    for (size_t i = 0; i < a.n; i++)
        host = a.p[i] == '@' ? i + 1 : host;
    for (size_t i = host; i < a.n; i++)
        if (a.p[i] == ':') {
            end = i;
            break;
        }
    bx_str name = slice(a, host, end);
    if (!web || !beyond_ascii(name)) {
        add_encoded(b, a, false);
        return;
    }
    add_encoded(b, slice(a, 0, host), false);
    if (!wf_idna_add_host(name, b))
        add_encoded(b, name, false);
    add_encoded(b, bx_str_from(a, end), false);
}

/* RFC 3986 section 5.2.4 on the bytes of `b` from `from` on, in place. */
static void remove_dot_segments(bx_buf *b, size_t from)
{
    char *p = b->p + from;
    size_t n = b->n - from, in = 0, out = 0;
    while (in < n) {
        size_t end = in + 1;
        while (end < n && p[end] != '/')
            end++;
        bx_str seg = {p + in + 1, end - in - 1}; /* the path begins with '/' */
        bool last = end == n;
        if (bx_str_eq(seg, BX_LIT("."))) {
            if (last)
                p[out++] = '/';
        } else if (bx_str_eq(seg, BX_LIT(".."))) {
            while (out > 0 && p[--out] != '/')
                ;
            if (last)
                p[out++] = '/';
        } else {
            memmove(p + out, p + in, end - in);
            out += end - in;
        }
        in = end;
    }
    b->n = from + out;
    p[out] = '\0';
}

/* RFC 3986 section 5.2.3: the reference's path after the last slash of the base's. */
static void add_merged(bx_buf *ret, const wf_url *base, bx_str path, bool web)
{
    size_t keep = base->path.n;
    while (keep > 0 && base->path.p[keep - 1] != '/')
        keep--;
    if (keep == 0)
        (void)bx_buf_add_c(ret, '/');
    else
        add_encoded(ret, (bx_str){base->path.p, keep}, web);
    add_encoded(ret, path, web);
}

static void add_path(bx_buf *ret, const wf_url *base, const wf_url *ref, bool web)
{
    size_t from = ret->n;
    bool own = ref->scheme.n || ref->has_authority;
    if (!own && ref->path.n == 0)
        add_encoded(ret, base->path, web);
    else if (own || ref->path.p[0] == '/')
        add_encoded(ret, ref->path, web);
    else
        add_merged(ret, base, ref->path, web);
    if (web && ret->n == from)
        (void)bx_buf_add_c(ret, '/');
    if (ret->fail == BX_OK && ret->n > from && ret->p[from] == '/')
        remove_dot_segments(ret, from);
}

/* `ref` without surrounding blanks and inner tabs and line breaks; backslashes before the query
 * become slashes, so that splitting sees the same authority as a browser. */
static void clean(bx_str ref, bool web_base, bx_buf *ret)
{
    while (ref.n && (unsigned char)ref.p[0] <= 0x20)
        ref = bx_str_from(ref, 1);
    while (ref.n && (unsigned char)ref.p[ref.n - 1] <= 0x20)
        ref.n--;
    bx_str scheme = wf_url_split(ref).scheme;
    bool web = scheme.n ? scheme_is_web(scheme) : web_base, path = true;
    char *to;
    size_t n = 0;
    if (bx_buf_reserve(ret, ref.n, &to) != BX_OK)
        return;
    for (size_t i = 0; i < ref.n; i++) {
        char c = ref.p[i];
        if (c == '\t' || c == '\n' || c == '\r')
            continue;
        path = path && c != '?' && c != '#';
        to[n++] = web && path && c == '\\' ? '/' : c;
    }
    ret->n += n;
    ret->p[ret->n] = '\0';
}

bx_code wf_url_resolve(bx_str base_text, bx_str ref_text, bx_buf *ret)
{
    bx_buf_clear(ret);
    ret->max = WF_MAX_URL;
    wf_url base = wf_url_split(base_text);
    BX_AUTO_BUF cleaned = bx_buf_init(WF_MAX_URL);
    clean(ref_text, scheme_is_web(base.scheme), &cleaned);
    if (cleaned.fail != BX_OK)
        return cleaned.fail;
    wf_url ref = wf_url_split(bx_buf_str(&cleaned));
    if (!ref.scheme.n && !base.scheme.n) {
        add_encoded(ret, bx_buf_str(&cleaned), false);
        return ret->fail;
    }
    bx_str scheme = ref.scheme.n ? ref.scheme : base.scheme;
    bool web = scheme_is_web(scheme);
    char low[64];
    size_t n = 0;
    for (; n < scheme.n && n < sizeof low; n++)
        low[n] = bx_lower(scheme.p[n]);
    (void)bx_buf_add(ret, low, n);
    (void)bx_buf_add_str(ret, bx_str_from(scheme, n));
    (void)bx_buf_add_c(ret, ':');
    const wf_url *host = ref.scheme.n || ref.has_authority ? &ref : &base;
    if (host->has_authority) {
        (void)bx_buf_add_z(ret, "//");
        add_authority(ret, host->authority, web);
    }
    add_path(ret, &base, &ref, web && host->has_authority);
    bool inherit = !ref.scheme.n && !ref.has_authority && ref.path.n == 0 && !ref.has_query;
    const wf_url *query = inherit ? &base : &ref;
    if (query->has_query) {
        (void)bx_buf_add_c(ret, '?');
        add_encoded(ret, query->query, false);
    }
    if (ref.has_fragment) {
        (void)bx_buf_add_c(ret, '#');
        add_encoded(ret, ref.fragment, false);
    }
    return ret->fail;
}

static bool is_hex(char c) { return bx_is_digit(c) || (bx_lower(c) >= 'a' && bx_lower(c) <= 'f'); }

/* The '%' encodes a byte, or it stands alone and is sent as it is, as browsers do: but not where a
 * server could take it together with what follows. */
static bool percent_may_stay(bx_str s, size_t at)
{
    char a = at + 1 < s.n ? s.p[at + 1] : '/', b = at + 2 < s.n ? s.p[at + 2] : '/';
    return (is_hex(a) && is_hex(b)) || (a != '%' && b != '%' && bx_lower(a) != 'u');
}

bx_code wf_url_for_request(bx_buf *url)
{
    BX_AUTO_BUF out = bx_buf_init(WF_MAX_URL);
    bx_str s = bx_buf_str(url);
    wf_url u = wf_url_split(s);
    if (u.has_fragment)
        s.n -= u.fragment.n + 1;
    size_t host = 0;
    for (size_t i = 0; i < u.authority.n; i++)
        host = u.authority.p[i] == '@' ? i + 1 : host;
    size_t at = u.has_authority ? (size_t)(u.authority.p - s.p) : 0;
    (void)bx_buf_add(&out, s.p, at);
    for (at += host; at < s.n; at++) {
        (void)bx_buf_add_c(&out, s.p[at]);
        if (s.p[at] == '%' && !percent_may_stay(s, at))
            (void)bx_buf_add_z(&out, "25");
    }
    if (out.fail != BX_OK)
        return out.fail;
    bx_buf_clear(url);
    return bx_buf_add_str(url, bx_buf_str(&out));
}
