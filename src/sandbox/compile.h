/* sandbox/compile.h - from a module's bytes to code, by a process of its own with limits of its
 * own.
 *
 * Compiling hostile bytes can take minutes and gigabytes.  So our own program is started again with
 * the bytes as its input: what it uses is bounded by the kernel, the call's deadline and cancel end
 * it, and nothing of it is left.  In this process, within no limit but that of the early checks,
 * code is compiled only where whoever put it together said so, and where RLIMIT_FSIZE is set. */
#ifndef BX_SANDBOX_COMPILE_H
#define BX_SANDBOX_COMPILE_H

#include "bx_engine.h"
#include "os/ctl.h"
#include "policy/limits.h"

#define BX_COMPILER_NAME "boxagnts: compiler" /* argv[0] of the process */

typedef struct bx_compile_job {
    const char *program; /* bx_runtime_config.compiler */
    bool here;           /* without a program: in this process */
    const bx_engine *engine;
    bx_engine_config config; /* what `engine` was made from */
    bx_code_kind kind;
    bx_str wasm;
    const bx_limits *limits;
    const bx_ctl *ctl; /* ends it; NULL: nothing does */
} bx_compile_job;

typedef struct bx_compiled {
    const uint8_t *p; /* serialised code, for bx_engine_load and the cache */
    size_t n;
    bx_eng_bytes bytes; /* its owner, or */
    void *map;          /* the mapping it lies in */
    size_t map_n;
} bx_compiled;

/* BX_ETIMEOUT and BX_ECANCELLED by `ctl`; BX_ELIMIT over compile_time or compile_memory; what
 * bx_engine_compile says; BX_EIO when no process could be made; BX_EUNSUPPORTED where there is no
 * program and it may not be done here. */
BX_NODISCARD bx_code bx_compile(const bx_compile_job *job, bx_compiled *ret, bx_error *err);
void bx_compiled_done(bx_compiled *c);

/* The process: reads a module, writes code.  Returns its exit code. */
int bx_compiler_main(int argc, char **argv);

/* What a module of so many bytes may use: the limit, and more by its size. */
uint64_t bx_compile_memory(const bx_limits *l, size_t wasm_bytes);
uint64_t bx_compile_seconds(const bx_limits *l, size_t wasm_bytes); /* of processor time */

#endif
