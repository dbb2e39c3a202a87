/* vfs/testkit.h - for the tests of vfs/ only: temporary trees, grants by text, short calls. */
#ifndef BX_VFS_TESTKIT_H
#define BX_VFS_TESTKIT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "vfs/object.h"

typedef struct kit {
    char dir[64]; /* temporary directory of the host, removed by kit_done */
    bx_grant *g;
    bx_vfs *v;
    bx_vfs_session *s;
    bx_limits limits;
    bx_fs_event_fn on_event;
    void *ctx;
    bx_error err;
} kit;

BX_UNUSED static int kit_rm(const char *p, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)f;
    (void)flag;
    return remove(p);
}

BX_UNUSED static int kit_chmod(const char *p, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)f;
    if (flag == FTW_D || flag == FTW_DNR)
        (void)chmod(p, 0700);
    return 0;
}

BX_UNUSED static void kit_remove_tree(const char *dir)
{
    (void)nftw(dir, kit_chmod, 16, FTW_PHYS);
    (void)nftw(dir, kit_rm, 16, FTW_PHYS | FTW_DEPTH);
}

/* A host path below the kit's directory, in one of a few rotating buffers. */
BX_UNUSED static const char *kit_path(const kit *k, const char *rel)
{
    static _Thread_local char buf[8][PATH_MAX];
    static _Thread_local unsigned i;
    char *b = buf[i++ % 8];
    (void)snprintf(b, PATH_MAX, "%s/%s", k->dir, rel);
    return b;
}

BX_UNUSED static void kit_file(const kit *k, const char *rel, const char *text)
{
    int fd = open(kit_path(k, rel), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    BX_ASSERT(fd >= 0);
    BX_ASSERT(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    (void)close(fd);
}

BX_UNUSED static void kit_mkdir(const kit *k, const char *rel)
{
    BX_ASSERT(mkdir(kit_path(k, rel), 0755) == 0);
}

BX_UNUSED static bool kit_has(const kit *k, const char *rel, const char *text)
{
    char buf[4096];
    int fd = open(kit_path(k, rel), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf);
    if (fd >= 0)
        (void)close(fd);
    return n == (ssize_t)strlen(text) && memcmp(buf, text, (size_t)n) == 0;
}

/* A fresh directory with "w" (the tree to mount) and "out" (a neighbour nobody is granted)
 * that holds "canary". */
BX_UNUSED static void kit_init(kit *k)
{
    *k = (kit){.limits = bx_limits_default()};
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(k->dir, sizeof k->dir, "%s/bx_vfs_XXXXXX",
                   tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    BX_ASSERT(mkdtemp(k->dir));
    kit_mkdir(k, "w");
    kit_mkdir(k, "out");
    kit_file(k, "out/canary", "canary");
    BX_ASSERT(bx_grant_new(&k->g, NULL) == BX_OK);
}

/* "rw:/w", ... up to NULL; mounts first: "=w:/w" mounts <dir>/w at /w. */
BX_UNUSED static bx_code kit_open(kit *k, ...)
{
    va_list ap;
    va_start(ap, k);
    bx_code rc = BX_OK;
    for (const char *t; rc == BX_OK && (t = va_arg(ap, const char *)) != NULL;) {
        const char *colon = strchr(t, ':');
        if (t[0] == '=') {
            char rel[256];
            (void)snprintf(rel, sizeof rel, "%.*s", (int)(colon - t - 1), t + 1);
            rc = bx_grant_mount(k->g, bx_str_of(kit_path(k, rel)), bx_str_of(colon + 1), &k->err);
        } else {
            rc = bx_grant_allow(k->g, bx_str_of(t), &k->err);
        }
    }
    va_end(ap);
    if (rc == BX_OK)
        rc = bx_grant_seal(k->g, &k->err);
    if (rc == BX_OK)
        rc = bx_vfs_new(k->g, kit_path(k, "store"), &k->v, &k->err);
    if (rc == BX_OK)
        rc = bx_vfs_session_new(k->v, &k->limits, k->on_event, k->ctx, &k->s, &k->err);
    return rc;
}

BX_UNUSED static void kit_new_session(kit *k)
{
    bx_vfs_session_free(k->s);
    k->s = NULL;
    BX_ASSERT(bx_vfs_session_new(k->v, &k->limits, k->on_event, k->ctx, &k->s, &k->err) == BX_OK);
}

BX_UNUSED static void kit_done(kit *k)
{
    bx_vfs_session_free(k->s);
    bx_vfs_unref(k->v);
    bx_grant_free(k->g);
    kit_remove_tree(k->dir);
}

BX_UNUSED static bx_file *kit_pre(kit *k, size_t i)
{
    bx_file *f = NULL;
    BX_ASSERT(bx_vfs_preopen(k->s, i, &f) == BX_E_SUCCESS);
    return f;
}

/* ---- short calls: flags as letters: r w c(reate) x t(runcate) d f(ollow) a(ppend) ----------- */
BX_UNUSED static bx_open_how kit_how(const char *fl)
{
    return (bx_open_how){
        .read = strchr(fl, 'r'),
        .write = strchr(fl, 'w'),
        .create = strchr(fl, 'c'),
        .exclusive = strchr(fl, 'x'),
        .truncate = strchr(fl, 't'),
        .directory = strchr(fl, 'd'),
        .follow = strchr(fl, 'f'),
        .append = strchr(fl, 'a'),
    };
}

BX_UNUSED static bx_errno kit_try(bx_file *dir, const char *path, const char *fl, bx_file **ret)
{
    bx_open_how how = kit_how(fl);
    return bx_vfs_open(dir, bx_str_of(path), &how, ret);
}

/* The result of opening; what opened is closed again. */
BX_UNUSED static bx_errno kit_opens(bx_file *dir, const char *path, const char *fl)
{
    bx_file *f = NULL;
    bx_errno e = kit_try(dir, path, fl, &f);
    if (e == BX_E_SUCCESS)
        bx_file_close(f);
    return e;
}

BX_UNUSED static bx_errno kit_write(bx_file *f, const char *text, size_t *n)
{
    struct iovec iov = {(void *)(uintptr_t)text, strlen(text)};
    return bx_file_writev(f, &iov, 1, n);
}

/* Content of a file by a guest path, "" on an error. */
BX_UNUSED static const char *kit_read(bx_file *dir, const char *path)
{
    static _Thread_local char buf[4096];
    bx_file *f = NULL;
    buf[0] = '\0';
    if (kit_try(dir, path, "rf", &f) != BX_E_SUCCESS)
        return buf;
    struct iovec iov = {buf, sizeof buf - 1};
    size_t n = 0;
    if (bx_file_readv(f, &iov, 1, &n) != BX_E_SUCCESS)
        n = 0;
    buf[n] = '\0';
    bx_file_close(f);
    return buf;
}

BX_UNUSED static bx_errno kit_put(bx_file *dir, const char *path, const char *text)
{
    bx_file *f = NULL;
    size_t n;
    bx_errno e = kit_try(dir, path, "wctf", &f);
    if (e != BX_E_SUCCESS)
        return e;
    e = kit_write(f, text, &n);
    bx_file_close(f);
    return e;
}

/* Names in order of reading, without the dots, each followed by ' '. */
BX_UNUSED static bx_errno kit_list(bx_file *dir, char *out, size_t cap)
{
    bool more = true;
    out[0] = '\0';
    for (uint64_t at = 0;;) {
        bx_dirent d;
        bx_errno e = bx_file_readdir(dir, at, &d, &more);
        if (e != BX_E_SUCCESS || !more)
            return e;
        at = d.next;
        if (bx_str_eq(d.name, BX_LIT(".")) || bx_str_eq(d.name, BX_LIT("..")))
            continue;
        size_t n = strlen(out);
        (void)snprintf(out + n, cap - n, "%.*s ", (int)d.name.n, d.name.p);
    }
}

#define S(z) bx_str_of(z)

#endif
