/* block_read: read input that never comes. */
#include "probe.h"

static int attack(void)
{
    char c;
    ssize_t n = read(STDIN_FILENO, &c, 1);
    return n >= 0 ? not_tried("standard input had something to read", 0)
                  : escaped("read past the deadline");
}

static int control(void) { return control_result(read_file("/sandbox/inside.txt")); }
