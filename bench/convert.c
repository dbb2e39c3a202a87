/* HTML to Markdown: web_fetch, its sandbox and the loopback fetch included, against converters as
 * processes. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench/bench.h"

enum { CHAPTERS = 400, QUICK_CHAPTERS = 40, MARKS = 6 /* in each chapter */, TRIES = 5 };
static const char mark[] = "bxmark";

/* A page as documentation is written: headings, paragraphs with links and code, lists, a table, a
 * listing. */
static void write_page(bx_buf *html, unsigned chapters)
{
    (void)bx_buf_add_z(html, "<!DOCTYPE html><html><head><title>Manual</title></head><body>");
    for (unsigned i = 0; i < chapters; i++) {
        (void)bx_buf_addf(html, "<h2 id=c%u>Chapter %u %s</h2>\n", i, i, mark);
        for (unsigned p = 0; p < 4; p++)
            (void)bx_buf_addf(
                html,
                "<p>The <a href=\"c%u.html\">function</a> <code>f%u(a, b)</code> takes "
                "<em>two</em> "
                "arguments and returns <strong>one</strong> of them &mdash; whichever is larger "
                "&amp; comes first in the order of chapter %u.</p>\n",
                i + p, p, i);
        (void)bx_buf_addf(html, "<p>%s</p><ul><li>first %s</li><li>second</li></ul>\n", mark, mark);
        (void)bx_buf_addf(html,
                          "<table><tr><th>name</th><th>%s</th></tr><tr><td>a</td><td>%u</td></tr>"
                          "</table><pre><code>int %s = %u;\nreturn 0;\n</code></pre>\n<p>%s</p>\n",
                          mark, i, mark, i, mark);
    }
    (void)bx_buf_add_z(html, "</body></html>\n");
    if (html->fail != BX_OK)
        bench_die("out of memory");
}

static size_t count_marks(const char *p, size_t n)
{
    size_t count = 0;
    for (const char *at = p; at && (at = memmem(at, n - (size_t)(at - p), mark, sizeof mark - 1));
         at++)
        count++;
    return count;
}

/* One page for whoever asks. */
static void serve(int listener, const bx_buf *html)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        char head[160], request[4096];
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        ssize_t k = recv(fd, request, sizeof request, 0);
        int n = snprintf(head, sizeof head,
                         "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                         "Connection: close\r\nContent-Length: %zu\r\n\r\n",
                         html->n);
        bool ok = k > 0 && send(fd, head, (size_t)n, MSG_NOSIGNAL) == n;
        for (size_t at = 0; ok && at < html->n; at += (size_t)k) {
            k = send(fd, html->p + at, html->n - at, MSG_NOSIGNAL);
            ok = k > 0;
        }
        (void)close(fd);
    }
}

static pid_t start_server(const bx_buf *html, uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        bench_die("no server");
    *port = ntohs(a.sin_port);
    pid_t pid = fork();
    if (pid == 0)
        serve(fd, html);
    (void)close(fd);
    return pid;
}

static double ours(const bench_env *e, uint16_t port, size_t marks)
{
    char input[256];
    (void)snprintf(input, sizeof input,
                   "{\"url\":\"http://127.0.0.1:%u/\",\"max_chars\":1000000,\"max_bytes\":8000000}",
                   port);
    bx_module *m = bench_module(e, e->tools, "web_fetch");
    bx_sealed *s =
        bench_seal("allowed_outbound_hosts", "http://127.0.0.1:*", "allow_networks", "127.0.0.0/8",
                   "limits", "output=16MiB", "limits", "memory=256MiB", NULL);
    bx_call c = {.module = m,
                 .sealed = s,
                 .in = {.kind = BX_STDIN_BYTES, .bytes = bx_str_of(input)},
                 .out_fd = -1,
                 .err_fd = -1};
    double us[TRIES];
    for (int i = 0; i < TRIES; i++) {
        bx_outcome o;
        bx_error err;
        double begin = bench_now_us();
        if (bx_call_run(&c, &o, &err) != BX_OK)
            bench_die("%s", err.msg);
        us[i] = bench_now_us() - begin;
        size_t have = o.out ? count_marks(o.out, o.out_n) : 0;
        if (o.kind != BX_OUT_EXIT || have != marks)
            bench_die("web_fetch: %zu of %zu marks: %.300s", have, marks, o.out ? o.out : "");
        bx_outcome_done(&o);
    }
    bx_sealed_free(s);
    bx_module_free(m);
    return bench_stats_of(us, TRIES).p50;
}

/* Microseconds of a converter as a process; 0: it is not there, or loses text. */
static double theirs(const char *command, size_t marks)
{
    double us[TRIES];
    for (int i = 0; i < TRIES; i++) {
        BX_AUTO_BUF out = bx_buf_init((size_t)64 << 20);
        char piece[65536];
        size_t k;
        double begin = bench_now_us();
        FILE *f = popen(command, "re");
        while (f && (k = fread(piece, 1, sizeof piece, f)) > 0)
            (void)bx_buf_add(&out, piece, k);
        int status = f ? pclose(f) : -1;
        us[i] = bench_now_us() - begin;
        if (status != 0 || out.fail != BX_OK || count_marks(out.p, out.n) != marks)
            return 0;
    }
    return bench_stats_of(us, TRIES).p50;
}

void bench_convert(const bench_env *e)
{
    static const struct {
        const char *id, *command;
    } rows[] = {{"convert_vs_pandoc", "pandoc -f html -t gfm"},
                {"convert_vs_html2text", "html2text -utf8"}};
    char file[512], command[1024];
    BX_AUTO_BUF html = bx_buf_init((size_t)64 << 20);
    unsigned chapters = e->quick ? QUICK_CHAPTERS : CHAPTERS;
    write_page(&html, chapters);
    (void)snprintf(file, sizeof file, "%s/page.html", e->scratch);
    FILE *f = fopen(file, "we");
    if (!f || fwrite(html.p, 1, html.n, f) != html.n || fclose(f) != 0)
        bench_die("cannot write %s", file);
    uint16_t port = 0;
    pid_t server = start_server(&html, &port);
    double us = ours(e, port, (size_t)chapters * MARKS);
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        (void)snprintf(command, sizeof command, "%s %s 2>/dev/null", rows[i].command, file);
        double them = theirs(command, (size_t)chapters * MARKS);
        if (them > 0)
            bench_row(
                rows[i].id, (double)html.n / us, (double)html.n / them, "MB/s", them / us,
                BENCH_AT_LEAST, 2,
                "%.1f MB of HTML to Markdown: a fresh web_fetch, fetched from loopback; %s as a "
                "process",
                (double)html.n / 1e6, rows[i].command);
        else
            bench_row_missing(rows[i].id, "MB/s", BENCH_AT_LEAST, 2,
                              "the converter is not installed, or loses text");
    }
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
}
