/* What is left when a component call is over, however it ended, and what happens when others have
 * left the process too few descriptors to begin with. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"
#include "os/fd.h"
#include "policy/options.h"
#include "sandbox/call.h"

static bx_egress *egress;
static bx_runtime *rt;
static bx_module *core, *component, *dial;
static int silent = -1; /* accepts connections and never says a word */
static char port[8], rule[64];

static bool listen_silently(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (silent < 0 || bind(silent, (struct sockaddr *)&a, n) != 0 || listen(silent, 64) != 0 ||
        getsockname(silent, (struct sockaddr *)&a, &n) != 0)
        return false;
    (void)snprintf(port, sizeof port, "%d", ntohs(a.sin_port));
    (void)snprintf(rule, sizeof rule, "connect:tcp://127.0.0.1:%s", port);
    return true;
}

static void setup(void)
{
    bx_limits l = bx_limits_default();
    bx_error err = {.msg = ""};
    BX_AUTO_BUF wrapped = bx_buf_init((size_t)16 << 20);
    static const char path[] = BX_GUEST_DIR "/guests/sb_ends.wasm";
    CHECK(listen_silently());
    CHECK(bx_egress_new(NULL, &egress, &err) == BX_OK);
    bx_runtime_config cfg = {.egress = egress, .compile_here = true};
    CHECK(bx_runtime_new(&cfg, &rt, &err) == BX_OK);
    CHECK(bx_module_open(rt, path, &l, &core, &err) == BX_OK);
    CHECK(bx_module_componentize(path, &wrapped, &err) == BX_OK);
    CHECK(bx_buf_add(&wrapped, "\0\2\1x", 4) ==
          BX_OK); /* a section, so that it stays a component */
    CHECK(bx_module_from_bytes(rt, "wrapped", (const uint8_t *)wrapped.p, wrapped.n, &l, &component,
                               &err) == BX_OK);
    CHECK(bx_module_open(rt, BX_GUEST_DIR "/components/dial.wasm", &l, &dial, &err) == BX_OK);
}

/* (option, value) pairs ending in NULL. */
static bx_sealed *seal(const char *const *options)
{
    bx_grant *g = NULL;
    bx_sealed *s = NULL;
    bx_error err = {.msg = ""};
    bx_code rc = bx_grant_new(&g, &err);
    for (; rc == BX_OK && options[0]; options += 2) {
        bx_option o = BX_OPT_allow;
        rc = bx_option_find(bx_str_of(options[0]), &o)
                 ? bx_option_apply(g, o, bx_str_of(options[1]), &err)
                 : BX_EINTERNAL;
    }
    if (rc == BX_OK)
        rc = bx_sealed_new(g, NULL, &s, &err);
    if (rc != BX_OK)
        printf("# %s\n", err.msg);
    return s;
}

static size_t entries(const char *dir)
{
    DIR *d = opendir(dir);
    size_t n = 0;
    while (d && readdir(d))
        n++;
    if (d)
        (void)closedir(d);
    return n;
}

static void *cancel_soon(void *ctl)
{
    struct timespec t = {0, 20 * 1000000};
    (void)nanosleep(&t, NULL);
    bx_ctl_cancel(ctl);
    return NULL;
}

/* One call, cancelled after a moment if `cancel`; whether it ended as `kind`. */
static bool ends_as(bx_module *m, bx_sealed *s, const char *const *args, size_t n, bool cancel,
                    bx_outcome_kind kind)
{
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    pthread_t t;
    bx_outcome o;
    bx_error err = {.msg = ""};
    bx_call c = {.module = m,
                 .sealed = s,
                 .args = args,
                 .n_args = n,
                 .in = {.kind = BX_STDIN_EMPTY},
                 .out_fd = -1,
                 .err_fd = -1,
                 .ctl = &ctl};
    if (cancel && (bx_ctl_make_cancellable(&ctl, NULL) != BX_OK ||
                   pthread_create(&t, NULL, cancel_soon, &ctl) != 0))
        return false;
    bool ran = bx_call_run(&c, &o, &err) == BX_OK;
    if (cancel)
        (void)pthread_join(t, NULL);
    bx_ctl_done(&ctl);
    bool ok = ran && o.kind == kind;
    if (!ok)
        printf("# %s: %d %s\n", args[1], ran ? (int)o.kind : -1,
               ran && o.error ? o.error : err.msg);
    if (ran)
        bx_outcome_done(&o);
    return ok;
}

static void nothing_is_left_of_a_call(void)
{
    static const char *const quick[] = {"limits", "wall=100ms", NULL}, *const slow[] = {NULL};
    const char *const net[] = {"allow",      rule, "allow_networks", "127.0.0.0/8", "limits",
                               "wall=100ms", NULL};
    const char *const net_slow[] = {"allow", rule, "allow_networks", "127.0.0.0/8", NULL};
    BX_AUTO(bx_sealed)
    bx_sealed *q = seal(quick), *s = seal(slow), *n = seal(net), *ns = seal(net_slow);
    CHECK(q && s && n && ns);
    const char *end[] = {"sb_ends", "exit", "3"}, *trap[] = {"sb_ends", "trap"},
               *wait[] = {"sb_ends", "sleep"}, *tcp[] = {"dial", "tcp", "127.0.0.1", port},
               *make[] = {"dial", "make", "tcp"};
    size_t fds = 0, tasks = 0;
    for (int round = 0; round < 3; round++) {
        CHECK(ends_as(component, s, end, 3, false, BX_OUT_EXIT));
        CHECK(ends_as(component, s, trap, 2, false, BX_OUT_TRAP));
        CHECK(ends_as(component, q, wait, 2, false, BX_OUT_DEADLINE));
        CHECK(ends_as(component, s, wait, 2, true, BX_OUT_CANCELLED));
        CHECK(ends_as(dial, n, make, 3, false, BX_OUT_EXIT));
        CHECK(ends_as(dial, n, tcp, 4, false, BX_OUT_DEADLINE));
        CHECK(ends_as(dial, ns, tcp, 4, true, BX_OUT_CANCELLED));
        if (round == 0) { /* the first makes what the process keeps */
            fds = entries("/proc/self/fd");
            tasks = entries("/proc/self/task");
        }
    }
    CHECK(entries("/proc/self/fd") == fds);
    CHECK(entries("/proc/self/task") == tasks);
    int held = dup(silent); /* the control: one more is seen */
    CHECK(held >= 0 && entries("/proc/self/fd") == fds + 1);
    (void)close(held);
}

/* ---- too few descriptors -------------------------------------------------------------------- */

struct nap {
    bx_sealed *sealed;
    bx_outcome_kind expected;
    bool ok;
};

static void *nap(void *p)
{
    struct nap *n = p;
    const char *args[] = {"sb_ends", "nap"};
    n->ok = ends_as(component, n->sealed, args, 2, false, n->expected);
    return NULL;
}

/* On a thread that has no runtime for waits yet. */
static bool naps(bx_sealed *s, bx_outcome_kind expected)
{
    struct nap n = {s, expected, false};
    pthread_t t;
    if (pthread_create(&t, NULL, nap, &n) != 0)
        return false;
    (void)pthread_join(t, NULL);
    return n.ok;
}

enum { DESCRIPTORS = 128, GUESTS = 4 };

/* Guests that hold what they can, each within its own limits, leave others enough to wait with. */
static void guests_leave_a_reserve(void)
{
    static const char *const dir[] = {"map_dirs", "/tmp::/w:ro", NULL};
    BX_AUTO(bx_sealed) bx_sealed *s = seal(dir);
    bx_live *held[GUESTS];
    bx_outcome o;
    bx_error err;
    const char *args[] = {"sb_ends", "hold"};
    bx_call c = {
        .module = core, .sealed = s, .args = args, .n_args = 2, .out_fd = -1, .err_fd = -1};
    CHECK(s);
    for (int i = 0; i < GUESTS; i++) {
        CHECK(bx_live_new(&c, &held[i], &o, &err) == BX_OK);
        bx_live_run(held[i], &o);
        CHECK(o.kind == BX_OUT_EXIT);
        bx_outcome_done(&o);
    }
    CHECK(!bx_fd_any_spare());
    CHECK(naps(s, BX_OUT_EXIT));
    for (int i = 0; i < GUESTS; i++)
        bx_live_free(held[i]);
    CHECK(bx_fd_any_spare());
}

/* The host itself has used them up: words, and the process lives. */
static void without_any_it_is_said(void)
{
    static const char *const none[] = {NULL};
    BX_AUTO(bx_sealed) bx_sealed *s = seal(none);
    int held[DESCRIPTORS];
    size_t n = 0;
    CHECK(s);
    while (n < DESCRIPTORS && (held[n] = dup(silent)) >= 0)
        n++;
    bool full = errno == EMFILE, said = naps(s, BX_OUT_FAILED);
    while (n > 0)
        (void)close(held[--n]);
    CHECK(full && said);
    CHECK(naps(s, BX_OUT_EXIT)); /* the control */
}

static void few_descriptors(void)
{
    struct rlimit before, few;
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    few = before;
    few.rlim_cur = DESCRIPTORS;
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    guests_leave_a_reserve();
    if (!bxt_failed)
        without_any_it_is_said();
    (void)setrlimit(RLIMIT_NOFILE, &before);
}

static void teardown(void)
{
    bx_module_free(core);
    bx_module_free(component);
    bx_module_free(dial);
    bx_runtime_free(rt);
    bx_egress_free(egress);
    (void)close(silent);
    CHECK(true);
}

BXT_MAIN(RUN(setup); RUN(nothing_is_left_of_a_call); RUN(few_descriptors); RUN(teardown);)
