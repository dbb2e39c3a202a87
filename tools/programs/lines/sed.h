/* lines/sed.h - what the parts of sed share: the script, compiled.  One thread. */
#ifndef LINES_SED_H
#define LINES_SED_H

#include "programs/common/prog_io.h"
#include "regex/posix.h"

enum { SED_GROUPS = 10 };

typedef struct sed_output { /* a file that `w` writes, or standard output */
    prog_writer w;
    char *name;
    bool lacks_newline; /* what was written last was a line without its end */
    struct sed_output *next;
} sed_output;

typedef struct sed_address {
    enum {
        SED_NONE,
        SED_LINE,
        SED_ZERO, /* before the first line */
        SED_STEP, /* first~step */
        SED_LAST,
        SED_REGEX,
        SED_PLUS,    /* addr,+N */
        SED_MULTIPLE /* addr,~N */
    } kind;
    uint64_t n, step;
    bx_posix *regex; /* NULL: the one used last */
} sed_address;

typedef struct sed_part { /* of a replacement */
    enum { SED_TEXT, SED_GROUP, SED_CASE } kind;
    size_t at, n; /* TEXT: in `text`; GROUP: n is its number; CASE: n is L, U, l, u or E */
} sed_part;

typedef struct sed_subst {
    bx_posix *regex;
    prog_buf text;
    sed_part *parts;
    size_t n_parts, cap_parts;
    size_t groups; /* that have to be told, the match included */
    bool has_case, all, eval;
    unsigned print;
    uint64_t number;
    sed_output *file;
} sed_subst;

typedef struct sed_map { /* of y */
    uint8_t bytes[256];
    bool is_bytes;
    uint32_t *from, *to; /* code points, or 0x80000000 + a byte */
    size_t n;
} sed_map;

typedef struct sed_command {
    char c;
    bool negated, active; /* active: within its range */
    bool begun;           /* its range has been active */
    sed_address a1, a2;
    uint64_t end;   /* active: the line that ends the range, where that is a number */
    uint64_t value; /* q, Q: exit status; l: width, UINT64_MAX: the default */
    size_t jump;    /* b, t, T, {, and }: the command to go to */
    bx_str text;    /* a, i, c: text; r, R, w, W: file; :, b, t, T: label; e: command */
    sed_output *file;
    sed_subst *subst;
    sed_map *map;
    prog_reader *reader; /* R */
    size_t offset;       /* in the script */
} sed_command;

typedef struct sed_options {
    bool quiet, separate, extended, null_data, unbuffered, posix, sandbox, in_place, follow;
    const char *suffix; /* of the backup; NULL: none */
    uint64_t width;
} sed_options;

typedef struct sed_chunk { /* an -e or -f */
    size_t at;             /* in the script */
    const char *file;      /* NULL: -e */
    unsigned number;
} sed_chunk;

typedef struct sed_script {
    prog_buf text;
    sed_chunk *chunks;
    size_t n_chunks, cap_chunks;
    sed_command *c;
    size_t n, cap;
} sed_script;

extern sed_options sed_o;
extern sed_output sed_stdout, sed_stderr;

/* Compile; mistakes end the program with status 1. */
void sed_compile(sed_script *s);

/* An output file by name, opened once. */
sed_output *sed_open_output(bx_str name);

/* The escapes \a \f \n \r \t \v \cX \dNNN \oNNN \xHH at `p` behind a backslash.  Bytes taken, 0:
 * none of them. */
size_t sed_escape(const char *p, size_t n, char *ret);

/* Run the script over the operands; the exit status. */
int sed_run(sed_script *s, char **names, size_t n);

/* Replace in `space` what s says, into `out`, with `regex`.  False: nothing was found. */
bool sed_substitute(const sed_subst *s, bx_posix *regex, bx_str space, prog_buf *out);
void sed_translate(const sed_map *m, bx_str space, prog_buf *out);

#endif
