/* files/files.h - the programs of the files box, for its table: each takes main's arguments and
 * returns the exit status; NAME_help is the text of --help. */
#ifndef BX_FILES_FILES_H
#define BX_FILES_FILES_H

#define PROGRAM(name) \
    int name##_program(int argc, char **argv); \
    extern const char name##_help[]

PROGRAM(basename);
PROGRAM(chgrp);
PROGRAM(chmod);
PROGRAM(chown);
PROGRAM(cp);
PROGRAM(dd);
PROGRAM(df);
PROGRAM(dir);
PROGRAM(dirname);
PROGRAM(du);
PROGRAM(file);
PROGRAM(find);
PROGRAM(install);
PROGRAM(link);
PROGRAM(ln);
PROGRAM(ls);
PROGRAM(mkdir);
PROGRAM(mktemp);
PROGRAM(mv);
PROGRAM(readlink);
PROGRAM(realpath);
PROGRAM(rm);
PROGRAM(rmdir);
PROGRAM(stat);
PROGRAM(sync);
PROGRAM(touch);
PROGRAM(tree);
PROGRAM(truncate);
PROGRAM(unlink);
PROGRAM(xargs);

#undef PROGRAM

#endif
