/* TLS and HTTP/2 against servers in other languages: python3 (required), node (for HTTP/2; without
 * it those tests are skipped). */
#include "egress/egress.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "egress/test_certs.h"
#include "egress/test_server.h"

extern char **environ;

/* ---- servers as processes -------------------------------------------------------------------- */

static char dir[64];

static const char *path_of(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *z = paths[next++ % 4];
    (void)snprintf(z, sizeof paths[0], "%s/%s", dir, name);
    return z;
}

static void write_file(const char *name, const char *text)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    BX_ASSERT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    (void)close(fd);
}

static void make_files(void)
{
    (void)snprintf(dir, sizeof dir, "/tmp/bx-egress-XXXXXX");
    BX_ASSERT(mkdtemp(dir));
    write_file("ca.pem", TEST_CA);
    write_file("good.pem", TEST_CERT TEST_KEY);
    write_file("old.pem", TEST_EXPIRED TEST_KEY);
}

static void remove_files(void)
{
    (void)unlink(path_of("ca.pem"));
    (void)unlink(path_of("good.pem"));
    (void)unlink(path_of("old.pem"));
    (void)rmdir(dir);
}

enum { MAX_PORTS = 5 };

typedef struct child {
    pid_t pid;
    unsigned port[MAX_PORTS];
} child;

/* Run PROGRAM FLAG SCRIPT DIR; it prints its ports in one line.  False when it did not, with pid 0
 * when there is no such program. */
static bool child_start(child *c, const char *program, const char *flag, const char *script)
{
    int out[2];
    char line[128] = "";
    size_t n = 0;
    BX_ASSERT(pipe2(out, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t fa;
    (void)posix_spawn_file_actions_init(&fa);
    (void)posix_spawn_file_actions_adddup2(&fa, out[1], 1);
    const char *argv[] = {program, flag, script, dir, NULL};
    int rc = posix_spawnp(&c->pid, program, &fa, NULL, (char *const *)(uintptr_t)argv, environ);
    (void)posix_spawn_file_actions_destroy(&fa);
    (void)close(out[1]);
    if (rc != 0)
        c->pid = 0;
    while (rc == 0 && n + 1 < sizeof line && read(out[0], line + n, 1) == 1 && line[n] != '\n')
        n++;
    (void)close(out[0]);
    char *p = line;
    for (size_t i = 0; i < MAX_PORTS; i++)
        c->port[i] = (unsigned)strtoul(p, &p, 10);
    return rc == 0 && c->port[0] != 0;
}

static void child_stop(child *c)
{
    if (c->pid <= 0)
        return;
    (void)kill(c->pid, SIGKILL);
    (void)waitpid(c->pid, NULL, 0);
}
#define AUTO_CHILD __attribute__((cleanup(child_stop))) child

/* Ports: 0 good, 1 expired, 2 TLS 1.1 only, 3 no TLS at all, 4 good, answers a redirect to port
 * 3. */
static const char PYTHON[] =
    "import socket, ssl, sys, threading\n"
    "def talk(s, ctx, reply):\n"
    "    try:\n"
    "        s.settimeout(10)\n"
    "        if ctx: s = ctx.wrap_socket(s, server_side=True)\n"
    "        while b'\\r\\n\\r\\n' in (got := s.recv(65536)):\n"
    "            body = (s.version() + ' ' + str(names.get(s))).encode() if ctx else b'plain'\n"
    "            s.sendall(reply or b'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s' % "
    "(len(body), body))\n"
    "    except OSError: pass\n"
    "    s.close()\n"
    "def serve(lis, *how):\n"
    "    while True: threading.Thread(target=talk, args=(lis.accept()[0], *how)).start()\n"
    "names = {}\n"
    "def sni(s, name, ctx):\n"
    "    names[s] = name\n"
    "    return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name == 'bad.example' else None\n"
    "def context(cert, old=False):\n"
    "    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
    "    ctx.load_cert_chain(sys.argv[1] + '/' + cert)\n"
    "    ctx.sni_callback = sni\n"
    "    if old:\n"
    "        ctx.set_ciphers('ALL:@SECLEVEL=0')\n"
    "        ctx.minimum_version = ctx.maximum_version = ssl.TLSVersion.TLSv1_1\n"
    "    return ctx\n"
    "import warnings; warnings.simplefilter('ignore')\n"
    "ls = [socket.create_server(('127.0.0.1', 0)) for _ in range(5)]\n"
    "ports = [l.getsockname()[1] for l in ls]\n"
    "to = b'HTTP/1.1 302 F\\r\\nLocation: http://127.0.0.1:%d/\\r\\nContent-Length: 0\\r\\n\\r\\n' "
    "% ports[3]\n"
    "ctxs = [context('good.pem'), context('old.pem'), context('good.pem', True), None, "
    "context('good.pem')]\n"
    "for i in range(5): threading.Thread(target=serve, args=(ls[i], ctxs[i], to if i == 4 else "
    "None)).start()\n"
    "print(*ports, flush=True)\n";

static const fake_name NAMES[] = {{"h.example", {"127.0.0.1"}},
                                  {"other.example", {"127.0.0.1"}},
                                  {"bad.example", {"127.0.0.1"}},
                                  {NULL, {NULL}}};

static void rig_open_tls(rig *g)
{
    rig_open_cfg(g, RIG_ANY, "127.0.0.0/8", NAMES, (bx_egress_cfg){.ca_file = path_of("ca.pem")});
    rig_scope(g, NULL, 0);
}

static const char *url_of(const char *base, unsigned port, const char *path)
{
    test_server s = {.port = (uint16_t)port};
    return at(base, &s, path);
}

/* ---- TLS ------------------------------------------------------------------------------------- */

static void trusted_certificates(void)
{
    AUTO_CHILD py = {0};
    AUTO_RIG(g);
    bx_fetched got;
    CHECK(child_start(&py, "python3", "-c", PYTHON));
    rig_open_tls(&g);
    CHECK(rig_get(&g, url_of("https://h.example", py.port[0], "/"), &got) == BX_HTTP_OK);
    CHECK(got.n_body == 17 && memcmp(got.body, "TLSv1.3 h.example", 17) == 0); /* SNI is the name */
    bx_fetched_done(&got);
    CHECK(rig_try(&g, url_of("https://127.0.0.1", py.port[0], "/")) == BX_HTTP_OK);
}

static void certificates_that_are_not(void)
{
    AUTO_CHILD py = {0};
    AUTO_RIG(g);
    bx_fetched got;
    bx_error err;
    CHECK(child_start(&py, "python3", "-c", PYTHON));
    rig_open_tls(&g);
    bx_fetch f = {.desc = {.method = BX_LIT("GET"),
                           .url = bx_str_of(url_of("https://h.example", py.port[1], "/"))}};
    CHECK(rig_fetch(&g, &f, &got, &err) == BX_EIO && got.error == BX_HTTP_TLS_CERTIFICATE_ERROR);
    CHECK(strstr(err.msg, "expired"));
    f.desc.url = bx_str_of(url_of("https://other.example", py.port[0], "/"));
    CHECK(rig_fetch(&g, &f, &got, &err) == BX_EIO && got.error == BX_HTTP_TLS_CERTIFICATE_ERROR);
    CHECK(rig_try(&g, url_of("https://h.example", py.port[0], "/")) == BX_HTTP_OK); /* control */
    AUTO_RIG(system); /* the system's trust store knows nothing of our CA */
    rig_open(&system, NAMES);
    f.desc.url = bx_str_of(url_of("https://h.example", py.port[0], "/"));
    CHECK(rig_fetch(&system, &f, &got, &err) == BX_EIO &&
          got.error == BX_HTTP_TLS_CERTIFICATE_ERROR);
    AUTO_RIG(none);
    rig_open_cfg(&none, RIG_ANY, "127.0.0.0/8", NAMES,
                 (bx_egress_cfg){.ca_file = "/nonexistent/ca.pem"});
    rig_scope(&none, NULL, 0);
    CHECK(rig_fetch(&none, &f, &got, &err) == BX_EIO && got.error == BX_HTTP_CONFIGURATION_ERROR);
}

static void handshakes_that_fail(void)
{
    AUTO_CHILD py = {0};
    AUTO_RIG(g);
    CHECK(child_start(&py, "python3", "-c", PYTHON));
    rig_open_tls(&g);
    bx_http_error old = rig_try(&g, url_of("https://h.example", py.port[2], "/"));
    CHECK(old == BX_HTTP_TLS_PROTOCOL_ERROR || old == BX_HTTP_TLS_ALERT_RECEIVED);
    CHECK(rig_try(&g, url_of("https://h.example", py.port[3], "/")) == BX_HTTP_TLS_PROTOCOL_ERROR);
    CHECK(rig_try(&g, url_of("https://bad.example", py.port[0], "/")) ==
          BX_HTTP_TLS_ALERT_RECEIVED);
    CHECK(rig_try(&g, url_of("http://h.example", py.port[3], "/")) == BX_HTTP_OK); /* controls */
    CHECK(rig_try(&g, url_of("https://h.example", py.port[0], "/")) == BX_HTTP_OK);
}

static void no_redirect_from_https_to_http(void)
{
    AUTO_CHILD py = {0};
    AUTO_RIG(g);
    bx_fetched got;
    bx_error err;
    CHECK(child_start(&py, "python3", "-c", PYTHON));
    rig_open_tls(&g);
    bx_fetch f = {.desc = {.method = BX_LIT("GET"),
                           .url = bx_str_of(url_of("https://h.example", py.port[4], "/"))},
                  .max_redirects = 3};
    CHECK(rig_fetch(&g, &f, &got, &err) == BX_EDENIED && got.error == BX_HTTP_REQUEST_DENIED);
    CHECK(strstr(err.msg, "https to http"));
    f.desc.url = bx_str_of(
        url_of("http://127.0.0.1", py.port[3], "/")); /* control: it may be fetched as such */
    CHECK(rig_fetch(&g, &f, &got, &err) == BX_OK);
    bx_fetched_done(&got);
}

/* ---- HTTP/2 ---------------------------------------------------------------------------------- */

static const char NODE[] =
    "const fs = require('fs'), http2 = require('http2'), pem = fs.readFileSync(process.argv[1] + "
    "'/good.pem');\n"
    "const s = http2.createSecureServer({key: pem, cert: pem, allowHTTP1: true}, (q, r) => {\n"
    "  if (q.url == '/big') { let n = 0; r.writeHead(200); const piece = Buffer.alloc(65536, "
    "'p');\n"
    "    const more = () => { while (n < 160) { n++; if (!r.write(piece)) { r.once('drain', more); "
    "return; } } r.end(); };\n"
    "    more(); return; }\n"
    "  if (q.url == '/flood') { r.writeHead(200); const piece = Buffer.alloc(65536, 'p');\n"
    "    const more = () => { while (r.write(piece)); r.once('drain', more); }; more(); return; }\n"
    "  if (q.url == '/headers') { for (let i = 0; i < 150; i++) r.setHeader('x-' + i, 'y'); "
    "r.end(); return; }\n"
    "  if (q.url == '/reset') { q.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR); return; }\n"
    "  let n = 0; q.on('data', d => n += d.length); q.on('end', () => {\n"
    "    r.setHeader('x-version', q.httpVersion); r.addTrailers({'x-sum': String(n)});\n"
    "    r.end(q.method + ' ' + q.headers[':authority'].split(':')[0]); });\n"
    "});\n"
    "s.on('sessionError', () => {}); s.listen(0, '127.0.0.1', () => "
    "console.log(s.address().port));\n";

#define START_NODE(c) \
    do { \
        bool started_ = child_start(c, "node", "-e", NODE); \
        if ((c)->pid == 0) \
            SKIP("no node on this machine: HTTP/2 is not tested"); \
        CHECK(started_); \
    } while (0)

static bx_egress_request *start_url(rig *g, bell *b, const char *method, const char *url,
                                    uint64_t body_length)
{
    const bx_egress_desc d = {
        .method = bx_str_of(method), .url = bx_str_of(url), .body_length = body_length};
    return start(g, b, &d);
}

static void http2_both_ways_with_trailers(void)
{
    AUTO_CHILD js = {0};
    AUTO_RIG(g);
    START_NODE(&js);
    rig_open_tls(&g);
    bell b = BELL_INIT;
    BX_AUTO(bx_egress_request)
    bx_egress_request *r =
        start_url(&g, &b, "POST", url_of("https://h.example", js.port[0], "/"), BX_BODY_CHUNKED);
    static char body[300000];
    for (size_t at_byte = 0; at_byte < sizeof body;) {
        size_t n = 0;
        bx_poll p = bx_egress_body_write(r, body + at_byte, sizeof body - at_byte, &n);
        at_byte += n;
        CHECK(p == BX_POLL_READY || (p == BX_POLL_PENDING && bell_wait(&b)));
    }
    bx_egress_body_end(r, NULL, 0);
    const bx_http_head *h = NULL;
    uint64_t total = 0;
    CHECK(await_head(r, &b, &h) == BX_POLL_READY && h->status == 200);
    CHECK(bx_str_eq(h->fields[0].name, BX_LIT("x-version")) &&
          bx_str_eq(h->fields[0].value, BX_LIT("2.0")));
    CHECK(drain(r, &b, 0, &total) == BX_POLL_END && total == strlen("POST h.example"));
    CHECK(bx_egress_poll_trailers(r, &h) == BX_POLL_READY && h->n_fields == 1);
    CHECK(bx_str_eq(h->fields[0].value, BX_LIT("300000")));
}

static void http2_back_pressure(void)
{
    AUTO_CHILD js = {0};
    AUTO_RIG(g);
    START_NODE(&js);
    rig_open_tls(&g);
    bell b = BELL_INIT, c = BELL_INIT;
    BX_AUTO(bx_egress_request)
    bx_egress_request *stuck =
        start_url(&g, &b, "GET", url_of("https://h.example", js.port[0], "/flood"), BX_BODY_NONE);
    const bx_http_head *h = NULL;
    CHECK(await_head(stuck, &b, &h) == BX_POLL_READY);
    /* A stream nobody reads does not hold up another one to the same server. */
    BX_AUTO(bx_egress_request)
    bx_egress_request *big =
        start_url(&g, &c, "GET", url_of("https://h.example", js.port[0], "/big"), BX_BODY_NONE);
    uint64_t total = 0;
    CHECK(drain(big, &c, 'p', &total) == BX_POLL_END && total == 160 * 65536);
    CHECK(bx_egress_scope_counters(g.scope).bytes_in < 160 * 65536 + BX_EGRESS_BUFFER + 1000);
}

static void http2_errors(void)
{
    AUTO_CHILD js = {0};
    AUTO_RIG(g);
    START_NODE(&js);
    rig_open_tls(&g);
    CHECK(rig_try(&g, url_of("https://h.example", js.port[0], "/headers")) ==
          BX_HTTP_RESPONSE_HEADER_SECTION_SIZE);
    CHECK(rig_try(&g, url_of("https://h.example", js.port[0], "/reset")) == BX_HTTP_PROTOCOL_ERROR);
    CHECK(rig_try(&g, url_of("https://h.example", js.port[0], "/")) == BX_HTTP_OK); /* control */
}

BXT_MAIN(make_files(); RUN(trusted_certificates); RUN(certificates_that_are_not);
         RUN(handshakes_that_fail); RUN(no_redirect_from_https_to_http);
         RUN(http2_both_ways_with_trailers); RUN(http2_back_pressure); RUN(http2_errors);
         remove_files();)
