/* URLs: what is accepted is canonical, and stays what it is when parsed again, joined or redacted;
 * the guard's two readings of the host agree.  First line: a URL; the rest: a reference to join. */
#include "codec/url_path.h"
#include "egress/head.h"
#include "egress/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_parts(const bx_url *u)
{
    const bx_url_parts *p = &u->parts;
    BX_ASSERT(bx_str_eq(p->scheme, BX_LIT("http")) || bx_str_eq(p->scheme, BX_LIT("https")));
    BX_ASSERT(p->port != 0 && p->host.n > 0 && p->host.n <= 253);
    BX_ASSERT(p->path.n > 0 && p->path.p[0] == '/');
    for (const char *c = u->text; *c; c++)
        BX_ASSERT(*c > ' ' && *c < 0x7f && *c != '\\' && *c != '#');
    for (size_t i = 0; i < p->host.n; i++)
        BX_ASSERT(!strchr("@%/?#[]", p->host.p[i]) && (p->host.p[i] < 'A' || p->host.p[i] > 'Z'));
    for (size_t i = 0; i < p->path.n; i++) {
        bx_str rest = bx_str_from(p->path, i);
        bool dot = bx_str_eq(rest, BX_LIT("/.")) || bx_str_eq(rest, BX_LIT("/.."));
        BX_ASSERT(!dot && !bx_str_starts(rest, BX_LIT("/./")) &&
                  !bx_str_starts(rest, BX_LIT("/../")));
    }
    bx_ip ip;
    BX_ASSERT(bx_ip_parse(p->host, &ip) == u->is_ip);
}

static void check_again(const bx_url *u)
{
    BX_AUTO(bx_url) bx_url *again = NULL;
    BX_AUTOFREE char *redacted = NULL;
    bx_host h;
    BX_ASSERT(bx_url_parse(bx_str_of(u->text), &again, NULL) == BX_OK &&
              strcmp(u->text, again->text) == 0);
    BX_ASSERT(bx_url_same_origin(u, again));
    BX_ASSERT(bx_host_normalise(u->parts.host, &h, NULL) == BX_OK && strcmp(h.text, u->host) == 0);
    BX_ASSERT(bx_url_redact(u, &redacted, NULL) == BX_OK && strlen(redacted) <= strlen(u->text));
}

static void judge(const bx_url *u)
{
    static bx_net_policy *policy;
    if (!policy) {
        BX_ASSERT(bx_net_policy_new(&policy, NULL) == BX_OK);
        BX_ASSERT(bx_net_add_fetch(policy, BX_LIT("http://*:*/ok/**"), NULL) == BX_OK);
    }
    bx_verdict v;
    bx_net_check_request(policy, BX_LIT("GET"), &u->parts, &v);
    bx_readings r;
    bx_error err;
    bool known = bx_path_readings(u->parts.path, &r, &err) == BX_OK;
    BX_ASSERT(known || !v.allow);
    BX_ASSERT(!bx_path_is_plain(u->parts.path) || r.n == 1);
    for (size_t i = 0; i < r.n; i++) {
        bx_str path = bx_reading(&r, i);
        BX_ASSERT(path.n > 0 && path.p[0] == '/' && path.n <= u->parts.path.n);
        BX_ASSERT(!v.allow || bx_path_has_dots(path) || bx_str_starts(path, BX_LIT("/ok/")) ||
                  bx_str_eq(path, BX_LIT("/ok")));
    }
    bx_readings_done(&r);
}

/* The same bytes as the lines of a response's head. */
static void head(bx_str text)
{
    bx_head_builder b = {.n = 0};
    bx_head *h = NULL;
    bx_error err;
    bx_head_begin(&b, false);
    bx_http_error e = BX_HTTP_OK;
    while (e == BX_HTTP_OK && text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        e = bx_head_line(&b, (bx_str){text.p, n}, &err);
        text = bx_str_from(text, n + 1);
    }
    if (e == BX_HTTP_OK && b.status != 0 && bx_head_finish(&b, &h, &err) == BX_HTTP_OK)
        for (size_t i = 0; i < h->pub.n_fields; i++)
            BX_ASSERT(bx_is_token(h->pub.fields[i].name) &&
                      bx_is_field_value(h->pub.fields[i].value));
    bx_head_free(h);
    bx_head_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str all = {(const char *)data, size};
    const char *nl = size ? memchr(all.p, '\n', size) : NULL;
    bx_str first = {all.p, nl ? (size_t)(nl - all.p) : size};
    BX_AUTO(bx_url) bx_url *u = NULL, *joined = NULL;
    head(all);
    if (bx_url_parse(first, &u, NULL) != BX_OK)
        return 0;
    check_parts(u);
    check_again(u);
    judge(u);
    if (nl && bx_url_join(u, bx_str_from(all, first.n + 1), &joined, NULL) == BX_OK) {
        check_parts(joined);
        check_again(joined);
    }
    return 0;
}
