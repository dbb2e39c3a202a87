#include "mcp/http_guard.h"

#include <arpa/inet.h>
#include <strings.h>

#include "codec/sha256.h"

static bool same(bx_str a, bx_str b)
{
    return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

static bool starts(bx_str s, bx_str prefix)
{
    return s.n >= prefix.n && strncasecmp(s.p, prefix.p, prefix.n) == 0;
}

/* ---- hosts ------------------------------------------------------------------------------------
 */

static bool is_port(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return s.n > 0 && s.n <= 5;
}

/* The host of "host", "host:port", "[v6]", "[v6]:port"; brackets stay.  *ret_port: empty where none
 * is named.  False: it is none. */
static bool split_host(bx_str s, bx_str *ret, bx_str *ret_port)
{
    size_t n = s.n;
    if (s.n && s.p[0] == '[') {
        const char *end = memchr(s.p, ']', s.n);
        if (!end)
            return false;
        n = (size_t)(end - s.p) + 1;
    } else {
        const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
        if (colon)
            n = (size_t)(colon - s.p);
    }
    bx_str rest = bx_str_from(s, n);
    *ret = (bx_str){s.p, n};
    *ret_port = bx_str_from(rest, rest.n > 0);
    return n > 0 && (rest.n == 0 || (rest.p[0] == ':' && is_port(bx_str_from(rest, 1))));
}

static bool is_local(bx_str host)
{
    return same(host, BX_LIT("localhost")) || same(host, BX_LIT("127.0.0.1")) ||
           same(host, BX_LIT("[::1]"));
}

static bool is_address(bx_str host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;
    struct in_addr four;
    bool brackets = host.n > 2 && host.p[0] == '[';
    if (brackets)
        host = (bx_str){host.p + 1, host.n - 2};
    if (host.n >= sizeof text)
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    return brackets ? inet_pton(AF_INET6, text, &six) == 1 : inet_pton(AF_INET, text, &four) == 1;
}

static bool is_listed(bx_str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (same(s, bx_str_of(list[i])))
            return true;
    }
    return false;
}

bool bx_mcp_host_allowed(const bx_mcp_guard *g, bx_str host)
{
    bx_str name, port;
    if (!split_host(host, &name, &port))
        return false;
    return is_local(name) || (!g->local && is_address(name)) ||
           is_listed(name, g->hosts, g->n_hosts);
}

bool bx_mcp_origin_allowed(const bx_mcp_guard *g, bx_str origin, bx_str host)
{
    bx_str name, port, our_name, our_port;
    if (is_listed(origin, g->origins, g->n_origins))
        return true;
    bool tls = starts(origin, BX_LIT("https://"));
    if (!tls && !starts(origin, BX_LIT("http://")))
        return false;
    if (!split_host(bx_str_from(origin, tls ? 8 : 7), &name, &port) || !is_local(name))
        return false;
    if (g->token.n)
        return true;
    const bx_str usual = tls ? BX_LIT("443") : BX_LIT("80");
    return split_host(host, &our_name, &our_port) && is_local(our_name) &&
           same(port.n ? port : usual, our_port.n ? our_port : usual);
}

/* ---- the token --------------------------------------------------------------------------------
 */

bool bx_mcp_token_allowed(const bx_mcp_guard *g, bx_str authorization)
{
    uint8_t theirs[BX_SHA256_BYTES], ours[BX_SHA256_BYTES];
    if (g->token.n == 0)
        return true;
    if (!starts(authorization, BX_LIT("Bearer ")))
        return false;
    bx_str token = bx_str_from(authorization, 7);
    while (token.n && token.p[0] == ' ')
        token = bx_str_from(token, 1);
    /* Digests have one length, and who does not know the token cannot steer where they differ. */
    bx_sha256(token.p, token.n, theirs);
    bx_sha256(g->token.p, g->token.n, ours);
    return bx_equal_ct(theirs, ours, sizeof ours);
}

/* ---- media types ------------------------------------------------------------------------------
 */

static bx_str trimmed(bx_str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = bx_str_from(s, 1);
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* What stands before `c`, without the blanks around it; *rest: what follows it. */
static bx_str until(bx_str s, char c, bx_str *rest)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    size_t n = at ? (size_t)(at - s.p) : s.n;
    *rest = at ? bx_str_from(s, n + 1) : (bx_str){s.p + s.n, 0};
    return trimmed((bx_str){s.p, n});
}

bool bx_mcp_is_type(bx_str content_type, bx_str type)
{
    bx_str parameters;
    return same(until(content_type, ';', &parameters), type);
}

static bool covers(bx_str range, bx_str type)
{
    const char *slash = memchr(type.p, '/', type.n);
    size_t n = slash ? (size_t)(slash - type.p) + 1 : type.n;
    return same(range, type) || same(range, BX_LIT("*/*")) ||
           (range.n == n + 1 && range.p[n] == '*' &&
            same((bx_str){range.p, n}, (bx_str){type.p, n}));
}

bool bx_mcp_accepts(bx_str accept, bx_str type)
{
    bx_str parameters;
    while (accept.n) {
        bx_str range = until(until(accept, ',', &accept), ';', &parameters);
        if (covers(range, type))
            return true;
    }
    return false;
}
