/* policy/field.h - which HTTP fields are the client's own.  One list
 * for the fields a guest sends and the credentials an operator injects.  RFC 9110 section 5.
 * Pure; any thread. */
#ifndef BX_POLICY_FIELD_H
#define BX_POLICY_FIELD_H

#include "base/error.h"

/* A field of the connection, not of the message (RFC 9110 section 7.6.1), or meant for a proxy:
 * nobody but the client sets it. */
bool bx_field_is_connection(bx_str name);
/* Host, Content-Length: checked where given, but the client writes its own. */
bool bx_field_is_implied(bx_str name);

#endif
