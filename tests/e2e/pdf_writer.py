"""A small writer of PDF documents for tests: objects, tables or streams of cross-references, filters, fonts, encryption."""
import ctypes
import ctypes.util
import hashlib
import re
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


def rc4(key, data):
    box, b = list(range(256)), 0
    for i in range(256):
        b = (b + box[i] + key[i % len(key)]) & 255
        box[i], box[b] = box[b], box[i]
    out, a, b = bytearray(), 0, 0
    for byte in data:
        a = (a + 1) & 255
        b = (b + box[a]) & 255
        box[a], box[b] = box[b], box[a]
        out.append(byte ^ box[(box[a] + box[b]) & 255])
    return bytes(out)


def aes(key, iv, data):
    """AES-CBC without padding, by the libcrypto that Python's own ssl module needs."""
    lib = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in ("EVP_CIPHER_CTX_new", f"EVP_aes_{8 * len(key)}_cbc"):
        getattr(lib, name).restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new())
    out, n = ctypes.create_string_buffer(len(data) + 16), ctypes.c_int()
    lib.EVP_EncryptInit_ex(context, ctypes.c_void_p(getattr(lib, f"EVP_aes_{8 * len(key)}_cbc")()), None, key, iv)
    lib.EVP_CIPHER_CTX_set_padding(context, 0)
    lib.EVP_EncryptUpdate(context, out, ctypes.byref(n), data, len(data))
    lib.EVP_CIPHER_CTX_free(context)
    return out.raw[:n.value]


class Crypt:
    """The standard security handler (ISO 32000-2, 7.6.4) with a user password; `method` is V2, AESV2, AESV3 or, before there
    were filters, None."""
    PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
    ID = bytes(range(16))
    OWNER = bytes(range(100, 148))
    IV = bytes(range(50, 66))

    def __init__(self, version, revision, bits=40, method=None, password=b"", metadata=True):
        self.method, self.revision, self.metadata, self.n = method, revision, metadata, bits // 8
        if revision >= 5:
            self.key = bytes(range(200, 232))
            user = self.hash(password, b"validate") + b"validate" + b"key salt"
            user_key = aes(self.hash(password, b"key salt"), bytes(16), self.key)
            more = b"/OE <%s> /UE <%s> /Perms <%s>" % (bytes(32).hex().encode(), user_key.hex().encode(), bytes(16).hex().encode())
        else:
            self.key, more = self.md5_key(password), b""
            if revision == 2:
                user = rc4(self.key, self.PADDING)
            else:
                user = hashlib.md5(self.PADDING + self.ID).digest()
                for i in range(20):
                    user = rc4(bytes(byte ^ i for byte in self.key), user)
                user = user.ljust(32, b"\0")
        if method:
            more += b"/CF << /StdCF << /CFM /%s /Length %d >> >> /StmF /StdCF /StrF /StdCF" % (method.encode(), self.n)
        owner = self.OWNER[:48 if revision >= 5 else 32]
        self.dictionary = b"<< /Filter /Standard /V %d /R %d /Length %d /P -4 /O <%s> /U <%s> %s %s >>" % (
            version, revision, bits, owner.hex().encode(), user.hex().encode(), more,
            b"" if metadata else b"/EncryptMetadata false")
        self.id = b"/ID [<%s> <%s>]" % (self.ID.hex().encode(), self.ID.hex().encode())

    def md5_key(self, password):
        text = (password + self.PADDING)[:32] + self.OWNER[:32] + (2**32 - 4).to_bytes(4, "little") + self.ID
        key = hashlib.md5(text + (b"" if self.metadata or self.revision < 4 else b"\xff" * 4)).digest()
        for _ in range(50 if self.revision >= 3 else 0):
            key = hashlib.md5(key[:self.n]).digest()
        return key[:self.n]

    def hash(self, password, salt):
        key, i = hashlib.sha256(password + salt).digest(), 0
        while self.revision == 6:
            text = aes(key[:16], key[16:32], (password + key) * 64)
            key = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[int.from_bytes(text[:16], "big") % 3](text).digest()
            i += 1
            if i >= 64 and text[-1] <= i - 32:
                break
        return key[:32]

    def body(self, number, body):
        """Object `number`, its stream encrypted."""
        found = re.fullmatch(rb"(<<.*?/Length )\d+( .*?>>\nstream\n)(.*)(\nendstream)", body, re.S)
        if not found or b"/Type /XRef" in body or b"/Filter /Crypt" in body:
            return body
        head, rest, data, end = found.groups()
        key = self.key + number.to_bytes(3, "little") + b"\0\0"
        if self.method in ("AESV2", "AESV3"):
            key = self.key if self.method == "AESV3" else hashlib.md5(key + b"sAlT").digest()
            fill = 16 - len(data) % 16
            data = self.IV + aes(key, self.IV, data + bytes([fill]) * fill)
        else:
            data = rc4(hashlib.md5(key).digest()[:min(16, self.n + 5)], data)
        return head + b"%d" % len(data) + rest + data + end


class Pdf:
    """Objects by number; `pages` are content streams of pages that share one dictionary of resources."""

    HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"

    def __init__(self):
        self.objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
        self.kids = []
        self.crypt = None
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

    def locked(self, objects):
        return {number: self.crypt.body(number, body) for number, body in objects.items()} if self.crypt else objects

    def entries(self):
        """For the trailer: what says how it is encrypted."""
        return b"/Encrypt %s %s" % (self.crypt.dictionary, self.crypt.id) if self.crypt else b""

    def table(self, head=b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", trailer=b""):
        """With a table of cross-references."""
        self.tree()
        out, places = head, {}
        for number, body in sorted(self.locked(self.objects).items()):
            places[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        size, at = max(places) + 1, len(out)
        out += b"xref\n0 %d\n" % size
        for number in range(size):
            out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        return out + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer + self.entries(), at)

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
        for number, body in sorted(self.locked(rest).items()):
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
            flate(rows), b"/Type /XRef /Size %d /W [1 4 1] /Root 1 0 R /Filter /FlateDecode %s %s" %
            (number + 1, parms, self.entries())))
        return out + b"startxref\n%d\n%%%%EOF\n" % at


def lines(*texts, font=b"F1", size=12, x=72, y=720, leading=14):
    """A content stream of lines, one below the other."""
    body = b" ".join(b"(%s) Tj T*" % text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
                     for text in texts)
    return b"BT /%s %d Tf %d TL %d %d Td %s ET" % (font, size, leading, x, y, body)
