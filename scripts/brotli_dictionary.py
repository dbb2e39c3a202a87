#!/usr/bin/env python3
"""Write brotli's static dictionary, compressed, as the bytes of a C array.  usage: brotli_dictionary.py DICTIONARY_INC_H OUTPUT

Its 120 KB are the larger part of a brotli decoder.  Where the size of a module counts more than the millisecond it takes to
unpack them, the module carries them as a raw deflate stream (half the size) and builds brotli with
BROTLI_EXTERNAL_DICTIONARY_DATA."""
import pathlib
import re
import sys
import zlib

SIZE = 122784       # RFC 7932, appendix A


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    text = source.read_text(encoding="ascii")
    body = text[text.index("{") + 1:text.rindex("}")]
    data = bytes(int(number, 0) for number in re.findall(r"0x[0-9a-fA-F]+|\d+", body))
    if len(data) != SIZE:
        sys.exit(f"brotli_dictionary.py: {source} holds {len(data)} bytes, the dictionary has {SIZE}")
    coder = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    packed = coder.compress(data) + coder.flush()
    lines = [", ".join(map(str, packed[i:i + 24])) for i in range(0, len(packed), 24)]
    output.write_text(",\n".join(lines) + "\n", encoding="ascii")


main()
