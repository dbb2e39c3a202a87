/* boxagnts exec: run one wasm file with exactly what the flags grant. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/audited.h"
#include "cli/commands.h"

#include "cli/setup.h"
#include "cli/tell.h"
#include "cli/tool_beside.h"
#include "codec/sha256.h"
#include "os/fd.h"
#include "os/signals.h"
#include "policy/options.h"
#include "sandbox/call.h"
#include "tool/invoke.h"

enum {
    MAX_MODULE = 1 << 30, /* bytes that are hashed for the record */
    FLAG_STDIN = 1000,
    FLAG_JSON,
    FLAG_INVOKE,
    FLAG_INVOKE_ARGS,
    FLAG_NO_MANIFEST,
    FLAG_ARGV0,
    FLAG_TRAP_IMPORTS,
    FLAG_PROGRAM,
    FLAG_AUDIT
};

static const bx_flag flags[] = {
#define BX_OPTION(field, flag, arg, scope, how, with, help) {flag, arg, help, BX_OPT_##field},
#include "policy/options.def"
#undef BX_OPTION
    {"stdin", "FILE",
     "standard input of the guest; '-' is the standard input of boxagnts (default)", FLAG_STDIN},
    {"json", NULL, "print one JSON object about the call instead of the guest's output", FLAG_JSON},
    {"invoke", "NAME", "call this exported function with JSON arguments", FLAG_INVOKE},
    {"invoke-args", "JSON|@FILE|-",
     "its arguments: JSON text, or from a file, or from the standard input of boxagnts",
     FLAG_INVOKE_ARGS},
    {"no-manifest", NULL, "run a tool without the limits its manifest beside the file gives",
     FLAG_NO_MANIFEST},
    {"argv0", "NAME", "the name the guest sees as its own (default: that of the file)", FLAG_ARGV0},
    {"unknown-imports-trap", NULL,
     "run a guest that imports what nobody provides; calling such a function is a trap",
     FLAG_TRAP_IMPORTS},
    {"program", "NAME=FILE.wasm",
     "a program the guest may start by this name, where --allow tool:NAME lets it", FLAG_PROGRAM},
    BX_AUDIT_FLAG(FLAG_AUDIT),
};

/* One run of the command. */
typedef struct run {
    const bx_args *a;
    bx_record record;
    bool json;      /* print the outcome, not the output */
    bool json_tool; /* the guest's output is one result */
    bx_outcome out;
    bx_cli_audited audited;
} run;

static const char *limit_of(int id)
{
    return id < BX_OPTION_COUNT ? bx_option_limit((bx_option)id) : NULL;
}

/* Every run option where it belongs. */
static bx_code apply_options(const bx_args *a, bx_grant *g, bx_runtime_settings *settings,
                             bx_error *err)
{
    for (size_t i = 0; i < a->n_flags; i++) {
        int id = a->flags[i].id;
        const char *value = a->flags[i].value;
        if (id >= BX_OPTION_COUNT)
            continue;
        bx_option o = (bx_option)id;
        bx_code rc = bx_options[o].scope == BX_SCOPE_RUNTIME
                         ? bx_option_apply_runtime(settings, o, value, err)
                         : bx_option_apply(g, o, bx_str_of(value), err);
        if (rc != BX_OK)
            return bx_wrap(rc, err, "--%s", bx_options[o].flag);
    }
    for (size_t i = 0; i < a->n_flags; i++) {
        if (a->flags[i].id != BX_OPT_deny) /* what is allowed is looked at when it is sealed */
            continue;
        bx_code rc = bx_option_check_path(g, BX_OPT_deny, bx_str_of(a->flags[i].value), err);
        if (rc != BX_OK)
            return bx_wrap(rc, err, "--deny");
    }
    return BX_OK;
}

static bx_code open_stdin(const char *path, bx_stdin *ret, int *fd, bx_error *err)
{
    *ret = (bx_stdin){.kind = BX_STDIN_FD, .fd = STDIN_FILENO};
    if (!path || strcmp(path, "-") == 0)
        return BX_OK;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (*fd < 0)
        return bx_fail_errno(err, errno, "--stdin '%s'", path);
    ret->fd = *fd;
    return BX_OK;
}

/* A guest sees the file's name as its own, never the host's directories. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The arguments of --invoke: in its own flag or the second word. */
static const char *invoke_source(const bx_args *a)
{
    const char *flag = bx_flag_last(a, FLAG_INVOKE_ARGS);
    return flag ? flag : a->n_words == 2 ? a->words[1] : "{}";
}

/* Read into `text` what is not in the source itself; at most as many bytes as the guest's memory
 * may have, since they would not fit there. */
static bx_code read_invoke_args(const bx_args *a, const bx_limits *l, bx_buf *text, bx_str *ret,
                                bx_error *err)
{
    const char *source = invoke_source(a);
    *ret = bx_str_of(source);
    bool from_stdin = strcmp(source, "-") == 0;
    if (!from_stdin && source[0] != '@')
        return BX_OK;
    size_t max = (size_t)l->memory;
    *text = bx_buf_init(max);
    bx_code rc = from_stdin ? bx_fd_read_all(STDIN_FILENO, max, text, err)
                            : bx_file_read_all(AT_FDCWD, source + 1, max, text, err);
    *ret = bx_buf_str(text);
    return bx_wrap(rc, err, "arguments of --invoke");
}

static bx_code build_call(const run *r, bx_call *c, const char ***args, int *stdin_fd,
                          bx_error *err)
{
    const bx_args *a = r->a;
    const char **list = bx_calloc(a->n_rest + 1, sizeof *list);
    if (!list)
        return bx_fail(err, BX_ENOMEM, "arguments");
    const char *argv0 = bx_flag_last(a, FLAG_ARGV0);
    list[0] = argv0 ? argv0 : base_name(a->words[0]);
    if (a->n_rest)
        memcpy(list + 1, a->rest, a->n_rest * sizeof *list);
    *args = list;
    c->args = list;
    c->n_args = a->n_rest + 1;
    c->out_fd = r->json || r->json_tool ? -1 : STDOUT_FILENO;
    c->err_fd = r->json ? -1 : STDERR_FILENO;
    c->invoke = bx_flag_last(a, FLAG_INVOKE);
    if (c->invoke && strcmp(invoke_source(a), "-") == 0 && !bx_has_flag(a, FLAG_STDIN))
        return BX_OK; /* that input is used up: the guest's is empty */
    return open_stdin(bx_flag_last(a, FLAG_STDIN), &c->in, stdin_fd, err);
}

/* The programs there are, for a guest that may start some. */
static bx_code programs_of(const bx_args *a, bx_app *app, const bx_grant *g,
                           const bx_program_set **ret, bx_error *err)
{
    bx_code rc = BX_OK;
    *ret = NULL;
    for (size_t i = 0; i < a->n_flags && rc == BX_OK; i++) {
        if (a->flags[i].id == FLAG_PROGRAM)
            rc = bx_wrap(bx_app_add_program(app, bx_str_of(a->flags[i].value), err), err,
                         "--program");
    }
    return rc == BX_OK && bx_grant_find(g, BX_CAP_TOOL) ? bx_app_programs(app, ret, err) : rc;
}

/* The module is told by what its file holds. */
static bx_code audit(run *r, const bx_call *c, bx_error *err)
{
    BX_AUTO_BUF bytes = bx_buf_init(MAX_MODULE);
    uint8_t sum[BX_SHA256_BYTES];
    bx_code rc = bx_file_read_all(AT_FDCWD, r->a->words[0], MAX_MODULE, &bytes, err);
    if (rc != BX_OK)
        return rc;
    bx_sha256(bytes.p, bytes.n, sum);
    return bx_cli_audited_begin(&r->audited, "exec", c->args, c->n_args, sum,
                                bx_sealed_grant(c->sealed), err);
}

static bx_code run_call(run *r, bx_app *app, bx_grant *g, bx_error *err)
{
    const bx_args *a = r->a;
    BX_AUTO(bx_sealed) bx_sealed *sealed = NULL;
    const bx_program_set *programs;
    bx_code rc = programs_of(a, app, g, &programs, err);
    if (rc == BX_OK)
        rc = bx_app_protect(app, g, err);
    if (rc == BX_OK)
        rc = bx_sealed_new_with(BX_TAKE(g), bx_app_store_dir(app), programs, &sealed, err);
    bx_grant_free(g);
    if (rc != BX_OK)
        return rc;
    static bx_module *m; /* never freed: as bx_app_leave */
    rc = bx_module_open_lazy(bx_app_runtime(app), a->words[0],
                             bx_grant_limits(bx_sealed_grant(sealed)), &m, err);
    if (rc != BX_OK)
        return rc;

    BX_AUTOFREE const char **args = NULL;
    BX_AUTOCLOSE int stdin_fd = -1;
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    const bx_tool_ground ground = bx_app_ground(app);
    const bx_call_tools tools = bx_tool_nested(&(bx_tool_caller){.on = &ground});
    bx_call c = {.module = m,
                 .sealed = sealed,
                 .ctl = &ctl,
                 .tools = programs ? &tools : NULL,
                 .record = r->json || bx_has_flag(a, FLAG_AUDIT) ? &r->record : NULL};
    BX_AUTO_BUF invoke_args = bx_buf_init(0);
    rc = build_call(r, &c, &args, &stdin_fd, err);
    if (rc == BX_OK && c.invoke)
        rc = read_invoke_args(a, bx_grant_limits(bx_sealed_grant(sealed)), &invoke_args,
                              &c.invoke_args, err);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(&ctl, err);
    if (rc == BX_OK && bx_has_flag(a, FLAG_AUDIT))
        rc = audit(r, &c, err);
    if (rc == BX_OK) {
        bx_signals_cancel(&ctl);
        rc = bx_call_run(&c, &r->out, err);
        bx_signals_restore();
    }
    bx_ctl_done(&ctl);
    return rc;
}

static bx_code exec_file(run *r, bx_error *err)
{
    const bx_args *a = r->a;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_app *app = NULL;
    bx_runtime_settings settings = {.unknown_imports_trap = bx_has_flag(a, FLAG_TRAP_IMPORTS)};
    bx_code rc = bx_grant_new(&g, err);
    if (rc == BX_OK && !bx_has_flag(a, FLAG_NO_MANIFEST) && !bx_has_flag(a, FLAG_INVOKE))
        rc = bx_tool_beside(a->words[0], g, &r->json_tool, err);
    if (rc == BX_OK) /* after the manifest: what is said here counts */
        rc = apply_options(a, g, &settings, err);
    if (rc == BX_OK)
        rc = bx_cli_app_of_one(&settings, &app, err);
    if (rc != BX_OK)
        return rc;
    rc = run_call(r, app, BX_TAKE(g), err);
    bx_app_leave(app);
    return rc;
}

/* The call did not begin: an outcome that says so. */
static void outcome_of_error(bx_outcome *out, bx_code rc, const bx_error *err)
{
    bx_outcome_init(out);
    out->kind = rc == BX_EDENIED ? BX_OUT_DENIED : BX_OUT_FAILED;
    out->error = bx_strndup(err->msg, strlen(err->msg));
}

static bool words_are_right(const bx_args *a)
{
    bool invoke = bx_has_flag(a, FLAG_INVOKE), args = bx_has_flag(a, FLAG_INVOKE_ARGS);
    if (args && (!invoke || a->n_words == 2))
        bx_cli_complain(invoke ? "exec: one JSON text only: behind the file or with --invoke-args"
                               : "exec: --invoke-args are the arguments of --invoke NAME");
    else if (a->n_words == 0)
        bx_cli_complain("exec: which file? %s",
                        a->n_rest ? "it stands before '--'; one that begins with a dash is ./-FILE"
                                  : "see boxagnts exec --help");
    else if (a->n_words > (invoke ? 2 : 1))
        bx_cli_complain(invoke ? "exec: one file and one JSON text only"
                               : "exec: one file only; arguments of the guest go after '--'");
    else
        return true;
    return false;
}

/* What the guest printed where it was kept, and what a typed function returned. */
static int print_output(const run *r)
{
    const bx_outcome *o = &r->out;
    if ((o->out_n && fwrite(o->out, 1, o->out_n, stdout) != o->out_n) ||
        (o->result && printf("%s\n", o->result) < 0) || fflush(stdout) != 0) {
        bx_cli_complain("write the result: %s", strerror(errno));
        return EXIT_OURS;
    }
    return bx_outcome_exit_code(o);
}

static int run_exec(const bx_args *a)
{
    if (!words_are_right(a))
        return EXIT_OURS;
    run r = {.a = a, .json = bx_has_flag(a, FLAG_JSON)};
    bx_error err = {.msg = ""};
    bx_record_init(&r.record);
    bx_outcome_init(&r.out);
    bx_code rc = exec_file(&r, &err);
    if (rc != BX_OK)
        outcome_of_error(&r.out, rc, &err);
    else if (r.json_tool && bx_tool_settle(&r.out, NULL, &err) != BX_OK)
        bx_cli_complain("%s", err.msg);
    if (bx_cli_audited_end(&r.audited, &r.out, &r.record, &err) != BX_OK)
        bx_cli_complain("%s", err.msg);
    bx_cli_tell_end(&r.out);
    int code = r.json ? bx_cli_print_outcome(&r.out, &r.record) : print_output(&r);
    bx_record_done(&r.record);
    bx_outcome_done(&r.out);
    return code;
}

const bx_command bx_cmd_exec = {
    .name = "exec",
    .usage = "exec [flags] FILE.wasm [-- ARGS…]\n       boxagnts exec [flags] --invoke NAME "
             "FILE.wasm [JSON|@FILE|-]",
    .summary =
        "run a WebAssembly module or component with exactly what the flags grant, and nothing else",
    .details =
        "Without flags the guest gets no files, no network and no variables; its standard input, "
        "output\n"
        "and error are those of boxagnts, and every limit has a default (docs/capabilities.md).\n"
        "Exit code: the guest's own; 124 over the deadline; 125 boxagnts itself failed; 126 denied "
        "before\n"
        "the start; 130 cancelled; 132 trap, stack, fuel or output; 137 memory. --json tells them "
        "apart.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .limit_of = limit_of,
    .takes_rest = true,
    .run = run_exec,
};
