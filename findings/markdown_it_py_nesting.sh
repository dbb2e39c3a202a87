#!/usr/bin/env bash
# markdown-it-py, preset "commonmark": text inside of twenty quotes or more.
#
# The preset is the strict reader that the port is tested with against CommonMark's own examples, and CommonMark 0.31.2 (section 3)
# knows no limit on how deep blocks stand inside of each other. One would expect the text of a quote in a quote to be there whatever
# the depth. What happens: the preset stops at 20 levels (its option maxNesting) and drops what is deeper without an error; the
# quotes are there, and empty. commonmark.py, a port of the reference implementation, keeps it. Who measures a converter with this
# reader has to set maxNesting, or takes text that was converted rightly for lost.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" >/dev/null
"$folder/venv/bin/pip" -q install markdown-it-py==4.3.0 mdurl==0.1.2 commonmark==0.9.1 >/dev/null 2>&1 ||
    { echo "the packages cannot be had here"; exit 77; }
seen=$("$folder/venv/bin/python" - <<'EOF'
import commonmark
import markdown_it

for depth in (19, 20, 40):
    text = "> " * depth + "words\n"
    for name, html in (("markdown-it-py", markdown_it.MarkdownIt("commonmark").render(text)),
                       ("markdown-it-py, maxNesting 100", markdown_it.MarkdownIt("commonmark", {"maxNesting": 100}).render(text)),
                       ("commonmark.py", commonmark.commonmark(text))):
        print(f"{depth} quotes, {name}: {html.count('<blockquote>')} kept, text {'kept' if 'words' in html else 'lost'}")
EOF
)
expected='19 quotes, markdown-it-py: 19 kept, text kept
19 quotes, markdown-it-py, maxNesting 100: 19 kept, text kept
19 quotes, commonmark.py: 19 kept, text kept
20 quotes, markdown-it-py: 20 kept, text lost
20 quotes, markdown-it-py, maxNesting 100: 20 kept, text kept
20 quotes, commonmark.py: 20 kept, text kept
40 quotes, markdown-it-py: 20 kept, text lost
40 quotes, markdown-it-py, maxNesting 100: 40 kept, text kept
40 quotes, commonmark.py: 40 kept, text kept'
echo "markdown-it-py 4.3.0, commonmark.py 0.9.1, $(python3 --version)"
echo "expected: the text kept at every depth; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
