/* boxagnts tool call: one call of a tool, with what the flags let it use. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "app/funnel.h"
#include "app/shelf.h"
#include "app/tool_grant.h"
#include "app/toolbox.h"
#include "cli/approve.h"
#include "cli/catalogue.h"
#include "cli/commands.h"
#include "cli/own_tool.h"
#include "cli/policy.h"
#include "cli/setup.h"
#include "cli/tell.h"
#include "codec/shown.h"
#include "os/fd.h"
#include "os/signals.h"
#include "policy/options.h"
#include "tool/builtin.h"
#include "tool/result.h"

enum {
    FLAG_WORKSPACE = FLAG_POLICY_WORKSPACE,
    FLAG_JSON = 1000,
    FLAG_NO_AUDIT,
    FLAG_WAIT,
    EXIT_IS_ERROR = 1
};

static const bx_flag flags[] = {
    {"workspace", "DIR",
     "the directory the tool sees as " BX_WORKSPACE " (default: the current one)", FLAG_WORKSPACE},
    {"allow", "CAP",
     "let the tool use what it needs of this: fetch:https://host, read:" BX_WORKSPACE "/docs, …",
     BX_OPT_allow},
    {"deny", "GLOB", "carve out paths, whatever else is allowed: '**/.env', " BX_WORKSPACE "/keys",
     BX_OPT_deny},
    {"limit", "NAME=VALUE", "set a limit instead of the tool's own: wall=5s, output=1MiB, …",
     BX_OPT_limits},
    {"json", NULL,
     "print the result as JSON, with the outcome of the call in it, instead of its text",
     FLAG_JSON},
    {"allow-network", "CIDR", "let allowed requests reach this otherwise blocked network",
     BX_OPT_allow_networks},
    {"block-network", "CIDR", "refuse addresses: a network, an address, or 'private'",
     BX_OPT_block_networks},
    {"block-url", "URL", "refuse requests to URLs with this prefix", BX_OPT_block_url},
    {"inject", "'ORIGIN HEADER=env:NAME'",
     "set a header of requests to ORIGIN to a variable's value; the tool never sees it",
     BX_OPT_inject},
    {"ca", "FILE", "trust the certificate authorities in this PEM file as well as the system's",
     BX_OPT_ca_files},
    {"policy", "FILE",
     "let this policy file decide on the call and what the tool gets; 'auto': the user's and the "
     "workspace's",
     FLAG_POLICY_FILE},
    {"mode", "MODE", "with --policy: default, accept-edits, plan or dont-ask", FLAG_POLICY_MODE},
    {"wait", "TIME",
     "with --policy: wait so long for the answer to a question (boxagnts approvals)", FLAG_WAIT},
    {"no-audit", NULL, "leave no record of the call (boxagnts audit list)", FLAG_NO_AUDIT},
};

/* One run of the command. */
typedef struct run {
    const bx_args *a;
    const bx_builtin *builtin; /* or */
    bool is_file;              /* `wasm`; neither: a tool of the registry */
    bx_buf wasm;
    const bx_manifest *manifest;
    bx_manifest *own; /* it, where it is ours to free */
    bx_record record;
    bx_tool_end end;
} run;

/* ---- what it may use ------------------------------------------------------------------------- */

/* Those flags that are run options, as the toolbox takes them; the caller frees. */
static bx_code options_of(const bx_args *a, bx_toolbox_option **ret, size_t *ret_n, bx_error *err)
{
    bx_toolbox_option *list = bx_calloc(a->n_flags + 1, sizeof *list);
    if (!list)
        return bx_fail(err, BX_ENOMEM, "flags");
    for (size_t i = 0; i < a->n_flags; i++) {
        if (a->flags[i].id < BX_OPTION_COUNT)
            list[(*ret_n)++] = (bx_toolbox_option){(bx_option)a->flags[i].id, a->flags[i].value};
    }
    *ret = list;
    return BX_OK;
}

/* ---- its arguments --------------------------------------------------------------------------- */

/* What is not on the command line itself is read into `text`; at most as many bytes as the tool's
 * memory may have, since they would not fit there. */
static bx_code read_arguments(const run *r, const bx_limits *l, bx_buf *text, bx_str *ret,
                              bx_error *err)
{
    const char *source = r->a->n_words > 1 ? r->a->words[1] : "-";
    bool from_stdin = strcmp(source, "-") == 0;
    *ret = bx_str_of(source);
    if (!from_stdin && source[0] != '@') {
        if (source[strspn(source, " \t\r\n")] != '{')
            bx_cli_complain(
                "note: the arguments are one JSON object, '{\"NAME\": VALUE}'; boxagnts "
                "tool show TOOL has their names");
        return BX_OK;
    }
    *text = bx_buf_init((size_t)l->memory);
    if (from_stdin && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
        bx_cli_complain("note: the arguments, a JSON object, are read from the terminal; Ctrl-D "
                        "ends them");
    bx_code rc = from_stdin ? bx_fd_read_all(STDIN_FILENO, (size_t)l->memory, text, err)
                            : bx_file_read_all(AT_FDCWD, source + 1, (size_t)l->memory, text, err);
    *ret = bx_buf_str(text);
    return bx_wrap(rc, err, "arguments of %.*s", BX_FMT(r->manifest->name));
}

/* ---- the call -------------------------------------------------------------------------------- */

static bx_code open_module(const run *r, bx_app *app, const bx_grant *g, bx_module **ret,
                           bx_error *err)
{
    if (!r->builtin)
        return bx_module_open_lazy(bx_app_runtime(app), r->wasm.p, bx_grant_limits(g), ret, err);
    const bx_carried carried = bx_builtin_module(r->builtin);
    return bx_module_carried(bx_app_runtime(app), &carried, ret, err);
}

static bx_code invoke(run *r, bx_app *app, bx_toolbox *tools, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(0);
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    static bx_module *m; /* never freed: as bx_app_leave */
    const bx_grant *g = NULL;
    bx_toolbox_call call = {.ctl = &ctl,
                            .record = &r->record,
                            .err_fd = bx_has_flag(r->a, FLAG_JSON) ? -1 : STDERR_FILENO,
                            .origin = {.client = BX_LIT("cli")}};
    bx_str name = bx_str_of(r->a->words[0]);
    bx_tool tool = {.manifest = r->manifest};
    bx_code rc = r->manifest ? BX_OK : bx_shelf_find(bx_app_shelf(app), name, &tool, NULL, err);
    if (rc == BX_ENOENT) /* with the names there are */
        rc = bx_wrap(bx_toolbox_find(tools, name, &tool.manifest, err), err, "tool call");
    r->manifest = tool.manifest;
    if (rc == BX_OK)
        rc = bx_toolbox_grant(tools, r->manifest, &g, err);
    if (rc == BX_OK)
        rc = read_arguments(r, bx_grant_limits(g), &text, &call.arguments, err);
    if (rc == BX_OK && !tool.module)
        rc = open_module(r, app, g, &m, err);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(&ctl, err);
    if (rc == BX_OK) {
        if (!tool.module)
            tool = (bx_tool){.manifest = r->manifest,
                             .module = m,
                             .digest = r->builtin ? r->builtin->of_wasm : NULL,
                             .is_vouched = r->builtin != NULL};
        bx_signals_cancel(&ctl);
        rc = bx_toolbox_run_this(tools, &tool, &call, &r->end, err);
        bx_signals_restore();
    }
    bx_ctl_done(&ctl);
    return rc;
}

/* A module whose manifest is in it, or made of its interface, has to be read for that. */
static bx_code find_file(run *r, bx_error *err)
{
    bx_error why;
    bx_code rc = bx_own_tool_find(r->a->words[0], &r->wasm, &r->own, &why);
    if (rc == BX_ENOENT) {
        bx_tool_files f;
        bx_buf_clear(&r->wasm);
        rc = bx_cli_tool_files(r->a->words[0], &r->wasm, &f, &why);
        r->own = BX_TAKE(f.manifest);
        bx_tool_files_done(&f);
    }
    return rc == BX_OK ? rc : bx_fail(err, rc, "%s", why.msg);
}

static bx_code find_tool(run *r, bx_error *err)
{
    bx_code rc = BX_OK;
    if (r->is_file)
        rc = find_file(r, err);
    else if (r->builtin)
        rc = bx_builtin_check(r->builtin, err);
    if (rc == BX_OK && r->builtin)
        rc = bx_builtin_manifest(r->builtin, &r->own, err);
    r->manifest = r->own;
    return rc;
}

static bx_code parse_wait(const bx_args *a, uint64_t *ret_ms, bx_error *err)
{
    enum { NS_PER_MS = 1000000 };
    const char *text = bx_flag_last(a, FLAG_WAIT);
    uint64_t ns = 0;
    bx_code rc = text ? bx_wrap(bx_time_parse(bx_str_of(text), &ns, err), err, "--wait") : BX_OK;
    if (rc == BX_OK && text && !bx_flag_last(a, FLAG_POLICY_FILE))
        rc = bx_fail(err, BX_EINVAL, "--wait is for what a policy asks: add --policy FILE or auto");
    *ret_ms = ns / NS_PER_MS;
    return rc;
}

/* The person at the terminal, where there is one; never freed, as bx_app_leave. */
static const bx_asker *find_person(void)
{
    static bx_approver *person;
    bx_error none;
    if (!isatty(STDERR_FILENO) || bx_approver_new(&person, &none) != BX_OK)
        return NULL;
    return bx_approver_asker(person);
}

/* Where a policy is named, it decides alone.  Without one whoever calls has decided; what the files
 * deny stays denied. */
static bx_code open_funnel(const run *r, const char *workspace, bx_funnel **ret, bx_error *err)
{
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    const char *named[BX_POLICY_MAX_FILES];
    const char *file = bx_flag_last(r->a, FLAG_POLICY_FILE);
    bx_funnel_config cfg = {.workspace = workspace,
                            .policy = named,
                            .mode = bx_flag_last(r->a, FLAG_POLICY_MODE),
                            .by_hand = !file,
                            .queue = file != NULL,
                            .asker = file ? find_person() : NULL,
                            .no_record = bx_has_flag(r->a, FLAG_NO_AUDIT),
                            .one_shot = true};
    if (cfg.mode && !file)
        return bx_fail(err, BX_EINVAL, "--mode is of a policy: add --policy FILE or auto");
    for (size_t i = 0; i < r->a->n_flags; i++) {
        const bx_flag_value *f = &r->a->flags[i];
        if (f->id != FLAG_POLICY_FILE || strcmp(f->value, "auto") == 0)
            continue;
        if (cfg.n_policy == BX_COUNT(named))
            return bx_fail(err, BX_ELIMIT, "--policy: at most %zu files", BX_COUNT(named));
        named[cfg.n_policy++] = f->value;
    }
    bx_code rc = parse_wait(r->a, &cfg.wait_ms, err);
    if (rc == BX_OK)
        rc = bx_funnel_open(&cfg, ret, &notes, err);
    if (notes.n)
        bx_cli_complain("note: %.*s", (int)notes.n - 1, notes.p);
    return rc;
}

static bx_code call_in(run *r, bx_app *app, bx_toolbox_config *cfg, bx_error *err)
{
    static bx_funnel *funnel; /* never freed, but finished: as bx_app_leave */
    BX_AUTO(bx_toolbox) bx_toolbox *tools = NULL;
    bx_code rc = open_funnel(r, cfg->workspace, &funnel, err);
    if (rc != BX_OK)
        return rc;
    bx_funnel_fill(funnel, cfg);
    rc = bx_toolbox_new(app, cfg, &tools, err);
    if (rc == BX_OK)
        rc = invoke(r, app, tools, err);
    bx_error late;
    bx_code finished = bx_funnel_finish(funnel, rc == BX_OK ? err : &late);
    return rc == BX_OK ? finished : rc;
}

static bx_code call_tool(run *r, bx_error *err)
{
    BX_AUTOFREE bx_toolbox_option *options = NULL;
    bx_app *app = NULL;
    const bx_runtime_settings settings = {.cache_dir = NULL};
    const char *workspace = bx_flag_last(r->a, FLAG_WORKSPACE);
    bx_toolbox_config cfg = {.workspace = workspace ? workspace : "."};
    bx_code rc = find_tool(r, err);
    if (rc == BX_OK)
        rc = options_of(r->a, &options, &cfg.n_options, err);
    cfg.options = options;
    if (rc == BX_OK)
        rc = bx_cli_app_of_one(&settings, &app, err);
    if (rc != BX_OK)
        return rc;
    rc = call_in(r, app, &cfg, err);
    bx_app_leave(app);
    return rc;
}

/* ---- what it answered ------------------------------------------------------------------------ */

/* Bytes of base64 text. */
static size_t decoded(bx_str s)
{
    size_t n = s.n / 4 * 3;
    for (size_t i = s.n; i > 0 && n && s.p[i - 1] == '='; i--)
        n--;
    return n;
}

static void print_described(const char *what, bx_str type, bx_str of, size_t n)
{
    (void)printf("[%s", what);
    const bx_str parts[] = {type, of};
    for (size_t i = 0; i < BX_COUNT(parts); i++) {
        if (parts[i].n)
            (void)printf(" ");
        bx_cli_show(stdout, parts[i], BX_SHOWN_TYPE);
    }
    if (n)
        (void)printf(", %zu bytes", n);
    (void)printf("]\n");
}

static void print_block(const bx_json_val *block, bool terminal)
{
    bx_str type = bx_json_text(block, "type"), mime = bx_json_text(block, "mimeType");
    if (bx_str_eq(type, BX_LIT("text"))) {
        bx_str text = bx_json_text(block, "text");
        if (text.n)
            bx_cli_print_text(text, terminal);
    } else if (bx_str_eq(type, BX_LIT("resource"))) {
        const bx_json_val *r = bx_json_get(block, BX_LIT("resource"));
        print_described("resource", bx_json_text(r, "mimeType"), bx_json_text(r, "uri"), 0);
    } else if (bx_str_eq(type, BX_LIT("resource_link"))) {
        print_described("link", mime, bx_json_text(block, "uri"), 0);
    } else {
        print_described(bx_str_eq(type, BX_LIT("image")) ? "image" : "audio", mime, BX_LIT(""),
                        decoded(bx_json_text(block, "data")));
    }
}

static void print_blocks(const bx_tool_end *e)
{
    bool terminal = isatty(STDOUT_FILENO);
    bx_json_iter it = bx_json_iter_of(bx_json_get(bx_json_root(e->result), BX_LIT("content")));
    for (const bx_json_val *block; (block = bx_json_next(&it, NULL));)
        print_block(block, terminal);
}

/* The result, with how the call ended as one more member: `outcome`, null where none took place. */
static bx_code print_json(const run *r, bx_error *err)
{
    BX_AUTO_BUF outcome = bx_buf_init((size_t)4 << 30);
    bx_code rc =
        r->end.entered ? bx_outcome_json(&r->end.outcome, &r->record, &outcome, err) : BX_OK;
    if (rc != BX_OK)
        return rc;
    bx_str result = bx_buf_str(&r->end.text);
    while (result.n && result.p[result.n - 1] != '}')
        result.n--;
    BX_ASSERT(result.n > 1); /* an object that is not empty: it was parsed */
    (void)fwrite(result.p, 1, result.n - 1, stdout);
    (void)printf(",\"outcome\":%s", r->end.entered ? "" : "null");
    (void)fwrite(outcome.p, 1, outcome.n, stdout);
    (void)printf("}\n");
    return BX_OK;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int exit_code(const bx_tool_end *e)
{
    int code = e->entered ? bx_outcome_exit_code(&e->outcome) : 0;
    if (e->fate == BX_FATE_DENIED || e->fate == BX_FATE_WAITS)
        return EXIT_DENIED;
    return code ? code : e->is_error ? EXIT_IS_ERROR : 0;
}

static int print_end(run *r)
{
    bx_error err;
    bx_code rc = BX_OK;
    if (bx_has_flag(r->a, FLAG_JSON))
        rc = print_json(r, &err);
    else
        print_blocks(&r->end);
    if (rc == BX_OK && fflush(stdout) != 0)
        rc = bx_fail_errno(&err, errno, "write the result");
    if (rc != BX_OK) {
        bx_cli_complain("%s", err.msg);
        return EXIT_OURS;
    }
    if (r->end.entered)
        bx_cli_tell_end(&r->end.outcome);
    bx_str notes = bx_buf_str(&r->end.notes);
    while (notes.n) {
        bx_str line = bx_cli_line(&notes);
        bx_cli_complain("%.*s", (int)line.n, line.p);
    }
    return exit_code(&r->end);
}

/* The call did not begin: an end that says so, for whoever reads JSON. */
static bx_code end_of_error(run *r, bx_code why, bx_error *err)
{
    bx_error had = *err;
    bx_outcome *o = &r->end.outcome;
    bx_outcome_init(o);
    r->end.text = bx_buf_init(64 << 10);
    o->kind = why == BX_EDENIED ? BX_OUT_DENIED : BX_OUT_FAILED;
    o->error = bx_strndup(had.msg, strlen(had.msg));
    r->end.entered = true;
    return bx_tool_result_of_error(bx_str_of(had.msg), &r->end.text, err);
}

static int run_call(const bx_args *a)
{
    run r = {.a = a, .wasm = bx_buf_init(8192)};
    if (a->n_words == 0 || a->n_words > 2) {
        bx_cli_complain(a->n_words ? "tool call: one tool and one JSON text only"
                                   : "tool call: which tool? see boxagnts tool list");
        return EXIT_OURS;
    }
    r.is_file = bx_own_tool_is_meant(a->words[0]);
    r.builtin = r.is_file ? NULL : bx_builtin_find(bx_str_of(a->words[0]));
    bx_error err = {.msg = ""};
    bx_record_init(&r.record);
    bx_code rc = call_tool(&r, &err);
    if (rc != BX_OK && bx_has_flag(a, FLAG_JSON))
        rc = end_of_error(&r, rc, &err);
    int code = rc == BX_EDENIED ? EXIT_DENIED : EXIT_OURS;
    if (rc == BX_OK)
        code = print_end(&r);
    else
        bx_cli_complain("%s", err.msg);
    bx_tool_end_done(&r.end);
    bx_record_done(&r.record);
    bx_manifest_free(r.own);
    bx_buf_done(&r.wasm);
    return code;
}

const bx_command bx_cmd_tool_call = {
    .name = "tool call",
    .usage = "tool call [flags] NAME|FILE.wasm|DIR [JSON|@FILE|-]",
    .summary = "call a tool with JSON arguments and print what it answers",
    .details =
        "A name is that of a tool (boxagnts tool list).  A path (with a '/' in it, or ending in "
        ".wasm)\n"
        "is that of a module with its manifest NAME.tool.yaml beside it, or of a directory with "
        "one tool.\n"
        "The arguments are JSON text, or come from a file, or from standard input (default).\n"
        "The tool gets what it needs of what it may use: the workspace, unless --allow names "
        "other\n"
        "files, and beyond that what --allow names.  Its needs: boxagnts tool show NAME.\n"
        "Exit code: 0; 1 when the result is an error (isError); 124 over the deadline; 125 "
        "boxagnts\n"
        "itself failed; 126 denied before the start; 130 cancelled; 132 trap, stack, fuel or "
        "output;\n"
        "137 memory.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .first_word = bx_builtin_name,
    .run = run_call,
};
