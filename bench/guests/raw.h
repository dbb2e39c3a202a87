/* raw.h - preview1 without libc, for guests whose every byte and instruction counts. */
#ifndef BX_RAW_H
#define BX_RAW_H

#include <stddef.h>
#include <stdint.h>

typedef struct raw_iovec {
    void *p;
    size_t n;
} raw_iovec;

#define RAW(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

RAW(args_sizes_get) uint32_t raw_args_sizes_get(size_t *ret_count, size_t *ret_bytes);
RAW(args_get) uint32_t raw_args_get(char **argv, char *block);
RAW(fd_read) uint32_t raw_fd_read(uint32_t fd, const raw_iovec *iov, size_t n, size_t *ret_n);
RAW(fd_write) uint32_t raw_fd_write(uint32_t fd, const raw_iovec *iov, size_t n, size_t *ret_n);
RAW(proc_exit) _Noreturn void raw_proc_exit(uint32_t code);

/* The command's entry; may be called again and again in one instance. */
void _start(void);

#endif
