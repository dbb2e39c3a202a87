#include "tool/page.h"

#include "tool/schema.h"

static void add_json(bx_buf *out, const bx_json_val *v)
{
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_value(&o, v);
}

static bool is_required(const bx_json_val *schema, bx_str name)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(schema, BX_LIT("required")));
    bx_str s;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (bx_json_str(e, &s) && bx_str_eq(s, name))
            return true;
    }
    return false;
}

void bx_tool_limits_text(const bx_manifest *m, bx_buf *out)
{
    const bx_limits def = bx_limits_default();
    bx_limit_row row;
    const char *between = "";
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        char value[32];
        if (bx_limits_get(&m->limits, i) == bx_limits_get(&def, i))
            continue;
        bx_limits_print(&m->limits, i, value);
        (void)bx_buf_addf(out, "%s%s %s", between, row.name, value);
        between = ", ";
    }
    if (!*between)
        (void)bx_buf_add_z(out, "the defaults");
}

static void add_needs(const bx_manifest *m, const char *quote, bx_buf *out)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(bx_json_root(m->doc), BX_LIT("needs")));
    const char *between = "";
    bx_str line;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL)); between = ", ") {
        if (bx_json_str(e, &line))
            (void)bx_buf_addf(out, "%s%s%.*s%s", between, quote, BX_FMT(line), quote);
    }
    if (!*between)
        (void)bx_buf_add_z(out, "nothing");
}

static void add_annotations(const bx_manifest *m, bx_buf *out)
{
    bx_json_iter it = bx_json_iter_of(m->annotations);
    const char *between = "";
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key)); between = ", ") {
        (void)bx_buf_addf(out, "%s%.*s: ", between, BX_FMT(key));
        add_json(out, e);
    }
}

/* ---- Markdown -------------------------------------------------------------------------------- */

/* In a cell of a table, where a bar would end it. */
static void add_cell(bx_buf *out, bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '|')
            (void)bx_buf_add_c(out, '\\');
        (void)bx_buf_add_c(out, s.p[i] == '\n' ? ' ' : s.p[i]);
    }
}

typedef struct row {
    bx_str prefix, name;
    bool required;
} row;

static void add_row(const bx_schema *s, const row *r, const bx_json_val *of, bx_buf *out)
{
    BX_AUTO_BUF words = bx_buf_init(1 << 16);
    const bx_json_val *def = bx_json_get(of, BX_LIT("default"));
    bx_schema_words(s, of, &words);
    (void)bx_buf_addf(out, "| `%.*s%.*s` | ", BX_FMT(r->prefix), BX_FMT(r->name));
    add_cell(out, bx_buf_str(&words));
    (void)bx_buf_add_z(out, r->required ? " | required" : " | ");
    if (def) {
        bx_buf_clear(&words);
        add_json(&words, def);
        add_cell(out, bx_buf_str(&words));
    }
    (void)bx_buf_add_z(out, " | ");
    add_cell(out, bx_json_text(of, "description"));
    (void)bx_buf_add_z(out, " |\n");
}

/* What a list of objects holds is told below it. */
static void add_rows(const bx_schema *s, const bx_json_val *schema, bx_str prefix, unsigned depth,
                     bx_buf *out)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(schema, BX_LIT("properties")));
    bx_str name;
    for (const bx_json_val *e; (e = bx_json_next(&it, &name));) {
        const bx_json_val *items = bx_json_get(e, BX_LIT("items")), *inner = items ? items : e;
        add_row(s, &(row){prefix, name, is_required(schema, name)}, e, out);
        if (depth == 0 || !bx_json_get(inner, BX_LIT("properties")))
            continue;
        BX_AUTO_BUF below = bx_buf_init(4096);
        (void)bx_buf_addf(&below, "%.*s%.*s%s.", BX_FMT(prefix), BX_FMT(name), items ? "[]" : "");
        add_rows(s, inner, bx_buf_str(&below), depth - 1, out);
    }
}

/* A fenced block; the fence is longer than any in the text. */
static void add_fenced(bx_buf *out, bx_str info, bx_str text)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    size_t fence = longest < 3 ? 3 : longest + 1;
    for (size_t i = 0; i < fence; i++)
        (void)bx_buf_add_c(out, '`');
    (void)bx_buf_addf(out, "%.*s\n", BX_FMT(info));
    (void)bx_buf_add_str(out, text);
    if (!text.n || text.p[text.n - 1] != '\n')
        (void)bx_buf_add_c(out, '\n');
    for (size_t i = 0; i < fence; i++)
        (void)bx_buf_add_c(out, '`');
    (void)bx_buf_add_c(out, '\n');
}

static void add_files(bx_buf *out, const char *before, const bx_json_val *files)
{
    bx_json_iter it = bx_json_iter_of(files);
    bx_str name, text;
    for (const bx_json_val *e; (e = bx_json_next(&it, &name));) {
        (void)bx_buf_addf(out, "\n%s `%.*s`:\n", before, BX_FMT(name));
        if (bx_json_str(e, &text))
            add_fenced(out, BX_LIT(""), text);
        else
            (void)bx_buf_add_z(out, "(not text)\n");
    }
}

static void add_answer(bx_buf *out, const bx_json_val *result)
{
    const bx_json_val *facts = bx_json_get(result, BX_LIT("structured"));
    bool is_error = false;
    bx_str text = bx_json_text(result, "text");
    (void)bx_json_bool(bx_json_get(result, BX_LIT("is_error")), &is_error);
    (void)bx_buf_addf(out, "\nThe answer is %s", is_error ? "an error" : "a result");
    if (text.n) {
        (void)bx_buf_add_z(out, " whose text has:\n");
        add_fenced(out, BX_LIT("text"), text);
    } else {
        (void)bx_buf_add_z(out, ".\n");
    }
    if (!facts)
        return;
    BX_AUTO_BUF json = bx_buf_init(1 << 20);
    add_json(&json, facts);
    (void)bx_buf_add_z(out, "\n`structuredContent` has:\n");
    add_fenced(out, BX_LIT("json"), bx_buf_str(&json));
}

static void add_example(const bx_manifest *m, const bx_json_val *e, bx_buf *out)
{
    BX_AUTO_BUF json = bx_buf_init(1 << 20);
    bx_json_iter it = bx_json_iter_of(bx_json_get(e, BX_LIT("allow")));
    bx_str says = bx_json_text(e, "says"), line;
    add_json(&json, bx_json_get(e, BX_LIT("arguments")));
    (void)bx_buf_addf(out, "\n### %.*s\n", BX_FMT(says));
    add_files(out, "With", bx_json_get(e, BX_LIT("files")));
    (void)bx_buf_addf(out, "\nCalled as `boxagnts tool call %.*s", BX_FMT(m->name));
    for (const bx_json_val *a; (a = bx_json_next(&it, NULL));) {
        if (bx_json_str(a, &line))
            (void)bx_buf_addf(out, " --allow '%.*s'", BX_FMT(line));
    }
    (void)bx_buf_add_z(out, "` with\n");
    add_fenced(out, BX_LIT("json"), bx_buf_str(&json));
    add_answer(out, bx_json_get(e, BX_LIT("result")));
    add_files(out, "Afterwards", bx_json_get(e, BX_LIT("after")));
}

void bx_tool_page(const bx_manifest *m, bx_buf *out)
{
    (void)bx_buf_addf(out, "# `%.*s`\n", BX_FMT(m->name));
    (void)bx_buf_add_str(out, m->description);
    (void)bx_buf_addf(out,
                      "\n\nVersion %.*s, permission `%s`. Made from the tool's manifest; its "
                      "examples are run by the tests.\n",
                      BX_FMT(m->version), bx_tool_permission_name(m->permission));
    (void)bx_buf_add_z(out,
                       "\n## Arguments\n| argument | value | default | |\n|---|---|---|---|\n");
    add_rows(m->arguments, m->input_schema, BX_LIT(""), 2, out);
    if (m->output_schema) {
        (void)bx_buf_add_z(out, "\n## Facts of the result\nIn `structuredContent`, where it is no "
                                "error.\n\n| member | value | | |\n|---|---|---|---|\n");
        add_rows(m->facts, m->output_schema, BX_LIT(""), 2, out);
    }
    (void)bx_buf_add_z(out, "\n## What it may use\n* needs, at most: ");
    add_needs(m, "`", out);
    (void)bx_buf_add_z(out, "\n* limits: ");
    bx_tool_limits_text(m, out);
    (void)bx_buf_add_z(out, "\n* annotations: ");
    add_annotations(m, out);
    (void)bx_buf_add_c(out, '\n');
    if (bx_json_size(m->examples))
        (void)bx_buf_add_z(out, "\n## Examples\n");
    bx_json_iter it = bx_json_iter_of(m->examples);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        add_example(m, e, out);
}

/* ---- for a terminal -------------------------------------------------------------------------- */

static void add_lines(const bx_schema *s, const bx_json_val *schema, unsigned indent,
                      unsigned depth, bx_buf *out)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(schema, BX_LIT("properties")));
    bx_str name;
    for (const bx_json_val *e; (e = bx_json_next(&it, &name));) {
        const bx_json_val *items = bx_json_get(e, BX_LIT("items")), *inner = items ? items : e;
        const bx_json_val *def = bx_json_get(e, BX_LIT("default"));
        (void)bx_buf_addf(out, "%*s%.*s: ", (int)indent, "", BX_FMT(name));
        bx_schema_words(s, e, out);
        if (is_required(schema, name))
            (void)bx_buf_add_z(out, ", required");
        if (def) {
            (void)bx_buf_add_z(out, ", default ");
            add_json(out, def);
        }
        bx_str says = bx_json_text(e, "description");
        if (says.n) {
            (void)bx_buf_addf(out, "\n%*s", (int)indent + 4, "");
            (void)bx_buf_add_str(out, says);
        }
        (void)bx_buf_add_c(out, '\n');
        if (depth && bx_json_get(inner, BX_LIT("properties")))
            add_lines(s, inner, indent + 4, depth - 1, out);
    }
}

void bx_tool_text(const bx_manifest *m, bx_buf *out)
{
    (void)bx_buf_addf(out, "%.*s %.*s, permission %s\n", BX_FMT(m->name), BX_FMT(m->version),
                      bx_tool_permission_name(m->permission));
    (void)bx_buf_add_str(out, m->description);
    (void)bx_buf_add_z(out, "\n\narguments\n");
    add_lines(m->arguments, m->input_schema, 2, 2, out);
    if (m->output_schema)
        (void)bx_buf_add_z(out, "\nfacts of the result\n");
    add_lines(m->facts, m->output_schema, 2, 2, out);
    (void)bx_buf_add_z(out, "\nneeds        ");
    add_needs(m, "", out);
    (void)bx_buf_add_z(out, "\nlimits       ");
    bx_tool_limits_text(m, out);
    (void)bx_buf_add_z(out, "\nannotations  ");
    add_annotations(m, out);
    (void)bx_buf_add_z(out, "\n");
    bx_json_iter it = bx_json_iter_of(m->examples);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str says = bx_json_text(e, "says");
        (void)bx_buf_addf(out, "\n%.*s\n  boxagnts tool call %.*s '", BX_FMT(says),
                          BX_FMT(m->name));
        add_json(out, bx_json_get(e, BX_LIT("arguments")));
        (void)bx_buf_add_z(out, "'\n");
    }
}
