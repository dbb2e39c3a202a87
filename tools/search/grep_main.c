/* The program of the `grep` tool. */
#include <unistd.h>

#include "search/grep.h"

static bx_grep_call call; /* larger than a stack likes */

int main(void) { return bx_grep_run(&call, STDIN_FILENO, STDOUT_FILENO); }
