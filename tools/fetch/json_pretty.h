/* fetch/json_pretty.h - JSON printed for reading. */
#ifndef WF_JSON_PRETTY_H
#define WF_JSON_PRETTY_H

#include "base/buf.h"

enum { WF_MAX_PRETTY = 4 << 20 }; /* bytes of JSON beyond which it is left as it is */

/* `text` indented by two spaces onto `out`; numbers, key order and duplicate keys stay as written.
 * BX_EINVAL: no JSON, or more than WF_MAX_PRETTY of it; `out` is untouched.  BX_ELIMIT: of `out`;
 * BX_ENOMEM. */
BX_NODISCARD bx_code wf_json_pretty(bx_str text, bx_buf *out, bx_error *err);

#endif
