/* fill_open_files: open files without closing any. */
#include "probe.h"

enum { LIMIT = 16 }; /* open_files=16 */

static int open_many(int most, int *ret_n)
{
    for (*ret_n = 0; *ret_n < most; ++*ret_n)
        if (open("/sandbox/inside.txt", O_RDONLY) < 0)
            return errno;
    return 0;
}

static int attack(void)
{
    int n;
    int err = open_many(LIMIT + 1, &n);
    return n == 0 ? not_tried("", err) : attack_result(err, "opened more files than the limit");
}

static int control(void)
{
    int n;
    return control_result(open_many(LIMIT / 2, &n));
}
