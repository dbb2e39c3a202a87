/* main.c - the binary: hands over to the command line, or compiles for the one that started it. */
#include "cli/command.h"
#include "os/fd.h"
#include "sandbox/compile.h"

int main(int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], BX_COMPILER_NAME) == 0)
        return bx_compiler_main(argc, argv);
    if (!bx_fd_fill_standard())
        return 125; /* there is nowhere to say why */
    return bx_cli_main(argc, argv);
}
