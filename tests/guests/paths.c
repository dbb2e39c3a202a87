/* path_open: flags, types, and every way a path could lead out. */
#include "guest.h"

#define C      __WASI_OFLAGS_CREAT
#define D      __WASI_OFLAGS_DIRECTORY
#define X      __WASI_OFLAGS_EXCL
#define T      __WASI_OFLAGS_TRUNC
#define FOLLOW __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW

static __wasi_errno_t try(const char *path, __wasi_oflags_t oflags, __wasi_rights_t rights)
{
    return open_errno(SANDBOX, path, FOLLOW, oflags, rights, 0);
}

static void creating(void)
{
    EQ(try("f", 0, RW), E(NOENT));
    OK(try("f", C | X, RW));
    EQ(try("f", C | X, RW), E(EXIST));
    OK(try("f", C, RW));
    make("f", "12345");
    OK(try("f", 0, RW));
    EQ(stat_of("f", 0).size, 5);
    OK(try("f", T, RW));
    EQ(stat_of("f", 0).size, 0);
    make("f", "12345");
    OK(try("f", T, 0));
    EQ(stat_of("f", 0).size, 0);
    OK(try("none", C, 0));
    EQ(try("no/such", C, RW), E(NOENT));
    EQ(try("f/under", C, RW), E(NOTDIR));
}

static void directories(void)
{
    OK(__wasi_path_create_directory(SANDBOX, "d"));
    OK(try("d", 0, R(FD_READ)));
    OK(try("d", D, R(FD_READ)));
    OK(try("d/", 0, 0));
    OK(try("d///", D, 0));
    EQ(try("d", 0, RW), E(ISDIR));
    EQ(try("d", D, RW), E(ISDIR));
    EQ(try("f", D, 0), E(NOTDIR));
    EITHER(try("f/", 0, 0), E(NOTDIR), E(NOENT));
    EITHER(try("new/", C, RW), E(ISDIR), E(NOENT));
    EQ(try("d", C | D, 0), E(INVAL));
    OK(try(".", 0, 0));
    OK(try("d/..", D, 0));
    OK(try("d/.//../d/../f", 0, 0));
}

static void leading_out(void)
{
    static const char *const out[] = {"..",      "../",         "../x",
                                      "d/../..", "d/../../x",   "d/../../../../etc/passwd",
                                      "/",       "/etc/passwd", "/sandbox/f"};
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++) {
        EITHER(try(out[i], 0, 0), E(PERM), E(NOTCAPABLE));
        EITHER(try(out[i], C, RW), E(PERM), E(NOTCAPABLE));
        EITHER(__wasi_path_create_directory(SANDBOX, out[i]), E(PERM), E(NOTCAPABLE));
    }
    __wasi_fd_t d;
    OK(__wasi_path_open(SANDBOX, 0, "d", D, ALL & ~R(FD_WRITE), ALL, 0, &d));
    EITHER(open_errno(d, "../f", 0, 0, 0, 0), E(PERM),
           E(NOTCAPABLE)); /* a directory is a root of its own */
    EITHER(open_errno(d, "..", 0, 0, 0, 0), E(PERM), E(NOTCAPABLE));
    OK(open_errno(d, ".", 0, 0, 0, 0));
    OK(__wasi_path_symlink("..", SANDBOX, "up"));
    OK(__wasi_path_symlink("../../etc/passwd", SANDBOX, "pw"));
    EITHER(try("up", 0, 0), E(PERM), E(NOTCAPABLE));
    EITHER(try("up/x", C, RW), E(PERM), E(NOTCAPABLE));
    EITHER(try("pw", 0, 0), E(PERM), E(NOTCAPABLE));
    EITHER(__wasi_path_symlink("/etc/passwd", SANDBOX, "abs"), E(PERM), E(NOTCAPABLE));
}

static void names(void)
{
    __wasi_fd_t fd = -1;
    char longest[256], far[4200];
    memset(longest, 'n', 255);
    longest[255] = '\0';
    OK(try(longest, C, RW));
    OK(__wasi_path_unlink_file(SANDBOX, longest));
    memset(far, 'n', sizeof far - 1);
    far[sizeof far - 1] = '\0';
    EQ(try(far, C, RW), E(NAMETOOLONG));
    far[256] = '\0';
    EQ(try(far, C, RW), E(NAMETOOLONG));
    EQ(try("", 0, 0), E(NOENT));
    EQ(try("", C, RW), E(NOENT));
    EQ(try("\xff\xfe", C, RW), E(ILSEQ));
    OK(try("h\xc3\xa9 \xe2\x82\xac", C, RW));
    OK(try("...", C, RW));
    OK(try(" ", C, RW));
    EITHER(raw_path_open(SANDBOX, 0, at("f\0g"), 3, 0, 0, 0, 0, at(&fd)), E(INVAL), E(ILSEQ));
    EITHER(raw_path_open(SANDBOX, 0, at("f"), 2, 0, 0, 0, 0, at(&fd)), E(INVAL), E(ILSEQ));
    OK(raw_path_open(SANDBOX, 0, at("fg"), 1, 0, 0, 0, 0, at(&fd))); /* not NUL-terminated */
}

static void bad_arguments(void)
{
    __wasi_fd_t fd = 1234;
    EQ(raw_path_open(SANDBOX, 2, at("f"), 1, 0, 0, 0, 0, at(&fd)), E(INVAL));
    EQ(raw_path_open(SANDBOX, 0, at("f"), 1, 16, 0, 0, 0, at(&fd)), E(INVAL));
    EQ(raw_path_open(SANDBOX, 0, at("f"), 1, 0, 0, 0, 32, at(&fd)), E(INVAL));
    EQ(raw_path_open(SANDBOX, 0, memory_end(), 1, 0, 0, 0, 0, at(&fd)), E(FAULT));
    EQ(raw_path_open(SANDBOX, 0, at("f"), UINT32_MAX, 0, 0, 0, 0, at(&fd)), E(FAULT));
    EQ(raw_path_open(SANDBOX, 0, at("must-not-be"), 11, 1, 0, 0, 0, memory_end() - 3), E(FAULT));
    EQ(try("must-not-be", 0, 0), E(NOENT));
    EQ(fd, 1234);
    EQ(open_errno(77, "f", 0, 0, 0, 0), E(BADF));
    EQ(open_errno(1, "f", 0, 0, 0, 0), E(NOTDIR));
    fd = OPEN("f", 0, RW);
    EQ(open_errno(fd, "f", 0, 0, 0, 0), E(NOTDIR));
}

static void lowest_number(void)
{
    __wasi_fd_t a = OPEN("f", 0, 0), b = OPEN("f", 0, 0), c = OPEN("f", 0, 0);
    OK(__wasi_fd_close(a));
    OK(__wasi_fd_close(b));
    EQ(OPEN("f", 0, 0), a < b ? a : b);
    EQ(OPEN("f", 0, 0), a < b ? b : a);
    EQ(__wasi_fd_close(c), 0);
    EQ(__wasi_fd_close(c), E(BADF));
}

int main(void)
{
    creating();
    directories();
    leading_out();
    names();
    bad_arguments();
    lowest_number();
    return 0;
}
