/* main.c - the binary: hands over to the command line. */
#include "cli/command.h"

int main(int argc, char **argv) { return bx_cli_main(argc, argv); }
