/* block_poll: wait for ever for input that never comes. */
#include <poll.h>

#include "probe.h"

static int attack(void)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    int n = poll(&p, 1, -1);
    return n == 1 ? not_tried("standard input was ready at once", 0)
                  : escaped("waited past the deadline");
}

static int control(void)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&p, 1, 1) >= 0 ? control_ok() : control_failed(errno);
}
