/* ask TIMES METHOD SCHEME AUTHORITY PATH [NAME VALUE]...: hand the host a request exactly as it is
 * written, TIMES times, one after the other; with a negative number, all at once, and no body is
 * read before all have their heads. Prints what became of them: "status N" or "error N" (the number
 * of the error code) each, counted.
 *
 * ask fields COUNT BYTES: make COUNT `fields` of about so many bytes each, keep them, and say so.
 */
#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_AT_ONCE = 1024, CODES = 1000 };

static unsigned statuses[CODES], errors[CODES];
static wasi_http_types_own_incoming_response_t held[MAX_AT_ONCE];
static size_t n_held;

static ask_string_t text(const char *s)
{
    return (ask_string_t){(uint8_t *)(uintptr_t)s, strlen(s)};
}

static _Noreturn void malformed(const char *what)
{
    printf("malformed %s\n", what);
    fflush(stdout);
    exit(1);
}

static wasi_http_types_own_fields_t fields_of(int argc, char **argv)
{
    wasi_http_types_own_fields_t fields = wasi_http_types_constructor_fields();
    for (int i = 0; i + 1 < argc; i += 2) {
        ask_string_t name = text(argv[i]), value = text(argv[i + 1]);
        wasi_http_types_header_error_t why;
        if (!wasi_http_types_method_fields_append(wasi_http_types_borrow_fields(fields), &name,
                                                  (wasi_http_types_field_value_t *)&value, &why))
            malformed("field");
    }
    return fields;
}

static wasi_http_types_own_outgoing_request_t request_of(int argc, char **argv)
{
    wasi_http_types_own_outgoing_request_t r =
        wasi_http_types_constructor_outgoing_request(fields_of(argc - 6, argv + 6));
    wasi_http_types_borrow_outgoing_request_t self = wasi_http_types_borrow_outgoing_request(r);
    wasi_http_types_method_t method = {.tag = WASI_HTTP_TYPES_METHOD_OTHER};
    method.val.other = text(argv[2]);
    wasi_http_types_scheme_t scheme = {.tag = WASI_HTTP_TYPES_SCHEME_OTHER};
    scheme.val.other = text(argv[3]);
    if (strcmp(argv[3], "http") == 0)
        scheme.tag = WASI_HTTP_TYPES_SCHEME_HTTP;
    ask_string_t authority = text(argv[4]), path = text(argv[5]);
    if (!wasi_http_types_method_outgoing_request_set_method(self, &method))
        malformed("method");
    if (!wasi_http_types_method_outgoing_request_set_scheme(self, &scheme))
        malformed("scheme");
    if (!wasi_http_types_method_outgoing_request_set_authority(self, &authority))
        malformed("authority");
    if (!wasi_http_types_method_outgoing_request_set_path_with_query(self, &path))
        malformed("path");
    return r;
}

static void count_error(const wasi_http_types_error_code_t *e) { errors[e->tag % CODES]++; }

/* Whether the host took it. */
static bool start(int argc, char **argv, wasi_http_types_own_future_incoming_response_t *ret)
{
    wasi_http_outgoing_handler_error_code_t why;
    if (wasi_http_outgoing_handler_handle(request_of(argc, argv), NULL, ret, &why))
        return true;
    count_error((const wasi_http_types_error_code_t *)&why);
    return false;
}

static void await(wasi_http_types_own_future_incoming_response_t future)
{
    wasi_http_types_borrow_future_incoming_response_t self =
        wasi_http_types_borrow_future_incoming_response(future);
    wasi_io_poll_own_pollable_t ready =
        wasi_http_types_method_future_incoming_response_subscribe(self);
    wasi_io_poll_method_pollable_block(wasi_io_poll_borrow_pollable(ready));
    wasi_io_poll_pollable_drop_own(ready);
    wasi_http_types_result_result_own_incoming_response_error_code_void_t got;
    if (!wasi_http_types_method_future_incoming_response_get(self, &got) || got.is_err)
        malformed("answer of the host");
    if (got.val.ok.is_err) {
        count_error(&got.val.ok.val.err);
    } else {
        wasi_http_types_own_incoming_response_t r = got.val.ok.val.ok;
        statuses[wasi_http_types_method_incoming_response_status(
                     wasi_http_types_borrow_incoming_response(r)) %
                 CODES]++;
        held[n_held++] = r;
    }
    wasi_http_types_future_incoming_response_drop_own(future);
}

static void let_go(void)
{
    while (n_held)
        wasi_http_types_incoming_response_drop_own(held[--n_held]);
}

static void all_at_once(int times, int argc, char **argv)
{
    static wasi_http_types_own_future_incoming_response_t futures[MAX_AT_ONCE];
    int n = 0;
    for (int i = 0; i < times && i < MAX_AT_ONCE; i++)
        n += start(argc, argv, &futures[n]);
    for (int i = 0; i < n; i++)
        await(futures[i]);
}

static int number(const char *s)
{
    bool negative = *s == '-';
    int n = 0;
    for (s += negative; *s >= '0' && *s <= '9' && n < 100000; s++)
        n = n * 10 + (*s - '0');
    return negative ? -n : n;
}

static int keep_fields(int count, int bytes)
{
    static char value[1000];
    memset(value, 'v', sizeof value - 1);
    char *pair[] = {"name", value};
    for (int i = 0; i < count; i++) {
        wasi_http_types_own_fields_t f = fields_of(0, NULL);
        ask_string_t name = text(pair[0]), v = text(pair[1]);
        wasi_http_types_header_error_t why;
        for (int n = 0; n < bytes; n += (int)sizeof value)
            if (!wasi_http_types_method_fields_append(wasi_http_types_borrow_fields(f), &name,
                                                      (wasi_http_types_field_value_t *)&v, &why))
                malformed("field");
    }
    printf("kept\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "fields") == 0)
        return keep_fields(number(argv[2]), number(argv[3]));
    int times = argc > 5 ? number(argv[1]) : 0;
    if (times < 0)
        all_at_once(-times, argc, argv);
    for (int i = 0; i < times; i++) {
        wasi_http_types_own_future_incoming_response_t future;
        if (start(argc, argv, &future))
            await(future);
        let_go();
    }
    for (int i = 0; i < CODES; i++) {
        if (statuses[i])
            printf("status %d: %u\n", i, statuses[i]);
        if (errors[i])
            printf("error %d: %u\n", i, errors[i]);
    }
    let_go();
    return 0;
}

/* Our own start: naming __wasm_call_ctors keeps the linker from wrapping every export, cabi_realloc
 * among them, in constructors and destructors (docs/web_fetch.md). */
void __wasm_call_ctors(void);
int __main_void(void);
void _start(void);

__attribute__((export_name("_start"))) void _start(void)
{
    __wasm_call_ctors();
    int code = __main_void();
    fflush(stdout);
    if (code)
        exit(code);
}
