/* path_rename. */
#include "guest.h"

static __wasi_errno_t mv(const char *from, const char *to)
{
    return __wasi_path_rename(SANDBOX, from, SANDBOX, to);
}

static bool exists(const char *path)
{
    __wasi_filestat_t st;
    return __wasi_path_filestat_get(SANDBOX, 0, path, &st) == 0;
}

int main(void)
{
    make("a", "1");
    make("b", "22");
    OK(mv("a", "c"));
    YES(!exists("a") && exists("c"));
    OK(mv("c", "b")); /* replaces */
    EQ(stat_of("b", 0).size, 1);
    OK(mv("b", "b"));
    YES(exists("b"));
    EQ(mv("none", "x"), E(NOENT));
    EQ(mv("b", "no/x"), E(NOENT));
    EQ(mv("b", ""), E(NOENT));

    OK(__wasi_path_create_directory(SANDBOX, "d"));
    OK(__wasi_path_create_directory(SANDBOX, "e"));
    EQ(mv("b", "d"), E(ISDIR));
    EQ(mv("d", "b"), E(NOTDIR));
    OK(mv("d", "e")); /* onto an empty directory */
    YES(!exists("d"));
    OK(mv("e/", "d/"));
    make("d/f", "x");
    OK(__wasi_path_create_directory(SANDBOX, "e"));
    EITHER(mv("e", "d"), E(NOTEMPTY), E(EXIST));
    EQ(mv("d", "d/sub"), E(INVAL)); /* into itself */
    OK(mv("d/f", "f"));

    /* Between two directories, by their own descriptors. */
    __wasi_fd_t d = OPEN("d", __WASI_OFLAGS_DIRECTORY, ALL & ~R(FD_WRITE));
    __wasi_fd_t e = OPEN("e", __WASI_OFLAGS_DIRECTORY, ALL & ~R(FD_WRITE));
    OK(__wasi_path_rename(SANDBOX, "f", d, "g"));
    OK(__wasi_path_rename(d, "g", e, "h"));
    YES(exists("e/h"));

    /* An open file follows its name. */
    __wasi_size_t n;
    __wasi_fd_t fd = OPEN("e/h", 0, RW);
    OK(mv("e/h", "moved"));
    OK(write_fd(fd, "yz", &n));
    EQ(stat_of("moved", 0).size, 2);

    EITHER(mv("moved", "../x"), E(PERM), E(NOTCAPABLE));
    EITHER(mv("../x", "moved"), E(PERM), E(NOTCAPABLE));
    EITHER(mv("/moved", "x"), E(PERM), E(NOTCAPABLE));
    EQ(__wasi_path_rename(77, "moved", SANDBOX, "x"), E(BADF));
    EQ(__wasi_path_rename(SANDBOX, "moved", 77, "x"), E(BADF));
    EQ(__wasi_path_rename(SANDBOX, "moved", fd, "x"), E(NOTDIR));
    EQ(raw_path_rename(SANDBOX, memory_end(), 1, SANDBOX, at("x"), 1), E(FAULT));
    EQ(raw_path_rename(SANDBOX, at("moved"), 5, SANDBOX, memory_end() - 1, 2), E(FAULT));
    YES(exists("moved"));
    return 0;
}
