#include "cli/tool_beside.h"

#include <fcntl.h>

#include "codec/json.h"
#include "os/fd.h"
#include "policy/manifest.h"

enum { MAX_MANIFEST = 1 << 20, MAX_DEPTH = 128 };

bx_code bx_tool_beside(const char *path, bx_grant *g, bool *ret_json, bx_error *err)
{
    size_t n = strlen(path), end = strlen(".wasm");
    *ret_json = false;
    if (n <= end || strcmp(path + n - end, ".wasm") != 0)
        return BX_OK;
    BX_AUTO_BUF name = bx_buf_init(n + 64), text = bx_buf_init(MAX_MANIFEST);
    (void)bx_buf_addf(&name, "%.*s.tool.yaml", (int)(n - end), path);
    bx_code rc = bx_buf_check(&name, err);
    if (rc == BX_OK)
        rc = bx_file_read_all(AT_FDCWD, name.p, MAX_MANIFEST, &text, err);
    if (rc == BX_ENOENT)
        return BX_OK;
    if (rc == BX_OK)
        rc = bx_wrap(bx_manifest_apply(bx_buf_str(&text), g, ret_json, err), err, "%s", name.p);
    return bx_wrap(rc, err, "the tool's manifest (--no-manifest runs it without)");
}

static bool is_result(bx_str text)
{
    BX_AUTO(bx_json) bx_json *j = NULL;
    return bx_json_parse(text, MAX_DEPTH, &j, NULL) == BX_OK &&
           bx_json_type_of(bx_json_get(bx_json_root(j), BX_LIT("content"))) == BX_JSON_ARRAY;
}

static void why_none(const bx_outcome *o, bx_buf *text)
{
    if (o->kind != BX_OUT_EXIT)
        (void)bx_buf_addf(text, "the tool gave no result: %s: %.*s", bx_outcome_kind_name(o->kind),
                          (int)strcspn(o->error ? o->error : "", "\n"), o->error ? o->error : "");
    else if (o->exit_code != 0)
        (void)bx_buf_addf(text, "the tool gave no result: it ended with exit code %u",
                          o->exit_code);
    else
        (void)bx_buf_addf(text, "the tool broke its contract: its output is %s",
                          o->out_n ? "no result as docs/tools.md says" : "empty");
}

static bx_code error_result(bx_str why, bx_buf *out)
{
    bx_json_out j = bx_json_out_on(out);
    bx_json_out_begin_object(&j);
    bx_json_out_key(&j, BX_LIT("content"));
    bx_json_out_begin_array(&j);
    bx_json_out_begin_object(&j);
    bx_json_out_key(&j, BX_LIT("type"));
    bx_json_out_string(&j, BX_LIT("text"));
    bx_json_out_key(&j, BX_LIT("text"));
    bx_json_out_string(&j, why);
    bx_json_out_end_object(&j);
    bx_json_out_end_array(&j);
    bx_json_out_key(&j, BX_LIT("isError"));
    bx_json_out_bool(&j, true);
    bx_json_out_end_object(&j);
    return bx_json_out_end(&j, NULL);
}

void bx_tool_settle_result(bx_outcome *o)
{
    bool ended_well = o->kind == BX_OUT_EXIT && o->exit_code == 0;
    if (ended_well && is_result((bx_str){o->out ? o->out : "", o->out_n}))
        return;
    BX_AUTO_BUF why = bx_buf_init(4096), text = bx_buf_init(64 << 10);
    why_none(o, &why);
    bool made = error_result(bx_buf_str(&why), &text) == BX_OK && bx_buf_add_c(&text, '\n') == BX_OK;
    free(o->out);
    o->out = made ? bx_strndup(text.p, text.n) : NULL;
    o->out_n = o->out ? text.n : 0;
    if (ended_well) {
        o->kind = BX_OUT_FAILED;
        free(o->error);
        o->error = bx_strndup(bx_buf_str(&why).p, why.n);
    }
}
