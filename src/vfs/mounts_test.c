/* Building a vfs: what opens, what is refused, and in which words. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vfs/testkit.h"

static bool says(const kit *k, const char *part) { return strstr(k->err.msg, part) != NULL; }

static void preopens_in_order(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/a");
    kit_mkdir(&k, "w/b");
    CHECK(kit_open(&k, "=w:/w", "store:s", "read:/w/b", "tmp", "rw:/w/a", "write:/w/b", NULL) ==
          BX_OK);
    CHECK(bx_vfs_preopen_count(k.v) == 5);
    static const char *const want[] = {"/w/b", "/w/a", "/tmp", "/store", "/"};
    for (size_t i = 0; i < 5; i++)
        CHECK(bx_str_eq(bx_vfs_preopen_path(k.v, i), S(want[i])));
    CHECK(bx_vfs_preopen_path(k.v, 5).n == 0);
    CHECK(bx_file_grant_rights(kit_pre(&k, 0)) == (BX_FS_READ | BX_FS_WRITE)); /* merged */
    bx_file *f;
    CHECK(bx_vfs_preopen(k.s, 5, &f) == BX_E_BADF);
    kit_done(&k);
}

static void nothing_granted(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=nothere:/w", NULL) == BX_OK); /* a mount nobody needs is not looked at */
    CHECK(bx_vfs_preopen_count(k.v) == 0);
    kit_done(&k);
}

static void the_longest_mount_counts(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/sub");
    kit_file(&k, "w/sub/who", "outer");
    kit_mkdir(&k, "in");
    kit_file(&k, "in/who", "inner");
    CHECK(kit_open(&k, "=w:/", "=in:/sub", "read:/sub", "read:/", NULL) == BX_OK);
    CHECK(strcmp(kit_read(kit_pre(&k, 0), "who"), "inner") == 0);
    CHECK(strcmp(kit_read(kit_pre(&k, 1), "sub/who"), "outer") == 0);
    kit_done(&k);
}

static void a_mount_through_a_link(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/f", "f");
    CHECK(symlink("w", kit_path(&k, "link")) == 0);
    CHECK(kit_open(&k, "=link:/w", "read:/w", NULL) == BX_OK); /* the operator's path may */
    CHECK(strcmp(kit_read(kit_pre(&k, 0), "f"), "f") == 0);
    kit_done(&k);
}

static void what_is_refused(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=nothere:/w", "read:/w", NULL) == BX_ENOENT &&
          says(&k, "nothere: no such directory"));
    kit_done(&k);
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "read:/w/none", NULL) == BX_ENOENT &&
          says(&k, "/w/none: no such directory"));
    kit_done(&k);
    kit_init(&k);
    CHECK(kit_open(&k, "=out/canary:/w", "read:/w", NULL) == BX_EINVAL &&
          says(&k, "is not a directory"));
    kit_done(&k);
    kit_init(&k);
    kit_file(&k, "w/file", "");
    CHECK(kit_open(&k, "=w:/w", "read:/w/file", NULL) == BX_EINVAL &&
          says(&k, "name the directory it is in"));
    kit_done(&k);
    kit_init(&k);
    CHECK(symlink("../out", kit_path(&k, "w/up")) == 0);
    CHECK(kit_open(&k, "=w:/w", "read:/w/up", NULL) == BX_EDENIED &&
          says(&k, "leads out of its mount"));
    kit_done(&k);
}

static void an_unreadable_directory(void)
{
    if (geteuid() == 0)
        return;
    kit k;
    kit_init(&k);
    CHECK(chmod(kit_path(&k, "w"), 0) == 0);
    CHECK(kit_open(&k, "=w:/w", "read:/w", NULL) == BX_EIO && k.err.sys == EACCES &&
          says(&k, "/w"));
    kit_done(&k);
}

static void a_store_needs_a_place(void)
{
    bx_error err;
    bx_grant *g;
    bx_vfs *v = NULL;
    CHECK(bx_grant_new(&g, NULL) == BX_OK && bx_grant_allow(g, S("store:s"), NULL) == BX_OK);
    CHECK(bx_grant_seal(g, NULL) == BX_OK && bx_vfs_new(g, NULL, &v, &err) == BX_EINVAL && !v);
    CHECK(strstr(err.msg, "store:s"));
    bx_grant_free(g);
}

/* The kernel answers openat2 with `answer`; everything else goes on. */
static bool without_openat2(int answer)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {BX_COUNT(code), code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

/* In a child: 0 when bx_vfs_new refused in the right words. */
static int refused_in_child(int answer, const char *words)
{
    kit k;
    kit_init(&k);
    pid_t pid = fork();
    if (pid == 0) {
        if (!without_openat2(answer))
            _exit(9);
        bx_code rc = kit_open(&k, "=w:/w", "read:/w", NULL);
        _exit(rc == BX_EUNSUPPORTED && says(&k, words) && !k.v ? 0 : 1);
    }
    int status = -1;
    (void)waitpid(pid, &status, 0);
    kit_done(&k);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_kernel_without_openat2(void)
{
    CHECK(refused_in_child(ENOSYS, "this kernel has no openat2") == 0);
    CHECK(refused_in_child(EPERM, "openat2 is blocked") == 0);
}

static void references(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "read:/w", NULL) == BX_OK);
    CHECK(bx_vfs_ref(k.v) == k.v);
    bx_vfs_unref(k.v);
    CHECK(bx_vfs_preopen_count(k.v) == 2); /* and "/" */
    bx_vfs_unref(NULL);
    bx_vfs_session_free(NULL);
    bx_file_close(NULL);
    kit_done(&k);
}

static void out_of_memory(void)
{
    kit k;
    kit_init(&k);
    CHECK(symlink(".", kit_path(&k, "w/self")) == 0);
    CHECK(kit_open(&k, "=w:/w", "=w:/x", "rw:/w", "read:/x/self", "tmp", "store:s", "deny:**/.env",
                   "deny:/w/self/k", NULL) == BX_OK);
    EACH_ALLOC_FAILS(rc, {
        bx_vfs *v = NULL;
        rc = bx_vfs_new(k.g, kit_path(&k, "store"), &v, &k.err);
        bx_vfs_unref(v);
    });
    EACH_ALLOC_FAILS(rc, {
        bx_vfs_session *s = NULL;
        rc = bx_vfs_session_new(k.v, &k.limits, NULL, NULL, &s, &k.err);
        bx_vfs_session_free(s);
    });
    kit_done(&k);
}

/* The kernel kills at any call that could have to do with files. */
static bool no_file_calls(void)
{
    static const long refused[] = {
        SYS_openat,     SYS_openat2, SYS_read,  SYS_readlinkat,    SYS_fstat,
        SYS_newfstatat, SYS_statx,   SYS_flock, SYS_fcntl,         SYS_getdents64,
        SYS_close,      SYS_dup,     SYS_ioctl, SYS_clock_gettime,
#ifdef SYS_open
        SYS_open,       SYS_stat,    SYS_lstat, SYS_readlink,      SYS_access,
#endif
    };
    struct sock_filter code[2 * BX_COUNT(refused) + 2] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    size_t n = 1;
    for (size_t i = 0; i < BX_COUNT(refused); i++) {
        code[n++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused[i], 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog prog = {(unsigned short)n, code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

static int session_in_child(const kit *k, bool look)
{
    pid_t pid = fork();
    if (pid == 0) {
        bx_vfs_session *s = NULL;
        bx_file *f = NULL;
        bx_stat st;
        if (!no_file_calls())
            _exit(9);
        bool ok = bx_vfs_session_new(k->v, &k->limits, NULL, NULL, &s, NULL) == BX_OK &&
                  bx_vfs_preopen(s, 0, &f) == BX_E_SUCCESS &&
                  bx_vfs_preopen(s, 1, &f) == BX_E_SUCCESS;
        if (ok && look)
            (void)bx_file_stat(f, &st);
        bx_vfs_session_free(s);
        _exit(ok ? 0 : 1);
    }
    int status = -1;
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_session_is_cheap(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/b");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "read:/w/b", "tmp", "deny:**/.env", NULL) == BX_OK);
    bx_test_fail_alloc = 1; /* the second would fail */
    bx_vfs_session *s = NULL;
    bx_code rc = bx_vfs_session_new(k.v, &k.limits, NULL, NULL, &s, &k.err);
    bx_file *f;
    bx_errno e = bx_vfs_preopen(s, 0, &f) | bx_vfs_preopen(s, 1, &f);
    bx_test_fail_alloc = -1;
    bx_vfs_session_free(s);
    CHECK(rc == BX_OK && e == BX_E_SUCCESS);
    CHECK(session_in_child(&k, false) == 0);
    CHECK(session_in_child(&k, true) == -1); /* control: one system call is noticed */
    kit_done(&k);
}

/* write:/w and read:/w/pub: a handle got through /w/pub, moved to where only writing is granted. */
static void a_moved_handle_has_the_rights_of_its_place(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/pub");
    kit_file(&k, "w/secret", "SECRET");
    kit_file(&k, "w/pub/ok", "hello");
    CHECK(kit_open(&k, "=w:/w", "write:/w", "read:/w/pub", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0), *pub = kit_pre(&k, 1), *d;
    CHECK(strcmp(kit_read(pub, "ok"), "hello") == 0);
    CHECK(bx_vfs_mkdir_at(w, S("pub/d")) == BX_E_SUCCESS && kit_put(w, "pub/d/own", "x") == 0);
    CHECK(bx_vfs_symlink_at(S("own"), w, S("pub/d/link")) == BX_E_SUCCESS);
    CHECK(kit_try(pub, "d", "d", &d) == BX_E_SUCCESS);
    char list[64], to[8];
    size_t n;
    CHECK(kit_opens(d, "own", "r") == BX_E_SUCCESS); /* control: before the move */
    CHECK(kit_list(d, list, sizeof list) == BX_E_SUCCESS);
    CHECK(bx_vfs_readlink_at(d, S("link"), to, sizeof to, &n) == BX_E_SUCCESS);
    CHECK(bx_vfs_rename_at(w, S("pub/d"), w, S("moved")) == BX_E_SUCCESS);
    CHECK(bx_vfs_rename_at(w, S("secret"), w, S("moved/secret")) == BX_E_SUCCESS);
    CHECK(kit_opens(d, "secret", "r") == BX_E_PERM && kit_opens(d, "own", "r") == BX_E_PERM);
    CHECK(kit_list(d, list, sizeof list) == BX_E_PERM);
    CHECK(bx_vfs_readlink_at(d, S("link"), to, sizeof to, &n) == BX_E_PERM);
    kit_done(&k);
}

/* The other way round: what may be written through a handle is what its place allows. */
static void a_moved_handle_does_not_write(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/out");
    kit_mkdir(&k, "w/out/d");
    kit_file(&k, "w/out/d/f", "x");
    CHECK(kit_open(&k, "=w:/w", "read:/w", "rw:/w/out", NULL) == BX_OK);
    bx_file *out = kit_pre(&k, 1), *d;
    CHECK(kit_try(out, "d", "d", &d) == BX_E_SUCCESS);
    CHECK(kit_put(d, "new", "1") == BX_E_SUCCESS);                    /* control */
    CHECK(rename(kit_path(&k, "w/out/d"), kit_path(&k, "w/d")) == 0); /* the host moves it */
    bx_set_time now = {.kind = BX_TIME_NOW};
    CHECK(kit_put(d, "new2", "1") == BX_E_PERM && kit_opens(d, "f", "w") == BX_E_PERM);
    CHECK(bx_vfs_mkdir_at(d, S("e")) == BX_E_PERM && bx_vfs_unlink_at(d, S("f")) == BX_E_PERM);
    CHECK(bx_vfs_set_times_at(d, S("f"), false, now, now) == BX_E_PERM);
    CHECK(kit_opens(d, "f", "r") == BX_E_SUCCESS); /* reading is still allowed there */
    kit_done(&k);
}

BXT_MAIN(RUN(preopens_in_order); RUN(nothing_granted); RUN(the_longest_mount_counts);
         RUN(a_mount_through_a_link); RUN(what_is_refused); RUN(an_unreadable_directory);
         RUN(a_store_needs_a_place); RUN(a_kernel_without_openat2); RUN(references);
         RUN(out_of_memory); RUN(a_session_is_cheap);
         RUN(a_moved_handle_has_the_rights_of_its_place); RUN(a_moved_handle_does_not_write);)
