/* system/system.h - the programs of the system box, for its table: each takes main's arguments and
 * returns the exit status; NAME_help is the text of --help. */
#ifndef BX_SYSTEM_SYSTEM_H
#define BX_SYSTEM_SYSTEM_H

#define PROGRAM(name) \
    int name##_program(int argc, char **argv); \
    extern const char name##_help[]

PROGRAM(arch);
PROGRAM(bc);
PROGRAM(bracket);
PROGRAM(date);
PROGRAM(env);
PROGRAM(getopt);
PROGRAM(groups);
PROGRAM(hostname);
PROGRAM(id);
PROGRAM(logname);
PROGRAM(nice);
PROGRAM(nohup);
PROGRAM(printenv);
PROGRAM(ps);
PROGRAM(pwd);
PROGRAM(sleep);
PROGRAM(stdbuf);
PROGRAM(test);
PROGRAM(time);
PROGRAM(timeout);
PROGRAM(tty);
PROGRAM(uname);
PROGRAM(which);
PROGRAM(whoami);

#undef PROGRAM

#endif
