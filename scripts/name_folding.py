#!/usr/bin/env python3
"""Write what the characters of a file name fold to, as rows of a C table.  usage: name_folding.py OUTPUT

File systems that do not tell names apart by case disagree about the details: simple or full case folding, upper case or
lower case, composed or decomposed, with or without the characters that show nothing.  The table takes what any of them
could take for one and the same: compatibility decomposition (NFKD), less combining marks and default-ignorable characters,
then case folding.  Two names that one of them holds for equal have one form; the reverse does not hold.

Rows: FOLD(first, last, step, len, value).  len 0: nothing; 1: the code point plus `value`; else `len` code points of the
pool (POOL(...)) from `value` on.  Hangul syllables, which decompose by arithmetic, are left to the code."""
import sys
import unicodedata

IGNORED = {0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xfeff, 0xffa0} | set(range(0x180b, 0x1810)) | \
    set(range(0x200b, 0x2010)) | set(range(0x202a, 0x202f)) | set(range(0x2060, 0x2070)) | set(range(0xfe00, 0xfe10)) | \
    set(range(0xfff0, 0xfff9)) | set(range(0x1bca0, 0x1bca4)) | set(range(0x1d173, 0x1d17b)) | set(range(0xe0000, 0xe1000))


def fold(text):
    """One round for each character; again until nothing changes."""
    while True:
        out = ""
        for c in unicodedata.normalize("NFKD", text):
            if ord(c) in IGNORED or unicodedata.combining(c) or unicodedata.category(c) == "Mn":
                continue
            upper = c.upper()
            out += (upper.lower() if len(upper) == 1 else c).casefold()
        if out == text:
            return out
        text = out


def forms():
    """(code point, what it folds to), where that is something else.  What a path or a pattern would be read by stays."""
    for cp in range(0x80, 0x110000):
        if 0xd800 <= cp < 0xe000 or 0xac00 <= cp < 0xd7a4:
            continue
        out = [ord(c) for c in fold(chr(cp))]
        if out != [cp] and not any(chr(c) in "/*?[" for c in out):
            yield cp, out


def main():
    rows, pool = [], []
    for cp, out in forms():
        value = 0 if not out else out[0] - cp if len(out) == 1 else len(pool)
        last = rows[-1] if rows else None
        if len(out) > 1:
            pool += out
        elif last and last[3:] == [len(out), value] and cp - last[1] in (1, 2) and last[2] in (0, cp - last[1]):
            last[1], last[2] = cp, cp - last[1]
            continue
        rows.append([cp, cp, 0, len(out), value])
    with open(sys.argv[1], "w", encoding="ascii") as f:
        for first, last, step, n, value in rows:
            f.write(f"FOLD(0x{first:x}, 0x{last:x}, {step or 1}, {n}, {value})\n")
        for cp in pool:
            f.write(f"POOL(0x{cp:x})\n")


main()
