#include "mcp/microhttpd.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

bx_mhd_api bx_mhd;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char why_not[256]; /* "" = loaded */

static const struct {
    const char *name;
    size_t at;
} functions[] = {
#define BX_MHD_ROW(name) {#name, offsetof(bx_mhd_api, name)},
    BX_MHD_FUNCTIONS(BX_MHD_ROW)
#undef BX_MHD_ROW
};

/* "0.9.75", "1.0.1": as one number that grows with the version; 0 for anything else. */
static unsigned version_number(const char *text)
{
    unsigned parts[3] = {0};
    for (size_t i = 0; i < BX_COUNT(parts); i++) {
        if (*text < '0' || *text > '9')
            return 0;
        while (*text >= '0' && *text <= '9' && parts[i] < 1000)
            parts[i] = parts[i] * 10 + (unsigned)(*text++ - '0');
        if (*text == '.')
            text++;
    }
    return parts[0] * 1000000 + parts[1] * 1000 + parts[2];
}

/* By its soname; RTLD_NOW, RTLD_LOCAL and never closed: as egress/curl.c. */
static void load(void)
{
    enum { OLDEST = 9075 };
    void *library = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        (void)snprintf(why_not, sizeof why_not,
                       "listening needs libmicrohttpd (Debian: libmicrohttpd12): %.160s",
                       why ? why : "");
        return;
    }
    for (size_t i = 0; i < BX_COUNT(functions); i++) {
        void *f = dlsym(library, functions[i].name);
        if (!f) {
            (void)snprintf(why_not, sizeof why_not, "libmicrohttpd.so.12 lacks %s",
                           functions[i].name);
            return;
        }
        memcpy((char *)&bx_mhd + functions[i].at, &f, sizeof f);
    }
    if (version_number(bx_mhd.MHD_get_version()) < OLDEST)
        (void)snprintf(why_not, sizeof why_not,
                       "libmicrohttpd %.40s is too old: 0.9.75 or newer is needed",
                       bx_mhd.MHD_get_version());
}

bx_code bx_mhd_load(bx_error *err)
{
    (void)pthread_once(&once, load);
    return why_not[0] ? bx_fail(err, BX_EUNSUPPORTED, "%s", why_not) : BX_OK;
}
