/* Getting a module's code: who waits for what, and what ends the waiting. */
#include "sandbox/module.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "os/fd.h"
#include "sandbox/call.h"

/* (module (func (export "_start"))) */
static const char small[] = "\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\7\n\1\6_start\0\0\n\4\1\2\0\x0b";

static char dir[64], slow[80];

/* Stands for a compiler that does not come to an end, or not soon. */
static void setup(void)
{
    (void)snprintf(dir, sizeof dir, "/tmp/bx-module-test.XXXXXX");
    CHECK(mkdtemp(dir));
    (void)snprintf(slow, sizeof slow, "%s/slow", dir);
    FILE *f = fopen(slow, "we");
    CHECK(f && fputs("#!/bin/sh\nexec sleep 8\n", f) != EOF && fclose(f) == 0);
    CHECK(chmod(slow, 0700) == 0);
}

static void teardown(void)
{
    (void)unlink(slow);
    (void)rmdir(dir);
}

static bx_runtime *runtime(const char *compiler)
{
    const bx_runtime_config cfg = {.compiler = compiler, .compile_here = true};
    bx_runtime *rt = NULL;
    bx_error err;
    return bx_runtime_new(&cfg, &rt, &err) == BX_OK ? rt : NULL;
}

static bool write_small(const char *path)
{
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && bx_fd_write_full(fd, small, sizeof small - 1, NULL) == BX_OK;
    return close(fd) == 0 && ok;
}

/* ---- the deadline of a call ------------------------------------------------------------------ */

/* `wall` ends compiling, however short it is: else the call would see the compiler fail. */
static void a_short_wall_ends_compiling(void)
{
    char path[96];
    bx_error err = {.msg = ""};
    bx_runtime *rt = runtime(slow);
    bx_grant *g = NULL;
    bx_sealed *s = NULL;
    bx_module *m = NULL;
    bx_limits l = bx_limits_default();
    (void)snprintf(path, sizeof path, "%s/a.wasm", dir);
    CHECK(rt && write_small(path) && bx_grant_new(&g, &err) == BX_OK);
    CHECK(bx_grant_limit(g, BX_LIT("wall=100ms"), &err) == BX_OK);
    CHECK(bx_sealed_new(g, NULL, &s, &err) == BX_OK);
    CHECK(bx_module_open_lazy(rt, path, &l, &m, &err) == BX_OK);
    const bx_call c = {.module = m, .sealed = s, .out_fd = -1, .err_fd = -1};
    bx_outcome o;
    CHECK(bx_call_run(&c, &o, &err) == BX_OK && o.kind == BX_OUT_DEADLINE);
    CHECK(strstr(o.error, "wall=0.1s") && strstr(o.error, "while it was compiled"));
    bx_outcome_done(&o);
    bx_module_free(m);
    bx_sealed_free(s);
    bx_runtime_free(rt);
    (void)unlink(path);
}

/* ---- another call that compiles -------------------------------------------------------------- */

struct first {
    bx_module *m;
    bx_limits limits;
    bx_ctl ctl;
    bx_code rc;
};

static void *compile_first(void *arg)
{
    struct first *f = arg;
    const bx_module_use use = {.limits = &f->limits, .ctl = &f->ctl, .entry = "_start"};
    const bx_emodule *code;
    f->rc = bx_module_code(f->m, &use, &code, NULL);
    return NULL;
}

/* Code is prepared once, by whoever comes first; who waits for that is ended by its own call. */
static void who_waits_is_ended_by_its_own_call(void)
{
    char path[96];
    bx_error err = {.msg = ""};
    bx_runtime *rt = runtime(slow);
    struct first f = {.limits = bx_limits_default(), .ctl = bx_ctl_init(UINT64_MAX)};
    (void)snprintf(path, sizeof path, "%s/b.wasm", dir);
    CHECK(rt && write_small(path));
    CHECK(bx_module_open_lazy(rt, path, &f.limits, &f.m, &err) == BX_OK);
    pthread_t t;
    CHECK(pthread_create(&t, NULL, compile_first, &f) == 0);
    bx_ctl mine = bx_ctl_init(UINT64_MAX);
    const bx_module_use use = {.limits = &f.limits, .ctl = &mine, .entry = "_start"};
    const bx_emodule *code = NULL;
    bx_code rc = BX_OK;
    do { /* the other one may not have begun yet: then it is this one that compiles */
        bx_ctl_set_deadline(&mine, bx_now_ns() + 20 * BX_SEC / 1000);
        rc = bx_module_code(f.m, &use, &code, &err);
    } while (rc == BX_ETIMEOUT && !strstr(err.msg, "another call"));
    bx_code late = rc;
    bx_ctl_set_deadline(&mine, UINT64_MAX);
    bx_ctl_cancel(&mine);
    rc = bx_module_code(f.m, &use, &code, &err);
    bx_ctl_cancel(&f.ctl);
    (void)pthread_join(t, NULL);
    CHECK(late == BX_ETIMEOUT && rc == BX_ECANCELLED && strstr(err.msg, "another call"));
    CHECK(f.rc == BX_ECANCELLED);
    bx_module_free(f.m);
    bx_runtime_free(rt);
    (void)unlink(path);
}

/* ---- a file that is leased ------------------------------------------------------------------- */

/* A process that holds a write lease on `path` until somebody opens it. */
static pid_t lease_holder(const char *path)
{
    int ready[2];
    char c = 'n';
    BX_ASSERT(pipe(ready) == 0);
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t io;
        int sig, fd = open(path, O_RDWR | O_CLOEXEC);
        (void)sigemptyset(&io);
        (void)sigaddset(&io, SIGIO);
        (void)sigprocmask(SIG_BLOCK, &io, NULL);
        c = fd >= 0 && fcntl(fd, F_SETLEASE, F_WRLCK) == 0 ? 'y' : 'n';
        (void)!write(ready[1], &c, 1);
        if (c == 'y')
            (void)sigwait(&io, &sig);
        _exit(0); /* which gives the lease back */
    }
    bool held = read(ready[0], &c, 1) == 1 && c == 'y';
    (void)close(ready[0]);
    (void)close(ready[1]);
    if (!held)
        (void)waitpid(pid, NULL, 0);
    return held ? pid : -1;
}

static void a_leased_module_is_waited_for(void)
{
    char path[96];
    bx_error err = {.msg = ""};
    bx_limits l = bx_limits_default();
    bx_module *m = NULL;
    (void)snprintf(path, sizeof path, "%s/c.wasm", dir);
    CHECK(write_small(path));
    pid_t pid = lease_holder(path);
    if (pid < 0)
        SKIP("no leases on this file system");
    CHECK(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) < 0); /* the control: it is leased */
    (void)waitpid(pid, NULL, 0);
    pid = lease_holder(path);
    bx_runtime *rt = runtime(NULL);
    bx_code rc = rt ? bx_module_open(rt, path, &l, &m, &err) : BX_ENOMEM;
    if (rc != BX_OK)
        printf("# %s\n", err.msg);
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
    bx_module_free(m);
    bx_runtime_free(rt);
    (void)unlink(path);
    CHECK(rc == BX_OK);
}

BXT_MAIN(RUN(setup); RUN(a_short_wall_ends_compiling); RUN(who_waits_is_ended_by_its_own_call);
         RUN(a_leased_module_is_waited_for); RUN(teardown);)
