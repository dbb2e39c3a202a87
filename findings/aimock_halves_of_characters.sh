#!/usr/bin/env bash
# @copilotkit/aimock 1.43.0 (a server that plays the answers of models): text that is streamed in pieces.
#
# One would expect each event to hold whole characters, as the servers it stands for send them. What happens: text is cut by
# UTF-16 unit, so that a character beyond U+FFFF arrives as a lone surrogate in each of two events, as an escape: JSON by its
# grammar, which strict readers refuse because it is no Unicode text (RFC 8259, section 8.2).
set -eu
command -v node >/dev/null && command -v npm >/dev/null && command -v curl >/dev/null || { echo "there is no node here"; exit 77; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent @copilotkit/aimock@1.43.0 >/dev/null 2>&1 || { echo "the package cannot be had here"; exit 77; }
printf '%s' '{"fixtures":[{"match":{"userMessage":"hello"},"response":{"content":"a\ud83d\ude00b"}}]}' >answers.json
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
node node_modules/.bin/llmock -p "$port" -f answers.json --chunk-size 1 >log 2>&1 &
server=$!
for _ in $(seq 100); do
    curl -s -o /dev/null "http://127.0.0.1:$port/" && break
    sleep 0.1
done
seen=$(curl -sN -m 10 "http://127.0.0.1:$port/v1/chat/completions" -H 'content-type: application/json' \
    -d '{"model":"gpt-4","stream":true,"messages":[{"role":"user","content":"hello"}]}' | grep -o '"content":"[^"]*"')
expected='"content":""
"content":"a"
"content":"\ud83d"
"content":"\ude00"
"content":"b"'
echo "aimock 1.43.0; expected: the character whole in one event; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
