"""An HTTP client on wasi:http: `fetch METHOD URL [BODY [HEADER…]]`; prints the status, one header, the body or its length."""
import sys
from urllib.parse import urlsplit

import wit_world
import wit_world.exports
from wit_world.imports import environment, outgoing_handler, streams, wasi_http_types as http

METHODS = {"GET": http.Method_Get, "POST": http.Method_Post, "HEAD": http.Method_Head, "DELETE": http.Method_Delete}


def send(method, url, body, headers):
    parts = urlsplit(url)
    fields = http.Fields.from_list([(name, value.encode()) for name, value in (line.split(": ") for line in headers)])
    request = http.OutgoingRequest(fields)
    request.set_method(METHODS[method]())
    request.set_scheme(http.Scheme_Https() if parts.scheme == "https" else http.Scheme_Http())
    request.set_authority(parts.netloc)
    request.set_path_with_query(parts.path + (f"?{parts.query}" if parts.query else ""))
    outgoing = request.body()
    future = outgoing_handler.handle(request, None)
    if body:
        with outgoing.write() as stream:
            data = body.encode()
            for at in range(0, len(data), 4096):
                stream.blocking_write_and_flush(data[at:at + 4096])
    http.OutgoingBody.finish(outgoing, None)
    while (answer := future.get()) is None:
        with future.subscribe() as ready:
            ready.block()
    return unwrap(unwrap(answer))


def unwrap(result):
    if isinstance(result, wit_world.Err):
        raise result
    return result.value


def read(response):
    data = bytearray()
    body = response.consume()  # kept: a body that goes before its stream is an error
    with body.stream() as stream:
        while True:
            try:
                data += stream.blocking_read(65536)
            except wit_world.Err as error:
                if isinstance(error.value, streams.StreamError_Closed):
                    return bytes(data)
                raise


class Run(wit_world.exports.Run):
    def run(self):
        _, method, url, *rest = environment.get_arguments()
        try:
            response = send(method, url, rest[0] if rest else "", rest[1:])
            kind = response.headers().get("x-kind")
            print(response.status(), kind[0].decode() if kind else "-")
            data = read(response)
        except wit_world.Err as error:
            print(f"fetch: {type(error.value).__name__}", file=sys.stderr)
            raise wit_world.Err(None) from None
        print(f"{len(data)} bytes" if len(data) > 200 else data.decode())
