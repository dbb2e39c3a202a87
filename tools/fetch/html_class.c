#include "fetch/html_class.h"

#include "fetch/ascii.h"

enum {
    NUMBERS = WF_CLASS_NUMBERS,
    LISTING = WF_CLASS_LISTING,
    LINE = WF_CLASS_LINE,
    DOUBLE = WF_CLASS_DOUBLE,
    PERMALINK = WF_CLASS_PERMALINK,
    GRID = WF_CLASS_GRID,
    ROW = WF_CLASS_ROW | WF_CLASS_CELL,
    CELL = WF_CLASS_CELL,
    HEAD = WF_CLASS_HEAD,
};

#define NAME(text, flags) {text, sizeof(text) - 1, flags}

static const struct class_row {
    const char *name;
    size_t n;
    unsigned flags;
} rows[] = {
    NAME("anchor", PERMALINK),
    NAME("anchorjs-link", PERMALINK),
    NAME("blob-num", NUMBERS),
    NAME("col-constructor-name", CELL),
    NAME("col-deprecated-item-name", ROW),
    NAME("col-first", ROW),
    NAME("col-last", CELL | WF_CLASS_LAST),
    NAME("col-second", CELL),
    NAME("col-summary-item-name", CELL),
    NAME("copiable-link", PERMALINK),
    NAME("details-table", GRID),
    NAME("direct-link", PERMALINK),
    NAME("fragment", LISTING),
    NAME("gutter", NUMBERS),
    NAME("hash-link", PERMALINK),
    NAME("header-anchor", PERMALINK),
    NAME("headerlink", PERMALINK),
    NAME("headline-anchor", PERMALINK),
    NAME("hljs-ln-n", NUMBERS),
    NAME("hljs-ln-numbers", NUMBERS),
    NAME("katex-html", DOUBLE),
    NAME("line", LINE),
    NAME("line-number", NUMBERS),
    NAME("line-numbers", NUMBERS),
    NAME("line-numbers-rows", NUMBERS),
    NAME("lineno", NUMBERS),
    NAME("linenodiv", NUMBERS),
    NAME("linenos", NUMBERS),
    NAME("linenumber", NUMBERS),
    NAME("linenumbers", NUMBERS),
    NAME("listing_lines", NUMBERS),
    NAME("mark", PERMALINK),
    NAME("para", PERMALINK),
    NAME("permalink", PERMALINK),
    NAME("rouge-gutter", NUMBERS),
    NAME("selflink", PERMALINK),
    NAME("src-line-numbers", NUMBERS),
    NAME("summary-table", GRID),
    NAME("table-header", HEAD),
    NAME("ttc", DOUBLE),
};

static unsigned flags_of(bx_str word)
{
    size_t lo = 0, hi = BX_COUNT(rows);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2, n = word.n < rows[mid].n ? word.n : rows[mid].n;
        int d = memcmp(word.p, rows[mid].name, n);
        if (d == 0 && word.n == rows[mid].n)
            return rows[mid].flags;
        if (d < 0 || (d == 0 && word.n < rows[mid].n))
            hi = mid;
        else
            lo = mid + 1;
    }
    return 0;
}

unsigned wf_class_flags(const wf_tok *tok)
{
    bx_str s;
    unsigned flags = 0;
    if (!wf_tok_attr(tok, "class", &s))
        return 0;
    for (size_t i = 0; i < s.n;) {
        size_t end = i;
        while (end < s.n && !bx_is_space(s.p[end]))
            end++;
        if (end > i)
            flags |= flags_of((bx_str){s.p + i, end - i});
        i = end + 1;
    }
    return flags;
}
