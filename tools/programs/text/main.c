/* text/main.c - the box of programs that work on text. */
#include "programs/text/text.h"

int main(int argc, char **argv)
{
    static const prog_entry table[] = {
#define TEXT_PROGRAM(name, function) {name, text_##function, text_##function##_help},
#include "programs/text/text.def"
#undef TEXT_PROGRAM
    };
    return prog_main(argc, argv, "text", table, BX_COUNT(table));
}
