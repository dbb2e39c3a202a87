/* What happens before libcurl is loaded, and where it cannot be.  Loading is for good, so each kind
 * of library is met by a process of its own: this program, started again. */
#include "egress/curl.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "egress/test_server.h"

extern char **environ;

static bool is_loaded(void) { return dlopen("libcurl.so.4", RTLD_NOW | RTLD_NOLOAD) != NULL; }

/* ---- before ---------------------------------------------------------------------------------- */

/* A request that has failed takes everything its owner may still do. */
static bool fails_quietly(rig *g, const char *method, const char *url, bx_http_error want,
                          const char *words)
{
    bell b = BELL_INIT;
    const bx_egress_desc d = {
        .method = bx_str_of(method), .url = bx_str_of(url), .body_length = BX_BODY_CHUNKED};
    const bx_http_field trailer = {.name = BX_LIT("X-Sum"), .value = BX_LIT("1")};
    BX_AUTO(bx_egress_request) bx_egress_request *r = start(g, &b, &d);
    const bx_http_head *h = NULL;
    const char *msg = NULL;
    size_t n = 0;
    bool ok = await_head(r, &b, &h) == BX_POLL_ERROR && bx_egress_error(r, &msg) == want &&
              strstr(msg, words) && bx_egress_body_write(r, "x", 1, &n) == BX_POLL_ERROR;
    bx_egress_body_end(r, &trailer, 1);
    bx_egress_body_end(r, NULL, 0);
    bx_egress_body_abort(r);
    if (!ok)
        printf("# %s %s: %s: %s\n", method, url, bx_http_error_name(bx_egress_error(r, &msg)), msg);
    return ok;
}

static void nothing_is_loaded_for_what_is_refused(void)
{
    AUTO_RIG(g);
    rig_open(&g, NULL);
    CHECK(fails_quietly(&g, "NOT A TOKEN", "http://127.0.0.1:1/", BX_HTTP_REQUEST_METHOD_INVALID,
                        "token"));
    CHECK(fails_quietly(&g, "GET", "http://h.example/a b", BX_HTTP_REQUEST_URI_INVALID, "space"));
    CHECK(fails_quietly(&g, "GET", "gopher://h.example/", BX_HTTP_REQUEST_URI_INVALID, "http"));
    rig_end_scope(&g);
    CHECK(g.n_events == 3 && !g.events[0].allowed && !is_loaded());
}

/* ---- without --------------------------------------------------------------------------------- */

#define CHILD "BX_CURL_TEST_EXPECT"

/* In the child: the network says in words what it lacks, everything else goes on. */
static void the_network_says_what_it_lacks(void)
{
    const char *words = getenv(CHILD);
    AUTO_RIG(g);
    bx_fetched got;
    bx_error err;
    rig_open(&g, NULL);
    for (int i = 0; i < 2; i++) { /* the second time it is known already */
        CHECK(fails_quietly(&g, "GET", "http://127.0.0.1:1/", BX_HTTP_CONFIGURATION_ERROR, words));
        const bx_fetch f = {
            .desc = {.method = BX_LIT("GET"), .url = BX_LIT("http://127.0.0.1:1/")}};
        CHECK(rig_fetch(&g, &f, &got, &err) == BX_EUNSUPPORTED && strstr(err.msg, words));
        CHECK(got.error == BX_HTTP_CONFIGURATION_ERROR);
    }
    const bx_inject in = {BX_LIT("https://h.example"), BX_LIT("X-Key"), BX_LIT("secret")};
    const bx_egress_scope_cfg cfg = {.net = g.net, .inject = &in, .n_inject = 1};
    bx_egress_scope *s = NULL;
    CHECK(bx_egress_scope_new(g.eg, &cfg, &s, &err) == BX_EUNSUPPORTED && strstr(err.msg, words));
    rig_end_scope(&g);
    CHECK(g.n_events == 2 && strstr(g.events[0].reason, words));
}

static char dir[64];

static const char *path_of(const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static bool put(const char *name, const char *text)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

/* Exit status; -1: it could not be started or did not end by itself. */
static int run_program(const char *const *argv)
{
    pid_t pid = 0;
    int status = 0;
    if (posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ) != 0 ||
        waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

/* This program again, which finds our `libcurl.so.4` first. */
static bool child_agrees(const char *words)
{
    const char *argv[] = {"/proc/self/exe", NULL};
    (void)setenv(CHILD, words, 1);
    (void)setenv("LD_LIBRARY_PATH", dir, 1);
    (void)fflush(stdout);
    bool ok = run_program(argv) == 0;
    (void)unsetenv("LD_LIBRARY_PATH");
    (void)unsetenv(CHILD);
    return ok;
}

static void no_library(void)
{
    CHECK(put("libcurl.so.4", "not a library"));
    CHECK(child_agrees("the network needs libcurl"));
}

/* A library with all our functions but those from `omit` on; its version is `version`. */
static bool make_library(const char *omit, const char *version, long features)
{
    static const char *const NAMES[] = {
#define NAME(name) #name,
        BX_CURL_FUNCTIONS(NAME)
#undef NAME
    };
    BX_AUTO_BUF b = bx_buf_init(1 << 16);
    bx_buf_addf(&b,
                "static struct { int age; const char *v; unsigned n; const char *host; int f; }"
                " info = {0, \"7.0\", %s, \"\", %ld};\n",
                version, features);
    bx_buf_add_z(&b, "void *curl_version_info(void) { return &info; }\n"
                     "const char *curl_easy_strerror(int e) { return \"out of order\"; }\n");
    for (size_t i = 0; i < BX_COUNT(NAMES); i++)
        if (strcmp(NAMES[i], omit) != 0 && strcmp(NAMES[i], "curl_version_info") != 0 &&
            strcmp(NAMES[i], "curl_easy_strerror") != 0)
            bx_buf_addf(&b, "int %s(void) { return 2; }\n", NAMES[i]);
    char source[128], library[128];
    (void)snprintf(source, sizeof source, "%s/fake.c", dir);
    (void)snprintf(library, sizeof library, "%s/libcurl.so.4", dir);
    const char *argv[] = {"cc", "-shared", "-fPIC", "-w", "-o", library, source, NULL};
    return b.fail == BX_OK && put("fake.c", b.p) && run_program(argv) == 0;
}

static void libraries_that_will_not_do(void)
{
    const char *argv[] = {"cc", "-E", "-x", "c", "/dev/null", "-o", "/dev/null", NULL};
    if (run_program(argv) != 0)
        SKIP("no C compiler on this machine: libraries to refuse cannot be made");
    CHECK(make_library("curl_multi_poll", "0x075801", CURL_VERSION_SSL));
    CHECK(child_agrees("lacks curl_multi_poll"));
    CHECK(make_library("", "0x074f01", CURL_VERSION_SSL));
    CHECK(child_agrees("too old"));
    CHECK(make_library("", "0x080000", 0));
    CHECK(child_agrees("without TLS"));
    CHECK(make_library("", "0x080000", CURL_VERSION_SSL));
    CHECK(child_agrees("initialise libcurl: out of order"));
}

/* Control: the same requests go out once the real one is found. */
static void the_real_one(void)
{
    AUTO_SERVER *s = ts_start(ts_canned, TS_OK);
    AUTO_RIG(g);
    rig_open(&g, NULL);
    CHECK(!is_loaded());
    CHECK(rig_try(&g, at("http://127.0.0.1", s, "/")) == BX_HTTP_OK);
    CHECK(is_loaded());
}

static void make_dir(void)
{
    (void)snprintf(dir, sizeof dir, "/tmp/bx-curl-XXXXXX");
    BX_ASSERT(mkdtemp(dir));
}

static void remove_dir(void)
{
    (void)unlink(path_of("libcurl.so.4"));
    (void)unlink(path_of("fake.c"));
    (void)rmdir(dir);
}

BXT_MAIN(if (getenv(CHILD)) {
    the_network_says_what_it_lacks();
    return bxt_failed;
} make_dir();
         RUN(nothing_is_loaded_for_what_is_refused); RUN(no_library);
         RUN(libraries_that_will_not_do); RUN(the_real_one); remove_dir();)
