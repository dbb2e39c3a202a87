/* Answers every request with 200 and one line: the least a component behind `wasmtime serve` can
 * do. */
#include "hello.h"

void exports_wasi_http_incoming_handler_handle(
    exports_wasi_http_incoming_handler_own_incoming_request_t request,
    exports_wasi_http_incoming_handler_own_response_outparam_t out)
{
    static uint8_t text[] = "Hello, world!\n";
    hello_list_u8_t line = {text, sizeof text - 1};
    wasi_http_types_result_own_outgoing_response_error_code_t answer = {.is_err = false};
    wasi_http_types_own_outgoing_body_t body;
    wasi_http_types_own_output_stream_t stream;
    wasi_io_streams_stream_error_t broken;
    wasi_http_types_error_code_t error;
    wasi_http_types_incoming_request_drop_own(request);
    answer.val.ok =
        wasi_http_types_constructor_outgoing_response(wasi_http_types_constructor_fields());
    (void)wasi_http_types_method_outgoing_response_body(
        wasi_http_types_borrow_outgoing_response(answer.val.ok), &body);
    wasi_http_types_static_response_outparam_set(out, &answer);
    (void)wasi_http_types_method_outgoing_body_write(wasi_http_types_borrow_outgoing_body(body),
                                                     &stream);
    (void)wasi_io_streams_method_output_stream_blocking_write_and_flush(
        wasi_io_streams_borrow_output_stream(stream), &line, &broken);
    wasi_io_streams_output_stream_drop_own(stream);
    (void)wasi_http_types_static_outgoing_body_finish(body, NULL, &error);
}
