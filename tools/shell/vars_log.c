/* Subshells in one process: what they change of the variables is noted and taken back.  A variable
 * is noted once per subshell (its stamp says so); one made in a scope that was entered later needs
 * no note, because it goes with the scope. */
#include "shell/vars_in.h"

typedef enum note_kind { NOTE_CONTENT, NOTE_PUSHED, NOTE_POPPED } note_kind;

typedef struct note {
    note_kind kind;
    sh_var *v;
    sh_var old; /* CONTENT: attrs, dynamic, stamp and an own copy of the value */
} note;

typedef struct save {
    size_t n_notes, n_scopes, outer_depth;
    uint32_t outer; /* serial */
    sh_vars_state state;
} save;

static struct {
    note *notes;
    size_t n, cap;
    save *saves;
    size_t n_saves, cap_saves;
    uint32_t last;
} log_;

static note *add_note(note_kind kind, sh_var *v)
{
    if (log_.n == log_.cap) {
        log_.cap = log_.cap ? log_.cap * 2 : 32;
        log_.notes = sh_realloc(log_.notes, log_.cap * sizeof *log_.notes);
    }
    note *x = &log_.notes[log_.n++];
    *x = (note){.kind = kind, .v = v};
    return x;
}

void sh_vars_save(void)
{
    if (log_.n_saves == log_.cap_saves) {
        log_.cap_saves = log_.cap_saves ? log_.cap_saves * 2 : 8;
        log_.saves = sh_realloc(log_.saves, log_.cap_saves * sizeof *log_.saves);
    }
    log_.saves[log_.n_saves++] = (save){.n_notes = log_.n,
                                        .n_scopes = sh_names_.n_scopes,
                                        .outer_depth = sh_names_.save_depth,
                                        .outer = sh_names_.current,
                                        .state = sh_state};
    sh_names_.current = ++log_.last;
    sh_names_.save_depth = sh_names_.n_scopes;
    sh_state.seeded = false; /* a subshell has random numbers of its own */
}

void sh_var_touch(sh_var *v)
{
    if (v->attrs & SH_A_EXPORT)
        sh_names_.env_changed = true;
    if (BX_LIKELY(v->stamp == sh_names_.current))
        return;
    if (!sh_names_.current || v->scope >= sh_names_.save_depth) {
        v->stamp = sh_names_.current;
        return;
    }
    sh_var *old = &add_note(NOTE_CONTENT, v)->old;
    *old = *v;
    if (v->attrs & SH_A_ARRAY) {
        old->ix = sh_indexed_copy_(v->ix);
    } else if (v->attrs & SH_A_ASSOC) {
        old->as = sh_assoc_copy_(v->as);
    } else if (v->s) {
        old->s = sh_strndup(v->s, v->n);
        old->cap = v->n + 1;
    }
    v->stamp = sh_names_.current;
}

void sh_log_push_(sh_var *v)
{
    if (sh_names_.current && v->scope < sh_names_.save_depth)
        add_note(NOTE_PUSHED, v);
}

bool sh_log_keeps_(const sh_var *v) { return sh_names_.current && v->scope < sh_names_.save_depth; }

void sh_log_pop_(sh_var *v) { add_note(NOTE_POPPED, v); }

static void unlink_binding(sh_var *v)
{
    sh_var **at = &v->name->var;
    while (*at && *at != v)
        at = &(*at)->outer;
    if (*at)
        *at = v->outer;
    if (v->scope) {
        at = &sh_names_.scopes[v->scope].first;
        while (*at && *at != v)
            at = &(*at)->next_in_scope;
        if (*at)
            *at = v->next_in_scope;
    }
    sh_value_free_(v);
    free(v);
}

static void undo(note *x)
{
    sh_var *v = x->v;
    if ((v->attrs | x->old.attrs) & SH_A_EXPORT)
        sh_names_.env_changed = true;
    const char *name = v->name->text;
    switch (x->kind) {
    case NOTE_CONTENT:
        sh_value_free_(v);
        v->attrs = x->old.attrs;
        v->dynamic = x->old.dynamic;
        v->stamp = x->old.stamp;
        v->n = x->old.n;
        v->cap = x->old.cap;
        v->s = x->old.s;
        if (v->attrs & SH_A_ARRAY)
            v->ix = x->old.ix;
        else if (v->attrs & SH_A_ASSOC)
            v->as = x->old.as;
        break;
    case NOTE_PUSHED:
        unlink_binding(v);
        break;
    case NOTE_POPPED:
        v->outer = v->name->var;
        v->name->var = v;
        v->next_in_scope = sh_names_.scopes[v->scope].first;
        sh_names_.scopes[v->scope].first = v;
        break;
    }
    sh_name_changed_(name);
}

void sh_vars_restore(void)
{
    if (!log_.n_saves)
        return;
    save s = log_.saves[--log_.n_saves];
    while (sh_names_.n_scopes > s.n_scopes)
        sh_scope_drop_();
    while (log_.n > s.n_notes)
        undo(&log_.notes[--log_.n]);
    sh_names_.current = s.outer;
    sh_names_.save_depth = s.outer_depth;
    sh_state = s.state;
}

void sh_log_done_(void)
{
    while (log_.n_saves)
        sh_vars_restore();
    free(log_.notes);
    free(log_.saves);
    log_.notes = NULL;
    log_.saves = NULL;
    log_.cap = log_.cap_saves = 0;
}
