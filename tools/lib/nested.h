/* lib/nested.h - the one host interface of ours that a core module may import, `boxagnts`: a nested
 * tool call.  WASI needs nothing of this; a tool stays plain WASI, and runs in any runtime, unless
 * it is compiled with -DBX_HOST_CALLS=1 (FLAGS of bx_guest).  Without it the same source compiles
 * against a stub that answers BX_CALL_UNAVAILABLE: core wasm has no optional imports. */
#ifndef BX_LIB_NESTED_H
#define BX_LIB_NESTED_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

typedef enum bx_call_status {
    BX_CALL_OK = 0,      /* the tool ran; its result (which may have isError) can be read */
    BX_CALL_DENIED = 1,  /* no tool: capability, or the policy says no; the reason can be read */
    BX_CALL_UNKNOWN = 2, /* no such tool */
    BX_CALL_LIMIT = 3,   /* over calls, depth, wall or output */
    BX_CALL_INVALID = 4, /* the arguments do not fit the schema; the reason can be read */
    BX_CALL_UNAVAILABLE = 5, /* nobody provides nested calls here */
} bx_call_status;

#if defined BX_HOST_CALLS && BX_HOST_CALLS
/* Call tool `name` with the JSON object `input`; waits for its end.  *ret_size gets the bytes of
 * the answer, which stay with the host until bx_call_read or the next call. */
__attribute__((import_module("boxagnts"), import_name("call"))) bx_call_status
bx_call(const char *name, size_t name_len, const char *input, size_t input_len, size_t *ret_size);

/* The tools this process may call, a JSON array of {name, description, inputSchema}, as bx_call
 * leaves an answer.  A number of errno: ENOSYS, ENOMEM. */
__attribute__((import_module("boxagnts"), import_name("tools"))) int bx_tools(size_t *ret_size);

/* Copy bytes [offset, offset + len) of the last answer to `p`; returns how many there were. */
__attribute__((import_module("boxagnts"), import_name("call_read"))) size_t
bx_call_read(size_t offset, char *p, size_t len);
#else
static inline bx_call_status bx_call(const char *name, size_t name_len, const char *input,
                                     size_t input_len, size_t *ret_size)
{
    (void)name, (void)name_len, (void)input, (void)input_len;
    *ret_size = 0;
    return BX_CALL_UNAVAILABLE;
}

static inline int bx_tools(size_t *ret_size)
{
    *ret_size = 0;
    return ENOSYS;
}

static inline size_t bx_call_read(size_t offset, char *p, size_t len)
{
    (void)offset, (void)p, (void)len;
    return 0;
}
#endif

#endif
