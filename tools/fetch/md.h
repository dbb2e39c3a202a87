/* fetch/md.h - writes Markdown (CommonMark with GFM tables, strikethrough and task lists) or plain
 * text: a stack of containers, one paragraph under construction, marks open in it.
 * Text arrives as it would reach a browser's inline layout; white space collapses here.
 * Failures are those of the output buffer and sticky there; `md` itself is bounded by it. */
#ifndef WF_MD_H
#define WF_MD_H

#include "base/buf.h"

enum {
    WF_MD_MAX_CONTAINERS = 32, /* quotes, list items and definitions; deeper ones are flattened */
    WF_MD_MAX_LEVELS = 19,     /* two each for items, one for quotes: readers drop what is deeper */
    WF_MD_MAX_MARKS = 64,      /* open marks; further ones are ignored */
};

typedef enum wf_mark_kind {
    WF_MARK_STRONG,
    WF_MARK_EM,
    WF_MARK_DEL,
    WF_MARK_SUP,
    WF_MARK_SUB,
    WF_MARK_LINK,
    WF_MARK_CODE,
} wf_mark_kind;

typedef struct wf_mark {
    wf_mark_kind kind;
    bool mute;    /* says nothing: repeats an open one, or does not fit here */
    bool open;    /* its opening is in the paragraph */
    bool used;    /* was ever opened */
    bool sign;    /* a link that may be no more than the sign of a permalink */
    size_t at;    /* paragraph offset of its opening */
    size_t body;  /* and of what follows it */
    size_t delim; /* STRONG, EM, DEL: index of its opening in `delims` */
    size_t text;  /* offset of its strings in `strings`: URL, NUL, label, NUL */
} wf_mark;

typedef enum wf_box_kind { WF_BOX_QUOTE, WF_BOX_ITEM, WF_BOX_DEFINITION } wf_box_kind;

typedef struct wf_container {
    wf_box_kind kind;
    char first[16]; /* in front of its first line */
    size_t width;   /* columns of the following lines */
    bool started;
} wf_container;

/* A list that ended, so that the next one is not read as its continuation. */
typedef struct wf_list_end {
    size_t at; /* length of the output by then */
    bool ordered, second;
} wf_list_end;

typedef enum wf_para_kind { WF_PARA, WF_HEADING, WF_CELL } wf_para_kind;

typedef struct wf_md {
    bx_buf *out;
    bool plain; /* plain text: no marks, no escapes */

    wf_container box[WF_MD_MAX_CONTAINERS];
    size_t depth, flattened;
    size_t low;        /* fewest containers since the last line */
    int gap;           /* line breaks due before the next line: 0, 1 or 2 */
    size_t para_depth; /* containers around the paragraph written last; SIZE_MAX: it was none */
    wf_list_end ended[WF_MD_MAX_CONTAINERS + 1]; /* by the number of quotes and items around */

    bx_buf para;
    wf_para_kind kind;
    int level;          /* of a heading */
    size_t line;        /* paragraph offset of the current line */
    bool space;         /* collapsed white space is due */
    size_t hard_spaces; /* and that many no-break spaces */
    int breaks;         /* and that many <br> */

    wf_mark marks[WF_MD_MAX_MARKS];
    size_t n_marks, ignored_marks;
    size_t base; /* marks below are outside of the current table cell */
    bx_buf strings;
    wf_mark closed; /* the code span closed last, to melt two neighbours into one */
    size_t closed_end;
    bool waiting;  /* a mark has not been opened yet */
    bx_buf delims; /* wf_delim each: emphasis of the paragraph, written when it ends */
    bx_buf marked; /* scratch: the paragraph with its emphasis */
} wf_md;

void wf_md_init(wf_md *md, bx_buf *out, bool plain);
void wf_md_done(wf_md *md);

/* Inline.  `s` is decoded UTF-8. */
void wf_md_text(wf_md *md, bx_str s);
void wf_md_br(wf_md *md);
void wf_md_space(wf_md *md); /* white space, collapsing */
/* Ready Markdown that is no text: an image, a check box. */
void wf_md_inline(wf_md *md, bx_str s);

/* Marks.  A link has a URL and perhaps a label, which stands in when it holds no text; an empty
 * URL makes a mark that says nothing. */
void wf_md_mark(wf_md *md, wf_mark_kind kind, bx_str url, bx_str label);
/* The link just begun vanishes when it holds nothing but the sign of a permalink. */
void wf_md_mark_sign(wf_md *md);
void wf_md_unmark(wf_md *md, wf_mark_kind kind); /* the innermost of that kind */

/* Blocks.  wf_md_block ends the paragraph, if there is one; what follows is a new block. */
void wf_md_block(wf_md *md);
void wf_md_heading(wf_md *md, int level); /* until the next wf_md_block */
void wf_md_rule(wf_md *md);
void wf_md_code(wf_md *md, bx_str language, bx_str text); /* fenced */
void wf_md_tight(wf_md *md); /* the next block follows without an empty line */

/* Containers. */
void wf_md_push_quote(wf_md *md);
void wf_md_push_item(wf_md *md, const char *marker); /* "- ", "12. " */
/* ": " in front of a paragraph.  CommonMark knows no such container, so any other block begins on a
 * line below, and nested ones are indented once. */
void wf_md_push_definition(wf_md *md);
void wf_md_pop(wf_md *md);

/* A list begins: true when another of its kind has just ended, so that it needs other markers to be
 * a list of its own.  `ended` is told when it is over. */
bool wf_md_list_begins(const wf_md *md, bool ordered);
void wf_md_list_ended(wf_md *md, bool ordered, bool second);

/* A table cell: what is written until wf_md_cell_end becomes one line, appended to `ret`. */
void wf_md_cell_begin(wf_md *md);
void wf_md_cell_end(wf_md *md, bx_buf *ret);

/* One ready line with the containers in front; `begin` first makes the gap to the block before, and
 * says whether what follows is a paragraph. */
void wf_md_begin_lines(wf_md *md, bool paragraph);
void wf_md_line(wf_md *md, bx_str line);
void wf_md_end_lines(wf_md *md);

#endif
