/* fd_prestat_get, fd_prestat_dir_name. */
#include "guest.h"

int main(void)
{
    __wasi_prestat_t pre;
    uint8_t name[32];
    OK(__wasi_fd_prestat_get(SANDBOX, &pre));
    EQ(pre.tag, __WASI_PREOPENTYPE_DIR);
    EQ(pre.u.dir.pr_name_len, 8);
    memset(name, 0x5a, sizeof name);
    OK(__wasi_fd_prestat_dir_name(SANDBOX, name, 8));
    EQ(memcmp(name, "/sandbox\x5a", 9), 0);
    OK(__wasi_fd_prestat_dir_name(SANDBOX, name, sizeof name));
    EQ(__wasi_fd_prestat_dir_name(SANDBOX, name, 7), E(NAMETOOLONG));
    EQ(__wasi_fd_prestat_dir_name(SANDBOX, NULL, 0), E(NAMETOOLONG));
    /* What is above it comes last. */
    OK(__wasi_fd_prestat_get(SANDBOX + 1, &pre));
    EQ(pre.u.dir.pr_name_len, 1);
    OK(__wasi_fd_prestat_dir_name(SANDBOX + 1, name, 1));
    EQ(name[0], '/');
    for (__wasi_fd_t fd = 0; fd < 10; fd++) {
        if (fd == SANDBOX || fd == SANDBOX + 1)
            continue;
        EQ(__wasi_fd_prestat_get(fd, &pre), E(BADF));
        EQ(__wasi_fd_prestat_dir_name(fd, name, 8), E(BADF));
    }
    EQ(raw_fd_prestat_get(SANDBOX, memory_end() - 7), E(FAULT));
    EQ(raw_fd_prestat_dir_name(SANDBOX, memory_end() - 7, 8), E(FAULT));
    EQ(raw_fd_prestat_dir_name(SANDBOX, at(name), UINT32_MAX), E(FAULT));

    __wasi_fd_t fd = OPEN(".", __WASI_OFLAGS_DIRECTORY, ALL & ~R(FD_WRITE));
    EQ(__wasi_fd_prestat_get(fd, &pre), E(BADF)); /* opened, not preopened */
    OK(__wasi_fd_close(SANDBOX));
    EQ(__wasi_fd_prestat_get(SANDBOX, &pre), E(BADF));
    OK(open_errno(fd, "f", 0, __WASI_OFLAGS_CREAT, 0, 0)); /* closing it closed nothing else */
    EQ(open_errno(SANDBOX, "f", 0, 0, 0, 0), E(BADF));
    return 0;
}
