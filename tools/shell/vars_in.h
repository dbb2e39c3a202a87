/* shell/vars_in.h - what the files of vars share among them.  Nobody else includes it. */
#ifndef BX_SHELL_VARS_IN_H
#define BX_SHELL_VARS_IN_H

#include "shell/vars.h"

typedef struct sh_scope {
    sh_var *first;   /* bindings made here */
    bool temporary;  /* of `A=1 cmd` */
    bool of_builtin; /* of `A=1 eval …`: no function takes it for its own */
} sh_scope;

typedef struct sh_names {
    sh_name **bucket;
    size_t n_buckets; /* a power of two */
    sh_name **all;    /* in the order of their making */
    size_t n, cap;
    sh_scope *scopes; /* scopes[0] is the global one, whose list is not kept */
    size_t n_scopes, cap_scopes;
    sh_strs odd;       /* entries of the environment that are no variables: passed on */
    bool env_changed;  /* sh_environ must build anew */
    uint32_t current;  /* serial number of the innermost save; 0: none */
    size_t save_depth; /* number of scopes at that save */
} sh_names;
extern sh_names sh_names_;

/* Where a name leads through namerefs: a name and, perhaps, a subscript (to be freed). `dangling`
 * stops at a nameref that has no value yet. */
typedef struct sh_target_ {
    sh_name *name;
    char *sub; /* NULL: none; free() */
    bool stop; /* circular, or no valid name; a message was printed */
} sh_target_;

sh_target_ sh_resolve_(sh_name *name);
/* Split "NAME[subscript]"; false: it is not of that form.  ret_sub->p is NULL without one. */
bool sh_split_target_(const char *text, size_t *ret_name, bx_str *ret_sub);
/* Make a binding of `name` in scope `scope`, which is at least as inner as what is visible. */
sh_var *sh_bind_(sh_name *name, uint32_t scope);
uint32_t sh_function_scope_(void); /* depth of the innermost function's scope; 0: none */

/* arrays (vars_array.c): of the value alone, no log */
sh_indexed *sh_indexed_copy_(const sh_indexed *ix);
void sh_indexed_free_(sh_indexed *ix);
void sh_indexed_store_(sh_var *v, int64_t index, const char *s, size_t n, bool append);
void sh_indexed_empty_(sh_var *v);
sh_assoc *sh_assoc_copy_(const sh_assoc *as);
void sh_assoc_free_(sh_assoc *as);

/* log (vars_log.c) */
void sh_log_push_(sh_var *v);        /* a binding was made in a scope that was there at the save */
void sh_log_pop_(sh_var *v);         /* one is taken away: the log owns it if it returns */
bool sh_log_keeps_(const sh_var *v); /* must sh_log_pop_ be called, or may it be freed? */

void sh_log_done_(void);

/* The value of a name is another one: what follows from that. */
void sh_locale_changed_(const char *assigned); /* the name that was assigned to, or NULL */
static inline void sh_name_changed_(const char *name)
{
    if (name[0] == 'P' && strcmp(name, "PATH") == 0)
        sh_path_changed(sh_shell);
    else if (name[0] == 'L' && (name[1] == 'C' || name[1] == 'A'))
        sh_locale_changed_(NULL);
}

void sh_value_free_(sh_var *v);   /* the value only */
void sh_scope_drop_(void);        /* leave the innermost scope, its bindings freed */
void sh_vars_special_(shell *sh); /* define the special variables (vars_special.c) */

#endif
