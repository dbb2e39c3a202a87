#include "cli/editline.h"

#include <dlfcn.h>

static bx_editline library;

static const struct {
    const char *name;
    size_t at;
} functions[] = {
#define ROW(name, type, args) {#name, offsetof(bx_editline, name)},
    BX_EDITLINE_FUNCTIONS(ROW)
#undef ROW
};

/* By its soname, never by a path: found where the dynamic linker would have found it at the start.
 * Never closed. */
const bx_editline *bx_editline_load(void)
{
    void *handle = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < BX_COUNT(functions) && handle; i++) {
        void *f = dlsym(handle, functions[i].name);
        if (!f)
            return NULL;
        memcpy((char *)&library + functions[i].at, &f, sizeof f); /* POSIX: dlsym, rationale */
    }
    return handle ? &library : NULL;
}
