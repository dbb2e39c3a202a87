/* wasi/test_env.h - for the tests of wasi/ and its fuzz target: one call's host functions over a
 * memory of exactly ENV_MEM bytes and, when wanted, a fresh directory mounted as /sandbox. */
#ifndef BX_WASI_TEST_ENV_H
#define BX_WASI_TEST_ENV_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "wasi/internal.h"

enum { ENV_MEM = 65536, ENV_DIR_FD = 3 };

typedef struct env {
    char dir[256]; /* host directory behind /sandbox; "" without one */
    bx_grant *grant;
    bx_vfs *vfs;
    bx_vfs_session *files;
    bx_ctl ctl;
    bx_limits limits;
    bx_wasi_config cfg;
    bx_wasi *w;
    uint8_t *mem; /* allocated to size, so a sanitizer sees any byte beyond */
    int32_t stop; /* what the last host function returned */
} env;

BX_UNUSED static int env_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

BX_UNUSED static void env_done(env *e)
{
    bx_wasi_free(e->w);
    bx_vfs_session_free(e->files);
    bx_vfs_unref(e->vfs);
    bx_grant_free(e->grant);
    bx_ctl_done(&e->ctl);
    free(e->mem);
    if (e->dir[0])
        (void)nftw(e->dir, env_remove, 16, FTW_DEPTH | FTW_PHYS);
}
#define ENV __attribute__((cleanup(env_done))) env

/* Leave the mounts, from descriptor 3 on, and close the directory above them, which comes last: the
 * first file opened is 4 where there is one mount. */
BX_UNUSED static void env_only_the_mount(env *e)
{
    (void)bx_fdtable_close(e->w, (uint32_t)(2 + bx_vfs_preopen_count(e->cfg.mounts)));
}

/* `map` = "::/sandbox" or "::/sandbox:ro"; NULL: no files.  Change e->cfg and e->limits, then
 * env_reset. */
BX_UNUSED static bool env_init(env *e, const char *map)
{
    bx_error err = {0};
    *e = (env){.ctl = bx_ctl_init(UINT64_MAX), .limits = bx_limits_default()};
    e->mem = calloc(1, ENV_MEM);
    bool ok = e->mem && bx_wasi_new(&e->w, &err) == BX_OK;
    e->cfg = (bx_wasi_config){.out = {.kind = BX_SINK_CAPTURE},
                              .err = {.kind = BX_SINK_CAPTURE},
                              .ctl = &e->ctl,
                              .limits = &e->limits};
    if (ok && map) {
        char text[512];
        const char *tmp = getenv("TMPDIR");
        (void)snprintf(e->dir, sizeof e->dir, "%s/bx-wasi.XXXXXX", tmp ? tmp : "/tmp");
        ok = mkdtemp(e->dir) && bx_grant_new(&e->grant, &err) == BX_OK;
        int n = snprintf(text, sizeof text, "%s%s", e->dir, map);
        ok = ok && bx_grant_map_dir(e->grant, (bx_str){text, (size_t)n}, &err) == BX_OK &&
             bx_grant_seal(e->grant, &err) == BX_OK &&
             bx_vfs_new(e->grant, NULL, &e->vfs, &err) == BX_OK &&
             bx_vfs_session_new(e->vfs, &e->limits, NULL, NULL, &e->files, &err) == BX_OK;
        e->cfg.files = e->files;
        e->cfg.mounts = e->vfs;
    }
    ok = ok && bx_wasi_reset(e->w, &e->cfg, &err) == BX_OK;
    if (ok && map)
        env_only_the_mount(e);
    if (!ok)
        printf("# no test environment: %s\n", err.msg);
    return ok;
}

BX_UNUSED static bool env_reset(env *e)
{
    bool ok = bx_wasi_reset(e->w, &e->cfg, NULL) == BX_OK;
    if (ok && e->cfg.mounts)
        env_only_the_mount(e);
    return ok;
}

/* Call a host function as the engine does: by its entry in the table. */
BX_UNUSED static uint64_t env_call(env *e, const char *name, uint64_t *args)
{
    for (size_t i = 0; i < bx_wasi_preview1.n; i++)
        if (strcmp(bx_wasi_preview1.defs[i].name, name) == 0) {
            e->stop = bx_wasi_preview1.defs[i].fn(e->w, e->mem, ENV_MEM, args);
            return args[0];
        }
    return UINT64_MAX;
}
#define P1(e, name, ...) env_call(e, #name, (uint64_t[10]){__VA_ARGS__})

BX_UNUSED static uint32_t env_text(env *e, uint32_t at, const char *z)
{
    memcpy(e->mem + at, z, strlen(z));
    return (uint32_t)strlen(z);
}

BX_UNUSED static void env_iovec(env *e, uint32_t at, uint32_t buf, uint32_t len)
{
    bx_put32(e->mem + at, buf);
    bx_put32(e->mem + at + 4, len);
}

/* path_open of `path` in fd 3; the descriptor, or -errno. */
BX_UNUSED static int64_t env_open(env *e, const char *path, uint32_t oflags, uint64_t base)
{
    uint32_t n = env_text(e, 60000, path);
    uint64_t r = P1(e, path_open, ENV_DIR_FD, 1, 60000, n, oflags, base, base, 0, 64000);
    return r ? -(int64_t)r : (int64_t)bx_get32(e->mem + 64000);
}

/* fd_write / fd_read of one buffer; bytes, or -errno. */
BX_UNUSED static int64_t env_write(env *e, uint64_t fd, const char *text)
{
    env_iovec(e, 63000, 61000, env_text(e, 61000, text));
    uint64_t r = P1(e, fd_write, fd, 63000, 1, 64000);
    return r ? -(int64_t)r : (int64_t)bx_get32(e->mem + 64000);
}

BX_UNUSED static int64_t env_read(env *e, uint64_t fd, uint32_t buf, uint32_t len)
{
    env_iovec(e, 63000, buf, len);
    uint64_t r = P1(e, fd_read, fd, 63000, 1, 64000);
    return r ? -(int64_t)r : (int64_t)bx_get32(e->mem + 64000);
}

/* The file `name` on the host: its size, or -1. */
BX_UNUSED static int64_t env_host_size(env *e, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/%s", e->dir, name);
    return lstat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

BX_UNUSED static bool env_host_write(env *e, const char *name, const char *text)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", e->dir, name);
    FILE *f = fopen(path, "w");
    if (!f)
        return false;
    bool ok = fputs(text, f) >= 0;
    return fclose(f) == 0 && ok;
}

#endif
