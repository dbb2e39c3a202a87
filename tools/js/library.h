/* js/library.h - where the files of lib/ come from: compiled in (library.c), or read as sources by
 * a development build (library_dir.c). */
#ifndef BX_JS_LIBRARY_H
#define BX_JS_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct js_file {
    const char *p; /* NUL-terminated where it is a source */
    size_t n;
    bool is_source;
    void *owned; /* freed by js_library_done; may be NULL */
} js_file;

/* `name` as require takes it: "fs", "internal/bootstrap".  False: there is none. */
bool js_library_find(const char *name, js_file *ret);
void js_library_done(js_file *f);

#endif
