/* diff/box.h - the programs of the box diff and their help. */
#ifndef BX_DIFF_BOX_H
#define BX_DIFF_BOX_H

int diff_run(int argc, char **argv);
int cmp_run(int argc, char **argv);
int diff3_run(int argc, char **argv);
int patch_run(int argc, char **argv);

extern const char *const diff_help, *const cmp_help, *const diff3_help, *const patch_help;

#endif
