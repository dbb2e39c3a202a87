/* system/main.c - the table of the programs. */
#include "programs/common/prog_io.h"
#include "programs/files/files.h"
#include "system.h"

static const prog_entry table[] = {
    {"bc", bc_program, bc_help},
    {"date", date_program, date_help},
    {"find", find_program, find_help},
    {"xargs", xargs_program, xargs_help},
};

int main(int argc, char **argv)
{
    return prog_main(argc, argv, "system", table, BX_COUNT(table));
}
