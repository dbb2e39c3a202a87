#include "egress/url.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "codec/host.h"
#include "codec/url_path.h"
#include "egress/curl.h"

static void curl_url_auto(CURLU **u) { curl_url_cleanup(*u); }
#define AUTO_CURLU __attribute__((cleanup(curl_url_auto))) CURLU

static void curl_str_auto(char **s) { curl_free(*s); }
#define AUTO_CURLSTR __attribute__((cleanup(curl_str_auto))) char

/* ---- bytes and authority --------------------------------------------------------------------- */

/* Parsers disagree about every byte refused here (a backslash is a path to one and a host to the
 * next), so no reading of them is safe. */
static bx_code check_bytes(bx_str text, bx_error *err)
{
    if (text.n == 0)
        return bx_fail(err, BX_EINVAL, "the URL is empty");
    if (text.n > BX_MAX_URL)
        return bx_fail(err, BX_ELIMIT, "the URL is longer than %d bytes", BX_MAX_URL);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x20 || c == 0x7f)
            return bx_fail(err, BX_EINVAL, "the URL has a control character at byte %zu", i);
        if (c == ' ')
            return bx_fail(err, BX_EINVAL, "the URL has a space at byte %zu: write %%20", i);
        if (c >= 0x80)
            return bx_fail(err, BX_EINVAL,
                           "the URL has a non-ASCII byte at %zu: escape it, or "
                           "write the host in its xn-- form",
                           i);
        if (c == '\\')
            return bx_fail(err, BX_EINVAL, "the URL has a backslash at byte %zu", i);
    }
    return BX_OK;
}

/* "scheme://authority" by our own eyes; userinfo and escapes are refused before the client's
 * parser could interpret them. */
static bx_code check_authority(bx_str text, bx_error *err)
{
    size_t i = 0;
    while (i < text.n && bx_is_alnum(text.p[i]))
        i++;
    bool http = (i == 4 || i == 5) && bx_lower(text.p[0]) == 'h' && bx_lower(text.p[1]) == 't' &&
                bx_lower(text.p[2]) == 't' && bx_lower(text.p[3]) == 'p' &&
                (i == 4 || bx_lower(text.p[4]) == 's');
    if (!http || !bx_str_starts(bx_str_from(text, i), BX_LIT("://")))
        return bx_fail(err, BX_EINVAL, "the URL does not begin with http:// or https://");
    size_t end = i += 3;
    while (end < text.n && text.p[end] != '/' && text.p[end] != '?' && text.p[end] != '#')
        end++;
    bx_str authority = {text.p + i, end - i};
    if (authority.n == 0)
        return bx_fail(err, BX_EINVAL, "the URL has no host");
    if (memchr(authority.p, '@', authority.n))
        return bx_fail(err, BX_EINVAL,
                       "the URL has a user name or password: send credentials in "
                       "a header field");
    if (memchr(authority.p, '%', authority.n))
        return bx_fail(err, BX_EINVAL, "the URL's host is percent-encoded or has a zone");
    return BX_OK;
}

bx_code bx_host_normalise(bx_str host, bx_host *ret, bx_error *err)
{
    bx_host h = {.is_ip = false};
    size_t n;
    bool bracket = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    bx_str inner = bracket ? (bx_str){host.p + 1, host.n - 2} : host;
    bool dot = !bracket && inner.n > 1 && inner.p[inner.n - 1] == '.'; /* counts nowhere */
    h.is_ip =
        bx_ip_parse((bx_str){inner.p, inner.n - dot}, &h.ip) && (h.ip.family == 6 || !bracket);
    if (h.is_ip)
        bx_ip_print(h.ip, h.text);
    else if (bracket || !bx_host_name(inner, h.text, &n))
        return bx_fail(err, BX_EINVAL, "'%.*s' is neither a host name nor an IP address",
                       BX_FMT(host));
    *ret = h;
    return BX_OK;
}

/* ---- paths ----------------------------------------------------------------------------------- */

/* A '%' that begins no escape is sent as it is, as browsers do, where no server takes it for one:
 * not where what follows it could become its digits, and not "%u002e", which some decode. */
static bool is_lone_percent(bx_str s, size_t i)
{
    bx_str next = bx_str_from(s, i + 1);
    if (next.n > 2)
        next.n = 2;
    const char *slash = next.n ? memchr(next.p, '/', next.n) : NULL;
    if (slash) /* a part stays what it is when the parts beside it go */
        next.n = (size_t)(slash - next.p);
    return next.n == 0 || (!memchr(next.p, '%', next.n) && bx_lower(next.p[0]) != 'u');
}

/* RFC 3986 section 6.2.2: escapes of unreserved characters decoded, the others in upper case.
 * `out` has room for s.n bytes. */
static bx_code normalise_escapes(bx_str s, char *out, size_t *ret_n, bx_error *err)
{
    static const char HEX[] = "0123456789ABCDEF";
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '%') {
            out[n++] = s.p[i];
            continue;
        }
        int v = bx_escape_at(s, i);
        if (v < 0 && is_lone_percent(s, i)) {
            out[n++] = '%';
            continue;
        }
        if (v < 0)
            return bx_fail(err, BX_EINVAL,
                           "the URL's path has a broken escape: a '%%' is "
                           "written %%25");
        if (v < 0x20 || v == 0x7f)
            return bx_fail(err, BX_EINVAL, "the URL's path has an escaped control character");
        char c = (char)v;
        if (bx_is_unreserved((unsigned)v)) {
            out[n++] = c;
        } else {
            out[n++] = '%';
            out[n++] = HEX[v >> 4];
            out[n++] = HEX[v & 15];
        }
        i += 2;
    }
    *ret_n = n;
    return BX_OK;
}

/* ---- the URL --------------------------------------------------------------------------------- */

static bx_str z_part(const char *z) { return z ? bx_str_of(z) : BX_LIT(""); }

/* Put the parts together again: this text, and no other, is sent. */
static bx_code assemble(bx_url *u, bx_str scheme, const bx_host *host, uint16_t port, bx_str path,
                        bx_str query, bx_error *err)
{
    BX_AUTO_BUF b = bx_buf_init(BX_MAX_URL + 512);
    bool https = scheme.n == 5;
    bool v6 = host->is_ip && host->ip.family == 6;
    bx_buf_addf(&b, "%s://%s%s%s", https ? "https" : "http", v6 ? "[" : "", host->text,
                v6 ? "]" : "");
    if (port != (https ? 443 : 80))
        bx_buf_addf(&b, ":%u", port);
    size_t at_path = b.n;
    bx_buf_add_str(&b, path);
    size_t at_query = b.n;
    if (query.n > 0) {
        bx_buf_add_c(&b, '?');
        bx_buf_add_str(&b, query);
    }
    bx_code rc = bx_buf_check(&b, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "URL");
    u->host = bx_strndup(host->text, strlen(host->text));
    if (!u->host)
        return bx_fail(err, BX_ENOMEM, "URL");
    u->text = BX_TAKE(b.p);
    u->parts = (bx_url_parts){
        .scheme = https ? BX_LIT("https") : BX_LIT("http"),
        .host = bx_str_of(u->host),
        .port = port,
        .path = {u->text + at_path, path.n},
        .query = {u->text + at_query + (query.n > 0), query.n},
    };
    return BX_OK;
}

static bx_code parse_port(const char *z, uint16_t *ret, bx_error *err)
{
    uint32_t port = 0;
    for (; *z && port < 65536; z++)
        port = port * 10 + (uint32_t)(*z - '0');
    if (port == 0 || port > 65535)
        return bx_fail(err, BX_EINVAL, "the URL's port is not in 1..65535");
    *ret = (uint16_t)port;
    return BX_OK;
}

static bx_code from_curl(CURLU *cu, bx_url *u, bx_error *err)
{
    AUTO_CURLSTR *scheme = NULL, *host = NULL, *port = NULL, *path = NULL, *query = NULL;
    if (curl_url_get(cu, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(cu, CURLUPART_HOST, &host, 0) ||
        curl_url_get(cu, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ||
        curl_url_get(cu, CURLUPART_PATH, &path, 0))
        return bx_fail(err, BX_EINVAL, "the URL is incomplete");
    (void)curl_url_get(cu, CURLUPART_QUERY, &query, 0);
    bx_host h;
    uint16_t port_number = 0;
    bx_code rc = bx_host_normalise(bx_str_of(host), &h, err);
    if (rc == BX_OK)
        rc = parse_port(port, &port_number, err);
    if (rc != BX_OK)
        return rc;
    bx_str raw = z_part(path);
    if (raw.n == 0)
        raw = BX_LIT("/");
    BX_AUTOFREE char *clean = bx_calloc(1, raw.n + 1);
    if (!clean)
        return bx_fail(err, BX_ENOMEM, "URL");
    size_t n = 0;
    rc = normalise_escapes(raw, clean, &n, err);
    if (rc != BX_OK)
        return rc;
    n = bx_path_remove_dots(clean, n);
    u->is_ip = h.is_ip;
    u->ip = h.ip;
    return assemble(u, bx_str_of(scheme), &h, port_number, (bx_str){clean, n}, z_part(query), err);
}

bx_code bx_url_parse(bx_str text, bx_url **ret, bx_error *err)
{
    bx_code rc = check_bytes(text, err);
    if (rc == BX_OK)
        rc = check_authority(text, err);
    if (rc != BX_OK)
        return rc;
    BX_AUTOFREE char *z = bx_strndup(text.p, text.n);
    BX_AUTO(bx_url) bx_url *u = bx_calloc(1, sizeof *u);
    bx_code loaded = bx_curl_load(err);
    if (loaded != BX_OK)
        return loaded;
    AUTO_CURLU *cu = curl_url();
    if (!z || !u || !cu)
        return bx_fail(err, BX_ENOMEM, "URL");
    CURLUcode uc = curl_url_set(cu, CURLUPART_URL, z, CURLU_DISALLOW_USER | CURLU_PATH_AS_IS);
    if (uc == CURLUE_OUT_OF_MEMORY)
        return bx_fail(err, BX_ENOMEM, "URL");
    if (uc != CURLUE_OK)
        return bx_fail(err, BX_EINVAL, "the URL is malformed: %s", curl_url_strerror(uc));
    rc = from_curl(cu, u, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(u);
    return rc;
}

void bx_url_free(bx_url *u)
{
    if (!u)
        return;
    free(u->text);
    free(u->host);
    free(u);
}

/* Servers send Location with spaces and UTF-8; what browsers do with them is escape them.  In a
 * host the escapes are refused by the parser. */
static bx_code escape_ref(bx_str ref, bx_buf *b, bx_error *err)
{
    for (size_t i = 0; i < ref.n && ref.p[i] != '#'; i++) { /* a fragment is never sent */
        unsigned char c = (unsigned char)ref.p[i];
        if (c < 0x20 || c == 0x7f || c == '\\')
            return bx_fail(err, BX_EINVAL,
                           "the URL reference has a control character or backslash");
        if (c == ' ' || c >= 0x80)
            bx_buf_addf(b, "%%%02X", c);
        else
            bx_buf_add_c(b, (char)c);
    }
    return bx_buf_check(b, err);
}

bx_code bx_url_join(const bx_url *base, bx_str ref, bx_url **ret, bx_error *err)
{
    BX_AUTO_BUF b = bx_buf_init(BX_MAX_URL);
    bx_code rc = escape_ref(ref, &b, err);
    if (rc != BX_OK)
        return rc;
    if (b.n == 0)
        return bx_url_parse(bx_str_of(base->text), ret, err);
    AUTO_CURLU *cu = curl_url();
    AUTO_CURLSTR *joined = NULL;
    const unsigned flags = CURLU_DISALLOW_USER | CURLU_PATH_AS_IS;
    if (!cu || curl_url_set(cu, CURLUPART_URL, base->text, flags) != CURLUE_OK)
        return bx_fail(err, BX_ENOMEM, "URL");
    /* An absolute reference is taken by our own parser alone: the other one would accept forms
     * ("http:/host") that ours refuses. */
    CURLUcode uc = curl_url_set(cu, CURLUPART_URL, b.p, flags);
    if (uc != CURLUE_OK)
        return bx_fail(err, BX_EINVAL, "the URL reference is malformed: %s", curl_url_strerror(uc));
    size_t i = 0;
    while (i < b.n && (bx_is_alnum(b.p[i]) || b.p[i] == '+' || b.p[i] == '-' || b.p[i] == '.'))
        i++;
    if (i > 0 && i < b.n && b.p[i] == ':')
        return bx_url_parse(bx_buf_str(&b), ret, err);
    if (curl_url_get(cu, CURLUPART_URL, &joined, 0) != CURLUE_OK)
        return bx_fail(err, BX_ENOMEM, "URL");
    return bx_url_parse(bx_str_of(joined), ret, err);
}

bool bx_url_same_origin(const bx_url *a, const bx_url *b)
{
    return bx_str_eq(a->parts.scheme, b->parts.scheme) && bx_str_eq(a->parts.host, b->parts.host) &&
           a->parts.port == b->parts.port;
}

bx_code bx_url_redact(const bx_url *u, char **ret, bx_error *err)
{
    BX_AUTO_BUF b = bx_buf_init(BX_MAX_URL + 512);
    bx_str q = u->parts.query;
    bx_buf_add(&b, u->text, (size_t)(u->parts.path.p + u->parts.path.n - u->text));
    if (q.n > 0)
        bx_buf_add_c(&b, '?');
    for (size_t i = 0; i < q.n;) {
        size_t end = i, eq;
        while (end < q.n && q.p[end] != '&')
            end++;
        for (eq = i; eq < end && q.p[eq] != '=';)
            eq++;
        if (i > 0)
            bx_buf_add_c(&b, '&');
        if (eq < end) /* a word without '=' is a value as well */
            bx_buf_add(&b, q.p + i, eq - i + 1);
        i = end + 1;
    }
    bx_code rc = bx_buf_check(&b, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(b.p);
    return rc;
}
