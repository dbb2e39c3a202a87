#include "programs/archive/box.h"
#include "programs/common/prog.h"

int main(int argc, char **argv)
{
    const prog_entry table[] = {
        {"bunzip2", bzip2_run, bzip2_help},
        {"bzcat", bzip2_run, bzip2_help},
        {"bzip2", bzip2_run, bzip2_help},
        {"gunzip", gzip_run, gzip_help},
        {"gzip", gzip_run, gzip_help},
        {"lzcat", xz_run, xz_help},
        {"lzma", xz_run, xz_help},
        {"tar", tar_run, tar_help},
        {"unlzma", xz_run, xz_help},
        {"unxz", xz_run, xz_help},
        {"unzip", unzip_run, unzip_help},
        {"unzstd", zstd_run, zstd_help},
        {"xz", xz_run, xz_help},
        {"xzcat", xz_run, xz_help},
        {"zcat", gzip_run, gzip_help},
        {"zip", zip_run, zip_help},
        {"zipinfo", unzip_run, unzip_help},
        {"zstd", zstd_run, zstd_help},
        {"zstdcat", zstd_run, zstd_help},
    };
    return prog_main(argc, argv, "archive", table, sizeof(table) / sizeof(*table));
}
