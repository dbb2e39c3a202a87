/* web_fetch: fetch a URL and make it readable.  The entry of the guest: arguments from standard
 * input, one MCP result on standard output; all the rest is in fetch.h. */
#include <stdlib.h>
#include <unistd.h>

#include "fetch/fetch.h"
#include "lib/result.h"

static void put_str(bx_out *o, const char *key, bx_str s)
{
    bx_out_key(o, key);
    bx_out_str(o, s);
}

static void put_int(bx_out *o, const char *key, uint64_t n)
{
    bx_out_key(o, key);
    bx_out_int(o, (int64_t)n);
}

static void put_str_or_null(bx_out *o, const char *key, bx_str s)
{
    if (s.n) {
        put_str(o, key, s);
    } else {
        bx_out_key(o, key);
        bx_out_null(o);
    }
}

static void put_redirects(bx_out *o, const wf_result *r)
{
    bx_out_key(o, "redirects");
    bx_out_open(o, '[');
    for (size_t i = 0; i < r->n_hops; i++) {
        bx_out_open(o, '{');
        put_int(o, "status", r->hops[i].status);
        put_str(o, "from", bx_str_of(r->hops[i].from));
        put_str(o, "to", bx_str_of(r->hops[i].to));
        bx_out_close(o, '}');
    }
    bx_out_close(o, ']');
}

/* Lines "name: value" as an array of pairs: a header may come more than once. */
static void put_headers(bx_out *o, const wf_result *r)
{
    bx_out_key(o, "headers");
    bx_out_open(o, '[');
    for (bx_str rest = bx_buf_str(&r->headers); rest.n;) {
        size_t end = (size_t)((const char *)memchr(rest.p, '\n', rest.n) - rest.p);
        size_t colon = (size_t)((const char *)memchr(rest.p, ':', end) - rest.p);
        bx_out_open(o, '{');
        put_str(o, "name", (bx_str){rest.p, colon});
        put_str(o, "value", (bx_str){rest.p + colon + 2, end - colon - 2});
        bx_out_close(o, '}');
        rest = bx_str_from(rest, end + 1);
    }
    bx_out_close(o, ']');
}

static void put_structured(bx_out *o, const wf_args *a, const wf_result *r)
{
    bx_out_open(o, '{');
    put_str(o, "url", bx_buf_str(&a->url));
    put_str(o, "final_url", bx_buf_str(&r->final_url));
    bx_out_key(o, "status");
    if (r->status)
        bx_out_int(o, r->status);
    else
        bx_out_null(o);
    put_str(o, "content_type", bx_buf_str(&r->content_type));
    put_str_or_null(o, "charset", bx_str_of(r->charset));
    put_str_or_null(o, "title", bx_buf_str(&r->title));
    put_redirects(o, r);
    put_headers(o, r);
    put_int(o, "bytes", r->bytes);
    put_int(o, "chars_total", r->chars);
    put_int(o, "offset", a->offset);
    bx_out_key(o, "next_offset");
    if (r->next)
        bx_out_int(o, (int64_t)r->next);
    else
        bx_out_null(o);
    bx_out_key(o, "truncated");
    bx_out_bool(o, r->body_cut || r->next != 0);
    put_str_or_null(o, "saved_to", bx_buf_str(&r->saved_to));
    put_str_or_null(o, "error", bx_str_of(r->err.code == BX_OK ? "" : r->err.msg));
    bx_out_close(o, '}');
}

static int put_result(bx_result *out, const wf_args *a, const wf_result *r)
{
    BX_AUTO_BUF head = bx_buf_init(1 << 20);
    bx_text_begin(out);
    if (wf_result_head(r, &head) == BX_OK)
        bx_text_put(out, head.p, head.n);
    bx_text_put(out, r->shown.p, r->shown.n);
    if (r->next) {
        bx_text_puts(out, "\n[characters ");
        bx_text_int(out, (int64_t)a->offset);
        bx_text_puts(out, " to ");
        bx_text_int(out, (int64_t)r->next);
        bx_text_puts(out, " of ");
        bx_text_int(out, (int64_t)r->chars);
        bx_text_puts(out, "; for the rest call again with offset ");
        bx_text_int(out, (int64_t)r->next);
        bx_text_puts(out, "]\n");
    }
    bx_text_end(out);
    put_structured(bx_structured_begin(out), a, r);
    return bx_result_end(out, r->err.code != BX_OK);
}

static int run(void)
{
    bx_result out;
    wf_args args;
    bx_error err;
    bx_result_init(&out, STDOUT_FILENO);
    if (wf_args_read(STDIN_FILENO, &args, &err) != BX_OK)
        return bx_result_fail(&out, err.msg, NULL);
    wf_result result;
    wf_fetch(&args, &result);
    int rc = put_result(&out, &args, &result);
    wf_result_done(&result);
    wf_args_done(&args);
    return rc;
}

/* Our own start: naming __wasm_call_ctors keeps the linker from wrapping every export of this
 * module, cabi_realloc among them, in constructors and destructors (docs/web_fetch.md). */
void __wasm_call_ctors(void);
void _start(void);

__attribute__((export_name("_start"))) void _start(void)
{
    __wasm_call_ctors();
    int rc = run();
    if (rc != 0)
        _Exit(rc);
}
