/* policy/credential.h - a credential the guest never sees: the value of a host's variable, set on
 * the wire as one field of the requests to one origin.  What is checked here is what the client
 * asks again before it sends, so nothing that passes can fail there.  Pure; any thread. */
#ifndef BX_POLICY_CREDENTIAL_H
#define BX_POLICY_CREDENTIAL_H

#include "base/error.h"

enum { BX_MAX_CREDENTIAL = 32 << 10 }; /* bytes of a value: half of a header section */

typedef struct bx_credential {
    char *origin; /* owned; "https://api.github.com[:port]" */
    char *header; /* owned; a field name */
    char *env;    /* owned; the host's variable that holds the value */
} bx_credential;

/* 'ORIGIN HEADER=env:NAME'.  BX_EINVAL says what is expected.  *ret is owned by the caller. */
BX_NODISCARD bx_code bx_credential_parse(bx_str text, bx_credential *ret, bx_error *err);
void bx_credential_done(bx_credential *c);

/* May requests to `origin` get the field `header`?  The origin is http or https, one host that is
 * a name or an address, and at most one port (1 to 65535); the field is a token that neither
 * frames the message nor belongs to the connection.  BX_EINVAL. */
BX_NODISCARD bx_code bx_credential_check(bx_str origin, bx_str header, bx_error *err);

/* May this be the value?  Not empty, at most BX_MAX_CREDENTIAL bytes, no control characters.
 * BX_EINVAL; never quotes the value. */
BX_NODISCARD bx_code bx_credential_check_value(bx_str header, bx_str value, bx_error *err);

#endif
