/* js/imports.c - the functions of WASI that this module imports come before those of `boxagnts`.
 *
 * The linker numbers what is imported in the order in which it meets the names, and this file is
 * the first.  Whoever makes a module of ours into one that imports WASI alone can then leave the
 * others out without giving any function another number (codec/wasm_embed.h).  Nothing here is
 * called, and nothing of it is left in the module; what is not used elsewhere is not imported. */
#include <stdint.h>

#ifdef __wasm__

#define I int32_t
#define L int64_t
#define WASI(result, name, ...) \
    __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) result \
    __imported_wasi_snapshot_preview1_##name(__VA_ARGS__)

WASI(I, args_get, I, I);
WASI(I, args_sizes_get, I, I);
WASI(I, environ_get, I, I);
WASI(I, environ_sizes_get, I, I);
WASI(I, clock_res_get, I, I);
WASI(I, clock_time_get, I, L, I);
WASI(I, fd_advise, I, L, L, I);
WASI(I, fd_allocate, I, L, L);
WASI(I, fd_close, I);
WASI(I, fd_datasync, I);
WASI(I, fd_fdstat_get, I, I);
WASI(I, fd_fdstat_set_flags, I, I);
WASI(I, fd_fdstat_set_rights, I, L, L);
WASI(I, fd_filestat_get, I, I);
WASI(I, fd_filestat_set_size, I, L);
WASI(I, fd_filestat_set_times, I, L, L, I);
WASI(I, fd_pread, I, I, I, L, I);
WASI(I, fd_prestat_get, I, I);
WASI(I, fd_prestat_dir_name, I, I, I);
WASI(I, fd_pwrite, I, I, I, L, I);
WASI(I, fd_read, I, I, I, I);
WASI(I, fd_readdir, I, I, I, L, I);
WASI(I, fd_renumber, I, I);
WASI(I, fd_seek, I, L, I, I);
WASI(I, fd_sync, I);
WASI(I, fd_tell, I, I);
WASI(I, fd_write, I, I, I, I);
WASI(I, path_create_directory, I, I, I);
WASI(I, path_filestat_get, I, I, I, I, I);
WASI(I, path_filestat_set_times, I, I, I, I, L, L, I);
WASI(I, path_link, I, I, I, I, I, I, I);
WASI(I, path_open, I, I, I, I, I, L, L, I, I);
WASI(I, path_readlink, I, I, I, I, I, I);
WASI(I, path_remove_directory, I, I, I);
WASI(I, path_rename, I, I, I, I, I, I);
WASI(I, path_symlink, I, I, I, I, I);
WASI(I, path_unlink_file, I, I, I);
WASI(I, poll_oneoff, I, I, I, I);
WASI(_Noreturn void, proc_exit, I);
WASI(I, proc_raise, I);
WASI(I, sched_yield, void);
WASI(I, random_get, I, I);
WASI(I, sock_accept, I, I, I);
WASI(I, sock_recv, I, I, I, I, I, I);
WASI(I, sock_send, I, I, I, I, I);
WASI(I, sock_shutdown, I, I);

typedef void any(void);
extern any *const js_first_imports[];
any *const js_first_imports[] = {
    (any *)__imported_wasi_snapshot_preview1_args_get,
    (any *)__imported_wasi_snapshot_preview1_args_sizes_get,
    (any *)__imported_wasi_snapshot_preview1_environ_get,
    (any *)__imported_wasi_snapshot_preview1_environ_sizes_get,
    (any *)__imported_wasi_snapshot_preview1_clock_res_get,
    (any *)__imported_wasi_snapshot_preview1_clock_time_get,
    (any *)__imported_wasi_snapshot_preview1_fd_advise,
    (any *)__imported_wasi_snapshot_preview1_fd_allocate,
    (any *)__imported_wasi_snapshot_preview1_fd_close,
    (any *)__imported_wasi_snapshot_preview1_fd_datasync,
    (any *)__imported_wasi_snapshot_preview1_fd_fdstat_get,
    (any *)__imported_wasi_snapshot_preview1_fd_fdstat_set_flags,
    (any *)__imported_wasi_snapshot_preview1_fd_fdstat_set_rights,
    (any *)__imported_wasi_snapshot_preview1_fd_filestat_get,
    (any *)__imported_wasi_snapshot_preview1_fd_filestat_set_size,
    (any *)__imported_wasi_snapshot_preview1_fd_filestat_set_times,
    (any *)__imported_wasi_snapshot_preview1_fd_pread,
    (any *)__imported_wasi_snapshot_preview1_fd_prestat_get,
    (any *)__imported_wasi_snapshot_preview1_fd_prestat_dir_name,
    (any *)__imported_wasi_snapshot_preview1_fd_pwrite,
    (any *)__imported_wasi_snapshot_preview1_fd_read,
    (any *)__imported_wasi_snapshot_preview1_fd_readdir,
    (any *)__imported_wasi_snapshot_preview1_fd_renumber,
    (any *)__imported_wasi_snapshot_preview1_fd_seek,
    (any *)__imported_wasi_snapshot_preview1_fd_sync,
    (any *)__imported_wasi_snapshot_preview1_fd_tell,
    (any *)__imported_wasi_snapshot_preview1_fd_write,
    (any *)__imported_wasi_snapshot_preview1_path_create_directory,
    (any *)__imported_wasi_snapshot_preview1_path_filestat_get,
    (any *)__imported_wasi_snapshot_preview1_path_filestat_set_times,
    (any *)__imported_wasi_snapshot_preview1_path_link,
    (any *)__imported_wasi_snapshot_preview1_path_open,
    (any *)__imported_wasi_snapshot_preview1_path_readlink,
    (any *)__imported_wasi_snapshot_preview1_path_remove_directory,
    (any *)__imported_wasi_snapshot_preview1_path_rename,
    (any *)__imported_wasi_snapshot_preview1_path_symlink,
    (any *)__imported_wasi_snapshot_preview1_path_unlink_file,
    (any *)__imported_wasi_snapshot_preview1_poll_oneoff,
    (any *)__imported_wasi_snapshot_preview1_proc_exit,
    (any *)__imported_wasi_snapshot_preview1_proc_raise,
    (any *)__imported_wasi_snapshot_preview1_sched_yield,
    (any *)__imported_wasi_snapshot_preview1_random_get,
    (any *)__imported_wasi_snapshot_preview1_sock_accept,
    (any *)__imported_wasi_snapshot_preview1_sock_recv,
    (any *)__imported_wasi_snapshot_preview1_sock_send,
    (any *)__imported_wasi_snapshot_preview1_sock_shutdown,
};

#endif
