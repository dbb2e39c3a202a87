#include "codec/libcrypto.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static bx_crypto_api library;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char why_not[256]; /* "" = loaded */

static const struct {
    const char *name;
    size_t at;
} functions[] = {
#define ROW(name) {#name, offsetof(bx_crypto_api, name)},
    BX_CRYPTO_FUNCTIONS(ROW)
#undef ROW
};

/* By its soname, never by a path: found where the dynamic linker would have found it at the start.
 * RTLD_LOCAL: the functions of the static library that are in this program stay what they are.
 * Never closed: its exit handlers may outlive us. */
static void load(void)
{
    void *handle = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *why = dlerror();
        (void)snprintf(why_not, sizeof why_not,
                       "signatures need OpenSSL's libcrypto (Debian: libssl3): %.140s",
                       why ? why : "");
    }
    for (size_t i = 0; i < BX_COUNT(functions) && handle; i++) {
        void *f = dlsym(handle, functions[i].name);
        if (!f) {
            (void)snprintf(why_not, sizeof why_not, "libcrypto.so.3 lacks %s", functions[i].name);
            return;
        }
        memcpy((char *)&library + functions[i].at, &f, sizeof f); /* POSIX: dlsym, rationale */
    }
}

bx_code bx_crypto_load(const bx_crypto_api **ret, bx_error *err)
{
    (void)pthread_once(&once, load);
    if (why_not[0])
        return bx_fail(err, BX_EUNSUPPORTED, "%s", why_not);
    *ret = &library;
    return BX_OK;
}
