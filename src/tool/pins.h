/* tool/pins.h - what was seen of tools before: $BOXAGNTS_HOME/tools/tools.lock.  One owner.
 *
 * A version of a tool is one content for good: the first time it is seen, or added, its digest is
 * written down, and other content under the same name and version is refused from then on.  A new
 * version may do what the one before could and no more, until it is added.
 *
 * What lies in a workspace can be written by whatever may write there, guests above all.  So of a
 * project nothing counts but what was accepted (`strict`). */
#ifndef BX_TOOL_PINS_H
#define BX_TOOL_PINS_H

#include "codec/sha256.h"
#include "tool/manifest.h"

typedef struct bx_pins bx_pins;

enum { BX_PINS_MAX = 4096, BX_PINS_MAX_BYTES = 4 << 20 };

/* `path`: of tools.lock; NULL: nothing is kept.  A file that is not there has none in it; one that
 * is damaged is BX_EINVAL, in words, and nothing is forgotten by that. */
BX_NODISCARD bx_code bx_pins_open(const char *path, bx_pins **ret, bx_error *err);
void bx_pins_free(bx_pins *p); /* NULL is fine */
BX_DEFINE_AUTO(bx_pins, bx_pins_free)

typedef struct bx_pin_of { /* what is asked about; borrowed */
    bx_str where;          /* "user", or the workspace */
    bool strict;           /* what was not seen before is refused */
    const bx_manifest *manifest;
    const uint8_t *package; /* BX_SHA256_BYTES */
} bx_pin_of;

/* BX_OK: it is what was seen before, or new and no wider than before; *ret_added: somebody added
 * it.  BX_EDENIED says what changed and what to do.  New ones are remembered. */
BX_NODISCARD bx_code bx_pins_check(bx_pins *p, const bx_pin_of *of, bool *ret_added, bx_error *err);
/* As bx_pins_check, and it is accepted whatever was before. */
BX_NODISCARD bx_code bx_pins_accept(bx_pins *p, const bx_pin_of *of, bx_error *err);
void bx_pins_forget(bx_pins *p, bx_str where, bx_str name); /* all its versions */

/* Take in what other processes wrote meanwhile. */
BX_NODISCARD bx_code bx_pins_reload(bx_pins *p, bx_error *err);
/* Write what is new, if anything is. */
BX_NODISCARD bx_code bx_pins_save(bx_pins *p, bx_error *err);

#endif
