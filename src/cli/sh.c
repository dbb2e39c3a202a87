/* boxagnts sh and boxagnts js: the shell and JavaScript for a person, in a sandbox of its own with
 * a directory to work in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/audited.h"
#include "cli/commands.h"
#include "cli/keystrokes.h"
#include "cli/setup.h"
#include "cli/tell.h"
#include "base/limits.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "os/signals.h"
#include "policy/options.h"
#include "tool/invoke.h"

#define WORKSPACE "/workspace"

enum {
    FLAG_WORKSPACE = 1000,
    FLAG_JSON,
    FLAG_PROGRAM,
    FLAG_AUDIT,
    SLOTS = 64,
    MAX_SCRIPT = 16 << 20
};

static const bx_flag flags[] = {
    {"workspace", "DIR",
     "the directory to work in, read and written as " WORKSPACE
     " (default: an empty one in memory)",
     FLAG_WORKSPACE},
    {"allow", "CAP",
     "grant something more: fetch:https://host, read:/data, … (there are " WORKSPACE
     ", /tmp in memory, and all programs)",
     BX_OPT_allow},
    {"deny", "GLOB", "carve out paths, whatever else is allowed: '**/.env', " WORKSPACE "/keys",
     BX_OPT_deny},
    {"mount", "HOST::GUEST", "say where a guest path lives, for --allow", BX_OPT_mounts},
    {"program", "NAME=FILE.wasm", "a WASI program as one more command", FLAG_PROGRAM},
    {"limit", "NAME=VALUE", "set a limit: wall=5m, output=10MiB, memory=1GiB, …", BX_OPT_limits},
    {"json", NULL, "print one JSON object about the call instead of its output", FLAG_JSON},
    {"allow-network", "CIDR", "let allowed requests reach this otherwise blocked network",
     BX_OPT_allow_networks},
    {"block-network", "CIDR", "refuse addresses: a network, an address, or 'private'",
     BX_OPT_block_networks},
    {"block-url", "URL", "refuse requests to URLs with this prefix", BX_OPT_block_url},
    {"inject", "'ORIGIN HEADER=env:NAME'",
     "set a header of requests to ORIGIN to a variable's value; no program sees it", BX_OPT_inject},
    BX_AUDIT_FLAG(FLAG_AUDIT),
    {"ca", "FILE", "trust the certificate authorities in this PEM file as well as the system's",
     BX_OPT_ca_files},
};

typedef struct run {
    const bx_args *a;
    const char *program; /* "bash", "node" */
    bool is_js;
    bool json;
    bx_record record;
    bx_outcome out;
    bx_buf script;     /* of FILE, where the sandbox does not have it */
    const char **args; /* owned list; texts borrowed */
    size_t n_args;
    bool interactive; /* with a person at a terminal */
    bx_cli_audited audited;
} run;

/* ---- what it may use ------------------------------------------------------------------------- */

static bool has_line(const bx_args *a, int id, const char *begin)
{
    for (size_t i = 0; i < a->n_flags; i++) {
        const char *v = a->flags[i].value; /* NULL: it takes none */
        if (a->flags[i].id == id && strncmp(v ? v : "", begin, strlen(begin)) == 0)
            return true;
    }
    return false;
}

/* The line, unless the person says something of the same variable. */
static bx_code allow_env(const bx_args *a, bx_grant *g, const char *line, bx_error *err)
{
    const char *equals = strchr(line, '=');
    size_t n = equals ? (size_t)(equals - line) : strlen(line);
    for (size_t i = 0; i < a->n_flags; i++) {
        const char *v = a->flags[i].value;
        if (a->flags[i].id == BX_OPT_allow && strncmp(v, line, n) == 0 &&
            (v[n] == '\0' || v[n] == '='))
            return BX_OK;
    }
    return bx_grant_allow(g, bx_str_of(line), err);
}

/* A person waits as long as they like; whoever gives the limit means it. */
static bx_code set_limits(const run *r, bx_grant *g, bx_error *err)
{
    const bx_args *a = r->a;
    bx_limits l = *bx_grant_limits(g);
    bx_code rc =
        r->is_js ? bx_limits_set(&l, BX_LIT("stack=6MiB"), err) : BX_OK; /* as its manifest */
    if (rc == BX_OK && !has_line(a, BX_OPT_limits, "wall="))
        rc = bx_limits_set(&l, BX_LIT("wall=24h"), err);
    if (rc == BX_OK && !has_line(a, FLAG_JSON, ""))
        rc = bx_limits_set(&l, BX_LIT("output=1GiB"), err);
    if (rc == BX_OK)
        rc = bx_limits_set(&l, BX_LIT("memory=1GiB"), err);
    return rc == BX_OK ? bx_grant_set_limits(g, &l, err) : rc;
}

static bx_code grant_of(const run *r, bx_grant **ret, bx_error *err)
{
    static const char *const always[] = {
        "env:PWD=" WORKSPACE, "env:HOME=" WORKSPACE, "env:PATH=/bin",    "env:USER=user",
        "env:LOGNAME=user",   "env:SHELL=/bin/bash", "env:LANG=C.UTF-8",
    };
    const char *workspace = bx_flag_last(r->a, FLAG_WORKSPACE);
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_grant_new(&g, err);
    if (rc == BX_OK)
        rc = set_limits(r, g, err);
    if (rc == BX_OK)
        rc = bx_grant_allow(g, BX_LIT("tool:*"), err);
    for (size_t i = 0; rc == BX_OK && i < BX_COUNT(always); i++)
        rc = allow_env(r->a, g, always[i], err);
    if (rc == BX_OK && !has_line(r->a, BX_OPT_allow, "tmp"))
        rc = bx_grant_allow(g, BX_LIT("tmp:256MiB"), err);
    if (rc == BX_OK && getenv("TERM"))
        rc = allow_env(r->a, g, "env:TERM", err);
    if (rc == BX_OK && r->interactive)
        rc = allow_env(r->a, g, "env:PS1=\\w\\$ ", err);
    if (rc == BX_OK && workspace)
        rc = bx_grant_mount(g, bx_str_of(workspace), BX_LIT(WORKSPACE), err);
    if (rc == BX_OK && workspace)
        rc = bx_grant_allow(g, BX_LIT("rw:" WORKSPACE), err);
    if (rc == BX_OK && !workspace)
        rc = bx_grant_set_scratch(g, err);
    for (size_t i = 0; i < r->a->n_flags && rc == BX_OK; i++) {
        int id = r->a->flags[i].id;
        if (id < BX_OPTION_COUNT)
            rc = bx_wrap(bx_option_apply(g, (bx_option)id, bx_str_of(r->a->flags[i].value), err),
                         err, "--%s", bx_options[id].flag);
    }
    for (size_t i = 0; i < r->a->n_flags && rc == BX_OK; i++) {
        if (r->a->flags[i].id == BX_OPT_deny)
            rc = bx_wrap(bx_option_check_path(g, BX_OPT_deny, bx_str_of(r->a->flags[i].value), err),
                         err, "--deny");
    }
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}

/* ---- its arguments --------------------------------------------------------------------------- */

/* A script of the host is read here, and run as text under its own name; one the workspace has is
 * found there by the shell. */
static bx_code read_script(run *r, const char *file, bx_error *err)
{
    r->script = bx_buf_init(MAX_SCRIPT);
    bx_code rc = bx_file_read_all(AT_FDCWD, file, MAX_SCRIPT, &r->script, err);
    if (rc == BX_OK && memchr(r->script.p, '\0', r->script.n))
        rc = bx_fail(err, BX_EINVAL, "%s is no text", file);
    if (rc == BX_OK) {
        (void)bx_buf_add_c(&r->script, '\0');
        rc = bx_buf_check(&r->script, err);
    }
    return rc;
}

static bx_code script_arguments(run *r, const char *file, size_t at, bx_error *err)
{
    bx_code rc = read_script(r, file, err);
    if (rc != BX_OK)
        return rc;
    r->args[r->n_args++] = "--script-text";
    r->args[r->n_args++] = r->script.p;
    for (size_t i = at; i < r->a->n_rest; i++) /* $0 and the others */
        r->args[r->n_args++] = r->a->rest[i];
    return BX_OK;
}

static bool is_host_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

static bx_code arguments_of(run *r, bx_error *err)
{
    const bx_args *a = r->a;
    r->args = bx_calloc(a->n_rest + 4, sizeof *r->args);
    if (!r->args)
        return bx_fail(err, BX_ENOMEM, "arguments");
    r->args[r->n_args++] = "bash";
    size_t i = 0;
    bool takes_file = true;
    for (; i < a->n_rest && a->rest[i][0] == '-' && a->rest[i][1]; i++) {
        const char *word = a->rest[i];
        r->args[r->n_args++] = word;
        if (strchr(word + 1, 'c') || strchr(word + 1, 's'))
            takes_file = false;
        if ((strcmp(word, "-o") == 0 || strcmp(word, "-O") == 0) && i + 1 < a->n_rest)
            r->args[r->n_args++] = a->rest[++i];
    }
    if (takes_file && i < a->n_rest && is_host_file(a->rest[i]))
        return script_arguments(r, a->rest[i], i, err);
    for (; i < a->n_rest; i++)
        r->args[r->n_args++] = a->rest[i];
    return BX_OK;
}

/* A script of the host goes along as text, under its name; what is in the workspace is found there.
 */
static bx_code js_arguments_of(run *r, bx_error *err)
{
    static const char *const with_value[] = {"-e",           "--eval", "-p",          "--print",
                                             "-pe",          "-r",     "--require",   "--import",
                                             "--input-type", "-C",     "--conditions"};
    const bx_args *a = r->a;
    r->args = bx_calloc(a->n_rest + 6, sizeof *r->args);
    if (!r->args)
        return bx_fail(err, BX_ENOMEM, "arguments");
    r->args[r->n_args++] = "node";
    size_t i = 0;
    bool takes_file = true;
    for (; i < a->n_rest && a->rest[i][0] == '-' && a->rest[i][1]; i++) {
        const char *word = a->rest[i];
        r->args[r->n_args++] = word;
        for (size_t k = 0; k < BX_COUNT(with_value); k++) {
            if (strcmp(word, with_value[k]) != 0)
                continue;
            takes_file = takes_file && k > 4;
            if (i + 1 < a->n_rest)
                r->args[r->n_args++] = a->rest[++i];
            break;
        }
    }
    if (takes_file && i < a->n_rest && is_host_file(a->rest[i])) {
        bx_code rc = read_script(r, a->rest[i], err);
        if (rc != BX_OK)
            return rc;
        const char *const words[] = {"--script-name", a->rest[i], "-e", r->script.p};
        for (size_t k = 0; k < BX_COUNT(words); k++)
            r->args[r->n_args++] = words[k];
        takes_file = false;
        i++;
    }
    if (takes_file && i < a->n_rest && strcmp(a->rest[i], "-") != 0 &&
        !has_line(a, FLAG_WORKSPACE, "") && !has_line(a, BX_OPT_mounts, "") &&
        access(a->rest[i], F_OK) != 0) /* nor can there be one in a sandbox without files */
        return bx_fail_errno(err, errno, "%s", a->rest[i]);
    for (; i < a->n_rest; i++)
        r->args[r->n_args++] = a->rest[i];
    return BX_OK;
}

static bool takes_argument(const char *option)
{
    static const char *const options[] = {"-o", "-O", "--rcfile", "--init-file"};
    for (size_t i = 0; i < BX_COUNT(options); i++) {
        if (strcmp(option, options[i]) == 0)
            return true;
    }
    return false;
}

/* No script, and a person who can answer. */
static bool is_interactive(const run *r)
{
    const bx_args *a = r->a;
    bool asks = false;
    size_t i = 0;
    for (; i < a->n_rest && a->rest[i][0] == '-' && a->rest[i][1]; i++) {
        if (a->rest[i][1] != '-' && strchr(a->rest[i] + 1, 'c'))
            return false;
        asks = asks || strcmp(a->rest[i], "-s") == 0;
        i += takes_argument(a->rest[i]);
    }
    return (asks || i >= a->n_rest) && !r->json && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* ---- the call -------------------------------------------------------------------------------- */

static bx_code find_program(bx_app *app, const char *name, const bx_program_set **all,
                            const bx_program **ret, bx_error *err)
{
    bx_code rc = bx_app_programs(app, all, err);
    if (rc == BX_OK && !(*ret = bx_program_find(*all, bx_str_of(name))))
        rc = bx_fail(err, BX_ENOENT, "this program was built without %s", name);
    return rc == BX_OK ? bx_module_ready((*ret)->module, err) : rc;
}

static void on_notice(const char *text) { bx_cli_complain("note: history: %s", text); }

/* $BOXAGNTS_HOME/sh_history; NULL: there is no place for it. */
static const char *history_path(char *room, size_t cap)
{
    bx_error err;
    char home[BX_MAX_PATH];
    if (bx_home_dir(home, sizeof home, &err) != BX_OK || bx_dir_make(home, &err) != BX_OK)
        return NULL;
    int n = snprintf(room, cap, "%s/sh_history", home);
    return n > 0 && (size_t)n < cap ? room : NULL;
}

static bx_code run_with_person(run *r, bx_call *c, const bx_program_set *programs, bx_error *err)
{
    char path[BX_MAX_PATH];
    bx_editor *editor = NULL;
    bx_keystrokes *keys = NULL;
    bx_call_handle handle = {.live = NULL};
    const bx_editor_config cfg = {.in_fd = STDIN_FILENO,
                                  .out_fd = STDERR_FILENO,
                                  .history_path = history_path(path, sizeof path),
                                  .words = {.programs = programs,
                                            .host_dir = bx_flag_last(r->a, FLAG_WORKSPACE),
                                            .guest_dir = WORKSPACE}};
    (void)pthread_mutex_init(&handle.lock, NULL);
    c->handle = &handle;
    bx_signals_ignore();
    bx_code rc = bx_editor_new(&cfg, &editor, err);
    if (rc == BX_OK)
        rc = bx_keystrokes_new(editor, &handle, c->ctl, &keys, err);
    if (rc == BX_OK) {
        c->in.terminal = bx_editor_terminal(editor);
        rc = bx_call_run(c, &r->out, err);
    }
    bx_keystrokes_free(keys);
    bx_editor_free(editor, on_notice);
    (void)pthread_mutex_destroy(&handle.lock);
    return rc;
}

static bx_code run_shell(run *r, bx_app *app, bx_grant *g, bx_error *err)
{
    BX_AUTO(bx_sealed) bx_sealed *sealed = NULL;
    const bx_program_set *programs = NULL;
    const bx_program *shell = NULL;
    bx_code rc = find_program(app, r->program, &programs, &shell, err);
    if (rc == BX_OK)
        rc = bx_app_protect(app, g, err);
    if (rc == BX_OK)
        rc = bx_sealed_new_with(BX_TAKE(g), bx_app_store_dir(app), programs, &sealed, err);
    bx_grant_free(g);
    if (rc == BX_OK)
        rc = r->is_js ? js_arguments_of(r, err) : arguments_of(r, err);
    if (rc != BX_OK)
        return rc;
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    const bx_tool_ground ground = bx_app_ground(app);
    const bx_call_tools tools = bx_tool_nested(&(bx_tool_caller){.on = &ground});
    bx_call c = {
        .tools = &tools,
        .module = shell->module,
        .sealed = sealed,
        .args = r->args,
        .n_args = r->n_args,
        .in = {.kind = BX_STDIN_FD, .fd = STDIN_FILENO},
        .out_fd = r->json ? -1 : STDOUT_FILENO,
        .err_fd = r->json ? -1 : STDERR_FILENO,
        .ctl = &ctl,
        .record = r->json || bx_has_flag(r->a, FLAG_AUDIT) ? &r->record : NULL,
    };
    rc = bx_ctl_make_cancellable(&ctl, err);
    if (rc == BX_OK && bx_has_flag(r->a, FLAG_AUDIT))
        rc = bx_cli_audited_begin(&r->audited, r->is_js ? "js" : "sh", r->args, r->n_args, NULL,
                                  bx_sealed_grant(sealed), err);
    if (rc == BX_OK && r->interactive) {
        rc = run_with_person(r, &c, programs, err);
    } else if (rc == BX_OK) {
        bx_signals_cancel(&ctl);
        rc = bx_call_run(&c, &r->out, err);
        bx_signals_restore();
    }
    bx_ctl_done(&ctl);
    return rc;
}

static bx_code shell(run *r, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_app *app = NULL;
    bx_code rc = grant_of(r, &g, err);
    if (rc == BX_OK)
        rc = bx_cli_app_of_shell(SLOTS, &app, err);
    const char *workspace = bx_flag_last(r->a, FLAG_WORKSPACE);
    if (rc == BX_OK && workspace) /* its tools that are programs are commands */
        rc = bx_app_use_project(app, workspace, err);
    for (size_t i = 0; i < r->a->n_flags && rc == BX_OK; i++) {
        if (r->a->flags[i].id == FLAG_PROGRAM)
            rc = bx_wrap(bx_app_add_program(app, bx_str_of(r->a->flags[i].value), err), err,
                         "--program");
    }
    if (rc == BX_OK)
        rc = run_shell(r, app, BX_TAKE(g), err);
    bx_app_leave(app);
    return rc;
}

static int finish(run *r, bx_code rc, const bx_error *err)
{
    if (rc != BX_OK) {
        bx_outcome_init(&r->out);
        r->out.kind = rc == BX_EDENIED ? BX_OUT_DENIED : BX_OUT_FAILED;
        r->out.error = bx_strndup(err->msg, strlen(err->msg));
    }
    bx_error why;
    if (bx_cli_audited_end(&r->audited, &r->out, &r->record, &why) != BX_OK)
        bx_cli_complain("%s", why.msg);
    bx_cli_tell_end(&r->out);
    return r->json ? bx_cli_print_outcome(&r->out, &r->record) : bx_outcome_exit_code(&r->out);
}

static int run_it(const bx_args *a, bool is_js)
{
    run r = {.a = a,
             .program = is_js ? "node" : "bash",
             .is_js = is_js,
             .json = bx_has_flag(a, FLAG_JSON)};
    bx_error err = {.msg = ""};
    bx_args passed = *a;
    if (passed.n_rest > 0 && strcmp(passed.rest[0], "--") == 0) {
        passed.rest++;
        passed.n_rest--;
        r.a = &passed;
    }
    r.interactive = !is_js && is_interactive(&r);
    if (r.interactive)
        bx_keystrokes_block();
    bx_record_init(&r.record);
    bx_outcome_init(&r.out);
    bx_code rc = shell(&r, &err);
    int code = finish(&r, rc, &err);
    bx_record_done(&r.record);
    bx_outcome_done(&r.out);
    bx_buf_done(&r.script);
    free(r.args);
    return code;
}

static int run_sh(const bx_args *a) { return run_it(a, false); }

static int run_js(const bx_args *a)
{
    if (a->n_rest > 0 || !isatty(STDIN_FILENO))
        return run_it(a, true);
    bx_cli_complain("js: a program is needed: -e CODE, a FILE, or text on standard input");
    return EXIT_OURS;
}

const bx_command bx_cmd_js = {
    .name = "js",
    .usage = "js [flags] [-e CODE | -p CODE | FILE] [ARGS…]",
    .summary = "run JavaScript or TypeScript with Node's usual modules and a directory of its own",
    .details =
        "The options of node that matter are there (boxagnts js -- --help). Nothing of the host "
        "is\n"
        "reachable but what the flags name; FILE is a script of the host, which is all of it that\n"
        "the program sees unless --workspace names its directory. Exit code: that of the program;\n"
        "else as in exec.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .passes_on = true,
    .run = run_js,
};

const bx_command bx_cmd_sh = {
    .name = "sh",
    .usage = "sh [flags] [-c CMD | FILE] [ARGS…]",
    .summary = "run the shell, or a script, with the built-in programs and a directory of its own",
    .details =
        "Every command is a WebAssembly program in a sandbox of its own. Nothing of the host is\n"
        "reachable but what the flags name. FILE is a script of the host; without -c or FILE the\n"
        "script comes from standard input or, where that is a terminal, from you: lines are "
        "edited\n"
        "as in other shells, Tab completes, Ctrl-C ends what runs, Ctrl-D the shell. Exit code:\n"
        "that of the shell; else as in exec.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .passes_on = true,
    .run = run_sh,
};
