"""The read tool, through `boxagnts exec`: what a model gets for every kind of file and every mistake."""
# timeout: 300
import base64
import hashlib
import json
import os
import pathlib
import socket
import stat
import struct
import tempfile
import unittest
import zlib

from support import SANITIZED, TOOLS, box

TOOL = TOOLS / "read.wasm"
FLAGS = ("--limit", "output=16MiB")


def hash_of(contents):
    return "sha256:" + hashlib.sha256(contents).hexdigest()


class ReadTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.top = pathlib.Path(self.scratch.name)
        self.workspace = self.top / "ws"
        self.workspace.mkdir()

    def put(self, name, contents):
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)

    def raw(self, stdin, *flags):
        done = box("exec", "--map-dir", f"{self.workspace}::/workspace:ro", *FLAGS, *flags, TOOL, stdin=stdin)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout.count(b"\n"), 1, "one result, one line")
        result = json.loads(done.stdout)
        self.assertLessEqual(set(result), {"content", "structuredContent", "isError"})
        return result

    def read(self, path="f", **arguments):
        return self.raw(json.dumps({"path": path, **arguments}))

    def text(self, result):
        self.assertEqual([block["type"] for block in result["content"]], ["text"])
        return result["content"][0]["text"]

    def good(self, path="f", **arguments):
        """Text and structured part of a result that is no error."""
        result = self.read(path, **arguments)
        self.assertIs(result["isError"], False, result)
        return self.text(result), result["structuredContent"]

    def bad(self, path="f", **arguments):
        result = self.read(path, **arguments)
        self.assertIs(result["isError"], True, result)
        return self.text(result)


class Text(ReadTest):
    def test_numbered_lines(self):
        self.put("f", "alpha\n\tbeta\n\n\"quoted\" \\ \u00e4\U0001f600\n")
        text, about = self.good()
        self.assertEqual(text, "     1\talpha\n     2\t\tbeta\n     3\t\n     4\t\"quoted\" \\ \u00e4\U0001f600\n")
        self.assertEqual(about, {"path": "/workspace/f", "size_bytes": 31, "first_line": 1,
                                 "hash": hash_of((self.workspace / "f").read_bytes()), "last_line": 4,
                                 "total_lines": 4, "more": False, "line_ending": "lf", "encoding": "utf-8",
                                 "invalid": 0, "truncated": False})

    def test_absolute_and_relative_paths_name_the_same_file(self):
        self.put("sub/f", "x\n")
        self.assertEqual(self.good("sub/f"), self.good("/workspace/sub/f"))

    def test_no_newline_at_the_end(self):
        self.put("f", "a\nb")
        text, about = self.good()
        self.assertEqual((text, about["total_lines"]), ("     1\ta\n     2\tb\n", 2))

    def test_one_line_without_newline_has_no_line_ending(self):
        self.put("f", "a")
        self.assertEqual(self.good()[1]["line_ending"], "none")

    def test_empty_file(self):
        self.put("f", "")
        text, about = self.good()
        self.assertEqual(text, "[empty file]\n")
        self.assertEqual((about["first_line"], about["last_line"], about["total_lines"]), (None, None, 0))

    def test_offset_and_limit(self):
        self.put("f", "".join(f"line {n}\n" for n in range(1, 101)))
        text, about = self.good(offset=10, limit=2)
        self.assertEqual(text, "    10\tline 10\n    11\tline 11\n[more lines follow: go on with offset=12]\n")
        self.assertEqual((about["first_line"], about["last_line"], about["total_lines"], about["more"],
                          about["truncated"]), (10, 11, None, True, False))

    def test_limit_that_ends_at_the_last_line(self):
        self.put("f", "a\nb\nc\n")
        text, about = self.good(offset=2, limit=2)
        self.assertEqual(text, "     2\tb\n     3\tc\n")
        self.assertEqual((about["total_lines"], about["more"]), (3, False))

    def test_default_limit_is_2000_lines(self):
        self.put("f", "x\n" * 2001)
        text, about = self.good()
        self.assertEqual(about["last_line"], 2000)
        self.assertTrue(text.endswith("[more lines follow: go on with offset=2001]\n"))

    def test_pages_make_up_the_file(self):
        lines = [f"{n} " + "y" * (n % 97) for n in range(1, 5001)]
        self.put("f", "\n".join(lines) + "\n")
        seen, offset = [], 1
        while True:
            text, about = self.good(offset=offset, limit=700, max_bytes=20000)
            seen += [line.split("\t", 1)[1] for line in text.splitlines() if not line.startswith("[")]
            if not about["more"]:
                break
            self.assertIn(f"go on with offset={about['last_line'] + 1}]", text)
            offset = about["last_line"] + 1
        self.assertEqual(seen, lines)

    def test_integer_written_as_a_real_number(self):
        self.put("f", "a\nb\n")
        self.assertEqual(self.raw('{"path":"f","offset":2.0}'), self.read(offset=2))

    def test_offset_past_the_end(self):
        self.put("f", "a\nb\n")
        self.assertEqual(self.bad(offset=3), "offset 3 is past the end: /workspace/f has 2 lines")
        self.assertEqual(self.bad(offset=2**63 - 1), f"offset {2**63 - 1} is past the end: /workspace/f has 2 lines")
        self.put("f", "a")
        self.assertEqual(self.bad(offset=2), "offset 2 is past the end: /workspace/f has 1 line")

    def test_offset_past_the_end_of_a_file_of_several_buffers(self):
        for lines, width, end in ((655, 99, "\n"), (656, 99, "\n"), (3000, 99, "\n"), (1, 65535, "\n"), (1, 65536, "\n"),
                                  (1, 200000, ""), (2000, 99, "")):
            self.put("f", "\n".join(["y" * width] * lines) + end)
            for offset in (lines + 1, lines + 2):
                with self.subTest(lines=lines, width=width, end=end, offset=offset):
                    self.assertEqual(self.read(offset=offset)["structuredContent"]["total_lines"], lines)

    def test_more_than_six_digits(self):
        self.put("f", "\n" * 1234567)
        text, about = self.good(offset=1234567)
        self.assertEqual((text, about["total_lines"]), ("1234567\t\n", 1234567))


class Bounds(ReadTest):
    def test_line_of_exactly_2000_characters_is_whole(self):
        self.put("f", "\u00e4" * 2000 + "\r\nnext\n")
        text, about = self.good()
        self.assertTrue(text.startswith("     1\t" + "\u00e4" * 2000 + "\n     2\tnext\n"), text[-80:])
        self.assertEqual((about["truncated"], about["line_ending"]), (False, "mixed"))

    def test_longer_line_is_cut_with_a_mark(self):
        self.put("f", "\u00e4" * 2001 + "\r\nnext\r\n")
        text, about = self.good()
        self.assertEqual(text, "     1\t" + "\u00e4" * 2000 + " \u2026 [line cut: 2001 characters in all]\n"
                         "     2\tnext\n[1 long line was cut]\n[line endings: CRLF]\n")
        self.assertIs(about["truncated"], True)

    def test_line_longer_than_the_buffer(self):
        self.put("f", "x" * 1000000 + "\nnext\n")
        text, about = self.good()
        self.assertIn(" \u2026 [line cut: 1000000 characters in all]\n     2\tnext\n", text)
        self.assertEqual((about["total_lines"], about["line_ending"]), (2, "lf"))

    def test_max_bytes_ends_before_the_line_that_does_not_fit(self):
        self.put("f", ("z" * 92 + "\n") * 50)                  # 100 bytes a line with number and line feed
        text, about = self.good(max_bytes=1024)
        self.assertEqual((about["last_line"], about["more"], about["truncated"]), (10, True, True))
        self.assertTrue(text.endswith("\n[max_bytes reached; more lines follow: go on with offset=11]\n"))

    def test_a_line_larger_than_max_bytes_is_cut_between_characters(self):
        self.put("f", "\u20ac" * 1500 + "\nnext\n")            # 4500 bytes
        text, about = self.good(max_bytes=1024)
        shown = (1024 - 7 - 1) // 3
        self.assertTrue(text.startswith("     1\t" + "\u20ac" * shown + " \u2026 [line cut: 1500 characters in all]\n"))
        self.assertEqual((about["last_line"], about["more"], about["truncated"]), (1, True, True))
        self.assertNotIn("\ufffd", text)

    def test_default_max_bytes(self):
        self.put("f", ("q" * 1500 + "\n") * 1000)
        text, about = self.good()
        self.assertLess(len(text.encode()), (256 << 10) + 200)
        self.assertEqual(about["last_line"], (256 << 10) // (7 + 1500 + 1))

    def test_huge_file_is_streamed(self):
        size = (64 << 20) if SANITIZED else (1 << 30)
        with open(self.workspace / "f", "wb") as f:
            f.write(b"first\n" + b"a" * 70000 + b"\n")
            f.truncate(size)                               # one line of NULs, sparse
            f.seek(size)
            f.write(b"\nlast\n")
        done = box("exec", "--json", "--limit", "wall=60s", "--map-dir", f"{self.workspace}::/workspace:ro", TOOL,
                   stdin=json.dumps({"path": "f", "offset": 4}))
        outcome = json.loads(done.stdout)
        self.assertEqual(outcome["kind"], "exit", outcome)
        result = json.loads(outcome["stdout"])
        self.assertEqual(self.text(result), "     4\tlast\n")
        self.assertEqual(result["structuredContent"]["total_lines"], 4)
        self.assertLess(outcome["memory_peak_bytes"], 1 << 20)

    def test_reading_stops_once_the_limit_is_reached(self):
        with open(self.workspace / "f", "wb") as f:           # larger than what is read for its hash
            f.write(b"line\n" * 50000)
            f.truncate((8 << 20) + 1)
        done = box("exec", "--json", "--map-dir", f"{self.workspace}::/workspace:ro", TOOL,
                   stdin=json.dumps({"path": "f", "limit": 10}))
        outcome = json.loads(done.stdout)
        self.assertLessEqual(outcome["bytes"]["read"], 128 << 10)
        self.assertIsNone(json.loads(outcome["stdout"])["structuredContent"]["hash"])


class Bytes(ReadTest):
    def test_crlf(self):
        self.put("f", "a\r\nb\r\n")
        text, about = self.good()
        self.assertEqual((text, about["line_ending"]), ("     1\ta\n     2\tb\n[line endings: CRLF]\n", "crlf"))

    def test_mixed_line_endings(self):
        self.put("f", "a\r\nb\nc\n")
        text, about = self.good()
        self.assertTrue(text.endswith("[line endings: mixed, 1 CRLF and 2 LF]\n"))
        self.assertEqual(about["line_ending"], "mixed")

    def test_carriage_return_alone_is_shown(self):
        self.put("f", "over\rwritten\nlast\r")
        text, about = self.good()
        self.assertEqual(text, "     1\tover\u240dwritten\n     2\tlast\u240d\n"
                         "[2 carriage returns inside lines, shown as \u240d]\n")
        self.assertEqual(about["line_ending"], "lf")

    def test_crlf_across_the_buffer(self):
        self.put("f", "x" * ((64 << 10) - 1) + "\r\nb\r\n")
        self.assertEqual(self.good()[1]["line_ending"], "crlf")

    def test_invalid_utf8_is_shown_and_told(self):
        self.put("f", b"\xc3\xa4 ok \xff\xfe bad \xe2\x82 half\xed\xa0\x80\n")
        text, about = self.good()
        self.assertEqual(text, "     1\t\u00e4 ok \ufffd\ufffd bad \ufffd half\ufffd\ufffd\ufffd\n"
                         "[6 invalid sequences, shown as \ufffd]\n")
        self.assertEqual((about["encoding"], about["invalid"]), ("utf-8", 6))

    def test_a_real_replacement_character_is_no_error(self):
        self.put("f", "\ufffd\n")
        self.assertEqual(self.good(), ("     1\t\ufffd\n", dict(self.good()[1], invalid=0, encoding="utf-8")))

    def test_latin1_is_suspected(self):
        self.put("f", "caf\u00e9\n".encode("latin-1"))
        text, about = self.good()
        self.assertEqual(text, "     1\tcaf\ufffd\n[1 byte is not UTF-8, shown as \ufffd; the file may be Latin-1]\n")
        self.assertEqual(about["encoding"], "latin-1?")

    def test_character_across_the_buffer(self):
        self.put("f", "x\n" * ((32 << 10) - 1) + "y\u20ac\n")   # the euro sign begins in the last byte of 64 KiB
        text, about = self.good(offset=32768)
        self.assertEqual((text, about["invalid"]), (" 32768\ty\u20ac\n", 0))

    def test_byte_order_marks(self):
        for codec, mark, name in (("utf-8", b"\xef\xbb\xbf", "utf-8-bom"), ("utf-16-le", b"\xff\xfe", "utf-16le"),
                                  ("utf-16-be", b"\xfe\xff", "utf-16be")):
            with self.subTest(name):
                self.put("f", mark + "a\u00e4\U0001f600\r\nb\r\n".encode(codec))
                text, about = self.good()
                self.assertEqual(text, "     1\ta\u00e4\U0001f600\n     2\tb\n[line endings: CRLF]\n"
                                 f"[encoding: {name}]\n")
                self.assertEqual((about["encoding"], about["line_ending"]), (name, "crlf"))

    def test_utf16_with_halves_missing(self):
        self.put("f", b"\xff\xfe" + b"\x3d\xd8a\x00\x00\xde\x0a\x00" + b"b")
        text, about = self.good()
        self.assertEqual(text.splitlines()[:2], ["     1\t\ufffda\ufffd", "     2\t\ufffd"])
        self.assertEqual(about["invalid"], 3)

    def test_large_utf16_pages(self):
        lines = [f"Zeile {n} \u00e4\U0001f600" for n in range(1, 9001)]
        self.put("f", b"\xff\xfe" + "\n".join(lines).encode("utf-16-le"))
        text, about = self.good(offset=8999)
        self.assertEqual(text.splitlines()[:2], [f"  8999\t{lines[8998]}", f"  9000\t{lines[8999]}"])
        self.assertEqual((about["total_lines"], about["invalid"]), (9000, 0))

    def test_nul_far_into_a_text_is_shown(self):
        self.put("f", b"x\n" * 40000 + b"a\x00b\n")
        text, _ = self.good(offset=40001)
        self.assertEqual(text, " 40001\ta\u2400b\n[1 NUL character, shown as \u2400]\n")

    def test_control_characters_arrive_unchanged(self):
        self.put("f", "\x1b[31mred\x1b[0m\x07\x7f\n" + "plain text\n" * 9)
        self.assertTrue(self.good()[0].startswith("     1\t\x1b[31mred\x1b[0m\x07\x7f\n"))


class Binary(ReadTest):
    CASES = {
        b"\x7fELF\x02\x01\x01" + bytes(20): "ELF executable or library",
        b"PK\x03\x04\x14\x00": "zip archive (also docx, xlsx, jar, epub \u2026)",
        b"\x1f\x8b\x08\x00": "gzip data",
        b"\x00asm\x01\x00\x00\x00": "WebAssembly module",
        b"\x00asm\x0d\x00\x01\x00": "WebAssembly component",
        b"SQLite format 3\x00": "SQLite database",
        b"\x28\xb5\x2f\xfd\x04": "zstd data",
        b"\xfd7zXZ\x00": "xz data",
        b"MZ\x90\x00\x03": "Windows executable",
        b"RIFF\x00\x00\x00\x00WAVEfmt ": "WAV audio",
        bytes(257) + b"ustar\x0000": "tar archive",
        b"\xff\xfe\x00\x00h\x00\x00\x00": "UTF-32 text",
        b"abc\x00def": "data of unknown type",
        b"\x01\x02\x03\x04abc": "data of unknown type",
    }

    def test_described_not_dumped(self):
        for contents, kind in self.CASES.items():
            with self.subTest(kind):
                self.put("f", contents)
                text, about = self.good()
                self.assertEqual(text, f"[binary file, not shown: {kind}, {len(contents)} bytes]\n")
                self.assertEqual(about, {"path": "/workspace/f", "size_bytes": len(contents), "encoding": "binary",
                                         "type": kind, "truncated": True, "hash": hash_of(contents)})

    def test_text_that_begins_like_a_weak_mark_is_text(self):
        for contents in ("BMW is a car\n", "MZ is a country code\n", "BZh\n", "GIF is a format\n", "the ftyp box\n"):
            with self.subTest(contents):
                self.put("f", contents)
                self.assertEqual(self.good()[0], f"     1\t{contents}")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=2, height=2, rows=None, size=0, colour=2, tail=chunk(b"IEND", b"")):
    """A picture of noise; `size`: with a chunk of anything that makes it so large."""
    rows = rows or b"".join(b"\0" + os.urandom(3 * width) for _ in range(height))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    body = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 0))
    if size:
        body += chunk(b"teXt", bytes(size - len(body) - len(tail) - 12))
    return body + tail


def base64_of(text):
    return base64.b64decode(text, validate=True)


class Images(ReadTest):
    WHOLE = {
        "image/png": png(),
        "image/jpeg": base64_of("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP" + "/" * 86 + "wAALCAACAAIBAREA/8QAFAABAAAAAAAAAAAAAAAA"
                                "AAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z"),
        "image/gif": base64_of("R0lGODdhAgACAIEAAAcHBwAAAAAAAAAAACwAAAAAAgACAAAIBgABCAQQEAA7"),
        "image/webp": base64_of("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoCAAIADMDOJaQAA3AA/uxnAAA="),
    }
    LOSSLESS = base64_of("UklGRhoAAABXRUJQVlA4TA4AAAAvAUAAAAcQEf0PRET/Aw==")

    def shown(self, contents, mime):
        self.put("f", contents)
        result = self.read()
        self.assertIs(result["isError"], False)
        text, image = result["content"]
        self.assertTrue(text["text"].endswith(f" image, {len(contents)} bytes"), text)
        self.assertEqual((image["type"], image["mimeType"]), ("image", mime))
        self.assertEqual(base64.b64decode(image["data"], validate=True), contents)
        self.assertEqual(result["structuredContent"]["mime_type"], mime)

    def described(self, contents):
        """What is said to be wrong with it."""
        self.put("f", contents)
        text, about = self.good()
        self.assertEqual(about["encoding"], "binary")
        self.assertIn(f"; damaged: {about['damage']}]", text)
        return about["damage"]

    def test_each_kind_with_every_rest_of_base64(self):
        for mime, whole in self.WHOLE.items():
            for extra in (0, 1, 2, 70000):  # what follows a picture's end harms nobody
                with self.subTest(mime, extra=extra):
                    self.shown(whole + bytes(n * 7 & 255 for n in range(extra)), mime)
        self.shown(self.LOSSLESS, "image/webp")
        self.shown(png(300, 200), "image/png")

    def test_a_picture_that_is_cut_is_described(self):
        for mime, whole in self.WHOLE.items():
            for left in range(12, len(whole)):
                with self.subTest(mime, left=left):
                    self.described(whole[:left])

    def test_a_picture_without_one_is_described(self):
        for mime, whole in self.WHOLE.items():
            with self.subTest(mime):
                self.described(whole[:12] + bytes(500))
        self.assertEqual(self.described(png(0, 2, b"\0" * 2)), "its width or height is 0")
        self.assertEqual(self.described(b"GIF89a\1\0\1\0\0\0\0;"), "it holds no picture")
        self.assertEqual(self.described(b"\xff\xd8\xff\xd9"), "it holds no picture")
        self.assertEqual(self.described(b"RIFF\x0c\0\0\0WEBPEXIF\0\0\0\0"), "it holds no picture")

    def test_a_png_that_is_damaged_is_described(self):
        whole = png(20, 20)
        for at in (17, 30, 60, len(whole) - 5):
            with self.subTest(at=at):
                self.assertEqual(self.described(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:]),
                                 "a check sum does not fit")
        for name, contents, damage in (
                ("too few rows", png(2, 3, bytes(14)), "rows of its picture are missing"),
                ("no rows", png(2, 3, tail=b""), "it ends too early"),
                ("an unknown filter", png(2, 1, b"\5" + bytes(6)), "its picture data is damaged"),
                ("no palette", png(2, 1, bytes(3), colour=3), "its palette is missing"),
                ("no such colour type", png(2, 1, bytes(7), colour=5), "its header is damaged"),
                ("no deflate", png()[:33] + chunk(b"IDAT", b"nothing") + chunk(b"IEND", b""),
                 "its picture data is damaged"),
                ("no data", png()[:33] + chunk(b"IEND", b""), "rows of its picture are missing")):
            with self.subTest(name):
                self.assertEqual(self.described(contents), damage)

    def test_at_and_beyond_the_limit(self):
        self.put("f", png(size=1000))
        self.assertEqual(len(self.read(max_image_bytes=1000)["content"]), 2)
        text, about = self.good(max_image_bytes=999)
        self.assertEqual(text, "[binary file, not shown: PNG image, 1000 bytes; larger than max_image_bytes=999]\n")
        self.assertEqual(about["encoding"], "binary")
        self.assertNotIn("damage", about)

    def test_default_limit_is_5_mib(self):
        self.put("f", png(size=5 << 20))
        self.assertEqual(self.read()["content"][1]["type"], "image")
        self.put("f", png(size=(5 << 20) + 1))
        self.assertIn("larger than max_image_bytes=5242880", self.good()[0])

    def test_the_largest_fits_into_the_limits_of_the_manifest(self):
        self.put("f", png(size=10 << 20))
        result = self.raw('{"path":"f","max_image_bytes":10485760}', "--limit", "memory=16MiB")
        self.assertEqual(result["content"][1]["type"], "image")


class OutputLimit(ReadTest):
    """Whatever the limit, the result is a whole one, and of text as much as fits is in it."""

    def limited(self, output, path="f", **arguments):
        done = box("exec", "--map-dir", f"{self.workspace}::/workspace:ro", "--limit", f"output={output}", TOOL,
                   stdin=json.dumps({"path": path, "limit": 1000000, "max_bytes": 1 << 20, **arguments}))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertLessEqual(len(done.stdout), output)
        return json.loads(done.stdout), len(done.stdout)

    def test_a_picture_over_it_is_described(self):
        self.put("f", png(size=30000))
        result, _ = self.limited(40000)
        self.assertEqual(self.text(result), "[binary file, not shown: PNG image, 30000 bytes; larger than the output "
                                            "limit of this call has room for]\n")
        self.assertEqual(len(self.limited(45000)[0]["content"]), 2)

    def test_text_of_any_kind_is_paged(self):
        lines = {"colours": "\x1b[31mx\x1b[0m", "quotes": "\"\\" * 40, "long": "y" * 5000, "wide": "\u20ac" * 300,
                 "empty": "", "tabs": "\t" * 100}
        for name, line in lines.items():
            for output in (3000, 20000, 100000, 700000):
                with self.subTest(name, output=output):
                    self.put("f", (line + "\n") * 90000)
                    result, used = self.limited(output)
                    about = result["structuredContent"]
                    self.assertIn(f"more lines follow: go on with offset={about['last_line'] + 1}]",
                                  self.text(result)[-200:])
                    self.assertIs(about["truncated"], True)
                    self.assertGreater(used, output - 2500 - 6 * len(line), "most of the room is used")

    def test_a_line_over_it_is_cut(self):
        self.put("f", "\u20ac" * 1999 + "\nnext\n")
        result, _ = self.limited(4000)
        self.assertIn("\u20ac \u2026 [line cut: 1999 characters in all]\n[output limit of the call reached; more lines "
                      "follow: go on with offset=2]\n", self.text(result))

    def test_no_room_for_anything(self):
        self.put("f", "x\n")
        result, _ = self.limited(2000)
        self.assertEqual((result["isError"], self.text(result)),
                         (True, "the output limit of this call has no room for an answer"))


class Refused(ReadTest):
    def test_missing_file(self):
        self.assertEqual(self.bad("no/such"), "no such file: /workspace/no/such; this call is granted /workspace")

    def test_outside_the_grant(self):
        (self.top / "outside").write_text("secret\n")
        (self.workspace / "link").symlink_to("../outside")
        for path in ("../outside", "/workspace/../outside", "/etc/passwd", "link"):
            with self.subTest(path):
                text = self.bad(path)
                # Where there is an empty directory above the grants, no such name is in it.
                said = "no such file|not permitted to read" if path == "/etc/passwd" else "not permitted to read"
                self.assertRegex(text, said)
                self.assertTrue(text.endswith("; this call is granted /workspace"), text)
                self.assertNotIn("secret", text)

    def test_no_grant_at_all(self):
        done = box("exec", TOOL, stdin='{"path":"f"}')
        result = json.loads(done.stdout)
        self.assertEqual(self.text(result),
                         "not permitted to read /workspace/f; this call is granted no files at all")

    def test_carved_out(self):
        self.put("f.env", "secret")
        result = self.raw('{"path":"f.env"}', "--deny", "**/*.env")
        self.assertIs(result["isError"], True)
        self.assertIn("not permitted to read /workspace/f.env", self.text(result))

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_no_permission_on_the_host(self):
        self.put("f", "x")
        (self.workspace / "f").chmod(0)
        self.assertIn("not permitted to read /workspace/f", self.bad())

    SOCKET = "a socket"

    def test_special_files_are_named_as_such(self):
        os.mkfifo(self.workspace / "fifo")
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(str(self.workspace / "socket"))
        (self.workspace / "link").symlink_to("fifo")
        for name, kind in (("fifo", "a FIFO or the like"), ("socket", self.SOCKET), ("link", "a FIFO or the like")):
            with self.subTest(name):
                self.assertEqual(self.bad(name), f"/workspace/{name} is {kind}, not a regular file; it cannot be read")

    @unittest.skipIf(os.geteuid() != 0, "only root makes devices")
    def test_a_device_is_named_as_such(self):
        os.mknod(self.workspace / "f", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        self.assertIn(" is a device, not a regular file", self.bad())

    def test_mistakes_name_the_argument(self):
        self.put("f", "x\n")
        for arguments, text in (
                ('{}', 'argument "path": missing'),
                ('{"path":7}', 'argument "path": expected a string, got a number'),
                ('{"path":null}', 'argument "path": expected a string, got null'),
                ('{"path":""}', 'argument "path": empty; expected the path of a file'),
                ('{"path":"a\\u0000b"}', 'argument "path": holds the character U+0000'),
                ('{"path":"f","offset":"1"}', 'argument "offset": expected an integer, got a string'),
                ('{"path":"f","offset":0}', 'argument "offset": expected an integer of at least 1'),
                ('{"path":"f","offset":1.5}', 'argument "offset": expected an integer of at least 1'),
                ('{"path":"f","offset":-1}', 'argument "offset": expected an integer of at least 1'),
                ('{"path":"f","offset":1e300}', 'argument "offset": expected an integer of at least 1'),
                ('{"path":"f","limit":[]}', 'argument "limit": expected an integer, got an array'),
                ('{"path":"f","limit":1000001}',
                 'argument "limit": expected an integer of at least 1 and at most 1000000'),
                ('{"path":"f","max_bytes":1023}',
                 'argument "max_bytes": expected an integer of at least 1024 and at most 1048576'),
                ('{"path":"f","ofset":1}',
                 'unknown argument "ofset"; this tool takes path, offset, limit, ranges, max_bytes, '
                 'max_image_bytes, pages, cells, hash'),
                ('{"path":"f","path":"g"}', 'argument "path" is given twice')):
            with self.subTest(arguments):
                result = self.raw(arguments)
                self.assertIs(result["isError"], True)
                self.assertEqual(self.text(result), text)

    def test_input_that_is_no_object(self):
        for stdin, text in (
                ("", "no arguments: expected one JSON object on standard input"),
                (" \n", "no arguments: expected one JSON object on standard input"),
                ("[]", "the arguments are an array; expected one JSON object"),
                ('"f"', "the arguments are a string; expected one JSON object"),
                ("7", "the arguments are a number; expected one JSON object")):
            with self.subTest(stdin):
                result = self.raw(stdin)
                self.assertEqual((result["isError"], self.text(result)), (True, text))
        for stdin in ("{", '{"path":"f"} x', '{"path":"\xff"}'.encode("latin-1"), "[" * 100000, "\x00"):
            with self.subTest(stdin[:20]):
                result = self.raw(stdin)
                self.assertIs(result["isError"], True)
                self.assertTrue(self.text(result).startswith("the arguments are not valid JSON: "), result)

    def test_input_at_and_beyond_its_limit(self):
        self.put("f", "x\n")
        arguments = '{"path":"f"}'
        self.assertIs(self.raw(arguments.ljust(1 << 20))["isError"], False)
        result = self.raw(arguments.ljust((1 << 20) + 1))
        self.assertEqual((result["isError"], self.text(result)), (True, "the arguments are too large for this tool"))

    def test_long_path(self):
        self.assertIn("longer than a path can be", self.bad("x" * 4096))


if __name__ == "__main__":
    unittest.main()
