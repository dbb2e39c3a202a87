#include "programs/common/prog.h"
#include "programs/diff/box.h"

#include <stdarg.h>
#include <stdio.h>

void diff_usage(const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    prog_warn(0, "%s", text);
    prog_warn(0, "Try '%s --help' for more information.", prog_name);
    prog_exit(prog_usage_status);
}

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
