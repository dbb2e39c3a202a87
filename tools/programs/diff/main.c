#include "programs/common/prog.h"
#include "programs/diff/box.h"

int main(int argc, char **argv)
{
    const prog_entry table[] = {
        {"cmp", cmp_run, cmp_help},
        {"diff", diff_run, diff_help},
        {"diff3", diff3_run, diff3_help},
        {"patch", patch_run, patch_help},
    };
    return prog_main(argc, argv, "diff", table, sizeof(table) / sizeof(*table));
}
