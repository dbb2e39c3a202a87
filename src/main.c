/* main.c - the binary: hands over to the command line. */
#include "cli/command.h"
#include "os/fd.h"

int main(int argc, char **argv)
{
    if (!bx_fd_fill_standard())
        return 125; /* there is nowhere to say why */
    return bx_cli_main(argc, argv);
}
