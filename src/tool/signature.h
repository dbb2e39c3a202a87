/* tool/signature.h - what is signed of a tool, and who signed it (docs/tools.md, "Signatures").
 * Any thread.
 *
 * NAME.wasm.minisig is a signature of the module in the format of minisign.  A manifest in a file
 * of its own is bound to it by its SHA-256 in the signature's trusted comment, which minisign signs
 * together with the signature: so whoever changes one of the two breaks it. */
#ifndef BX_TOOL_SIGNATURE_H
#define BX_TOOL_SIGNATURE_H

#include "base/error.h"

typedef enum bx_signature_state {
    BX_UNSIGNED,
    BX_SIGNED,         /* by a trusted key, over module and manifest */
    BX_SIGNED_UNKNOWN, /* there is a signature, of a key nobody trusts: it says nothing */
} bx_signature_state;
const char *bx_signature_state_name(bx_signature_state s);

#endif
