/* The program of the `read` tool. */
#include <unistd.h>

#include "file/read.h"

static bx_reader reader; /* larger than the stack */

int main(void) { return bx_read_run(&reader, STDIN_FILENO, STDOUT_FILENO); }
