/* bad_pointers: hand every host function addresses outside memory, in each of its pointer
 * arguments, and descriptors that do not exist.  Each has to answer with an error; a host that
 * believes one of them reads or writes its own memory. */
#include "probe.h"

typedef uint32_t u32;
typedef uint64_t u64;

/* The functions as they are: the wrappers of libc would look at the paths first. */
#define RAW(name, ...) \
    __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) u32 raw_##name( \
        __VA_ARGS__)

RAW(args_get, u32, u32);
RAW(args_sizes_get, u32, u32);
RAW(environ_get, u32, u32);
RAW(environ_sizes_get, u32, u32);
RAW(clock_res_get, u32, u32);
RAW(clock_time_get, u32, u64, u32);
RAW(fd_advise, u32, u64, u64, u32);
RAW(fd_allocate, u32, u64, u64);
RAW(fd_close, u32);
RAW(fd_datasync, u32);
RAW(fd_fdstat_get, u32, u32);
RAW(fd_fdstat_set_flags, u32, u32);
RAW(fd_fdstat_set_rights, u32, u64, u64);
RAW(fd_filestat_get, u32, u32);
RAW(fd_filestat_set_size, u32, u64);
RAW(fd_filestat_set_times, u32, u64, u64, u32);
RAW(fd_pread, u32, u32, u32, u64, u32);
RAW(fd_prestat_get, u32, u32);
RAW(fd_prestat_dir_name, u32, u32, u32);
RAW(fd_pwrite, u32, u32, u32, u64, u32);
RAW(fd_read, u32, u32, u32, u32);
RAW(fd_readdir, u32, u32, u32, u64, u32);
RAW(fd_renumber, u32, u32);
RAW(fd_seek, u32, u64, u32, u32);
RAW(fd_sync, u32);
RAW(fd_tell, u32, u32);
RAW(fd_write, u32, u32, u32, u32);
RAW(path_create_directory, u32, u32, u32);
RAW(path_filestat_get, u32, u32, u32, u32, u32);
RAW(path_filestat_set_times, u32, u32, u32, u32, u64, u64, u32);
RAW(path_link, u32, u32, u32, u32, u32, u32, u32);
RAW(path_open, u32, u32, u32, u32, u32, u64, u64, u32, u32);
RAW(path_readlink, u32, u32, u32, u32, u32, u32);
RAW(path_remove_directory, u32, u32, u32);
RAW(path_rename, u32, u32, u32, u32, u32, u32);
RAW(path_symlink, u32, u32, u32, u32, u32);
RAW(path_unlink_file, u32, u32, u32);
RAW(poll_oneoff, u32, u32, u32, u32);
RAW(proc_raise, u32);
RAW(random_get, u32, u32);
RAW(sock_accept, u32, u32, u32);
RAW(sock_recv, u32, u32, u32, u32, u32, u32);
RAW(sock_send, u32, u32, u32, u32, u32);
RAW(sock_shutdown, u32, u32);

#define P(object) ((u32)(uintptr_t)(object))
#define TRY(call) \
    do { \
        if ((call) == 0) \
            return #call; \
    } while (0)

static uint8_t good[4096] __attribute__((aligned(16)));
static const char file[] = "inside.txt", link_name[] = "good_link", fresh[] = "fresh";
static __wasi_subscription_t clock_now = {
    .u = {.tag = __WASI_EVENTTYPE_CLOCK,
          .u.clock = {.id = __WASI_CLOCKID_MONOTONIC, .timeout = 0}}};
static u32 dir, fd; /* the grant, and a file in it open for reading and writing */

/* Each returns the text of a call that was believed, or NULL. */
static const char *small_ones(u32 bad)
{
    TRY(raw_args_get(bad, P(good)));
    TRY(raw_args_get(P(good), bad));
    TRY(raw_args_sizes_get(bad, P(good)));
    TRY(raw_args_sizes_get(P(good), bad));
    TRY(raw_environ_get(bad, P(good)));
    TRY(raw_environ_get(P(good), bad));
    TRY(raw_environ_sizes_get(bad, P(good)));
    TRY(raw_environ_sizes_get(P(good), bad));
    TRY(raw_clock_res_get(0, bad));
    TRY(raw_clock_time_get(0, 0, bad));
    TRY(raw_random_get(bad, 16));
    TRY(raw_random_get(P(good), UINT32_MAX));
    TRY(raw_poll_oneoff(bad, P(good), 1, P(good)));
    TRY(raw_poll_oneoff(P(&clock_now), bad, 1, P(good)));
    TRY(raw_poll_oneoff(P(&clock_now), P(good), 1, bad));
    TRY(raw_sock_accept(fd, 0, bad));
    TRY(raw_sock_recv(fd, bad, 1, 0, P(good), P(good)));
    TRY(raw_sock_send(fd, bad, 1, 0, P(good)));
    return NULL;
}

static const char *files(u32 bad)
{
    __wasi_iovec_t ok = {good, 16}, wild = {(uint8_t *)(uintptr_t)bad, 16},
                   endless = {good, UINT32_MAX};
    TRY(raw_fd_fdstat_get(1, bad));
    TRY(raw_fd_filestat_get(fd, bad));
    TRY(raw_fd_prestat_get(dir, bad));
    TRY(raw_fd_prestat_dir_name(dir, bad, 8));
    TRY(raw_fd_seek(fd, 0, __WASI_WHENCE_SET, bad));
    TRY(raw_fd_tell(fd, bad));
    TRY(raw_fd_readdir(dir, bad, 256, 0, P(good)));
    TRY(raw_fd_readdir(dir, P(good), 256, 0, bad));
    TRY(raw_fd_readdir(dir, P(good), UINT32_MAX, 0, P(good)));
    TRY(raw_fd_read(fd, bad, 1, P(good)));
    TRY(raw_fd_read(fd, P(&wild), 1, P(good)));
    TRY(raw_fd_read(fd, P(&endless), 1, P(good)));
    TRY(raw_fd_read(fd, P(&ok), 1, bad));
    TRY(raw_fd_pread(fd, bad, 1, 0, P(good)));
    TRY(raw_fd_pread(fd, P(&wild), 1, 0, P(good)));
    TRY(raw_fd_pread(fd, P(&ok), 1, 0, bad));
    TRY(raw_fd_write(fd, bad, 1, P(good)));
    TRY(raw_fd_write(fd, P(&wild), 1, P(good)));
    TRY(raw_fd_write(fd, P(&endless), 1, P(good)));
    TRY(raw_fd_write(fd, P(&ok), 1, bad));
    TRY(raw_fd_write(1, P(&wild), 1, P(good)));
    TRY(raw_fd_pwrite(fd, bad, 1, 0, P(good)));
    TRY(raw_fd_pwrite(fd, P(&wild), 1, 0, P(good)));
    TRY(raw_fd_pwrite(fd, P(&ok), 1, 0, bad));
    return NULL;
}

static const char *paths(u32 bad)
{
    const u32 n = sizeof file - 1, r = (u32)__WASI_RIGHTS_FD_READ;
    TRY(raw_path_create_directory(dir, bad, 4));
    TRY(raw_path_filestat_get(dir, 0, bad, 4, P(good)));
    TRY(raw_path_filestat_get(dir, 0, P(file), n, bad));
    TRY(raw_path_filestat_get(dir, 0, P(file), UINT32_MAX, P(good)));
    TRY(raw_path_filestat_set_times(dir, 0, bad, 4, 0, 0, __WASI_FSTFLAGS_ATIM));
    TRY(raw_path_link(dir, 0, bad, 4, dir, P(fresh), 5));
    TRY(raw_path_link(dir, 0, P(file), n, dir, bad, 4));
    TRY(raw_path_open(dir, 0, bad, 4, 0, r, 0, 0, P(good)));
    TRY(raw_path_open(dir, 0, P(file), n, 0, r, 0, 0, bad));
    TRY(raw_path_open(dir, 0, P(file), UINT32_MAX, 0, r, 0, 0, P(good)));
    TRY(raw_path_readlink(dir, bad, 4, P(good), 64, P(good)));
    TRY(raw_path_readlink(dir, P(link_name), 9, bad, 64, P(good)));
    TRY(raw_path_readlink(dir, P(link_name), 9, P(good), 64, bad));
    TRY(raw_path_remove_directory(dir, bad, 4));
    TRY(raw_path_rename(dir, bad, 4, dir, P(fresh), 5));
    TRY(raw_path_rename(dir, P(file), n, dir, bad, 4));
    TRY(raw_path_symlink(bad, 4, dir, P(fresh), 5));
    TRY(raw_path_symlink(P(file), n, dir, bad, 4));
    TRY(raw_path_unlink_file(dir, bad, 4));
    return NULL;
}

static const char *descriptors(u32 wild)
{
    TRY(raw_fd_advise(wild, 0, 0, 0));
    TRY(raw_fd_allocate(wild, 0, 1));
    TRY(raw_fd_close(wild));
    TRY(raw_fd_datasync(wild));
    TRY(raw_fd_fdstat_set_flags(wild, 0));
    TRY(raw_fd_fdstat_set_rights(wild, 0, 0));
    TRY(raw_fd_filestat_set_size(wild, 0));
    TRY(raw_fd_filestat_set_times(wild, 0, 0, __WASI_FSTFLAGS_ATIM));
    TRY(raw_fd_renumber(wild, fd));
    TRY(raw_fd_renumber(fd, wild));
    TRY(raw_fd_sync(wild));
    TRY(raw_proc_raise(wild));
    TRY(raw_sock_shutdown(wild, __WASI_SDFLAGS_RD));
    return NULL;
}

static int begin(void)
{
    int d = preopen("/sandbox");
    int f = open("/sandbox/inside.txt", O_RDWR);
    if (d < 0 || f < 0)
        return ENOENT;
    dir = (u32)d;
    fd = (u32)f;
    return 0;
}

static int attack(void)
{
    const u32 end = (u32)__builtin_wasm_memory_size(0) << 16;
    const u32 bad[] = {UINT32_MAX, UINT32_MAX - 15, 0x80000000, end, end - 1};
    const u32 wild[] = {UINT32_MAX, 0x80000000, 0x7fffffff, 1000000};
    const char *believed = NULL;
    int err = begin();
    if (err)
        return not_tried("", err);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0] && !believed; i++) {
        believed = small_ones(bad[i]);
        if (!believed)
            believed = files(bad[i]);
        if (!believed)
            believed = paths(bad[i]);
    }
    for (size_t i = 0; i < sizeof wild / sizeof wild[0] && !believed; i++)
        believed = descriptors(wild[i]);
    return believed ? escaped(believed) : contained(EFAULT);
}

/* The same functions with good addresses. */
static int control(void)
{
    __wasi_iovec_t ok = {good, 6};
    int err = begin();
    if (err)
        return control_failed(err);
    if (raw_args_sizes_get(P(good), P(good) + 4) || raw_clock_time_get(0, 0, P(good)) ||
        raw_random_get(P(good), 16) || raw_poll_oneoff(P(&clock_now), P(good), 1, P(good) + 64) ||
        raw_fd_filestat_get(fd, P(good)) || raw_fd_pread(fd, P(&ok), 1, 0, P(good) + 64) ||
        raw_fd_readdir(dir, P(good), 256, 0, P(good) + 512) ||
        raw_path_filestat_get(dir, 0, P(file), sizeof file - 1, P(good)) ||
        raw_path_readlink(dir, P(link_name), 9, P(good), 64, P(good) + 64))
        return control_failed(EINVAL);
    return control_ok();
}
