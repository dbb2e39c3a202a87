/* common/prog.h - what all multi-call programs share: choosing the program by its name, options,
 * messages, numbers, names in quotes, memory.  Input and output: prog_io.h; characters:
 * prog_text.h. One thread.  Messages and exit statuses are those of GNU's programs in the C locale.
 *
 * Functions that are said to end the program write out `prog_out` first and do not return. */
#ifndef PROG_H
#define PROG_H

#include "base/defs.h"

#include <errno.h>

/* ---- programs ------------------------------------------------------------------------------- */

typedef struct prog_entry {
    const char *name;
    int (*run)(int argc, char **argv); /* returns the exit status */
    const char *help;                  /* the text of --help */
} prog_entry;

/* The whole of main: enters the working directory, finds the program that the last component of
 * argv[0] names (or argv[1], where that is `box` or no program), runs it, writes out `prog_out`.
 * Returns the exit status: 127 for a name that is in no table; 1 (prog_status) when standard output
 * could not be written. */
int prog_main(int argc, char **argv, const char *box, const prog_entry *table, size_t n);

extern const char *prog_name;       /* argv[0], for messages */
extern const prog_entry *prog_self; /* the program that runs */
extern int prog_status;             /* exit status of prog_die and failed writes; 1 */
extern int prog_usage_status;       /* exit status of usage errors; 1 */

/* Write out prog_out, say so when that fails, end with `status`. */
BX_NORETURN void prog_exit(int status);

/* For programs that parse no options: when argv[1] alone is --help or --version, answer and end. */
void prog_only_help(int argc, char **argv);

/* ---- messages -------------------------------------------------------------------------------- */

/* "NAME: …\n" to standard error, after what prog_out holds.  `error`: an errno, 0 for none; its
 * text follows after ": ". */
void prog_warn(int error, const char *format, ...) BX_PRINTF(2, 3);
BX_NORETURN void prog_die(int error, const char *format, ...) BX_PRINTF(2, 3);

/* "NAME: FILE: <errno's text>", FILE as prog_quotef tells it. */
void prog_warn_file(int error, const char *file);

/* "NAME: …\nTry 'NAME --help' for more information.\n", then the end with prog_usage_status.
 * `format` NULL: the second line only. */
BX_NORETURN void prog_usage(const char *format, ...) BX_PRINTF(1, 2);

/* As glibc's strerror; what only WASI has (ENOTCAPABLE) is "Permission denied". */
const char *prog_strerror(int error);

/* A name for a message; valid until seven further calls of any of these three.
 * quotef: bare, in shell quotes where it holds anything odd or is empty (GNU quotef);
 * quoteaf: always in shell quotes (GNU quoteaf); quote: 'NAME' with C escapes (GNU quote). */
const char *prog_quotef(const char *name);
const char *prog_quoteaf(const char *name);
const char *prog_quote(const char *name);

/* ---- options --------------------------------------------------------------------------------- */

typedef struct prog_long {
    const char *name;
    enum { PROG_NO_ARG, PROG_ARG, PROG_MAY_ARG } arg;
    int value; /* what prog_opt returns; use values >= 256 for options without a letter */
} prog_long;

typedef struct prog_opts {
    int argc;
    char **argv;        /* operands are moved behind the options */
    const char *shorts; /* as of getopt: "ab:c::"; '+' first: stop at the first operand; '-' first:
                           operands are returned as 1, with `arg` */
    const prog_long *longs; /* ended by {0}; NULL: none.  --help and --version are always there */
    char *arg;              /* the argument of the option, or NULL */
    int next;               /* after -1: argv[next..argc) are the operands */
    const char *rest;       /* private: further letters of this word */
    int first;              /* private: operands passed over are argv[first..next) */
} prog_opts;

/* Begin with {argc, argv, shorts, longs} and the rest 0.  Returns the option's letter or value, -1
 * at the end.  Long names may be shortened.  Unknown, ambiguous or incomplete options end the
 * program as prog_usage does; --help and --version as they do. */
int prog_opt(prog_opts *o);

/* ---- numbers --------------------------------------------------------------------------------- */

typedef enum prog_num {
    PROG_NUM_OK,
    PROG_NUM_OVERFLOW, /* *ret is the nearest number there is */
    PROG_NUM_SUFFIX,   /* a number with something behind it that is no suffix */
    PROG_NUM_INVALID,
} prog_num;

/* A decimal number with a multiplier as GNU's xstrtoumax reads it.  `suffixes`: the letters allowed
 * ("" none): b 512, c 1, w 2, k K M G T P E Z Y powers of 1024; with "0" among them also kB MB …
 * (1000) and KiB MiB … (1024); NULL: anything may follow, *end tells where.  Blanks and '+' may
 * stand before it, '-' only for prog_int. */
prog_num prog_uint(const char *s, const char *suffixes, uint64_t *ret);
prog_num prog_int(const char *s, const char *suffixes, int64_t *ret);

/* The same within min..max, or the end with "NAME: WHAT: 'S'" (and ": Value too large for defined
 * data type" where it is too large). */
uint64_t prog_uint_or_die(const char *s, const char *suffixes, uint64_t min, uint64_t max,
                          const char *what);

/* Decimal digits of `n` into out[0..20]; how many.  No NUL. */
size_t prog_digits(uint64_t n, char out[20]);

/* As ls -h and du -h: 1023, "1.0K", rounded up; `base` 1024 or 1000. */
void prog_human(uint64_t n, unsigned base, char out[24]);

/* ---- memory: never NULL; without memory the program ends with "NAME: memory exhausted" ----------
 */

void *prog_alloc(size_t n);
void *prog_zalloc(size_t n, size_t size);
void *prog_realloc(void *p, size_t n, size_t size);
char *prog_strndup(const char *p, size_t n);
BX_NORETURN void prog_no_memory(void);

/* Room for at least one more of `size` bytes beyond `used`: doubles *cap. */
void *prog_grow(void *p, size_t *cap, size_t used, size_t size);

typedef struct prog_buf { /* all zero: empty.  Not NUL-terminated. */
    char *p;
    size_t n, cap;
} prog_buf;

void prog_buf_room(prog_buf *b, size_t more); /* at least `more` bytes behind b->n */
void prog_buf_put(prog_buf *b, const void *p, size_t n);
void prog_buf_free(prog_buf *b);
char *prog_buf_z(prog_buf *b); /* with a NUL behind its bytes */

static inline void prog_buf_putc(prog_buf *b, char c)
{
    if (b->n == b->cap)
        prog_buf_room(b, 1);
    b->p[b->n++] = c;
}

#endif
