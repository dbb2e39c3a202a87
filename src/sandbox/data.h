/* sandbox/data.h - the directories a program brings with it (bx_program.data), for the processes of
 * one call.  Each program has a file system of its own made of them, read-only and apart from the
 * call's: what is granted, carved out, counted and told there is not touched by it, and nobody but
 * the program's processes has a descriptor of it, unless one of them passes it on.  Made when such
 * a program is first started, and kept as long as the call. */
#ifndef BX_SANDBOX_DATA_H
#define BX_SANDBOX_DATA_H

#include "sandbox/live.h"

typedef struct bx_data bx_data;

/* Of a program that brings something.  BX_ENOENT and the like: a directory is not there; `limits`
 * outlives it. */
BX_NODISCARD bx_code bx_data_new(const bx_program *program, const bx_limits *limits, bx_data **ret,
                                 bx_error *err);
/* A list of them, which one thread at a time may use: that of the program, or NULL; one more, which
 * is taken; all freed, after the last process. */
const bx_data *bx_data_find(const bx_data *all, const bx_program *program);
void bx_data_add(bx_data **all, bx_data *d);
void bx_data_free(bx_data *all);

size_t bx_data_count(const bx_data *d); /* 0 for NULL */
/* bx_data_count of them; each `file` belongs to the session behind `d`.  Any thread. */
BX_NODISCARD bx_errno bx_data_preopens(const bx_data *d, bx_wasi_preopen *list);

#endif
