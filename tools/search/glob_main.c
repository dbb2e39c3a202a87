/* The program of the `glob` tool. */
#include <unistd.h>

#include "search/glob.h"

static bx_glob_call call; /* larger than the stack */

int main(void) { return bx_glob_run(&call, STDIN_FILENO, STDOUT_FILENO); }
