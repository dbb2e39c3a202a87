/* internal.fs: files, by libc. Paths are absolute or below the working directory; each function
 * throws as js_throw_errno says. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "js/js.h"

enum { CHUNK = 64 << 10 };

/* A path: no NUL within. */
static const char *get_path(JSContext *cx, JSValueConst v)
{
    size_t n;
    const char *p = JS_ToCStringLen(cx, &n, v);
    if (p && strlen(p) != n) {
        JS_FreeCString(cx, p);
        (void)JS_ThrowTypeError(cx, "The argument 'path' must be a string, Uint8Array, or URL "
                                    "without null bytes.");
        return NULL;
    }
    return p;
}

/* The empty path is nothing, while wasi-libc takes it for the working directory. */
static bool is_nothing(const char *path)
{
    if (*path)
        return false;
    errno = ENOENT;
    return true;
}

static JSValue path_end(JSContext *cx, int rc, const char *what, const char *path)
{
    JSValue r = rc < 0 ? js_throw_errno(cx, errno, what, path, NULL) : JS_UNDEFINED;
    JS_FreeCString(cx, path);
    return r;
}

/* ---- descriptors
 * --------------------------------------------------------------------------------------- */

/* open(path, flags of Linux, mode): fd */
JS_FUNCTION(fs_open)
{
    (void)self, (void)argc;
    static const struct {
        int linux_flag, flag;
    } map[] = {{0100, O_CREAT},     {0200, O_EXCL},         {01000, O_TRUNC},     {02000, O_APPEND},
               {04000, O_NONBLOCK}, {0200000, O_DIRECTORY}, {0400000, O_NOFOLLOW}};
    int32_t asked, mode;
    if (JS_ToInt32(cx, &asked, argv[1]) < 0 || JS_ToInt32(cx, &mode, argv[2]) < 0)
        return JS_EXCEPTION;
    const char *path = get_path(cx, argv[0]);
    if (!path)
        return JS_EXCEPTION;
    int flags = (asked & 3) == 1 ? O_WRONLY : (asked & 3) == 2 ? O_RDWR : O_RDONLY;
    for (size_t i = 0; i < sizeof map / sizeof *map; i++) {
        if (asked & map[i].linux_flag)
            flags |= map[i].flag;
    }
    int fd = is_nothing(path) ? -1 : open(path, flags, (mode_t)mode);
    JSValue r = path_end(cx, fd, "open", path);
    return JS_IsException(r) ? r : JS_NewInt32(cx, fd);
}

JS_FUNCTION(fs_close)
{
    (void)self, (void)argc;
    int32_t fd;
    if (JS_ToInt32(cx, &fd, argv[0]) < 0)
        return JS_EXCEPTION;
    return close(fd) < 0 ? js_throw_errno(cx, errno, "close", NULL, NULL) : JS_UNDEFINED;
}

typedef struct transfer {
    int32_t fd;
    uint8_t *p;
    size_t n;
    int64_t position; /* -1: where it is */
} transfer;

/* (fd, bytes, offset, length, position or -1) */
static bool get_transfer(JSContext *cx, JSValueConst *argv, transfer *t)
{
    int64_t offset, length;
    if (JS_ToInt32(cx, &t->fd, argv[0]) < 0 || JS_ToInt64(cx, &offset, argv[2]) < 0 ||
        JS_ToInt64(cx, &length, argv[3]) < 0 || JS_ToInt64(cx, &t->position, argv[4]) < 0 ||
        !js_bytes(cx, argv[1], &t->p, &t->n))
        return false;
    if (offset < 0 || length < 0 || (uint64_t)offset > t->n ||
        (uint64_t)length > t->n - (uint64_t)offset) {
        (void)JS_ThrowRangeError(cx, "offset and length are outside the buffer");
        return false;
    }
    t->p += offset;
    t->n = (size_t)length;
    return true;
}

JS_FUNCTION(fs_read)
{
    (void)self, (void)argc;
    transfer t;
    if (!get_transfer(cx, argv, &t))
        return JS_EXCEPTION;
    ssize_t n = t.position < 0 ? read(t.fd, t.p, t.n) : pread(t.fd, t.p, t.n, t.position);
    return n < 0 ? js_throw_errno(cx, errno, "read", NULL, NULL) : JS_NewInt64(cx, n);
}

JS_FUNCTION(fs_write)
{
    (void)self, (void)argc;
    transfer t;
    if (!get_transfer(cx, argv, &t))
        return JS_EXCEPTION;
    /* As on Linux, what is open for appending is written at its end wherever that shall be. */
    bool here = t.position < 0 || (fcntl(t.fd, F_GETFL) & O_APPEND);
    ssize_t n = here ? write(t.fd, t.p, t.n) : pwrite(t.fd, t.p, t.n, t.position);
    return n < 0 ? js_throw_errno(cx, errno, "write", NULL, NULL) : JS_NewInt64(cx, n);
}

/* ---- whole files
 * --------------------------------------------------------------------------------------- */

static uint8_t *read_all(int fd, size_t *ret_n, int *ret_error)
{
    struct stat st;
    size_t cap = CHUNK, n = 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size < INT_MAX)
        cap = (size_t)st.st_size + 1;
    uint8_t *p = malloc(cap);
    while (p) {
        ssize_t k = read(fd, p + n, cap - n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            break;
        n += (size_t)k;
        if (k == 0) {
            *ret_n = n;
            return p;
        }
        if (n == cap) {
            uint8_t *larger = cap > INT_MAX / 2 ? NULL : realloc(p, cap * 2);
            errno = larger ? errno : ENOMEM;
            if (!larger)
                break;
            p = larger;
            cap *= 2;
        }
    }
    *ret_error = p ? errno : ENOMEM;
    free(p);
    return NULL;
}

static uint8_t *read_file(JSContext *cx, JSValueConst from, size_t *ret_n)
{
    int32_t fd;
    int error = 0;
    if (JS_IsNumber(from)) {
        if (JS_ToInt32(cx, &fd, from) < 0)
            return NULL;
        uint8_t *p = read_all(fd, ret_n, &error);
        if (!p)
            (void)js_throw_errno(cx, error, "read", NULL, NULL);
        return p;
    }
    const char *path = get_path(cx, from);
    if (!path)
        return NULL;
    fd = is_nothing(path) ? -1 : open(path, O_RDONLY);
    uint8_t *p = NULL;
    if (fd < 0) {
        (void)js_throw_errno(cx, errno, "open", path, NULL);
    } else {
        p = read_all(fd, ret_n, &error);
        if (!p)
            (void)js_throw_errno(cx, error, "read", NULL, NULL);
        (void)close(fd);
    }
    JS_FreeCString(cx, path);
    return p;
}

/* readFile(path or fd): bytes */
JS_FUNCTION(fs_read_file)
{
    (void)self, (void)argc;
    size_t n;
    uint8_t *p = read_file(cx, argv[0], &n);
    return p ? js_take_bytes(cx, p, n) : JS_EXCEPTION;
}

/* readText(path or fd): a string, of UTF-8 whose faults become U+FFFD; a BOM stays. */
JS_FUNCTION(fs_read_text)
{
    (void)self, (void)argc;
    size_t n;
    uint8_t *p = read_file(cx, argv[0], &n);
    JSValue r = p ? JS_NewStringLen(cx, (const char *)p, n) : JS_EXCEPTION;
    free(p);
    return r;
}

/* ---- what files are
 * ------------------------------------------------------------------------------------- */

static JSValue of_stat(JSContext *cx, const struct stat *st)
{
    const struct timespec *t[] = {&st->st_atim, &st->st_mtim, &st->st_ctim};
    mode_t mode = st->st_mode;
    if ((mode & 07777) == 0) /* WASI has none: what a file of its kind usually has */
        mode |= S_ISDIR(mode) ? 0755 : S_ISLNK(mode) ? 0777 : 0644;
    JSValue r = JS_NewArray(cx);
    const double first[] = {(double)st->st_dev, (double)mode, (double)st->st_nlink,
                            (double)st->st_size, (double)st->st_ino};
    for (uint32_t i = 0; i < 5; i++)
        (void)JS_SetPropertyUint32(cx, r, i, JS_NewFloat64(cx, first[i]));
    for (uint32_t i = 0; i < 3; i++) {
        int64_t ns = (int64_t)t[i]->tv_sec * 1000000000 + t[i]->tv_nsec;
        (void)JS_SetPropertyUint32(cx, r, 5 + i, JS_NewBigInt64(cx, ns));
    }
    return r;
}

/* stat(path, follows): [dev, mode, nlink, size, ino, atime, mtime, ctime], times in ns as BigInt;
 * null: there is nothing (ENOENT, ENOTDIR) and the third argument is true. */
JS_FUNCTION(fs_stat)
{
    (void)self, (void)argc;
    struct stat st;
    const char *path = get_path(cx, argv[0]);
    if (!path)
        return JS_EXCEPTION;
    bool follows = JS_ToBool(cx, argv[1]);
    int rc = is_nothing(path) ? -1 : follows ? stat(path, &st) : lstat(path, &st);
    if (rc < 0 && JS_ToBool(cx, argv[2]) && (errno == ENOENT || errno == ENOTDIR)) {
        JS_FreeCString(cx, path);
        return JS_NULL;
    }
    JSValue r = path_end(cx, rc, follows ? "stat" : "lstat", path);
    return JS_IsException(r) ? r : of_stat(cx, &st);
}

JS_FUNCTION(fs_fstat)
{
    (void)self, (void)argc;
    int32_t fd;
    struct stat st;
    if (JS_ToInt32(cx, &fd, argv[0]) < 0)
        return JS_EXCEPTION;
    return fstat(fd, &st) < 0 ? js_throw_errno(cx, errno, "fstat", NULL, NULL) : of_stat(cx, &st);
}

/* kind(path): 0 nothing, 1 a file, 2 a directory, following links. */
JS_FUNCTION(fs_kind)
{
    (void)self, (void)argc;
    struct stat st;
    const char *path = get_path(cx, argv[0]);
    if (!path)
        return JS_EXCEPTION;
    int rc = stat(path, &st);
    JS_FreeCString(cx, path);
    return JS_NewInt32(cx, rc < 0 ? 0 : S_ISDIR(st.st_mode) ? 2 : 1);
}

/* list(path): names and kinds one after the other, "." and ".." left out; a kind is d_type's of
 * Linux. */
JS_FUNCTION(fs_list)
{
    (void)self, (void)argc;
    const char *path = get_path(cx, argv[0]);
    DIR *d = path && !is_nothing(path) ? opendir(path) : NULL;
    if (!d)
        return path ? path_end(cx, -1, "scandir", path) : JS_EXCEPTION;
    JSValue r = JS_NewArray(cx);
    uint32_t n = 0;
    struct dirent *e;
    for (errno = 0; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        int kind = e->d_type == DT_DIR ? 4 : e->d_type == DT_LNK ? 10 : e->d_type == DT_REG ? 8 : 0;
        (void)JS_SetPropertyUint32(cx, r, n++, JS_NewString(cx, e->d_name));
        (void)JS_SetPropertyUint32(cx, r, n++, JS_NewInt32(cx, kind));
    }
    (void)closedir(d);
    JS_FreeCString(cx, path);
    return r;
}

JS_FUNCTION(fs_readlink)
{
    (void)self, (void)argc;
    char to[PATH_MAX];
    const char *path = get_path(cx, argv[0]);
    if (!path)
        return JS_EXCEPTION;
    ssize_t n = readlink(path, to, sizeof to);
    JSValue r = path_end(cx, (int)n, "readlink", path);
    return JS_IsException(r) ? r : JS_NewStringLen(cx, to, (size_t)n);
}

/* ---- changes
 * --------------------------------------------------------------------------------------------- */

typedef int one_path(const char *path);

static int make_dir(const char *path) { return mkdir(path, 0777); }

/* change(what, path): what is 0 mkdir, 1 rmdir, 2 unlink, 3 chdir */
JS_FUNCTION(fs_change)
{
    (void)self, (void)argc;
    static const struct {
        const char *name;
        one_path *fn;
    } all[] = {{"mkdir", make_dir}, {"rmdir", rmdir}, {"unlink", unlink}, {"chdir", chdir}};
    int32_t what;
    if (JS_ToInt32(cx, &what, argv[0]) < 0)
        return JS_EXCEPTION;
    const char *path = get_path(cx, argv[1]);
    if (!path || what < 0 || what > 3)
        return JS_EXCEPTION;
    return path_end(cx, is_nothing(path) ? -1 : all[what].fn(path), all[what].name, path);
}

/* join(what, from, to): what is 0 rename, 1 link, 2 symlink */
JS_FUNCTION(fs_join)
{
    (void)self, (void)argc;
    static const struct {
        const char *name;
        int (*fn)(const char *from, const char *to);
    } all[] = {{"rename", rename}, {"link", link}, {"symlink", symlink}};
    int32_t what;
    if (JS_ToInt32(cx, &what, argv[0]) < 0)
        return JS_EXCEPTION;
    const char *from = get_path(cx, argv[1]), *to = from ? get_path(cx, argv[2]) : NULL;
    JSValue r = JS_EXCEPTION;
    if (to && what >= 0 && what <= 2)
        r = all[what].fn(from, to) < 0 ? js_throw_errno(cx, errno, all[what].name, from, to)
                                       : JS_UNDEFINED;
    JS_FreeCString(cx, to);
    JS_FreeCString(cx, from);
    return r;
}

/* Microseconds since 1970. */
static bool get_time(JSContext *cx, JSValueConst v, struct timespec *ret)
{
    double us;
    if (JS_ToFloat64(cx, &us, v) < 0)
        return false;
    if (!(us >= -9e15 && us <= 9e15)) {
        (void)JS_ThrowRangeError(cx, "a time is outside what a file can have");
        return false;
    }
    int64_t n = (int64_t)us;
    int64_t s = n / 1000000 - (n % 1000000 < 0);
    ret->tv_sec = (time_t)s;
    ret->tv_nsec = (long)((n - s * 1000000) * 1000);
    return true;
}

/* setTimes(path or fd, atime, mtime in us, follows) */
JS_FUNCTION(fs_set_times)
{
    (void)self, (void)argc;
    struct timespec t[2];
    int32_t fd;
    if (!get_time(cx, argv[1], &t[0]) || !get_time(cx, argv[2], &t[1]))
        return JS_EXCEPTION;
    if (JS_IsNumber(argv[0])) {
        if (JS_ToInt32(cx, &fd, argv[0]) < 0)
            return JS_EXCEPTION;
        return futimens(fd, t) < 0 ? js_throw_errno(cx, errno, "futime", NULL, NULL) : JS_UNDEFINED;
    }
    const char *path = get_path(cx, argv[0]);
    if (!path)
        return JS_EXCEPTION;
    bool follows = JS_ToBool(cx, argv[3]);
    int rc = utimensat(AT_FDCWD, path, t, follows ? 0 : AT_SYMLINK_NOFOLLOW);
    return path_end(cx, rc, follows ? "utime" : "lutime", path);
}

/* resize(fd, bytes) */
JS_FUNCTION(fs_resize)
{
    (void)self, (void)argc;
    int32_t fd;
    int64_t n;
    if (JS_ToInt32(cx, &fd, argv[0]) < 0 || JS_ToInt64(cx, &n, argv[1]) < 0)
        return JS_EXCEPTION;
    return ftruncate(fd, n) < 0 ? js_throw_errno(cx, errno, "ftruncate", NULL, NULL) : JS_UNDEFINED;
}

/* sync(fd) */
JS_FUNCTION(fs_sync)
{
    (void)self, (void)argc;
    int32_t fd;
    if (JS_ToInt32(cx, &fd, argv[0]) < 0)
        return JS_EXCEPTION;
    return fsync(fd) < 0 ? js_throw_errno(cx, errno, "fsync", NULL, NULL) : JS_UNDEFINED;
}

/* cwd() */
JS_FUNCTION(fs_cwd)
{
    (void)self, (void)argc, (void)argv;
    char p[PATH_MAX];
    if (!getcwd(p, sizeof p))
        return js_throw_errno(cx, errno, "uv_cwd", NULL, NULL);
    return JS_NewString(cx, p);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("open", 3, fs_open),
    JS_CFUNC_DEF("close", 1, fs_close),
    JS_CFUNC_DEF("read", 5, fs_read),
    JS_CFUNC_DEF("write", 5, fs_write),
    JS_CFUNC_DEF("readFile", 1, fs_read_file),
    JS_CFUNC_DEF("readText", 1, fs_read_text),
    JS_CFUNC_DEF("stat", 3, fs_stat),
    JS_CFUNC_DEF("fstat", 1, fs_fstat),
    JS_CFUNC_DEF("kind", 1, fs_kind),
    JS_CFUNC_DEF("list", 1, fs_list),
    JS_CFUNC_DEF("readlink", 1, fs_readlink),
    JS_CFUNC_DEF("change", 2, fs_change),
    JS_CFUNC_DEF("join", 3, fs_join),
    JS_CFUNC_DEF("setTimes", 4, fs_set_times),
    JS_CFUNC_DEF("resize", 2, fs_resize),
    JS_CFUNC_DEF("sync", 1, fs_sync),
    JS_CFUNC_DEF("cwd", 0, fs_cwd),
};

int js_bind_fs(JSContext *cx, JSValueConst to)
{
    return JS_SetPropertyFunctionList(cx, to, functions, sizeof functions / sizeof *functions);
}
