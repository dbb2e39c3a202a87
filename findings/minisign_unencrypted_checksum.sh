#!/usr/bin/env bash
# minisign 0.11: the checksum in a secret key without a password.
#
# The format says that a secret key ends with the BLAKE2b-256 of algorithm, key number and key, and its first line calls the
# key encrypted. One would expect a key made with -W (no password) to have that checksum in clear. What happens: the 32 bytes
# are zeros, and the comment still says "encrypted"; a reader that checks the checksum refuses the keys that minisign makes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -q download minisign=0.11-1 libsodium23=1.0.18-1+deb12u1) >/dev/null 2>&1 ||
    { echo "the packages cannot be had here"; exit 77; }
for package in "$folder"/*.deb; do dpkg -x "$package" "$folder/root"; done
libraries=$(dirname "$(find "$folder/root/usr/lib" -name 'libsodium.so.23' | head -1)")
LD_LIBRARY_PATH=$libraries "$folder/root/usr/bin/minisign" -G -W -p "$folder/key.pub" -s "$folder/key.sec" >/dev/null
seen=$(python3 - "$folder/key.sec" <<'PYTHON'
import base64
import hashlib
import sys

comment, text = open(sys.argv[1], encoding="ascii").read().splitlines()[:2]
key = base64.b64decode(text)
told, made = key[-32:], hashlib.blake2b(key[:2] + key[54:126], digest_size=32).digest()
print(comment)
print("bytes:", len(key), "kdf:", key[2:4].hex(), "checksum algorithm:", key[4:6].decode())
print("the checksum is that of the key:", told == made)
print("the checksum is zeros:", told == bytes(32))
PYTHON
)
expected='untrusted comment: minisign encrypted secret key
bytes: 158 kdf: 0000 checksum algorithm: B2
the checksum is that of the key: False
the checksum is zeros: True'
echo "minisign 0.11-1; expected: the checksum of the key; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
