/* One program that is many: what it does is its first argument.  For the tests of programs that
 * start programs; as a child it is started under the name "spawn" again. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/nested.h"
#include "lib/process.h"

#define STR(z) ((bx_str){z, strlen(z)})
enum { MAX_ARGS = 16 };

extern char **environ;

typedef struct child {
    const char *args[MAX_ARGS];
    int in, out;
    const char *cwd;
    uint32_t flags;
} child;

static int start(const child *c, int32_t *pid)
{
    bx_str args[MAX_ARGS + 1] = {STR("spawn")}, env[64];
    size_t n = 1, n_env = 0;
    for (; c->args[n - 1]; n++)
        args[n] = STR(c->args[n - 1]);
    for (; environ && environ[n_env] && n_env < 64; n_env++)
        env[n_env] = STR(environ[n_env]);
    const bx_fd_map fds[] = {{0, c->in}, {1, c->out}, {2, 2}};
    const bx_start s = {.size = sizeof s,
                        .flags = c->flags,
                        .name = STR("spawn"),
                        .args = args,
                        .n_args = n,
                        .env = env,
                        .n_env = n_env,
                        .cwd = c->cwd ? STR(c->cwd) : STR(""),
                        .fds = fds,
                        .n_fds = 3};
    return bx_process_start(&s, pid);
}

static void tell(const char *what, int32_t pid)
{
    bx_ended e;
    int error = bx_process_wait(pid, BX_WAIT_FOREVER, &e);
    if (error)
        printf("%s: %s\n", what, strerror(error));
    else
        printf("%s: kind %u code %d signal %u\n", what, e.kind, (int)e.code, e.signal);
    fflush(stdout);
}

/* Start one with these arguments and say how it ended. */
static int do_run(char **argv)
{
    child c = {.in = 0, .out = 1};
    int32_t pid;
    for (size_t i = 0; argv[i] && i < MAX_ARGS - 1; i++)
        c.args[i] = argv[i];
    int error = start(&c, &pid);
    if (error) {
        printf("not started: %s\n", strerror(error));
        return 1;
    }
    tell("ended", pid);
    return 0;
}

/* flood N | count [ | count ]: the stages are waited for in order. */
static int do_pipe(char **argv)
{
    int p[2], q[2];
    int32_t a, b, c;
    if (bx_process_pipe(0, p) || bx_process_pipe(0, q))
        return 1;
    int error = start(&(child){.args = {"flood", argv[0]}, .in = 0, .out = p[1]}, &a);
    if (!error)
        error = start(&(child){.args = {"copy"}, .in = p[0], .out = q[1]}, &b);
    if (!error)
        error = start(&(child){.args = {argv[1] ? argv[1] : "count"}, .in = q[0], .out = 1}, &c);
    if (error) {
        printf("not started: %s\n", strerror(error));
        return 1;
    }
    close(p[0]), close(p[1]), close(q[0]), close(q[1]);
    tell("first", a);
    tell("second", b);
    tell("third", c);
    return 0;
}

/* What a child writes is read by this one itself. */
static int do_read(char **argv)
{
    int p[2];
    int32_t a;
    char buf[4096];
    size_t sum = 0;
    ssize_t n;
    if (bx_process_pipe(argv[1] ? BX_PIPE_GROWS : 0, p) ||
        start(&(child){.args = {"flood", argv[0]}, .in = 0, .out = p[1]}, &a))
        return 1;
    close(p[1]);
    if (argv[1]) /* it waits for the end first */
        tell("writer", a);
    while ((n = read(p[0], buf, sizeof buf)) > 0)
        sum += (size_t)n;
    printf("%zu bytes\n", sum);
    if (!argv[1])
        tell("writer", a);
    return 0;
}

static int do_flood(char **argv)
{
    char line[100];
    long n = argv[0] ? strtol(argv[0], NULL, 10) : 0;
    memset(line, 'x', sizeof line);
    line[99] = '\n';
    for (; n > 0; n -= 100) {
        if (write(1, line, n < 100 ? (size_t)n : 100) < 0)
            return 3;
    }
    return 0;
}

static int do_copy(void)
{
    static char buf[65536];
    ssize_t n;
    while ((n = read(0, buf, sizeof buf)) > 0) {
        for (ssize_t at = 0, k; at < n; at += k) {
            k = write(1, buf + at, (size_t)(n - at));
            if (k < 0)
                return 3;
        }
    }
    return 0;
}

static int do_count(void)
{
    static char buf[65536];
    size_t sum = 0;
    ssize_t n;
    while ((n = read(0, buf, sizeof buf)) > 0)
        sum += (size_t)n;
    printf("%zu\n", sum);
    return 0;
}

static int do_kill(char **argv)
{
    int32_t pid;
    int sig = argv[0] ? (int)strtol(argv[0], NULL, 10) : 15;
    if (start(&(child){.args = {argv[1] ? argv[1] : "spin"},
                       .in = 0,
                       .out = 1,
                       .flags = BX_START_BACKGROUND},
              &pid))
        return 1;
    bx_ended e;
    int error = bx_process_wait(pid, 30000000, &e);
    printf("waited: %s\n", strerror(error));
    printf("kill: %s\n", strerror(bx_process_kill(pid, sig)));
    fflush(stdout);
    tell("ended", pid);
    return 0;
}

/* Kill one that waits for another. */
static int do_kill_waiting(void)
{
    int32_t pid;
    if (start(
            &(child){
                .args = {"run", "run", "sleep"}, .in = 0, .out = 1, .flags = BX_START_BACKGROUND},
            &pid))
        return 1;
    (void)poll(NULL, 0, 100);
    printf("kill: %s\n", strerror(bx_process_kill(pid, 15)));
    fflush(stdout);
    tell("ended", pid);
    return 0;
}

/* Kill who waits for this one, and go on. */
static int do_kill_parent(void)
{
    int32_t self, parent;
    bx_process_self(&self, &parent);
    (void)bx_process_kill(parent, 15);
    for (volatile int i = 0;; i++)
        ;
}

static int do_catch(void)
{
    uint64_t pending = 0;
    int32_t self, parent;
    bx_process_self(&self, &parent);
    (void)bx_process_signals(UINT64_C(1) << 10, &pending);
    (void)bx_process_kill(self, 10);
    (void)bx_process_signals(UINT64_C(1) << 10, &pending);
    printf("pid %d parent %d pending %llu\n", self, parent, (unsigned long long)pending);
    fflush(stdout);
    printf("64: %s\n", strerror(bx_process_kill(self, 64)));
    fflush(stdout);
    (void)bx_process_kill(self, 12);
    printf("not reached\n");
    return 0;
}

static int do_bomb(char **argv)
{
    long depth = argv[0] ? strtol(argv[0], NULL, 10) : 0;
    char next[16];
    int32_t pid;
    snprintf(next, sizeof next, "%ld", depth + 1);
    int error = start(&(child){.args = {"bomb", next}, .in = 0, .out = 1}, &pid);
    if (error) {
        printf("depth %ld: %s\n", depth, strerror(error));
        return 0;
    }
    bx_ended e;
    return bx_process_wait(pid, BX_WAIT_FOREVER, &e);
}

static int do_many(char **argv)
{
    long n = strtol(argv[0], NULL, 10), started = 0;
    int32_t pid = 0;
    int error = 0;
    for (; started < n && !error; started += !error)
        error = start(&(child){.args = {"exit", "0"},
                               .in = 0,
                               .out = 1,
                               .flags = argv[1] ? BX_START_BACKGROUND : 0},
                      &pid);
    printf("%ld started: %s\n", started, strerror(error));
    bx_ended e;
    long ended = 0;
    while (bx_process_wait(BX_WAIT_ANY, BX_WAIT_FOREVER, &e) == 0)
        ended++;
    printf("%ld ended\n", ended);
    return 0;
}

/* One after the other. */
static int do_loop(char **argv)
{
    long n = strtol(argv[0], NULL, 10);
    for (long i = 0; i < n; i++) {
        int32_t pid;
        bx_ended e;
        int error = start(&(child){.args = {"exit", "0"}, .in = 0, .out = 1}, &pid);
        if (!error)
            error = bx_process_wait(pid, BX_WAIT_FOREVER, &e);
        if (error) {
            printf("%ld: %s\n", i, strerror(error));
            return 1;
        }
    }
    return 0;
}

static int do_ls(char **argv)
{
    struct stat st;
    char text[64] = "";
    for (; *argv; argv++) {
        int fd = open(*argv, O_RDONLY);
        ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
        if (n >= 0)
            text[n] = '\0';
        printf("%s: %s, %s\n", *argv, stat(*argv, &st) == 0 ? "there" : strerror(errno),
               n >= 0 ? text : strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    return 0;
}

static int do_write(char **argv)
{
    int fd = open(argv[0], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || write(fd, argv[1], strlen(argv[1])) < 0) {
        printf("%s: %s\n", argv[0], strerror(errno));
        return 1;
    }
    printf("%s: written\n", argv[0]);
    return 0;
}

static int do_in(char **argv)
{
    int32_t pid;
    child c = {.in = 0, .out = 1, .cwd = argv[0]};
    for (size_t i = 1; argv[i] && i < MAX_ARGS; i++)
        c.args[i - 1] = argv[i];
    int error = start(&c, &pid);
    if (error) {
        printf("not started: %s\n", strerror(error));
        return 1;
    }
    tell("ended", pid);
    return 0;
}

static int do_orphan(void)
{
    int32_t pid;
    if (start(&(child){.args = {"spin"}, .in = 0, .out = 1, .flags = BX_START_BACKGROUND}, &pid))
        return 1;
    printf("left behind\n");
    return 0;
}

/* N at once call a tool each. */
static int do_call_at_once(char **argv)
{
    int32_t pid;
    bx_ended e;
    for (long n = strtol(argv[0], NULL, 10); n > 0; n--) {
        if (start(&(child){.args = {"call", argv[1], argv[2]},
                           .in = 0,
                           .out = 1,
                           .flags = BX_START_BACKGROUND},
                  &pid))
            return 1;
    }
    while (bx_process_wait(BX_WAIT_ANY, BX_WAIT_FOREVER, &e) == 0)
        ;
    return 0;
}

/* Have so many megabytes for so many milliseconds. */
static int do_hold(char **argv)
{
    size_t size = (size_t)strtol(argv[0], NULL, 10) << 20;
    char *volatile p = malloc(size);
    if (!p) {
        printf("no memory\n");
        return 9;
    }
    memset((char *)p, 1, size);
    (void)poll(NULL, 0, (int)strtol(argv[1], NULL, 10));
    printf("held\n");
    return 0;
}

/* Programs with a megabyte of arguments each, which nobody waits for. */
static int do_zombies(char **argv)
{
    enum { SIZE = 1 << 20 };
    static char text[SIZE];
    const bx_fd_map fds[] = {{1, 1}};
    memset(text, 'x', sizeof text);
    const bx_str args[] = {STR("spawn"), STR("exit"), STR("0"), {text, sizeof text}};
    const bx_start s = {.size = sizeof s,
                        .flags = BX_START_BACKGROUND,
                        .name = STR("spawn"),
                        .args = args,
                        .n_args = 4,
                        .cwd = STR(""),
                        .fds = fds,
                        .n_fds = 1};
    int32_t pid;
    int error = 0;
    for (long n = strtol(argv[0], NULL, 10); n > 0; n -= !error) {
        error = bx_process_start(&s, &pid);
        if (error && (error != EAGAIN && error != ENOMEM))
            break;
        if (error)
            (void)poll(NULL, 0, 1);
    }
    printf("%s\n", strerror(error));
    return 0;
}

/* As many arguments as there may be, and all of them the same 64 MiB. */
static int do_huge(void)
{
    __attribute__((import_module("boxagnts"), import_name("start"))) int32_t raw_start(
        const uint32_t *spec, int32_t *ret);
    enum { SIZE = 64 << 20, N = 65536 };
    static uint32_t args[N][2];
    char *text = malloc(SIZE);
    int32_t pid;
    if (!text)
        return 1;
    memset(text, 'x', SIZE);
    for (size_t i = 0; i < N; i++) {
        args[i][0] = (uint32_t)(uintptr_t)text;
        args[i][1] = SIZE;
    }
    uint32_t name = (uint32_t)(uintptr_t)"spawn", list = (uint32_t)(uintptr_t)args;
    const uint32_t spec[12] = {48, 0, name, 5, list, N};
    printf("not started: %s\n", strerror(raw_start(spec, &pid)));
    return 0;
}

/* Whatever is refused, it starts others of its kind without an end; the first one only a few. */
static int do_breed(char **argv)
{
    int32_t pid;
    long n = argv[0] ? strtol(argv[0], NULL, 10) : -1;
    for (; n != 0; n -= n > 0)
        (void)start(&(child){.args = {"breed"}, .in = 0, .out = 1, .flags = BX_START_BACKGROUND},
                    &pid);
    return poll(NULL, 0, 30);
}

static int do_call(char **argv)
{
    static char text[65536];
    size_t n = 0;
    bx_call_status s = bx_call(argv[0], strlen(argv[0]), argv[1], strlen(argv[1]), &n);
    n = bx_call_read(0, text, n < sizeof text ? n : sizeof text);
    printf("%d %.*s\n", (int)s, (int)n, text);
    return 0;
}

static int do_eat(void)
{
    for (size_t n = 0;; n += 1 << 20) {
        char *volatile p = malloc(1 << 20);
        if (!p) {
            printf("out of memory after %zu MiB\n", n >> 20);
            return 9;
        }
        memset((char *)p, 1, 1 << 20);
    }
}

int main(int argc, char **argv)
{
    static char *none[] = {NULL, NULL, NULL};
    const char *what = argc > 1 ? argv[1] : "";
    char **rest = argc > 2 ? argv + 2 : none;
    if (!getenv("NO_ENTER"))
        bx_process_enter_cwd();
#define IS(z) (strcmp(what, z) == 0)
    if (IS("exit"))
        return (int)strtol(rest[0], NULL, 10);
    if (IS("run"))
        return do_run(rest);
    if (IS("pipe"))
        return do_pipe(rest);
    if (IS("read"))
        return do_read(rest);
    if (IS("flood"))
        return do_flood(rest);
    if (IS("copy"))
        return do_copy();
    if (IS("count"))
        return do_count();
    if (IS("head")) {
        char c;
        return read(0, &c, 1) == 1 ? 0 : 1;
    }
    if (IS("kill"))
        return do_kill(rest);
    if (IS("kill-waiting"))
        return do_kill_waiting();
    if (IS("kill-parent"))
        return do_kill_parent();
    if (IS("catch"))
        return do_catch();
    if (IS("bomb"))
        return do_bomb(rest);
    if (IS("many"))
        return do_many(rest);
    if (IS("loop"))
        return do_loop(rest);
    if (IS("ls"))
        return do_ls(rest);
    if (IS("write"))
        return do_write(rest);
    if (IS("in"))
        return do_in(rest);
    if (IS("orphan"))
        return do_orphan();
    if (IS("call-at-once"))
        return do_call_at_once(rest);
    if (IS("hold"))
        return do_hold(rest);
    if (IS("zombies"))
        return do_zombies(rest);
    if (IS("huge"))
        return do_huge();
    if (IS("breed"))
        return do_breed(rest);
    if (IS("call"))
        return do_call(rest);
    if (IS("twice"))
        return do_call(rest) | do_call(rest);
    if (IS("eat"))
        return do_eat();
    if (IS("sleep"))
        return poll(NULL, 0, rest[0] ? (int)strtol(rest[0], NULL, 10) : 100000);
    if (IS("trap"))
        __builtin_trap();
    for (volatile int i = 0; IS("spin"); i++)
        ;
    if (IS("say"))
        return puts(rest[0] ? rest[0] : "") < 0;
    return 64;
}
