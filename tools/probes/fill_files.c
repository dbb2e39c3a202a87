/* fill_files: create files without end; they cost the host inodes, not bytes. */
#include "probe.h"

enum { LIMIT = 16 }; /* files_created=16 */

static int create_many(int most, int *ret_n)
{
    char path[] = "/sandbox/new_aa";
    for (*ret_n = 0; *ret_n < most; ++*ret_n) {
        path[sizeof path - 3] = (char)('a' + *ret_n / 26);
        path[sizeof path - 2] = (char)('a' + *ret_n % 26);
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (fd < 0)
            return errno;
        close(fd);
    }
    return 0;
}

static int attack(void)
{
    int n;
    int err = create_many(LIMIT + 1, &n);
    return n == 0 ? not_tried("", err) : attack_result(err, "created more files than the limit");
}

static int control(void)
{
    int n;
    return control_result(create_many(LIMIT / 2, &n));
}
