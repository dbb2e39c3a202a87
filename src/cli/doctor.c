/* boxagnts doctor: hostile guests try to get out of the sandbox on the user's own machine, and each
 * shows beside it that the same thing works where it is permitted. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/doctor_tree.h"
#include "cli/setup.h"
#include "codec/shown.h"
#include "os/fd.h"
#include "policy/options.h"
#include "sandbox/call.h"

enum { FLAG_PROBES, FLAG_JSON };
enum setup { NONE, TREE, SILENT, TWICE };

struct probe {
    const char *name, *tries;
    enum setup setup;
    const char *grants, *limits;
    bx_outcome_kind kind;
    int exit_code;
};

static const struct probe probes[] = {
#define BX_PROBE(name, tries, setup, grants, limits, kind, code) \
    {#name, tries, setup, grants, limits, BX_OUT_##kind, code},
#include "cli/doctor_probes.def"
#undef BX_PROBE
};

static const bx_flag flags[] = {
    {"probes", "DIR", "where the probes are (default: beside the binary, or share/boxagnts/probes)",
     FLAG_PROBES},
    {"json", NULL, "print one JSON object instead of the table", FLAG_JSON},
};

/* ---- one run of one probe ------------------------------------------------------------------ */

/* "map:box::/sandbox" -> the option and its value, the host part made absolute. */
static bx_code apply_grant(bx_grant *g, bx_str word, const char *tree, bx_error *err)
{
    static const struct {
        const char *prefix;
        bx_option option;
        bool has_host;
    } kinds[] = {{"map:", BX_OPT_map_dirs, true},
                 {"mount:", BX_OPT_mounts, true},
                 {"allow:", BX_OPT_allow, false},
                 {"deny:", BX_OPT_deny, false}};
    for (size_t i = 0; i < BX_COUNT(kinds); i++) {
        bx_str prefix = bx_str_of(kinds[i].prefix);
        if (!bx_str_starts(word, prefix))
            continue;
        BX_AUTO_BUF value = bx_buf_init(8192);
        bx_str rest = bx_str_from(word, prefix.n);
        if (kinds[i].has_host && rest.n && rest.p[0] != '/')
            (void)bx_buf_addf(&value, "%s/", tree);
        (void)bx_buf_add_str(&value, rest);
        bx_code rc = bx_buf_check(&value, err);
        return rc == BX_OK ? bx_option_apply(g, kinds[i].option, bx_buf_str(&value), err) : rc;
    }
    return bx_fail(err, BX_EINTERNAL, "probe table: '%.*s'", BX_FMT(word));
}

/* Apply each space-separated word of `text`; `tree` NULL: the words are limits. */
static bx_code apply_words(bx_grant *g, const char *text, const char *tree, bx_error *err)
{
    bx_code rc = BX_OK;
    while (rc == BX_OK && *text) {
        size_t n = strcspn(text, " ");
        bx_str word = {text, n};
        rc = tree ? apply_grant(g, word, tree, err) : bx_option_apply(g, BX_OPT_limits, word, err);
        text += n + strspn(text + n, " ");
    }
    return rc;
}

static bx_code seal_probe(const struct probe *p, const char *tree, bx_sealed **ret, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_grant_new(&g, err);
    if (rc == BX_OK)
        rc = apply_words(g, p->grants, tree, err);
    if (rc == BX_OK)
        rc = apply_words(g, p->limits, NULL, err);
    return rc == BX_OK ? bx_sealed_new(BX_TAKE(g), NULL, ret, err) : rc;
}

static bx_code run_in(const struct probe *p, bx_module *m, const char *tree, bool control,
                      bx_outcome *out, bx_error *err)
{
    BX_AUTO(bx_sealed) bx_sealed *s = NULL;
    bx_code rc = seal_probe(p, tree, &s, err);
    if (rc != BX_OK)
        return rc;
    const char *args[] = {p->name, "control"};
    int pipe_fds[2] = {-1, -1};
    bx_call c = {.module = m,
                 .sealed = s,
                 .args = args,
                 .n_args = control ? 2 : 1,
                 .out_fd = -1,
                 .err_fd = -1};
    if (p->setup == SILENT) {
        if (pipe2(pipe_fds, O_CLOEXEC) != 0)
            return bx_fail_errno(err, errno, "pipe");
        c.in = (bx_stdin){.kind = BX_STDIN_FD, .fd = pipe_fds[0]};
    }
    rc = bx_call_run(&c, out, err);
    if (rc == BX_OK && p->setup == TWICE) {
        bx_outcome_done(out);
        rc = bx_call_run(&c, out, err);
    }
    for (int i = 0; i < 2; i++) {
        if (pipe_fds[i] >= 0)
            (void)close(pipe_fds[i]);
    }
    return rc;
}

static bx_code run_probe(const struct probe *p, bx_module *m, bool control, bx_outcome *out,
                         bx_error *err)
{
    bx_outcome_init(out);
    if (p->setup == NONE || p->setup == TWICE)
        return run_in(p, m, "", control, out, err);
    char tree[512];
    bx_code rc = bx_doctor_tree_make(tree, sizeof tree, err);
    if (rc == BX_OK)
        rc = run_in(p, m, tree, control, out, err);
    bx_doctor_tree_remove(tree);
    return rc;
}

/* ---- the report ---------------------------------------------------------------------------- */

struct result {
    bool held, control;
    char stopped_by[160];
};

/* What a probe's file or its guest said, as a table may have it. */
static void say(struct result *r, const char *what, bx_str text)
{
    BX_AUTO_BUF line = bx_buf_init(sizeof r->stopped_by * 2);
    bx_shown_add(&line, text, sizeof r->stopped_by - 32);
    (void)snprintf(r->stopped_by, sizeof r->stopped_by, "%s%s", what, line.p ? line.p : "");
}

/* The first line the guest printed, or what ended it. */
static void first_line(const bx_outcome *o, struct result *r)
{
    const char *text = o->kind == BX_OUT_EXIT ? o->out : o->error;
    size_t n = text ? strcspn(text, "\n") : 0;
    static const char contained[] = "contained: ";
    if (n >= sizeof contained - 1 && memcmp(text, contained, sizeof contained - 1) == 0) {
        text += sizeof contained - 1;
        n -= sizeof contained - 1;
    }
    char kind[24] = "";
    if (o->kind != BX_OUT_EXIT)
        (void)snprintf(kind, sizeof kind, "%s: ", bx_outcome_kind_name(o->kind));
    say(r, kind, (bx_str){text ? text : "", n});
}

static struct result judge(const struct probe *p, bx_module *m)
{
    struct result r = {false, false, ""};
    bx_outcome o;
    bx_error err;
    if (run_probe(p, m, false, &o, &err) != BX_OK) {
        say(&r, "could not run: ", bx_str_of(err.msg));
    } else {
        r.held = o.kind == p->kind && bx_outcome_exit_code(&o) == p->exit_code;
        first_line(&o, &r);
    }
    bx_outcome_done(&o);
    if (run_probe(p, m, true, &o, &err) == BX_OK)
        r.control = o.kind == BX_OUT_EXIT && o.exit_code == 0;
    bx_outcome_done(&o);
    return r;
}

static bool find_probes(const char *given, char *out, size_t cap)
{
    char exe[3800];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(exe, '/');
    if (slash)
        *slash = '\0';
    const char *const homes[] = {"probes", "../probes", "../share/boxagnts/probes"};
    if (given) {
        (void)snprintf(out, cap, "%s", given);
        return access(out, X_OK) == 0;
    }
    for (size_t i = 0; i < BX_COUNT(homes); i++) {
        (void)snprintf(out, cap, "%s/%s", exe, homes[i]);
        if (access(out, X_OK) == 0)
            return true;
    }
    return false;
}

static void print_machine(void)
{
    struct utsname u;
    struct rlimit as;
    (void)uname(&u);
    (void)printf("machine   %s %s %s\n", u.sysname, u.release, u.machine);
    (void)printf("engine    wasmtime %s\n", bx_engine_version());
    (void)printf("openat2   %s\n",
                 bx_doctor_has_openat2() ? "yes" : "no: files cannot be granted on this kernel");
    (void)printf("/proc     %s\n", access("/proc/self/fd", X_OK) == 0
                                       ? "yes"
                                       : "no: carve-outs (deny:) cannot be granted");
    if (getrlimit(RLIMIT_AS, &as) == 0 && as.rlim_cur != RLIM_INFINITY)
        (void)printf(
            "memory    address space limited to %llu MiB: sandboxes are allocated on demand\n",
            (unsigned long long)(as.rlim_cur >> 20));
    (void)printf("\n");
}

static void print_row(const struct probe *p, const struct result *r, bool json, bool first)
{
    if (!json) {
        int n = (int)strcspn(r->stopped_by, ";("); /* advice is for other places than a table */
        (void)printf("%-8s %-66s %-40.*s %s\n", r->held ? "held" : "FAILED", p->tries,
                     r->held ? n : (int)sizeof r->stopped_by, r->stopped_by,
                     r->control ? "ok" : "FAILED");
        return;
    }
    (void)printf("%s\n{\"probe\":\"%s\",\"held\":%s,\"control\":%s,\"stopped_by\":\"",
                 first ? "" : ",", p->name, r->held ? "true" : "false",
                 r->control ? "true" : "false");
    for (const char *s = r->stopped_by; *s; s++) {
        if (*s == '"' || *s == '\\')
            (void)putchar('\\');
        (void)putchar(*s);
    }
    (void)printf("\"}");
}

static int run_all(bx_runtime *rt, const char *dir, bool json)
{
    bx_limits l = bx_limits_default();
    size_t held = 0, controls = 0;
    if (json)
        (void)printf("{\"engine\":\"%s\",\"openat2\":%s,\"probes\":[", bx_engine_version(),
                     bx_doctor_has_openat2() ? "true" : "false");
    else
        (void)printf("%-8s %-66s %-40s %s\n", "", "a hostile guest tried to", "stopped by",
                     "control");
    for (size_t i = 0; i < BX_COUNT(probes); i++) {
        char path[4200];
        (void)snprintf(path, sizeof path, "%s/%s.wasm", dir, probes[i].name);
        BX_AUTO(bx_module) bx_module *m = NULL;
        bx_error err;
        struct result r = {false, false, ""};
        if (bx_module_open(rt, path, &l, &m, &err) == BX_OK)
            r = judge(&probes[i], m);
        else
            say(&r, "cannot load: ", bx_str_of(err.msg));
        print_row(&probes[i], &r, json, i == 0);
        (void)fflush(stdout);
        held += r.held;
        controls += r.control;
    }
    if (json)
        (void)printf("],\"held\":%zu,\"controls\":%zu,\"total\":%zu}\n", held, controls,
                     BX_COUNT(probes));
    else
        (void)printf("\n%zu of %zu attempts held; %zu of %zu controls worked\n", held,
                     BX_COUNT(probes), controls, BX_COUNT(probes));
    return held == BX_COUNT(probes) && controls == BX_COUNT(probes) ? 0 : 1;
}

static int run_doctor(const bx_args *a)
{
    char dir[4096];
    const char *given = bx_flag_last(a, FLAG_PROBES);
    bool json = bx_has_flag(a, FLAG_JSON);
    if (!find_probes(given, dir, sizeof dir)) {
        bx_cli_complain("doctor: no probes %s%s; --probes DIR says where they are",
                        given ? "in " : "beside the binary", given ? given : "");
        return EXIT_OURS;
    }
    BX_AUTO(bx_app) bx_app *app = NULL;
    bx_error err;
    if (bx_cli_app(8, &app, &err) != BX_OK) {
        bx_cli_complain("doctor: %s", err.msg);
        return EXIT_OURS;
    }
    if (!json)
        print_machine();
    return run_all(bx_app_runtime(app), dir, json);
}

const bx_command bx_cmd_doctor = {
    .name = "doctor",
    .usage = "doctor [--json] [--probes DIR]",
    .summary = "let hostile guests try to get out of the sandbox on this machine",
    .details =
        "Every probe tries one forbidden thing; its control does the same thing where it is "
        "permitted and must\n"
        "succeed. Exit code 0 when every attempt was stopped and every control worked, else 1.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .no_words = true,
    .run = run_doctor,
};
