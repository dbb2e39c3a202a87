/* fetch/args.h - the arguments of one web_fetch call (web_fetch.tool.yaml), checked.  Pure. */
#ifndef WF_ARGS_H
#define WF_ARGS_H

#include "fetch/http.h"
#include "lib/args.h"

enum {
    WF_MAX_INPUT = 4 << 20,      /* bytes of the arguments */
    WF_MAX_HEADERS = 64,         /* headers of a request */
    WF_DEFAULT_BYTES = 10 << 20, /* of a body converted in memory */
    WF_MAX_BYTES = 64 << 20,
    WF_DEFAULT_SAVE = 256 << 20, /* of a body saved to a file */
    WF_MAX_SAVE = 1 << 30,
    WF_DEFAULT_CHARS = 50000,
    WF_MAX_CHARS = 1000000,
    WF_DEFAULT_TIMEOUT_MS = 30000,
    WF_MAX_TIMEOUT_MS = 120000,
    WF_REDIRECTS = 10,
};

typedef enum wf_as { WF_AS_MARKDOWN, WF_AS_TEXT, WF_AS_HTML, WF_AS_RAW } wf_as;

typedef struct wf_args {
    bx_buf url;    /* absolute, http or https, %-encoded, without fragment */
    bx_buf method; /* upper case */
    wf_header headers[WF_MAX_HEADERS];
    size_t n_headers;
    bx_str body;
    bool has_body;
    wf_as as;
    bool main_content, follow_redirects;
    uint64_t max_bytes, max_chars, offset, timeout_ms;
    bx_str save_to; /* n = 0: not saved */
    bx_args given;  /* holds the strings */
} wf_args;

/* Parse one JSON object, read from `fd` to its end, or given.  BX_EINVAL names the argument and
 * what is wrong with it; BX_ELIMIT: more than WF_MAX_INPUT bytes; BX_EIO, BX_ENOMEM. */
BX_NODISCARD bx_code wf_args_read(int fd, wf_args *ret, bx_error *err);
BX_NODISCARD bx_code wf_args_parse(bx_str json, wf_args *ret, bx_error *err);
void wf_args_done(wf_args *a);

#endif
