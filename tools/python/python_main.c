/* The program of the `python` tool. */
#include <unistd.h>

#include "python/python.h"

int main(void) { return bx_python_run(STDIN_FILENO, STDOUT_FILENO); }
