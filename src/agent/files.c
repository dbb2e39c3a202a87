#include "agent/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"

enum { MAX_NAME = 255 };

static int open_beneath(int dir, const char *path, int flags, bool links)
{
    return bx_openat2(dir, path, (uint64_t)(flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
                      links ? BX_BENEATH : BX_BENEATH_STEP);
}

/* Deleted ones have " (deleted)" behind their name, which is no path of a file. */
static void real_path(int fd, char *real)
{
    char name[64];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(name, real, BX_BELIEF_MAX_PATH - 1);
    real[n > 0 && n < BX_BELIEF_MAX_PATH - 1 ? n : 0] = '\0';
}

bx_code bx_agent_read(int dir, const char *path, bool links, size_t max, bx_buf *ret, bool *cut,
                      char *real, bx_error *err)
{
    struct stat st;
    BX_AUTOCLOSE int fd = open_beneath(dir, path, 0, links);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return bx_fail(err, BX_ENOENT, "no file %.400s", path);
    *cut = false;
    if (real)
        real_path(fd, real);
    for (size_t left = max; left;) {
        char *room = NULL;
        size_t part = left < 65536 ? left : 65536;
        bx_code rc = bx_buf_reserve(ret, part, &room);
        if (rc != BX_OK)
            return bx_fail(err, rc, "%.400s", path);
        ssize_t n = read(fd, room, part);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return bx_fail_errno(err, errno, "%.400s", path);
        if (n == 0)
            return bx_buf_check(ret, err);
        ret->n += (size_t)n;
        left -= (size_t)n;
    }
    char more;
    *cut = read(fd, &more, 1) == 1;
    return bx_buf_check(ret, err);
}

bx_code bx_agent_read_believed(int dir, const char *path, const bx_believer *by, bx_buf *ret,
                               bx_belief *belief, bx_error *err)
{
    char real[BX_BELIEF_MAX_PATH] = "";
    bool cut = false;
    size_t from = ret->n;
    bx_code rc = bx_agent_read(dir, path, true, BX_BELIEF_MAX_BYTES, ret, &cut, real, err);
    if (rc != BX_OK)
        return rc;
    *belief = by ? by->judge(by->ctx, real, bx_str_from(bx_buf_str(ret), from)) : BX_BELIEF_FULL;
    if (*belief == BX_BELIEF_FULL && cut && by)
        *belief = BX_BELIEF_DATA;
    if (*belief == BX_BELIEF_FULL)
        return BX_OK;
    ret->n = from;
    if (*belief == BX_BELIEF_NONE)
        return bx_fail(err, BX_ENOENT, "%.400s: rules deny reading it", path);
    /* A link of somebody else's may lead to what is to stay unread, so it is not followed. */
    rc = bx_agent_read(dir, path, false, BX_BELIEF_MAX_BYTES, ret, &cut, real, err);
    if (rc == BX_OK &&
        by->judge(by->ctx, real, bx_str_from(bx_buf_str(ret), from)) == BX_BELIEF_NONE) {
        ret->n = from;
        rc = bx_fail(err, BX_ENOENT, "%.400s: rules deny reading it", path);
    }
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bx_code bx_agent_names(int dir, const char *path, bool links, size_t max, bx_buf *ret, size_t *n,
                       bx_error *err)
{
    BX_AUTOFREE char **names = bx_calloc(max + 1, sizeof *names);
    int fd = open_beneath(dir, path, O_DIRECTORY, links);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    *n = 0;
    if (!d && fd >= 0)
        (void)close(fd);
    if (!d || !names) {
        if (d)
            (void)closedir(d);
        return names ? BX_OK : bx_fail(err, BX_ENOMEM, "names in a directory");
    }
    size_t found = 0;
    for (const struct dirent *e; found < max && (e = readdir(d));) {
        size_t len = strlen(e->d_name);
        if (e->d_name[0] == '.' || len > MAX_NAME)
            continue;
        names[found] = bx_strndup(e->d_name, len);
        if (!names[found])
            break;
        found++;
    }
    (void)closedir(d);
    qsort(names, found, sizeof *names, by_name);
    for (size_t i = 0; i < found; i++) {
        (void)bx_buf_add(ret, names[i], strlen(names[i]) + 1);
        free(names[i]);
    }
    *n = found;
    return bx_buf_check(ret, err);
}
