/* zip: the central directory and the data of its entries. */
#include "programs/archive/zip.h"

#include <sys/mman.h>
#include <unistd.h>

enum { OUT_MAX = 1 << 20, ENTRIES_MAX = 1000 };

static bool count(void *arg, const uint8_t *p, size_t n)
{
    size_t *total = arg;
    (void)p;
    *total += n;
    return *total < OUT_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("zip", 0);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data, n, 0) != (ssize_t)n)
        return 0;
    zip_in z;
    zip_entry e;
    size_t total = 0;
    if (!zip_begin(&z, fd))
        return 0;
    for (int i = 0; i < ENTRIES_MAX && total < OUT_MAX && zip_next(&z, &e) == 1; i++) {
        uint32_t crc;
        (void)zip_data(&z, &e, count, &total, &crc);
        (void)zip_time(&e);
        zip_entry_free(&e);
    }
    return 0;
}
