/* fetch/url.h - URL references resolved to absolute ones, for links in a page and for redirects.
 * Pure; no judgement about where a URL leads: that is the host's guard, which parses again. */
#ifndef WF_URL_H
#define WF_URL_H

#include "base/buf.h"

enum { WF_MAX_URL = 16384 }; /* bytes of one resolved URL */

/* The five components of RFC 3986 appendix B; all borrow the text they were split from. */
typedef struct wf_url {
    bx_str scheme; /* as written; empty: a relative reference */
    bx_str authority, path, query, fragment;
    bool has_authority, has_query, has_fragment;
} wf_url;

/* Never fails: every text is some reference. */
wf_url wf_url_split(bx_str text);

/* Resolve `ref` against `base` (RFC 3986 section 5.2) into `ret`, which is cleared first.
 * As the URL standard does: blanks at both ends, tabs and line breaks are dropped, a backslash of
 * an http(s) reference counts as a slash, and bytes that may not stand in a URL are %-encoded.
 * A `base` that is not absolute leaves a relative `ref` as it is.
 * BX_ELIMIT beyond WF_MAX_URL, BX_ENOMEM. */
BX_NODISCARD bx_code wf_url_resolve(bx_str base, bx_str ref, bx_buf *ret);

/* An absolute URL as it is asked for and told: without the name and password in front of its host,
 * without its fragment, and with "%25" for a '%' that encodes nothing but that somebody could read
 * together with what follows ("%%41", "%u0041").  In place; BX_ELIMIT, BX_ENOMEM. */
BX_NODISCARD bx_code wf_url_for_request(bx_buf *url);

/* The scheme is `scheme` (lower case), compared without regard to case. */
bool wf_url_has_scheme(bx_str url, const char *scheme);

/* Scheme, host and port are equal, a default port written or not. */
bool wf_url_same_origin(bx_str a, bx_str b);

#endif
