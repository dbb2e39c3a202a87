/* js/url_parse.h - URLs as https://url.spec.whatwg.org has them: parsing, changing a part, and
 * hosts. Text is UTF-8, lone surrogates replaced; results are ASCII.  Pure, linear in the input;
 * what is longer than JS_URL_MAX is no URL. */
#ifndef BX_JS_URL_PARSE_H
#define BX_JS_URL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JS_URL_MAX = 64 << 20,  /* bytes of a URL */
    JS_URL_HOST_MAX = 4096, /* bytes of a host that is not ASCII, or has labels in Punycode */
};

/* A growing text.  Once an append failed it stays failed. */
typedef struct {
    char *p;
    size_t n, cap;
    bool failed;
} js_text;

void js_text_add(js_text *t, const char *p, size_t n);
void js_text_put(js_text *t, char c);
void js_text_done(js_text *t);

/* A record of URL.  Zero is an empty one; js_url_done frees. */
typedef struct {
    js_text scheme, username, password, host, path, query, fragment;
    bool has_host, has_query, has_fragment;
    bool is_opaque; /* the path is one text, no list */
    int32_t port;   /* -1: none */
} js_url;

/* The places of the parts in the text of a URL, in bytes. */
typedef struct {
    size_t protocol_end; /* after ':' */
    size_t username, username_end, password, password_end;
    size_t host, hostname_end, host_end; /* hostname; host_end is after the port */
    size_t path, query, fragment; /* query, fragment: of '?' and '#', or where they would be */
} js_url_places;

enum js_url_part {
    JS_URL_PROTOCOL,
    JS_URL_USERNAME,
    JS_URL_PASSWORD,
    JS_URL_HOST,
    JS_URL_HOSTNAME,
    JS_URL_PORT,
    JS_URL_PATHNAME,
    JS_URL_SEARCH,
    JS_URL_HASH,
};

/* "basic URL parser" without a state; base may be NULL. False: a failure, *ret is not used. */
bool js_url_parse(const char *p, size_t n, const js_url *base, js_url *ret);
/* What the setter of URL.prototype does.  False: the URL stays as it was (some setters stop in the
 * middle: then it is true). */
bool js_url_set(js_url *u, enum js_url_part part, const char *p, size_t n);
/* "URL serializer" */
void js_url_write(const js_url *u, js_text *to, js_url_places *ret);
void js_url_done(js_url *u);

/* "host parser"; false: a failure. url_host.c */
bool js_url_host(const char *p, size_t n, bool is_special, js_text *to);
/* "domain to ASCII" without beStrict, and its opposite, which never fails. url_idna.c */
bool js_domain_to_ascii(const char *p, size_t n, js_text *to);
void js_domain_to_unicode(const char *p, size_t n, js_text *to);

/* Percent-encode sets, each with those before it but QUERY's special one. */
enum js_url_set {
    JS_SET_C0,
    JS_SET_FRAGMENT,
    JS_SET_QUERY,
    JS_SET_SPECIAL_QUERY,
    JS_SET_PATH,
    JS_SET_USERINFO,
};
void js_url_encode(char c, enum js_url_set set, js_text *to);
/* "percent-decode" */
void js_url_decode(const char *p, size_t n, js_text *to);

#endif
