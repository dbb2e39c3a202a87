/* The program of the `write` tool. */
#include <unistd.h>

#include "file/write.h"

static bx_writer writer; /* larger than the stack should hold */

int main(void) { return bx_write_run(&writer, STDIN_FILENO, STDOUT_FILENO); }
