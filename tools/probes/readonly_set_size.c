/* readonly_set_size: cut a file through a handle that was opened for reading. */
#include "probe.h"

static int set_size(const char *path, int flags)
{
    int fd = open(path, flags);
    if (fd < 0)
        return ENOENT;
    return ftruncate(fd, 1) == 0 ? 0 : errno;
}

static int attack(void)
{
    return attack_result(set_size("/sandbox/inside.txt", O_RDONLY),
                         "cut a file through a handle that only reads");
}

static int control(void) { return control_result(set_size("/other/inside.txt", O_RDWR)); }
