"""The read tool on what is more than one text: several ranges, directories, notebooks."""
# timeout: 300
import base64
import json
import os
import unittest

from read_test import ReadTest, hash_of, png
from support import TOOLS, box


def load_tests(loader, _tests, _pattern):
    """Only what is here: the imported base class has tests of its own module."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Hash, Ranges, Directory, Notebook))


class Hash(ReadTest):
    def test_of_the_whole_file_whatever_is_shown(self):
        for contents in (b"", b"a", b"line\n" * 100000, b"\xff\xfea\x00", b"\x7fELF" + bytes(200000), png(60, 60)):
            self.put("f", contents)
            for arguments in ({}, {"limit": 1}, {"ranges": [{"offset": 1, "limit": 1}]}):
                with self.subTest(contents[:4], arguments=arguments):
                    self.assertEqual(self.read(**arguments)["structuredContent"]["hash"], hash_of(contents))

    def test_of_a_file_whose_end_is_past(self):
        self.put("f", "a\n")
        self.assertEqual(self.read(offset=9)["structuredContent"]["hash"], hash_of(b"a\n"))

    def test_at_its_bounds_and_beyond(self):
        for size, asked, has_one in ((8 << 20, {}, True), ((8 << 20) + 1, {}, False), ((8 << 20) + 1, {"hash": True}, True),
                                     (256 << 20, {"hash": False}, False), ((256 << 20) + 1, {"hash": True}, False),
                                     (1, {"hash": False}, False)):
            with self.subTest(size, **asked):
                with open(self.workspace / "f", "wb") as f:
                    f.write(b"x\n" * 40000)
                    f.truncate(size)
                about = self.read(limit=1, **asked)["structuredContent"]
                self.assertEqual(about["hash"], hash_of((self.workspace / "f").read_bytes()) if has_one else None)


class Ranges(ReadTest):
    def setUp(self):
        super().setUp()
        self.put("f", "".join(f"line {n}\n" for n in range(1, 21)))

    def ranges(self, *pairs, **arguments):
        return self.good(ranges=[{"offset": a, "limit": b} for a, b in pairs], **arguments)

    def test_several_with_their_gaps(self):
        text, about = self.ranges((2, 2), (5, 1), (20, 1))
        self.assertEqual(text, "     2\tline 2\n     3\tline 3\n[line 4 not shown]\n     5\tline 5\n"
                               "[lines 6 to 19 not shown]\n    20\tline 20\n")
        self.assertEqual(about["ranges"], [{"offset": 2, "limit": 2}, {"offset": 5, "limit": 1},
                                           {"offset": 20, "limit": 1}])
        self.assertEqual((about["first_line"], about["last_line"], about["total_lines"], about["more"]),
                         (2, 20, 20, False))

    def test_in_any_order_and_overlapping(self):
        text, about = self.ranges((7, 3), (1, 2), (8, 4), (3, 1))
        self.assertEqual([line.split("\t")[0].strip() for line in text.splitlines()],
                         ["1", "2", "3", "[lines 4 to 6 not shown]", "7", "8", "9", "10", "11",
                          "[more lines follow: go on with offset=12]"])
        self.assertEqual(about["ranges"], [{"offset": 1, "limit": 3}, {"offset": 7, "limit": 5}])

    def test_one_alone_is_as_offset_and_limit(self):
        text, about = self.ranges((3, 2))
        other, facts = self.good(offset=3, limit=2)
        self.assertEqual((text, {**facts, "ranges": [{"offset": 3, "limit": 2}]}), (other, about))

    def test_limit_of_a_range_is_2000_by_default(self):
        self.assertEqual(self.good(ranges=[{"offset": 19}])[1]["ranges"], [{"offset": 19, "limit": 2}])

    def test_past_the_end(self):
        text, about = self.ranges((20, 5), (30, 1))
        self.assertEqual(text, "    20\tline 20\n[the file has 20 lines; a range lies past its end]\n")
        self.assertEqual(about["ranges"], [{"offset": 20, "limit": 1}])
        self.assertEqual(self.bad(ranges=[{"offset": 21}, {"offset": 2**63 - 1, "limit": 9}]),
                         "offset 21 is past the end: /workspace/f has 20 lines")

    def test_max_bytes_ends_them(self):
        self.put("f", ("z" * 92 + "\n") * 50)
        text, about = self.ranges((1, 5), (20, 20), max_bytes=1024)
        self.assertTrue(text.endswith("\n[max_bytes reached; more lines follow: go on with offset=25]\n"), text[-90:])
        self.assertEqual((about["ranges"], about["truncated"]), ([{"offset": 1, "limit": 5}, {"offset": 20, "limit": 5}],
                                                                 True))

    def test_a_hundred_and_no_more(self):
        self.put("f", "x\n" * 300)
        text, about = self.ranges(*((2 * n, 1) for n in range(1, 101)))
        self.assertEqual((len(about["ranges"]), text.count("not shown]")), (100, 99))
        self.assertEqual(self.bad(ranges=[{"offset": 2 * n} for n in range(1, 102)]),
                         'argument "ranges": more than 100 items')

    def test_mistakes_name_the_item(self):
        for ranges, text in (
                ([], 'argument "ranges": an empty list'),
                ({}, 'argument "ranges": expected a list of objects'),
                ("1-3", 'argument "ranges": expected a list of objects'),
                ([3], 'argument "ranges": item 1: expected an object'),
                ([{"offset": 1}, {"offset": 0}],
                 'argument "ranges": item 2: argument "offset": expected an integer of at least 1'),
                ([{"ofset": 1}], 'argument "ranges": item 1: unknown argument "ofset"; this tool takes offset, limit')):
            with self.subTest(ranges):
                self.assertEqual(self.bad(ranges=ranges), text)
        self.assertEqual(self.bad(ranges=[{"offset": 1}], limit=3),
                         'argument "ranges": not together with offset or limit')


class Directory(ReadTest):
    def test_sorted_with_types_and_sizes(self):
        self.put("d/b.txt", "12345")
        self.put("d/.hidden", "x")
        self.put("d/a/inner", "x")
        (self.workspace / "d/link").symlink_to("b.txt")
        os.mkfifo(self.workspace / "d/pipe")
        text, about = self.good("d")
        self.assertEqual(text, "[directory of 5 entries, hidden ones included]\n.hidden\t1 byte\na/\nb.txt\t5 bytes\n"
                               "link\tlink to b.txt\npipe\tother\n")
        self.assertEqual(about, {"path": "/workspace/d", "type": "directory", "entries": [
            {"name": ".hidden", "type": "file", "size_bytes": 1}, {"name": "a", "type": "directory"},
            {"name": "b.txt", "type": "file", "size_bytes": 5}, {"name": "link", "type": "link"},
            {"name": "pipe", "type": "other"}], "total_entries": 5, "more": False, "next_offset": None,
            "truncated": False})

    def test_pages_make_up_the_directory(self):
        names = sorted(f"f{n}" for n in range(5000))
        for name in names:
            self.put(f"d/{name}", "")
        seen, offset = [], 1
        while offset:
            text, about = self.good("d", offset=offset, limit=700, max_bytes=20000)
            seen += [entry["name"] for entry in about["entries"]]
            offset = about["next_offset"]
            if offset:
                self.assertTrue(text.endswith(f"[more entries follow: go on with offset={offset}]\n"))
        self.assertEqual(seen, names)
        self.assertEqual(self.bad("d", offset=5001), "offset 5001 is past the end: /workspace/d has 5000 entries")

    def test_the_output_limit_ends_a_page(self):
        for n in range(2000):
            self.put("d/" + "\x01" * 100 + str(n), "")
        for output in (4000, 100000):
            done = box("exec", "--map-dir", f"{self.workspace}::/workspace:ro", "--limit", f"output={output}", TOOL,
                       stdin='{"path":"d"}')
            about = json.loads(done.stdout)["structuredContent"]
            self.assertLessEqual(len(done.stdout), output)
            self.assertIs(about["more"], True)

    def test_names_of_any_kind(self):
        self.put("d/new\nline \x1b", "")
        text, about = self.good("d")
        self.assertEqual(text.splitlines()[1:], ["new\u240aline \u241b\t0 bytes"])
        self.assertEqual(about["entries"][0]["name"], "new\nline \x1b")

    def test_empty_and_the_workspace_itself(self):
        self.assertEqual(self.good("/workspace")[0], "[directory of 0 entries, hidden ones included]\n")
        self.assertEqual(self.bad(".", pages="1"),
                         "/workspace/. is a directory; its entries are chosen with offset and limit")


TOOL = TOOLS / "read.wasm"


def cell(kind, source, **more):
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def code(source, *outputs, count=None):
    return cell("code", source, execution_count=count, outputs=list(outputs))


class Notebook(ReadTest):
    def write(self, *cells, name="n.ipynb", **more):
        self.put(name, json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells, **more,
                                   "metadata": {"language_info": {"name": "python"}}}))

    def test_cells_with_source_and_outputs(self):
        self.write(cell("markdown", ["# Title\n", "text"]),
                   code("print('a')\n1 + 1", {"output_type": "stream", "name": "stdout", "text": ["a\n"]},
                        {"output_type": "execute_result", "execution_count": 3, "metadata": {},
                         "data": {"text/plain": ["2"], "text/html": "<b>2</b>"}}, count=3),
                   code("boom()", {"output_type": "error", "ename": "E", "evalue": "x",
                                   "traceback": ["\x1b[0;31mE\x1b[0m Traceback", "\x1b]8;;u\x07E: x"]}),
                   cell("raw", "as is"))
        text, about = self.good("n.ipynb")
        self.assertEqual(text, "[notebook of python, nbformat 4, 4 cells]\n"
                               "[cell 1: markdown]\n# Title\ntext\n"
                               "[cell 2: code, In [3]]\nprint('a')\n1 + 1\n[output: stdout]\na\n"
                               "[output: result, text/plain]\n2\n"
                               "[cell 3: code, not executed]\nboom()\n[output: error]\nE Traceback\nE: x\n"
                               "[cell 4: raw]\nas is\n")
        self.assertEqual(about, {
            "path": "/workspace/n.ipynb", "size_bytes": about["size_bytes"], "type": "notebook", "nbformat": 4,
            "hash": hash_of((self.workspace / "n.ipynb").read_bytes()), "language": "python", "total_cells": 4,
            "cells": [{"number": 1, "type": "markdown"}, {"number": 2, "type": "code", "execution_count": 3},
                      {"number": 3, "type": "code"}, {"number": 4, "type": "raw"}],
            "images": 0, "more": False, "truncated": False})

    def test_selected_cells(self):
        self.write(*(code(f"x{n}") for n in range(1, 7)))
        for cells, numbers in (("3", [3]), ("2-4", [2, 3, 4]), ("1,5-", [1, 5, 6]), ("5 , 1-2", [1, 2, 5]),
                               ("6-9", [6]), ("1-3,2-4", [1, 2, 3, 4])):
            with self.subTest(cells):
                text, about = self.good("n.ipynb", cells=cells)
                self.assertEqual([one["number"] for one in about["cells"]], numbers)
                self.assertEqual([line for line in text.splitlines() if line.startswith("x")],
                                 [f"x{n}" for n in numbers])
        self.assertIn("[the notebook ends with cell 6]", self.good("n.ipynb", cells="6-9")[0])
        self.assertEqual(self.bad("n.ipynb", cells="7-"),
                         'argument "cells": past the end: /workspace/n.ipynb has 6 cells')
        for cells in ("", "0", "3-1", "a", "1,,2", "-3", "1-2-3", "1,", "9999999999"):
            with self.subTest(cells):
                self.assertEqual(self.bad("n.ipynb", cells=cells),
                                 'argument "cells": expected numbers and ranges from 1 on, like "3", "2-5" or "1,4-", '
                                 f'got "{cells}"')

    def test_pictures(self):
        whole, cut = png(), png()[:-5]
        self.write(code("plot()", *({"output_type": "display_data", "metadata": {}, "data": {
            "text/plain": "<Figure>", "image/png": base64.b64encode(image).decode() + "\n"}} for image in (whole, cut))))
        result = self.read("n.ipynb")
        self.assertEqual([block["type"] for block in result["content"]], ["text", "image", "text"])
        self.assertEqual(base64.b64decode(result["content"][1]["data"], validate=True), whole)
        self.assertTrue(result["content"][0]["text"].endswith("[output: image/png]\n"))
        self.assertIn("[output: image/png, not shown: it ends too early]\n[output: display, text/plain]\n<Figure>\n",
                      result["content"][2]["text"])
        self.assertEqual(result["structuredContent"]["images"], 1)
        self.assertIn("not shown: there is no room for it in max_image_bytes",
                      self.good("n.ipynb", max_image_bytes=10)[0])

    def test_long_outputs_are_cut(self):
        self.write(code("x", {"output_type": "stream", "name": "stderr", "text": "line\n" * 5000}))
        text, about = self.good("n.ipynb")
        self.assertIn("[output: stderr]\nline\n", text)
        self.assertTrue(text.endswith("\n[cut: 25000 bytes in all]\n"))
        self.assertLess(len(text), 9000)
        self.assertIs(about["truncated"], True)

    def test_max_bytes_says_how_to_go_on(self):
        self.write(*(code("y" * 70 + f"\nx{n}") for n in range(1, 30)))
        seen, cells = [], "1-"
        while cells:
            text, about = self.good("n.ipynb", max_bytes=1024, cells=cells)
            seen += [line for line in text.splitlines() if line.startswith("x")]
            cells = text.split('go on with cells="')[1].split('"')[0] if about["more"] else None
        self.assertEqual(seen, [f"x{n}" for n in range(1, 30)])
        self.write(code("z\n" * 2000), code("next"))
        text, about = self.good("n.ipynb", max_bytes=1024)
        self.assertTrue(text.endswith('[max_bytes reached within cell 1; go on with cells="2-"]\n'))

    def test_nothing_in_a_cell_passes_for_a_line_of_the_tool(self):
        self.write(code("[cell 9: code]\n[output: stdout]\n[1, 2]"))
        self.assertEqual(self.good("n.ipynb")[0].splitlines()[2:], [" [cell 9: code]", " [output: stdout]", "[1, 2]"])

    def test_nbformat_3(self):
        self.put("n.ipynb", json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{
            "cells": [{"cell_type": "heading", "level": 1, "source": "Title"},
                      {"cell_type": "code", "language": "python", "input": ["1+1"], "prompt_number": 7, "outputs": [
                          {"output_type": "pyout", "prompt_number": 7, "text": ["2"]},
                          {"output_type": "stream", "stream": "stderr", "text": "warn"},
                          {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["tb"]}]}]}]}))
        self.assertEqual(self.good("n.ipynb")[0],
                         "[notebook, nbformat 3, 2 cells]\n[cell 1: heading]\nTitle\n[cell 2: code, In [7]]\n1+1\n"
                         "[output: result, text/plain]\n2\n[output: stderr]\nwarn\n[output: error]\ntb\n")

    def test_the_json_itself_by_lines(self):
        self.put("n.ipynb", '{"nbformat": 4,\n"cells": []}\n')
        self.assertEqual(self.good("n.ipynb", offset=2)[0], "     2\t\"cells\": []}\n[a notebook's JSON; without "
                                                            "offset, limit and ranges its cells are shown]\n")

    def test_what_is_no_notebook_is_text(self):
        for contents in ("{", "[]", '{"nbformat": 5, "cells": []}', '{"nbformat": 4}', "[" * 100000, "\ufeff{}",
                         '{"nbformat": 4, "cells": {}}'):
            with self.subTest(contents[:20]):
                self.put("n.ipynb", contents)
                text, about = self.good("n.ipynb")
                self.assertTrue(text.startswith("     1\t"))
                self.assertTrue(text.endswith("[shown as text: it is no notebook of nbformat 3 or 4]\n"), text[-200:])
                self.assertEqual(about["hash"], hash_of(contents.encode()))

    def test_notebooks_that_lie(self):
        for cells in ([None], [7], ["x"], [[]], [{}], [{"cell_type": 3, "source": {}, "outputs": "x"}],
                      [{"cell_type": "code", "source": [1, None], "outputs": [None, {}, {"output_type": "stream"},
                       {"output_type": "display_data", "data": []}, {"output_type": "error", "traceback": 3}]}],
                      [{"cell_type": "x" * 5000 + "]\n[cell 2: code]", "source": "\x00\x1b[", "metadata": 1}]):
            with self.subTest(str(cells)[:40]):
                self.write(*cells)
                text, about = self.good("n.ipynb")
                self.assertEqual((about["total_cells"], text.count("\n[cell ")), (1, 1))

    def test_wrong_arguments_for_the_kind(self):
        self.write(code("x"))
        self.put("f", "x\n")
        self.assertEqual(self.bad(cells="1"), 'argument "cells": /workspace/f is no notebook; lines are chosen with '
                                              'offset, limit or ranges')
        self.assertEqual(self.bad(pages="1"), 'argument "pages": /workspace/f is no PDF document')
        self.assertEqual(self.bad("n.ipynb", cells="1", offset=1),
                         'argument "cells": not together with offset, limit or ranges')


if __name__ == "__main__":
    unittest.main()
