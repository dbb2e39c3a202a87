/* fetch/http_fake.h - the platform of tests: replies from a table, requests written down. */
#ifndef WF_HTTP_FAKE_H
#define WF_HTTP_FAKE_H

#include "fetch/http.h"

typedef struct wf_fake_reply {
    const char *url; /* the request it answers */
    unsigned status;
    const char *headers; /* "name: value\n" each; NULL: none */
    bx_str body;
    size_t chunk;      /* bytes of one read; 0: as many as asked for */
    bool endless;      /* the body again and again */
    bx_code fail;      /* BX_OK, or what the exchange ends with ... */
    size_t fail_after; /* ... after that many bytes of body; 0: instead of a response */
} wf_fake_reply;

/* From now on these answer; both are borrowed.  Empties the log. */
void wf_fake_set(const wf_fake_reply *replies, size_t n);

/* Each request so far: "METHOD url\nname: value\n...\n[body\n]\n"; the default headers left out. */
bx_str wf_fake_log(void);
void wf_fake_done(void);

#endif
