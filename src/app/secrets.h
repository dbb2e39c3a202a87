/* app/secrets.h - the secrets that belong to a grant: what must not be shown or recorded of its
 * calls.  Any thread. */
#ifndef BX_APP_SECRETS_H
#define BX_APP_SECRETS_H

#include "base/limits.h"
#include "db/redact.h"
#include "policy/grant.h"

enum { BX_MAX_SECRETS = BX_MAX_INJECTS + 32 }; /* of one grant; what is beyond is not looked for */

/* The values of the credentials that are put on requests, and of variables with a secret's name;
 * borrowed from the grant and the environment.  Returns how many.  `g` may be NULL. */
size_t bx_secrets_of(const bx_grant *g, bx_str ret[BX_MAX_SECRETS]);

#endif
