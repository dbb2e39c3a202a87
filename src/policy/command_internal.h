/* policy/command_internal.h - what the parts of command_line.h share. */
#ifndef BX_POLICY_COMMAND_INTERNAL_H
#define BX_POLICY_COMMAND_INTERNAL_H

#include "policy/command_line.h"

enum { MAX_HEREDOCS = 8 };

typedef struct heredoc {
    uint32_t begin, end; /* its last line, in bx_line.text */
    bool quoted, tabs;   /* nothing in it is expanded; tabs at the beginning of lines go */
} heredoc;

typedef struct scan { /* one list of commands: a line, what is in parentheses, … */
    bx_str in;
    size_t i;
    bx_line *out;
    bx_buf buf;     /* the command that is being read */
    int32_t within; /* as in bx_line_command */
    unsigned depth;
    heredoc docs[MAX_HEREDOCS]; /* that begin behind the next line feed */
    size_t n_docs;
} scan;

/* Another list below `s`, of the text `in` from `i` on. */
scan bx_scan_below(const scan *s, bx_str in, size_t i);
void bx_scan_done(scan *s);

/* The line is uncertain from here on; false. */
bool bx_scan_doubt(scan *s, const char *why);
static inline bool bx_scan_ends(const scan *s) { return s->i >= s->in.n; }
static inline char bx_scan_at(const scan *s, size_t ahead)
{
    return s->i + ahead < s->in.n ? s->in.p[s->i + ahead] : '\0';
}

/* One word, onto scan.buf without the ' ' behind it. */
typedef struct scan_word {
    size_t begin;
    bool quoted; /* some of it was */
    bool vanish; /* nothing of it is certain: it may be no word, or several */
} scan_word;
bool bx_scan_word(scan *s, scan_word *ret);
/* From behind "((" to behind "))". */
bool bx_scan_arithmetic(scan *s);
/* The bodies of what `docs` has, from the beginning of a line on. */
bool bx_scan_heredocs(scan *s);

/* Commands up to `stop`: '\0' the end, ')' (taken), 'c' what ends an item of a case (left). */
bool bx_scan_commands(scan *s, char stop);
/* The same of another text, all of it; as what the command `within` starts. */
bool bx_scan_text(const scan *s, bx_str text, int32_t within);

/* What the command number `i` starts by being what it is.  False: uncertain. */
bool bx_scan_started(scan *s, size_t i);

/* What is in scan.buf is a command, whose words begin at `words`. */
bool bx_scan_add(scan *s, size_t words);
bool bx_scan_put(scan *s, char c); /* onto scan.buf */

#endif
