/* The box `lines`. */
#include "programs/common/prog.h"
#include "programs/lines/help.h"
#include "programs/lines/lines.h"

static const prog_entry programs[] = {
    {"grep", grep_main, grep_help},    {"egrep", egrep_main, egrep_help},
    {"fgrep", fgrep_main, fgrep_help}, {"sed", sed_main, sed_help},
    {"rg", rg_main, rg_help},          {"awk", awk_main, awk_help},
    {"gawk", awk_main, gawk_help},     {"mawk", awk_main, mawk_help},
    {"nawk", awk_main, nawk_help},
};

int main(int argc, char **argv)
{
    return prog_main(argc, argv, "lines", programs, BX_COUNT(programs));
}
