/* egress/curl.h - libcurl, loaded when it is first needed.
 *
 * A distribution's libcurl brings some thirty libraries along (LDAP, SSH, Kerberos, …), and the
 * dynamic linker would work through all of them before main of every command, most of which never
 * open a connection.  So nothing links it: bx_curl_load opens `libcurl.so.4` by that name, once,
 * for good, and fills a table; the macros below send each call through it.  Its security fixes
 * keep coming from whoever ships the library.
 *
 * The macros may be used only after bx_curl_load returned BX_OK: a request that was refused may
 * have come to its end without.  Any thread. */
#ifndef BX_EGRESS_CURL_H
#define BX_EGRESS_CURL_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_setopt /* macros that only check the number of arguments */
#undef curl_easy_getinfo
#undef curl_multi_setopt
#undef curl_share_setopt

#include "base/error.h"

#define BX_CURL_FUNCTIONS(X) \
    X(curl_easy_cleanup) \
    X(curl_easy_getinfo) \
    X(curl_easy_init) \
    X(curl_easy_pause) \
    X(curl_easy_setopt) \
    X(curl_easy_strerror) \
    X(curl_free) \
    X(curl_global_init) \
    X(curl_multi_add_handle) \
    X(curl_multi_cleanup) \
    X(curl_multi_info_read) \
    X(curl_multi_init) \
    X(curl_multi_perform) \
    X(curl_multi_poll) \
    X(curl_multi_remove_handle) \
    X(curl_multi_setopt) \
    X(curl_multi_strerror) \
    X(curl_multi_wakeup) \
    X(curl_share_cleanup) \
    X(curl_share_init) \
    X(curl_share_setopt) \
    X(curl_slist_append) \
    X(curl_slist_free_all) \
    X(curl_url) \
    X(curl_url_cleanup) \
    X(curl_url_get) \
    X(curl_url_set) \
    X(curl_url_strerror) \
    X(curl_version_info)

typedef struct bx_curl_api {
#define BX_CURL_FIELD(name) __typeof__(name) *name;
    BX_CURL_FUNCTIONS(BX_CURL_FIELD)
#undef BX_CURL_FIELD
} bx_curl_api;
extern bx_curl_api bx_curl; /* written once, by bx_curl_load */

/* Open and check the library; the first call does it, the others wait for it and get the same
 * answer.  BX_EUNSUPPORTED: there is none, or it is older than 7.88, or it cannot do TLS. */
BX_NODISCARD bx_code bx_curl_load(bx_error *err);

/* As curl_slist_free_all; may be called before the library is loaded, because a list that is not
 * NULL can only come from it. */
void bx_curl_slist_free(struct curl_slist *list);

#define curl_easy_cleanup(...)        bx_curl.curl_easy_cleanup(__VA_ARGS__)
#define curl_easy_getinfo(...)        bx_curl.curl_easy_getinfo(__VA_ARGS__)
#define curl_easy_init(...)           bx_curl.curl_easy_init(__VA_ARGS__)
#define curl_easy_pause(...)          bx_curl.curl_easy_pause(__VA_ARGS__)
#define curl_easy_setopt(...)         bx_curl.curl_easy_setopt(__VA_ARGS__)
#define curl_easy_strerror(...)       bx_curl.curl_easy_strerror(__VA_ARGS__)
#define curl_free(...)                bx_curl.curl_free(__VA_ARGS__)
#define curl_global_init(...)         bx_curl.curl_global_init(__VA_ARGS__)
#define curl_multi_add_handle(...)    bx_curl.curl_multi_add_handle(__VA_ARGS__)
#define curl_multi_cleanup(...)       bx_curl.curl_multi_cleanup(__VA_ARGS__)
#define curl_multi_info_read(...)     bx_curl.curl_multi_info_read(__VA_ARGS__)
#define curl_multi_init(...)          bx_curl.curl_multi_init(__VA_ARGS__)
#define curl_multi_perform(...)       bx_curl.curl_multi_perform(__VA_ARGS__)
#define curl_multi_poll(...)          bx_curl.curl_multi_poll(__VA_ARGS__)
#define curl_multi_remove_handle(...) bx_curl.curl_multi_remove_handle(__VA_ARGS__)
#define curl_multi_setopt(...)        bx_curl.curl_multi_setopt(__VA_ARGS__)
#define curl_multi_strerror(...)      bx_curl.curl_multi_strerror(__VA_ARGS__)
#define curl_multi_wakeup(...)        bx_curl.curl_multi_wakeup(__VA_ARGS__)
#define curl_share_cleanup(...)       bx_curl.curl_share_cleanup(__VA_ARGS__)
#define curl_share_init(...)          bx_curl.curl_share_init(__VA_ARGS__)
#define curl_share_setopt(...)        bx_curl.curl_share_setopt(__VA_ARGS__)
#define curl_slist_append(...)        bx_curl.curl_slist_append(__VA_ARGS__)
#define curl_slist_free_all(...)      bx_curl.curl_slist_free_all(__VA_ARGS__)
#define curl_url(...)                 bx_curl.curl_url(__VA_ARGS__)
#define curl_url_cleanup(...)         bx_curl.curl_url_cleanup(__VA_ARGS__)
#define curl_url_get(...)             bx_curl.curl_url_get(__VA_ARGS__)
#define curl_url_set(...)             bx_curl.curl_url_set(__VA_ARGS__)
#define curl_url_strerror(...)        bx_curl.curl_url_strerror(__VA_ARGS__)
#define curl_version_info(...)        bx_curl.curl_version_info(__VA_ARGS__)

#endif
