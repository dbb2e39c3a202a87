/* port/web_fetch.h - fetch/http_wasi.c includes the bindings of web_fetch's world; in curl they are
 * those of curl's world, which are the same but for the names of common types. */
#ifndef BX_CURL_WEB_FETCH_H
#define BX_CURL_WEB_FETCH_H

#include "curl.h"

#define web_fetch_string_t        curl_string_t
#define web_fetch_option_string_t curl_option_string_t
#define web_fetch_list_u8_t       curl_list_u8_t
#define web_fetch_list_u32_t      curl_list_u32_t

#endif
