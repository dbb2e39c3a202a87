/* fill_dir_entries: list a directory again and again: the host works, the guest does not. */
#include <dirent.h>

#include "probe.h"

enum { LIMIT = 64 }; /* dir_entries=64 */

/* Entries of the tree's /sandbox/sub, listed until `most` were seen or an error came. */
static int list_many(int most, int *ret_n)
{
    for (*ret_n = 0; *ret_n < most;) {
        DIR *d = opendir("/sandbox/sub");
        if (!d)
            return errno;
        int before = *ret_n;
        errno = 0;
        while (*ret_n < most && readdir(d))
            ++*ret_n;
        int err = errno;
        closedir(d);
        if (err)
            return err;
        if (*ret_n == before)
            return ENOENT;
    }
    return 0;
}

static int attack(void)
{
    int n;
    int err = list_many(10 * LIMIT, &n);
    if (n > LIMIT)
        return escaped("read more directory entries than the limit");
    return n == 0 ? not_tried("", err) : attack_result(err, "was never stopped");
}

static int control(void)
{
    int n;
    return control_result(list_many(LIMIT / 8, &n));
}
