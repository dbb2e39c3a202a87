#include "cli/audited.h"

#include "base/version.h"
#include "codec/json.h"
#include "os/dirs.h"
#include "tool/invoke.h"

enum { MAX_ARGUMENTS = 64 << 20 };

static bx_code arguments_of(const char *const *args, size_t n_args, bx_buf *ret, bx_error *err)
{
    bx_json_out o = bx_json_out_on(ret);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("arguments"));
    bx_json_out_begin_array(&o);
    for (size_t i = 1; i < n_args; i++)
        bx_json_out_string(&o, bx_str_of(args[i]));
    bx_json_out_end_array(&o);
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

static bx_code open_record(bx_cli_audited *a, bx_error *err)
{
    char home[4096];
    bx_code rc = bx_home_dir(home, sizeof home, err);
    const bx_db_config cfg = {.dir = home, .one_shot = true};
    if (rc == BX_OK)
        rc = bx_db_open(&cfg, &a->db, err);
    return rc == BX_OK ? bx_recorder_new(a->db, &a->recorder, err) : rc;
}

bx_code bx_cli_audited_begin(bx_cli_audited *a, const char *name, const char *const *args,
                             size_t n_args, const uint8_t *digest, const bx_grant *g, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_ARGUMENTS);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = open_record(a, err);
    if (rc == BX_OK)
        rc = arguments_of(args, n_args, &text, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return rc;
    const bx_manifest m = {.name = bx_str_of(name), .version = BX_LIT(BX_VERSION)};
    const bx_gate_call call = {
        .manifest = &m,
        .digest = digest,
        .arguments = bx_buf_str(&text),
        .values = bx_json_root(doc),
        .run = g,
        .origin = {.client = BX_LIT("cli"), .run = BX_LIT(""), .key = BX_LIT("")}};
    const bx_gate_recorder *port = bx_recorder_port(a->recorder);
    return port->begin(port->ctx, &call, BX_FATE_RUNS, NULL, g, &a->id, err);
}

bx_code bx_cli_audited_end(bx_cli_audited *a, const bx_outcome *out, const bx_record *touched,
                           bx_error *err)
{
    bx_code rc = BX_OK;
    if (a->recorder && a->id) {
        const bx_gate_recorder *port = bx_recorder_port(a->recorder);
        const bx_tool_end end = {.entered = true,
                                 .is_error = bx_outcome_exit_code(out) != 0,
                                 .outcome = *out,
                                 .text = bx_buf_init(0)};
        rc = port->end(port->ctx, a->id, &end, touched, err);
        if (rc == BX_OK)
            rc = bx_recorder_finish(a->recorder, err);
    }
    bx_recorder_free(a->recorder);
    bx_db_close(a->db);
    *a = (bx_cli_audited){.db = NULL};
    return rc;
}
