/* tool/entry.h - the shapes that the registry and the look at its directories share. */
#ifndef BX_TOOL_ENTRY_H
#define BX_TOOL_ENTRY_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "tool/registry.h"

/* What tells a file from another one, or from itself after a change, as far as that is seen from
 * outside.  Only for noticing changes: what is run is judged by its digest. */
typedef struct bx_look {
    uint64_t dev, ino, size, mtime_ns, ctime_ns; /* all 0: there is no such file */
} bx_look;

bx_look bx_look_of(const struct stat *st);

typedef struct bx_looks { /* of one tool */
    bx_look wasm, manifest, signature;
} bx_looks;

struct bx_tool_entry {
    atomic_uint refs;
    bx_tool_facts facts;
    bx_manifest *manifest; /* owned, as all below */
    char *path, *signer;
    uint8_t digest[BX_SHA256_BYTES], package[BX_SHA256_BYTES];
    bx_looks looks;
    pthread_mutex_t lock; /* over the two */
    bx_module *module;
    bx_runtime *rt;
};

/* One reference; `manifest` and `path` are taken, also on failure. */
BX_NODISCARD bx_code bx_tool_entry_new(bx_manifest *manifest, char *path, bx_tool_entry **ret,
                                       bx_error *err);
BX_NODISCARD bx_code bx_tool_entry_of_builtin(const bx_builtin *b, bx_tool_entry **ret,
                                              bx_error *err);
bx_str bx_tool_entry_name(const bx_tool_entry *e);

/* SHA-256 over what is signed and pinned: the module's and, where it is a file of its own, the
 * manifest's. */
void bx_package_digest(const uint8_t module[BX_SHA256_BYTES], bx_str manifest,
                       uint8_t ret[BX_SHA256_BYTES]);

#endif
