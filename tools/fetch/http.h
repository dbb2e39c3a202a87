/* fetch/http.h - one HTTP exchange: a request, the head of its response, then its body.
 * The narrow waist between the tool and its platform: http_wasi.c on wasi:http/outgoing-handler,
 * http_fake.c in tests.  Redirects, codings and retries are none of its business; whether a request
 * may go out is the host's. */
#ifndef WF_HTTP_H
#define WF_HTTP_H

#include "base/buf.h"

typedef struct wf_header {
    bx_str name, value;
} wf_header;

typedef struct wf_request {
    bx_str method; /* as sent: "GET" */
    bx_str url;    /* absolute http or https; a fragment is not sent */
    const wf_header *headers;
    size_t n_headers;
    bx_str body;
    uint64_t deadline_ms; /* on wf_http_now_ms's clock: for the head and the body */
} wf_request;

typedef struct wf_response wf_response;

/* Send and wait for the response's head.
 * BX_EDENIED: the host's guard refused it; BX_ETIMEOUT; BX_EINVAL: a header or method the platform
 * does not take; BX_EIO: everything on the way there (name, connection, TLS, protocol).
 * Messages begin with wasi:http's name of the error. */
BX_NODISCARD bx_code wf_http_send(const wf_request *req, wf_response **ret, bx_error *err);
void wf_http_free(wf_response *r); /* a body not read to its end is given up */
BX_DEFINE_AUTO(wf_response, wf_http_free)

unsigned wf_http_status(const wf_response *r);
size_t wf_http_header_count(const wf_response *r);
wf_header wf_http_header(const wf_response *r, size_t i); /* lives as long as `r` */

/* Value of the first header `name` (lower case); n = 0: none. */
bx_str wf_http_find(const wf_response *r, const char *name);

/* At most `cap` bytes of the body as they come; *ret_n = 0: its end.  Waits until there are some.
 * BX_ETIMEOUT at the request's deadline, BX_EIO. */
BX_NODISCARD bx_code wf_http_read(wf_response *r, char *buf, size_t cap, size_t *ret_n,
                                  bx_error *err);

uint64_t wf_http_now_ms(void); /* monotonic */

#endif
