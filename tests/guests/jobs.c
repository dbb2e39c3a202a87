/* Tool calls and HTTP exchanges beside the caller, and one wait for them: what it does is its first
 * argument.  For tests/e2e/jobs_test.py and src/sandbox/job_test.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/jobs.h"
#include "lib/nested.h"
#include "lib/process.h"

enum { MOST = 300 };
#define STR(z)  ((bx_str){z, strlen(z)})
#define FOREVER UINT64_MAX

extern char **environ;

static uint64_t number(const char *z) { return strtoull(z ? z : "0", NULL, 10); }

static uint32_t begin_call(const char *name, const char *input)
{
    uint32_t id = 0;
    int e = bx_call_start(name, strlen(name), input, strlen(input), &id);
    if (e != 0)
        printf("not started: %s\n", strerror(e));
    return id;
}

static uint32_t begin_http(const char *url, const char *headers, bx_str body, uint64_t timeout_ms)
{
    uint32_t id = 0;
    const bx_http_spec spec = {.size = sizeof spec,
                               .method = body.p ? STR("POST") : STR("GET"),
                               .url = STR(url),
                               .headers = STR(headers),
                               .body = body,
                               .has_body = body.p != NULL,
                               .timeout_ns = timeout_ms * 1000000};
    int e = bx_http_start(&spec, &id);
    if (e != 0)
        printf("not started: %s\n", strerror(e));
    return id;
}

static int wait_for(uint32_t id, uint64_t timeout_ns)
{
    bx_ready_sub s = {.kind = BX_READY_JOB, .id = id};
    size_t n = 0;
    int e = bx_ready(&s, 1, timeout_ns, &n);
    return e ? e : n == 1 ? 0 : ETIMEDOUT;
}

/* Read to the end, waiting; how it ended. */
static int drain(uint32_t id, uint64_t *ret_bytes, char *first, size_t cap)
{
    static char piece[65536];
    size_t n = 0, kept = 0;
    *ret_bytes = 0;
    for (;;) {
        int e = bx_job_read(id, piece, sizeof piece, &n);
        if (e == EAGAIN && (e = wait_for(id, FOREVER)) == 0)
            continue;
        if (e != 0 || n == 0) {
            first[kept] = '\0';
            return e;
        }
        *ret_bytes += n;
        size_t k = n < cap - 1 - kept ? n : cap - 1 - kept;
        memcpy(first + kept, piece, k);
        kept += k;
    }
}

static void tell(uint32_t id)
{
    bx_job_info info;
    char head[4096], first[400];
    size_t n = 0;
    uint64_t bytes;
    int e = bx_job_state(id, &info);
    if (e != 0) {
        printf("state: %s\n", strerror(e));
        return;
    }
    if (info.progress == BX_JOB_FAILED) {
        if (bx_job_head(id, head, sizeof head - 1, &n) != 0)
            n = 0;
        head[n < sizeof head - 1 ? n : sizeof head - 1] = '\0';
        printf("failed: status %u why %u: %s\n", info.status, info.why, head);
        return;
    }
    if (info.kind == BX_JOB_HTTP && bx_job_head(id, head, sizeof head - 1, &n) == 0) {
        head[n < sizeof head - 1 ? n : sizeof head - 1] = '\0';
        printf("%.3s ", head);
    }
    e = drain(id, &bytes, first, sizeof first);
    for (char *c = first; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    printf("%s: %llu bytes: %.200s\n", e ? strerror(e) : "ended", (unsigned long long)bytes, first);
}

/* In the order they were begun; all are under way before the first is looked at. */
static void tell_all(uint32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int e = ids[i] ? wait_for(ids[i], FOREVER) : 0;
        if (e)
            printf("wait: %s\n", strerror(e));
        if (ids[i])
            tell(ids[i]);
        fflush(stdout);
    }
}

static int do_calls(char **argv) /* N TOOL JSON */
{
    uint32_t ids[MOST];
    size_t n = (size_t)number(argv[0]);
    for (size_t i = 0; i < n && i < MOST; i++)
        ids[i] = begin_call(argv[1], argv[2]);
    tell_all(ids, n);
    return 0;
}

static int do_calls_in_turn(char **argv)
{
    for (size_t n = (size_t)number(argv[0]); n > 0; n--) {
        uint32_t id = begin_call(argv[1], argv[2]);
        tell_all(&id, 1);
    }
    return 0;
}

static int do_http(char **argv) /* N URL [TIMEOUT-MS] */
{
    uint32_t ids[MOST];
    size_t n = (size_t)number(argv[0]);
    for (size_t i = 0; i < n && i < MOST; i++)
        ids[i] = begin_http(argv[1], "", (bx_str){NULL, 0}, number(argv[2]));
    tell_all(ids, n);
    return 0;
}

static int do_http_in_turn(char **argv)
{
    for (size_t n = (size_t)number(argv[0]); n > 0; n--) {
        uint32_t id = begin_http(argv[1], "", (bx_str){NULL, 0}, number(argv[2]));
        tell_all(&id, 1);
    }
    return 0;
}

static int do_post(char **argv) /* BYTES URL HEADERS */
{
    size_t n = (size_t)number(argv[0]);
    char *body = malloc(n + 1);
    if (!body)
        return 1;
    memset(body, 'x', n);
    uint32_t id = begin_http(argv[1], argv[2] ? argv[2] : "", (bx_str){body, n}, 0);
    free(body); /* it was copied */
    tell_all(&id, 1);
    return 0;
}

/* A call and an exchange beside each other, in one wait. */
static int do_both(char **argv) /* URL TOOL JSON */
{
    bx_ready_sub s[2] = {
        {.kind = BX_READY_JOB, .id = begin_http(argv[0], "", (bx_str){NULL, 0}, 0)},
        {.kind = BX_READY_JOB, .id = begin_call(argv[1], argv[2])}};
    size_t n = 0;
    int e = bx_ready(s, 2, FOREVER, &n);
    printf("%s: %zu\n", e ? strerror(e) : "ready", n);
    const uint32_t ids[] = {s[0].id, s[1].id};
    tell_all((uint32_t *)ids, 2);
    return 0;
}

static int do_leave(char **argv) /* N TOOL JSON [URL] */
{
    for (size_t n = (size_t)number(argv[0]); n > 0; n--) {
        (void)begin_call(argv[1], argv[2]);
        if (argv[3])
            (void)begin_http(argv[3], "", (bx_str){NULL, 0}, 0);
    }
    puts("left");
    return 0;
}

/* Begin, look whether it runs, drop; then it is gone. */
static int do_drop(char **argv) /* N TOOL JSON */
{
    for (size_t n = (size_t)number(argv[0]); n > 0; n--) {
        uint32_t id = begin_call(argv[1], argv[2]);
        bx_job_info info;
        int e = wait_for(id, 2000000);
        int s = bx_job_state(id, &info), d = bx_job_drop(id), again = bx_job_drop(id);
        printf("%s %u %d %d %s\n", e ? strerror(e) : "over", s ? 99 : info.progress, s, d,
               strerror(again));
    }
    return 0;
}

static int do_many(char **argv) /* N AT-ONCE TOOL JSON */
{
    uint64_t n = number(argv[0]), ended = 0, begun = 0;
    uint32_t ids[MOST] = {0}, last = 0;
    size_t at_once = (size_t)number(argv[1]);
    bool grows = true;
    while (ended < n) {
        bx_ready_sub subs[MOST];
        size_t k = 0, ready = 0;
        for (size_t i = 0; i < at_once; i++) {
            if (!ids[i] && begun < n) {
                if (bx_call_start(argv[2], strlen(argv[2]), argv[3], strlen(argv[3]), &ids[i]) != 0)
                    return 1;
                grows = grows && ids[i] != last && ids[i] != 0;
                last = ids[i];
                begun++;
            }
            if (ids[i])
                subs[k++] = (bx_ready_sub){.kind = BX_READY_JOB, .id = ids[i]};
        }
        if (bx_ready(subs, k, FOREVER, &ready) != 0 || ready == 0)
            return 2;
        for (size_t i = 0; i < at_once; i++) {
            bx_job_info info;
            if (!ids[i] || bx_job_state(ids[i], &info) != 0 || info.progress < BX_JOB_ENDED)
                continue;
            ended += info.progress == BX_JOB_ENDED || info.status != BX_CALL_OK;
            if (bx_job_drop(ids[i]) != 0)
                return 3;
            ids[i] = 0;
        }
    }
    printf("%llu ended%s\n", (unsigned long long)ended, grows ? "" : ", a number twice");
    return 0;
}

static int do_most(char **argv) /* TOOL JSON */
{
    uint32_t id = 0, begun = 0;
    int e = 0;
    while (e == 0 && begun < 1000) {
        e = bx_call_start(argv[0], strlen(argv[0]), argv[1], strlen(argv[1]), &id);
        begun += e == 0;
    }
    printf("%u begun: %s\n", begun, strerror(e));
    e = bx_job_drop(id);
    printf("%s ", strerror(e));
    e = bx_call_start(argv[0], strlen(argv[0]), argv[1], strlen(argv[1]), &id);
    printf("%s\n", strerror(e));
    return 0;
}

static int start_self(const char *what, int in, int out, int32_t *pid)
{
    const bx_str args[] = {STR("jobs"), STR(what)};
    const bx_fd_map fds[] = {{0, in}, {1, out}, {2, 2}};
    const bx_start s = {
        .size = sizeof s, .name = STR("jobs"), .args = args, .n_args = 2, .fds = fds, .n_fds = 3};
    return bx_process_start(&s, pid);
}

static void show(const char *what, int e, const bx_ready_sub *s, size_t n, size_t ready)
{
    printf("%s: %s %zu:", what, e ? strerror(e) : "ok", ready);
    for (size_t i = 0; i < n && !e; i++)
        printf(" %u/%u", s[i].ready, s[i].flags);
    printf("\n");
}

/* Children, pipes, jobs, standard input and time in one wait. */
static int do_mixed(char **argv) /* TOOL JSON */
{
    int p[2];
    int32_t pid = 0;
    size_t n = 0;
    char c[8];
    if (bx_process_pipe(0, p) != 0 || start_self("say", 0, p[1], &pid) != 0)
        return 1;
    close(p[1]);
    bx_ready_sub s[] = {{.kind = BX_READY_READ, .id = (uint32_t)p[0]},
                        {.kind = BX_READY_CHILD, .id = (uint32_t)pid},
                        {.kind = BX_READY_CHILD, .id = 77},
                        {.kind = BX_READY_JOB, .id = 12345},
                        {.kind = BX_READY_READ, .id = 4000},
                        {.kind = BX_READY_WRITE, .id = (uint32_t)p[0]}};
    int e = bx_ready(s + 2, 4, FOREVER, &n);
    show("bad", e, s + 2, 4, n);
    e = bx_ready(s, 1, FOREVER, &n);
    show("pipe", e, s, 1, n);
    n = (size_t)read(p[0], c, sizeof c);
    e = bx_ready(s + 1, 1, FOREVER, &n);
    show("child", e, s + 1, 1, n);
    e = bx_ready(s, 2, FOREVER, &n);
    show("both", e, s, 2, n);
    bx_ended ended;
    e = bx_process_wait(pid, BX_WAIT_FOREVER, &ended);
    printf("wait: %s\n", e ? strerror(e) : "ok");
    e = bx_ready(NULL, 0, 1000000, &n);
    show("sleep", e, NULL, 0, n);
    s[0] = (bx_ready_sub){.kind = BX_READY_JOB, .id = begin_call(argv[0], argv[1])};
    s[1] = (bx_ready_sub){.kind = BX_READY_READ, .id = 0}; /* nothing comes */
    e = bx_ready(s, 2, FOREVER, &n);
    show("job beside standard input", e, s, 2, n);
    tell(s[0].id);
    s[0] = (bx_ready_sub){.kind = 9};
    e = bx_ready(s, 1, 0, &n);
    printf("kind 9: %s\n", strerror(e));
    return 0;
}

static int do_sleep(char **argv) /* NS: how long that took on the guest's clock, in ms */
{
    struct timespec a, b;
    size_t n = 9;
    (void)clock_gettime(CLOCK_MONOTONIC, &a);
    int e = bx_ready(NULL, 0, number(argv[0]), &n);
    (void)clock_gettime(CLOCK_MONOTONIC, &b);
    long long ms = (b.tv_sec - a.tv_sec) * 1000LL + (b.tv_nsec - a.tv_nsec) / 1000000;
    printf("%s %zu %lld ms\n", e ? strerror(e) : "ok", n, ms);
    return 0;
}

/* Whether a signal ends a wait for what does not come. */
static int do_signal(void)
{
    size_t n = 0;
    uint64_t pending = 0;
    int32_t self = 0, parent = 0;
    bx_process_self(&self, &parent);
    if (bx_process_signals(UINT64_C(1) << 10, &pending) != 0 || bx_process_kill(self, 10) != 0)
        return 1;
    int e = bx_ready(NULL, 0, 10000000000, &n);
    printf("%s\n", e ? strerror(e) : "slept");
    return 0;
}

/* The same call by this program, by a child, and by this one again. */
static int do_in_between(char **argv) /* TOOL JSON */
{
    const bx_str args[] = {STR("jobs"), STR("calls"), STR("1"), STR(argv[0]), STR(argv[1])};
    const bx_fd_map fds[] = {{0, 0}, {1, 1}, {2, 2}};
    const bx_start s = {
        .size = sizeof s, .name = STR("jobs"), .args = args, .n_args = 5, .fds = fds, .n_fds = 3};
    bx_ended ended;
    int32_t pid = 0;
    for (int i = 0; i < 3; i++) {
        if (i == 1 &&
            (bx_process_start(&s, &pid) != 0 || bx_process_wait(pid, BX_WAIT_FOREVER, &ended) != 0))
            return 1;
        uint32_t id = i == 1 ? 0 : begin_call(argv[0], argv[1]);
        tell_all(&id, 1);
    }
    return 0;
}

static uint32_t seed = 1;
static uint32_t any(void) { return seed = seed * 1664525 + 1013904223; }

/* Addresses and sizes that are anything but right.  Nothing may happen but an errno. */
static int do_hostile(char **argv) /* ROUNDS */
{
    static const uint32_t edges[] = {0,          1,          4,          0x7fffffff,
                                     0x80000000, 0xfffffff0, 0xffffffff, 65536};
    static uint32_t room[64];
    unsigned refused = 0, calls = 0;
    for (uint64_t i = 0; i < number(argv[0]); i++) {
        uint32_t a[5];
        for (size_t k = 0; k < 5; k++)
            a[k] =
                any() & 256 ? edges[any() >> 8 & 7] : (uint32_t)(uintptr_t)&room[any() >> 8 & 63];
        for (size_t k = 0; k < 16; k++)
            room[32 + k] = any() & 256 ? edges[any() >> 8 & 7] : any() >> 8;
        if (any() & 512) {
            room[0] = sizeof(bx_http_spec), room[1] = 0, room[12] = any() >> 8 & 1, room[13] = 0;
            a[0] = (uint32_t)(uintptr_t)room;
        }
        int e[] = {
            bx_call_start((char *)(uintptr_t)a[0], a[1], (char *)(uintptr_t)a[2], a[3],
                          (uint32_t *)(uintptr_t)&room[40]),
            bx_http_start((bx_http_spec *)(uintptr_t)a[0], (uint32_t *)(uintptr_t)a[1]),
            bx_job_state(a[0], (bx_job_info *)(uintptr_t)a[1]),
            bx_job_head(a[4] & 1023, (char *)(uintptr_t)a[1], a[2], (size_t *)(uintptr_t)a[3]),
            bx_job_read(a[4] & 1023, (char *)(uintptr_t)a[1], a[2], (size_t *)(uintptr_t)a[3]),
            bx_ready((bx_ready_sub *)(uintptr_t)a[0], a[1] & 2047, 0, (size_t *)(uintptr_t)a[2]),
            bx_job_drop(any() & 1023),
        };
        for (size_t k = 0; k < BX_COUNT(e); k++, calls++)
            refused += e[k] != 0;
    }
    printf("alive: %s\n", refused > 0 && refused <= calls ? "most were refused" : "?");
    return 0;
}

/* What is read last lies beyond the end, or over what is asked with. */
static int do_edges(void)
{
    uint32_t pages = (uint32_t)__builtin_wasm_memory_size(0), end = pages * 65536, id = 0;
    size_t n = 0;
    printf("%d %d %d %d\n", bx_call_start((char *)(uintptr_t)end, 0, "{}", 2, &id) != EFAULT,
           bx_call_start((char *)(uintptr_t)end, 1, "{}", 2, &id),
           bx_call_start("x", 1, (char *)(uintptr_t)(end - 1), 2, &id),
           bx_call_start("x", 1, "{}", 2, (uint32_t *)(uintptr_t)(end - 3)));
    printf("%d %d\n", bx_ready((bx_ready_sub *)(uintptr_t)(end - 16), 2, 0, &n),
           bx_ready((bx_ready_sub *)(uintptr_t)(end - 16), 1025, 0, &n));
    bx_ready_sub *over = (bx_ready_sub *)(uintptr_t)(end - 16);
    *over = (bx_ready_sub){.kind = BX_READY_JOB, .id = 99999};
    int e = bx_ready(over, 1, 0, (size_t *)&over->id); /* its own id is where the answer goes */
    printf("%d %u %u %u\n", e, over->id, over->ready, over->flags);
    bx_http_spec spec = {.size = sizeof spec, .method = STR("GET"), .url = STR("http://a/")};
    int r[6];
    spec.size = 48, r[0] = bx_http_start(&spec, &id), spec.size = sizeof spec;
    spec.flags = 1, r[1] = bx_http_start(&spec, &id), spec.flags = 0;
    spec.reserved = 1, r[2] = bx_http_start(&spec, &id), spec.reserved = 0;
    spec.has_body = 2, r[3] = bx_http_start(&spec, &id), spec.has_body = 0;
    spec.headers = STR("no colon\n"), r[4] = bx_http_start(&spec, &id);
    spec.headers = STR("a: no end"), r[5] = bx_http_start(&spec, &id);
    for (size_t i = 0; i < 6; i++)
        printf("%d ", r[i]);
    static char large[70000];
    memset(large, 'a', sizeof large);
    spec.headers = (bx_str){large, sizeof large};
    printf("%d\n", bx_http_start(&spec, &id));
    return 0;
}

int main(int argc, char **argv)
{
    static char *none[] = {NULL, NULL, NULL, NULL};
    const char *what = argc > 1 ? argv[1] : "";
    char **rest = argc > 2 ? argv + 2 : none;
#define IS(z) (strcmp(what, z) == 0)
    if (IS("calls"))
        return do_calls(rest);
    if (IS("calls-in-turn"))
        return do_calls_in_turn(rest);
    if (IS("http"))
        return do_http(rest);
    if (IS("http-in-turn"))
        return do_http_in_turn(rest);
    if (IS("post"))
        return do_post(rest);
    if (IS("both"))
        return do_both(rest);
    if (IS("leave"))
        return do_leave(rest);
    if (IS("drop"))
        return do_drop(rest);
    if (IS("many"))
        return do_many(rest);
    if (IS("most"))
        return do_most(rest);
    if (IS("mixed"))
        return do_mixed(rest);
    if (IS("in-between"))
        return do_in_between(rest);
    if (IS("sleep"))
        return do_sleep(rest);
    if (IS("signal"))
        return do_signal();
    if (IS("hostile"))
        return do_hostile(rest);
    if (IS("edges"))
        return do_edges();
    if (IS("say"))
        return puts("hi") < 0;
    return 64;
}
