/* shell/func.c - functions, positional parameters, and the stack of what is being called. */
#include "shell/expand.h"
#include "shell/run.h"
#include "shell/unparse.h"

/* A table of functions, sorted by name when listed.  A subshell in this process shares its
 * parent's until it changes something: then it makes a copy of its own. */
typedef struct sh_functions {
    sh_func **slots; /* open addressing; NULL: free */
    size_t cap, n;
    char **names; /* sorted, for listing; NULL: to be made */
    bool shared;  /* belongs to an outer shell */
} sh_functions;

static uint32_t hash_of(const char *s)
{
    uint32_t h = 2166136261u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

static sh_func **slot_of(const sh_functions *t, const char *name)
{
    size_t i = hash_of(name) & (t->cap - 1);
    while (t->slots[i] && strcmp(t->slots[i]->name, name) != 0)
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

static void unref(sh_func *f)
{
    if (--f->refs > 0)
        return;
    sh_unit_unref(f->unit);
    free(f->name);
    free(f->file);
    free(f);
}

void sh_functions_free(sh_functions *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->cap; i++)
        if (t->slots[i])
            unref(t->slots[i]);
    free(t->slots);
    free((void *)t->names);
    free(t);
}

static sh_functions *writable(shell *sh)
{
    sh_functions *t = sh->functions;
    if (t && !t->shared) {
        free((void *)t->names);
        t->names = NULL;
        return t;
    }
    sh_functions *copy = sh_alloc(sizeof *copy);
    copy->cap = t ? t->cap : 32;
    copy->slots = sh_alloc(copy->cap * sizeof *copy->slots);
    copy->n = t ? t->n : 0;
    for (size_t i = 0; t && i < t->cap; i++)
        if (t->slots[i]) {
            copy->slots[i] = t->slots[i];
            copy->slots[i]->refs++;
        }
    return sh->functions = copy;
}

/* A subshell begins: the table is its parent's. */
void sh_functions_share(shell *sh)
{
    if (sh->functions)
        sh->functions->shared = true;
}

void sh_functions_restore(shell *sh, sh_functions *outer, bool outer_shared)
{
    if (sh->functions != outer)
        sh_functions_free(sh->functions);
    sh->functions = outer;
    if (outer)
        outer->shared = outer_shared;
}

bool sh_functions_shared(const shell *sh) { return sh->functions && sh->functions->shared; }

sh_func *sh_func_find(shell *sh, const char *name)
{
    if (!sh->functions || sh->functions->n == 0)
        return NULL;
    return *slot_of(sh->functions, name);
}

static void insert(sh_functions *t, sh_func *f)
{
    if ((t->n + 1) * 2 > t->cap) {
        sh_functions bigger = {.cap = t->cap * 2};
        bigger.slots = sh_alloc(bigger.cap * sizeof *bigger.slots);
        for (size_t i = 0; i < t->cap; i++)
            if (t->slots[i])
                *slot_of(&bigger, t->slots[i]->name) = t->slots[i];
        free(t->slots);
        t->slots = bigger.slots;
        t->cap = bigger.cap;
    }
    sh_func **at = slot_of(t, f->name);
    if (*at)
        unref(*at);
    else
        t->n++;
    *at = f;
}

const char *sh_source_name(shell *sh)
{
    if (sh->frame && sh->frame->source)
        return sh->frame->source;
    return sh->source;
}

int sh_func_define(shell *sh, bx_str name, sh_unit *unit, sh_cmd *body, int line)
{
    char *text = sh_strndup(name.p, name.n);
    if (strpbrk(text, "$`\"'\\")) {
        sh_error(sh, "`%s': not a valid identifier", text);
        free(text);
        return sh->status = 1;
    }
    sh_func *old = sh_func_find(sh, text);
    const sh_builtin *b = sh->opt[SH_OPT_POSIX] ? sh_builtin_any(text) : NULL;
    if (b && (b->flags & SH_BUILTIN_SPECIAL)) {
        sh_error(sh, "`%s': is a special builtin", text);
        free(text);
        sh_exit(sh, 2);
        return sh->status;
    }
    if (old && (old->flags & SH_FUNCTION_READONLY)) {
        sh_error(sh, "%s: readonly function", text);
        free(text);
        return sh->status = 1;
    }
    const char *file = sh_source_name(sh);
    sh_func *f = sh_alloc(sizeof *f);
    *f = (sh_func){.name = text,
                   .unit = sh_unit_ref(unit),
                   .body = body,
                   .file = sh_strdup(file               ? file
                                     : sh->from_command ? "environment"
                                                        : "main"),
                   .line = line,
                   .flags = (old ? old->flags & SH_FUNCTION_EXPORTED : 0u) |
                            (sh->opt[SH_OPT_ALLEXPORT] ? SH_FUNCTION_EXPORTED : 0u),
                   .refs = 1};
    insert(writable(sh), f);
    return sh->status = 0;
}

void sh_func_import(shell *sh, const char *name, const char *text)
{
    sh_buf b = {0};
    sh_buf_z(&b, name);
    sh_buf_c(&b, ' ');
    sh_buf_z(&b, text);
    sh_parser *p = sh_parser_new(sh_plain_source(sh), (bx_str){sh_buf_str(&b), b.n}, 1);
    sh_unit *unit = NULL;
    sh_parse_error e;
    sh_parse_result r = sh_parser_next(p, &unit, &e);
    sh_cmd *c = r == SH_PARSED && unit ? unit->cmd : NULL;
    if (c && c->kind == SH_CMD_FUNCTION && strlen(name) == c->function.name.n) {
        char *before = sh->source;
        sh->source = NULL;
        bool from = sh->from_command;
        sh->from_command = true;
        (void)sh_func_define(sh, c->function.name, unit, c->function.body, 0);
        (void)sh_function_flags(sh, name, SH_FUNCTION_EXPORTED, 0, NULL);
        sh->source = before;
        sh->from_command = from;
    } else {
        sh_error(sh, "error importing function definition for `%s'", name);
    }
    if (r == SH_PARSED)
        sh_unit_unref(unit);
    sh_parser_free(p);
    sh_buf_done(&b);
}

/* ---- positional parameters ---- */

void sh_params_free(sh_params *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->v[i]);
    free(p->v);
    *p = (sh_params){0};
}

void sh_params_own(shell *sh)
{
    int level = sh->sub ? sh->subshell : 0;
    if (sh->params_level == level)
        return;
    sh_params copy = {sh_alloc((sh->params.n + 1) * sizeof(char *)), sh->params.n};
    for (size_t i = 0; i < copy.n; i++)
        copy.v[i] = sh_strdup(sh->params.v[i]);
    sh->params = copy;
    sh->params_level = level;
}

void sh_params_set(shell *sh, int argc, char **argv)
{
    sh_params next = {sh_alloc(((size_t)argc + 1) * sizeof(char *)), (size_t)argc};
    for (int i = 0; i < argc; i++)
        next.v[i] = sh_strdup(argv[i]);
    int level = sh->sub ? sh->subshell : 0;
    sh->params_set = true;
    if (sh->params_level == level)
        sh_params_free(&sh->params);
    sh->params = next;
    sh->params_level = level;
}

/* ---- calls ---- */

static bool nests_too_deep(shell *sh)
{
    int64_t most = sh_get_int("FUNCNEST", 0);
    if (most > 0 && sh->function_depth >= most) {
        sh_error(sh, "%s: maximum function nesting level exceeded (%d)", sh->frame->function,
                 (int)most);
        sh->status = 1;
        sh->unwind = SH_DISCARD;
        return true;
    }
    return false;
}

static void finish_call(shell *sh, const sh_func *f)
{
    int status = sh->status;
    if (sh->unwind == SH_RETURN) {
        sh->unwind = SH_GO;
        sh->status = sh->before_return; /* what the trap sees */
    }
    bool trace = (f->flags & SH_FUNCTION_TRACE) != 0;
    if (sh->unwind == SH_GO && sh_trap_text(sh, SH_TRAP_RETURN) &&
        (trace || sh_trap_inherits(sh, SH_TRAP_RETURN)))
        (void)sh_trap_run(sh, SH_TRAP_RETURN);
    if (sh->unwind == SH_GO)
        sh->status = status;
}

/* Leave the scope of a function; where OPTIND was local, getopts goes on where it was before it. */
static void leave_scope(int getopts_at, int getopts_index)
{
    bool was_local = false;
    if (sh_state.getopts_index) {
        const sh_name *name = sh_name_of("OPTIND", 6);
        was_local = name->var && name->var->scope == sh_scope_depth();
    }
    sh_scope_leave();
    if (was_local) {
        sh_state.getopts_at = getopts_at;
        sh_state.getopts_index = getopts_index;
    }
}

int sh_func_call(shell *sh, sh_func *f, int argc, char **argv)
{
    sh_frame frame = {sh->frame, f->name, f->file, sh->line, false};
    if (nests_too_deep(sh) || !sh_deeper(sh))
        return sh->status;
    f->refs++;
    sh_params before = sh->params;
    int before_level = sh->params_level, before_loops = sh->loop_depth;
    sh_unit *before_unit = sh->unit;
    sh->params = (sh_params){0};
    sh->params_level = sh->sub ? sh->subshell : 0;
    sh_params_set(sh, argc - 1, argv + 1);
    sh->frame = &frame;
    sh->loop_depth = 0;
    sh->function_depth++;
    sh->unit = f->unit;
    const char *before_builtin = sh->builtin;
    sh->builtin = NULL;
    int getopts_at = sh_state.getopts_at, getopts_index = sh_state.getopts_index;
    sh_scope_enter(false);
    sh_trap_saved traps;
    sh_traps_enter(sh, f, &traps);
    if (sh_trap_text(sh, SH_TRAP_DEBUG))
        (void)sh_trap_run(sh, SH_TRAP_DEBUG);
    (void)sh_run(sh, f->body);
    finish_call(sh, f);
    sh_traps_leave(sh, &traps);
    leave_scope(getopts_at, getopts_index);
    sh->builtin = before_builtin;
    sh->unit = before_unit;
    sh->function_depth--;
    sh->loop_depth = before_loops;
    sh->line = frame.call_line;
    sh->frame = frame.outer;
    sh_params_free(&sh->params);
    sh->params = before;
    sh->params_level = before_level;
    sh->depth--;
    unref(f);
    return sh->status;
}

/* ---- what others ask ---- */

bool sh_function_text(shell *sh, const char *name, sh_buf *ret)
{
    sh_func *f = sh_func_find(sh, name);
    if (!f)
        return false;
    bx_buf b = bx_buf_init(1u << 30);
    sh_unparse_function(&b, bx_str_of(f->name), f->body);
    sh_buf_add(ret, b.p, b.n);
    bx_buf_done(&b);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *sh_function_name(shell *sh, size_t i)
{
    sh_functions *t = sh->functions;
    if (!t || i >= t->n)
        return NULL;
    if (!t->names) {
        t->names = sh_alloc((t->n + 1) * sizeof *t->names);
        size_t n = 0;
        for (size_t k = 0; k < t->cap; k++)
            if (t->slots[k])
                t->names[n++] = t->slots[k]->name;
        qsort((void *)t->names, n, sizeof *t->names, by_name);
    }
    return t->names[i];
}

bool sh_function_unset(shell *sh, const char *name)
{
    sh_func *f = sh_func_find(sh, name);
    if (!f)
        return false;
    if (f->flags & SH_FUNCTION_READONLY)
        return false;
    sh_functions *t = writable(sh), fresh = {.cap = t->cap};
    fresh.slots = sh_alloc(fresh.cap * sizeof *fresh.slots);
    for (size_t i = 0; i < t->cap; i++)
        if (t->slots[i] && t->slots[i] != f)
            *slot_of(&fresh, t->slots[i]->name) = t->slots[i];
    free(t->slots);
    t->slots = fresh.slots;
    t->n--;
    unref(f);
    return true;
}

bool sh_function_flags(shell *sh, const char *name, uint32_t set, uint32_t clear, uint32_t *ret)
{
    sh_func *f = sh_func_find(sh, name);
    if (!f)
        return false;
    f->flags = (f->flags | set) & ~clear;
    if (ret)
        *ret = f->flags;
    return true;
}

bool sh_function_source(shell *sh, const char *name, int *ret_line, const char **ret_file)
{
    sh_func *f = sh_func_find(sh, name);
    if (!f)
        return false;
    *ret_line = f->line;
    *ret_file = f->file;
    return true;
}

const char *sh_error_name(shell *sh)
{
    const char *source = sh_source_name(sh);
    if (!sh->interactive && source && *source)
        return source;
    return sh->interactive ? sh->prefix : sh->arg0;
}

/* ---- FUNCNAME, BASH_SOURCE, BASH_LINENO ... ---- */

static size_t frames(shell *sh)
{
    size_t n = 0;
    for (sh_frame *f = sh->frame; f; f = f->outer)
        n++;
    return n;
}

static sh_frame *frame_at(shell *sh, size_t i)
{
    sh_frame *f = sh->frame;
    while (f && i-- > 0)
        f = f->outer;
    return f;
}

static bool in_function(shell *sh)
{
    for (sh_frame *f = sh->frame; f; f = f->outer)
        if (!f->sourced)
            return true;
    return false;
}

static const char *number(shell *sh, int value)
{
    char room[24];
    free(sh->state_text);
    return sh->state_text = sh_strdup(sh_int_text(value, room));
}

const char *sh_special_array(shell *sh, const char *name, size_t i, size_t *ret_n)
{
    size_t n = frames(sh);
    bool bottom = sh->source != NULL; /* the script itself is the outermost frame */
    if (strcmp(name, "PIPESTATUS") == 0) {
        *ret_n = sh->n_pipe_status;
        return i < sh->n_pipe_status ? number(sh, sh->pipe_status[i]) : NULL;
    }
    if (strcmp(name, "FUNCNAME") == 0) {
        if (!in_function(sh)) {
            *ret_n = 0;
            return NULL;
        }
        *ret_n = n + bottom;
        sh_frame *f = frame_at(sh, i);
        return f ? f->function : i == n && bottom ? "main" : NULL;
    }
    if (strcmp(name, "BASH_SOURCE") == 0) {
        *ret_n = n + bottom;
        sh_frame *f = frame_at(sh, i);
        return f ? f->source : i == n && bottom ? sh->source : NULL;
    }
    if (strcmp(name, "BASH_LINENO") == 0) {
        *ret_n = n + bottom;
        sh_frame *f = frame_at(sh, i);
        return f ? number(sh, f->call_line) : i == n && bottom ? "0" : NULL;
    }
    return sh_special_more(sh, name, i, ret_n);
}

/* A compound command is known by its first line. */
static void print_head(bx_buf *b, const sh_cmd *c)
{
    if (c->kind == SH_CMD_FOR || c->kind == SH_CMD_SELECT) {
        (void)bx_buf_add_z(b, c->kind == SH_CMD_FOR ? "for " : "select ");
        (void)bx_buf_add_str(b, c->for_.name);
        (void)bx_buf_add_z(b, " in");
        for (uint32_t i = 0; i < c->for_.n_words; i++) {
            (void)bx_buf_add_c(b, ' ');
            (void)bx_buf_add_str(b, c->for_.words[i]->raw);
        }
        if (c->for_.positional)
            (void)bx_buf_add_z(b, " \"$@\"");
    } else if (c->kind == SH_CMD_CASE) {
        (void)bx_buf_add_z(b, "case ");
        (void)bx_buf_add_str(b, c->case_.word->raw);
        (void)bx_buf_add_z(b, " in ");
    } else {
        sh_unparse_command(b, c);
    }
}

const char *sh_current_command(shell *sh)
{
    bx_buf b = bx_buf_init(1u << 30);
    if (sh->command)
        print_head(&b, sh->command);
    free(sh->state_text);
    sh->state_text = sh_strndup(b.p ? b.p : "", b.n);
    bx_buf_done(&b);
    return sh->state_text;
}
