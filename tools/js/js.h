/* js/js.h - what the C files of the JavaScript guest share.  One thread, one runtime.
 *
 * The guest is QuickJS-ng (engine.c), C functions grouped in namespaces (bind_*.c, bindings.def),
 * and a library in JavaScript (lib/) on top of them: lib/NAME.js is what require('NAME') gives, and
 * lib/internal/ is nobody's business but the library's.  A file of the library is the body of a
 * function (exports, require, module, internal), in strict mode; `internal` holds the namespaces.
 *
 * Life.  At build time js_runtime_init makes runtime and context, and runs
 * lib/internal/bootstrap.js; what the memory holds then is the module that is shipped (a snapshot).
 * So nothing that runs when a file of the library is loaded may ask the host for anything: no
 * clock, no randomness, no files, no variables.  A process begins with js_runtime_wake. */
#ifndef BX_JS_JS_H
#define BX_JS_JS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* Put the functions of one namespace into `to`: 0, or -1 with a pending exception. */
typedef int js_binding(JSContext *cx, JSValueConst to);
#define JS_BINDING(name) int js_bind_##name(JSContext *cx, JSValueConst to);
#include "js/bindings.def"
#undef JS_BINDING

/* ---- runtime.c ------------------------------------------------------------------------------ */
/* Make the runtime and run the library's bootstrap.  Exits with words on standard error when that
 * fails: a mistake of the build. */
void js_runtime_init(void);
/* The process begins: seeds, clocks, the stack's top. */
void js_runtime_wake(void);
/* Call the function lib/internal/bootstrap.js exported as `name`, without arguments; its value as
 * an exit code, 70 when it threw. */
int js_runtime_call(const char *name);
/* A file of the library compiled: a function of four parameters.  JS_UNDEFINED: there is none. */
JSValue js_library(JSContext *cx, const char *name);

/* ---- value.c: arguments and results of bindings ------------------------------------------------
 */
/* The bytes of an ArrayBuffer or a view on one.  They move when JavaScript runs.  False: it is
 * none, a TypeError is pending. */
bool js_bytes(JSContext *cx, JSValueConst v, uint8_t **ret, size_t *ret_n);
/* The same of a string, as UTF-8 (lone surrogates become U+FFFD) to be freed by JS_FreeCString, or
 * of bytes: *ret_text is NULL then. */
bool js_text_or_bytes(JSContext *cx, JSValueConst v, const char **ret_text, const uint8_t **ret,
                      size_t *ret_n);
/* A Uint8Array of a copy; of `p` itself, which was made by malloc and belongs to it. */
JSValue js_new_bytes(JSContext *cx, const void *p, size_t n);
JSValue js_take_bytes(JSContext *cx, void *p, size_t n);
/* Throw what Node throws when a system call fails: "ENOENT: no such file or directory, open 'x'"
 * with code, errno (Linux's, negative), syscall, and path and dest where they are not NULL. `error`
 * is wasi-libc's errno. */
JSValue js_throw_errno(JSContext *cx, int error, const char *syscall, const char *path,
                       const char *dest);
/* "ENOENT", its words, its number on Linux. */
const char *js_errno_name(int error);
const char *js_errno_text(int error);
int js_errno_linux(int error);

#define JS_FUNCTION(name) \
    static JSValue name(JSContext *cx, JSValueConst self, int argc, JSValueConst *argv)

#endif
