/* fetch/sniff.h - what a body is: decided by its Content-Type, then by its first bytes.  Pure. */
#ifndef WF_SNIFF_H
#define WF_SNIFF_H

#include "base/buf.h"

typedef enum wf_kind {
    WF_KIND_EMPTY,
    WF_KIND_HTML,
    WF_KIND_MARKDOWN,
    WF_KIND_JSON,
    WF_KIND_XML,
    WF_KIND_TEXT,
    WF_KIND_BINARY,
} wf_kind;

typedef struct wf_sniffed {
    wf_kind kind;
    const char *format; /* BINARY: its name by its first bytes ("PNG image"); NULL: not known */
} wf_sniffed;

/* "text/html; charset=x" -> its type without parameters, and the value of its charset parameter;
 * both borrow `header`, n = 0: none.  RFC 9110 section 8.3.1. */
bx_str wf_media_type(bx_str header);
bx_str wf_media_charset(bx_str header);

/* `body` is the decoded body or its first part (512 bytes are enough); `wide`: it is UTF-16, where
 * NUL bytes mean nothing.  Bytes no text holds make any type BINARY. */
wf_sniffed wf_sniff(bx_str content_type, bx_str body, bool wide);

#endif
