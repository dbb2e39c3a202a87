/* fetch/fetch.h - one web_fetch call: the request with its redirects, the body read within its
 * bounds, decoded, and made readable. */
#ifndef WF_FETCH_H
#define WF_FETCH_H

#include "fetch/args.h"

enum { WF_MAX_OUTPUT = 64 << 20, WF_MAX_TITLE = 1024 };

typedef struct wf_hop {
    unsigned status;
    char *from, *to;
} wf_hop;

typedef struct wf_result {
    bx_error err; /* code BX_OK, or why there is no (whole) answer */
    wf_hop hops[WF_REDIRECTS];
    size_t n_hops;
    bx_buf final_url;
    unsigned status;     /* 0: no response */
    bx_buf content_type; /* the header's value */
    bx_buf headers;      /* of the response those that say more, "name: value\n" each */
    const char *charset; /* the body's encoding; "" for none */
    bx_buf title;
    bx_buf notes;    /* sentences for the reader, a line each */
    uint64_t bytes;  /* of the body, decoded, as far as it was read */
    bool body_cut;   /* there was more of it */
    bx_buf text;     /* all of the converted text */
    bx_str shown;    /* the part asked for, of `text` */
    uint64_t chars;  /* characters of `text` */
    uint64_t next;   /* offset of the first character after `shown`; 0: nothing follows */
    bx_buf saved_to; /* path of the file; empty: not saved */
} wf_result;

/* Never fails: what went wrong is in ret->err, what there is of an answer beside it. */
void wf_fetch(const wf_args *args, wf_result *ret);
void wf_result_done(wf_result *r);

/* The head in front of the text: where it came from, a line each, then an empty one. */
bx_code wf_result_head(const wf_result *r, bx_buf *ret);

#endif
