/* egress/url.h - a URL, parsed once by the client's own parser and normalised; what is judged
 * is what is sent.  RFC 3986, narrowed: http and https only, no userinfo, no escapes, backslash,
 * control or non-ASCII bytes in the host.  Immutable after parsing. */
#ifndef BX_EGRESS_URL_H
#define BX_EGRESS_URL_H

#include "policy/net.h"

enum { BX_MAX_URL = 16384 }; /* bytes of one URL */

typedef struct bx_url {
    char *text;         /* owned; the normalised URL, without fragment, NUL-terminated */
    bx_url_parts parts; /* slices of memory owned by this object */
    bool is_ip;         /* the host is an IP literal: `ip` */
    bx_ip ip;
    char *host; /* owned; NUL-terminated parts.host */
} bx_url;

/* BX_EINVAL quotes what is wrong (never a password), BX_ELIMIT (BX_MAX_URL), BX_ENOMEM,
 * BX_EUNSUPPORTED: this machine has no libcurl that will do (egress/curl.h). */
BX_NODISCARD bx_code bx_url_parse(bx_str text, bx_url **ret, bx_error *err);
/* RFC 3986 section 5: `ref` (absolute or relative) as seen from `base`. */
BX_NODISCARD bx_code bx_url_join(const bx_url *base, bx_str ref, bx_url **ret, bx_error *err);
void bx_url_free(bx_url *u); /* NULL is fine */
BX_DEFINE_AUTO(bx_url, bx_url_free)

typedef struct bx_host {
    char text[256]; /* canonical: lower case, no trailing dot, no brackets */
    bool is_ip;
    bx_ip ip;
} bx_host;

/* A host name or IP literal on its own.  Numeric forms other than the strict ones are refused
 * here (the URL parser has made them canonical before).  BX_EINVAL. */
BX_NODISCARD bx_code bx_host_normalise(bx_str host, bx_host *ret, bx_error *err);

/* Same scheme, host and port? */
bool bx_url_same_origin(const bx_url *a, const bx_url *b);

/* For logs: the URL with every query value left out ("?key=&other="). */
BX_NODISCARD bx_code bx_url_redact(const bx_url *u, char **ret, bx_error *err);

#endif
