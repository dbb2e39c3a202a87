#include "policy/net_rule.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/limits.h"
#include "codec/http_field.h"
#include "codec/url_path.h"

void bx_net_rule_done(bx_net_rule *r)
{
    free(r->text);
    free(r->methods);
    free(r->prefix);
    free(r->plain_prefix);
    bx_glob_free(r->path);
    bx_glob_free(r->plain);
    bx_glob_free(r->tidy);
    memset(r, 0, sizeof *r);
}

static const char *find(bx_str s, char c) { return s.n ? memchr(s.p, c, s.n) : NULL; }

/* ---- hosts ----------------------------------------------------------------------------------- */

static bx_code parse_net(bx_str s, bx_net_host *h, bx_error *err)
{
    h->kind = BX_HOST_NET;
    return bx_cidr_parse(s, &h->net, err);
}

/* ---- ports ----------------------------------------------------------------------------------- */

static bool parse_port(bx_str s, uint32_t max, uint32_t *ret)
{
    uint32_t v = 0;
    if (s.n == 0 || s.n > 5 || s.p[0] == '0')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!bx_is_digit(s.p[i]))
            return false;
        v = v * 10 + (uint32_t)(s.p[i] - '0');
    }
    *ret = v;
    return v <= max;
}

static bx_code parse_ports(bx_str s, bx_net_rule *r, bx_error *err)
{
    if (bx_str_eq(s, BX_LIT("*"))) {
        r->port_from = 1;
        r->port_end = BX_PORT_END;
        return BX_OK;
    }
    const char *dot = find(s, '.');
    bx_str from = {s.p, dot ? (size_t)(dot - s.p) : s.n};
    bool ok = parse_port(from, BX_PORT_END - 1, &r->port_from);
    r->port_end = r->port_from + 1;
    if (ok && dot) {
        bx_str to = bx_str_from(s, from.n + 2);
        ok = bx_str_starts(bx_str_from(s, from.n), BX_LIT("..")) &&
             parse_port(to, BX_PORT_END, &r->port_end);
        if (ok && r->port_end <= r->port_from)
            return bx_fail(err, BX_EINVAL,
                           "ports '%.*s' do not ascend: a..b means a up to b, without b",
                           BX_FMT(s));
    }
    if (!ok)
        return bx_fail(err, BX_EINVAL, "'%.*s' is not a port: write 1 to 65535, a..b or *",
                       BX_FMT(s));
    return BX_OK;
}

uint16_t bx_net_default_port(unsigned scheme)
{
    return scheme == BX_NET_HTTP ? 80 : scheme == BX_NET_HTTPS ? 443 : 0;
}

bool bx_net_port_matches(const bx_net_rule *r, unsigned scheme, uint16_t port)
{
    if (r->port_end == 0)
        return port == bx_net_default_port(scheme);
    return port >= r->port_from && port < r->port_end;
}

/* ---- scheme://host[:ports] ------------------------------------------------------------------ */

static const struct {
    bx_str text;
    unsigned bits;
} schemes[] = {
    {{"http", 4}, BX_NET_HTTP},
    {{"https", 5}, BX_NET_HTTPS},
    {{"tcp", 3}, BX_NET_TCP},
    {{"udp", 3}, BX_NET_UDP},
    {{"*", 1}, BX_NET_HTTP | BX_NET_HTTPS | BX_NET_TCP | BX_NET_UDP},
};

const char *bx_net_scheme_text(unsigned bits)
{
    for (size_t i = 0; i < BX_COUNT(schemes); i++)
        if (schemes[i].bits == bits)
            return schemes[i].text.p;
    return "*";
}

/* What a kind of rule allows in front of its path. */
struct form {
    unsigned schemes;   /* of these */
    bool any_scheme;    /* and "*" */
    bool networks;      /* 10.0.0.0/8 as a host */
    const char *expect; /* for messages */
};

static bx_code parse_scheme(bx_str *s, const struct form *f, unsigned *ret, bx_error *err)
{
    const char *colon = find(*s, ':');
    bx_str word = {s->p, colon ? (size_t)(colon - s->p) : 0};
    if (!colon || !bx_str_starts(bx_str_from(*s, word.n), BX_LIT("://")))
        return bx_fail(err, BX_EINVAL, "write %s", f->expect);
    for (size_t i = 0; i < BX_COUNT(schemes); i++) {
        unsigned bits = schemes[i].bits;
        bool offered = (bits & ~f->schemes) == 0 && (f->any_scheme || word.p[0] != '*');
        if (!offered || !bx_str_eq_nocase(word, schemes[i].text))
            continue;
        *ret = bits;
        *s = bx_str_from(*s, word.n + 3);
        return BX_OK;
    }
    return bx_fail(err, BX_EINVAL, "scheme '%.*s': write %s", BX_FMT(word), f->expect);
}

/* Different parsers disagree about these bytes, so no rule holds them; what is judged later is
 * what the client's own parser made of a URL. */
static bx_code check_bytes(bx_str s, bx_error *err)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if ((uint8_t)c <= ' ' || c == 0x7f || c == '\\')
            return bx_fail(err, BX_EINVAL, "a space, control character or backslash at byte %zu",
                           i + 1);
        if (c == '?' || c == '#')
            return bx_fail(err, BX_EINVAL,
                           "'%c': queries and fragments are not compared, leave it out", c);
    }
    return BX_OK;
}

/* Bytes of "/24" at the start of `s` when only ports or the end follow; else 0. */
static size_t mask_len(bx_str s)
{
    size_t i = 1;
    if (s.n < 2 || s.p[0] != '/')
        return 0;
    while (i < s.n && bx_is_digit(s.p[i]))
        i++;
    bool last = i == s.n || s.p[i] == ':' || (s.p[i] == '/' && i + 1 == s.n);
    return i > 1 && last ? i : 0;
}

/* "[v6]", "[v6/bits]" or "[v6]/bits"; *used = bytes of it. */
static bx_code parse_bracketed(bx_str s, const struct form *f, bx_net_host *h, size_t *used,
                               bx_error *err)
{
    const char *end = find(s, ']');
    if (!end)
        return bx_fail(err, BX_EINVAL, "'[' without ']'");
    bx_str in = {s.p + 1, (size_t)(end - s.p) - 1};
    *used = in.n + 2;
    size_t bits = mask_len(bx_str_from(s, *used));
    if (!f->networks && (bits || find(in, '/')))
        return bx_fail(
            err, BX_EINVAL,
            "a network is not a host here: write one address, or use --allowed-outbound-host");
    char text[64];
    int n = snprintf(text, sizeof text, "%.*s%.*s", BX_FMT(in), (int)bits, s.p + *used);
    *used += bits;
    if (n < 0 || (size_t)n >= sizeof text || !find(in, ':'))
        return bx_fail(err, BX_EINVAL, "'[%.*s]' is not an IPv6 address", BX_FMT(in));
    return parse_net(bx_str_of(text), h, err);
}

/* A name, "*", or an IPv4 address or network. */
static bx_code parse_plain(bx_str s, const struct form *f, bx_net_host *h, size_t *used,
                           bx_error *err)
{
    bx_ip ip;
    size_t n = 0;
    while (n < s.n && s.p[n] != ':' && s.p[n] != '/')
        n++;
    bx_str host = {s.p, n};
    *used = n;
    if (!bx_ip_parse(host, &ip))
        return bx_net_host_parse(host, h, err);
    size_t bits = mask_len(bx_str_from(s, n));
    if (bits && !f->networks)
        return bx_fail(err, BX_EINVAL, "'%.*s' reads as a network: a network is not a host here",
                       (int)(n + bits), s.p);
    *used += bits;
    return parse_net((bx_str){s.p, n + bits}, h, err);
}

static bx_code parse_authority(bx_str *s, const struct form *f, bx_net_rule *r, bx_error *err)
{
    size_t used = 0;
    bx_code rc = s->n && s->p[0] == '[' ? parse_bracketed(*s, f, &r->host, &used, err)
                                        : parse_plain(*s, f, &r->host, &used, err);
    if (rc != BX_OK)
        return rc;
    *s = bx_str_from(*s, used);
    if (s->n && s->p[0] == ':') {
        const char *slash = find(*s, '/');
        size_t end = slash ? (size_t)(slash - s->p) : s->n;
        rc = parse_ports((bx_str){s->p + 1, end - 1}, r, err);
        if (rc != BX_OK)
            return rc;
        *s = bx_str_from(*s, end);
    } else if (r->schemes & (BX_NET_TCP | BX_NET_UDP)) {
        return bx_fail(err, BX_EINVAL, "no port: write one, a..b, or * for all");
    }
    if (s->n && s->p[0] != '/')
        return bx_fail(err, BX_EINVAL, "'%.*s' after the host is neither a port nor a path",
                       BX_FMT(*s));
    return BX_OK;
}

/* Scheme, host and ports of `text`; what is left is the path, empty or beginning with '/'. */
static bx_code parse_origin(bx_str *text, const struct form *f, bx_net_rule *r, bx_error *err)
{
    bx_code rc = check_bytes(*text, err);
    if (rc == BX_OK)
        rc = parse_scheme(text, f, &r->schemes, err);
    return rc == BX_OK ? parse_authority(text, f, r, err) : rc;
}

/* ---- paths ---------------------------------------------------------------------------------- */

/* RFC 3986 section 6.2.2: escapes of unreserved characters decoded, the others in upper case. */
static void normal_escape(unsigned v, bx_buf *out)
{
    if (bx_is_unreserved(v))
        (void)bx_buf_add_c(out, (char)v);
    else
        (void)bx_buf_addf(out, "%%%02X", v);
}

/* The character itself, in a set where it would mean something in a pattern. */
static void plain_escape(unsigned v, bx_buf *out)
{
    bool special = v == '*' || v == '?' || v == '[';
    if (special)
        (void)bx_buf_add_c(out, '[');
    (void)bx_buf_add_c(out, (char)v);
    if (special)
        (void)bx_buf_add_c(out, ']');
}

/* Copy `s`, handing each escape's value to `put`. */
static bx_code copy_path(bx_str s, void (*put)(unsigned v, bx_buf *out), bx_buf *out, bx_error *err)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if ((uint8_t)c >= 0x80)
            return bx_fail(err, BX_EINVAL, "path '%.*s' is not ASCII: write %%-escapes", BX_FMT(s));
        if (c != '%') {
            (void)bx_buf_add_c(out, c);
            continue;
        }
        if (s.n - i < 3 || bx_hex_value(s.p[i + 1]) < 0 || bx_hex_value(s.p[i + 2]) < 0)
            return bx_fail(err, BX_EINVAL, "path '%.*s': '%%' without two hexadecimal digits",
                           BX_FMT(s));
        put((unsigned)(bx_hex_value(s.p[i + 1]) << 4 | bx_hex_value(s.p[i + 2])), out);
        i += 2;
    }
    return bx_buf_check(out, err);
}

/* ---- the kinds of rules --------------------------------------------------------------------- */

bool bx_net_is_method(bx_str s) { return s.n <= 32 && bx_is_token(s); }

bool bx_net_has_method(const bx_net_rule *r, bx_str method)
{
    if (!r->methods)
        return true;
    for (bx_str rest = bx_str_of(r->methods);;) {
        const char *comma = find(rest, ',');
        bx_str one = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        if (bx_str_eq(one, method))
            return true;
        if (!comma)
            return false;
        rest = bx_str_from(rest, one.n + 1);
    }
}

/* "GET,HEAD" in front of a space; *text moves on to the URL. */
static bx_code parse_methods(bx_str *text, char **ret, bx_error *err)
{
    const char *space = find(*text, ' ');
    if (!space)
        return BX_OK;
    bx_str list = {text->p, (size_t)(space - text->p)};
    for (size_t i = 0; i <= list.n;) {
        const char *comma = find(bx_str_from(list, i), ',');
        size_t end = comma ? (size_t)(comma - list.p) : list.n;
        bx_str m = {list.p + i, end - i};
        bool ok = bx_net_is_method(m);
        for (size_t k = 0; k < m.n; k++)
            ok = ok && (m.p[k] < 'a' || m.p[k] > 'z');
        if (!ok)
            return bx_fail(err, BX_EINVAL,
                           "'%.*s' is not a method: write them in capitals, as in GET,HEAD",
                           BX_FMT(m));
        i = end + 1;
    }
    char *copy = bx_strndup(list.p, list.n);
    if (!copy)
        return bx_fail(err, BX_ENOMEM, "methods");
    *ret = copy;
    *text = bx_str_from(*text, list.n + 1);
    return BX_OK;
}

/* Copy the pattern without its path parameters and empty segments.  False: it has none, or a set
 * that may hold what they are made of. */
static bool tidy_pattern(bx_str s, bx_buf *out)
{
    bool cut = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        cut = c != '/' && (cut || c == ';');
        bool empty = c == '/' && out->n > 0 && out->p[out->n - 1] == '/';
        if (!cut && !empty)
            (void)bx_buf_add_c(out, c);
    }
    return out->fail == BX_OK && out->n < s.n && !find(s, '[');
}

static bx_code parse_path_glob(bx_str path, bx_net_rule *r, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(3 * BX_MAX_CAP_TEXT), tidy = bx_buf_init(3 * BX_MAX_CAP_TEXT);
    bx_code rc = copy_path(path, normal_escape, &text, err);
    if (rc == BX_OK)
        rc = bx_glob_compile_url(bx_buf_str(&text), &r->path, err);
    if (rc == BX_OK && memchr(text.p, '%', text.n)) {
        bx_buf_clear(&text);
        rc = copy_path(path, plain_escape, &text, err);
        if (rc == BX_OK)
            rc = bx_glob_compile_url(bx_buf_str(&text), &r->plain, err);
    }
    if (rc == BX_OK && tidy_pattern(bx_buf_str(&text), &tidy))
        rc = bx_glob_compile_url(bx_buf_str(&tidy), &r->tidy, err);
    return rc == BX_OK ? bx_buf_check(&tidy, err) : rc;
}

bool bx_net_path_matches(const bx_net_rule *r, bx_str path, bool as_sent)
{
    return !r->path || bx_glob_match(r->path, path) ||
           (r->plain && bx_glob_match(r->plain, path)) ||
           (!as_sent && r->tidy && bx_glob_match(r->tidy, path));
}

static bx_code fetch_body(bx_str text, bx_net_rule *r, bx_error *err)
{
    static const struct form form = {
        BX_NET_HTTP | BX_NET_HTTPS, false, false,
        "[METHODS ]http[s]://host[:port][/path], as in GET https://example.com/v1/**"};
    bx_code rc = parse_methods(&text, &r->methods, err);
    if (rc == BX_OK)
        rc = parse_origin(&text, &form, r, err);
    return rc == BX_OK && text.n ? parse_path_glob(text, r, err) : rc;
}

static bx_code outbound_body(bx_str text, bx_net_rule *r, bx_error *err)
{
    static const struct form form = {
        BX_NET_HTTP | BX_NET_HTTPS | BX_NET_TCP | BX_NET_UDP, true, true,
        "scheme://host[:port] with http, https, tcp, udp or * as scheme"};
    bx_code rc = parse_origin(&text, &form, r, err);
    if (rc == BX_OK && text.n > 1)
        return bx_fail(err, BX_EINVAL,
                       "path '%.*s': an entry has none; a fetch: capability can have one",
                       BX_FMT(text));
    return rc;
}

static bx_code connect_body(bx_str text, bx_net_rule *r, bx_error *err)
{
    static const struct form form = {BX_NET_TCP | BX_NET_UDP, false, true,
                                     "tcp://host:port or udp://host:port"};
    bx_code rc = parse_origin(&text, &form, r, err);
    if (rc == BX_OK && text.n)
        return bx_fail(err, BX_EINVAL, "path '%.*s': a socket has none", BX_FMT(text));
    return rc;
}

static void raw_escape(unsigned v, bx_buf *out) { (void)bx_buf_add_c(out, (char)v); }

static bx_code normal_prefix(bx_str path, void (*put)(unsigned v, bx_buf *out), char **ret,
                             bx_error *err)
{
    BX_AUTO_BUF normal = bx_buf_init(BX_MAX_CAP_TEXT);
    bx_code rc = copy_path(path, put, &normal, err);
    if (rc != BX_OK)
        return rc;
    size_t n = normal.n ? bx_path_remove_dots(normal.p, normal.n) : 0;
    *ret = bx_strndup(n ? normal.p : "/", n ? n : 1);
    return *ret ? BX_OK : bx_fail(err, BX_ENOMEM, "path of a block");
}

/* With its escapes and without: a path is judged in readings that have them decoded. */
static bx_code parse_prefix(bx_str path, bx_net_rule *r, bx_error *err)
{
    bx_code rc = normal_prefix(path, normal_escape, &r->prefix, err);
    if (rc == BX_OK && memchr(path.p, '%', path.n))
        rc = normal_prefix(path, raw_escape, &r->plain_prefix, err);
    return rc;
}

static bool has_prefix(bx_str path, const char *prefix)
{
    size_t n = strlen(prefix);
    if (path.n >= n)
        return bx_str_eq_nocase((bx_str){path.p, n}, (bx_str){prefix, n});
    /* "/admin/" is all of that directory, and what most servers take for its name */
    return path.n + 1 == n && prefix[n - 1] == '/' &&
           bx_str_eq_nocase(path, (bx_str){prefix, n - 1});
}

bool bx_net_prefix_matches(const bx_net_rule *r, bx_str path)
{
    return has_prefix(path, r->prefix) || (r->plain_prefix && has_prefix(path, r->plain_prefix));
}

/* Without a scheme: both, and without a port too: every port. */
static bx_code block_body(bx_str text, bx_net_rule *r, bx_error *err)
{
    static const struct form form = {BX_NET_HTTP | BX_NET_HTTPS, false, false,
                                     "[http[s]://]host[:port][/path]"};
    const char *slash = find(text, '/');
    bool has_scheme = slash && slash > text.p && slash[-1] == ':' &&
                      bx_str_starts(bx_str_from(text, (size_t)(slash - text.p)), BX_LIT("//"));
    bx_code rc;
    if (has_scheme) {
        rc = parse_origin(&text, &form, r, err);
    } else {
        r->schemes = form.schemes;
        rc = check_bytes(text, err);
        if (rc == BX_OK)
            rc = parse_authority(&text, &form, r, err);
        if (rc == BX_OK && r->port_end == 0) {
            r->port_from = 1;
            r->port_end = BX_PORT_END;
        }
    }
    return rc == BX_OK ? parse_prefix(text, r, err) : rc;
}

/* ---- the whole line ------------------------------------------------------------------------- */

typedef bx_code (*body_fn)(bx_str text, bx_net_rule *r, bx_error *err);

/* What stands between "://", or the beginning, and the path. */
static bx_str authority_of(bx_str s)
{
    const char *slashes = s.n ? memmem(s.p, s.n, "://", 3) : NULL;
    if (slashes)
        s = bx_str_from(s, (size_t)(slashes - s.p) + 3);
    const char *path = find(s, '/');
    return (bx_str){s.p, path ? (size_t)(path - s.p) : s.n};
}

/* `label` stands before the text where a verdict names the rule. */
static bx_code parse_rule(bx_str text, const char *label, body_fn body, bx_net_rule *ret,
                          bx_error *err)
{
    if (text.n == 0 || text.n > BX_MAX_CAP_TEXT || memchr(text.p, '\0', text.n))
        return bx_fail(err, BX_EINVAL,
                       "%s an entry is empty, longer than %d bytes or holds a NUL byte", label,
                       BX_MAX_CAP_TEXT);
    if (find(authority_of(text), '@'))
        return bx_fail(err, BX_EINVAL,
                       "%s an entry has a user name in front of its host: leave it out", label);
    bx_net_rule r = {.text = NULL};
    bx_code rc = body(text, &r, err);
    if (rc == BX_OK) {
        size_t n = strlen(label) + text.n + 1;
        r.text = bx_calloc(1, n);
        rc = r.text ? BX_OK : bx_fail(err, BX_ENOMEM, "network rule");
        if (r.text)
            (void)snprintf(r.text, n, "%s%.*s", label, (int)text.n, text.p);
    }
    if (rc != BX_OK) {
        bx_net_rule_done(&r);
        bx_str shown =
            find(text, '@') ? BX_LIT("...") : text; /* what stands before it may be a password */
        return bx_wrap(rc, err, "%s'%.*s'", label, BX_FMT(shown));
    }
    *ret = r;
    return BX_OK;
}

bx_code bx_net_rule_fetch(bx_str text, bx_net_rule *ret, bx_error *err)
{
    return parse_rule(text, "fetch:", fetch_body, ret, err);
}

bx_code bx_net_rule_outbound(bx_str text, bx_net_rule *ret, bx_error *err)
{
    return parse_rule(text, "allowed_outbound_hosts: ", outbound_body, ret, err);
}

bx_code bx_net_rule_connect(bx_str text, bx_net_rule *ret, bx_error *err)
{
    return parse_rule(text, "connect:", connect_body, ret, err);
}

bx_code bx_net_rule_block(bx_str text, bx_net_rule *ret, bx_error *err)
{
    return parse_rule(text, BX_NET_BLOCK, block_body, ret, err);
}
