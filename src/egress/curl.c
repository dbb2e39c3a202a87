#include "egress/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

enum { OLDEST = 0x075800 }; /* 7.88.0, what Debian 12 ships */

bx_curl_api bx_curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char why_not[256]; /* "" = loaded */

static const struct {
    const char *name;
    size_t at;
} functions[] = {
#define BX_CURL_ROW(name) {#name, offsetof(bx_curl_api, name)},
    BX_CURL_FUNCTIONS(BX_CURL_ROW)
#undef BX_CURL_ROW
};

static bool find_functions(void *library)
{
    for (size_t i = 0; i < BX_COUNT(functions); i++) {
        void *f = dlsym(library, functions[i].name);
        if (!f) {
            (void)snprintf(why_not, sizeof why_not, "libcurl.so.4 lacks %s", functions[i].name);
            return false;
        }
        memcpy((char *)&bx_curl + functions[i].at, &f, sizeof f); /* POSIX: dlsym, rationale */
    }
    return true;
}

static void check_version(void)
{
    const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
    if (v->version_num < OLDEST)
        (void)snprintf(why_not, sizeof why_not, "libcurl %s is too old: 7.88 or newer is needed",
                       v->version);
    else if (!(v->features & CURL_VERSION_SSL))
        (void)snprintf(why_not, sizeof why_not, "libcurl %s was built without TLS", v->version);
}

/* By its soname, never by a path: found where the dynamic linker would have found it at the start,
 * and nowhere else.  RTLD_NOW: a library that lacks a symbol fails here and not in a request.
 * RTLD_LOCAL: what it brings along is seen by nobody else.  Never closed: its exit handlers may
 * outlive us. */
static void load(void)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        (void)snprintf(why_not, sizeof why_not,
                       "the network needs libcurl (Debian: libcurl4): %.160s", why ? why : "");
        return;
    }
    if (!find_functions(library))
        return;
    check_version();
    if (why_not[0])
        return;
    CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (rc != CURLE_OK)
        (void)snprintf(why_not, sizeof why_not, "initialise libcurl: %s", curl_easy_strerror(rc));
}

void bx_curl_slist_free(struct curl_slist *list)
{
    if (list)
        curl_slist_free_all(list);
}

bx_code bx_curl_load(bx_error *err)
{
    (void)pthread_once(&once, load);
    return why_not[0] ? bx_fail(err, BX_EUNSUPPORTED, "%s", why_not) : BX_OK;
}
