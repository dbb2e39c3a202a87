"""A small writer of PDF documents for tests: objects, tables or streams of cross-references, filters, fonts."""
import zlib


def flate(data, level=6):
    return zlib.compress(data, level)


def png_rows(data, columns, kind=2):
    """`data` in rows, each as its difference to what the PNG filter `kind` guesses: 0 none, 1 left, 2 up, 3 average, 4 Paeth."""
    above, out = bytes(columns), b""
    for at in range(0, len(data), columns):
        row = data[at:at + columns].ljust(columns, b" ")
        line = bytearray([kind])
        for i, byte in enumerate(row):
            left, up, corner = row[i - 1] if i else 0, above[i], above[i - 1] if i else 0
            guess = left + up - corner
            near = sorted((abs(guess - v), order, v) for order, v in enumerate((left, up, corner)))[0][2]
            line.append((byte - (0, left, up, (left + up) // 2, near)[kind]) & 255)
        above, out = row, out + bytes(line)
    return out


def ascii85(data):
    import base64
    return base64.a85encode(data) + b"~>"


def run_length(data):
    out = b""
    for at in range(0, len(data), 128):
        part = data[at:at + 128]
        out += bytes([len(part) - 1]) + part
    return out + b"\x80"


def lzw(data):
    """PDF's kind of LZW, with EarlyChange."""
    codes, out, bits, width = {bytes([i]): i for i in range(256)}, [(256, 9)], 0, 9
    next_code, held = 258, b""
    for byte in data:
        more = held + bytes([byte])
        if more in codes:
            held = more
            continue
        out.append((codes[held], width))
        codes[more] = next_code
        next_code += 1
        width = 9 if next_code < 512 else 10 if next_code < 1024 else 11 if next_code < 2048 else 12
        held = bytes([byte])
        if next_code == 4095:
            out.append((codes[held], width))
            out.append((256, width))
            codes, next_code, width, held = {bytes([i]): i for i in range(256)}, 258, 9, b""
    if held:
        out.append((codes[held], width))
        next_code += 1
        width = 9 if next_code < 512 else 10 if next_code < 1024 else 11 if next_code < 2048 else 12
    out.append((257, width))
    text = "".join(f"{code:0{size}b}" for code, size in out)
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))


def stream(data, entries=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


class Pdf:
    """Objects by number; `pages` are content streams of pages that share one dictionary of resources."""

    HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"

    def __init__(self):
        self.objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
        self.kids = []
        self.fonts = {b"F1": self.add(self.HELVETICA, number=3)}

    def add(self, body, number=0):
        number = number or max(max(self.objects), 9) + 1
        self.objects[number] = body
        return number

    def page(self, content, entries=b"", raw=False, extra=b""):
        number = self.add(content if raw else stream(content, entries))
        self.kids.append(self.add(b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R %s >>" % (number, extra)))
        return self

    def tree(self):
        fonts = b" ".join(b"/%s %d 0 R" % pair for pair in self.fonts.items())
        self.objects[2] = (b"<< /Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 612 792] /Resources << /Font << %s >> >> >>" %
                           (b" ".join(b"%d 0 R" % kid for kid in self.kids), len(self.kids), fonts))

    def table(self, head=b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", trailer=b""):
        """With a table of cross-references."""
        self.tree()
        out, places = head, {}
        for number, body in sorted(self.objects.items()):
            places[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        size, at = max(places) + 1, len(out)
        out += b"xref\n0 %d\n" % size
        for number in range(size):
            out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        return out + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, at)

    def streams(self, packed=True, predictor=True):
        """With a stream of cross-references, and what is no stream packed in object streams."""
        self.tree()
        out, entries = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", {}
        small = {n: body for n, body in self.objects.items() if packed and b"stream\n" not in body}
        holder, heads, bodies = max(self.objects) + 1, b"", b""
        for index, (number, body) in enumerate(sorted(small.items())):
            heads += b"%d %d " % (number, len(bodies))
            bodies += body + b" "
            entries[number] = (2, holder, index)
        rest = {n: body for n, body in self.objects.items() if n not in small}
        if small:
            rest[holder] = stream(flate(heads + bodies), b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" %
                                  (len(small), len(heads)))
        for number, body in sorted(rest.items()):
            entries[number] = (1, len(out), 0)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        number = holder + 1
        entries[number] = (1, len(out), 0)
        rows = b""
        for n in range(number + 1):
            kind, a, b = entries.get(n, (0, 0, 255))
            rows += bytes([kind]) + a.to_bytes(4, "big") + bytes([b & 255])
        parms = b""
        if predictor:
            rows, parms = png_rows(rows, 6), b"/DecodeParms << /Predictor 12 /Columns 6 >>"
        at = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, stream(
            flate(rows), b"/Type /XRef /Size %d /W [1 4 1] /Root 1 0 R /Filter /FlateDecode %s" % (number + 1, parms)))
        return out + b"startxref\n%d\n%%%%EOF\n" % at


def lines(*texts, font=b"F1", size=12, x=72, y=720, leading=14):
    """A content stream of lines, one below the other."""
    body = b" ".join(b"(%s) Tj T*" % text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
                     for text in texts)
    return b"BT /%s %d Tf %d TL %d %d Td %s ET" % (font, size, leading, x, y, body)
