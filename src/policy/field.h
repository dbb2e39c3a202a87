/* policy/field.h - HTTP field names and values, and which fields are the client's own.  One list
 * for the fields a guest sends and the credentials an operator injects.  RFC 9110 section 5.
 * Pure; any thread. */
#ifndef BX_POLICY_FIELD_H
#define BX_POLICY_FIELD_H

#include "base/error.h"

bool bx_is_token(bx_str s);                /* RFC 9110 section 5.6.2 */
bool bx_is_field_value(bx_str s);          /* no CR, LF, NUL or other control but HTAB */
bool bx_str_eq_nocase(bx_str a, bx_str b); /* ASCII */

/* A field of the connection, not of the message (RFC 9110 section 7.6.1), or meant for a proxy:
 * nobody but the client sets it. */
bool bx_field_is_connection(bx_str name);
/* Host, Content-Length: checked where given, but the client writes its own. */
bool bx_field_is_implied(bx_str name);

#endif
