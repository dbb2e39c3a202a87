/* tool/files.h - the files of one tool, read: NAME.wasm, NAME.tool.yaml and NAME.wasm.minisig of
 * one directory.  Read and parsed, never run.  Any thread. */
#ifndef BX_TOOL_FILES_H
#define BX_TOOL_FILES_H

#include "tool/entry.h"

typedef struct bx_tool_files {
    bx_buf wasm, manifest_text, signature;
    bool has_manifest_file, has_signature;
    bx_manifest *manifest; /* owned */
    uint8_t digest[BX_SHA256_BYTES], package[BX_SHA256_BYTES];
    bx_looks looks;
} bx_tool_files;

/* What a tool's files are called. */
#define BX_TOOL_WASM      ".wasm"
#define BX_TOOL_MANIFEST  ".tool.yaml"
#define BX_TOOL_SIGNATURE ".wasm.minisig"

typedef struct bx_tool_at {
    int dir;     /* a descriptor of the directory */
    bx_str name; /* without ".wasm" */
    bool strict; /* only plain files of ours that nobody else can write to, no symbolic links */
} bx_tool_at;

/* What is to be seen of them without reading: which change is noticed by. */
bx_looks bx_tool_files_look(const bx_tool_at *at);

/* BX_ENOENT: no module; BX_EUNSAFE, BX_EINVAL, BX_ELIMIT: in words.  `ret` is done after an error
 * too, but for its looks. */
BX_NODISCARD bx_code bx_tool_files_read(const bx_tool_at *at, bx_tool_files *ret, bx_error *err);
bx_signed bx_tool_files_signed(const bx_tool_files *f); /* borrowed */
void bx_tool_files_done(bx_tool_files *f);

#endif
