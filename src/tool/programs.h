/* tool/programs.h - the programs a process offers its guests: those that are part of it, files that
 * were named, and those of a directory; of one name the last one added counts.  Filled by one
 * thread, then any may use it. */
#ifndef BX_TOOL_PROGRAMS_H
#define BX_TOOL_PROGRAMS_H

#include "sandbox/program.h"
#include "tool/manifest.h"

typedef struct bx_programs bx_programs;

/* `rt` has to outlive it. */
BX_NODISCARD bx_code bx_programs_new(bx_runtime *rt, bx_programs **ret, bx_error *err);
void bx_programs_free(bx_programs *p); /* no call may use it any more; NULL is fine */
BX_DEFINE_AUTO(bx_programs, bx_programs_free)

/* All that are carried (tool/builtin.h). */
BX_NODISCARD bx_code bx_programs_add_builtin(bx_programs *p, bx_error *err);
/* "NAME=FILE.wasm".  A manifest FILE.tool.yaml beside it narrows what it may use.  BX_EINVAL,
 * BX_ENOENT; that it is WebAssembly is looked at when it is started. */
BX_NODISCARD bx_code bx_programs_add_file(bx_programs *p, bx_str text, bx_error *err);
/* Every NAME.wasm of a directory, by that name and those its manifest lists as `programs`; none
 * where there is no such directory.  What cannot be read is left out. */
BX_NODISCARD bx_code bx_programs_add_dir(bx_programs *p, const char *dir, bx_error *err);
/* A tool that is a program, by its name: the module at `path`, if it still has that SHA-256 when it
 * is started, which a trusted key signed or not.  `m` is borrowed as long as `p` lives. */
BX_NODISCARD bx_code bx_programs_add_tool(bx_programs *p, const bx_manifest *m, const char *path,
                                          const uint8_t sum[32], bool is_vouched, bx_error *err);

/* In order; borrowed, and fixed from now on. */
BX_NODISCARD bx_code bx_programs_set(bx_programs *p, bx_program_set *ret, bx_error *err);

#endif
