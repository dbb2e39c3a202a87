/* boxagnts tool list, boxagnts tool show: the built-in tools, and one of them. */
#include <stdio.h>

#include "cli/commands.h"
#include "tool/builtin.h"
#include "tool/page.h"

enum { FLAG_JSON, FLAG_MARKDOWN, MAX_TEXT = 4 << 20 };

static const bx_flag list_flags[] = {
    {"json", NULL, "print a JSON list: name, version, permission and description of each",
     FLAG_JSON},
};

static const bx_flag show_flags[] = {
    {"json", NULL, "print the manifest as JSON", FLAG_JSON},
    {"markdown", NULL, "print the tool's page", FLAG_MARKDOWN},
};

static bx_code load(const bx_builtin *b, bx_manifest **ret)
{
    bx_error err;
    bx_code rc = bx_builtin_manifest(b, ret, &err);
    if (rc != BX_OK)
        bx_cli_complain("%s", err.msg);
    return rc;
}

static int finish(void)
{
    if (fflush(stdout) == 0)
        return 0;
    bx_cli_complain("write to standard output: %m");
    return EXIT_OURS;
}

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

static void list_one(const bx_manifest *m, bx_json_out *o)
{
    if (!o) {
        (void)printf("%-12.*s %-8.*s %-9s ", BX_FMT(m->name), BX_FMT(m->version),
                     bx_tool_permission_name(m->permission));
        bx_cli_show(stdout, first_sentence(m->description), MAX_TEXT);
        (void)putchar('\n');
        return;
    }
    bx_json_out_begin_object(o);
    add_text(o, "name", m->name);
    add_text(o, "version", m->version);
    add_text(o, "permission", bx_str_of(bx_tool_permission_name(m->permission)));
    add_text(o, "description", m->description);
    bx_json_out_end_object(o);
}

static int run_list(const bx_args *a)
{
    if (a->n_words) {
        bx_cli_complain("tool list: no arguments; for one tool there is boxagnts tool show NAME");
        return EXIT_OURS;
    }
    BX_AUTO_BUF json = bx_buf_init(MAX_TEXT);
    bx_json_out o = bx_json_out_on(&json);
    bool as_json = bx_has_flag(a, FLAG_JSON);
    bx_json_out_begin_array(&o);
    for (size_t i = 0; i < bx_builtins_count; i++) {
        BX_AUTO(bx_manifest) bx_manifest *m = NULL;
        if (bx_builtin_check(&bx_builtins[i], NULL) == BX_ENOENT)
            continue;
        if (load(&bx_builtins[i], &m) != BX_OK)
            return EXIT_OURS;
        list_one(m, as_json ? &o : NULL);
    }
    bx_json_out_end_array(&o);
    if (as_json && bx_json_out_end(&o, NULL) == BX_OK)
        (void)printf("%s\n", json.p);
    return finish();
}

/* ---- show ------------------------------------------------------------------------------------ */

/* Text of ours with a manifest's words in it: its own line breaks hold. */
static void print_lines(bx_str text)
{
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        bx_cli_show(stdout, (bx_str){text.p, n}, MAX_TEXT);
        (void)putchar('\n');
        text = bx_str_from(text, n + 1);
    }
}

/* The functions and interfaces the module imports, on as few lines as they need. */
static bx_code add_imports(const bx_builtin *b, bx_buf *out, bx_error *err)
{
    enum { WIDTH = 100 };
    const bx_carried c = bx_builtin_module(b);
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_module_describe_bytes(c.name, c.wasm, &text, err);
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

static int run_show(const bx_args *a)
{
    const bx_builtin *b = a->n_words == 1 ? bx_builtin_find(bx_str_of(a->words[0])) : NULL;
    if (!b) {
        if (a->n_words == 1)
            bx_cli_complain("tool show: no tool '%s'; see boxagnts tool list", a->words[0]);
        else
            bx_cli_complain("tool show: which tool? see boxagnts tool list");
        return EXIT_OURS;
    }
    if (bx_has_flag(a, FLAG_JSON)) {
        bx_str text = bx_builtin_manifest_text(b);
        (void)printf("%.*s\n", (int)text.n, text.p);
        return finish();
    }
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bx_error err;
    if (load(b, &m) != BX_OK)
        return EXIT_OURS;
    bool markdown = bx_has_flag(a, FLAG_MARKDOWN);
    if (markdown)
        bx_tool_page(m, &text);
    else
        bx_tool_text(m, &text);
    bx_code rc = markdown ? BX_OK : add_imports(b, &text, &err);
    if (rc == BX_OK)
        rc = bx_buf_check(&text, &err);
    if (rc != BX_OK) {
        bx_cli_complain("tool show: %s", err.msg);
        return EXIT_OURS;
    }
    if (markdown)
        (void)fwrite(text.p, 1, text.n, stdout); /* to be kept as it is */
    else
        print_lines(bx_buf_str(&text));
    return finish();
}

const bx_command bx_cmd_tool_list = {
    .name = "tool list",
    .usage = "tool list [--json]",
    .summary = "list the built-in tools",
    .flags = list_flags,
    .n_flags = BX_COUNT(list_flags),
    .run = run_list,
};

const bx_command bx_cmd_tool_show = {
    .name = "tool show",
    .usage = "tool show [--json|--markdown] NAME",
    .summary = "say what a built-in tool does, takes, needs and may use",
    .flags = show_flags,
    .n_flags = BX_COUNT(show_flags),
    .first_word = bx_builtin_name,
    .run = run_show,
};
