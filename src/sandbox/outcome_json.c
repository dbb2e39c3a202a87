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

static void put_files(bx_json_out *j, const bx_record *r)
{
    static const char *const rights[] = {"", "r", "w", "rw"};
    bx_json_out_key(j, BX_LIT("files"));
    bx_json_out_begin_array(j);
    for (size_t i = 0; r && i < r->files.n; i++) {
        const bx_record_file *f = bx_record_file_at(r, i);
        const char *path2 = bx_record_text(&r->files, f->path2);
        bx_json_out_begin_object(j);
        if (f->pid > 1)
            put_uint(j, "pid", (uint64_t)f->pid);
        put_text(j, "op", bx_fs_op_name(f->op));
        put_text(j, "path", bx_record_text(&r->files, f->path));
        if (path2[0])
            put_text(j, "path2", path2);
        put_text(j, "rights", rights[f->rights & 3]);
        put_text(j, "result", bx_errno_name(f->result));
        bx_json_out_end_object(j);
    }
    bx_json_out_end_array(j);
    put_uint(j, "files_omitted", r ? r->files.omitted : 0);
}

static void put_requests(bx_json_out *j, const bx_record *r)
{
    bx_json_out_key(j, BX_LIT("requests"));
    bx_json_out_begin_array(j);
    for (size_t i = 0; r && i < r->requests.n; i++) {
        const bx_record_request *q = bx_record_request_at(r, i);
        const bx_record_list *l = &r->requests;
        const char *error = bx_record_text(l, q->error);
        bx_json_out_begin_object(j);
        if (q->pid > 1)
            put_uint(j, "pid", (uint64_t)q->pid);
        put_text(j, "method", bx_record_text(l, q->method));
        put_text(j, "url", bx_record_text(l, q->url));
        put_text(j, "address", bx_record_text(l, q->address));
        put_uint(j, "status", (uint64_t)q->status);
        put_uint(j, "bytes_in", q->bytes_in);
        put_uint(j, "bytes_out", q->bytes_out);
        put_uint(j, "time_us", q->time_us);
        bx_json_out_key(j, BX_LIT("allowed"));
        bx_json_out_bool(j, q->allowed);
        put_text(j, "rule", bx_record_text(l, q->rule));
        put_text(j, "error", error[0] ? error : NULL);
        bx_json_out_end_object(j);
    }
    bx_json_out_end_array(j);
    put_uint(j, "requests_omitted", r ? r->requests.omitted : 0);
}

static void put_process(bx_json_out *j, const bx_record_list *l, const bx_record_process *p)
{
    const char *error = bx_record_text(l, p->error);
    bx_json_out_begin_object(j);
    put_uint(j, "pid", (uint64_t)p->pid);
    put_uint(j, "parent", (uint64_t)p->parent);
    put_text(j, "program", bx_record_text(l, p->program));
    put_text(j, "arguments", bx_record_text(l, p->args));
    put_text(j, "end", bx_record_text(l, p->end));
    put_uint(j, "exit_code", (uint64_t)(uint32_t)p->code);
    put_uint(j, "begin_us", p->begin_us);
    put_uint(j, "wall_us", p->wall_us);
    put_uint(j, "cpu_us", p->cpu_us);
    put_uint(j, "memory_peak_bytes", p->memory_bytes);
    put_text(j, "error", error[0] ? error : NULL);
    bx_json_out_end_object(j);
}

static void put_processes(bx_json_out *j, const bx_record *r)
{
    bx_json_out_key(j, BX_LIT("processes"));
    bx_json_out_begin_array(j);
    for (size_t i = 0; r && i < r->processes.n; i++)
        put_process(j, &r->processes, bx_record_process_at(r, i));
    bx_json_out_end_array(j);
    put_uint(j, "processes_omitted", r ? r->processes.omitted : 0);
}

static void put_sockets(bx_json_out *j, const bx_record *r)
{
    bx_json_out_key(j, BX_LIT("sockets"));
    bx_json_out_begin_array(j);
    for (size_t i = 0; r && i < r->sockets.n; i++) {
        const bx_record_socket *s = bx_record_socket_at(r, i);
        bx_json_out_begin_object(j);
        put_text(j, "proto", bx_record_text(&r->sockets, s->proto));
        put_text(j, "address", bx_record_text(&r->sockets, s->address));
        put_uint(j, "port", s->port);
        bx_json_out_key(j, BX_LIT("allowed"));
        bx_json_out_bool(j, s->allowed);
        put_text(j, "rule", bx_record_text(&r->sockets, s->rule));
        bx_json_out_end_object(j);
    }
    bx_json_out_end_array(j);
    put_uint(j, "sockets_omitted", r ? r->sockets.omitted : 0);
}

/* Only the limits that refused something: {"fs_write":3}. */
static void put_limits_hit(bx_json_out *j, const bx_outcome *o)
{
    bx_limit_row row;
    bx_json_out_key(j, BX_LIT("limits_hit"));
    bx_json_out_begin_object(j);
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        uint64_t n = bx_limit_hits_get(&o->hits, i);
        if (n > 0)
            put_uint(j, row.name, n);
    }
    if (o->files.hit_tmp > 0)
        put_uint(j, "tmp", o->files.hit_tmp);
    if (o->files.hit_store > 0)
        put_uint(j, "store", o->files.hit_store);
    bx_json_out_end_object(j);
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
    put_uint(j, "socket_in", o->socket_in);
    put_uint(j, "socket_out", o->socket_out);
    bx_json_out_end_object(j);
}

bx_code bx_outcome_json(const bx_outcome *o, const bx_record *record, bx_buf *out, bx_error *err)
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
    put_limits_hit(&j, o);
    put_bytes(&j, o);
    put_uint(&j, "files_created", o->files.files_created);
    put_uint(&j, "failed_closes", o->files.failed_closes);
    put_uint(&j, "dir_entries", o->files.dir_entries);
    put_files(&j, record);
    put_uint(&j, "http_requests", o->http_requests);
    put_requests(&j, record);
    put_sockets(&j, record);
    put_processes(&j, record);
    if (o->result) {
        bx_json_out_key(&j, BX_LIT("result"));
        bx_json_out_raw(&j, bx_str_of(o->result));
    }
    put_text(&j, "trap", o->trap);
    put_text(&j, "error", o->error);
    bx_json_out_end_object(&j);
    return bx_json_out_end(&j, err);
}
