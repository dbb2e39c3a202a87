/* An outcome as JSON: docs/outcome.md. */
#include "codec/base64.h"
#include "codec/json.h"
#include "sandbox/outcome.h"

static void put_uint(bx_json_out *j, const char *key, uint64_t v)
{
    bx_json_out_key(j, bx_str_of(key));
    bx_json_out_uint(j, v);
}

static void put_text(bx_json_out *j, const char *key, const char *text)
{
    bx_json_out_key(j, bx_str_of(key));
    if (text)
        bx_json_out_string(j, bx_str_of(text));
    else
        bx_json_out_null(j);
}

/* Bytes that are not UTF-8 are not lost: they go out as base 64 under another name. */
static void put_output(bx_json_out *j, const char *key, const char *key64, bx_str bytes)
{
    if (bx_utf8_valid(bytes)) {
        bx_json_out_key(j, bx_str_of(key));
        bx_json_out_string(j, bytes);
        return;
    }
    BX_AUTO_BUF text = bx_buf_init(bx_base64_len(bytes.n));
    bx_base64_encode(bytes, &text);
    if (text.fail != BX_OK)
        j->buf->fail = text.fail;
    bx_json_out_key(j, bx_str_of(key64));
    bx_json_out_string(j, bx_buf_str(&text));
}

static void put_files(bx_json_out *j, const bx_outcome *o)
{
    static const char *const rights[] = {"", "r", "w", "rw"};
    bx_json_out_key(j, BX_LIT("files"));
    bx_json_out_begin_array(j);
    for (size_t i = 0; i < o->n_events; i++) {
        const bx_outcome_event *e = &o->events[i];
        bx_json_out_begin_object(j);
        put_text(j, "op", bx_fs_op_name(e->op));
        put_text(j, "path", o->texts.p + e->path);
        if (o->texts.p[e->path2])
            put_text(j, "path2", o->texts.p + e->path2);
        put_text(j, "rights", rights[e->rights & 3]);
        put_text(j, "result", bx_errno_name(e->result));
        bx_json_out_end_object(j);
    }
    bx_json_out_end_array(j);
    put_uint(j, "files_omitted", o->events_omitted);
}

static void put_requests(bx_json_out *j, const bx_outcome *o)
{
    bx_json_out_key(j, BX_LIT("requests"));
    bx_json_out_begin_array(j);
    for (size_t i = 0; i < o->n_requests; i++) {
        const bx_outcome_request *r = &o->requests[i];
        bx_json_out_begin_object(j);
        put_text(j, "method", o->texts.p + r->method);
        put_text(j, "url", o->texts.p + r->url);
        put_text(j, "address", o->texts.p + r->address);
        put_uint(j, "status", (uint64_t)r->status);
        put_uint(j, "bytes_in", r->bytes_in);
        put_uint(j, "bytes_out", r->bytes_out);
        put_uint(j, "time_us", r->time_us);
        bx_json_out_key(j, BX_LIT("allowed"));
        bx_json_out_bool(j, r->allowed);
        put_text(j, "rule", o->texts.p + r->rule);
        put_text(j, "error", o->texts.p[r->error] ? o->texts.p + r->error : NULL);
        bx_json_out_end_object(j);
    }
    bx_json_out_end_array(j);
    put_uint(j, "requests_omitted", o->requests_omitted);
}

static void put_bytes(bx_json_out *j, const bx_outcome *o)
{
    bx_json_out_key(j, BX_LIT("bytes"));
    bx_json_out_begin_object(j);
    put_uint(j, "stdin", o->stdin_bytes);
    put_uint(j, "stdout", o->stdout_bytes);
    put_uint(j, "stderr", o->stderr_bytes);
    put_uint(j, "read", o->files.bytes_read);
    put_uint(j, "written", o->files.bytes_written);
    put_uint(j, "http_in", o->http_in);
    put_uint(j, "http_out", o->http_out);
    bx_json_out_end_object(j);
}

bx_code bx_outcome_json(const bx_outcome *o, bx_buf *out, bx_error *err)
{
    bx_json_out j = bx_json_out_on(out);
    bx_json_out_begin_object(&j);
    put_text(&j, "kind", bx_outcome_kind_name(o->kind));
    put_uint(&j, "exit_code",
             o->kind == BX_OUT_EXIT ? o->exit_code : (uint64_t)bx_outcome_exit_code(o));
    put_output(&j, "stdout", "stdout_base64", (bx_str){o->out ? o->out : "", o->out_n});
    put_output(&j, "stderr", "stderr_base64", (bx_str){o->err ? o->err : "", o->err_n});
    put_uint(&j, "wall_us", o->wall_ns / 1000);
    put_uint(&j, "guest_us", o->guest_ns / 1000);
    put_uint(&j, "host_us", o->host_ns / 1000);
    put_uint(&j, "fuel_used", o->fuel_used);
    put_uint(&j, "memory_peak_bytes", o->memory_peak);
    put_uint(&j, "memory_refused", o->memory_refused);
    put_bytes(&j, o);
    put_uint(&j, "files_created", o->files.files_created);
    put_uint(&j, "dir_entries", o->files.dir_entries);
    put_files(&j, o);
    put_uint(&j, "http_requests", o->http_requests);
    put_requests(&j, o);
    if (o->result) {
        bx_json_out_key(&j, BX_LIT("result"));
        bx_json_out_raw(&j, bx_str_of(o->result));
    }
    put_text(&j, "trap", o->trap);
    put_text(&j, "error", o->error);
    bx_json_out_end_object(&j);
    return bx_json_out_end(&j, err);
}
