"""The inputs that every runtime is given: the examples of the tools' manifests, and what else can depend on the runtime."""
import base64
import json
import zlib

from runtimes import PROGRAMS, TOOLS, Case
from programs_test import read_cases
from support import box

PLAIN = ("read", "write", "edit", "glob", "grep")           # tools that start nothing


def examples(tool, **options):
    """The examples of a tool's manifest; those of a narrower grant are left out."""
    manifest = json.loads(box("tool", "show", "--json", tool).stdout)
    for example in manifest["examples"]:
        if not example.get("allow"):
            yield Case(f"{tool}: {example['says']}", TOOLS / f"{tool}.wasm", json.dumps(example["arguments"]).encode(),
                       example.get("files", {}), **options)


def png(width, height):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    rows = b"".join(b"\0" + bytes(x * y % 256 for x in range(width)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0") +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pdf():
    stream = zlib.compress(b"BT /F1 24 Tf 72 720 Td (Portable text) Tj ET")
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
               b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    out, at = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>startxref\n%d\n%%%%EOF" % len(out)


TREE = {f"tree/d{i % 17:02}/n{i:04}.{'c' if i % 3 else 'h'}": f"int x{i};\n// todo {i}\n" for i in range(700)}
MIXED = {
    "a.txt": "alpha\nbeta\ngamma\n", "b.txt": "no end", "crlf.txt": "one\r\ntwo\r\n", "bom.txt": b"\xef\xbb\xbfx\n",
    "wide.txt": "h\u00e9llo\n\u65e5\u672c\n", "utf16.txt": "\ufeffhi\n".encode("utf-16-le"), "bad.txt": b"ok\xff\xfe\nmore\n",
    "empty": "", "zero.bin": b"\0\1\2\3" * 300, "long.txt": "x" * 300000 + "\nend\n", "big.txt": "0123456789abcdef\n" * 60000,
    "sub/deep/er/f.md": "# t\n", ".hidden": "h\n", ".gitignore": "*.log\n/out/\n", "x.log": "l\n", "out/y.txt": "beta\n",
    "sub/.gitignore": "!z.log\n", "sub/z.log": "beta\n", "\u65e5\u672c.txt": "beta\n", "sp ace.txt": "beta\n", "d": {"dir": True},
    "to_a": {"link": "a.txt"}, "to_sub": {"link": "sub"}, "dangling": {"link": "nowhere"}, "loop1": {"link": "loop2"},
    "loop2": {"link": "loop1"}, "sub/up": {"link": "../a.txt"}, "absolute": {"link": "/etc/passwd"},
    "out_of": {"link": "../../../../etc/passwd"}, "p.pdf": pdf(), "i.png": png(40, 30),
}

# tool, files, arguments (an object, or bytes as they are)
CALLS = [
    *[("read", MIXED, {"path": path}) for path in MIXED],
    *[("read", MIXED, {"path": path}) for path in (
        ".", "/workspace", "/workspace/", "/workspace/../workspace/a.txt", "sub/../a.txt", "a.txt/", "a.txt/x", "./sub//deep/er/f.md",
        "/etc/passwd", "../etc/passwd", "/", "/tmp", "to_sub/deep/er/f.md", "sub/deep/../../a.txt", "n" * 300, "d/" * 2000 + "x",
        "nul\0byte", "a.tx", "A.TXT", "sub/deep")],
    ("read", MIXED, {"path": "big.txt", "offset": 59000, "limit": 10}),
    ("read", MIXED, {"path": "big.txt", "hash": True, "max_bytes": 1024}),
    ("read", MIXED, {"path": "i.png", "max_image_bytes": 0}),
    ("read", TREE, {"path": "tree", "limit": 5}), ("read", TREE, {"path": "tree/d03"}),
    ("read", {}, {"path": "."}), ("read", {}, b""), ("read", {}, b"[]"), ("read", {}, b'{"path":3}'), ("read", {}, b'{"path":"a","path":"a"}'),
    ("read", {}, b'{"path":"a"} x'), ("read", {}, b"{" * 100000), ("read", {}, {"path": "a", "what": 1}),
    ("write", {}, {"path": "new/deep/er/f.txt", "content": "x\n"}), ("write", MIXED, {"path": "a.txt", "content": "alpha\nBETA\n"}),
    ("write", MIXED, {"path": "to_a", "content": "by the link\n"}), ("write", MIXED, {"path": "dangling", "content": "made\n"}),
    ("write", MIXED, {"path": "loop1", "content": "x"}), ("write", MIXED, {"path": "absolute", "content": "x"}),
    ("write", MIXED, {"path": "out_of", "content": "x"}), ("write", MIXED, {"path": "d", "content": "x"}),
    ("write", MIXED, {"path": "a.txt/x", "content": "x"}), ("write", MIXED, {"path": "/etc/x", "content": "x"}),
    ("write", MIXED, {"path": "../x", "content": "x"}), ("write", MIXED, {"path": "d/", "content": "x"}),
    ("write", MIXED, {"path": "empty", "content": ""}), ("write", MIXED, {"path": "b.txt", "content": " more", "append": True}),
    ("write", MIXED, {"path": "n.txt", "content": "new", "append": True}), ("write", {}, {"path": "n" * 255, "content": "x"}),
    ("write", {}, {"path": "n" * 256, "content": "x"}), ("write", {}, {"path": "w.bin", "content": "/wA=", "encoding": "base64"}),
    ("write", {}, {"path": "w.bin", "content": "/wA", "encoding": "base64"}), ("write", {}, {"path": "big", "content": "y" * 3000000}),
    ("write", MIXED, {"path": "to_sub/new.txt", "content": "x"}), ("write", MIXED, {"path": "a.txt", "content": "x", "create_only": True}),
    ("write", MIXED, {"path": "to_a", "content": "x", "create_only": True}), ("write", {}, {"path": "c.txt", "content": "x", "create_only": True}),
    ("write", MIXED, {"path": "a.txt", "content": "x", "if_hash": "sha256:" + "0" * 64}), ("write", {}, {"path": "d\u00e9/\u65e5.txt", "content": "x"}),
    ("edit", MIXED, {"path": "a.txt", "old_string": "beta", "new_string": "BETA"}), ("edit", MIXED, {"path": "to_a", "old_string": "a", "new_string": "b", "replace_all": True}),
    ("edit", MIXED, {"path": "crlf.txt", "old_string": "one\ntwo", "new_string": "1\n2"}), ("edit", MIXED, {"path": "bom.txt", "old_string": "x", "new_string": "y"}),
    ("edit", MIXED, {"path": "big.txt", "old_string": "9abc", "new_string": "", "replace_all": True}),
    ("edit", MIXED, {"path": "utf16.txt", "old_string": "hi", "new_string": "ho"}), ("edit", MIXED, {"path": "zero.bin", "old_string": "hi", "new_string": "ho"}),
    ("edit", MIXED, {"path": "nope", "old_string": "a", "new_string": "b"}), ("edit", MIXED, {"path": "d", "old_string": "a", "new_string": "b"}),
    ("edit", MIXED, {"path": "dangling", "old_string": "a", "new_string": "b"}), ("edit", MIXED, {"path": "sub/up", "insert_line": 0, "text": "first"}),
    ("edit", MIXED, {"path": "/etc/passwd", "old_string": "root", "new_string": "b"}), ("edit", MIXED, {"path": "a.txt", "old_string": "bet", "new_string": "b", "if_hash": "sha256:1"}),
    ("glob", TREE, {"pattern": "**/*.h"}), ("glob", MIXED, {"pattern": "**"}), ("glob", MIXED, {"pattern": "**", "ignore": False, "hidden": True}),
    ("glob", MIXED, {"pattern": "*.txt", "sort": "mtime"}), ("glob", MIXED, {"pattern": "*", "path": "to_sub"}), ("glob", MIXED, {"pattern": "*", "path": "a.txt"}),
    ("glob", MIXED, {"pattern": "*", "path": "nope"}), ("glob", MIXED, {"pattern": "*", "path": "/etc"}), ("glob", TREE, {"pattern": "n06*.c", "limit": 7, "offset": 3}),
    ("glob", MIXED, {"pattern": "{a,b}.txt"}), ("glob", {}, {"pattern": "*"}),
    ("grep", TREE, {"pattern": "todo 6\\d\\d", "limit": 1000}), ("grep", MIXED, {"pattern": "beta"}), ("grep", MIXED, {"pattern": "beta", "ignore": False, "hidden": True}),
    ("grep", MIXED, {"pattern": "BETA", "case": "insensitive", "mode": "count"}), ("grep", MIXED, {"pattern": "\\w+", "path": "wide.txt"}),
    ("grep", MIXED, {"pattern": "9abc", "mode": "count"}), ("grep", MIXED, {"pattern": ".", "path": "zero.bin"}), ("grep", MIXED, {"pattern": "x{1000}", "mode": "files"}),
    ("grep", MIXED, {"pattern": "hi", "path": "utf16.txt"}), ("grep", MIXED, {"pattern": "alpha", "path": "to_a"}), ("grep", MIXED, {"pattern": "a", "path": "to_sub"}),
    ("grep", MIXED, {"pattern": "a\\nb", "multiline": True}), ("grep", MIXED, {"pattern": "a", "path": "dangling"}), ("grep", MIXED, {"pattern": "a", "path": "/etc/passwd"}),
    ("grep", MIXED, {"pattern": "(", "path": "."}), ("grep", MIXED, {"pattern": "(a|b)*c", "path": "big.txt", "limit": 3, "context": 2}),
]


def calls():
    for number, (tool, files, arguments) in enumerate(CALLS):
        stdin = arguments if isinstance(arguments, bytes) else json.dumps(arguments).encode()
        yield Case(f"{tool} {number}: {stdin[:100].decode()}", TOOLS / f"{tool}.wasm", stdin, files)


WORDS = b"pear 3\napple 1\nfig 2\napple 1\n"
# box, command line, standard input, files
COMMANDS = [
    ("text", "sort", WORDS, {}), ("text", "sort -rnk2", WORDS, {}), ("text", "uniq -c", WORDS, {}), ("text", "cut -d|-f1", b"a|b\n", {}),
    ("text", "wc a.txt wide.txt big.txt", b"", MIXED), ("text", "tail -n2 a.txt big.txt", b"", MIXED), ("text", "head -c5", WORDS, {}),
    ("text", "tr a-z A-Z", WORDS, {}), ("text", "sha256sum a.txt zero.bin nope", b"", MIXED), ("text", "cat nope a.txt", b"", MIXED),
    ("text", "base64", bytes(range(256)), {}), ("text", "base64 -d", base64.b64encode(bytes(range(256))), {}), ("text", "od -c zero.bin", b"", MIXED),
    ("text", "seq 1 3 20", b"", {}), ("text", "printf %5.2f|%x\\n 3.14159 255", b"", {}), ("text", "split -l1 a.txt part.", b"", MIXED),
    ("text", "tee out.txt", WORDS, {}), ("text", "tac", WORDS, {}), ("text", "nosuch", b"", {}), ("text", "sort --help", b"", {}),
    ("files", "ls", b"", {name: MIXED[name] for name in MIXED}), ("files", "ls -RF sub", b"", MIXED), ("files", "find . -name *.txt -size -2", b"", {}),
    ("files", "find sub -type f", b"", {name: MIXED[name] for name in ("sub/deep/er/f.md",)}), ("files", "cp -r sub copy", b"", MIXED),
    ("files", "mv a.txt moved.txt", b"", MIXED), ("files", "mv nope x", b"", MIXED), ("files", "rm -r sub", b"", MIXED), ("files", "rm d", b"", MIXED),
    ("files", "rmdir d", b"", MIXED), ("files", "mkdir -p x/y/z", b"", {}), ("files", "mkdir d", b"", MIXED), ("files", "ln -s a.txt l", b"", MIXED),
    ("files", "ln a.txt hard", b"", MIXED), ("files", "readlink to_a", b"", MIXED), ("files", "readlink -f to_sub/up", b"", MIXED), ("files", "stat -c %n:%s:%F:%Y a.txt d to_a", b"", MIXED),
    ("files", "touch -d @1600000000 a.txt new", b"", MIXED), ("files", "truncate -s 3 a.txt", b"", MIXED), ("files", "du -b a.txt", b"", MIXED),
    ("files", "dd if=a.txt bs=3 skip=1 count=2 status=none", b"", MIXED), ("files", "tree", b"", {name: MIXED[name] for name in ("sub/deep/er/f.md", "to_a", "d")}),
    ("files", "file a.txt i.png p.pdf zero.bin d", b"", MIXED), ("files", "date -u -d @86400 +%F_%T", b"", {}), ("files", "basename /a/b.c .c", b"", {}),
    ("files", "bc", b"scale=20; 2^100; s(1); 1/3\n", {}), ("files", "pwd", b"", {}), ("files", "env", b"", {}), ("files", "test -f a.txt", b"", MIXED),
    ("files", "ls nope", b"", {}), ("files", "realpath sub/../a.txt", b"", MIXED), ("files", "cmp a.txt b.txt", b"", MIXED),
    ("lines", "grep -rn beta .", b"", MIXED), ("lines", "rg beta", b"", MIXED), ("lines", "grep -c .", WORDS, {}), ("lines", "sed s/a/b/g", WORDS, {}),
    ("lines", "sed -i s/beta/x/ a.txt", b"", MIXED), ("lines", "awk {s+=$2}END{print|s,sqrt(s)}", WORDS, {}), ("lines", "awk {print|>\"o.\"$1}", WORDS, {}),
    ("lines", "sed -n $p big.txt", b"", MIXED), ("lines", "grep -P (?<=a)l a.txt", b"", MIXED),
    ("diff", "diff -u a.txt b.txt", b"", MIXED), ("diff", "cmp a.txt b.txt", b"", MIXED), ("diff", "diff -rq sub d", b"", MIXED),
    ("diff", "patch a.txt", b"--- a\n+++ b\n@@ -1,3 +1,3 @@\n alpha\n-beta\n+BETA\n gamma\n", MIXED),
    ("jq", "jq .a[1:],(.b|@base64)", b'{"a":[1,2.50,1e1000,"\\u00e9"],"b":"x"}', {}), ("jq", "jq -n [range(5)]|add/3", b"", {}), ("jq", "jq .", b"{", {}),
    ("jq", "jq -c paths", b'{"a":{"b":[1]}}', {}), ("jq", "jq -n 1|todate", b"", {}),
    ("archive", "tar cf t.tar --mtime=@0 a.txt sub", b"", {name: MIXED[name] for name in ("a.txt", "sub/deep/er/f.md", "sub/z.log")}), ("archive", "gzip -nc big.txt", b"", MIXED),
    ("archive", "xz -c a.txt", b"", MIXED), ("archive", "zstd -qc big.txt", b"", MIXED), ("archive", "bzip2 -k a.txt", b"", MIXED), ("archive", "zip -qX z.zip a.txt", b"", {"a.txt": MIXED["a.txt"]}),
    ("archive", "tar tf nope.tar", b"", {}),
]


def commands():
    """Programs of the boxes, as if by themselves; a | in a word is a space."""
    for number, (name, line, stdin, files) in enumerate(COMMANDS):
        words = line.split(" ")
        if name == "text" and words[0] == "cut" or name in ("jq", "lines"):
            words = [word if name == "jq" and "paths" not in word and "|" in word and "print" not in word and words[0] == "jq"
                     else word.replace("|", " ") if "print" in word else word for word in words]
        yield Case(f"{name} {number}: {line}", PROGRAMS / f"{name}.wasm", stdin, files, words[0], tuple(words[1:]))


def shell_examples():
    yield from examples("bash", env={"BOXAGNTS_TOOL": "1"}, programs=True)


def scripts(path):
    """The cases of tests/programs/X.cases, as scripts of the shell."""
    for name, parts in read_cases(path):
        yield Case(f"{path.stem}: {name}", TOOLS / "bash.wasm", argv0="bash", args=("-c", "\n".join(parts["script"])), programs=True)


# What a model's commands do: pipelines, here-documents, substitution, files, errors, /dev and /bin.
SHELL = [
    "sort a.txt b.txt | uniq -c | sort -rn", "grep -rn beta . | wc -l", "cat nope; echo $?", "x=$(wc -c <a.txt); echo $((x + 1))",
    "for f in *.txt; do printf '%s %s\\n' \"$f\" \"$(head -c3 \"$f\" | xxd -p)\"; done", "cat <<E | tr a-z A-Z\nhere $((1+1))\nE",
    "find . -name '*.txt' -exec wc -c {} + | sort", "find . -type f | sort | xargs -n2 echo", "mkdir -p x/y && cp a.txt x/y && mv x/y/a.txt x/b && ls -R x",
    "tar cf - sub | tar tf - | sort", "gzip -nc big.txt | gunzip | cmp - big.txt && echo same", "jq -n '{a: [range(3)]}' | jq -c .a",
    "awk '{print $1 | \"sort -r\"}' a.txt", "sed -n 1p a.txt >&2; echo out", "cat <(echo one) <(echo two)", "echo x | tee y z | cat; cat y z",
    "type sort cd; command -v grep", "(cd sub; pwd); pwd", "exit 3", "nosuch; echo $?", "echo a >/nope/f; echo $?", "true | false; echo ${PIPESTATUS[*]}",
    "yes | head -n 3", "seq 1 100000 | tail -n 1", "echo $$ >/dev/null; echo ok >/dev/stderr", "head -c 3 /dev/zero | od -An -c", "cat /dev/fd/0 </dev/null; echo $?",
    "diff -u a.txt b.txt; echo $?", "read -r l <a.txt; echo \"[$l]\"", "exec 3>log; echo a >&3; echo b >&3; exec 3>&-; cat log", "bash -c 'echo $0 $1' me you",
    "printf '#!/bin/bash\\necho script $1\\n' >s.sh; chmod +x s.sh; ./s.sh arg", "timeout 5 echo in time", "env -i A=1 env", "sleep 0.01; echo slept",
    "echo $(( $(date +%s) > 1700000000 ))", "test -L to_a && readlink to_a", "ls -l to_a | cut -c1-10", "rm -r sub; ls", "f() { return 4; }; f | cat; f; echo $?",
    "trap 'echo bye' EXIT; echo hi", "echo a | while read l; do echo \"<$l>\"; done", "wait; echo $?", "sleep 0 & wait $!; echo $?",
]


def shell_calls():
    for number, command in enumerate(SHELL):
        yield Case(f"bash {number}: {command[:80]}", TOOLS / "bash.wasm", json.dumps({"command": command}).encode(), MIXED,
                   env={"BOXAGNTS_TOOL": "1"}, programs=True)
