/* Which pages a guest wrote, as the engine asks: also those that are not there at that moment. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"
#include "bx_engine.h"

/* What the engine's library calls in the place of ioctl (engine/src/core/whole_scan.rs). */
int bx_engine_ioctl(int fd, unsigned long request, void *arg);

/* linux/fs.h since 6.7; and linux/mman.h since 6.13. */
struct scan_arg {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
struct region {
    uint64_t start, end, categories;
};
#define SCAN _IOWR('f', 16, struct scan_arg)
enum { WRITTEN = 2, OF_FILE = 4, PRESENT = 8, SWAPPED = 16, ZERO_PAGE = 32 };
enum { GUARD_INSTALL = 102, PAGES = 4 };

typedef int ioctl_fn(int fd, unsigned long request, void *arg);

static int system_ioctl(int fd, unsigned long request, void *arg)
{
    return ioctl(fd, request, arg);
}

/* Pages of `p` that a scan finds which asks as Wasmtime does; -1: there are no scans here. */
static int written_pages(ioctl_fn *scan, int fd, const char *p, size_t page)
{
    struct region found[PAGES];
    struct scan_arg arg = {
        .size = sizeof arg,
        .start = (uint64_t)(uintptr_t)p,
        .end = (uint64_t)(uintptr_t)p + PAGES * page,
        .vec = (uint64_t)(uintptr_t)found,
        .vec_len = PAGES,
        .max_pages = PAGES,
        .category_inverted = ZERO_PAGE | OF_FILE,
        .category_mask = WRITTEN | PRESENT | ZERO_PAGE | OF_FILE,
    };
    int n = scan(fd, SCAN, &arg), pages = 0;
    for (int i = 0; i < n; i++)
        pages += (int)((found[i].end - found[i].start) / page);
    return n < 0 || arg.walk_end != arg.end ? -1 : pages;
}

/* A page that is being moved cannot be had at will.  One that is guarded looks alike to a scan: not
 * present, and neither gone. */
static void pages_that_are_not_present(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    char *p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(fd >= 0 && p != MAP_FAILED);
    for (size_t i = 0; i < PAGES - 1; i++)
        p[i * page] = 1;
    int before = written_pages(system_ioctl, fd, p, page);
    bool guarded = before >= 0 && madvise(p + page, page, GUARD_INSTALL) == 0;
    int theirs = written_pages(system_ioctl, fd, p, page),
        ours = written_pages(bx_engine_ioctl, fd, p, page);
    (void)munmap(p, PAGES * page);
    (void)close(fd);
    if (!guarded)
        SKIP("no scans, or no guards, in this kernel");
    CHECK(before == PAGES - 1 && theirs == PAGES - 2); /* the control: it is missed */
    CHECK(ours == PAGES - 1);
}

static void other_requests_are_the_systems(void)
{
    int ends[2], n = -1;
    CHECK(pipe(ends) == 0 && write(ends[1], "abc", 3) == 3);
    CHECK(bx_engine_ioctl(ends[0], FIONREAD, &n) == 0 && n == 3);
    errno = 0;
    CHECK(bx_engine_ioctl(-1, FIONREAD, &n) == -1 && errno == EBADF);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

BXT_MAIN(RUN(pages_that_are_not_present); RUN(other_requests_are_the_systems);)
