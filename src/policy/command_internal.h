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
    bool awaits; /* a list around this one has such */
} scan;

/* Another list below `s`, of the text `in` from `i` on. */
scan bx_scan_below(const scan *s, bx_str in, size_t i);
void bx_scan_done(scan *s);

/* The line is uncertain from here on; false. */
bool bx_scan_doubt(scan *s, const char *why);
/* A line feed was read that ends no command: what follows may be a here-document. */
void bx_scan_line_feed(scan *s);
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

/* As bx_str_eq, for tables: every command is looked for in several, and most rows differ at once.
 */
static inline bool bx_word_is(bx_str w, const char *name)
{
    return w.n && w.p[0] == name[0] && bx_str_eq(w, bx_str_of(name));
}

enum { MAX_WORDS = 1024 };

typedef struct bx_words { /* of one command, each without the ' ' behind it */
    const bx_str *at;
    size_t n;
} bx_words;

static inline bool bx_word_is_known(bx_str w) { return w.n == 0 || !memchr(w.p, BX_WILD_ANY, w.n); }
/* Its name without the directory in front. */
bx_str bx_word_base(bx_str w);

/* Nothing is known of what the command number `within` starts. */
bool bx_scan_add_unknown(scan *s, size_t within);
/* It starts `name` with arguments that are not known. */
bool bx_scan_add_some(scan *s, const char *name, size_t within);
/* It starts a shell with the words as its text. */
bool bx_scan_add_text(scan *s, const bx_words *w, size_t from, size_t to, size_t within);
/* It writes to `file`, as an option says. */
bool bx_scan_add_write(scan *s, bx_str file, size_t of);

/* A word of the command that is not known may be an option that writes or starts something. */
bool bx_scan_add_open(scan *s, size_t of);

/* What options and small scripts (sed, awk) make of the command number `i`, beside what its kind
 * is for: what they start, and which files they write. */
bool bx_options_known(bx_str name);
bool bx_scan_options(scan *s, const bx_words *w, size_t i);

/* What a script may do that no option says. */
enum { BX_SCRIPT_STARTS = 1, BX_SCRIPT_WRITES = 2 };
unsigned bx_script_of_sed(bx_str text); /* whatever is not understood: both */
unsigned bx_script_of_awk(bx_str text);

/* What is in scan.buf is a command, whose words begin at `words`. */
bool bx_scan_add(scan *s, size_t words);
bool bx_scan_put(scan *s, char c); /* onto scan.buf */

#endif
