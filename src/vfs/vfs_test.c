#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "vfs/testkit.h"

static void smoke(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/a", "hello");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "tmp:1MiB", "deny:**/.env", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0), *t = kit_pre(&k, 1);
    CHECK(strcmp(kit_read(w, "a"), "hello") == 0);
    CHECK(kit_put(w, "b", "new") == BX_E_SUCCESS);
    CHECK(kit_has(&k, "w/b", "new"));
    CHECK(kit_put(t, "b", "new") == BX_E_SUCCESS);
    CHECK(strcmp(kit_read(t, "b"), "new") == 0);
    CHECK(kit_opens(w, "../out/canary", "r") == BX_E_PERM);
    CHECK(kit_opens(t, "../out/canary", "r") == BX_E_PERM);
    CHECK(kit_put(w, ".env", "x") == BX_E_ACCES);
    CHECK(kit_put(t, ".env", "x") == BX_E_ACCES);
    char list[256];
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS);
    CHECK(strlen(list) == 4);
    kit_done(&k);
}

/* How a child that does `what` ends: 0, or the signal. */
static int ends(void (*what)(kit *k), kit *k)
{
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)close(STDERR_FILENO);
        what(k);
        _exit(0);
    }
    int status = -1;
    (void)waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void nothing_wrong(kit *k) { (void)bx_file_type(kit_pre(k, 0)); }
static void session_as_file(kit *k) { (void)bx_file_type((bx_file *)(void *)k->s); }
static void file_as_session(kit *k)
{
    (void)bx_vfs_counters((bx_vfs_session *)(void *)kit_pre(k, 0));
}
static void no_file(kit *k)
{
    (void)k;
    (void)bx_file_sync(NULL, false);
}
static void vfs_twice(kit *k)
{
    bx_vfs *v = k->v;
    v->refs = 1;
    BX_CLEAR_MAGIC(v); /* what bx_vfs_unref leaves behind */
    bx_vfs_unref(v);
}
static void file_after_close(kit *k)
{
    bx_file *f = kit_pre(k, 0);
    BX_CLEAR_MAGIC(f);
    (void)bx_vfs_mkdir_at(f, BX_LIT("d"));
}

static void misuse_ends_at_the_door(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/a", "hello");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    static void (*const wrong[])(kit *) = {session_as_file, file_as_session, no_file, vfs_twice,
                                           file_after_close};
    CHECK(ends(nothing_wrong, &k) == 0); /* control */
    for (size_t i = 0; i < BX_COUNT(wrong); i++)
        CHECK(ends(wrong[i], &k) == SIGABRT);
    kit_done(&k);
}

BXT_MAIN(RUN(smoke); RUN(misuse_ends_at_the_door);)
