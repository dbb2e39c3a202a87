#include "fetch/window.h"

static bool begins_char(char c) { return ((unsigned char)c & 0xc0) != 0x80; }

wf_window wf_window_of(bx_str text, uint64_t offset, uint64_t max)
{
    wf_window w = {{text.p + text.n, 0}, 0, 0};
    size_t from = text.n, to = text.n, line = 0;
    uint64_t line_chars = 0, keep = max - max / 5;
    for (size_t i = 0; i < text.n; i++) {
        if (!begins_char(text.p[i]))
            continue;
        uint64_t at = w.chars++;
        if (at == offset)
            from = i;
        if (at < offset)
            continue;
        if (at - offset == max) {
            to = i;
            w.next = at;
        }
        if (at - offset < max && at - offset + 1 >= keep && text.p[i] == '\n') {
            line = i + 1;
            line_chars = at + 1;
        }
    }
    if (w.next && line > from) {
        to = line;
        w.next = line_chars;
    }
    w.shown = (bx_str){text.p + from, to - from};
    return w;
}
