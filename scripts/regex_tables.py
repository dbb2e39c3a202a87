#!/usr/bin/env python3
"""Write the Unicode tables of the regular expressions, as rows of C tables.  usage: regex_tables.py OUTPUT

RUN(value, bytes...)   one run of code points of one general category (SCRIPT_RUN: of one script, 0 for none), from U+0000 on
                       without gaps; its length as a base-128 number, low bits first
CATEGORY(name)         two letters; a run's value counts these from 0
SCRIPT(name)           in lower case; a run's value counts these from 1
FOLD(first, last, step, delta)
                       each of first, first + step, ... last goes over to itself + delta.  Characters that differ in case
                       only (simple case folding, CaseFolding.txt, C and S) are a ring: each goes over to the next.

The module that Python has knows no scripts.  A letter, mark or number is taken to be of the script that its name begins
with, and a few blocks are told apart by hand; punctuation that a script shares with others is of none."""
import re
import sys
import unicodedata

SCRIPTS = """arabic armenian bengali bopomofo braille canadian_aboriginal cherokee coptic cyrillic devanagari ethiopic georgian
greek gujarati gurmukhi han hangul hebrew hiragana kannada katakana khmer lao latin malayalam mongolian myanmar ogham oriya runic
sinhala syriac tamil telugu thaana thai tibetan yi""".split()
BEGINNINGS = {"CANADIAN": "canadian_aboriginal", "HENTAIGANA": "hiragana"} | {name.upper(): name for name in SCRIPTS}
WIDTHS = ("FULLWIDTH ", "HALFWIDTH ", "COMBINING ")
# (first, last, script or None), where the name says something else
BY_HAND = [
    (0xaa, 0xaa, "latin"), (0xba, 0xba, "latin"), (0x2b0, 0x2b8, "latin"), (0x2b9, 0x2df, None), (0x2e0, 0x2e4, "latin"),
    (0x2ea, 0x2eb, "bopomofo"), (0x342, 0x345, None), (0x363, 0x36f, None), (0x374, 0x374, None), (0x375, 0x375, "greek"),
    (0x37e, 0x37e, None), (0x384, 0x384, "greek"), (0x385, 0x385, None), (0x387, 0x387, None), (0x3f6, 0x3f6, "greek"),
    (0x483, 0x484, "cyrillic"), (0x485, 0x486, None), (0x487, 0x489, "cyrillic"), (0x589, 0x58a, "armenian"),
    (0x58d, 0x58f, "armenian"), (0x600, 0x604, "arabic"), (0x605, 0x605, None), (0x60b, 0x60b, "arabic"),
    (0x60c, 0x60c, None), (0x61b, 0x61b, None), (0x61c, 0x61c, "arabic"), (0x61f, 0x61f, None), (0x640, 0x640, None),
    (0x64b, 0x655, None), (0x670, 0x670, None), (0x6dd, 0x6dd, None), (0x6f0, 0x6f9, "arabic"), (0x70f, 0x70f, "syriac"),
    (0x8e2, 0x8e2, None), (0x951, 0x954, None), (0x964, 0x965, None), (0xe3f, 0xe3f, None), (0x10fb, 0x10fb, None),
    (0x10fc, 0x10fc, "georgian"), (0x1680, 0x1680, "ogham"), (0x16eb, 0x16ed, None), (0x1802, 0x1803, None),
    (0x1805, 0x1805, None), (0x180e, 0x180e, "mongolian"), (0x1abf, 0x1ace, None), (0x1d2c, 0x1d5c, "latin"),
    (0x1d5d, 0x1d61, "greek"), (0x1d62, 0x1d65, "latin"), (0x1d66, 0x1d6a, "greek"), (0x1d78, 0x1d78, "cyrillic"),
    (0x1d79, 0x1dbe, "latin"), (0x1dbf, 0x1dbf, "greek"), (0x1dc0, 0x1dff, None), (0x2071, 0x2071, "latin"),
    (0x207f, 0x207f, "latin"), (0x2090, 0x209c, "latin"), (0x2126, 0x2126, "greek"), (0x212a, 0x212b, "latin"),
    (0x2132, 0x2132, "latin"), (0x214e, 0x214e, "latin"), (0x2160, 0x2188, "latin"), (0x2c7d, 0x2c7d, "latin"),
    (0x2e80, 0x2e99, "han"), (0x2e9b, 0x2ef3, "han"), (0x2f00, 0x2fd5, "han"), (0x3005, 0x3005, "han"),
    (0x3007, 0x3007, "han"), (0x3021, 0x3029, "han"), (0x3038, 0x303b, "han"), (0x3099, 0x309c, None), (0x30a0, 0x30a0, None),
    (0x30fc, 0x30fc, None), (0x3200, 0x321e, "hangul"), (0x3260, 0x327e, "hangul"), (0x32d0, 0x32fe, "katakana"),
    (0x3300, 0x3357, "katakana"), (0xa673, 0xa673, "cyrillic"), (0xa69c, 0xa69d, "cyrillic"), (0xa770, 0xa770, "latin"),
    (0xa7f2, 0xa7f4, "latin"), (0xa7f8, 0xa7f9, "latin"), (0xa8e0, 0xa8ff, "devanagari"), (0xab5b, 0xab5b, None),
    (0xab5c, 0xab5f, "latin"), (0xab69, 0xab69, "latin"), (0xff70, 0xff70, None), (0xff9e, 0xff9f, None),
    (0x102e0, 0x102fb, None), (0x10780, 0x107ba, "latin"), (0x16fe2, 0x16fe3, "han"), (0x16ff0, 0x16ff1, "han"),
    (0x1f200, 0x1f200, "hiragana"),
]


def by_name(cp, category):
    name = unicodedata.name(chr(cp), "")
    for width in WIDTHS:
        name = name.removeprefix(width)
    if name.startswith(("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")):
        return "han"
    found = BEGINNINGS.get(re.split("[ -]", name)[0])
    return found if category[0] in "LMN" or found not in ("latin", "hangul", "katakana") else None


def script_numbers(categories):
    names = [by_name(cp, category) if category[0] in "LMNPS" else None for cp, category in enumerate(categories)]
    for first, last, name in BY_HAND:
        for cp in range(first, last + 1):
            names[cp] = name if categories[cp] != "Cn" else None
    return [SCRIPTS.index(name) + 1 if name else 0 for name in names]


def length(n):
    out = []
    while n >= 0x80:
        out.append(n & 0x7f | 0x80)
        n >>= 7
    return out + [n]


def runs(values):
    start = 0
    for cp in range(1, len(values) + 1):
        if cp == len(values) or values[cp] != values[start]:
            yield values[start], cp - start
            start = cp


def fold(cp):
    """Simple case folding: what folds to one character; where only full folding says something, lower case."""
    c = chr(cp)
    for form in (c.casefold(), c.lower()):
        if len(form) == 1:
            return ord(form)
    return cp


def rings():
    """(code point, the next of its ring)."""
    by_form = {}
    for cp in range(0x110000):
        if not 0xd800 <= cp < 0xe000:
            by_form.setdefault(fold(cp), []).append(cp)
    for ring in by_form.values():
        if len(ring) > 1:
            for i, cp in enumerate(ring):
                yield cp, ring[(i + 1) % len(ring)]


def fold_rows():
    by_delta = {}
    for cp, to in sorted(rings()):
        rows = by_delta.setdefault(to - cp, [])
        last = rows[-1] if rows else None
        if last and cp - last[1] in (1, 2) and last[2] in (0, cp - last[1]):
            last[1], last[2] = cp, cp - last[1]
        else:
            rows.append([cp, cp, 0, to - cp])
    return [row for rows in by_delta.values() for row in rows]


def main():
    categories = [unicodedata.category(chr(cp)) for cp in range(0x110000)]
    names = sorted(set(categories))
    scripts = script_numbers(categories)
    with open(sys.argv[1], "w", encoding="ascii") as f:
        for value, n in runs(categories):
            f.write(f"RUN({', '.join(map(str, [names.index(value)] + length(n)))})\n")
        for value, n in runs(scripts):
            f.write(f"SCRIPT_RUN({', '.join(map(str, [value] + length(n)))})\n")
        for name in names:
            f.write(f'CATEGORY("{name}")\n')
        for name in SCRIPTS:
            f.write(f'SCRIPT("{name}")\n')
        for first, last, step, delta in fold_rows():
            f.write(f"FOLD(0x{first:x}, 0x{last:x}, {step or 1}, {delta})\n")


main()
