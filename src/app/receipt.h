/* app/receipt.h - a signed statement of what the last row of the record was.  Kept elsewhere, it
 * shows later that no row up to it was changed or cut off.  Any thread.
 *
 * One line of JSON: {"boxagnts":"audit receipt 1","id":N,"hash":HEX,"time":TEXT,"key":BASE64,
 * "signature":BASE64}.  The signature (Ed25519) is over "boxagnts audit receipt 1\nid N\nhash HEX\n
 * time TEXT\n".  The secret key is $BOXAGNTS_HOME/keys/audit.key, made when it is first needed. */
#ifndef BX_APP_RECEIPT_H
#define BX_APP_RECEIPT_H

#include "codec/ed25519.h"
#include "db/audit.h"

enum { BX_RECEIPT_MAX = 4096, BX_RECEIPT_TIME = 32 };

typedef struct bx_receipt {
    bx_audit_head head;
    char time[BX_RECEIPT_TIME]; /* "2026-11-30T12:00:00Z" */
    uint8_t key[BX_ED25519_PUBLIC];
    uint8_t signature[BX_ED25519_SIGNATURE];
} bx_receipt;

/* Sign `head` with the key of the home directory `home`; one line with its end onto `out`.
 * BX_EUNSAFE: others can use the key. */
BX_NODISCARD bx_code bx_receipt_make(const char *home, const bx_audit_head *head, bx_buf *out,
                                     bx_error *err);

/* Read one.  BX_EINVAL. */
BX_NODISCARD bx_code bx_receipt_parse(bx_str text, bx_receipt *ret, bx_error *err);

/* It is signed by `key`; BX_EDENIED. */
BX_NODISCARD bx_code bx_receipt_check(const bx_receipt *r, const uint8_t key[BX_ED25519_PUBLIC],
                                      bx_error *err);

/* The public key of the home directory.  BX_ENOENT: it has none yet. */
BX_NODISCARD bx_code bx_receipt_key(const char *home, uint8_t ret[BX_ED25519_PUBLIC],
                                    bx_error *err);

#endif
