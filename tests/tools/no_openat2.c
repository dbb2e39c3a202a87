/* no_openat2 PROGRAM [ARGUMENT...] - run a program on a kernel that seems to lack openat2.
 *
 * A seccomp filter answers ENOSYS to that one system call; it is inherited by every child.  The
 * end-to-end tests run once more below it, because old kernels and many container profiles behave
 * exactly so. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#else
#error "add this architecture's AUDIT_ARCH"
#endif

static struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 0, 3),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static int fail(const char *what)
{
    fprintf(stderr, "no_openat2: %s: %s\n", what, strerror(errno));
    return 125;
}

int main(int argc, char **argv)
{
    const struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};

    if (argc < 2) {
        fprintf(stderr, "usage: no_openat2 PROGRAM [ARGUMENT...]\n");
        return 125;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fail("PR_SET_NO_NEW_PRIVS");
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return fail("PR_SET_SECCOMP");
    errno = 0; /* the filter must be at work, or the run below it would prove nothing */
    if (syscall(SYS_openat2, -1, "", NULL, (size_t)0) != -1 || errno != ENOSYS)
        return fail("the filter has no effect");
    execvp(argv[1], argv + 1);
    return fail(argv[1]);
}
