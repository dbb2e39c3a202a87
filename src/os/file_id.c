#include "os/file_id.h"

#include <sys/stat.h>

#include "os/clock.h"
#include "os/fstype.h"

#define SETTLED_NS UINT64_C(2000000000)

static uint64_t ns_of(struct timespec t)
{
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

bool bx_file_id_of(int fd, bx_file_id *ret)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !bx_fd_keeps_change_times(fd))
        return false;
    *ret = (bx_file_id){.dev = st.st_dev,
                        .ino = st.st_ino,
                        .size = (uint64_t)st.st_size,
                        .mtime_ns = ns_of(st.st_mtim),
                        .ctime_ns = ns_of(st.st_ctim)};
    return true;
}

bool bx_file_id_is_settled(const bx_file_id *id)
{
    uint64_t now = bx_clock_now_ns(BX_CLOCK_REALTIME);
    return now > id->ctime_ns && now - id->ctime_ns >= SETTLED_NS;
}

bool bx_file_id_equal(const bx_file_id *a, const bx_file_id *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}
