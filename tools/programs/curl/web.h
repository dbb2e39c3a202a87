/* curl/web.h - what curl and wget share: a request with its redirects and retries, where its
 * response goes.  Below it is fetch/http.h, one exchange: wasi:http in a guest, a table in tests.
 * One thread. */
#ifndef BX_CURL_WEB_H
#define BX_CURL_WEB_H

#include "fetch/http.h"
#include "programs/common/prog_io.h"

enum { WEB_REDIRECTS = 50, WEB_TIMEOUT_MS = 300000, WEB_BLOCK = 65536 };

/* What went wrong, as curl counts it. */
enum {
    WEB_OK = 0,
    WEB_PROTOCOL = 1,
    WEB_MALFORMED = 3,
    WEB_RESOLVE = 6,
    WEB_CONNECT = 7,
    WEB_HTTP = 22,
    WEB_WRITE = 23,
    WEB_READ = 26,
    WEB_TIMEOUT = 28,
    WEB_TLS = 35,
    WEB_REDIRECTED = 47,
    WEB_EMPTY = 52,
    WEB_RECEIVE = 56,
    WEB_CERTIFICATE = 60
};

typedef struct web_headers {
    wf_header *p;
    size_t n, cap;
} web_headers;

typedef struct web_request {
    const char *method; /* NULL: GET, or POST with a body */
    bool keep_method;   /* it was asked for: redirects do not change it */
    prog_buf url;
    web_headers headers;
    prog_buf body;
    bool has_body, follow;
    unsigned max_redirects, retries;
    uint64_t timeout_ms;
    bool verbose; /* tell heads on standard error, as curl -v does */
} web_request;

typedef struct web_result {
    wf_response *response; /* NULL: there is none */
    int code;              /* WEB_... */
    char why[1100];
    unsigned redirects;
    uint64_t began_ms, size;
} web_result;

/* Send, follow, try again.  req->url becomes the one that answered. */
void web_fetch_head(web_request *req, web_result *ret);

/* The body to a file; code and why are set where that fails. */
void web_fetch_body(web_result *r, prog_writer *to);
void web_result_done(web_result *r);

void web_add_header(web_headers *h, const char *name, const char *value);
bool web_has_header(const web_headers *h, const char *name);

/* "http://" in front where no scheme is; checks it.  False: no URL of http or https. */
bool web_url(const char *given, prog_buf *ret);

/* The last part of the path; "" when there is none.  To be freed. */
char *web_file_name(bx_str url);

const char *web_reason(unsigned status); /* "Not Found" */
void web_put_head(prog_writer *w, const wf_response *r);
void web_percent(prog_buf *b, const char *p, size_t n); /* as in a query */

int curl_run(int argc, char **argv);
int wget_run(int argc, char **argv);
extern const char *const curl_help, *const wget_help;

#endif
