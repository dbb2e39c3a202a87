/* codec/minisign.h - the files of minisign (jedisct1.github.io/minisign, as of 0.11): signatures,
 * public keys, secret keys, and what is signed by them.  Any thread.
 *
 * A signature is of a message (Ed) or of its BLAKE2b-512 (ED), by Ed25519; a second one, the global
 * signature, is over the first and the trusted comment. */
#ifndef BX_CODEC_MINISIGN_H
#define BX_CODEC_MINISIGN_H

#include "base/buf.h"
#include "codec/ed25519.h"

enum {
    BX_MINISIGN_MAX_BYTES = 16 << 10,  /* of each of the files */
    BX_MINISIGN_MAX_COMMENT = 8 << 10, /* bytes of the trusted one */
    BX_MINISIGN_ID = 8,                /* bytes of a key's number */
    BX_MINISIGN_ID_HEX = 17,           /* it in hexadecimal, with the NUL */
    BX_MINISIGN_SALT = 32,
};

/* As minisign shows it: 16 digits, upper case. */
void bx_minisign_id_hex(const uint8_t id[BX_MINISIGN_ID], char out[BX_MINISIGN_ID_HEX]);

typedef struct bx_minisign_public {
    uint8_t id[BX_MINISIGN_ID], key[BX_ED25519_PUBLIC];
} bx_minisign_public;

/* Of a key file, or of its second line alone.  BX_EINVAL. */
BX_NODISCARD bx_code bx_minisign_public_parse(bx_str text, bx_minisign_public *ret, bx_error *err);
void bx_minisign_public_print(const bx_minisign_public *k, bx_buf *out);

/* ---- signatures ------------------------------------------------------------------------------ */

typedef struct bx_minisig {
    bool prehashed; /* ED */
    uint8_t id[BX_MINISIGN_ID];
    uint8_t signature[BX_ED25519_SIGNATURE], global[BX_ED25519_SIGNATURE];
    bx_str comment; /* the trusted one; borrowed from the text */
} bx_minisig;

BX_NODISCARD bx_code bx_minisig_parse(bx_str text, bx_minisig *ret, bx_error *err);
void bx_minisig_print(const bx_minisig *s, bx_str untrusted, bx_buf *out);

/* BX_OK: it is this key's, of this message and with this trusted comment.  BX_EDENIED says which of
 * them it is not; BX_EUNSUPPORTED, BX_ENOMEM. */
BX_NODISCARD bx_code bx_minisig_verify(const bx_minisig *s, const bx_minisign_public *key,
                                       bx_str message, bx_error *err);

/* ---- secret keys ----------------------------------------------------------------------------- */

typedef struct bx_minisign_secret { /* bx_wipe it */
    uint8_t id[BX_MINISIGN_ID];
    uint8_t seed[BX_ED25519_SEED], key[BX_ED25519_PUBLIC];
} bx_minisign_secret;

/* Whether the file says that a password protects it; false of what is none. */
bool bx_minisign_secret_is_locked(bx_str text);
/* `password` counts where it is locked; a derivation takes up to 1 GiB and some seconds.
 * BX_EINVAL: no secret key; BX_EDENIED: a wrong password. */
BX_NODISCARD bx_code bx_minisign_secret_parse(bx_str text, bx_str password, bx_minisign_secret *ret,
                                              bx_error *err);
/* `password.p` NULL: without one.  `salt`: random. */
BX_NODISCARD bx_code bx_minisign_secret_print(const bx_minisign_secret *k, bx_str password,
                                              const uint8_t salt[BX_MINISIGN_SALT], bx_buf *out,
                                              bx_error *err);

/* Sign the BLAKE2b-512 of `message` (ED).  `comment` stays borrowed.  BX_EINVAL: a comment that is
 * too long or has a line break. */
BX_NODISCARD bx_code bx_minisign_sign(const bx_minisign_secret *k, bx_str message, bx_str comment,
                                      bx_minisig *ret, bx_error *err);

#endif
