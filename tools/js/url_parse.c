/* The parser of URLs as a machine of states, and what the setters do with it. */
#include "js/url_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text -------------------------------------------------------------------------------------
 */

void js_text_add(js_text *t, const char *p, size_t n)
{
    if (t->failed || n == 0)
        return;
    if (n > t->cap - t->n) {
        size_t most = SIZE_MAX / 4; /* so that no sum overflows */
        char *q = NULL;
        size_t cap = 0;
        if (n <= most && t->n <= most) {
            cap = (t->n + n) / 2 * 3 + 16;
            q = realloc(t->p, cap);
        }
        if (!q) {
            t->failed = true;
            return;
        }
        t->p = q;
        t->cap = cap;
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
}

void js_text_put(js_text *t, char c) { js_text_add(t, &c, 1); }

void js_text_done(js_text *t)
{
    free(t->p);
    *t = (js_text){0};
}

static void assign(js_text *to, const js_text *from)
{
    to->n = 0;
    to->failed = to->failed || from->failed;
    js_text_add(to, from->p, from->n);
}

static bool is(const js_text *t, const char *z)
{
    size_t n = strlen(z);
    return t->n == n && (n == 0 || memcmp(t->p, z, n) == 0);
}

static bool is_alpha(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    int l = c | 0x20;
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* ---- percent encoding -------------------------------------------------------------------------
 */

static bool in_set(char c, enum js_url_set set)
{
    unsigned char u = (unsigned char)c;
    if (u <= 0x1F || u > 0x7E)
        return true;
    switch (set) {
    case JS_SET_C0:
        return false;
    case JS_SET_FRAGMENT:
        return memchr(" \"<>`", c, 5) != NULL;
    case JS_SET_QUERY:
        return memchr(" \"#<>", c, 5) != NULL;
    case JS_SET_SPECIAL_QUERY:
        return memchr(" \"#<>'", c, 6) != NULL;
    case JS_SET_PATH:
        return memchr(" \"#<>?`{}", c, 9) != NULL;
    case JS_SET_USERINFO:
        return memchr(" \"#<>?`{}/:;=@[\\]^|", c, 19) != NULL;
    }
    return false;
}

void js_url_encode(char c, enum js_url_set set, js_text *to)
{
    static const char digits[] = "0123456789ABCDEF";
    if (!in_set(c, set)) {
        js_text_put(to, c);
        return;
    }
    char text[3] = {'%', digits[(unsigned char)c >> 4], digits[c & 15]};
    js_text_add(to, text, 3);
}

void js_url_decode(const char *p, size_t n, js_text *to)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '%' && n - i > 2 && hex_value(p[i + 1]) >= 0 && hex_value(p[i + 2]) >= 0) {
            js_text_put(to, (char)(hex_value(p[i + 1]) << 4 | hex_value(p[i + 2])));
            i += 2;
        } else
            js_text_put(to, p[i]);
    }
}

/* ---- schemes ----------------------------------------------------------------------------------
 */

/* -1: not special; else its port, 0 of "file". */
static int default_port(const js_text *scheme)
{
    static const struct {
        const char *name;
        int port;
    } all[] = {{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}, {"ftp", 21}, {"file", 0}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (is(scheme, all[i].name))
            return all[i].port;
    }
    return -1;
}

static bool is_special(const js_url *u) { return default_port(&u->scheme) >= 0; }
static bool is_file(const js_url *u) { return is(&u->scheme, "file"); }

/* ---- paths ------------------------------------------------------------------------------------
 */

static bool is_drive(const char *p, size_t n) /* "Windows drive letter" */
{
    return n == 2 && is_alpha(p[0]) && (p[1] == ':' || p[1] == '|');
}

/* "starts with a Windows drive letter" */
static bool starts_with_drive(const char *p, size_t n)
{
    return n >= 2 && is_drive(p, 2) && (n == 2 || memchr("/\\?#", p[2], 4));
}

/* "shorten a URL's path" */
static void shorten(js_url *u)
{
    js_text *path = &u->path;
    if (is_file(u) && path->n == 3 && is_alpha(path->p[1]) && path->p[2] == ':')
        return;
    while (path->n > 0 && path->p[path->n - 1] != '/')
        path->n--;
    if (path->n > 0)
        path->n--;
}

/* How many dots a segment is, "%2e" being one too; 0: it is no such segment. */
static int dots(const char *p, size_t n)
{
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '%' && n - i > 2 && p[i + 1] == '2' && (p[i + 2] | 0x20) == 'e')
            i += 2;
        else if (p[i] != '.')
            return 0;
        if (++count > 2)
            return 0;
    }
    return count;
}

static void add_segment(js_url *u, const char *p, size_t n, bool is_last)
{
    int d = dots(p, n);
    if (d == 2)
        shorten(u);
    if (d > 0) {
        if (is_last)
            js_text_put(&u->path, '/');
        return;
    }
    js_text_put(&u->path, '/');
    if (is_file(u) && u->path.n == 1 && is_drive(p, n)) {
        js_text_put(&u->path, p[0]);
        js_text_put(&u->path, ':');
        return;
    }
    for (size_t i = 0; i < n; i++)
        js_url_encode(p[i], JS_SET_PATH, &u->path);
}

static bool ends_path(char c, bool is_whole) { return is_whole && (c == '?' || c == '#'); }

/* "path state" from `at` on: where it ends.  With !is_whole (a setter) '?' and '#' are of the path.
 */
static size_t parse_path(js_url *u, const char *p, size_t n, size_t at, bool is_whole)
{
    bool special = is_special(u);
    for (;;) {
        size_t end = at;
        while (end < n && p[end] != '/' && !(special && p[end] == '\\') &&
               !ends_path(p[end], is_whole))
            end++;
        bool is_last = end == n || ends_path(p[end], is_whole);
        add_segment(u, p + at, end - at, is_last);
        if (is_last)
            return end;
        at = end + 1;
    }
}

/* "path start state" */
static size_t start_path(js_url *u, const char *p, size_t n, size_t at, bool is_whole)
{
    bool special = is_special(u);
    if (special) {
        if (at < n && (p[at] == '/' || p[at] == '\\'))
            at++;
        return parse_path(u, p, n, at, is_whole);
    }
    if (at == n || ends_path(p[at], is_whole)) {
        if (!is_whole && !u->has_host)
            js_text_put(&u->path, '/');
        return at;
    }
    return parse_path(u, p, n, p[at] == '/' ? at + 1 : at, is_whole);
}

/* ---- query and fragment -----------------------------------------------------------------------
 */

static void set_query(js_url *u, const char *p, size_t n)
{
    enum js_url_set set = is_special(u) ? JS_SET_SPECIAL_QUERY : JS_SET_QUERY;
    u->has_query = true;
    u->query.n = 0;
    for (size_t i = 0; i < n; i++)
        js_url_encode(p[i], set, &u->query);
}

static void set_fragment(js_url *u, const char *p, size_t n)
{
    u->has_fragment = true;
    u->fragment.n = 0;
    for (size_t i = 0; i < n; i++)
        js_url_encode(p[i], JS_SET_FRAGMENT, &u->fragment);
}

/* What follows the path, from '?' or '#' or the end. */
static void parse_rest(js_url *u, const char *p, size_t n, size_t at)
{
    if (at < n && p[at] == '?') {
        size_t end = at + 1;
        while (end < n && p[end] != '#')
            end++;
        set_query(u, p + at + 1, end - at - 1);
        at = end;
    }
    if (at < n)
        set_fragment(u, p + at + 1, n - at - 1);
}

/* ---- authority --------------------------------------------------------------------------------
 */

static bool ends_authority(const js_url *u, char c)
{
    return c == '/' || c == '?' || c == '#' || (c == '\\' && is_special(u));
}

/* The port from digits: 1 set, 0 no digit there, -1 a failure. *at: after the digits. */
static int parse_port(js_url *u, const char *p, size_t n, size_t *at)
{
    size_t from = *at;
    int32_t v = 0;
    for (; *at < n && is_digit(p[*at]); ++*at) {
        v = v * 10 + (p[*at] - '0');
        if (v > 65535)
            return -1;
    }
    if (*at == from)
        return 0;
    u->port = v == default_port(&u->scheme) ? -1 : v;
    return 1;
}

static void parse_userinfo(js_url *u, const char *p, size_t n)
{
    js_text *to = &u->username;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == ':' && to == &u->username)
            to = &u->password;
        else
            js_url_encode(p[i], JS_SET_USERINFO, to);
    }
}

static bool set_host(js_url *u, const char *p, size_t n)
{
    js_text host = {0};
    if (!js_url_host(p, n, is_special(u), &host) || host.failed) {
        js_text_done(&host);
        return false;
    }
    js_text_done(&u->host);
    u->host = host;
    u->has_host = true;
    return true;
}

/* The length of the host that p begins with: up to a ':' outside brackets or what ends an
 * authority. */
static size_t host_length(const js_url *u, const char *p, size_t n)
{
    bool inside = false;
    size_t i = 0;
    for (; i < n && !ends_authority(u, p[i]) && (p[i] != ':' || inside); i++) {
        if (p[i] == '[')
            inside = true;
        else if (p[i] == ']')
            inside = false;
    }
    return i;
}

/* "authority state", "host state", "port state"; *at: where the path begins. */
static bool parse_authority(js_url *u, const char *p, size_t n, size_t *at)
{
    size_t end = *at, user_end = 0;
    bool has_user = false;
    for (; end < n && !ends_authority(u, p[end]); end++) {
        if (p[end] == '@') {
            has_user = true;
            user_end = end;
        }
    }
    if (has_user) {
        parse_userinfo(u, p + *at, user_end - *at);
        *at = user_end + 1;
        if (*at == end)
            return false;
    }
    size_t host = host_length(u, p + *at, end - *at);
    if (host == 0 && (is_special(u) || *at < end))
        return false;
    if (!set_host(u, p + *at, host))
        return false;
    *at += host;
    if (*at < end) { /* ':' */
        ++*at;
        if (parse_port(u, p, end, at) < 0 || *at < end)
            return false;
    }
    *at = end;
    return true;
}

/* ---- file: ------------------------------------------------------------------------------------
 */

static void copy_base_path(js_url *u, const js_url *base)
{
    assign(&u->path, &base->path);
    u->is_opaque = base->is_opaque;
    if (base->has_host) {
        assign(&u->host, &base->host);
        u->has_host = true;
    }
}

static void copy_authority(js_url *u, const js_url *base)
{
    assign(&u->username, &base->username);
    assign(&u->password, &base->password);
    u->port = base->port;
    copy_base_path(u, base);
}

static void copy_query(js_url *u, const js_url *base)
{
    assign(&u->query, &base->query);
    u->has_query = base->has_query;
}

static bool is_slash(char c) { return c == '/' || c == '\\'; }

/* "file slash state", after one slash. */
static bool parse_file_slash(js_url *u, const js_url *base, const char *p, size_t n, size_t at)
{
    if (at < n && is_slash(p[at])) { /* "file host state" */
        size_t end = ++at;
        while (end < n && !is_slash(p[end]) && p[end] != '?' && p[end] != '#')
            end++;
        if (!is_drive(p + at, end - at)) {
            if (end > at && !set_host(u, p + at, end - at))
                return false;
            if (is(&u->host, "localhost"))
                u->host.n = 0;
            at = end;
        }
    } else if (base && is_file(base)) {
        if (base->has_host)
            assign(&u->host, &base->host);
        if (!starts_with_drive(p + at, n - at) && base->path.n >= 3 &&
            is_drive(base->path.p + 1, 2) && base->path.p[2] == ':' &&
            (base->path.n == 3 || base->path.p[3] == '/'))
            js_text_add(&u->path, base->path.p, 3);
        parse_rest(u, p, n, parse_path(u, p, n, at, true));
        return true;
    } else {
        parse_rest(u, p, n, parse_path(u, p, n, at, true));
        return true;
    }
    parse_rest(u, p, n, start_path(u, p, n, at, true));
    return true;
}

/* "file state" */
static bool parse_file(js_url *u, const js_url *base, const char *p, size_t n, size_t at)
{
    u->has_host = true;
    if (at < n && is_slash(p[at]))
        return parse_file_slash(u, base, p, n, at + 1);
    if (!base || !is_file(base)) {
        parse_rest(u, p, n, parse_path(u, p, n, at, true));
        return true;
    }
    copy_base_path(u, base);
    if (at == n || p[at] == '#') {
        copy_query(u, base);
    } else if (p[at] != '?') {
        if (starts_with_drive(p + at, n - at))
            u->path.n = 0;
        else
            shorten(u);
        at = parse_path(u, p, n, at, true);
    }
    parse_rest(u, p, n, at);
    return true;
}

/* ---- the rest of the parser -------------------------------------------------------------------
 */

static void parse_opaque(js_url *u, const char *p, size_t n, size_t at)
{
    u->is_opaque = true;
    for (; at < n && p[at] != '?' && p[at] != '#'; at++)
        js_url_encode(p[at], JS_SET_C0, &u->path);
    parse_rest(u, p, n, at);
}

static bool parse_after_authority(js_url *u, const char *p, size_t n, size_t at)
{
    if (!parse_authority(u, p, n, &at))
        return false;
    parse_rest(u, p, n, start_path(u, p, n, at, true));
    return true;
}

/* "relative state" */
static bool parse_relative(js_url *u, const js_url *base, const char *p, size_t n, size_t at)
{
    assign(&u->scheme, &base->scheme);
    bool special = is_special(u);
    bool slash = at < n && (p[at] == '/' || (special && p[at] == '\\'));
    if (slash) { /* "relative slash state" */
        at++;
        if (at < n && special && is_slash(p[at])) {
            while (at < n && is_slash(p[at]))
                at++;
            return parse_after_authority(u, p, n, at);
        }
        if (at < n && p[at] == '/')
            return parse_after_authority(u, p, n, at + 1);
        copy_authority(u, base);
        u->path.n = 0;
        parse_rest(u, p, n, parse_path(u, p, n, at, true));
        return true;
    }
    copy_authority(u, base);
    if (at == n || p[at] == '#')
        copy_query(u, base);
    else if (p[at] != '?') {
        shorten(u);
        at = parse_path(u, p, n, at, true);
    }
    parse_rest(u, p, n, at);
    return true;
}

/* "no scheme state" */
static bool parse_without_scheme(js_url *u, const js_url *base, const char *p, size_t n)
{
    if (!base)
        return false;
    if (base->is_opaque) {
        if (n == 0 || p[0] != '#')
            return false;
        assign(&u->scheme, &base->scheme);
        copy_base_path(u, base);
        copy_query(u, base);
        set_fragment(u, p + 1, n - 1);
        return true;
    }
    if (!is_file(base))
        return parse_relative(u, base, p, n, 0);
    assign(&u->scheme, &base->scheme);
    return parse_file(u, base, p, n, 0);
}

/* What follows "scheme:". */
static bool parse_with_scheme(js_url *u, const js_url *base, const char *p, size_t n, size_t at)
{
    if (is_file(u))
        return parse_file(u, base, p, n, at);
    if (is_special(u)) {
        bool same = base && base->scheme.n == u->scheme.n && is_special(base) &&
                    memcmp(base->scheme.p, u->scheme.p, u->scheme.n) == 0;
        if (same && !(n - at >= 2 && p[at] == '/' && p[at + 1] == '/'))
            return parse_relative(u, base, p, n, at);
        while (at < n && is_slash(p[at]))
            at++;
        return parse_after_authority(u, p, n, at);
    }
    if (at < n && p[at] == '/') {
        if (n - at >= 2 && p[at + 1] == '/')
            return parse_after_authority(u, p, n, at + 2);
        parse_rest(u, p, n, parse_path(u, p, n, at + 1, true));
        return true;
    }
    parse_opaque(u, p, n, at);
    return true;
}

/* The scheme that p begins with: its length, 0 where there is none. */
static size_t scheme_length(const char *p, size_t n)
{
    if (n == 0 || !is_alpha(p[0]))
        return 0;
    size_t i = 1;
    while (i < n && (is_alpha(p[i]) || is_digit(p[i]) || p[i] == '+' || p[i] == '-' || p[i] == '.'))
        i++;
    return i;
}

static bool has_failed(const js_url *u)
{
    return u->scheme.failed || u->username.failed || u->password.failed || u->host.failed ||
           u->path.failed || u->query.failed || u->fragment.failed;
}

/* A copy without tabs and line ends, and with `trim` without spaces and controls at its ends. */
static bool clean(const char *p, size_t n, bool trim, js_text *to)
{
    while (trim && n > 0 && (unsigned char)p[0] <= ' ') {
        p++;
        n--;
    }
    while (trim && n > 0 && (unsigned char)p[n - 1] <= ' ')
        n--;
    if (n > JS_URL_MAX)
        return false;
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && p[end] != '\t' && p[end] != '\n' && p[end] != '\r')
            end++;
        js_text_add(to, p + i, end - i);
        i = end + 1;
    }
    if (!to->p)
        js_text_put(to, '\0'); /* so that there is something to point to */
    else
        return !to->failed;
    to->n = 0;
    return !to->failed;
}

bool js_url_parse(const char *p, size_t n, const js_url *base, js_url *ret)
{
    js_text text = {0};
    js_url u = {.port = -1};
    bool ok = clean(p, n, true, &text);
    if (ok) {
        size_t k = scheme_length(text.p, text.n);
        if (k > 0 && k < text.n && text.p[k] == ':') {
            for (size_t i = 0; i < k; i++)
                js_text_put(&u.scheme, (char)(is_alpha(text.p[i]) ? text.p[i] | 0x20 : text.p[i]));
            ok = parse_with_scheme(&u, base, text.p, text.n, k + 1);
        } else
            ok = parse_without_scheme(&u, base, text.p, text.n);
    }
    js_text_done(&text);
    if (!ok || has_failed(&u)) {
        js_url_done(&u);
        return false;
    }
    *ret = u;
    return true;
}

void js_url_done(js_url *u)
{
    js_text *all[] = {&u->scheme, &u->username, &u->password, &u->host,
                      &u->path,   &u->query,    &u->fragment};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        js_text_done(all[i]);
    *u = (js_url){.port = -1};
}

void js_url_write(const js_url *u, js_text *to, js_url_places *ret)
{
    js_text_add(to, u->scheme.p, u->scheme.n);
    js_text_put(to, ':');
    ret->protocol_end = to->n;
    if (u->has_host)
        js_text_add(to, "//", 2);
    ret->username = to->n;
    js_text_add(to, u->username.p, u->username.n);
    ret->username_end = to->n;
    if (u->password.n > 0)
        js_text_put(to, ':');
    ret->password = to->n;
    js_text_add(to, u->password.p, u->password.n);
    ret->password_end = to->n;
    if (u->username.n > 0 || u->password.n > 0)
        js_text_put(to, '@');
    ret->host = to->n;
    js_text_add(to, u->host.p, u->host.n);
    ret->hostname_end = to->n;
    if (u->port >= 0) {
        char port[8];
        js_text_add(to, port, (size_t)snprintf(port, sizeof port, ":%d", u->port));
    }
    ret->host_end = to->n;
    if (!u->has_host && !u->is_opaque && u->path.n > 1 && u->path.p[1] == '/')
        js_text_add(to, "/.", 2);
    ret->path = to->n;
    js_text_add(to, u->path.p, u->path.n);
    ret->query = to->n;
    if (u->has_query)
        js_text_put(to, '?');
    js_text_add(to, u->query.p, u->has_query ? u->query.n : 0);
    ret->fragment = to->n;
    if (u->has_fragment)
        js_text_put(to, '#');
    js_text_add(to, u->fragment.p, u->has_fragment ? u->fragment.n : 0);
}

/* ---- setters ----------------------------------------------------------------------------------
 */

/* "cannot have a username/password/port" */
static bool is_without_port(const js_url *u) { return u->host.n == 0 || is_file(u); }

static bool set_protocol(js_url *u, const char *p, size_t n)
{
    js_text scheme = {0};
    size_t k = scheme_length(p, n);
    if (k == 0 || (k < n && p[k] != ':'))
        return false;
    for (size_t i = 0; i < k; i++)
        js_text_put(&scheme, (char)(is_alpha(p[i]) ? p[i] | 0x20 : p[i]));
    bool special = default_port(&scheme) >= 0, file = is(&scheme, "file");
    if (special != is_special(u) || scheme.failed ||
        (file && (u->username.n > 0 || u->password.n > 0 || u->port >= 0)) ||
        (is_file(u) && u->host.n == 0)) {
        js_text_done(&scheme);
        return false;
    }
    js_text_done(&u->scheme);
    u->scheme = scheme;
    if (u->port == default_port(&scheme))
        u->port = -1;
    return true;
}

static bool set_userinfo(js_url *u, js_text *to, const char *p, size_t n)
{
    if (is_without_port(u))
        return false;
    to->n = 0;
    for (size_t i = 0; i < n; i++)
        js_url_encode(p[i], JS_SET_USERINFO, to);
    return true;
}

static bool set_host_and_port(js_url *u, const char *p, size_t n, bool with_port)
{
    if (u->is_opaque)
        return false;
    if (is_file(u)) { /* "file host state" */
        size_t end = 0;
        while (end < n && !is_slash(p[end]) && p[end] != '?' && p[end] != '#')
            end++;
        if (end == 0) {
            u->host.n = 0;
            return true;
        }
        if (!set_host(u, p, end))
            return false;
        if (is(&u->host, "localhost"))
            u->host.n = 0;
        return true;
    }
    size_t k = host_length(u, p, n);
    if (k < n && p[k] == ':' && (k == 0 || !with_port))
        return false;
    if (k == 0 && (is_special(u) || u->username.n > 0 || u->password.n > 0 || u->port >= 0))
        return false;
    if (!set_host(u, p, k))
        return false;
    if (k < n && p[k] == ':') {
        k++;
        int32_t before = u->port;
        if (parse_port(u, p, n, &k) < 0)
            u->port = before;
    }
    return true;
}

static bool set_port(js_url *u, const char *p, size_t n)
{
    size_t at = 0;
    if (is_without_port(u))
        return false;
    if (n == 0) {
        u->port = -1;
        return true;
    }
    return parse_port(u, p, n, &at) > 0;
}

/* "potentially strip trailing spaces from an opaque path" */
static void strip_spaces(js_url *u)
{
    while (u->is_opaque && !u->has_query && !u->has_fragment && u->path.n > 0 &&
           u->path.p[u->path.n - 1] == ' ')
        u->path.n--;
}

static bool set_cleaned(js_url *u, enum js_url_part part, const char *p, size_t n)
{
    switch (part) {
    case JS_URL_PROTOCOL:
        return set_protocol(u, p, n);
    case JS_URL_USERNAME:
        return set_userinfo(u, &u->username, p, n);
    case JS_URL_PASSWORD:
        return set_userinfo(u, &u->password, p, n);
    case JS_URL_HOST:
        return set_host_and_port(u, p, n, true);
    case JS_URL_HOSTNAME:
        return set_host_and_port(u, p, n, false);
    case JS_URL_PORT:
        return set_port(u, p, n);
    case JS_URL_PATHNAME:
        if (u->is_opaque)
            return false;
        u->path.n = 0;
        (void)start_path(u, p, n, 0, false);
        return true;
    case JS_URL_SEARCH:
        u->has_query = false;
        if (n > 0)
            set_query(u, p + (p[0] == '?'), n - (p[0] == '?'));
        break;
    case JS_URL_HASH:
        u->has_fragment = false;
        if (n > 0)
            set_fragment(u, p + (p[0] == '#'), n - (p[0] == '#'));
        break;
    }
    strip_spaces(u);
    return true;
}

bool js_url_set(js_url *u, enum js_url_part part, const char *p, size_t n)
{
    js_text text = {0};
    bool is_whole =
        part == JS_URL_USERNAME || part == JS_URL_PASSWORD; /* nothing is left out there */
    bool ok = is_whole ? set_cleaned(u, part, p, n)
                       : clean(p, n, false, &text) && set_cleaned(u, part, text.p, text.n);
    js_text_done(&text);
    return ok && !has_failed(u);
}
