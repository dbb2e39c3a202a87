"""The read tool on PDF documents: what a page says, compared with pdftotext, and documents that lie."""
# timeout: 300
import json
import pathlib
import shutil
import subprocess
import unittest
import zlib

import pdf_writer
from pdf_writer import Crypt, Pdf, flate, lines, stream
from read_test import ReadTest, hash_of
from support import SANITIZED, TOOLS, box

PDFTOTEXT = shutil.which("pdftotext")
NO_PDFTOTEXT = "pdftotext (poppler-utils) is not installed"


def load_tests(loader, _tests, _pattern):
    """Only what is here: the imported base class has tests of its own module."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case)
                              for case in (Pages, Filters, Fonts, Layout, Encrypted, Compared, Broken, Hostile))


class PdfTest(ReadTest):
    def pages(self, contents, **arguments):
        """The text of each page."""
        self.put("f.pdf", contents)
        text, _ = self.good("f.pdf", **arguments)
        return self.split(text)

    @staticmethod
    def split(text):
        pages = []
        for line in text.splitlines(keepends=True):
            if line.startswith("[page "):
                pages.append("")
            elif pages:
                pages[-1] += line
        return pages

    def page(self, content, **options):
        return self.pages(Pdf().page(content, **options).table())[0]


class Pages(PdfTest):
    DOCUMENT = Pdf().page(lines(b"one")).page(lines(b"two", b"lines")).page(b"").page(lines(b"four"))

    def test_all_of_them(self):
        contents = self.DOCUMENT.table()
        self.put("f.pdf", contents)
        text, about = self.good("f.pdf")
        self.assertEqual(text, "[document of 4 pages]\n[page 1]\none\n[page 2]\ntwo\nlines\n[page 3]\n[no text on this page: "
                               "it is empty, or a picture such as a scan]\n[page 4]\nfour\n")
        self.assertEqual(about, {"path": "/workspace/f.pdf", "size_bytes": len(contents), "hash": hash_of(contents),
                                 "type": "pdf", "total_pages": 4, "pages": [1, 2, 3, 4], "pages_without_text": 1,
                                 "more": False, "truncated": False})

    def test_selected(self):
        self.put("f.pdf", self.DOCUMENT.streams())
        for pages, numbers in (("2", [2]), ("3-", [3, 4]), ("4,1", [1, 4]), ("2-9", [2, 3, 4])):
            with self.subTest(pages):
                text, about = self.good("f.pdf", pages=pages)
                self.assertEqual(about["pages"], numbers)
                self.assertEqual(text.count("[page "), len(numbers))
        self.assertEqual(self.bad("f.pdf", pages="5"), 'argument "pages": past the end: /workspace/f.pdf has 4 pages')
        self.assertIn('argument "pages": expected numbers', self.bad("f.pdf", pages="0"))

    def test_max_bytes_says_how_to_go_on(self):
        document = Pdf()
        for n in range(1, 41):
            document.page(lines(b"x%d" % n, *[b"word " * 10] * 5))
        self.put("f.pdf", document.table())
        seen, pages = [], "1-"
        while pages:
            text, about = self.good("f.pdf", max_bytes=2000, pages=pages)
            seen += [line for line in text.splitlines() if line.startswith("x")]
            pages = text.split('go on with pages="')[1].split('"')[0] if about["more"] else None
        self.assertEqual(list(dict.fromkeys(seen)), [f"x{n}" for n in range(1, 41)])

    def test_the_output_limit(self):
        self.put("f.pdf", Pdf().page(lines(*[b"word " * 15] * 50)).page(lines(b"two")).table())
        done = box("exec", "--map-dir", f"{self.workspace}::/workspace:ro", "--limit", "output=5000", "--limit",
                   "memory=96MiB", TOOLS / "read.wasm", stdin='{"path":"f.pdf"}')
        self.assertLessEqual(len(done.stdout), 5000)
        self.assertIn('[output limit of the call reached within page 1; go on with pages="2-"]',
                      json.loads(done.stdout)["content"][0]["text"])

    def test_lines_are_no_way_to_choose(self):
        self.put("f.pdf", self.DOCUMENT.table())
        self.assertEqual(self.bad("f.pdf", offset=2), "/workspace/f.pdf is a PDF document: choose its pages with pages, "
                                                      "not lines with offset, limit or ranges")
        self.assertEqual(self.bad("f.pdf", cells="2"), 'argument "cells": /workspace/f.pdf is no notebook')

    def test_nothing_on_a_page_passes_for_a_line_of_the_tool(self):
        self.assertEqual(self.page(lines(b"[page 2]", b"[A]")), " [page 2]\n[A]\n")


class Filters(PdfTest):
    TEXT = lines(*[b"line %d of a text that repeats, repeats, repeats" % n for n in range(60)], y=780, leading=12)

    def test_each(self):
        plain = self.page(self.TEXT)
        self.assertEqual(plain.splitlines()[59], "line 59 of a text that repeats, repeats, repeats")
        columns = 40
        padded = self.TEXT + b" " * (-len(self.TEXT) % columns)
        predicted = b"/Filter /FlateDecode /DecodeParms << /Predictor %d /Columns 40 >>"
        tiff = b"".join(bytes((b - a) & 255 for a, b in zip(b"\0" + padded[at:at + 39], padded[at:at + 40]))
                        for at in range(0, len(padded), 40))
        for name, data, entries in (
                ("Flate", flate(self.TEXT), b"/Filter /FlateDecode"),
                ("Flate stored", flate(self.TEXT, 0), b"/Filter [/FlateDecode]"),
                ("Flate in short", flate(self.TEXT), b"/Filter /Fl"),
                ("LZW", pdf_writer.lzw(self.TEXT * 3), b"/Filter /LZWDecode"),
                ("ASCII85", pdf_writer.ascii85(self.TEXT), b"/Filter /ASCII85Decode"),
                ("ASCIIHex", self.TEXT.hex().encode() + b">", b"/Filter /ASCIIHexDecode"),
                ("RunLength", pdf_writer.run_length(self.TEXT), b"/Filter /RunLengthDecode"),
                ("two", pdf_writer.ascii85(flate(self.TEXT)), b"/Filter [/ASCII85Decode /FlateDecode]"),
                ("TIFF", flate(tiff), predicted % 2),
                *((f"PNG {kind}", flate(pdf_writer.png_rows(padded, columns, kind)), predicted % (10 + kind))
                  for kind in range(5))):
            with self.subTest(name):
                self.assertEqual(self.page(data, entries=entries).splitlines()[:60], plain.splitlines())

    def test_one_that_is_none(self):
        self.put("f.pdf", Pdf().page(lines(b"x"), entries=b"/Filter /DCTDecode").table())
        text, about = self.good("f.pdf")
        self.assertIn("[parts of this page are damaged or could not be read]\n", text)
        self.assertIs(about["truncated"], True)

    def test_damaged_data_is_read_as_far_as_it_goes(self):
        data = flate(self.TEXT, 0)
        self.assertEqual(self.page(data[:600], entries=b"/Filter /FlateDecode").splitlines()[0],
                         "line 0 of a text that repeats, repeats, repeats")


class Fonts(PdfTest):
    def with_font(self, font, content, *more):
        document = Pdf()
        for number, body in more:
            document.add(body, number=number)
        document.fonts[b"F2"] = document.add(font)
        return self.pages(document.page(content).table())[0]

    def test_encodings(self):
        for encoding, codec in ((b"WinAnsiEncoding", "cp1252"), (b"MacRomanEncoding", "mac_roman")):
            with self.subTest(encoding):
                text = "caf\u00e9 \u2013 \u201cna\u00efve\u201d \u2026 \u00dcber"
                font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /%s >>" % encoding
                self.assertEqual(self.with_font(font, lines(text.encode(codec), font=b"F2")), text + "\n")

    def test_standard_encoding_and_its_quotes(self):
        font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"
        self.assertEqual(self.with_font(font, lines(b"it's `\xae\xaf", font=b"F2")), "it\u2019s \u2018fifl\n")

    def test_differences(self):
        font = (b"<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+Own /FirstChar 1 /LastChar 6 /Widths [500 500 500 500 "
                b"900 500] /Encoding << /Differences [1 /alpha /uni20AC /u1F600 /ffi /T_h /Aacute.alt] >> >>")
        self.assertEqual(self.with_font(font, lines(b"\x01\x02\x03\x04\x05\x06", font=b"F2")),
                         "\u03b1\u20ac\U0001f600ffiTh\u00c1\n")

    def test_to_unicode(self):
        cmap = (b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
                b"2 beginbfchar <41> <0062> <42> <D83DDE00> endbfchar 2 beginbfrange <43> <45> <0078> "
                b"<46> <47> [<00660069> <0021>] endbfrange endcmap end")
        font = b"<< /Type /Font /Subtype /TrueType /BaseFont /X /ToUnicode 8 0 R >>"
        self.assertEqual(self.with_font(font, lines(b"ABCDEFG", font=b"F2"), (8, stream(flate(cmap), b"/Filter /FlateDecode"))),
                         "b\U0001f600xyzfi!\n")

    def test_composite_fonts(self):
        cmap = (b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0003> <0010> <0061> "
                b"endbfrange endcmap")
        font = (b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [7 0 R] "
                b"/ToUnicode 8 0 R >>")
        below = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 /W [3 [600 400] 5 6 700] >>"
        content = b"BT /F2 10 Tf 72 700 Td [<00030004> -400 <0005> 20 <00060007>] TJ ET"
        self.assertEqual(self.with_font(font, content, (7, below), (8, stream(cmap))), "ab cde\n")

    def test_codes_that_are_unicode_themselves(self):
        font = (b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /UniGB-UCS2-H /DescendantFonts [7 0 R] >>")
        below = b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /X /DW 1000 >>"
        self.assertEqual(self.with_font(font, b"BT /F2 10 Tf 72 700 Td <4F60597D> Tj ET", (7, below)), "\u4f60\u597d\n")

    def test_codes_without_a_meaning_are_counted(self):
        font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [7 0 R] >>"
        below = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X >>"
        self.assertEqual(self.with_font(font, b"BT /F2 10 Tf 72 700 Td <00030004> Tj ET", (7, below)),
                         "[no text on this page: its fonts do not tell what their characters mean]\n")
        self.assertEqual(self.with_font(font, b"BT /F2 9 Tf 72 700 Td <00030004> Tj ET " + lines(b"x"), (7, below)),
                         "x\n[left out: 2 characters whose meaning the document does not tell]\n")

    def test_the_encoding_of_an_embedded_type_1_font(self):
        program = b"%!PS\n/Encoding 256 array\ndup 58 /period put\ndup 59 /comma put\nreadonly def\ncurrentfile eexec"
        font = b"<< /Type /Font /Subtype /Type1 /BaseFont /CMMI10 /FontDescriptor 7 0 R >>"
        self.assertEqual(self.with_font(font, lines(b"a:;", font=b"F2"), (7, b"<< /FontFile 8 0 R >>"), (8, stream(program))),
                         "a.,\n")


class Layout(PdfTest):
    def test_words_lines_and_paragraphs(self):
        for name, content, text in (
                ("kerning", b"BT /F1 12 Tf 72 700 Td [(W) 80 (ord) -250 (next) -30 (s)] TJ ET", "Word nexts\n"),
                ("words apart", b"BT /F1 12 Tf 72 700 Td (a) Tj 50 0 Td (b) Tj ET", "a b\n"),
                ("letters one by one", b"BT /F1 10 Tf 72 700 Td (H) Tj 7.22 0 Td (i) Tj 2.22 0 Td (!) Tj ET", "Hi!\n"),
                ("paragraphs", b"BT /F1 12 Tf 14 TL 72 700 Td (a) Tj T* (b) Tj T* T* (c) Tj ET", "a\nb\n\nc\n"),
                ("quotes", b"BT /F1 12 Tf 14 TL 72 700 Td (a) ' 1 2 (b) \" ET", "a\nb\n"),
                ("TD sets the leading", b"BT /F1 12 Tf 72 700 Td (a) Tj 0 -15 TD (b) Tj T* (c) Tj ET", "a\nb\nc\n"),
                ("superscript", b"BT /F1 12 Tf 72 700 Td (x) Tj 4 Ts /F1 7 Tf (2) Tj 0 Ts /F1 12 Tf (y) Tj ET", "x2y\n"),
                ("from below to above", b"BT /F1 12 Tf 1 0 0 1 72 600 Tm (c) Tj 1 0 0 1 72 650 Tm (b) Tj 1 0 0 1 72 700 Tm "
                                        b"(a) Tj ET", "a\n\nb\n\nc\n"),
                ("from right to left", b"BT /F1 12 Tf 1 0 0 1 300 700 Tm (world) Tj 1 0 0 1 72 700 Tm (hello) Tj ET",
                 "hello world\n"),
                ("twice for bold", b"BT /F1 12 Tf 1 0 0 1 72 700 Tm (bold) Tj 1 0 0 1 72.3 700 Tm (bold) Tj ET", "bold\n"),
                ("scaled by the matrix", b"q 0.1 0 0 0.1 0 0 cm BT /F1 120 Tf 720 7000 Td (a b) Tj ET Q", "a b\n"),
                ("turned", b"BT /F1 12 Tf 0 1 -1 0 300 300 Tm (up) Tj ET", "up\n"),
                ("an inline picture", b"BI /W 2 /H 2 /BPC 8 /CS /G ID \x00(BT\xff EI BT /F1 12 Tf 72 700 Td (x) Tj ET", "x\n"),
                ("replaced", b"BT /F1 12 Tf 72 700 Td (a) Tj /Span << /ActualText (long) >> BDC (l) Tj (g) Tj EMC ( b) Tj ET",
                 "along b\n"),
                ("escapes", b"BT /F1 12 Tf 72 700 Td (\\101\\(\\)\\\\ \\\nb) Tj ET", "A()\\ b\n")):
            with self.subTest(name):
                self.assertEqual(self.page(content), text)

    def test_columns_in_the_order_they_are_drawn(self):
        left, right = [b"left %d" % n for n in range(5)], [b"right %d" % n for n in range(5)]
        text = self.page(lines(*left) + b" " + lines(*right, x=320))
        self.assertEqual(text.split(), b" ".join(left + right).decode().split())

    def test_a_heading_that_is_drawn_last(self):
        self.assertEqual(self.page(lines(b"body", b"text", y=600) + b" " + lines(b"Heading", y=700, size=20)).split(),
                         ["Heading", "body", "text"])

    def test_forms(self):
        document = Pdf()
        inner = document.add(stream(b"BT /F1 12 Tf 0 0 Td (inner) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
                                    b"/Matrix [1 0 0 1 72 500] /Resources << /Font << /F1 3 0 R >> >>"))
        document.page(lines(b"outer") + b" q /X Do Q", extra=b"/Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >>" %
                      inner)
        self.assertEqual(self.pages(document.table())[0], "outer\n\ninner\n")

    def test_a_turned_page_reads_as_it_is_shown(self):
        content = b"BT /F1 12 Tf 0 1 -1 0 100 100 Tm 14 TL (one) Tj T* (two) Tj ET"
        self.assertEqual(self.page(content, extra=b"/Rotate 90"), "one\ntwo\n")

    def test_a_content_in_several_streams(self):
        document = Pdf()
        parts = [document.add(stream(part)) for part in (b"BT /F1 12 Tf 72 700 Td (a) T", b"j ( b) Tj ET")]
        document.page(b"", extra=b"/Contents [%d 0 R %d 0 R]" % tuple(parts))
        document.objects[document.kids[0]] = document.objects[document.kids[0]].replace(b"/Contents 1", b"/Old 1", 1)
        self.assertIn("b", self.pages(document.table())[0])


@unittest.skipIf(PDFTOTEXT is None, NO_PDFTOTEXT)
class Encrypted(PdfTest):
    """What opens without a password is read; what does not is described."""
    KINDS = ((1, 2), (2, 3, 128), (2, 3, 64), (4, 4, 128, "V2"), (4, 4, 128, "AESV2"), (5, 5, 256, "AESV3"), (5, 6, 256, "AESV3"))
    CLOSED = "it is encrypted, and opens with a password only"

    def document(self, *kind, **options):
        document = Pdf().page(lines(b"first page")).page(flate(lines(b"second page")), b"/Filter /FlateDecode")
        document.crypt = Crypt(*kind, **options)
        return document

    def why(self, contents):
        self.put("f.pdf", contents)
        return self.good("f.pdf")[1]["damage"]

    def test_an_empty_password(self):
        for kind in self.KINDS:
            document = self.document(*kind)
            table = document.table()
            for name, contents in (("table", table), ("streams", document.streams()),
                                   ("nothing where it should be", table.replace(b"%\xe2", b"%\n\n\xe2"))):
                with self.subTest(name, kind=kind):
                    self.assertNotIn(b"first page", contents)
                    self.assertEqual(self.pages(contents), ["first page\n", "second page\n"])

    def test_metadata_that_is_not(self):
        self.assertEqual(self.pages(self.document(4, 4, 128, "AESV2", metadata=False).table()), ["first page\n", "second page\n"])

    def test_a_stream_that_is_left_out(self):
        document = self.document(4, 4, 128, "AESV2").page(lines(b"third page"), b"/Filter /Crypt")
        self.assertEqual(self.pages(document.table())[2], "third page\n")

    def test_a_password(self):
        for kind in self.KINDS:
            with self.subTest(kind=kind):
                self.assertEqual(self.why(self.document(*kind, password=b"secret").table()), self.CLOSED)

    def test_what_lies_or_is_unknown(self):
        whole = self.document(4, 4, 128, "AESV2").table()
        broken = "it is encrypted, and what says how is damaged"
        for old, new, why in ((b"/Standard", b"/Standing", "it is encrypted by other means than a password"),
                              (b"/AESV2", b"/AESV9", "it is encrypted in a way that is not known here"),
                              (b"/V 4", b"/V 3", "it is encrypted in a way that is not known here"),
                              (b"/O <", b"/O () /X <", broken), (b"/U <", b"/U 7 /X <", broken), (b"/P -4", b"/P -8", self.CLOSED)):
            with self.subTest(new):
                self.assertEqual(self.why(whole.replace(old, new)), why)
        for kind, old, new in (((2, 3, 128), b"/Length 128", b"/Length 999"), ((2, 3, 128), b"/Length 128", b"/Length 33"),
                               ((5, 6, 256, "AESV3"), b"/UE <", b"/UE <00> /X <")):
            with self.subTest(new):
                self.assertEqual(self.why(self.document(*kind).table().replace(old, new)), broken)

    def test_cut_anywhere_there_is_an_answer(self):
        for kind in ((4, 4, 128, "AESV2"), (5, 6, 256, "AESV3")):
            contents = self.document(*kind).streams()
            for left in range(5, len(contents), 97 if SANITIZED else 31):
                self.put("f.pdf", contents[:left])
                self.good("f.pdf")


class Compared(PdfTest):
    """Word by word with pdftotext, page by page."""
    SENTENCES = [b"The quick brown fox jumps over the lazy dog, again and again.", b"(Parentheses) and \\backslashes\\.",
                 b"Tabs, commas; colons: 1,234.56 and -17 %.", b"e-mail: someone@example.org; see https://example.org/x_y-z",
                 b"W. A. V. To AVATAR Ta. LT"]

    def same(self, contents):
        self.put("f.pdf", contents)
        done = subprocess.run([PDFTOTEXT, self.workspace / "f.pdf", "-"], capture_output=True, check=True)
        theirs = [page.split() for page in done.stdout.decode().split("\f")[:-1]]
        text, _ = self.good("f.pdf", max_bytes=1 << 20)
        ours = [[] if "[no text on this page" in page else page.split() for page in self.split(text)]
        self.assertEqual(ours, theirs)

    def document(self, **options):
        document = Pdf()
        for n in range(1, 8):
            content = lines(b"Page %d" % n, *self.SENTENCES * n, **options)
            document.page(flate(content), b"/Filter /FlateDecode") if n % 2 else document.page(content)
        return document

    def test_tables_and_streams_of_references(self):
        for options in ({}, {"size": 7, "leading": 9}, {"size": 24, "leading": 25, "y": 780}):
            document = self.document(**options)
            for name, contents in (("table", document.table()), ("streams", document.streams()),
                                   ("not packed", document.streams(packed=False)),
                                   ("no predictor", document.streams(predictor=False))):
                with self.subTest(name, **options):
                    self.same(contents)

    def test_encrypted(self):
        for kind in Encrypted.KINDS:
            document = self.document()
            document.crypt = Crypt(*kind)
            for name, contents in (("table", document.table()), ("streams", document.streams())):
                with self.subTest(name, kind=kind):
                    self.same(contents)

    def test_standard_fonts(self):
        for name in (b"Helvetica", b"Helvetica-Bold", b"Times-Roman", b"Times-Bold", b"Courier", b"Courier-Bold"):
            with self.subTest(name):
                document = self.document()
                document.objects[3] = Pdf.HELVETICA.replace(b"Helvetica", name)
                self.same(document.table())

    def test_lzw(self):
        text = lines(*[b"line %d: " % n + b" ".join(b"%d" % (n * k * 7919 % 100003) for k in range(15)) for n in range(140)],
                     size=4, leading=5, y=780)
        self.same(Pdf().page(pdf_writer.lzw(text), b"/Filter /LZWDecode").table())

    def test_what_was_added_later(self):
        contents = self.document().table()
        start = int(contents.rsplit(b"startxref\n", 1)[1].split()[0])
        body = b"11 0 obj\n%s\nendobj\n" % stream(lines(b"changed later"))
        number = next(n for n, b in self.document().objects.items() if b"Page 1)" in b or n == 10)
        body = body.replace(b"11 0 obj", b"%d 0 obj" % number)
        table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size 40 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
            number, len(contents), start, len(contents) + len(body))
        self.same(contents + body + table)
        self.assertEqual(self.split(self.good("f.pdf", pages="1")[0]), ["changed later\n"])

    def test_documents_of_other_programs(self):
        self.put("in.ms", ".TL\nA Title\n.PP\n" + "Some words that fill more than one line of the page.\n" * 20)
        made = 0
        for program, argv in (("gropdf", ["groff", "-Tpdf", "-ms", "in.ms"]), ("ps2pdf", ["sh", "-c", "groff -Tps -ms in.ms | ps2pdf - -"])):
            if shutil.which(program) is None or shutil.which("groff") is None:
                continue
            done = subprocess.run(argv, cwd=self.workspace, capture_output=True, check=False)
            if done.stdout.startswith(b"%PDF-"):
                made += 1
                with self.subTest(program):
                    self.same(done.stdout)
        if made == 0:
            self.skipTest("neither gropdf (groff) nor ps2pdf (ghostscript) is installed")


class Broken(PdfTest):
    WHOLE = Pdf().page(lines(b"first page")).page(flate(lines(b"second page")), b"/Filter /FlateDecode")

    def test_what_can_be_found_is_read(self):
        table, packed = self.WHOLE.table(), self.WHOLE.streams()
        for name, contents in (
                ("no startxref", table.replace(b"startxref", b"startnone")),
                ("a start beyond the end", table[:table.rindex(b"startxref")] + b"startxref\n99999999\n%%EOF"),
                ("a start at nothing", table[:table.rindex(b"startxref")] + b"startxref\n20\n%%EOF"),
                ("a table that is off", table.replace(b"%\xe2\xe3\xcf\xd3\n", b"%\xe2\xe3\xcf\xd3\n\n\n")),
                ("no table at all", table[:table.rindex(b"xref\n0")]),
                ("cut in the trailer", table[:table.rindex(b"trailer") + 9]),
                ("no Length", table.replace(b"/Length", b"/Lxngth")),
                ("a Length that lies", table.replace(b"/Length 5", b"/Length 9")),
                ("a length of nothing", table.replace(b"/Length ", b"/Length 0")),
                ("no tree", table.replace(b"/Kids", b"/Xids").replace(b"/Pages 2", b"/Pagen 2")),
                ("a count that lies", table.replace(b"/Count 2", b"/Count 99999999")),
                ("packed, no start", packed[:packed.rindex(b"startxref")]),
                ("packed, no references", packed.replace(b"/Type /XRef", b"/Type /Xxxx"))):
            with self.subTest(name):
                pages = self.pages(contents)
                if "tree" in name:
                    continue                        # the font was inherited from it: the pages are found without
                self.assertEqual(pages, ["first page\n", "second page\n"])

    def test_what_cannot_is_described(self):
        for name, contents, why in (
                ("a header alone", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "no pages are found in it"),
                ("no pages", Pdf().table(), "no pages are found in it"),
                ("encrypted", self.WHOLE.table(trailer=b"/Encrypt << /Filter /Standard /V 1 >>"),
                 "it is encrypted in a way that is not known here"),
                ("noise", b"%PDF-1.7\n" + bytes(range(256)) * 40, "no pages are found in it")):
            with self.subTest(name):
                self.put("f.pdf", contents)
                text, about = self.good("f.pdf")
                self.assertEqual(text, f"[binary file, not shown: PDF document, {len(contents)} bytes; no text can be read: "
                                       f"{why}]\n")
                self.assertEqual((about["damage"], about["hash"]), (why, hash_of(contents)))

    def test_cut_anywhere_there_is_an_answer(self):
        for contents in (self.WHOLE.table(), self.WHOLE.streams()):
            for left in range(5, len(contents), 23 if SANITIZED else 7):
                self.put("f.pdf", contents[:left])
                self.good("f.pdf")


class Hostile(PdfTest):
    """What a document claims costs no more than what it is."""

    def outcome(self, contents, **arguments):
        self.put("f.pdf", contents)
        done = box("exec", "--json", "--limit", "wall=10s", "--limit", "memory=96MiB", "--map-dir",
                   f"{self.workspace}::/workspace:ro", TOOLS / "read.wasm", stdin=json.dumps({"path": "f.pdf", **arguments}))
        outcome = json.loads(done.stdout)
        self.assertEqual(outcome["kind"], "exit", outcome)
        result = json.loads(outcome["stdout"])
        self.assertIs(result["isError"], False)
        return result["content"][0]["text"]

    def test_loops(self):
        document = Pdf().page(lines(b"x"))
        for name, number, body in (
                ("pages", 2, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"),
                ("a reference to itself", 2, b"2 0 R"),
                ("a length that is the stream", 10, b"<< /Length 10 0 R >>\nstream\nBT ET\nendstream"),
                ("a font that is itself", 3, b"3 0 R")):
            with self.subTest(name):
                document.tree()
                objects = {**document.objects, number: body}
                out = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in objects.items())
                self.outcome(out + b"trailer << /Root 1 0 R >>\n")

    def test_forms_that_show_themselves_and_each_other(self):
        document = Pdf()
        document.page(b"/X Do " * 50, extra=b"/Resources << /XObject << /X 50 0 R >> >>")
        for n in range(50, 60):
            document.add(stream(b"/X Do " * 50, b"/Subtype /Form /Resources << /XObject << /X %d 0 R >> >>" %
                                (n + 1 if n < 59 else 50)), number=n)
        self.outcome(document.table())

    def test_bombs(self):
        bomb = zlib.compress(bytes(200 << 20) if not SANITIZED else bytes(20 << 20), 9)
        for name, data, entries in (
                ("of zeros", bomb, b"/Filter /FlateDecode"),
                ("twice", zlib.compress(bomb, 9), b"/Filter [/FlateDecode /FlateDecode]"),
                ("of characters", flate(b"BT /F1 1 Tf " + b"(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx) Tj " * 400000),
                 b"/Filter /FlateDecode"),
                ("of depth", flate(b"[" * (8 << 20)), b"/Filter /FlateDecode"),
                ("of strings that do not end", flate(b"(" * (8 << 20)), b"/Filter /FlateDecode")):
            with self.subTest(name):
                document = Pdf().page(data, entries)
                page = document.kids[0]
                document.kids = [page] + [document.add(document.objects[page]) for _ in range(40)]
                self.outcome(document.table())

    def test_many_objects_that_do_not_end(self):
        body = b"".join(b"%d 0 obj (" % n for n in range(1, 200000))
        self.outcome(b"%PDF-1.4\n" + body + b" trailer << /Root 1 0 R >>")
        self.outcome(b"%PDF-1.4\n" + b"1 0 obj " * 300000)

    def test_a_table_that_claims_millions(self):
        self.outcome(b"%PDF-1.4\nxref\n0 99999999\n" + b"0000000009 00000 n \n" * 1000 +
                     b"trailer << /Root 1 0 R /Size 99999999 >>\nstartxref\n9\n%%EOF")


if __name__ == "__main__":
    unittest.main()
