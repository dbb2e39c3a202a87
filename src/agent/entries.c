/* The tools of a run as the model is shown them, in a fixed order. */
#include "agent/state.h"
#include "tool/schema.h"

enum { MAX_SCHEMAS = 16 << 20 };

static bool is_offered(const bx_agent *a, const bx_manifest *m)
{
    if (m->call != BX_TOOL_JSON)
        return false;
    return !a->cfg.allows || a->cfg.allows(a->cfg.allows_ctx, m);
}

static bx_str description_of(const bx_manifest *m) { return m->description; }

/* Where its schema begins in `schemas` is kept in .p for the moment: that grows. */
static bx_code add_manifest(bx_agent *a, const bx_manifest *m, size_t *ret_from, bx_error *err)
{
    size_t from = a->schemas.n;
    if (m->input_schema) {
        bx_json_out o = bx_json_out_on(&a->schemas);
        bx_json_out_value(&o, m->input_schema);
        bx_code rc = bx_json_out_end(&o, err);
        if (rc != BX_OK)
            return rc;
    }
    a->entries[a->n_tools] = (bx_agent_entry){.manifest = m};
    a->tools[a->n_tools++] = (bx_llm_tool){
        .name = m->name, .description = description_of(m), .schema = {NULL, a->schemas.n - from}};
    *ret_from = from;
    return BX_OK;
}

static bx_code add_own(bx_agent *a, const bx_agent_own *own, bx_error *err)
{
    bx_agent_entry *e = &a->entries[a->n_tools];
    *e = (bx_agent_entry){.own = own};
    a->tools[a->n_tools++] = (bx_llm_tool){.name = bx_str_of(own->name),
                                           .description = bx_str_of(own->description),
                                           .schema = bx_str_of(own->schema)};
    bx_code rc = bx_json_parse(bx_str_of(own->schema), BX_JSON_MAX_DEPTH, &e->schema, err);
    return rc == BX_OK ? bx_schema_compile(bx_json_root(e->schema), NULL, &e->fits, err) : rc;
}

bx_code bx_agent_list_tools(bx_agent *a, bx_error *err)
{
    const bx_agent_tools *t = a->cfg.tools;
    size_t n = t ? t->count(t->ctx) : 0, most = n + a->cfg.n_own;
    if (n > BX_LLM_MAX_TOOLS || a->cfg.n_own > BX_AGENT_MAX_OWN)
        return bx_fail(err, BX_ELIMIT, "more than %d tools", BX_LLM_MAX_TOOLS);
    a->entries = bx_calloc(most + 1, sizeof *a->entries);
    a->tools = bx_calloc(most + 1, sizeof *a->tools);
    BX_AUTOFREE size_t *from = bx_calloc(most + 1, sizeof *from);
    a->schemas = bx_buf_init(MAX_SCHEMAS);
    if (!a->entries || !a->tools || !from)
        return bx_fail(err, BX_ENOMEM, "tools of a run");
    bx_code rc = BX_OK;
    for (size_t i = 0; i < a->cfg.n_own && rc == BX_OK; i++)
        rc = add_own(a, &a->cfg.own[i], err);
    size_t first = a->n_tools;
    for (size_t i = 0; i < n && rc == BX_OK; i++) {
        const bx_manifest *m = t->manifest(t->ctx, i);
        if (m && is_offered(a, m) && !bx_agent_find_tool(a, m->name))
            rc = add_manifest(a, m, &from[a->n_tools], err);
    }
    for (size_t i = first; i < a->n_tools && rc == BX_OK; i++)
        a->tools[i].schema.p = bx_buf_str(&a->schemas).p + from[i];
    return rc;
}

const bx_agent_entry *bx_agent_find_tool(const bx_agent *a, bx_str name)
{
    for (size_t i = 0; i < a->n_tools; i++) {
        if (bx_str_eq(a->tools[i].name, name))
            return &a->entries[i];
    }
    return NULL;
}

bx_str bx_agent_tool_name(const bx_agent *a, size_t i)
{
    return i < a->n_tools ? a->tools[i].name : BX_LIT("");
}

bool bx_agent_entry_reads(const bx_agent_entry *e)
{
    if (e->own)
        return e->own->read_only;
    bool reads = false;
    (void)bx_json_bool(bx_json_get(e->manifest->annotations, BX_LIT("readOnlyHint")), &reads);
    return reads && e->manifest->permission <= BX_TOOL_READ;
}
