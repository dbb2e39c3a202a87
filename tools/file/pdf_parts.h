/* file/pdf_parts.h - what the parts of the PDF reader share: objects, streams, fonts, and the
 * characters of a page on their way to lines. */
#ifndef BX_FILE_PDF_PARTS_H
#define BX_FILE_PDF_PARTS_H

#include "file/pdf.h"

enum {
    BX_PDF_OBJECTS_MAX = 1 << 20, /* numbers of objects that are believed */
    BX_PDF_PAGES_MAX = 100000,
    BX_PDF_DEPTH_MAX = 32,        /* of arrays and dictionaries, and of references to references */
    BX_PDF_ARENA_MAX = 24 << 20,  /* bytes of objects held at a time */
    BX_PDF_STREAM_MAX = 16 << 20, /* bytes that one stream becomes */
    BX_PDF_DECODED_MAX = 256 << 20, /* bytes that all streams become in one call */
    BX_PDF_WORK_MAX =
        400 << 20,             /* bytes that are read as objects in one call: some more than once */
    BX_PDF_CHARS_MAX = 200000, /* characters of one page */
    BX_PDF_FONTS_MAX = 96,     /* fonts of one page; half of them are kept for the next */
};

/* ---- objects (7.3) ---------------------------------------------------------------------- */

typedef enum bx_pdf_kind {
    BX_PDF_NULL,
    BX_PDF_BOOL,
    BX_PDF_NUMBER,
    BX_PDF_STRING,
    BX_PDF_NAME,
    BX_PDF_ARRAY,
    BX_PDF_DICT,
    BX_PDF_STREAM,
    BX_PDF_REF,
    BX_PDF_WORD, /* an operator of a content stream, or `endobj` and the like */
} bx_pdf_kind;

typedef struct bx_pdf_obj {
    bx_pdf_kind kind;
    uint32_t n; /* bytes of a string, name or word; items of an array; pairs of a dictionary */
    union {
        double number;
        bool truth;
        const char *text;               /* NUL-terminated; a string may hold NULs too */
        const struct bx_pdf_obj *items; /* of a dictionary: a name, its value, a name, ... */
        uint32_t ref;
    };
    uint32_t data;   /* of a stream: where in the file its bytes begin, */
    uint32_t begins; /* and where its object does */
} bx_pdf_obj;

typedef struct bx_pdf_lex {
    bx_pdf *pdf;
    const uint8_t *p;
    size_t n, at;
} bx_pdf_lex;

/* The next object; false at the end.  What is none is skipped or becomes null. */
bool bx_pdf_next(bx_pdf_lex *lex, bx_pdf_obj *ret);

/* So much was read that no more is: pdf->work is over its bound. */
bool bx_pdf_is_tired(bx_pdf *pdf);

bool bx_pdf_is_space(uint8_t c);
bool bx_pdf_is_delimiter(uint8_t c);
void bx_pdf_skip_space(bx_pdf_lex *lex); /* and comments */

bool bx_pdf_is(bx_pdf_obj o, const char *name);     /* a name or a word */
int64_t bx_pdf_int(bx_pdf_obj o, int64_t fallback); /* of a number, cut to 53 bits */
double bx_pdf_num(bx_pdf_obj o, double fallback);

/* What a reference leads to; any other object is itself. */
bx_pdf_obj bx_pdf_resolve(bx_pdf *pdf, bx_pdf_obj o);
/* The value of `key` in a dictionary or stream, as it stands there or resolved; null: not there. */
bx_pdf_obj bx_pdf_raw(bx_pdf_obj dict, const char *key);
bx_pdf_obj bx_pdf_get(bx_pdf *pdf, bx_pdf_obj dict, const char *key);
bx_pdf_obj bx_pdf_item(bx_pdf *pdf, bx_pdf_obj array, size_t i); /* resolved; null beyond its end */

/* ---- memory ----------------------------------------------------------------------------- */

typedef struct bx_pdf_chunk bx_pdf_chunk;
typedef struct bx_pdf_arena { /* objects live until it is rewound to before them */
    bx_pdf_chunk *last;
    size_t used, total;
} bx_pdf_arena;
typedef struct bx_pdf_mark {
    bx_pdf_chunk *last;
    size_t used;
} bx_pdf_mark;

void *bx_pdf_alloc(bx_pdf *pdf, size_t n); /* NULL: no memory, or too much of it */
bx_pdf_mark bx_pdf_here(const bx_pdf *pdf);
void bx_pdf_rewind(bx_pdf *pdf, bx_pdf_mark mark);

/* ---- the document ----------------------------------------------------------------------- */

typedef struct bx_pdf_entry { /* of the cross-reference: where an object is */
    enum { BX_PDF_FREE, BX_PDF_PLAIN, BX_PDF_PACKED } is;
    uint32_t at;    /* in the file, or the number of the object stream */
    uint32_t index; /* in the object stream */
} bx_pdf_entry;

typedef struct bx_pdf_packed { /* an object stream, decoded */
    uint32_t number;           /* 0: none */
    bx_buf bytes;
    uint32_t *places; /* number and offset of each object */
    size_t n;
} bx_pdf_packed;

typedef struct bx_pdf_page {
    bx_pdf_obj page;              /* a reference, or the dictionary */
    bx_pdf_obj resources, rotate; /* inherited, if it has none of its own */
    float box[4];                 /* of the medium: left, bottom, right, top */
} bx_pdf_page;

struct bx_pdf {
    const uint8_t *p;
    size_t n;
    bx_pdf_arena arena;
    bx_pdf_obj *stack; /* items of the arrays that are being read */
    size_t stack_n, stack_cap;
    unsigned depth; /* of objects that are needed to read objects */
    bx_pdf_entry *entries;
    size_t n_entries;
    bx_pdf_obj trailer;
    struct bx_pdf_crypt *crypt; /* owned; NULL: nothing is encrypted, as far as one knows yet */
    bool is_rebuilt;
    bool is_damaged; /* something was not read since it was last set to false */
    size_t decoded;  /* bytes that streams became so far */
    size_t work;     /* of reading objects, so far */
    bx_pdf_packed packed[4];
    unsigned next_packed;
    bx_pdf_page *pages;
    size_t n_pages;
    struct bx_pdf_font *fonts[BX_PDF_FONTS_MAX];
    size_t n_fonts;
};

/* pdf_xref.c: fill pdf->entries and pdf->trailer.  Rebuilding scans the file for objects. */
void bx_pdf_read_xref(bx_pdf *pdf);
void bx_pdf_rebuild(bx_pdf *pdf);
bool bx_pdf_set_entry(bx_pdf *pdf, uint32_t number, bx_pdf_entry entry, bool replaces);
/* The object that begins at `at` with "N G obj"; its number in *ret_number.  False: none does. */
bool bx_pdf_object_at(bx_pdf *pdf, size_t at, uint32_t *ret_number, bx_pdf_obj *ret);
/* Its number and generation alone. */
bool bx_pdf_number_at(bx_pdf *pdf, size_t at, uint32_t *ret_number, uint32_t *ret_generation);
/* The object stream `number`, decoded, or NULL.  Until the next call. */
const bx_pdf_packed *bx_pdf_unpack(bx_pdf *pdf, uint32_t number);

/* pdf_filter.c: the stream's bytes without its filters.  False: a filter is unknown or there is no
 * memory; damaged data is kept as far as it goes. */
bool bx_pdf_decode(bx_pdf *pdf, bx_pdf_obj stream, bx_buf *ret);

/* pdf_crypt.c: fill pdf->crypt where the trailer says that there is encryption and an empty
 * password opens it.  NULL, or in words why nothing can be read. */
typedef struct bx_pdf_crypt bx_pdf_crypt;
const char *bx_pdf_unlock(bx_pdf *pdf);
/* The bytes `from` of a stream as they were before, behind `ret`.  Only with a pdf->crypt. */
bool bx_pdf_decrypt(bx_pdf *pdf, bx_pdf_obj stream, bx_str from, bx_buf *ret);

/* pdf_codec.c: one filter each (7.4), p[0..n) decoded behind `ret`, as far as it goes. */
bool bx_pdf_flate(const uint8_t *p, size_t n, bx_buf *ret);
void bx_pdf_lzw(const uint8_t *p, size_t n, bool early, bx_buf *ret);
void bx_pdf_ascii85(const uint8_t *p, size_t n, bx_buf *ret);
void bx_pdf_asciihex(const uint8_t *p, size_t n, bx_buf *ret);
void bx_pdf_runlength(const uint8_t *p, size_t n, bx_buf *ret);

/* pdf_pages.c: fill pdf->pages. */
void bx_pdf_read_pages(bx_pdf *pdf);

/* ---- fonts ------------------------------------------------------------------------------ */

typedef struct bx_pdf_cmap bx_pdf_cmap; /* codes to Unicode, and how long codes are */

enum { BX_PDF_UNITS_MAX = 16 }; /* code points one code can mean */

bx_pdf_cmap *bx_pdf_cmap_new(bx_pdf *pdf, const char *p, size_t n); /* NULL: no memory */
void bx_pdf_cmap_free(bx_pdf_cmap *m);
/* Bytes of the code that p[0..n) begins with, by the code space; 0: it has none. */
size_t bx_pdf_cmap_code(const bx_pdf_cmap *m, const uint8_t *p, size_t n, uint32_t *ret);
size_t bx_pdf_cmap_spaces(const bx_pdf_cmap *m); /* how many parts the code space has */
size_t bx_pdf_cmap_find(const bx_pdf_cmap *m, uint32_t code, uint32_t ret[BX_PDF_UNITS_MAX]);

/* pdf_names.c: Unicode of a glyph's name, the Adobe Glyph List's way; 0 code points: unknown. */
size_t bx_pdf_glyph(const char *name, size_t n, uint32_t ret[BX_PDF_UNITS_MAX]);
typedef enum bx_pdf_encoding {
    BX_PDF_STANDARD,
    BX_PDF_WIN,
    BX_PDF_MAC,
    BX_PDF_SYMBOL
} bx_pdf_encoding;
uint32_t bx_pdf_encoded(bx_pdf_encoding encoding, uint8_t code); /* 0: nothing */
/* Width in thousandths of an em of a character in the standard fonts. */
int bx_pdf_standard_width(const char *font, size_t n, uint32_t cp);

typedef struct bx_pdf_font bx_pdf_font;
typedef struct bx_pdf_glyph_info {
    size_t bytes;  /* of the code */
    double width;  /* in thousandths of the text space unit */
    bool is_space; /* the single-byte code 32, which word spacing widens */
    size_t n;      /* code points; 0: nobody knows what it means */
    uint32_t text[BX_PDF_UNITS_MAX];
} bx_pdf_glyph_info;

/* Kept by the document until bx_pdf_fonts_free; `ref` is the font as the resources name it.  NULL:
 * no memory, or BX_PDF_FONTS_MAX are kept already. */
const bx_pdf_font *bx_pdf_font_of(bx_pdf *pdf, bx_pdf_obj ref);
void bx_pdf_fonts_free(bx_pdf *pdf);
/* The glyph whose code p[0..n), n > 0, begins with. */
size_t bx_pdf_font_work(const bx_pdf_font *f); /* what reading one glyph costs, in pdf->work */
void bx_pdf_font_next(const bx_pdf_font *f, const uint8_t *p, size_t n, bx_pdf_glyph_info *ret);

/* ---- the characters of a page ----------------------------------------------------------- */

typedef struct bx_pdf_char {
    float x, y, end; /* turned so that its line runs to the right; y grows upwards */
    float size;
    uint32_t cp : 24, turn : 8; /* 0 to 3 quarters */
} bx_pdf_char;

typedef struct bx_pdf_chars {
    bx_pdf_char *of;
    size_t n, cap;
    bool is_full;
    int64_t unknown;
} bx_pdf_chars;

void bx_pdf_chars_add(bx_pdf_chars *c, bx_pdf_char one);

/* pdf_content.c: what the page shows, in the order it is drawn. */
void bx_pdf_show(bx_pdf *pdf, const bx_pdf_page *page, bx_pdf_chars *ret);

/* pdf_lines.c: characters to text.  False: there is no memory for it. */
bool bx_pdf_lines(const bx_pdf_chars *c, bx_buf *ret);

#endif
