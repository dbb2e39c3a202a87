/* boxagnts tool check: is a tool what its manifest says? */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/own_tool.h"
#include "cli/setup.h"
#include "cli/tool_example.h"
#include "os/signals.h"
#include "tool/schema_peers.h"

enum { EXIT_FAILED = 1, MAX_TEXT = 1 << 20 };

typedef struct check {
    bx_buf wasm; /* the path of the module */
    bx_manifest *manifest;
    size_t passed, failed;
} check;

/* One line, "ok: WHAT" or "FAILED: WHAT", with the lines of `why` below it. */
static void tell(check *c, bool ok, bx_str what, bx_str why)
{
    (void)printf("%s", ok ? "ok: " : "FAILED: ");
    bx_cli_show(stdout, what, MAX_TEXT);
    (void)putchar('\n');
    while (why.n) {
        bx_str line = bx_cli_line(&why);
        (void)printf("    ");
        bx_cli_show(stdout, line, MAX_TEXT);
        (void)putchar('\n');
    }
    (void)fflush(stdout);
    *(ok ? &c->passed : &c->failed) += 1;
}

/* ---- the manifest ---------------------------------------------------------------------------- */

/* The file's name without directories and ".wasm". */
static bx_str stem_of(const bx_buf *wasm)
{
    bx_str s = bx_buf_str(wasm);
    const char *slash = memrchr(s.p, '/', s.n);
    s = slash ? bx_str_from(s, (size_t)(slash + 1 - s.p)) : s;
    s.n -= strlen(".wasm");
    return s;
}

static bool check_manifest(check *c, const char *word)
{
    bx_error err = {.msg = ""};
    if (bx_own_tool_find(word, &c->wasm, &c->manifest, &err) != BX_OK) {
        tell(c, false, BX_LIT("manifest"), bx_str_of(err.msg));
        return false;
    }
    const bx_manifest *m = c->manifest;
    BX_AUTO_BUF what = bx_buf_init(MAX_TEXT), why = bx_buf_init(MAX_TEXT);
    (void)bx_buf_addf(&what, "manifest of %.*s %.*s, call: %s, permission: %s", BX_FMT(m->name),
                      BX_FMT(m->version), bx_tool_how_name(m->call),
                      bx_tool_permission_name(m->permission));
    bool named = bx_str_eq(m->name, stem_of(&c->wasm));
    if (!named)
        (void)bx_buf_addf(&why, "its name is %.*s, its file is %s", BX_FMT(m->name), c->wasm.p);
    tell(c, named, bx_buf_str(&what), bx_buf_str(&why));
    return true;
}

/* ---- the module ------------------------------------------------------------------------------ */

/* A program: `_start` of a core module, wasi:cli/run of a component. */
static bool is_program(const bx_json_val *desc)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(desc, BX_LIT("exports")));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str name = bx_json_text(e, "name");
        if (bx_str_eq(name, BX_LIT("_start")) || bx_str_starts(name, BX_LIT("wasi:cli/run@")))
            return true;
    }
    return false;
}

/* "2 of boxagnts, 12 of wasi_snapshot_preview1": what it imports, where that comes from modules. */
static void add_imports(const bx_json_val *desc, bx_buf *to)
{
    const bx_json_val *list = bx_json_get(desc, BX_LIT("imports"));
    size_t plain = 0, ours = 0;
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str from = bx_json_text(e, "module");
        plain += bx_str_eq(from, BX_LIT("wasi_snapshot_preview1"));
        ours += bx_str_eq(from, BX_LIT("boxagnts"));
    }
    (void)bx_buf_addf(to, ", %zu imports", bx_json_size(list));
    if (plain == bx_json_size(list))
        (void)bx_buf_add_z(to, ", all of WASI preview1");
    else if (ours)
        (void)bx_buf_addf(to, ", %zu of them of boxagnts", ours);
}

static bx_code describe(check *c, bx_buf *what, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_module_describe(c->wasm.p, &text, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    const bx_json_val *desc = bx_json_root(doc);
    bx_str kind = bx_json_text(desc, "kind"), refused = bx_json_text(desc, "refused");
    (void)bx_buf_addf(what, ": %.*s", BX_FMT(kind));
    add_imports(desc, what);
    if (refused.n)
        return bx_fail(err, BX_EUNSUPPORTED, "%.*s", BX_FMT(refused));
    if (c->manifest->call != BX_TOOL_TYPED && !is_program(desc))
        return bx_fail(err, BX_EINVAL,
                       "it is no program: it exports neither _start nor wasi:cli/run");
    return BX_OK;
}

/* Compiling it finds what parsing does not, and imports that nobody provides. */
static bool check_module(check *c, bx_app *app, bx_module **ret)
{
    bx_error err = {.msg = ""};
    BX_AUTO_BUF what = bx_buf_init(MAX_TEXT);
    bx_str stem = stem_of(&c->wasm);
    (void)bx_buf_addf(&what, "module %.*s.wasm", BX_FMT(stem));
    bx_code rc = describe(c, &what, &err);
    if (rc == BX_OK)
        rc = bx_module_open(bx_app_runtime(app), c->wasm.p, &c->manifest->limits, ret, &err);
    tell(c, rc == BX_OK, bx_buf_str(&what), rc == BX_OK ? BX_LIT("") : bx_str_of(err.msg));
    return rc == BX_OK;
}

/* ---- its examples ---------------------------------------------------------------------------- */

static bx_code check_example(check *c, bx_app *app, bx_module *m, size_t i, const bx_json_val *of)
{
    bx_error err = {.msg = ""};
    BX_AUTO_BUF what = bx_buf_init(MAX_TEXT), why = bx_buf_init(MAX_TEXT);
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    const bx_tool tool = {.manifest = c->manifest, .module = m};
    bx_str says = bx_json_text(of, "says");
    (void)bx_buf_addf(&what, "example %zu: ", i + 1);
    (void)bx_buf_add_str(&what, says);
    bx_code rc = bx_ctl_make_cancellable(&ctl, &err);
    if (rc == BX_OK) {
        bx_signals_cancel(&ctl);
        rc = bx_tool_example_run(app, &tool, of, &ctl, &why, &err);
        bx_signals_restore();
    }
    bool cancelled = bx_ctl_check(&ctl) == BX_STOP_CANCELLED;
    bx_ctl_done(&ctl);
    if (rc != BX_OK)
        (void)bx_buf_addf(&why, "%s\n", err.msg);
    tell(c, why.n == 0, bx_buf_str(&what), bx_buf_str(&why));
    return cancelled ? BX_ECANCELLED : BX_OK;
}

static void note_results(const bx_manifest *m)
{
    bx_error err;
    if (m->output_schema && bx_schema_peers_check(m->output_schema, &err) != BX_OK)
        bx_cli_complain("note: MCP clients are not told output_schema: %s", err.msg);
}

static void check_examples(check *c, bx_app *app, bx_module *m)
{
    const bx_json_val *list = c->manifest->examples;
    if (bx_json_size(list) == 0)
        bx_cli_complain("note: the manifest has no examples");
    else if (!c->manifest->input_schema)
        bx_cli_complain("note: only examples of tools are run, and this is a program alone");
    if (!c->manifest->input_schema)
        return;
    bx_json_iter it = bx_json_iter_of(list);
    const bx_json_val *e;
    for (size_t i = 0; (e = bx_json_next(&it, NULL)); i++) {
        if (check_example(c, app, m, i, e) != BX_OK)
            return;
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

static int check_all(check *c, const char *word)
{
    BX_AUTO(bx_app) bx_app *app = NULL;
    bx_error err;
    if (!check_manifest(c, word))
        return EXIT_FAILED;
    note_results(c->manifest);
    if (bx_cli_app(0, &app, &err) != BX_OK) {
        bx_cli_complain("tool check: %s", err.msg);
        return EXIT_OURS;
    }
    BX_AUTO(bx_module) bx_module *m = NULL; /* freed before the app */
    if (check_module(c, app, &m))
        check_examples(c, app, m);
    return c->failed ? EXIT_FAILED : 0;
}

static int run_check(const bx_args *a)
{
    if (a->n_words != 1) {
        bx_cli_complain("tool check: which tool? boxagnts %s", bx_cmd_tool_check.usage);
        return EXIT_OURS;
    }
    check c = {.wasm = bx_buf_init(8192)};
    int code = check_all(&c, a->words[0]);
    bx_manifest_free(c.manifest);
    bx_buf_done(&c.wasm);
    return code;
}

const bx_command bx_cmd_tool_check = {
    .name = "tool check",
    .usage = "tool check FILE.wasm|DIR",
    .summary = "check a tool of your own: its manifest, its module, and every example for real",
    .details =
        "One line for each thing that was looked at, 'ok: …' or 'FAILED: …' with the reason below "
        "it.\n"
        "An example runs in a workspace of its own with the files it names; it may use what the "
        "tool needs\n"
        "of that workspace, or what it allows.\n"
        "Exit code: 0; 1 when something failed; 125 boxagnts itself failed.\n",
    .run = run_check,
};
