#include "app/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "codec/json.h"
#include "os/dirs.h"
#include "os/fd.h"

enum { MAX_LIST = BX_TRUST_MAX * 1024 };

static bx_code list_path(const char *home, char out[BX_MAX_PATH], bx_error *err)
{
    int n = snprintf(out, BX_MAX_PATH, "%s/trust", home);
    return n > 0 && n < BX_MAX_PATH ? BX_OK : bx_fail(err, BX_ELIMIT, "%s: too long a path", home);
}

/* A file of ours that nobody else can write to; whoever could would decide what is trusted. */
static bx_code read_list(const char *path, bx_buf *text, bx_error *err)
{
    BX_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0 && errno == ENOENT)
        return BX_OK;
    if (fd < 0 || fstat(fd, &st) != 0)
        return bx_fail_errno(err, errno, "%s", path);
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
        return bx_fail(err, BX_EUNSAFE, "%s is no file that only we can write to", path);
    return bx_wrap(bx_fd_read_all(fd, MAX_LIST, text, err), err, "%s", path);
}

bx_code bx_trust_list(const char *home, bx_buf *ret, bx_error *err)
{
    char path[BX_MAX_PATH];
    BX_AUTO_BUF text = bx_buf_init(MAX_LIST);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = list_path(home, path, err);
    if (rc == BX_OK)
        rc = read_list(path, &text, err);
    if (rc != BX_OK || !text.n)
        return rc;
    rc = bx_wrap(bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, err), err, "%s", path);
    if (rc != BX_OK)
        return rc;
    if (bx_json_type_of(bx_json_root(doc)) != BX_JSON_ARRAY)
        return bx_fail(err, BX_EINVAL, "%s: expected a list of directories", path);
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str dir;
        if (!bx_json_str(e, &dir) || !dir.n || dir.p[0] != '/' || memchr(dir.p, '\0', dir.n))
            return bx_fail(err, BX_EINVAL, "%s: expected a list of directories", path);
        (void)bx_buf_add(ret, dir.p, dir.n + 1);
    }
    return bx_buf_check(ret, err);
}

static bool is_in(const bx_buf *list, const char *dir)
{
    for (size_t at = 0; at < list->n; at += strlen(list->p + at) + 1) {
        if (strcmp(list->p + at, dir) == 0)
            return true;
    }
    return false;
}

bool bx_trust_has(const char *home, const char *workspace)
{
    BX_AUTO_BUF list = bx_buf_init(MAX_LIST);
    BX_AUTOFREE char *dir = realpath(workspace, NULL);
    return dir && bx_trust_list(home, &list, NULL) == BX_OK && is_in(&list, dir);
}

static bx_code write_list(const char *path, const bx_buf *list, const char *add, const char *drop,
                          bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_LIST);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_array(&o);
    for (size_t at = 0; at < list->n; at += strlen(list->p + at) + 1) {
        if (!drop || strcmp(list->p + at, drop) != 0)
            bx_json_out_string(&o, bx_str_of(list->p + at));
    }
    if (add)
        bx_json_out_string(&o, bx_str_of(add));
    bx_json_out_end_array(&o);
    bx_code rc = bx_json_out_end(&o, err);
    (void)bx_buf_add_c(&text, '\n');
    bx_str part = bx_buf_str(&text);
    return rc == BX_OK ? bx_file_write_atomic(AT_FDCWD, path, 0600, &part, 1, err) : rc;
}

bx_code bx_trust_set(const char *home, const char *workspace, bool trusted, bx_error *err)
{
    char path[BX_MAX_PATH];
    struct stat st;
    BX_AUTOCLOSE int fd = -1;
    BX_AUTO_BUF list = bx_buf_init(MAX_LIST);
    BX_AUTOFREE char *dir = realpath(workspace, NULL);
    if (!dir || stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return bx_fail(err, BX_ENOENT, "%s: no such directory", workspace);
    if (!bx_utf8_valid(bx_str_of(dir)))
        return bx_fail(err, BX_EINVAL, "%s: a name that is no UTF-8", workspace);
    bx_code rc = list_path(home, path, err);
    if (rc == BX_OK)
        rc = bx_dir_open_private(home, &fd, err);
    if (rc == BX_OK && flock(fd, LOCK_EX) != 0) /* until fd is closed */
        rc = bx_fail_errno(err, errno, "lock %s", home);
    if (rc == BX_OK)
        rc = bx_trust_list(home, &list, err);
    if (rc != BX_OK || is_in(&list, dir) == trusted)
        return rc;
    return write_list(path, &list, trusted ? dir : NULL, trusted ? NULL : dir, err);
}
