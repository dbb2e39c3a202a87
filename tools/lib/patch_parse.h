/* lib/patch_parse.h - a unified diff of one file, read into hunks.  Pure. */
#ifndef BX_LIB_PATCH_PARSE_H
#define BX_LIB_PATCH_PARSE_H

#include "base/buf.h"

typedef struct bx_patch_line {
    bx_str text;   /* without its line feed; borrowed from the patch */
    uint32_t hash; /* bx_patch_hash of the text */
    char op;       /* ' ', '-', '+' */
    bool no_lf;    /* the text it belongs to ends with it, without a line feed */
} bx_patch_line;

typedef struct bx_hunk {
    size_t line;  /* of the patch, counted from 1: where it begins */
    size_t first; /* of the old text, counted from 1: its first line; where it has none, the line in
                     front of which it inserts */
    size_t at, n; /* its lines in bx_patch.lines */
    size_t n_old; /* of these, those of the old text */
    size_t head, tail; /* lines of context at its beginning and end */
} bx_hunk;

typedef struct bx_patch {
    bx_patch_line *lines;
    size_t n_lines, cap_lines;
    bx_hunk *hunks;
    size_t n_hunks, cap_hunks;
    bool has_cr; /* a line of a hunk ends with a carriage return */
} bx_patch;

/* As bx_patch_apply.  Whatever it returns, bx_patch_done has to follow. */
BX_NODISCARD bx_code bx_patch_parse(bx_str text, const char *path, bx_patch *ret, bx_buf *why);
void bx_patch_done(bx_patch *p);

/* Of a line without its ending. */
uint32_t bx_patch_hash(bx_str line);

#endif
