/* boxagnts tool list, boxagnts tool show: the tools there are, and one of them. */
#include <stdio.h>

#include "cli/catalogue.h"
#include "cli/commands.h"
#include "tool/page.h"

enum { FLAG_JSON, FLAG_MARKDOWN, FLAG_WORKSPACE, MAX_TEXT = 4 << 20 };

static const bx_flag list_flags[] = {
    {"json", NULL, "print a JSON list: name, version, permission, description and source of each",
     FLAG_JSON},
    {"workspace", "DIR",
     "the project whose tools count, if it is trusted (default: the current one)", FLAG_WORKSPACE},
};

static const bx_flag show_flags[] = {
    {"json", NULL, "print the manifest as JSON", FLAG_JSON},
    {"markdown", NULL, "print the tool's page", FLAG_MARKDOWN},
    {"workspace", "DIR",
     "the project whose tools count, if it is trusted (default: the current one)", FLAG_WORKSPACE},
};

/* ---- list ------------------------------------------------------------------------------------ */

/* The first sentence. */
static bx_str first_sentence(bx_str s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] == '.' && s.p[i + 1] == ' ')
            return (bx_str){s.p, i + 1};
    }
    return s;
}

static void add_text(bx_json_out *o, const char *key, bx_str value)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, value);
}

static void list_json(const bx_tool_facts *f, bx_json_out *o)
{
    const bx_manifest *m = f->manifest;
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_sha256_hex(f->package, hex);
    bx_json_out_begin_object(o);
    add_text(o, "name", m->name);
    add_text(o, "version", m->version);
    add_text(o, "permission", bx_str_of(bx_tool_permission_name(m->permission)));
    add_text(o, "description", m->description);
    add_text(o, "call", bx_str_of(bx_tool_how_name(m->call)));
    add_text(o, "source", bx_str_of(bx_tool_source_name(f->source)));
    add_text(o, "package_sha256", bx_str_of(hex));
    if (!f->builtin) {
        add_text(o, "path", bx_str_of(f->path));
        add_text(o, "signature", bx_str_of(bx_signature_state_name(f->signature)));
        if (f->signer)
            add_text(o, "signer", bx_str_of(f->signer));
        bx_json_out_key(o, BX_LIT("added"));
        bx_json_out_bool(o, f->added);
    }
    bx_json_out_end_object(o);
}

static void list_one(const bx_tool_facts *f, bx_json_out *o)
{
    const bx_manifest *m = f->manifest;
    if (o) {
        list_json(f, o);
        return;
    }
    (void)printf("%-12.*s %-8.*s %-9s ", BX_FMT(m->name), BX_FMT(m->version),
                 bx_tool_permission_name(m->permission));
    bx_cli_show(stdout, first_sentence(m->description), MAX_TEXT);
    if (!f->builtin)
        (void)printf(" [%s, %s]", bx_tool_source_name(f->source),
                     bx_signature_state_name(f->signature));
    (void)putchar('\n');
}

static bx_code list_all(const bx_args *a, bx_json_out *o, bx_error *err)
{
    BX_AUTO(bx_registry) bx_registry *r = NULL;
    bx_tool_list l;
    bx_code rc = bx_cli_registry(bx_flag_last(a, FLAG_WORKSPACE), &r, err);
    if (rc == BX_OK)
        rc = bx_registry_list(r, &l, err);
    if (rc != BX_OK)
        return rc;
    for (size_t i = 0; i < l.n; i++)
        list_one(bx_tool_entry_facts(l.at[i]), o);
    (void)fflush(stdout);
    bx_cli_tell_problems(&l);
    bx_tool_list_done(&l);
    return BX_OK;
}

static int run_list(const bx_args *a)
{
    if (a->n_words) {
        bx_cli_complain("tool list: no arguments; for one tool there is boxagnts tool show NAME");
        return EXIT_OURS;
    }
    BX_AUTO_BUF json = bx_buf_init(MAX_TEXT);
    bx_json_out o = bx_json_out_on(&json);
    bx_error err;
    bool as_json = bx_has_flag(a, FLAG_JSON);
    bx_json_out_begin_array(&o);
    bx_code rc = list_all(a, as_json ? &o : NULL, &err);
    bx_json_out_end_array(&o);
    if (rc == BX_OK && as_json)
        rc = bx_json_out_end(&o, &err);
    if (rc != BX_OK) {
        bx_cli_complain("tool list: %s", err.msg);
        return EXIT_OURS;
    }
    if (as_json)
        (void)printf("%s\n", json.p);
    return 0;
}

/* ---- show ------------------------------------------------------------------------------------ */

static bx_code describe(const bx_tool_facts *f, bx_buf *text, bx_error *err)
{
    if (!f->builtin)
        return bx_module_describe(f->path, text, err);
    const bx_carried c = bx_builtin_module(f->builtin);
    return bx_module_describe_bytes(c.name, c.wasm, text, err);
}

/* The functions and interfaces the module imports, on as few lines as they need. */
static bx_code add_imports(const bx_tool_facts *f, bx_buf *out, bx_error *err)
{
    enum { WIDTH = 100 };
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = describe(f, &text, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_add_z(out, "\nimports\n");
    bx_json_iter it = bx_json_iter_of(bx_json_get(bx_json_root(doc), BX_LIT("imports")));
    size_t column = 0;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str name = BX_LIT("");
        (void)bx_json_str(bx_json_get(e, BX_LIT("name")), &name);
        if (column && column + name.n + 1 > WIDTH) {
            (void)bx_buf_add_c(out, '\n');
            column = 0;
        }
        (void)bx_buf_addf(out, "%s%.*s", column ? " " : "  ", BX_FMT(name));
        column += name.n + (column ? 1 : 2);
    }
    (void)bx_buf_add_c(out, '\n');
    return BX_OK;
}

static void add_package(const bx_tool_facts *f, bx_buf *out)
{
    char hex[2 * BX_SHA256_BYTES + 1];
    if (f->builtin)
        return;
    bx_sha256_hex(f->package, hex);
    (void)bx_buf_addf(out, "\npackage\n  %s tool, %s%s%s, %s\n  ", bx_tool_source_name(f->source),
                      bx_signature_state_name(f->signature), f->signer ? ": " : "",
                      f->signer ? f->signer : "",
                      f->added ? "added with tool add" : "found in its directory");
    (void)bx_buf_add_z(out, f->path);
    (void)bx_buf_addf(out, "\n  sha256 %s\n", hex);
}

static bx_code show(const bx_args *a, const bx_tool_facts *f, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bool markdown = bx_has_flag(a, FLAG_MARKDOWN);
    if (bx_has_flag(a, FLAG_JSON)) {
        bx_json_out o = bx_json_out_on(&text);
        bx_json_out_value(&o, bx_json_root(f->manifest->doc));
        bx_code rc = bx_json_out_end(&o, err);
        if (rc == BX_OK)
            (void)printf("%s\n", text.p);
        return rc;
    }
    if (markdown)
        bx_tool_page(f->manifest, &text);
    else
        bx_tool_text(f->manifest, &text);
    bx_code rc = markdown ? BX_OK : add_imports(f, &text, err);
    if (rc == BX_OK && !markdown)
        add_package(f, &text);
    if (rc == BX_OK)
        rc = bx_buf_check(&text, err);
    if (rc == BX_OK && markdown)
        (void)fwrite(text.p, 1, text.n, stdout); /* to be kept as it is */
    else if (rc == BX_OK)
        bx_cli_print_lines(bx_buf_str(&text));
    return rc;
}

/* A built-in one is shown also where what it requires has not been added. */
static bx_code find_tool(const bx_args *a, bx_tool_entry **ret, bx_error *err)
{
    BX_AUTO(bx_registry) bx_registry *r = NULL;
    bx_str name = bx_str_of(a->words[0]);
    const bx_builtin *b = bx_builtin_find(name);
    if (b)
        return bx_tool_entry_of_builtin(b, ret, err);
    bx_code rc = bx_cli_registry(bx_flag_last(a, FLAG_WORKSPACE), &r, err);
    return rc == BX_OK ? bx_registry_find(r, name, ret, err) : rc;
}

static int run_show(const bx_args *a)
{
    BX_AUTO(bx_tool_entry) bx_tool_entry *e = NULL;
    bx_error err;
    if (a->n_words != 1) {
        bx_cli_complain("tool show: which tool? see boxagnts tool list");
        return EXIT_OURS;
    }
    bx_code rc = find_tool(a, &e, &err);
    if (rc == BX_OK)
        rc = show(a, bx_tool_entry_facts(e), &err);
    if (rc != BX_OK) {
        bx_cli_complain("tool show: %s%s", err.msg,
                        rc == BX_ENOENT ? "; see boxagnts tool list" : "");
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_tool_list = {
    .name = "tool list",
    .usage = "tool list [--json] [--workspace DIR]",
    .summary = "list the tools: built-in, your own, the project's",
    .flags = list_flags,
    .n_flags = BX_COUNT(list_flags),
    .run = run_list,
};

const bx_command bx_cmd_tool_show = {
    .name = "tool show",
    .usage = "tool show [--json|--markdown] [--workspace DIR] NAME",
    .summary = "say what a tool does, takes, needs and may use",
    .flags = show_flags,
    .n_flags = BX_COUNT(show_flags),
    .first_word = bx_builtin_name,
    .run = run_show,
};
