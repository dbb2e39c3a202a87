/* fetch/idna.h - international host names as the ASCII names that are looked up (RFC 3492, and of
 * UTS 46 the lower case of the usual alphabets, full-width forms and dots).  Pure. */
#ifndef WF_IDNA_H
#define WF_IDNA_H

#include "base/buf.h"

/* Append `host`, UTF-8, with each label beyond ASCII as "xn--...".  False, nothing appended: it is
 * no UTF-8, holds what no host may, a label is longer than 63 bytes then, or letters beyond ASCII
 * spell an IPv4 address. */
bool wf_idna_add_host(bx_str host, bx_buf *ret);

#endif
