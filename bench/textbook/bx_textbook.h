/* bx_textbook.h - the same guests run the way the Wasmtime documentation shows: default engine
 * (on-demand allocation), and for each call a new linker with wasmtime-wasi, a new store, a new
 * instance.  For the benchmark only.  The library also holds everything of bx_engine.h. */
#ifndef BX_TEXTBOOK_H
#define BX_TEXTBOOK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bx_textbook bx_textbook;

/* Compile a preview1 command module, or a wasi:cli/command component.  NULL on any failure. */
bx_textbook *bx_textbook_core_new(const char *path);
bx_textbook *bx_textbook_component_new(const char *path);
void bx_textbook_free(bx_textbook *t);

/* Compile a preview1 command module into a file, 0 or -1; and load such a file with
 * Module::deserialize_file, NULL on any failure. */
int bx_textbook_core_save(const char *path, const char *out);
bx_textbook *bx_textbook_core_saved(const char *path);

/* One call with `in` as stdin; what it printed goes to `out`, of which *out_n bytes are writable;
 * *out_n becomes the number printed.  0: it returned or exited with 0.  -1: anything else. */
int bx_textbook_core_call(bx_textbook *t, const uint8_t *in, size_t n, uint8_t *out, size_t *out_n);
int bx_textbook_component_call(bx_textbook *t, const uint8_t *in, size_t n, uint8_t *out,
                               size_t *out_n);

/* Whether the engine counts what it keeps on the heap for a guest.  Between calls. */
void bx_textbook_heap_counts(int counts);

#ifdef __cplusplus
}
#endif
#endif
