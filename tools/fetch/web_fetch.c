/* web_fetch: fetch a URL and make it readable.  The entry of the guest: arguments from standard
 * input, one MCP result on standard output; all the rest is in fetch.h. */
#include <errno.h>
#include <unistd.h>

#include "bx_tool.h"
#include "fetch/fetch.h"

static bx_code read_input(bx_buf *in, bx_error *err)
{
    for (;;) {
        char *to;
        if (bx_buf_reserve(in, 8192, &to) != BX_OK)
            return bx_buf_check(in, err);
        ssize_t n = read(STDIN_FILENO, to, 8192);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return bx_fail(err, BX_EIO, "standard input cannot be read: %s", strerror(errno));
        if (n == 0)
            return BX_OK;
        in->n += (size_t)n;
        in->p[in->n] = '\0';
    }
}

static void put_str(const char *key, bx_str s)
{
    bx_json_key(key);
    bx_json_str_begin();
    bx_json_str_put(s.p, s.n);
    bx_json_str_end();
}

static void put_int(const char *key, uint64_t n)
{
    bx_json_key(key);
    bx_json_int((int64_t)n);
}

static void put_str_or_null(const char *key, bx_str s)
{
    if (s.n) {
        put_str(key, s);
    } else {
        bx_json_key(key);
        bx_json_null();
    }
}

static void put_redirects(const wf_result *r)
{
    bx_json_key("redirects");
    bx_json_open('[');
    for (size_t i = 0; i < r->n_hops; i++) {
        bx_json_open('{');
        put_int("status", r->hops[i].status);
        put_str("from", bx_str_of(r->hops[i].from));
        put_str("to", bx_str_of(r->hops[i].to));
        bx_json_close('}');
    }
    bx_json_close(']');
}

/* Lines "name: value" as an array of pairs: a header may come more than once. */
static void put_headers(const wf_result *r)
{
    bx_json_key("headers");
    bx_json_open('[');
    for (bx_str rest = bx_buf_str(&r->headers); rest.n;) {
        size_t end = (size_t)((const char *)memchr(rest.p, '\n', rest.n) - rest.p);
        size_t colon = (size_t)((const char *)memchr(rest.p, ':', end) - rest.p);
        bx_json_open('{');
        put_str("name", (bx_str){rest.p, colon});
        put_str("value", (bx_str){rest.p + colon + 2, end - colon - 2});
        bx_json_close('}');
        rest = bx_str_from(rest, end + 1);
    }
    bx_json_close(']');
}

static void put_structured(const wf_args *a, const wf_result *r)
{
    bx_structured_begin();
    bx_json_open('{');
    put_str("url", bx_buf_str(&a->url));
    put_str("final_url", bx_buf_str(&r->final_url));
    bx_json_key("status");
    if (r->status)
        bx_json_int(r->status);
    else
        bx_json_null();
    put_str("content_type", bx_buf_str(&r->content_type));
    put_str_or_null("charset", bx_str_of(r->charset));
    put_str_or_null("title", bx_buf_str(&r->title));
    put_redirects(r);
    put_headers(r);
    put_int("bytes", r->bytes);
    put_int("chars_total", r->chars);
    put_int("offset", a->offset);
    bx_json_key("next_offset");
    if (r->next)
        bx_json_int((int64_t)r->next);
    else
        bx_json_null();
    bx_json_key("truncated");
    bx_json_bool(r->body_cut || r->next != 0);
    put_str_or_null("saved_to", bx_buf_str(&r->saved_to));
    put_str_or_null("error", bx_str_of(r->err.code == BX_OK ? "" : r->err.msg));
    bx_json_close('}');
}

static void put_result(const wf_args *a, const wf_result *r)
{
    BX_AUTO_BUF head = bx_buf_init(1 << 20);
    bx_text_begin();
    if (wf_result_head(r, &head) == BX_OK)
        bx_text_put(head.p, head.n);
    bx_text_put(r->shown.p, r->shown.n);
    if (r->next) {
        bx_text_puts("\n[characters ");
        bx_text_int((int64_t)a->offset);
        bx_text_puts(" to ");
        bx_text_int((int64_t)r->next);
        bx_text_puts(" of ");
        bx_text_int((int64_t)r->chars);
        bx_text_puts("; for the rest call again with offset ");
        bx_text_int((int64_t)r->next);
        bx_text_puts("]\n");
    }
    bx_text_end();
    put_structured(a, r);
    (void)bx_result_end(r->err.code != BX_OK);
}

static void run(void)
{
    BX_AUTO_BUF in = bx_buf_init(WF_MAX_INPUT);
    wf_args args;
    bx_error err;
    if (read_input(&in, &err) != BX_OK || wf_args_parse(bx_buf_str(&in), &args, &err) != BX_OK) {
        (void)bx_tool_fail(err.msg, NULL);
        return;
    }
    wf_result result;
    wf_fetch(&args, &result);
    put_result(&args, &result);
    wf_result_done(&result);
    wf_args_done(&args);
}

/* Our own start: naming __wasm_call_ctors keeps the linker from wrapping every export of this
 * module, cabi_realloc among them, in constructors and destructors (docs/web_fetch.md). */
void __wasm_call_ctors(void);
void _start(void);

__attribute__((export_name("_start"))) void _start(void)
{
    __wasm_call_ctors();
    run();
}
