/* sparse_disk: make a file of a terabyte without writing it. */
#include "probe.h"

static int grow(off_t size)
{
    int fd = open("/sandbox/big", O_RDWR | O_CREAT, 0666);
    if (fd < 0)
        return errno;
    if (ftruncate(fd, size) == 0)
        return 0;
    int err = errno;
    return posix_fallocate(fd, 0, size) == 0 ? 0 : err;
}

static int attack(void) { return attack_result(grow((off_t)1 << 40), "made a file of 1 TiB"); }

static int control(void) { return control_result(grow(1000)); }
