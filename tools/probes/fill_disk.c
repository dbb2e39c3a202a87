/* fill_disk: write to a file without end. */
#include "probe.h"

enum { LIMIT = 1 << 20, BLOCK = 64 << 10 }; /* fs_write=1MiB */

static char block[BLOCK];

static int attack(void)
{
    int fd = open("/sandbox/big", O_WRONLY | O_CREAT, 0666);
    ssize_t n = 0, total = 0;
    while (fd >= 0 && total <= LIMIT && (n = write(fd, block, BLOCK)) > 0)
        total += n;
    if (total > LIMIT)
        return escaped("wrote more than the limit");
    return total < LIMIT / 2 ? not_tried("", errno) : contained(errno);
}

static int control(void) { return control_result(write_file("/sandbox/big", O_WRONLY | O_CREAT)); }
