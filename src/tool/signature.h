/* tool/signature.h - what is signed of a tool, and who signed it (docs/tools.md, "Signatures").
 * Any thread.
 *
 * NAME.wasm.minisig is a signature of the module in the format of minisign.  A manifest in a file
 * of its own is bound to it by its SHA-256 in the signature's trusted comment, which minisign signs
 * together with the signature: so whoever changes one of the two breaks it. */
#ifndef BX_TOOL_SIGNATURE_H
#define BX_TOOL_SIGNATURE_H

#include "codec/minisign.h"

typedef enum bx_signature_state {
    BX_UNSIGNED,
    BX_SIGNED,         /* by a trusted key, over module and manifest */
    BX_SIGNED_UNKNOWN, /* there is a signature, of a key nobody trusts: it says nothing */
} bx_signature_state;
const char *bx_signature_state_name(bx_signature_state s);

typedef struct bx_trusted_keys {
    bx_minisign_public *at; /* owned */
    size_t n;
} bx_trusted_keys;

enum { BX_TRUSTED_MAX = 256 };

/* Every NAME.pub of a directory; none where it is not there (or NULL).  BX_EUNSAFE: others can
 * write to it; BX_EINVAL: one that is no key.  bx_trusted_keys_done. */
BX_NODISCARD bx_code bx_trusted_keys_load(const char *dir, bx_trusted_keys *ret, bx_error *err);
void bx_trusted_keys_done(bx_trusted_keys *k);

typedef struct bx_signed { /* what a signature is about; borrowed */
    bx_str wasm;           /* the module's bytes */
    bx_str manifest;       /* of the file beside it; .p NULL: there is none */
    bx_str signature;      /* NAME.wasm.minisig; .p NULL: unsigned */
} bx_signed;

/* The trusted comment for such a tool: "timestamp:… file:NAME.wasm manifest:sha256:…". */
void bx_signature_comment(const bx_signed *of, bx_str file, uint64_t now_s, bx_buf *out);

/* BX_OK: key `k` signed module and manifest.  BX_EDENIED says what was changed or is not signed. */
BX_NODISCARD bx_code bx_signature_verify(const bx_signed *of, const bx_minisign_public *k,
                                         bx_error *err);

/* Against those that are trusted.  BX_EDENIED, BX_EINVAL: there is a signature that does not hold,
 * whoever made it; a tool that comes with one is refused.  `ret_id`: who signed. */
BX_NODISCARD bx_code bx_signature_judge(const bx_signed *of, const bx_trusted_keys *keys,
                                        bx_signature_state *ret, char ret_id[BX_MINISIGN_ID_HEX],
                                        bx_error *err);

#endif
