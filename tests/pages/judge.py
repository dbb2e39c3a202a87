#!/usr/bin/env python3
"""Judge the Markdown of web_fetch over real pages: judge.py FOLDER... [--pages N] [--main] [--show KIND|all] [--with COMMAND].

FOLDER/<package>/... holds unpacked documentation packages (tests/pages/fetch-pages brings them).  N pages of each (5)
are served on loopback and fetched.  The Markdown is read back by a strict CommonMark reader (markdown-it-py, with GFM's
tables and strike-through), and what that reader sees is compared with what an HTML parser (html5lib) sees on the page:

  words   each word, wherever it stands                code   each <pre>, byte for byte
  tables  each row of a table of data: its cells       links  each link: its text and where it leads
  lists   each item: depth, kind, and its own words

Recall: how much of the page the Markdown means; precision: how much of what it means is on the page; in percent.
--show prints what differs.  --with judges another converter: HTML on its standard input, Markdown on its standard output;
it gets the page's URL as its last argument.  --main judges `main_content`: the F measure of its words against those of
the element that MAIN below names for the package's generator, trafilatura beside it (0 where it is not installed).
Needs html5lib and markdown-it-py."""
import argparse
import collections
import concurrent.futures
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import unicodedata
import urllib.parse

import html5lib
from markdown_it import MarkdownIt

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BOX = os.environ.get("BOXAGNTS", str(ROOT / "build/boxagnts"))
TOOL = os.environ.get("BOXAGNTS_TOOLS", str(ROOT / "build/tools")) + "/web_fetch.wasm"
KINDS = ("words", "code", "tables", "links", "lists")
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
UNSHOWN = set("script style noscript template svg iframe audio video canvas head title object math textarea datalist".split())
BLOCKS = set("address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure "
             "footer form frame h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav noframes ol option "
             "p plaintext pre search section select summary table tbody td tfoot th thead tr ul xmp img input button".split())
SIGNS = {"", "¶", "#", "§", "🔗", "link", "anchor", ""}
NUMBERS = re.compile(r"\b(linenos|linenodiv|lineno|gutter|listing_lines|line-?numbers?|blob-num|ttc)\b")


def tag(e):
    return e.tag.rpartition("}")[2] if isinstance(e.tag, str) else ""


def is_permalink(e):
    href = e.get("href") or ""
    return tag(e) == "a" and "#" in href and "".join(e.itertext()).strip() in SIGNS and e.find(".//img") is None


def hidden(e, pre=False):
    style = (e.get("style") or "").replace(" ", "").lower()
    return (tag(e) in UNSHOWN or not isinstance(e.tag, str) or e.get("hidden") is not None or "display:none" in style
            or (tag(e) == "dialog" and e.get("open") is None) or (not pre and is_permalink(e))
            or (tag(e) in ("span", "td", "div", "pre", "a") and NUMBERS.search(e.get("class") or "")) or "katex-html" in (e.get("class") or ""))


def is_grid(e):
    """Javadoc's tables of <div>."""
    return tag(e) == "div" and bool(re.search(r"\b(summary-table|details-table)\b", e.get("class") or ""))


def words_of(text):
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text))


def pieces(e, pre=False):
    """The visible text below `e`, with blanks where blocks begin and end."""
    if hidden(e, pre):
        return
    block = tag(e) in BLOCKS and not pre
    if tag(e) == "br":
        yield "\n" if pre else " "
    if tag(e) == "a" and e.get("href") is not None and not pre and not any(not hidden(c) and c.get("alt") for c in e.iter("img")) \
            and not "".join(e.itertext()).strip():
        yield e.get("aria-label") or e.get("title") or ""  # what a link without text is told as
    if tag(e) == "img":
        pixel = e.get("width") == "1" and e.get("height") == "1"
        blank = "" if pre else " "
        yield blank + ("" if pixel else e.get("alt") or "") + blank
    if block:
        yield " "
    yield e.text or ""
    for child in e:
        yield from pieces(child, pre)
        yield child.tail or ""
    if block:
        yield " "


def text_of(e, pre=False):
    return "".join(pieces(e, pre))


def code_text(e):
    if tag(e) == "div":
        lines = [text_of(line, True) for line in e.iter() if tag(line) == "div" and line.get("class") == "line"]
        return "\n".join(lines)
    return text_of(e, True)


def code_key(text):
    """Byte for byte, but for empty lines around, blanks at the very end, and no-break spaces, which count as blanks."""
    return re.sub(r"^(?:[ \t]*\n)+", "", text.replace("\u00a0", " ")).rstrip()


# The element that holds a page's content, the first of these that is there: id, class or role, or an element's name.
DOCBOOK = ("refentry", "sect1", "section", "chapter", "preface", "appendix", "index", "part", "article", "reference")
MAIN = {
    "apache2-doc": ("page-content",), "asciidoctor-doc": ("content",), "git-doc": ("content",), "nodejs-doc": ("apicontent",),
    "cmake-doc": ("main", "body"), "python3.11-doc": ("main", "body"), "mkdocs-doc": ("main",), "rust-doc": ("main",),
    "doxygen-doc": ("contents",), "libeigen3-doc": ("contents",), "libcommons-lang3-java-doc": ("main",),
    "libcommons-io-java-doc": ("main", "contentContainer"), "libjsoup-java-doc": ("main", "contentContainer"),
    **dict.fromkeys(("debian-reference-en", "docbook-xsl-doc-html", "libcairo2-doc", "libglib2.0-doc", "postgresql-doc-15"), DOCBOOK),
}


class Look:
    """What is on a page."""

    def __init__(self, html, base, is_page):
        parse = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False,
                               **({"transport_encoding": None} if isinstance(html, bytes) else {}))
        self.parents = {c: p for p in parse.iter() for c in p}
        self.base, self.is_page, self.tree = base, is_page, parse
        found = parse.find(".//base[@href]")
        if is_page and found is not None:
            self.base = urllib.parse.urljoin(base, found.get("href").strip())
        self.found = {kind: collections.Counter() for kind in KINDS}
        body = parse.find("body")
        if body is not None:
            self.found["words"].update(words_of(text_of(body)))
            self.walk(body, 0, None, False)

    def walk(self, e, depth, kind, in_cell):
        if hidden(e):
            return
        name = tag(e)
        listing = self.is_page and name == "div" and e.get("class") == "fragment"
        if name in ("pre", "listing", "xmp") or listing:
            if not in_cell and code_key(code_text(e)):
                self.found["code"][code_key(code_text(e))] += 1
            return
        if name == "a":
            self.link(e)
        if name == "table":
            if not self.layout(e):
                self.table(e)
                for cell in self.cells(e):
                    self.walk_children(cell, 0, None, True)
                return
            in_cell = False
        if self.is_page and is_grid(e):
            self.grid(e)
            for child in e:
                self.walk_children(child, 0, None, True)
            return
        if name in ("ul", "ol", "menu", "dir", "select"):
            kind, depth = "ol" if name == "ol" else "ul", depth + 1
        if name in ("li", "option") and not in_cell:
            own = " ".join(words_of(self.own_text(e))[:6])
            if own:
                self.found["lists"][(depth or 1, kind or "ul", own)] += 1
        self.walk_children(e, depth, kind, in_cell)

    def walk_children(self, e, *rest):
        for child in e:
            self.walk(child, *rest)

    def own_text(self, e):
        """Of an item, without the lists, tables and code in it."""
        if hidden(e):
            return ""
        out = [e.text or ""]
        for child in e:
            name = tag(child)
            gap = " " if name in BLOCKS else ""
            if name == "a" and not "".join(child.itertext()).strip():
                out.append(text_of(child))
            elif name in ("ul", "ol", "menu", "dir", "select", "pre") or is_grid(child):
                out.append(" ")
            elif name == "table" and not self.layout(child):
                out += [" ", *(text_of(c) for c in child if tag(c) == "caption"), " "]
            else:
                out += [gap, " " + (child.get("alt") or "") + " " if name == "img" else self.own_text(child), gap]
            out.append(child.tail or "")
        return "".join(out)

    def link(self, e):
        href = (e.get("href") or "").strip()
        if e.get("href") is None or re.match(r"(?i)\s*(javascript|data|vbscript|file):", href):
            return
        words = " ".join(words_of(text_of(e)))
        if not words or sum(tag(c) in BLOCKS - {"br", "img"} for c in e.iter() if c is not e) > 1:
            return  # around several blocks it becomes several links
        try:
            url = urllib.parse.urljoin(self.base, re.sub(r"[\t\r\n]", "", href))
        except ValueError:
            return
        self.found["links"][(words, urllib.parse.unquote(url).rstrip("/"))] += 1

    def cells(self, table):
        return [c for c in table.iter() if tag(c) in ("td", "th", "caption")]

    def layout(self, table):
        """Does it lay out the page?  Never so in Markdown."""
        if not self.is_page:
            return False
        inside = [c for c in table.iter() if c is not table]
        if table.get("role") in ("presentation", "none") or any(re.fullmatch("table|h[1-6]", tag(c)) for c in inside):
            return True
        rows = [[c for c in r if tag(c) in ("td", "th")] for r in inside if tag(r) == "tr"]
        numbers = any(tag(c) == "td" and NUMBERS.search(c.get("class") or "") for c in inside)
        return numbers or not any(len(r) > 1 for r in rows) and not any(tag(c) == "th" for c in inside)

    def table(self, table):
        for row in table.iter():
            if tag(row) == "tr" and not hidden(row):
                cells = [" ".join(words_of(text_of(c))) for c in row if tag(c) in ("td", "th")]
                cells = tuple(c for c in cells if c)
                if cells:
                    self.found["tables"][cells] += 1


    def grid(self, e):
        rows, ended = [], False
        for child in e:
            name = child.get("class") or ""
            if not rows or re.search(r"\bcol-(first|deprecated-item-name)\b", name) or ended:
                rows.append([])
            rows[-1].append(" ".join(words_of(text_of(child))))
            ended = "col-last" in name
        for row in rows:
            cells = tuple(c for c in row if c)
            if cells:
                self.found["tables"][cells] += 1


class Server(http.server.ThreadingHTTPServer):
    """The pages of some folders, at /<index of the folder>/<path>."""

    def __init__(self, folders):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                _, index, path = urllib.parse.unquote(self.path).split("/", 2)
                data = (pathlib.Path(folders[int(index)]) / path).read_bytes()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def fetch(url, main):
    arguments = {"url": url, "max_chars": 1000000, "main_content": main}
    port = urllib.parse.urlsplit(url).port
    done = subprocess.run([BOX, "exec", "--limit", "output=16MiB", "--limit", "wall=60s", "--allow", f"fetch:http://127.0.0.1:{port}",
                           "--allow-network", "127.0.0.0/8", TOOL], input=json.dumps(arguments).encode(), capture_output=True, check=True)
    text = json.loads(done.stdout)["content"][0]["text"]
    return text.split("\n\n", 1)[1] if "\n\n" in text else ""


def convert(page, url, command, main=False):
    if command:
        return subprocess.run([*command.split(), url], stdin=open(page, "rb"), capture_output=True, check=True).stdout.decode(errors="replace")
    return fetch(url, main)


def pages_of(folder, count):
    """`count` pages, spread evenly over the package: neither tiny nor huge ones."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*.htm*")):
        if path.is_file() and 2000 < path.stat().st_size < 300000 and not path.is_symlink():
            found.setdefault(path.name if path.name != "index.html" else str(path), path)
    found = list(found.values())
    step = max(1, len(found) // count)
    return found[step // 2::step][:count]


def decode(raw):
    """As the tool does, by the standard: html5lib reads only the first kilobyte for a charset."""
    found = re.search(rb"charset=[\"']?([-\w]+)", raw[:4096])
    try:
        name = found.group(1).decode().lower() if found else "utf-8"
        return raw.decode("cp1252" if name in ("iso-8859-1", "latin1", "us-ascii") else name)
    except (LookupError, UnicodeDecodeError):
        return raw.decode("cp1252", "replace")


def judge(job):
    package, page, url, command = job
    source = decode(page.read_bytes())
    truth = Look(source, url, True).found
    seen = Look(READER.render(convert(page, url, command)), url, False).found
    counts = {}
    for kind in KINDS:
        both = sum((truth[kind] & seen[kind]).values())
        counts[kind] = (both, sum(truth[kind].values()), sum(seen[kind].values()),
                        list((truth[kind] - seen[kind]).items()), list((seen[kind] - truth[kind]).items()))
    return package, page, counts


def percent(part, whole):
    return 100 * part / whole if whole else 100


def line(name, sums):
    return f"{name:28}" + "".join(f" {percent(b, t):6.2f}/{percent(b, s):6.2f}" for b, t, s in (sums[k] for k in KINDS))


def judge_markdown(jobs, show):
    total, by_package = collections.defaultdict(lambda: [0, 0, 0]), {}
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        for package, page, counts in pool.map(judge, jobs):
            mine = by_package.setdefault(package, collections.defaultdict(lambda: [0, 0, 0]))
            for kind, (both, true, seen, lost, made) in counts.items():
                for sums in (total[kind], mine[kind]):
                    sums[0] += both
                    sums[1] += true
                    sums[2] += seen
                if show in (kind, "all") and (lost or made):
                    print(f"--- {kind} {page}\n  lost {str(lost[:6])[:600]}\n  made {str(made[:6])[:600]}")
    print(f"{'recall/precision':28}" + "".join(f" {kind:>13}" for kind in KINDS))
    for package, sums in sorted(by_package.items()):
        print(line(package, sums))
    print(line(f"all, {len(jobs)} pages", total))


def body_words(html):
    return collections.Counter(words_of(text_of(html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False).find("body"))))


def f_measure(truth, seen):
    both = sum((truth & seen).values())
    return 2 * both / (sum(truth.values()) + sum(seen.values()))


def judge_main(job):
    """Package, page, F of the tool's words, F of trafilatura's; None: nobody says what the content is."""
    package, page, url, command = job
    source = decode(page.read_bytes())
    tree = html5lib.parse(source, treebuilder="etree", namespaceHTMLElements=False)
    for name in MAIN.get(package, ()):
        for e in tree.iter():
            if name == tag(e) or name == e.get("id") or name == e.get("role") or name in (e.get("class") or "").split():
                truth = collections.Counter(words_of(text_of(e)))
                if sum(truth.values()) < 60:
                    return None
                try:
                    import trafilatura
                    other = collections.Counter(words_of(trafilatura.extract(source, include_tables=True) or ""))
                except ImportError:
                    other = collections.Counter()
                seen = body_words(READER.render(convert(page, url, command, True)))
                return package, page, f_measure(truth, seen), f_measure(truth, other)
    return None


def judge_mains(jobs, show):
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        rows = [row for row in pool.map(judge_main, jobs) if row]
    mean = lambda values: sum(values) / len(values)
    print(f"{'F of main_content':28} pages  mean worst trafilatura")
    for package in sorted({row[0] for row in rows}):
        mine = [row for row in rows if row[0] == package]
        print(f"{package:28} {len(mine):5} {mean([r[2] for r in mine]):5.3f} {min(r[2] for r in mine):5.3f} {mean([r[3] for r in mine]):5.3f}")
    print(f"{'all':28} {len(rows):5} {mean([r[2] for r in rows]):5.3f} {min(r[2] for r in rows):5.3f} {mean([r[3] for r in rows]):5.3f}")
    for package, page, mine, _ in rows:
        if show and mine < 0.9:
            print(f"--- {mine:.3f} {page}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--pages", type=int, default=5)
    parser.add_argument("--main", action="store_true")
    parser.add_argument("--show", default="")
    parser.add_argument("--with", dest="command", default="")
    a = parser.parse_args()
    packages = sorted(str(p) for folder in a.folders for p in pathlib.Path(folder).iterdir() if p.is_dir())
    base = f"http://127.0.0.1:{Server(packages).server_address[1]}"
    jobs = [(pathlib.Path(p).name, page, f"{base}/{i}/{urllib.parse.quote(str(page.relative_to(p)))}", a.command)
            for i, p in enumerate(packages) for page in pages_of(p, a.pages)]
    (judge_mains if a.main else judge_markdown)(jobs, a.show)


if __name__ == "__main__":
    main()
