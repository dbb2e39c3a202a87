#!/usr/bin/env python3
"""Write the index tables of the WHATWG Encoding standard (section 5) as a C header: for each pointer the code point, 0
for none.  usage: charset_indexes.py OUTPUT

Python's own codecs hold nearly the same tables; where the standard differs, the rows are below."""
import sys


def one(data, codec):
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return 0
    return ord(text) if len(text) == 1 else 0


def jis0208():
    """Rows 1 to 94 and Microsoft's beyond, by Shift_JIS bytes: 188 cells per lead byte."""
    table = []
    for pointer in range(11104):
        lead, trail = divmod(pointer, 188)
        lead += 0x81 if lead < 0x1f else 0xc1
        trail += 0x40 if trail < 0x3f else 0x41
        cp = one(bytes((lead, trail)), "cp932")
        table.append(0 if 0xe000 <= cp < 0xf900 else cp)
    return table


def jis0212():
    table = []
    for pointer in range(7211):
        row, cell = divmod(pointer, 94)
        table.append(one(bytes((0x8f, row + 0xa1, cell + 0xa1)), "euc_jp"))
    return table


def euc_kr():
    return [one(bytes((p // 190 + 0x81, p % 190 + 0x41)), "cp949") for p in range(23750)]


def gb18030():
    table = []
    for pointer in range(23940):
        lead, trail = divmod(pointer, 190)
        table.append(one(bytes((lead + 0x81, trail + (0x40 if trail < 0x3f else 0x41))), "gb18030"))
    return table


def big5():
    table = []
    for pointer in range(19782):
        lead, trail = divmod(pointer, 157)
        data = bytes((lead + 0x81, trail + (0x40 if trail < 0x3f else 0x62)))
        table.append(one(data, "big5hkscs"))
    return table


# What the standard has instead: first pointer and the code points from there on.
DIFFERENCES = {
    "jis0212": {
        116: [0xff5e],
    },
    "gb18030": {
        6555: [0x3000], 7182: [0xfe10, 0xfe12, 0xfe11, 0xfe13, 0xfe14, 0xfe15, 0xfe16], 7201: [0xfe17, 0xfe18],
        7208: [0xfe19], 7533: [0x1e3f], 23775: [0x9fb4], 23783: [0x9fb5], 23788: [0x9fb6, 0x9fb7], 23795: [0x9fb8],
        23812: [0x9fb9], 23829: [0x9fba], 23845: [0x9fbb],
    },
    "big5": {
        1000: [0x3875, 0x21d53, 0x2369e, 0x26021, 0x3eec, 0x258de, 0x3af5, 0x7afc, 0x9f97, 0x24161, 0x2890d, 0x231ea,
            0x20a8a, 0x2325e, 0x430a, 0x8484, 0x9f96, 0x942f, 0x4930, 0x8613, 0x5896, 0x974a, 0x9218, 0x79d0, 0x7a32,
            0x6660, 0x6a29, 0x889d, 0x744c, 0x7bc5, 0x6782, 0x7a2c, 0x524f, 0x9046, 0x34e6, 0x73c4, 0x25db9, 0x74c6,
            0x9fc7, 0x57b3, 0x492f, 0x544c, 0x4131, 0x2368e, 0x5818, 0x7a72, 0x27b65, 0x8b8f, 0x46ae, 0x26e88,
            0x4181, 0x25d99, 0x7bae, 0x224bc, 0x9fc8, 0x224c1, 0x224c9, 0x224cc, 0x9fc9, 0x8504, 0x235bb, 0x40b4,
            0x9fca, 0x44e1, 0x2adff, 0x62c1, 0x706e, 0x9fcb],
        2082: [0x7bb8], 2088: [0x7c06], 2103: [0x7cce], 2114: [0x7dd2], 2123: [0x7e1d], 2148: [0x8005],
        2151: [0x8028], 2221: [0x83c1], 2239: [0x84a8], 2244: [0x840f], 2303: [0x89a6, 0x89a9], 2354: [0x8d77],
        2400: [0x90fd], 2413: [0x92b9], 2477: [0x975c], 2498: [0x97ff], 2605: [0x9f16], 2673: [0x8503],
        2746: [0x5159, 0x515b, 0x515d, 0x515e], 2771: [0x936e], 2780: [0x7479], 2990: [0x6d67], 3087: [0x799b],
        3259: [0x9097], 3301: [0x975d], 3436: [0x701e], 3451: [0x5b28], 4136: [0x7201], 4138: [0x77d7],
        4141: [0x7e87], 4182: [0x99d6], 4206: [0x91d4], 4220: [0x60de], 4230: [0x6fb6], 4241: [0x8f36],
        4258: [0x4fbb], 4273: [0x71df], 4279: [0x9104], 4282: [0x9df0], 4294: [0x83cf], 4329: [0x5c10, 0x79e3],
        4349: [0x5a67], 4419: [0x8f0b], 4422: [0x7b51], 4494: [0x62d0], 4624: [0x6062], 4694: [0x75f9],
        4708: [0x6c4a], 4742: [0x9b2e], 4748: [0x9f17], 4815: [0x50ed], 4828: [0x5f0c], 4902: [0x880f],
        4922: [0x62ce], 4982: [0x7468], 4992: [0x7162], 4997: [0x7250], 5029: [0x2027], 5038: [0xfe51], 5120: [0xaf],
        5153: [0xff5e], 5168: [0x2295, 0x2299], 5182: [0x2215, 0xfe68], 5185: [0xffe5], 5187: [0xffe0, 0xffe1],
        5432: [0x2400, 0x2401, 0x2402, 0x2403, 0x2404, 0x2405, 0x2406, 0x2407, 0x2408, 0x2409, 0x240a, 0x240b,
            0x240c, 0x240d, 0x240e, 0x240f, 0x2410, 0x2411, 0x2412, 0x2413, 0x2414, 0x2415, 0x2416, 0x2417, 0x2418,
            0x2419, 0x241a, 0x241b, 0x241c, 0x241d, 0x241e, 0x241f, 0x2421, 0x20ac],
        10942: [0x5ef4], 10946: [0x65e0], 10948: [0x7676], 10950: [0x96b6], 10957: [0x3003, 0x4edd], 19028: [0x5029],
        19035: [0x507d], 19088: [0x5305], 19096: [0x5344], 19112: [0x537f], 19162: [0x5605], 19240: [0x5a77],
        19299: [0x5e75], 19305: [0x5ed0], 19326: [0x5f58], 19355: [0x60a4], 19398: [0x6490], 19439: [0x6674],
        19454: [0x675e], 19553: [0x6c9c, 0x6e1d], 19557: [0x6e2f], 19611: [0x716e], 19643: [0x732a], 19672: [0x745c],
        19697: [0x74e9], 19748: [0x7809],
    },
}


def tables():
    made = {"jis0208": jis0208(), "jis0212": jis0212(), "euc_kr": euc_kr(), "gb18030": gb18030(), "big5": big5()}
    for name, rows in DIFFERENCES.items():
        for first, points in rows.items():
            made[name][first:first + len(points)] = points
    return made


def ranges():
    """Four-byte GB18030 below U+10000: rows of (pointer, code point), each good until the next."""
    rows, expected = [], None
    for pointer in range(39420):
        rest, fourth = divmod(pointer, 10)
        rest, third = divmod(rest, 126)
        first, second = divmod(rest, 10)
        cp = one(bytes((first + 0x81, second + 0x30, third + 0x81, fourth + 0x30)), "gb18030")
        if pointer == 7457:
            cp = 0xe7c7     # the standard's own exception
        if cp != expected:
            rows.append((pointer, cp))
        expected = cp + 1
    return rows


def write(out):
    out.write("/* Made by scripts/charset_indexes.py. */\n")
    for name, table in tables().items():
        out.write(f"static const uint16_t {name}_index[{len(table)}] = {{\n")
        for i in range(0, len(table), 16):
            out.write(",".join(str(cp & 0xffff) for cp in table[i:i + 16]) + ",\n")
        out.write("};\n")
    bits = tables()["big5"]
    plane2 = [sum((bits[i + k] >> 17 & 1) << k for k in range(8) if i + k < len(bits)) for i in range(0, len(bits), 8)]
    out.write(f"static const uint8_t big5_plane2[{len(plane2)}] = {{{','.join(map(str, plane2))}}};\n")
    rows = ranges()
    out.write(f"static const uint16_t gb18030_ranges[{len(rows)}][2] = {{\n")
    out.write(",\n".join(f"{{{pointer}, {cp}}}" for pointer, cp in rows) + "\n};\n")


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="ascii") as target:
        write(target)
