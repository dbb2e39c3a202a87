/* The program of the `edit` tool. */
#include <unistd.h>

#include "file/edit.h"

static bx_editor editor; /* larger than the stack should hold */

int main(void) { return bx_edit_run(&editor, STDIN_FILENO, STDOUT_FILENO); }
