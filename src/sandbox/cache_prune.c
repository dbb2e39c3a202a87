/* Keeping the code cache below its maximum. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/clock.h"
#include "policy/limits.h"
#include "sandbox/cache_internal.h"

enum { MOST = 4096, NAME_MAX_LEN = BX_CACHE_NAME_LEN + sizeof BX_CACHE_SEEN - 1 };
#define FORGET_NS (UINT64_C(30) * 86400 * 1000000000) /* and made anew at the next start */

struct entry {
    char name[NAME_MAX_LEN + 1];
    uint64_t used_ns, size;
};

static int by_age(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->used_ns < y->used_ns ? -1 : x->used_ns > y->used_ns;
}

static bool is_memory(const char *name)
{
    return strlen(name) == NAME_MAX_LEN && strcmp(name + BX_CACHE_NAME_LEN, BX_CACHE_SEEN) == 0;
}

/* The entries; memories that are too old are removed on the way, younger ones weigh nothing. */
static size_t list_entries(DIR *d, struct entry *e, size_t max, uint64_t *total)
{
    size_t n = 0;
    uint64_t now = bx_clock_now_ns(BX_CLOCK_REALTIME);
    *total = 0;
    for (const struct dirent *de; n < max && (de = readdir(d));) {
        struct stat st;
        bool memory = is_memory(de->d_name);
        if ((!memory && strlen(de->d_name) != BX_CACHE_NAME_LEN) ||
            fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        uint64_t used = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec;
        if (memory) {
            if (now > used && now - used > FORGET_NS)
                (void)unlinkat(dirfd(d), de->d_name, 0);
            continue;
        }
        memcpy(e[n].name, de->d_name, BX_CACHE_NAME_LEN + 1);
        e[n].used_ns = used;
        e[n].size = (uint64_t)st.st_size;
        *total += e[n++].size;
    }
    return n;
}

static void throw_out(const bx_cache *c, struct entry *e, size_t n, uint64_t total)
{
    uint64_t bytes = 0;
    size_t gone = 0;
    qsort(e, n, sizeof *e, by_age);
    for (size_t i = 0; i + 1 < n && total > c->max_bytes; i++) {
        if (unlinkat(c->dir, e[i].name, 0) != 0)
            continue;
        total -= e[i].size;
        bytes += e[i].size;
        gone++;
    }
    if (!gone)
        return;
    char max[32], thrown[32];
    bx_size_print(c->max_bytes, max);
    bx_size_print(bytes >> 20 ? bytes >> 20 << 20 : bytes, thrown);
    bx_cache_notice(c,
                    "the code cache was over its %s (wasm_cache_max): %zu of its entries, %s, were "
                    "thrown out, those unused for longest",
                    max, gone, thrown);
}

void bx_cache_prune(const bx_cache *c)
{
    int fd = openat(c->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    BX_AUTOFREE struct entry *e = bx_calloc(MOST, sizeof *e);
    uint64_t total = 0;
    size_t n = e ? list_entries(d, e, MOST, &total) : 0;
    if (e && total > c->max_bytes)
        throw_out(c, e, n, total);
    (void)closedir(d);
}
