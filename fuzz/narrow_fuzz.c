/* Narrowing.  Input: three lines, each a set of capabilities and limits separated by '|'.  The
 * result is never wider than a set, does not depend on the order, and narrowing again changes
 * nothing. */
#include "policy/narrow_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str rest = {(const char *)data, size > 2048 ? 2048 : size};
    lines l[3];
    bx_permit p[3];
    for (size_t i = 0; i < 3; i++) {
        const char *end = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
        bx_str one = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
        rest = bx_str_from(rest, one.n + (end != NULL));
        lines_read(&l[i], one);
        p[i] = permit_of(&l[i]);
    }
    (void)check_three(p);
    for (size_t i = 0; i < 3; i++)
        lines_done(&l[i]);
    return 0;
}
