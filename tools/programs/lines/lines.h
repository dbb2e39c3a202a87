/* lines/lines.h - the programs of the box that searches and edits lines: grep, sed, awk. */
#ifndef LINES_LINES_H
#define LINES_LINES_H

int grep_main(int argc, char **argv);
int egrep_main(int argc, char **argv);
int fgrep_main(int argc, char **argv);
int rg_main(int argc, char **argv);
int sed_main(int argc, char **argv);
int awk_main(int argc, char **argv);

#endif
