/* fetch/html_tok.h - HTML bytes to tokens: the tokenizer states of the HTML standard
 * (section 13.2.5), without the ones that only tell parse errors apart.  Pure; the tokens borrow
 * the input, which is UTF-8.  Never fails, linear in time, no memory of its own. */
#ifndef WF_HTML_TOK_H
#define WF_HTML_TOK_H

#include "base/buf.h"

typedef enum wf_tag {
    WF_TAG_OTHER, /* any name not in tags.def */
#define TAG(id, name, flags) WF_TAG_##id,
#include "fetch/tags.def"
#undef TAG
    WF_TAG_COUNT
} wf_tag;

enum { /* flags of a tag: see tags.def */
       WF_VOID = 1,
       WF_BLOCK = 2,
       WF_FORMAT = 4,
       WF_BARRIER = 8,
       WF_RAW = 16,
       WF_RAW_REFS = 32,
       WF_DROP = 64,
       WF_BREAKOUT = 128,
};
unsigned wf_tag_flags(wf_tag tag);

typedef enum wf_tok_kind { WF_TOK_EOF, WF_TOK_TEXT, WF_TOK_START, WF_TOK_END } wf_tok_kind;

/* Comments, doctypes and processing instructions are skipped. */
typedef struct wf_tok {
    wf_tok_kind kind;
    wf_tag tag;  /* START, END; of a TEXT: the raw-text element it is the content of, else OTHER */
    bx_str name; /* START, END: as written */
    uint32_t hash;              /* of a START or END that is OTHER: of the name in lower case */
    bx_str attrs;               /* START: what follows the name, the '>' included */
    const struct wf_attr *list; /* its first attributes; the tokenizer's, until the next token */
    size_t n_list;
    bool self_closing; /* START */
    bx_str text;       /* TEXT: as written */
    bool refs;         /* TEXT: character references count */
    size_t start;      /* offset of the token's first byte in the input */
} wf_tok;

enum { WF_LISTED_ATTRS = 12 };

typedef struct wf_attr {
    bx_str name, value;
} wf_attr;

typedef struct wf_tokenizer {
    wf_attr list[WF_LISTED_ATTRS];
    bx_str in;
    size_t at;
    wf_tag raw;   /* the raw-text element whose content comes next; OTHER: none */
    bool foreign; /* set by the caller inside svg and math: a self-closing tag has no content there
                   */
} wf_tokenizer;

static inline void wf_tokenizer_init(wf_tokenizer *t, bx_str in)
{
    t->in = in; /* the list is written before it is read */
    t->at = 0;
    t->raw = WF_TAG_OTHER;
    t->foreign = false;
}

/* The next token; EOF again and again at the end. */
wf_tok wf_tok_next(wf_tokenizer *t);

/* The attribute `name` (lower case), undecoded; the first one counts.  *ret is empty and the answer
 * true for an attribute without a value. */
bool wf_tok_attr(const wf_tok *tok, const char *name, bx_str *ret);

/* As wf_tok_attr, with character references decoded into `ret`, which is cleared first and bounded
 * by its own maximum; what goes beyond is cut. */
bool wf_tok_attr_text(const wf_tok *tok, const char *name, bx_buf *ret);

/* Decode the character references in `s` (HTML standard 13.2.5.72 to .80) onto `ret`.  In an
 * attribute, a name without its semicolon does not count before '=' or a letter or digit. */
void wf_decode_refs(bx_str s, bool in_attr, bx_buf *ret);

/* Append a code point as UTF-8; what is no scalar value becomes U+FFFD. */
void wf_add_utf8(bx_buf *b, uint32_t cp);

#endif
