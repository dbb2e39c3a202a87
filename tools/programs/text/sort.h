/* text/sort.h - the parts of sort (POSIX sort; GNU). */
#ifndef TEXT_SORT_H
#define TEXT_SORT_H

#include "programs/text/text.h"

typedef enum sort_by {
    SORT_TEXT,
    SORT_NUMERIC, /* -n */
    SORT_GENERAL, /* -g */
    SORT_HUMAN,   /* -h */
    SORT_MONTH,   /* -M */
    SORT_VERSION, /* -V */
    SORT_RANDOM,  /* -R */
} sort_by;

typedef struct sort_key {
    uint64_t from_field, from_char; /* 0-based; what -k F.C says less 1 */
    uint64_t to_field, to_char;     /* to_field UINT64_MAX: to the end of the line; to_char 0: to
                                       the end of field to_field */
    bool skip_from, skip_to;        /* b */
    unsigned kinds;                 /* bits 1 << sort_by that were asked for */
    sort_by by;                     /* what sort_rules_finish made of them */
    bool fold, dictionary, printable, reverse;
} sort_key;

typedef struct sort_rules {
    sort_key *keys; /* none: `global` over the whole line */
    size_t n_keys;
    sort_key global; /* options without -k */
    int tab;         /* -1: fields begin with the blanks between them */
    char end;
    bool stable, unique;
    bool plain; /* lines as bytes, no other rule but perhaps reverse */
    bool last_resort;
    uint64_t seed;
} sort_rules;

typedef struct sort_item { /* a line in memory */
    uint64_t cache;
    const char *key; /* what is compared now, after -d, -f and -i */
    size_t n_key;
    const char *p; /* the line; NULL: not to be printed (-u) */
    size_t n;
} sort_item;

typedef struct sort_line { /* a line while merging */
    uint64_t cache; /* of the first key: a smaller one sorts first; equal ones must be compared */
    const char *p;
    size_t n;
} sort_line;

/* -k's text; ends the program with sort's messages. */
void sort_key_parse(const char *text, sort_key *ret);
/* One of sort's option letters applied to a key; false: it is none. */
bool sort_key_letter(sort_key *k, char c, bool from_part, bool to_part);
bool sort_key_is_default(const sort_key *k);
/* Obsolete "+F.C" and "-F.C". */
bool sort_key_old(const char *text, bool begin, sort_key *ret);

void sort_rules_finish(sort_rules *r); /* inheritance of global options, `plain` and so on */

/* The part of the line that the key is. */
bx_str sort_key_part(const sort_rules *r, const sort_key *k, bx_str line);

/* The order of two lines by their keys and, where it applies, as a whole. */
int sort_compare(const sort_rules *r, const sort_line *a, const sort_line *b);
int sort_compare_keys(const sort_rules *r, bx_str a, bx_str b);
uint64_t sort_cache(const sort_rules *r, bx_str line);

/* A key's texts are compared, without regard to its -r.  The cache is smaller where the text comes
 * first; *ret_all: it says all, equal caches are equal texts.  sort_translate makes of a key's text
 * what -d, -f and -i say and returns its length; `to` has room for s.n bytes. */
int sort_kind_compare(const sort_rules *r, const sort_key *k, bx_str a, bx_str b);
uint64_t sort_kind_cache(const sort_rules *r, const sort_key *k, bx_str s, bool *ret_all);
bool sort_is_translated(const sort_key *k);
size_t sort_translate(const sort_key *k, bx_str s, char *to);

/* Sort in memory; lines stand in one text in their order, and behind each eight more bytes can be
 * read.  `spare`: room for as many again, or NULL where r->plain. */
void sort_lines(const sort_rules *r, sort_item *lines, sort_item *spare, size_t n);

/* The lines of b->p[0..n), some n_lines of them, sorted to `w`, where few are different and no key
 * or other order is asked for; false: it is not so, and nothing was written.  80 bytes behind b->n
 * can be read. */
bool sort_few(const sort_rules *r, const prog_buf *b, size_t n, size_t n_lines, prog_writer *w);

typedef struct sort_input { /* where lines come from */
    const char *name;
    int fd; /* -1: to be opened by name */
} sort_input;

/* Merge sorted inputs to `w`; inputs are closed.  Ends the program when one cannot be read. */
void sort_merge(const sort_rules *r, sort_input *in, size_t n, prog_writer *w);

BX_NORETURN void sort_fail(int error, const char *what, const char *name);

#endif
