/* system/system.h - the programs of the system box, for its table: each takes main's arguments and
 * returns the exit status; NAME_help is the text of --help. */
#ifndef BX_SYSTEM_SYSTEM_H
#define BX_SYSTEM_SYSTEM_H

#define PROGRAM(name) \
    int name##_program(int argc, char **argv); \
    extern const char name##_help[]

PROGRAM(bc);
PROGRAM(date);

#undef PROGRAM

#endif
