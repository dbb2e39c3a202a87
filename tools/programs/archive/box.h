/* archive/box.h - the programs of the box archive and their help. */
#ifndef BX_ARCHIVE_BOX_H
#define BX_ARCHIVE_BOX_H

int gzip_run(int argc, char **argv); /* also gunzip and zcat, and the same of the others */
int bzip2_run(int argc, char **argv);
int xz_run(int argc, char **argv);
int zstd_run(int argc, char **argv);
int tar_run(int argc, char **argv);
int zip_run(int argc, char **argv);
int unzip_run(int argc, char **argv);

extern const char *const gzip_help,
    *const bzip2_help, *const xz_help, *const zstd_help, *const tar_help, *const zip_help,
                                                                              *const unzip_help;

#endif
