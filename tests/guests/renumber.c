/* fd_renumber, fd_close. */
#include "guest.h"

int main(void)
{
    __wasi_size_t n;
    char buf[4];
    make("a", "a");
    make("b", "bb");
    __wasi_fd_t a = OPEN("a", 0, RW), b = OPEN("b", 0, RW);
    OK(__wasi_fd_renumber(a, b));
    EQ(__wasi_fd_close(a), E(BADF));
    OK(read_fd(b, buf, 4, &n));
    EQ(n, 1);
    OK(__wasi_fd_renumber(b, b));
    EQ(__wasi_fd_renumber(b, a), E(BADF));
    EQ(__wasi_fd_renumber(a, b), E(BADF));
    EQ(__wasi_fd_renumber(b, 1000), E(BADF));
    EQ(__wasi_fd_renumber(-1, b), E(BADF));
    EQ(OPEN("a", 0, RW), a);

    /* stdout gets another number, and then a file takes its place. */
    OK(__wasi_fd_renumber(1, a));
    OK(write_fd(a, "to stdout\n", &n));
    EQ(write_fd(1, "nowhere\n", &n), E(BADF));
    EQ(OPEN("c", __WASI_OFLAGS_CREAT, RW), 1);
    puts("to the file");
    OK(fflush(stdout));
    EQ(stat_of("c", 0).size, 12);

    /* Over a preopen. */
    __wasi_prestat_t pre;
    __wasi_fd_t dir = OPEN(".", __WASI_OFLAGS_DIRECTORY, ALL & ~R(FD_WRITE));
    OK(__wasi_fd_renumber(dir, SANDBOX));
    EQ(__wasi_fd_prestat_get(SANDBOX, &pre), E(BADF));
    OK(open_errno(SANDBOX, "a", 0, 0, 0, 0));
    return 0;
}
