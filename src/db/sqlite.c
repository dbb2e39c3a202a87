#include "db/sqlite.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

enum { OLDEST = 3040000 }; /* what Debian 12 ships */

bx_sqlite_api bx_sqlite;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char why_not[256]; /* "" = loaded */

static const struct {
    const char *name;
    size_t at;
} functions[] = {
#define BX_SQLITE_ROW(name) {#name, offsetof(bx_sqlite_api, name)},
    BX_SQLITE_FUNCTIONS(BX_SQLITE_ROW)
#undef BX_SQLITE_ROW
};

static bool find_functions(void *library)
{
    for (size_t i = 0; i < BX_COUNT(functions); i++) {
        void *f = dlsym(library, functions[i].name);
        if (!f) {
            (void)snprintf(why_not, sizeof why_not, "libsqlite3.so.0 lacks %s", functions[i].name);
            return false;
        }
        memcpy((char *)&bx_sqlite + functions[i].at, &f, sizeof f); /* POSIX: dlsym, rationale */
    }
    return true;
}

/* As egress/curl.c loads libcurl, but lazily bound: of its functions few are used. */
static void load(void)
{
    void *library = dlopen("libsqlite3.so.0", RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        (void)snprintf(why_not, sizeof why_not,
                       "the record needs SQLite (Debian: libsqlite3-0): %.160s", why ? why : "");
        return;
    }
    if (!find_functions(library))
        return;
    if (sqlite3_libversion_number() < OLDEST)
        (void)snprintf(why_not, sizeof why_not, "SQLite %s is too old: 3.40 or newer is needed",
                       sqlite3_libversion());
    else if (sqlite3_threadsafe() == 0)
        (void)snprintf(why_not, sizeof why_not, "SQLite %s was built without threads",
                       sqlite3_libversion());
}

bx_code bx_sqlite_load(bx_error *err)
{
    (void)pthread_once(&once, load);
    return why_not[0] ? bx_fail(err, BX_EUNSUPPORTED, "%s", why_not) : BX_OK;
}
