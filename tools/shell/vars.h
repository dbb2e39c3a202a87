/* shell/vars.h - the variables, positional parameters and special parameters of the shell.
 *
 * One shell per process: the state is global, and `sh_shell` is that shell (its options, its
 * positional parameters in sh->params, its status, sh->line for LINENO).  Names are interned for
 * ever, so a syntax tree may keep a `sh_name *`.  Values handed out are borrowed until the next
 * change of any variable. Scopes are dynamic (bash): the visible binding of a name is the innermost
 * one. */
#ifndef BX_SHELL_VARS_H
#define BX_SHELL_VARS_H

#include "shell/ast.h"
#include "shell/mem.h"
#include "shell/shell.h"

enum {
    SH_A_EXPORT = 1,        /* -x */
    SH_A_READONLY = 2,      /* -r */
    SH_A_INTEGER = 4,       /* -i */
    SH_A_LOWER = 8,         /* -l */
    SH_A_UPPER = 0x10,      /* -u */
    SH_A_CAPITAL = 0x20,    /* -c */
    SH_A_NAMEREF = 0x40,    /* -n */
    SH_A_ARRAY = 0x80,      /* -a */
    SH_A_ASSOC = 0x100,     /* -A */
    SH_A_TRACE = 0x200,     /* -t */
    SH_A_SET = 0x1000,      /* it has a value (declared only: not) */
    SH_A_IGNORE = 0x2000,   /* assignments do nothing (GROUPS, FUNCNAME ...) */
    SH_A_TEMP = 0x4000,     /* binding of `A=1 cmd` */
    SH_A_DECLARED = 0x8000, /* `declare x`: exists without value and attributes */
    SH_A_SHOWN = SH_A_EXPORT | SH_A_READONLY | SH_A_INTEGER | SH_A_LOWER | SH_A_UPPER |
                 SH_A_CAPITAL | SH_A_NAMEREF | SH_A_ARRAY | SH_A_ASSOC | SH_A_TRACE,
};

typedef struct sh_var sh_var;
typedef struct sh_indexed sh_indexed; /* elements in the order of their index */
typedef struct sh_assoc sh_assoc;     /* in the order bash 5.2 lists them in */

typedef struct sh_name {
    struct sh_name *next;
    sh_var *var; /* the visible binding; NULL: none */
    uint32_t hash;
    uint32_t n;
    char text[];
} sh_name;

/* A variable whose value is made when it is looked at, or that must know of assignments. */
typedef struct sh_dynamic {
    void (*get)(sh_var *v);                    /* make the value current; may be NULL */
    bool (*set)(sh_var *v, const char *value); /* true: done, do not store; may be NULL */
} sh_dynamic;

/* A binding with attrs 0 is one that was unset: it may hide others, but does not exist. */
struct sh_var {
    sh_name *name;
    sh_var *outer;         /* the binding that this one hides */
    sh_var *next_in_scope; /* list of one scope */
    const sh_dynamic *dynamic;
    uint32_t attrs; /* SH_A_... */
    uint32_t scope; /* depth; 0: global */
    uint32_t stamp; /* the subshell that may change it without a note in the log */
    union {
        char *s;        /* scalar: n bytes and a NUL; NULL while not set */
        sh_indexed *ix; /* SH_A_ARRAY */
        sh_assoc *as;   /* SH_A_ASSOC */
    };
    size_t n, cap; /* of s */
};

extern shell *sh_shell;

/* --- start --- */

/* Defines the variables of the shell and takes the environment; exported functions
 * (BASH_FUNC_NAME%%=TEXT) go to `function` instead, which may be NULL. */
void sh_vars_init(shell *sh, char *const *environment,
                  void (*function)(shell *sh, const char *name, const char *text));
void sh_vars_done(void); /* frees all (for tests under a leak checker) */

/* --- names and reading --- */

sh_name *sh_name_of(const char *text, size_t n);
sh_name *sh_name_known(const char *text, size_t n); /* NULL: nobody ever used it */

/* The visible binding; a dynamic one is current.  `find` leaves namerefs alone; `follow` goes
 * through them ("circular name reference" is warned of: NULL) unless it names an element. */
sh_var *sh_var_find(const char *name);
sh_var *sh_var_follow(sh_var *v);
sh_name *sh_name_target(sh_name *name, char **ret_sub); /* where namerefs lead; NULL: nowhere;
                                                         *ret_sub: "i" of "a[i]", free() */
void sh_var_refresh(sh_var *v);                         /* a dynamic value, made current */

/* The text of a variable as `$NAME` gives it (element 0 of arrays; through namerefs); NULL: not
 * set.  Not for special and positional parameters. */
const char *sh_get(const char *name);
const char *sh_get_name(sh_name *name, size_t *ret_n);   /* the same; ret_n may be NULL */
const char *sh_var_text(sh_var *v, size_t *ret_n);       /* no namerefs */
int64_t sh_get_int(const char *name, int64_t otherwise); /* plain decimal; no arithmetic */

/* --- assigning: namerefs, attributes, `set -a`, the log of subshells are all minded.
 * 0: done.  1: refused, and the message is printed ("x: readonly variable"). --- */

enum {
    SH_SET_APPEND = 1,  /* += */
    SH_SET_FORCE = 2,   /* the shell's own: readonly does not matter, attributes do nothing */
    SH_SET_GLOBAL = 4,  /* declare -g */
    SH_SET_NOREF = 8,   /* set the nameref itself */
    SH_SET_NUMBER = 16, /* the value is a plain decimal number: no arithmetic for -i */
};

int sh_set(const char *name, const char *value);
int sh_set_int(const char *name, int64_t value);
int sh_assign_name(sh_name *name, const char *value, size_t n, unsigned flags);
/* NAME[subscript]=value: the subscript is text already expanded: arithmetic for indexed arrays,
 * the key of associative ones.  Makes an indexed array of what is none. */
int sh_assign_sub(sh_name *name, const char *subscript, const char *value, unsigned flags);
/* The same with the element already known; v is the array itself. */
int sh_assign_index(sh_var *v, int64_t index, const char *value, unsigned flags);
int sh_assign_key(sh_var *v, const char *key, const char *value, unsigned flags);
/* "NAME" or "NAME[subscript]" as read, printf -v, and so on take it. `who` leads the message. */
int sh_assign_text(const char *who, const char *target, const char *value);
bool sh_is_assignable(const char *target); /* is it NAME or NAME[...]? */

/* The binding to assign to, for builtins that fill arrays: creates or empties an indexed array,
 * follows namerefs; NULL: refused, with the message printed. */
sh_var *sh_array_for_writing(const char *who, const char *name, bool keep_elements);

/* unset NAME / NAME[subscript]; `who` leads messages (NULL: "unset"). 0 also when there is none. */
int sh_unset(const char *name);
int sh_unset_ref(sh_name *name); /* -n: the nameref itself */
int sh_unset_sub(sh_name *name, const char *subscript);

/* --- bindings --- */

sh_var *sh_var_make(sh_name *name); /* the visible binding, or a new global one, not set */
sh_var *sh_var_global(sh_name *name, bool create);
sh_var *sh_var_local(sh_name *name); /* `local`: in the innermost function's scope; keeps an
                                        existing one there */
/* Before v->attrs or the value is changed from outside (notes it for subshells); sh_var_put and the
 * functions for elements do it themselves. */
void sh_var_touch(sh_var *v);
void sh_var_attrs(sh_var *v, uint32_t on, uint32_t off); /* converts between scalar and array */
void sh_var_clear(sh_var *v); /* the value goes, attributes and binding stay */
void sh_var_put(sh_var *v, const char *s, size_t n, bool append); /* raw: a scalar, or element 0 */

/* All visible bindings sorted by name (those hidden excluded); free() the result. */
sh_var **sh_vars_sorted(size_t *ret_n);

/* --- indexed arrays.  Negative indices are resolved by sh_indexed_index. --- */

size_t sh_var_count(sh_var *v); /* of any kind: scalars have 1 when set */
const char *sh_indexed_get(const sh_var *v, int64_t index);
void sh_indexed_put(sh_var *v, int64_t index, const char *s, size_t n, bool append);
void sh_indexed_remove(sh_var *v, int64_t index);
int64_t sh_index_of(const sh_var *v, int64_t i); /* a negative one counts from the end; < 0: none */
int64_t sh_indexed_last(const sh_var *v);        /* the highest index; -1: empty */
/* Element number `nth` in order, from 0; false: there are not that many. */
bool sh_indexed_at(const sh_var *v, size_t nth, int64_t *ret_index, const char **ret);
size_t sh_indexed_from(const sh_var *v, int64_t index); /* how many have a lower index */

/* --- associative arrays --- */

const char *sh_assoc_get(const sh_var *v, const char *key);
void sh_assoc_put(sh_var *v, const char *key, const char *s, size_t n, bool append);
void sh_assoc_remove(sh_var *v, const char *key);

/* The elements of any array in order: `next` gives the state for the following call, 0 at first. */
typedef struct sh_walk {
    size_t i;
    const void *p;
    const char *key; /* associative: the key; else NULL */
    int64_t index;   /* indexed */
    const char *value;
} sh_walk;
bool sh_walk_next(const sh_var *v, sh_walk *w);

/* --- scopes --- */

/* A function is entered and left; a temporary scope holds the assignments of `A=1 cmd` and is
 * entered before that of the function.  Leaving restores what was hidden. */
void sh_scope_enter(bool temporary);
void sh_scope_of_builtin(void); /* the temporary scope just made is not of a function */
void sh_scope_leave(void);
/* Leave a temporary scope whose variables stay, exported: of a special builtin in posix mode. */
void sh_scope_keep(void);
uint32_t sh_scope_depth(void);
bool sh_in_function(void);
/* Assign in the innermost (temporary) scope, exported. */
int sh_assign_temp(sh_name *name, const char *value, size_t n, unsigned flags);

/* --- special parameters --- */

void sh_set_underscore(const char *last_argument); /* $_ ; copied */
char *sh_underscore_copy(void);                    /* for the end of a subshell; free() */

/* --- getopts and friends keep their state here, so that subshells restore it --- */
typedef struct sh_vars_state {
    uint32_t random, last_random; /* of RANDOM */
    bool seeded;
    int64_t seconds_base_us; /* SECONDS counts from here */
    int64_t seconds_offset;
    int getopts_at;    /* place within the current argument */
    int getopts_index; /* the OPTIND that belongs to it */
} sh_vars_state;
extern sh_vars_state sh_state;

/* --- environment of programs --- */

/* NAME=value of all exported variables that have a value, NULL-terminated, kept until the next
 * change; functions are not in it. */
char **sh_environ(size_t *ret_n);

/* --- subshells in this process: an undo log; O(1) when nothing is changed --- */

void sh_vars_save(void);    /* nests */
void sh_vars_restore(void); /* everything as it was at the matching save, scopes included */

/* Bash source that makes the same state when evaluated (for a subshell that is another process):
 * declare -p for each visible variable and RANDOM's seed (not the positional parameters). */
void sh_vars_dump(sh_buf *out);

#endif
