/* codec/http_field.h - the grammar of HTTP fields (RFC 9110 section 5).  Pure; any thread. */
#ifndef BX_CODEC_HTTP_FIELD_H
#define BX_CODEC_HTTP_FIELD_H

#include "base/defs.h"

/* A token (RFC 9110 section 5.6.2): the name of a field (section 5.1) or of a method. */
bool bx_is_token(bx_str s);

/* A value of a field (section 5.5): visible characters, obs-text, spaces and tabs; no CR, LF, NUL
 * or other control.  Also the empty one, and one with blanks around it, which do not count. */
bool bx_is_field_value(bx_str s);

#endif
