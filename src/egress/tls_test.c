/* TLS and HTTP/2 against servers in other languages: python3 (required), node (for HTTP/2; without
 * it those tests are skipped). */
#include "egress/internal.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/ascii.h"
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
    "    count[0] += 1; me = count[0]\n"
    "    try:\n"
    "        s.settimeout(10)\n"
    "        if ctx: s = ctx.wrap_socket(s, server_side=True)\n"
    "        while b'\\r\\n\\r\\n' in (got := s.recv(65536)):\n"
    "            body = (s.version() + ' ' + str(names.get(s))).encode() if ctx else b'plain'\n"
    "            s.sendall(reply or b'HTTP/1.1 200 OK\\r\\nX-Connection: %d\\r\\nContent-Length: "
    "%d\\r\\n\\r\\n%s' % (me, len(body), body))\n"
    "    except OSError: pass\n"
    "    s.close()\n"
    "def serve(lis, *how):\n"
    "    while True: threading.Thread(target=talk, args=(lis.accept()[0], *how)).start()\n"
    "names, count = {}, [0]\n"
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
    CHECK(strstr(err.msg, "h.example: the server's certificate is not trusted: it has expired"));
    f.desc.url = bx_str_of(url_of("https://other.example", py.port[0], "/"));
    CHECK(rig_fetch(&g, &f, &got, &err) == BX_EIO && got.error == BX_HTTP_TLS_CERTIFICATE_ERROR);
    CHECK(strstr(err.msg, "for another name"));
    CHECK(rig_try(&g, url_of("https://h.example", py.port[0], "/")) == BX_HTTP_OK); /* control */
    AUTO_RIG(system); /* the system's trust store knows nothing of our CA */
    rig_open(&system, NAMES);
    f.desc.url = bx_str_of(url_of("https://h.example", py.port[0], "/"));
    CHECK(rig_fetch(&system, &f, &got, &err) == BX_EIO &&
          got.error == BX_HTTP_TLS_CERTIFICATE_ERROR);
    CHECK(strstr(err.msg, "issuer is unknown"));
    CHECK(strstr(bx_certificate_fault(9, ""), "not yet valid") && !bx_certificate_fault(12345, ""));
    CHECK(strstr(bx_certificate_fault(18, ""), "self-signed"));
    AUTO_RIG(none);
    rig_open_cfg(&none, RIG_ANY, "127.0.0.0/8", NAMES,
                 (bx_egress_cfg){.ca_file = "/nonexistent/ca.pem"});
    rig_scope(&none, NULL, 0);
    CHECK(rig_fetch(&none, &f, &got, &err) == BX_EIO && got.error == BX_HTTP_CONFIGURATION_ERROR);
}

/* The system's store and the grant's certificates, as one scope has them. */
static bx_http_error get_with_ca(rig *g, const char *ca, const char *url)
{
    rig_end_scope(g);
    const bx_egress_scope_cfg cfg = {.net = g->net, .limits = &g->limits, .ca = bx_str_of(ca)};
    BX_ASSERT(bx_egress_scope_new(g->eg, &cfg, &g->scope, NULL) == BX_OK);
    return rig_try(g, url);
}

static void a_grant_may_trust_more(void)
{
    AUTO_CHILD py = {0};
    AUTO_RIG(g);
    CHECK(child_start(&py, "python3", "-c", PYTHON));
    rig_open(&g, NAMES); /* the system's store */
    const char *good = url_of("https://h.example", py.port[0], "/");
    const char *old = url_of("https://h.example", py.port[1], "/");
    const char *named = url_of("https://other.example", py.port[0], "/");
    CHECK(get_with_ca(&g, "", good) == BX_HTTP_TLS_CERTIFICATE_ERROR); /* control */
    CHECK(get_with_ca(&g, TEST_CA, good) == BX_HTTP_OK);
    CHECK(get_with_ca(&g, TEST_CA, old) == BX_HTTP_TLS_CERTIFICATE_ERROR);
    CHECK(get_with_ca(&g, TEST_CA, named) == BX_HTTP_TLS_CERTIFICATE_ERROR);
    CHECK(get_with_ca(&g, "", good) == BX_HTTP_TLS_CERTIFICATE_ERROR); /* of that scope alone */
    AUTO_RIG(
        both); /* more, and not instead: a "system" that trusts our CA, a grant that does not */
    rig_open_cfg(&both, RIG_ANY, "127.0.0.0/8", NAMES,
                 (bx_egress_cfg){.ca_file = path_of("ca.pem")});
    CHECK(get_with_ca(&both, TEST_CERT, good) == BX_HTTP_OK);
}

static bx_code reads_ca(const char *text, const char *says)
{
    BX_AUTO_BUF b = bx_buf_init(1 << 22);
    bx_error err = {.msg = ""};
    write_file("some.pem", text);
    bx_code rc = bx_egress_read_ca(path_of("some.pem"), &b, &err);
    (void)unlink(path_of("some.pem"));
    bool told = rc == BX_OK ? b.n == strlen(text) + 1 : b.n == 0 && strstr(err.msg, "some.pem");
    if (!told || !strstr(err.msg, says))
        printf("# %s\n", err.msg);
    return told && strstr(err.msg, says) ? rc : BX_EINTERNAL;
}

static void files_of_certificates(void)
{
    BX_AUTO_BUF b = bx_buf_init(100);
    CHECK(reads_ca(TEST_CA, "") == BX_OK && reads_ca("a comment\n" TEST_CA TEST_CERT, "") == BX_OK);
    CHECK(reads_ca("", "no certificate") == BX_EINVAL);
    CHECK(reads_ca(TEST_KEY, "no certificate") == BX_EINVAL);
    CHECK(reads_ca("-----BEGIN CERTIFICATE-----\nMII\n", "damaged") == BX_EINVAL);
    CHECK(reads_ca(TEST_CA "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n",
                   "certificate 2") == BX_EINVAL);
    CHECK(bx_egress_read_ca("/nonexistent/ca.pem", &b, NULL) == BX_EIO);
    CHECK(bx_egress_read_ca("/", &b, NULL) == BX_EINVAL);
    CHECK(bx_egress_read_ca("/dev/zero", &b, NULL) == BX_EINVAL);
    CHECK(bx_egress_read_ca(path_of("ca.pem"), &b, NULL) == BX_ELIMIT);
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
    "let sessions = 0;\n"
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
    "    r.setHeader('x-version', q.httpVersion); r.setHeader('x-connection', sessions);\n"
    "    r.addTrailers({'x-sum': String(n)});\n"
    "    r.end(q.method + ' ' + q.headers[':authority'].split(':')[0]); });\n"
    "});\n"
    "s.on('session', () => sessions++); s.on('sessionError', () => {}); s.listen(0, '127.0.0.1', "
    "() => "
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

/* ---- connections that are kept, and those that are not --------------------------------------- */

/* How many connections the server had when it answered. */
static unsigned connection_of(rig *g, const char *url)
{
    bx_fetched got;
    unsigned long n = 0;
    if (rig_get(g, url, &got) != BX_HTTP_OK)
        return 0;
    for (size_t i = 0; i < got.head->n_fields; i++)
        if (bx_str_eq_nocase(got.head->fields[i].name, BX_LIT("x-connection")))
            n = strtoul(got.head->fields[i].value.p, NULL, 10);
    bx_fetched_done(&got);
    return (unsigned)n;
}

static void connections_over_tls_are_used_again(void)
{
    AUTO_CHILD py = {0};
    AUTO_RIG(g);
    CHECK(child_start(&py, "python3", "-c", PYTHON));
    rig_open_tls(&g);
    const char *url = url_of("https://h.example", py.port[0], "/");
    for (int i = 0; i < 5; i++)
        CHECK(connection_of(&g, url) == 1);
}

static void http2_connections_are_used_again(void)
{
    AUTO_CHILD js = {0};
    AUTO_RIG(g);
    START_NODE(&js);
    rig_open_tls(&g);
    const char *url = url_of("https://h.example", js.port[0], "/");
    for (int i = 0; i < 5; i++)
        CHECK(connection_of(&g, url) == 1);
}

/* HTTP/2 in single frames.  Ports: 0 the first connection goes away before it takes a request, the
 * others answer; 1 each goes away after its first answer; 2 each goes away before it takes one; 3
 * each goes away having taken one, and breaks off; 4 tells over HTTP/1 how many connections these
 * had. */
static const char GOAWAY[] =
    "import socket, ssl, sys, threading, time\n"
    "n = [0] * 4\n"
    "def frame(kind, flags, stream, data=b''):\n"
    "    return len(data).to_bytes(3, 'big') + bytes([kind, flags]) + stream.to_bytes(4, 'big') + "
    "data\n"
    "def goaway(last): return frame(7, 0, 0, last.to_bytes(4, 'big') + bytes(4))\n"
    "def exactly(s, k):\n"
    "    b = b''\n"
    "    while len(b) < k:\n"
    "        x = s.recv(k - len(b))\n"
    "        if not x: raise OSError\n"
    "        b += x\n"
    "    return b\n"
    "def requests(s):\n"
    "    while True:\n"
    "        h = exactly(s, 9); exactly(s, int.from_bytes(h[:3], 'big'))\n"
    "        if h[3] == 1: yield int.from_bytes(h[5:], 'big')\n"
    "def talk(i, s):\n"
    "    n[i] += 1; me = n[i]\n"
    "    try:\n"
    "        s = ctx.wrap_socket(s, server_side=True); s.settimeout(10)\n"
    "        exactly(s, 24); s.sendall(frame(4, 0, 0))\n"
    "        for stream in requests(s):\n"
    "            if i == 2 or (i == 0 and me == 1): s.sendall(goaway(0)); break\n"
    "            if i == 3: s.sendall(goaway(stream)); break\n"
    "            s.sendall(frame(1, 4, stream, b'\\x88') + frame(0, 1, stream, b'ok'))\n"
    "            if i == 1: s.sendall(goaway(stream))\n"
    "    except OSError: pass\n"
    "    s.close()\n"
    "def tell(s):\n"
    "    s.recv(9999); b = ' '.join(map(str, n)).encode()\n"
    "    s.sendall(b'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "
    "% "
    "(len(b), b)); s.close()\n"
    "def serve(i, lis):\n"
    "    while True:\n"
    "        s = lis.accept()[0]\n"
    "        if i == 4: tell(s)\n"
    "        else: threading.Thread(target=talk, args=(i, s)).start()\n"
    "ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); ctx.load_cert_chain(sys.argv[1] + "
    "'/good.pem')\n"
    "ctx.set_alpn_protocols(['h2'])\n"
    "ls = [socket.create_server(('127.0.0.1', 0)) for _ in range(5)]\n"
    "for i in range(5): threading.Thread(target=serve, args=(i, ls[i])).start()\n"
    "print(*[l.getsockname()[1] for l in ls], flush=True)\n";

static bool counts(rig *g, const child *py, const char *want)
{
    bx_fetched got;
    if (rig_get(g, url_of("http://127.0.0.1", py->port[4], "/"), &got) != BX_HTTP_OK)
        return false;
    bool same = bx_str_eq((bx_str){got.body, got.n_body}, bx_str_of(want));
    if (!same)
        printf("# %.*s, not %s\n", (int)got.n_body, got.body, want);
    bx_fetched_done(&got);
    return same;
}

/* RFC 9113 section 6.8: what a server that goes away has not taken may be sent again. */
static void a_server_that_goes_away(void)
{
    AUTO_CHILD py = {0};
    AUTO_RIG(g);
    bx_fetched got;
    bx_error err;
    CHECK(child_start(&py, "python3", "-c", GOAWAY));
    rig_open_tls(&g);
    bx_fetch post = {.desc = {.method = BX_LIT("POST")}, .body = BX_LIT("body")};
    const char *base = "https://h.example";
    CHECK(rig_try(&g, url_of(base, py.port[0], "/")) == BX_HTTP_OK && counts(&g, &py, "2 0 0 0"));
    for (int i = 0; i < 3; i++)
        CHECK(rig_try(&g, url_of(base, py.port[1], "/")) == BX_HTTP_OK);
    CHECK(counts(&g, &py, "2 3 0 0"));
    CHECK(rig_try(&g, url_of(base, py.port[2], "/")) == BX_HTTP_PROTOCOL_ERROR);
    CHECK(counts(&g, &py, "2 3 2 0"));                        /* not for ever */
    post.desc.url = bx_str_of(url_of(base, py.port[3], "/")); /* taken, so it may have been done */
    CHECK(rig_fetch(&g, &post, &got, &err) != BX_OK);
    CHECK(counts(&g, &py, "2 3 2 1"));
}

BXT_MAIN(make_files(); RUN(trusted_certificates); RUN(certificates_that_are_not);
         RUN(a_grant_may_trust_more); RUN(files_of_certificates); RUN(handshakes_that_fail);
         RUN(no_redirect_from_https_to_http); RUN(http2_both_ways_with_trailers);
         RUN(http2_back_pressure); RUN(http2_errors); RUN(connections_over_tls_are_used_again);
         RUN(http2_connections_are_used_again); RUN(a_server_that_goes_away); remove_files();)
