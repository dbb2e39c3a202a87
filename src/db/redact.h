/* db/redact.h - secrets that must not get into the record: by the name they stand under, by what
 * they look like, and those that are known.  Pure; any thread.
 *
 * By name: the value of a key, a variable, a field or an option whose name says password, secret,
 * token, API key, authorization, cookie, … in JSON and in text such as a command line.  By look:
 * bearer and basic credentials, private keys in PEM, JSON web tokens, passwords in URLs, and the
 * tokens of well-known services by their prefix.  What is replaced becomes "[redacted]". */
#ifndef BX_DB_REDACT_H
#define BX_DB_REDACT_H

#include "codec/json.h"

#define BX_REDACTED "[redacted]"

enum {
    BX_REDACT_MIN_KNOWN = 6
}; /* bytes; shorter secrets are not looked for, for they would be
      found everywhere */

typedef struct bx_redactor { /* the known ones, borrowed */
    const bx_str *secrets;
    size_t n;
} bx_redactor;

/* Is what stands under this name a secret? */
bool bx_redact_is_secret_name(bx_str name);

/* `text` without its secrets, onto `out`.  `r` may be NULL. */
void bx_redact_text(const bx_redactor *r, bx_str text, bx_buf *out);

/* The same as a JSON string. */
void bx_redact_string(const bx_redactor *r, bx_str text, bx_json_out *o);

/* A value with everything in it.  `big`, if not NULL, is asked about each string that is longer
 * than `inline_max` after redaction, and writes one value in its place. */
typedef void bx_redact_big(void *ctx, bx_str text, bx_json_out *o);
typedef struct bx_redact_rule {
    const bx_redactor *secrets; /* may be NULL */
    size_t inline_max;
    bx_redact_big *big;
    void *ctx;
    bool shows_commands; /* for a person who decides: what could run something in a shell is not
                            hidden, whatever it looks like */
} bx_redact_rule;
void bx_redact_value(const bx_redact_rule *rule, const bx_json_val *v, bx_json_out *o);

#endif
