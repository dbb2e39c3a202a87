/* URLs of JavaScript: what a URL is written as is ASCII and parses to itself, whatever part was
 * set. First line: the base; the rest: a URL to parse against it, and a value for each part. */
#include <string.h>

#include "base/error.h"
#include "js/url_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const js_url *u)
{
    js_text text = {0}, again = {0};
    js_url_places w, v;
    js_url back = {.port = -1};
    js_url_write(u, &text, &w);
    BX_ASSERT(!text.failed);
    const size_t places[] = {w.protocol_end, w.username, w.username_end, w.password,
                             w.password_end, w.host,     w.hostname_end, w.host_end,
                             w.path,         w.query,    w.fragment,     text.n};
    for (size_t i = 1; i < sizeof places / sizeof *places; i++)
        BX_ASSERT(places[i - 1] <= places[i]);
    for (size_t i = 0; i < text.n; i++)
        BX_ASSERT((unsigned char)text.p[i] >= ' ' && (unsigned char)text.p[i] < 0x7F);
    for (size_t i = w.host; i < w.hostname_end; i++)
        BX_ASSERT(!strchr(" #/<>?@\\^|", text.p[i]));
    if (u->is_opaque && text.p[text.n - 1] == ' ') { /* which parsing takes away */
        js_text_done(&text);
        return;
    }
    BX_ASSERT(js_url_parse(text.p, text.n, NULL, &back));
    js_url_write(&back, &again, &v);
    BX_ASSERT(again.n == text.n && memcmp(again.p, text.p, text.n) == 0);
    BX_ASSERT(memcmp(&v, &w, sizeof v) == 0);
    js_url_done(&back);
    js_text_done(&again);
    js_text_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *end = memchr(p, '\n', size);
    size_t first = end ? (size_t)(end - p) : 0, rest = size - first;
    js_url base = {.port = -1}, u = {.port = -1};
    js_text text = {0};
    if (size > 1 << 12)
        return 0;
    bool has_base = js_url_parse(p, first, NULL, &base);
    js_domain_to_unicode(p + first, rest, &text);
    js_text_done(&text);
    if (js_url_parse(p + first, rest, has_base ? &base : NULL, &u)) {
        check(&u);
        for (int part = JS_URL_PROTOCOL; part <= JS_URL_HASH; part++) {
            (void)js_url_set(&u, (enum js_url_part)part, p, first);
            check(&u);
        }
        js_url_done(&u);
    }
    if (has_base) {
        check(&base);
        for (int part = JS_URL_HASH; part >= JS_URL_PROTOCOL; part--) {
            (void)js_url_set(&base, (enum js_url_part)part, p + first + 1, rest > 0 ? rest - 1 : 0);
            check(&base);
        }
        js_url_done(&base);
    }
    return 0;
}
