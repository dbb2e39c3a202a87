/* file/read.h - the `read` tool: a file as numbered lines, as an image, or described; a notebook by
 * its cells, a PDF document by its pages, a directory by its entries; docs/tools.md has the
 * contract.  All state is in bx_reader, so one process can make many calls. */
#ifndef BX_FILE_READ_H
#define BX_FILE_READ_H

#include "file/picks.h"
#include "lib/result.h"
#include "lib/sha256.h"
#include "lib/source.h"

enum {
    BX_READ_LINE_CHARS = 2000, /* of a line that are shown */
    BX_READ_LINE_BYTES = BX_READ_LINE_CHARS * 4,
    BX_READ_RANGES_MAX = 100,
    BX_READ_HASH_ALWAYS = 8 << 20, /* bytes: larger files are hashed only when that is asked for */
    BX_READ_HASH_MAX = 256 << 20,  /* and larger ones never */
    BX_READ_NOTEBOOK_MAX =
        20 << 20,               /* bytes of a notebook, whose values take nearly three times that */
    BX_READ_PDF_MAX = 32 << 20, /* bytes of a PDF document, which is held whole, too */
};

typedef struct bx_read_line { /* one line of the file, decoded and cut */
    char text[BX_READ_LINE_BYTES];
    size_t n;
    uint64_t chars; /* all of them, the cut ones too */
    bool has_cr;    /* a carriage return that is not shown yet: is it the line ending? */
    bx_utf8 utf8;
} bx_read_line;

typedef struct bx_read_range { /* lines, as they are asked for or as they are shown */
    int64_t offset, limit;
} bx_read_range;

typedef struct bx_read_view { /* what is shown, and what has to be said about it */
    int64_t next;             /* the line to go on with */
    int64_t first, last;      /* lines shown; 0: none */
    int64_t total;            /* lines of the file, or -1 */
    bool is_full;             /* max_bytes ended it, or the call's output limit: */
    bool is_output_full;
    size_t used; /* bytes of text */
    int64_t cut_lines, lf, crlf, lone_cr, nul, bad;
    int64_t wide; /* characters of more than one byte */
} bx_read_view;

typedef struct bx_reader {
    struct { /* what is asked for */
        const char *path;
        int64_t max_bytes, max_image_bytes;
        bx_read_range ranges[BX_READ_RANGES_MAX]; /* in order, none touches another */
        size_t n_ranges;
        bool has_lines; /* offset, limit or ranges were given */
        bool has_list;  /* ranges were given */
        bool has_pages, has_cells;
        int64_t hash_max; /* bytes of a file that is read to its end for its hash */
        bx_picks picks;   /* of pages or cells */
    } ask;
    int64_t size;  /* bytes of the file when it was opened */
    uint64_t rest; /* bytes of output that are kept for what is not text */
    bool hashes;   /* every byte read so far is in `hash` */
    bx_hash hash;
    bx_result result;
    bx_source source;
    bx_read_line line;
    bx_read_view view;
} bx_reader;

/* One call: arguments from descriptor `in`, the result to `out`.  Returns what main returns. */
int bx_read_run(bx_reader *r, int in, int out);

#endif
