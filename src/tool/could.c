#include "tool/could.h"

/* ---- needs ----------------------------------------------------------------------------------- */

static void add_size(const char *what, const bx_cap *c, bx_buf *out)
{
    (void)bx_buf_addf(out, "%s, at most %llu MiB", what, (unsigned long long)(c->size >> 20));
}

void bx_cap_words(const bx_cap *c, bx_buf *out)
{
    const char *of = c->path ? c->path : "";
    switch (c->kind) {
    case BX_CAP_READ:
        (void)bx_buf_addf(out, "read and list files at and below %s", of);
        return;
    case BX_CAP_WRITE:
        (void)bx_buf_addf(out, "create, change and delete files at and below %s", of);
        return;
    case BX_CAP_RW:
        (void)bx_buf_addf(out, "read, create, change and delete files at and below %s", of);
        return;
    case BX_CAP_DENY:
        (void)bx_buf_addf(out, "never touch %s", of);
        return;
    case BX_CAP_FETCH:
        (void)bx_buf_addf(out, "send and receive over the network: HTTP, %s", of);
        return;
    case BX_CAP_CONNECT:
        (void)bx_buf_addf(out, "send and receive over the network: raw connections to %s", of);
        return;
    case BX_CAP_ENV:
        (void)bx_buf_addf(out, "see the variable %s%s", of,
                          c->value ? ", set by its manifest" : "");
        return;
    case BX_CAP_STORE:
        add_size("keep data of its own between calls", c, out);
        return;
    case BX_CAP_TMP:
        add_size("write temporary files in memory", c, out);
        return;
    case BX_CAP_TOOL:
        (void)bx_buf_addf(
            out, "start the programs and call the tools named %s, with no more rights", of);
        return;
    case BX_CAP_NOT_TOOL:
        (void)bx_buf_addf(out, "never start or call %s", of);
        return;
    case BX_CAP_CLOCK:
        (void)bx_buf_add_z(out, c->number == BX_CLOCK_REAL ? "see the time" : "see a made-up time");
        return;
    case BX_CAP_RANDOM:
        (void)bx_buf_add_z(out, "draw random numbers");
        return;
    }
}

void bx_tool_needs_words(const bx_manifest *m, bx_buf *out)
{
    if (!m->n_needs)
        (void)bx_buf_add_z(out, "  - compute, and nothing else\n");
    for (size_t i = 0; i < m->n_needs; i++) {
        (void)bx_buf_add_z(out, "  - ");
        bx_cap_words(&m->needs[i], out);
        (void)bx_buf_add_c(out, '\n');
    }
}

/* ---- imports --------------------------------------------------------------------------------- */

static const struct {
    const char *module; /* of a core module's import; NULL: of a component's name */
    const char *head;
    const char *says;
} rows[] = {
    {"wasi_snapshot_preview1", "path_", "opens files"},
    {NULL, "wasi:filesystem/", "opens files"},
    {NULL, "wasi:http/", "sends HTTP requests"},
    {NULL, "wasi:sockets/", "opens network connections"},
    {"wasi_snapshot_preview1", "sock_", "uses sockets"},
    {"boxagnts", "", "starts programs, calls tools, sends requests"},
    {NULL, "wasi:keyvalue/", "keeps data"},
    {NULL, "wasi:config/", "reads settings"},
    {"wasi_snapshot_preview1", "environ_", "reads variables"},
    {NULL, "wasi:cli/environment", "reads variables"},
    {"wasi_snapshot_preview1", "clock_", "reads clocks"},
    {NULL, "wasi:clocks/", "reads clocks"},
    {"wasi_snapshot_preview1", "random_", "draws random numbers"},
    {NULL, "wasi:random/", "draws random numbers"},
    {"wasi_snapshot_preview1", "fd_", "reads its input, writes its output"},
    {NULL, "wasi:cli/stdout", "reads its input, writes its output"},
};

static bool imports(const bx_json_val *desc, size_t row)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(desc, BX_LIT("imports")));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str module = bx_json_text(e, "module"), want = bx_str_of(rows[row].module);
        if (bx_str_eq(module, want) &&
            bx_str_starts(bx_json_text(e, "name"), bx_str_of(rows[row].head)))
            return true;
    }
    return false;
}

static bool said_before(const bool *found, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (found[k] && strcmp(rows[k].says, rows[i].says) == 0)
            return true;
    }
    return false;
}

static void add_imports(const bx_json_val *desc, bx_buf *out)
{
    bool found[BX_COUNT(rows)];
    size_t n = 0;
    (void)bx_buf_addf(out, "the module (%.*s) has %zu imports; with them it\n",
                      BX_FMT(bx_json_text(desc, "kind")),
                      bx_json_size(bx_json_get(desc, BX_LIT("imports"))));
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        found[i] = imports(desc, i);
        if (!found[i] || said_before(found, i))
            continue;
        (void)bx_buf_addf(out, "  - %s\n", rows[i].says);
        n++;
    }
    if (!n)
        (void)bx_buf_add_z(out, "  - does nothing but compute\n");
}

/* ---- the whole ------------------------------------------------------------------------------- */

void bx_tool_could(const bx_manifest *m, const bx_json_val *desc, bx_buf *out)
{
    static const char *const hows[] = {"JSON arguments", "arguments of a program",
                                       "typed arguments"};
    bool read_only = false;
    (void)bx_json_bool(bx_json_get(m->annotations, BX_LIT("readOnlyHint")), &read_only);
    (void)bx_buf_addf(out, "%.*s %.*s\n  ", BX_FMT(m->name), BX_FMT(m->version));
    (void)bx_buf_add_str(out, m->description);
    (void)bx_buf_addf(out, "\nsays of itself\n  - permission: %s, %s, called with %s\n",
                      bx_tool_permission_name(m->permission),
                      read_only ? "only reads" : "may change things", hows[m->call]);
    (void)bx_buf_add_z(out, "could ever, where a call is granted it as well\n");
    bx_tool_needs_words(m, out);
    add_imports(desc, out);
}

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

static bx_str after_hash(bx_str s)
{
    const char *hash = memrchr(s.p, '#', s.n);
    return hash ? bx_str_from(s, (size_t)(hash + 1 - s.p)) : s;
}

/* What is before the '#' may be left out in part (docs/wit-json.md); the call itself resolves it.
 */
static bool has_function(const bx_json_val *desc, bx_str function)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(desc, BX_LIT("functions")));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str name = bx_json_text(e, "name");
        bool whole = !memchr(function.p, '#', function.n) || memchr(name.p, '#', name.n);
        if (whole && bx_str_eq(after_hash(name), after_hash(function)))
            return true;
    }
    return false;
}

bx_code bx_tool_can_run(const bx_manifest *m, const bx_json_val *desc, bx_error *err)
{
    bx_str refused = bx_json_text(desc, "refused"), kind = bx_json_text(desc, "kind");
    if (refused.n)
        return bx_fail(err, BX_EUNSUPPORTED, "%.*s", BX_FMT(refused));
    if (m->call == BX_TOOL_TYPED && !bx_str_eq(kind, BX_LIT("component")))
        return bx_fail(err, BX_EINVAL, "call: typed is for components, and it is a core module");
    if (m->call == BX_TOOL_TYPED && m->function.n && !has_function(desc, m->function))
        return bx_fail(err, BX_EINVAL, "it has no function '%.*s'; boxagnts inspect lists them",
                       BX_FMT(m->function));
    if (m->call != BX_TOOL_TYPED && !is_program(desc))
        return bx_fail(err, BX_EINVAL,
                       "it is no program: it exports neither _start nor wasi:cli/run");
    return BX_OK;
}
