/* system/bc_main.c - bc [-hilqsvw] [FILE]... */
#include "bc.h"
#include "system.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

const char bc_help[] =
    "Usage: bc [OPTION]... [FILE]...\n"
    "Calculate with numbers of any length: run the FILEs, then standard input.\n"
    "\n"
    "  -i, --interactive  (no effect)\n"
    "  -l, --mathlib      define s c a l e j (sine, cosine, arctangent, logarithm, exponential,\n"
    "                     Bessel) and set scale to 20\n"
    "  -q, --quiet        (no effect: there is no banner)\n"
    "  -s, --standard     (no effect)\n"
    "  -w, --warn         (no effect)\n"
    "\n"
    "BC_LINE_LENGTH: columns of an output line, 70 by default; 0: no limit.\n"
    "\n"
    "Examples:\n"
    "  $ echo '2^100' | bc\n"
    "  1267650600228229401496703205376\n"
    "  $ echo 'scale=3; 10/3; sqrt(2)' | bc\n"
    "  3.333\n"
    "  1.414\n"
    "  $ echo '4*a(1)' | bc -l\n"
    "  3.14159265358979323844\n"
    "  $ echo 'obase=16; 255' | bc\n"
    "  FF\n";

static void set_up(bc *b)
{
    static const char *const specials[BC_SPECIALS] = {"ibase", "obase", "scale", "last"};
    for (size_t i = 0; i < BC_SPECIALS; i++)
        (void)bc_name_of(b, bx_str_of(specials[i]));
    b->lex.back = -1;
    b->ibase = b->obase = 10;
    b->line_length = 70;
    const char *length = getenv("BC_LINE_LENGTH");
    uint64_t n;
    if (length && prog_uint(length, "", &n) == PROG_NUM_OK && (n == 0 || n > 2))
        b->line_length = n ? (size_t)n : SIZE_MAX;
    if (b->math) {
        b->lex.memory = bx_str_of(bc_library);
        bc_run_input(b);
        b->lex.memory = (bx_str){0};
        b->lex.back = -1;
    }
}

int bc_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"interactive", PROG_NO_ARG, 'i'}, {"mathlib", PROG_NO_ARG, 'l'},
        {"quiet", PROG_NO_ARG, 'q'},       {"standard", PROG_NO_ARG, 's'},
        {"warn", PROG_NO_ARG, 'w'},        {0}};
    static bc b;
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "ilqsw", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;) {
        b.math |= c == 'l';
        b.standard |= c == 's';
    }
    set_up(&b);
    for (int i = o.next; i < argc && !b.ended; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0) {
            (void)prog_flush(&prog_out);
            prog_writer err = {.fd = 2};
            prog_printf(&err, "File %s is unavailable.\n", argv[i]);
            (void)prog_flush(&err);
            return 1;
        }
        b.lex.in = (prog_reader){.fd = fd, .name = argv[i]};
        b.lex.name = argv[i];
        bc_run_input(&b);
        (void)prog_close(&b.lex.in);
    }
    if (!b.ended) {
        b.lex.in = (prog_reader){.fd = 0, .name = "-"};
        b.lex.back = -1;
        b.lex.name = "(standard_in)";
        bc_run_input(&b);
    }
    return 0;
}
