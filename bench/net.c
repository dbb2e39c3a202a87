/* The network through the guard: against libcurl in the same process, with a server on loopback. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"

enum { SMALL = 10000, BIG = 100 << 20, AT_ONCE = 200 };

/* ---- a server in a process of its own: /small, /big, /slow ------------------------------------
 */

static bool send_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

static bool answer(int fd, size_t n)
{
    static char block[1 << 16];
    char head[160];
    memset(block, 'a', sizeof block);
    int len =
        snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", n);
    if (!send_all(fd, head, (size_t)len))
        return false;
    for (size_t k; n; n -= k) {
        k = n < sizeof block ? n : sizeof block;
        if (!send_all(fd, block, k))
            return false;
    }
    return true;
}

static void *serve_one(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char req[4096];
    size_t have = 0;
    for (ssize_t k; (k = recv(fd, req + have, sizeof req - 1 - have, 0)) > 0;) {
        have += (size_t)k;
        req[have] = '\0';
        if (!strstr(req, "\r\n\r\n"))
            continue;
        have = 0;
        struct timespec pause = {.tv_nsec = strncmp(req, "GET /slow", 9) == 0     ? 300000000
                                            : strncmp(req, "GET /ms100", 10) == 0 ? 100000000
                                                                                  : 0};
        if (pause.tv_nsec)
            (void)nanosleep(&pause, NULL);
        if (!answer(fd, strncmp(req, "GET /big", 8) == 0 ? BIG : SMALL))
            break;
    }
    (void)close(fd);
    return NULL;
}

static void serve(int listener)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        pthread_t t;
        if (fd >= 0 && pthread_create(&t, NULL, serve_one, (void *)(intptr_t)fd) == 0)
            (void)pthread_detach(t);
    }
}

pid_t bench_server(uint16_t *port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 || listen(fd, 512) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        bench_die("server: %s", strerror(errno));
    *port = ntohs(a.sin_port);
    pid_t pid = fork();
    if (pid == 0)
        serve(fd);
    (void)close(fd);
    return pid;
}

/* ---- ours
 * ---------------------------------------------------------------------------------------- */

struct fetch {
    bx_module *m;
    bx_sealed *s;
    char input[512];
};

static bx_call call_of(const struct fetch *f)
{
    return (bx_call){.module = f->m,
                     .sealed = f->s,
                     .in = {.kind = BX_STDIN_BYTES, .bytes = bx_str_of(f->input)},
                     .out_fd = -1,
                     .err_fd = -1};
}

static bool fetch_once(const struct fetch *f, size_t least)
{
    bx_call c = call_of(f);
    bx_outcome o;
    bx_error err;
    if (bx_call_run(&c, &o, &err) != BX_OK)
        bench_die("%s", err.msg);
    bool ok = o.kind == BX_OUT_EXIT && o.exit_code == 0 && o.out_n >= least && o.http_in >= least &&
              strstr(o.out, "\"status\":200");
    if (!ok)
        (void)fprintf(stderr, "# fetch: %s %u %.300s %.300s\n", bx_outcome_kind_name(o.kind),
                      o.exit_code, o.error ? o.error : "", o.out ? o.out : "");
    bx_outcome_done(&o);
    return ok;
}

/* ---- theirs
 * --------------------------------------------------------------------------------------- */

static size_t count_bytes(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    *(size_t *)arg += size * n;
    return size * n;
}

/* A fresh handle, as our call is a fresh sandbox: one connection each, on both sides. */
static void curl_once(const char *url)
{
    size_t got = 0;
    CURL *c = curl_easy_init();
    if (!c || curl_easy_setopt(c, CURLOPT_URL, url) ||
        curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count_bytes) ||
        curl_easy_setopt(c, CURLOPT_WRITEDATA, &got) || curl_easy_setopt(c, CURLOPT_PROXY, "") ||
        curl_easy_perform(c) || got != SMALL)
        bench_die("libcurl: wrong answer");
    curl_easy_cleanup(c);
}

static void bench_get(struct fetch *f, uint16_t port, size_t n)
{
    char url[64];
    double *ours = calloc(n, sizeof *ours), *theirs = calloc(n, sizeof *theirs);
    if (!ours || !theirs)
        bench_die("out of memory");
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/small", port);
    (void)snprintf(f->input, sizeof f->input, "{\"url\":\"%s\",\"as\":\"text\"}", url);
    for (size_t i = 0; i < n + 20; i++) {
        double begin = bench_now_us();
        if (!fetch_once(f, SMALL))
            bench_die("web_fetch: wrong answer");
        double middle = bench_now_us();
        curl_once(url);
        if (i >= 20) {
            ours[i - 20] = middle - begin;
            theirs[i - 20] = bench_now_us() - middle;
        }
    }
    bench_stats a = bench_stats_of(ours, n), b = bench_stats_of(theirs, n);
    bench_row("web_fetch_10k_vs_libcurl", a.p50, b.p50, "us", (a.p50 - b.p50) / 1000, BENCH_AT_MOST,
              0.06,
              "GET of 10 KB through a fresh web_fetch; the ratio column is the difference in ms");
    free(ours);
    free(theirs);
}

/* ---- memory while 100 MB stream through a guest
 * ---------------------------------------------------- */

static void bench_stream(struct fetch *f, const char *scratch, uint16_t port)
{
    char path[4200];
    struct stat st;
    (void)snprintf(f->input, sizeof f->input,
                   "{\"url\":\"http://127.0.0.1:%u/big\",\"as\":\"raw\",\"save_to\":\"/out/"
                   "big\",\"max_bytes\":200000000}",
                   port);
    (void)snprintf(path, sizeof path, "%s/big", scratch);
    bx_call c = call_of(f);
    bx_outcome o;
    bx_error err;
    bench_reset_peak_rss();
    size_t before = bench_rss();
    if (bx_call_run(&c, &o, &err) != BX_OK)
        bench_die("%s", err.msg);
    double grown = ((double)bench_peak_rss() - (double)before - (double)o.memory_peak) / 1048576;
    bool whole = stat(path, &st) == 0 && st.st_size == BIG;
    if (!whole)
        bench_row_missing("stream_100mb_host_memory", "MiB", BENCH_AT_MOST, 4,
                          o.out ? o.out : "the file did not arrive whole");
    else
        bench_row(
            "stream_100mb_host_memory", grown > 0 ? grown : 0, -1, "MiB", grown > 0 ? grown : 0,
            BENCH_AT_MOST, 4,
            "peak growth of the host beyond the guest's own memory (%.1f MiB), saved to a file",
            (double)o.memory_peak / 1048576);
    bx_outcome_done(&o);
    (void)unlink(path);
}

/* ---- 200 at once
 * ------------------------------------------------------------------------------------ */

struct many {
    struct fetch *f;
    pthread_barrier_t *start;
    bool ok;
};

static void *fetch_in_thread(void *arg)
{
    struct many *m = arg;
    (void)pthread_barrier_wait(m->start);
    m->ok = fetch_once(m->f, SMALL);
    return NULL;
}

static int count_threads(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/task");
    for (const struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] != '.';
    if (d)
        (void)closedir(d);
    return n;
}

static void bench_at_once(struct fetch *f, uint16_t port)
{
    static struct many m[AT_ONCE];
    static pthread_t t[AT_ONCE];
    pthread_barrier_t start;
    pthread_attr_t attr;
    (void)snprintf(f->input, sizeof f->input,
                   "{\"url\":\"http://127.0.0.1:%u/slow\",\"as\":\"text\"}", port);
    (void)pthread_barrier_init(&start, NULL, AT_ONCE + 1);
    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setstacksize(&attr, 4 << 20);
    int before = count_threads(), most = 0;
    for (size_t i = 0; i < AT_ONCE; i++) {
        m[i] = (struct many){f, &start, false};
        if (pthread_create(&t[i], &attr, fetch_in_thread, &m[i]) != 0)
            bench_die("no thread");
    }
    (void)pthread_barrier_wait(&start);
    double begin = bench_now_us();
    for (int k = 0; k < 40; k++) { /* while they wait for the slow server */
        struct timespec pause = {0, 5000000};
        (void)nanosleep(&pause, NULL);
        int now = count_threads();
        most = now > most ? now : most;
    }
    size_t done = 0;
    for (size_t i = 0; i < AT_ONCE; i++) {
        (void)pthread_join(t[i], NULL);
        done += m[i].ok;
    }
    /* `before` holds the I/O thread already: earlier rows have used it. */
    int io = 1 + most - before - AT_ONCE;
    bench_row("fetches_at_once", (double)done, AT_ONCE, "", (double)done / AT_ONCE, BENCH_AT_LEAST,
              1, "all against a server that takes 300 ms, in %.0f ms",
              (bench_now_us() - begin) / 1000);
    bench_row("fetches_at_once_io_threads", io, -1, "", io, BENCH_AT_MOST, 1,
              "threads beyond the callers' own");
    (void)pthread_attr_destroy(&attr);
}

void bench_net(const bench_env *e)
{
    char path[4200], map[4200];
    (void)snprintf(path, sizeof path, "%s/web_fetch.wasm", e->tools);
    if (access(path, R_OK) != 0) {
        bench_row_missing("web_fetch_10k_vs_libcurl", "us", BENCH_AT_MOST, 0.06,
                          "web_fetch.wasm is not built");
        bench_row_missing("stream_100mb_host_memory", "MiB", BENCH_AT_MOST, 4,
                          "web_fetch.wasm is not built");
        bench_row_missing("fetches_at_once", "", BENCH_AT_LEAST, 1, "web_fetch.wasm is not built");
        return;
    }
    uint16_t port = 0;
    pid_t server = bench_server(&port);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)snprintf(map, sizeof map, "%s::/out", e->scratch);
    struct fetch f = {.m = bench_module(e, e->tools, "web_fetch"),
                      .s = bench_seal("map_dirs", map, "allowed_outbound_hosts",
                                      "http://127.0.0.1:*", "allow_networks", "127.0.0.0/8",
                                      "limits", "http_in=200MiB", "limits", "fs_write=200MiB",
                                      NULL)};
    bench_get(&f, port, e->quick ? 50 : 1000);
    bench_stream(&f, e->scratch, port);
    bench_at_once(&f, port);
    bx_sealed_free(f.s);
    bx_module_free(f.m);
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
}
