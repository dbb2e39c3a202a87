/* internal.url: the standard's URLs (url_parse.h), and application/x-www-form-urlencoded. */
#include <stdlib.h>
#include <string.h>

#include "js/js.h"
#include "js/text_codec.h"
#include "js/url_parse.h"

/* A string as UTF-8 without lone surrogates, to be freed by free. */
static char *text_of(JSContext *cx, JSValueConst v, size_t *ret_n)
{
    const char *s = JS_ToCStringLen(cx, ret_n, v);
    char *p = s ? malloc(*ret_n + 1) : NULL;
    if (p) {
        memcpy(p, s, *ret_n + 1);
        js_utf8_replace_surrogates((uint8_t *)p, *ret_n);
    } else if (s)
        JS_ThrowOutOfMemory(cx);
    JS_FreeCString(cx, s);
    return p;
}

/* A text as a string, freed; wrong UTF-8 is replaced. */
static JSValue take(JSContext *cx, js_text *t)
{
    JSValue r;
    size_t n = t->n > 0 ? js_utf8_valid((const uint8_t *)t->p, t->n) : 0;
    if (t->failed)
        r = JS_ThrowOutOfMemory(cx);
    else if (n == t->n)
        r = JS_NewStringLen(cx, n > 0 ? t->p : "", n);
    else {
        size_t size = js_utf8_repair((const uint8_t *)t->p, t->n, NULL);
        char *p = malloc(size);
        if (p)
            (void)js_utf8_repair((const uint8_t *)t->p, t->n, (uint8_t *)p);
        r = p ? JS_NewStringLen(cx, p, size) : JS_ThrowOutOfMemory(cx);
        free(p);
    }
    js_text_done(t);
    return r;
}

/* [href, and the places of js_url_places in it] */
static JSValue result(JSContext *cx, const js_url *u)
{
    js_text text = {0};
    js_url_places w;
    js_url_write(u, &text, &w);
    const size_t places[] = {w.protocol_end, w.username, w.username_end, w.password,
                             w.password_end, w.host,     w.hostname_end, w.host_end,
                             w.path,         w.query,    w.fragment};
    JSValue href = take(cx, &text), r = JS_NewArray(cx);
    if (JS_IsException(href) || JS_IsException(r)) {
        JS_FreeValue(cx, r);
        JS_FreeValue(cx, href);
        return JS_EXCEPTION;
    }
    (void)JS_SetPropertyUint32(cx, r, 0, href);
    for (uint32_t i = 0; i < sizeof places / sizeof *places; i++)
        (void)JS_SetPropertyUint32(cx, r, i + 1, JS_NewInt64(cx, (int64_t)places[i]));
    return r;
}

/* Parse a string: 1, 0 no URL, -1 an exception. */
static int parse(JSContext *cx, JSValueConst v, const js_url *base, js_url *ret)
{
    size_t n;
    char *p = text_of(cx, v, &n);
    if (!p)
        return -1;
    bool ok = js_url_parse(p, n, base, ret);
    free(p);
    return ok;
}

/* parse(input, base or undefined): [href, places…], or undefined where that is no URL, false where
 * the base is none. */
JS_FUNCTION(url_parse)
{
    (void)self, (void)argc;
    js_url base = {.port = -1}, u = {.port = -1};
    bool has_base = !JS_IsUndefined(argv[1]);
    int k = has_base ? parse(cx, argv[1], NULL, &base) : 1;
    JSValue r = k < 0 ? JS_EXCEPTION : JS_FALSE;
    if (k > 0) {
        k = parse(cx, argv[0], has_base ? &base : NULL, &u);
        r = k < 0 ? JS_EXCEPTION : k == 0 ? JS_UNDEFINED : result(cx, &u);
        if (k > 0)
            js_url_done(&u);
        js_url_done(&base);
    }
    return r;
}

/* set(href, part, value): as parse, or undefined where nothing changes. */
JS_FUNCTION(url_set)
{
    (void)self, (void)argc;
    js_url u = {.port = -1};
    int32_t part;
    size_t n;
    if (JS_ToInt32(cx, &part, argv[1]) < 0)
        return JS_EXCEPTION;
    if (part < JS_URL_PROTOCOL || part > JS_URL_HASH)
        return JS_UNDEFINED;
    char *p = text_of(cx, argv[2], &n);
    if (!p)
        return JS_EXCEPTION;
    JSValue r = JS_UNDEFINED;
    int k = parse(cx, argv[0], NULL, &u);
    if (k < 0)
        r = JS_EXCEPTION;
    else if (k > 0 && js_url_set(&u, (enum js_url_part)part, p, n))
        r = result(cx, &u);
    if (k > 0)
        js_url_done(&u);
    free(p);
    return r;
}

/* domainToUnicode(domain): with each label in Punycode decoded. */
JS_FUNCTION(url_domain_to_unicode)
{
    (void)self, (void)argc;
    js_text text = {0};
    size_t n;
    char *p = text_of(cx, argv[0], &n);
    if (!p)
        return JS_EXCEPTION;
    js_domain_to_unicode(p, n, &text);
    free(p);
    return take(cx, &text);
}

/* toASCII(domain): UTS #46 alone, undefined where that fails. */
JS_FUNCTION(url_to_ascii)
{
    (void)self, (void)argc;
    js_text text = {0};
    size_t n;
    char *p = text_of(cx, argv[0], &n);
    if (!p)
        return JS_EXCEPTION;
    bool ok = js_domain_to_ascii(p, n, &text);
    free(p);
    if (ok)
        return take(cx, &text);
    js_text_done(&text);
    return JS_UNDEFINED;
}

/* formDecode(text): percent-decoded, '+' a space. */
JS_FUNCTION(url_form_decode)
{
    (void)self, (void)argc;
    js_text text = {0};
    size_t n;
    char *p = text_of(cx, argv[0], &n);
    if (!p)
        return JS_EXCEPTION;
    for (size_t i = 0; i < n; i++)
        p[i] = p[i] == '+' ? ' ' : p[i];
    js_url_decode(p, n, &text);
    free(p);
    return take(cx, &text);
}

static bool is_form_plain(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '*' ||
           c == '-' || c == '.' || c == '_';
}

/* formEncode(text): "application/x-www-form-urlencoded serializing" of a name or a value. */
JS_FUNCTION(url_form_encode)
{
    (void)self, (void)argc;
    static const char digits[] = "0123456789ABCDEF";
    js_text text = {0};
    size_t n;
    char *p = text_of(cx, argv[0], &n);
    if (!p)
        return JS_EXCEPTION;
    for (size_t i = 0; i < n; i++) {
        char encoded[3] = {'%', digits[(unsigned char)p[i] >> 4], digits[p[i] & 15]};
        if (p[i] == ' ')
            js_text_put(&text, '+');
        else if (is_form_plain(p[i]))
            js_text_put(&text, p[i]);
        else
            js_text_add(&text, encoded, 3);
    }
    free(p);
    return take(cx, &text);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("parse", 2, url_parse),
    JS_CFUNC_DEF("set", 3, url_set),
    JS_CFUNC_DEF("domainToUnicode", 1, url_domain_to_unicode),
    JS_CFUNC_DEF("toASCII", 1, url_to_ascii),
    JS_CFUNC_DEF("formDecode", 1, url_form_decode),
    JS_CFUNC_DEF("formEncode", 1, url_form_encode),
};

int js_bind_url(JSContext *cx, JSValueConst to)
{
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
