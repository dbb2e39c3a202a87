/* fetch/html_tree.h - tokens to a well-nested sequence of open, text and close: the part of the
 * HTML standard's tree construction (section 13.2.6) that readers need: void elements, implied end
 * tags, scopes, misnested formatting, foreign content.  It keeps the stack of open elements only.
 * Where the standard reopens formatting in the next block, here it ends with the block it began in.
 */
#ifndef WF_HTML_TREE_H
#define WF_HTML_TREE_H

#include "fetch/html_tok.h"

enum { WF_MAX_DEPTH = 512 }; /* open elements; deeper ones are left out, their text is not */

typedef struct wf_elem {
    wf_tag tag;
    uint32_t hash;
    bool hidden;    /* set by the handler when it opens: no text of it is reported */
    size_t start;   /* offset of its start tag */
    size_t note[4]; /* the handler's own */
} wf_elem;

typedef struct wf_tree wf_tree;

typedef struct wf_tree_handler {
    /* An element opens; void ones too, which are not on the stack.  Not called below a hidden one.
     */
    void (*open)(void *ctx, wf_tree *tree, const wf_tok *tok, wf_elem *elem);
    /* It closes, `elem` no longer on the stack.  Not called for void elements or below a hidden
     * one. */
    void (*close)(void *ctx, wf_tree *tree, const wf_elem *elem);
    /* Text outside of hidden elements and raw text that is never shown. */
    void (*text)(void *ctx, wf_tree *tree, const wf_tok *tok);
    /* <title>'s content, the first one of the page only. */
    void (*title)(void *ctx, const wf_tok *tok);
} wf_tree_handler;

struct wf_tree {
    wf_tokenizer tok;
    const wf_tree_handler *handler;
    void *ctx;
    wf_elem open[WF_MAX_DEPTH];
    size_t n;
    size_t too_deep; /* open elements that found no place */
    size_t hidden;   /* hidden ones among the open */
    size_t foreign;  /* svg and math elements among the open */
    bool stop;       /* the handler has seen enough */
    bool title_seen;
};

/* Walk all of `in`.  `tree` is large, so the caller allocates it; it need not be cleared. */
void wf_tree_run(wf_tree *tree, bx_str in, const wf_tree_handler *handler, void *ctx);

/* The innermost open element of kind `tag`, or NULL. */
wf_elem *wf_tree_find(wf_tree *tree, wf_tag tag);

/* The element is not rendered: hidden attribute, display:none, a closed dialog, an element of
 * another namespace or without text. */
bool wf_elem_hidden(const wf_tok *tok);

#endif
