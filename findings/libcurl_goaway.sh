#!/usr/bin/env bash
# libcurl, HTTP/2: a server that goes away before it has taken a request (GOAWAY whose last stream is below the request's).
#
# One would expect the request to be sent again on a new connection, as RFC 9113 section 6.8 says it safely may ("can be
# safely retried"), and as libcurl itself does for a stream that is reset with REFUSED_STREAM. What happens: up to 7.88 (the one
# of Debian 12; 7.61 is shown here) the transfer ends with error 16, "Error in the HTTP2 framing layer", which does not say
# that nothing was done, so a program cannot tell it from a broken server. 8.16 sends it again.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/goaway.py" <<'EOF_PY'
import socket
import threading

import pycurl

connections = 0


def frame(kind, flags, stream, data=b""):
    return len(data).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + data


def exactly(s, n):
    data = b""
    while len(data) < n:
        piece = s.recv(n - len(data))
        if not piece:
            raise OSError
        data += piece
    return data


def request(s):
    """The stream of the next HEADERS frame."""
    while True:
        head = exactly(s, 9)
        exactly(s, int.from_bytes(head[:3], "big"))
        if head[3] == 1:
            return int.from_bytes(head[5:], "big")


def serve(listener):
    global connections
    while True:
        s = listener.accept()[0]
        connections += 1
        try:
            exactly(s, 24)
            s.sendall(frame(4, 0, 0))
            stream = request(s)
            if connections == 1:
                s.sendall(frame(7, 0, 0, (0).to_bytes(4, "big") + bytes(4)))  # GOAWAY: last stream 0, NO_ERROR
            else:
                s.sendall(frame(1, 4, stream, b"\x88") + frame(0, 1, stream, b"ok"))  # :status 200
                request(s)
        except OSError:
            pass
        s.close()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
for n in (1, 2):
    c = pycurl.Curl()
    c.setopt(c.URL, "http://127.0.0.1:%d/" % listener.getsockname()[1])
    c.setopt(c.HTTP_VERSION, c.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE)
    c.setopt(c.PROXY, "")
    body = []
    c.setopt(c.WRITEFUNCTION, lambda data: body.append(data))
    try:
        c.perform()
        print("request %d: %d %s, connections so far: %d" % (n, c.getinfo(c.RESPONSE_CODE), b"".join(body).decode(), connections))
    except pycurl.error as e:
        print("request %d: error %d, connections so far: %d" % (n, e.args[0], connections))
EOF_PY
seen=
for version in 7.45.3 7.45.7; do
    python3 -m venv "$folder/$version" && "$folder/$version/bin/pip" install -q "pycurl==$version" --only-binary pycurl || exit 77
    seen="$seen$("$folder/$version/bin/python" -c 'import pycurl; print(pycurl.version.split()[1])')
$(timeout 60 "$folder/$version/bin/python" "$folder/goaway.py")
"
done
expected='libcurl/7.61.1
request 1: error 16, connections so far: 1
request 2: 200 ok, connections so far: 2
libcurl/8.16.0-DEV
request 1: 200 ok, connections so far: 2
request 2: 200 ok, connections so far: 3
'
echo "pycurl 7.45.3 and 7.45.7"
printf '%s' "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; printf '%s' "$expected"; exit 1; }
