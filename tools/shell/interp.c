/* shell/interp.c - runs the syntax tree.  Recursion is counted (sh->depth): too deep is an error
 * message, never a stack that overflows. */
#include <unistd.h>

#include "shell/expand.h"
#include "shell/match.h"
#include "shell/run.h"

/* Whatever nests keeps a small frame: what is inlined would make every level pay for every kind. */
#define FRAME __attribute__((noinline)) static

bool sh_deeper(shell *sh)
{
    if (sh->depth < SH_DEPTH_MAX) {
        sh->depth++;
        return true;
    }
    sh_error(sh, "maximum function nesting level exceeded (%d)", sh->function_depth);
    sh->status = 1;
    sh->unwind = SH_DISCARD;
    return false;
}

void sh_exit(shell *sh, int status)
{
    sh->status = status & 255;
    sh->unwind = SH_EXIT;
}

void sh_discard(shell *sh, int status)
{
    bool outermost =
        sh->from_command && !sh->opt[SH_OPT_ERREXIT] && !sh->sub && !sh->in_state_child;
    sh->status = status == 127 && !outermost ? 1 : status;
    sh->discards_all = false;
    if (sh->unwind != SH_EXIT)
        sh->unwind = status == 127 && !sh->interactive ? SH_EXIT : SH_DISCARD;
}

void sh_discard_all(shell *sh)
{
    sh_discard(sh, 1);
    sh->discards_all = true;
}

bool sh_broken_pipe(shell *sh)
{
    const char *trap = sh_trap_text(sh, 13);
    if (trap && !*trap)
        return false;
    if (trap)
        return false;
    sh->broken_pipe = true;
    sh_exit(sh, 141);
    return true;
}

void sh_set_pipe_status(shell *sh, int status)
{
    if (!sh->pipe_status)
        sh->pipe_status = sh_alloc(sizeof *sh->pipe_status);
    sh->pipe_status[0] = status;
    sh->n_pipe_status = 1;
}

void sh_after_failure(shell *sh)
{
    if (sh->status == 0 || sh->condition > 0 || sh->unwind != SH_GO)
        return;
    if (sh_trap_text(sh, SH_TRAP_ERR) && sh_trap_inherits(sh, SH_TRAP_ERR)) {
        (void)sh_trap_run(sh, SH_TRAP_ERR);
        if (sh->unwind != SH_GO)
            return;
    }
    if (sh->opt[SH_OPT_ERREXIT])
        sh_exit(sh, sh->status);
}

int sh_run_unit(shell *sh, sh_unit *unit)
{
    if (!unit->cmd)
        return sh->status;
    sh_unit *before = sh->unit;
    sh->unit = sh_unit_ref(unit);
    int status = sh_run(sh, unit->cmd);
    sh->unit = before;
    sh_unit_unref(unit);
    return status;
}

/* ---- lists ---- */

FRAME int run_list(shell *sh, sh_list *l)
{
    for (uint32_t i = 0; i < l->n && sh->unwind == SH_GO; i++) {
        if (l->background[i])
            (void)sh_run_background(sh, l->cmds[i]);
        else
            (void)sh_run(sh, l->cmds[i]);
    }
    return sh->status;
}

FRAME int run_and_or(shell *sh, sh_and_or *a)
{
    bool skip = false;
    for (uint32_t i = 0; i < a->n; i++) {
        if (i > 0)
            skip = (a->ops[i - 1] == SH_AND) != (sh->status == 0);
        if (skip)
            continue;
        bool last = i + 1 == a->n;
        sh->condition += !last;
        (void)sh_run(sh, a->cmds[i]);
        sh->condition -= !last;
        if (sh->unwind != SH_GO)
            break;
    }
    return sh->status;
}

/* A condition: its failing is an answer. */
static bool run_condition(shell *sh, sh_cmd *c)
{
    sh->condition++;
    int status = sh_run(sh, c);
    sh->condition--;
    return status == 0;
}

FRAME int run_if(shell *sh, sh_if *f)
{
    for (uint32_t i = 0; i < f->n; i++) {
        bool yes = run_condition(sh, f->conds[i]);
        if (sh->unwind != SH_GO)
            return sh->status;
        if (yes)
            return sh_run(sh, f->bodies[i]);
    }
    sh->status = 0;
    return f->otherwise ? sh_run(sh, f->otherwise) : 0;
}

/* After a loop's body: does the loop go on? */
bool sh_loop_goes_on(shell *sh)
{
    if (sh->unwind == SH_GO)
        return true;
    if (sh->unwind != SH_BREAK && sh->unwind != SH_CONTINUE)
        return false;
    if (--sh->unwind_n > 0)
        return false;
    bool again = sh->unwind == SH_CONTINUE;
    sh->unwind = SH_GO;
    return again;
}

FRAME int run_while(shell *sh, sh_loop *l, bool until)
{
    int status = 0;
    sh->loop_depth++;
    for (;;) {
        bool yes = run_condition(sh, l->cond);
        if (sh->unwind != SH_GO) {
            status = 0;
            if (sh_loop_goes_on(sh))
                continue;
            if (sh->unwind != SH_GO)
                status = sh->status;
            break;
        }
        if (yes == until)
            break;
        status = sh_run(sh, l->body);
        if (!sh_loop_goes_on(sh)) {
            status = sh->status;
            break;
        }
    }
    sh->loop_depth--;
    return sh->status = status;
}

void sh_command_set(shell *sh, const sh_cmd *c)
{
    sh->command = c;
    if (sh->unit == sh->command_unit)
        return;
    sh_unit_unref(sh->command_unit);
    sh->command_unit = sh->unit ? sh_unit_ref(sh->unit) : NULL;
}

bool sh_debug_trap(shell *sh, sh_cmd *c)
{
    if (!sh->in_trap)
        sh_command_set(sh, c);
    if (!sh_trap_text(sh, SH_TRAP_DEBUG))
        return true;
    int before = sh->status;
    int status = sh_trap_run(sh, SH_TRAP_DEBUG);
    if (sh->unwind == SH_GO)
        sh->status = before;
    return !(sh->shopt[SH_SHOPT_EXTDEBUG] && status != 0) && sh->unwind == SH_GO;
}

void sh_trace(shell *sh, const char *p, size_t n)
{
    const char *ps4 = sh_get("PS4");
    int status = sh->status;
    bool x = sh->opt[SH_OPT_XTRACE];
    sh->opt[SH_OPT_XTRACE] = false;
    char *prompt = sh_expand_prompt(sh, ps4 ? ps4 : "", true);
    sh->opt[SH_OPT_XTRACE] = x;
    sh->status = status;
    sh_buf b = {0};
    if (prompt && prompt[0]) {
        size_t first = 1;
        while (((unsigned char)prompt[first] & 0xC0) == 0x80)
            first++;
        for (int i = 0; i <= sh->trace_depth && i < 60; i++)
            sh_buf_add(&b, prompt, first);
        sh_buf_z(&b, prompt + first);
    }
    free(prompt);
    sh_buf_add(&b, p, n);
    sh_buf_c(&b, '\n');
    const char *fd_text = sh_get("BASH_XTRACEFD");
    int64_t fd;
    if (fd_text && *fd_text && sh_number(fd_text, &fd) && fd >= 0 && fd < SH_FD_MAX &&
        sh_fd_open(sh, (int)fd)) {
        (void)sh_flush(sh);
        (void)!write((int)fd, b.p, b.n);
    } else {
        sh_err_put(sh, b.p, b.n);
    }
    sh_buf_done(&b);
}

FRAME int run_for_words(shell *sh, sh_cmd *c, sh_strs *words)
{
    sh_for *f = &c->for_;
    int status = 0;
    char *const *v = words->v;
    size_t n = words->n;
    sh_name *name = sh_name_of(f->name.p, f->name.n);
    sh->loop_depth++;
    for (size_t i = 0; i < n; i++) {
        sh->line = c->line;
        if (!sh_debug_trap(sh, c))
            continue;
        if (sh->opt[SH_OPT_XTRACE]) {
            sh_buf b = {0};
            sh_buf_z(&b, "for ");
            sh_buf_add(&b, f->name.p, f->name.n);
            sh_buf_z(&b, " in");
            for (size_t k = 0; k < n; k++) {
                sh_buf_c(&b, ' ');
                sh_quote_trace(&b, v[k]);
            }
            sh_trace(sh, sh_buf_str(&b), b.n);
            sh_buf_done(&b);
        }
        bool is_ref = name->var && (name->var->attrs & SH_A_NAMEREF); /* refers to each in turn */
        if (sh_assign_name(name, v[i], strlen(v[i]), is_ref ? SH_SET_NOREF : 0) != 0) {
            status = 1;
            break;
        }
        if (f->body)
            status = sh_run(sh, f->body);
        if (!sh_loop_goes_on(sh)) {
            status = sh->status;
            break;
        }
    }
    sh->loop_depth--;
    return sh->status = status;
}

FRAME int run_for(shell *sh, sh_cmd *c)
{
    sh_for *f = &c->for_;
    sh_strs words = {0};
    sh->line = c->line;
    if (!sh_is_name(f->name)) {
        sh_error(sh, "`%s': not a valid identifier", f->name.p);
        return sh->status = 1;
    }
    if (f->positional) { /* a copy: the parameters may change while the loop runs */
        for (size_t i = 0; i < sh->params.n; i++)
            sh_strs_add(&words, sh_strdup(sh->params.v[i]));
    } else if (!sh_expand_words(sh, f->words, f->n_words, &words)) {
        sh_strs_done(&words);
        return sh_discarded(sh);
    }
    int status = run_for_words(sh, c, &words);
    sh_strs_done(&words);
    return status;
}

static bool arith(shell *sh, sh_cmd *c, sh_arith_text *t, int64_t *ret)
{
    *ret = 1;
    if (!t)
        return true;
    sh->line = c->line;
    if (!sh_debug_trap(sh, c))
        return true;
    if (sh->opt[SH_OPT_XTRACE]) {
        sh_buf b = {0};
        sh_buf_z(&b, "(( ");
        sh_buf_add(&b, t->word->raw.p, t->word->raw.n);
        sh_buf_z(&b, " ))");
        sh_trace(sh, sh_buf_str(&b), b.n);
        sh_buf_done(&b);
    }
    return sh_arith_who(sh, "((", t, ret);
}

FRAME int run_for_arith(shell *sh, sh_cmd *c)
{
    sh_for_arith *f = &c->for_arith;
    int64_t value;
    int status = 0;
    if (!arith(sh, c, f->init, &value))
        return sh->status = 1;
    sh->loop_depth++;
    for (;;) {
        if (!arith(sh, c, f->test, &value)) {
            status = 1;
            break;
        }
        if (value == 0 || sh->unwind != SH_GO)
            break;
        if (f->body)
            status = sh_run(sh, f->body);
        if (!sh_loop_goes_on(sh)) {
            status = sh->status;
            break;
        }
        if (!arith(sh, c, f->step, &value)) {
            status = 1;
            break;
        }
    }
    sh->loop_depth--;
    return sh->status = status;
}

/* ---- case ---- */

FRAME bool case_matches(shell *sh, sh_case_item *item, uint32_t i, bx_str subject)
{
    sh_word *w = item->patterns[i];
    bool nocase = sh->shopt[SH_SHOPT_NOCASEMATCH];
    if ((w->flags & SH_WORD_LITERAL) && !nocase) {
        bx_str text = w->n_parts ? w->parts[0].text : (bx_str){"", 0};
        return bx_str_eq(text, subject);
    }
    unsigned flags =
        (sh->shopt[SH_SHOPT_EXTGLOB] ? SH_MATCH_EXTGLOB : 0u) | (nocase ? SH_MATCH_NOCASE : 0u);
    size_t n;
    char *text = sh_expand_pattern(sh, w, false, &n);
    if (!text)
        return false;
    bool yes = sh_pattern_match(sh_pattern_cached((bx_str){text, n}, flags), subject);
    free(text);
    return yes;
}

FRAME int run_case(shell *sh, sh_cmd *cmd)
{
    sh_case *c = &cmd->case_;
    sh->line = cmd->line;
    if (!sh_debug_trap(sh, cmd))
        return sh->status;
    if (sh->opt[SH_OPT_XTRACE]) {
        sh_buf b = {0};
        sh_buf_z(&b, "case ");
        sh_buf_add(&b, c->word->raw.p, c->word->raw.n);
        sh_buf_z(&b, " in");
        sh_trace(sh, sh_buf_str(&b), b.n);
        sh_buf_done(&b);
    }
    size_t n;
    char *subject = sh_expand_string(sh, c->word, &n);
    if (!subject)
        return sh_discarded(sh);
    sh->status = 0;
    bool fall = false;
    for (uint32_t i = 0; i < c->n && sh->unwind == SH_GO; i++) {
        sh_case_item *item = &c->items[i];
        bool yes = fall;
        for (uint32_t k = 0; k < item->n_patterns && !yes && sh->unwind == SH_GO; k++)
            yes = case_matches(sh, item, k, (bx_str){subject, n});
        if (!yes || sh->unwind != SH_GO)
            continue;
        sh->status = 0;
        if (item->body)
            (void)sh_run(sh, item->body);
        if (item->end == SH_CASE_BREAK)
            break;
        fall = item->end == SH_CASE_FALL;
    }
    free(subject);
    return sh->status;
}

/* ---- simple commands ---- */

static void free_compounds(sh_compound **c, size_t n)
{
    for (size_t i = 0; c && i < n; i++)
        sh_compound_free(c[i]);
    free(c);
}

/* The words of a command that declares: some are assignments. */
FRAME bool expand_declaring(shell *sh, sh_simple *s, sh_strs *args, sh_compound ***ret)
{
    size_t cap = 0;
    for (uint32_t i = 0; i < s->n_words; i++) {
        sh_compound *compound = NULL;
        if (s->words[i]->assign) {
            char *text;
            if (!sh_expand_declaration(sh, s->words[i], &text, &compound))
                return false;
            sh_strs_add(args, text);
        } else if (!sh_expand_fields(sh, s->words[i], args)) {
            return false;
        }
        if (args->n > cap) {
            size_t more = args->n + 8;
            *ret = sh_realloc(*ret, more * sizeof **ret);
            memset(*ret + cap, 0, (more - cap) * sizeof **ret);
            cap = more;
        }
        if (compound)
            (*ret)[args->n - 1] = compound;
    }
    return true;
}

void sh_trace_words(shell *sh, const sh_strs *args, sh_buf *assigns)
{
    sh_buf b = {0};
    for (size_t i = 0; i < args->n; i++) {
        if (i)
            sh_buf_c(&b, ' ');
        sh_quote_trace(&b, args->v[i]);
    }
    if (assigns->n) {
        if (assigns->p[assigns->n - 1] == ' ')
            assigns->n--;
        sh_trace(sh, assigns->p, assigns->n);
    }
    if (args->n)
        sh_trace(sh, sh_buf_str(&b), b.n);
    sh_buf_done(&b);
}

int sh_discarded(shell *sh)
{
    if (sh->unwind == SH_GO && sh->status == 0)
        sh->status = 1;
    return sh->status;
}

/* Assignments alone, and redirections alone. */
FRAME int run_null(shell *sh, sh_cmd *c)
{
    sh_simple *s = &c->simple;
    sh_buf trace = {0};
    bool x = sh->opt[SH_OPT_XTRACE];
    for (uint32_t i = 0; i < s->n_assigns; i++) {
        int status = sh_assign_run(sh, s->assigns[i], x ? &trace : NULL);
        if (x && trace.n) {
            if (trace.p[trace.n - 1] == ' ')
                trace.n--;
            sh_trace(sh, trace.p, trace.n);
            trace.n = 0;
        }
        if (status != 0) {
            sh_buf_done(&trace);
            sh->status = status;
            if (sh->unwind == SH_GO)
                sh_discard(sh, sh->opt[SH_OPT_POSIX] ? 127 : 1);
            return sh->status;
        }
    }
    sh_buf_done(&trace);
    if (c->redirs) {
        sh_undo *undo = NULL;
        int status = sh_redirect(sh, c->redirs, &undo);
        sh_redirect_undo(sh, &undo);
        if (status != 0)
            return sh->status = status;
    }
    if (sh->unwind == SH_GO)
        sh->status = sh->substituted ? sh->last_substitution : 0;
    return sh->status;
}

int sh_call_builtin(shell *sh, const sh_builtin *b, int argc, char **argv)
{
    const char *before = sh->builtin;
    sh->builtin = b->name;
    sh->out_error = 0;
    int status = b->run(sh, argc, argv);
    if (sh->out.n && !sh_fd_open(sh, 1))
        (void)sh_flush(sh);
    if (sh->out_error) {
        sh_builtin_error(sh, "write error: %s", sh_strerror(sh->out_error));
        sh->out_error = 0;
        if (status == 0)
            status = 1;
    }
    sh->builtin = before;
    return sh->status = sh->unwind == SH_EXIT ? sh->status : status;
}

/* Is it a builtin before a function, as posix mode has special ones? */
static const sh_builtin *special(shell *sh, const char *name)
{
    const sh_builtin *b = sh->opt[SH_OPT_POSIX] ? sh_builtin_find(sh, name) : NULL;
    return b && (b->flags & SH_BUILTIN_SPECIAL) ? b : NULL;
}

/* exec, command exec, builtin exec: its redirections stay. */
static bool is_exec(const sh_builtin *b, int argc, char **argv)
{
    if (b->run == sh_bi_exec)
        return true;
    if (b->run != sh_bi_command && b->run != sh_bi_builtin)
        return false;
    int i = 1;
    while (i < argc && (strcmp(argv[i], "-p") == 0 || strcmp(argv[i], "--") == 0 ||
                        strcmp(argv[i], "command") == 0 || strcmp(argv[i], "builtin") == 0))
        i++;
    return i < argc && strcmp(argv[i], "exec") == 0;
}

FRAME bool run_here(shell *sh, sh_cmd *c, const sh_builtin *b, sh_func *f, int argc, char **argv)
{
    sh_undo *undo = NULL;
    bool for_ever = b && is_exec(b, argc, argv);
    int status = c->redirs ? sh_redirect(sh, c->redirs, for_ever ? NULL : &undo) : 0;
    if (status != 0) {
        sh_redirect_undo(sh, &undo);
        sh->status = status;
        if (b && (b->flags & SH_BUILTIN_SPECIAL) && !sh->interactive && sh->opt[SH_OPT_POSIX])
            sh_exit(sh, status);
        return false;
    }
    if (f) {
        (void)sh_func_call(sh, f, argc, argv);
    } else {
        (void)sh_call_builtin(sh, b, argc, argv);
        if (undo && sh->out.n && sh_flush(sh) && sh->out_error) {
            const char *before = sh->builtin;
            sh->builtin = b->name;
            sh_builtin_error(sh, "write error: %s", sh_strerror(sh->out_error));
            sh->builtin = before;
            sh->out_error = 0;
            sh->status = sh->status ? sh->status : 1;
        }
    }
    sh_redirect_undo(sh, &undo);
    return true;
}

FRAME int run_command(shell *sh, sh_cmd *c, sh_strs *args, sh_compound **compounds)
{
    sh_simple *s = &c->simple;
    const sh_builtin *b = special(sh, args->v[0]);
    sh_func *f = b ? NULL : sh_func_find(sh, args->v[0]);
    if (!b && !f)
        b = sh_builtin_find(sh, args->v[0]);
    sh_buf trace = {0};
    bool x = sh->opt[SH_OPT_XTRACE], scope = s->n_assigns > 0;
    bool keeps = scope && sh->opt[SH_OPT_POSIX] && b && (b->flags & SH_BUILTIN_SPECIAL);
    if (scope)
        sh_scope_enter(true);
    if (scope && b)
        sh_scope_of_builtin();
    int status = 0;
    for (uint32_t i = 0; i < s->n_assigns && sh->unwind == SH_GO; i++) {
        int one = sh_assign_run_temp(sh, s->assigns[i], x ? &trace : NULL);
        status = one ? one : status;
    }
    if (x && sh->unwind == SH_GO)
        sh_trace_words(sh, args, &trace);
    sh_buf_done(&trace);
    if (sh->unwind == SH_GO && (status == 0 || !keeps)) {
        if (f || b) {
            const sh_compound *const *before = sh->compound;
            sh->compound = (const sh_compound *const *)compounds;
            (void)run_here(sh, c, b, f, (int)args->n, args->v);
            sh->compound = before;
        } else {
            (void)sh_run_program(sh, (int)args->n, args->v, c->redirs, 0);
        }
    } else if (status) {
        sh->status = status;
    }
    if (keeps)
        sh_scope_keep();
    else if (scope)
        sh_scope_leave();
    return sh->status;
}

FRAME int run_simple(shell *sh, sh_cmd *c)
{
    sh_simple *s = &c->simple;
    sh->line = c->line;
    if (!sh_debug_trap(sh, c))
        return sh->status;
    size_t mark = sh_procsub_mark(sh);
    sh_strs args = {0};
    sh_compound **compounds = NULL;
    bool declares = false;
    sh->substituted = false;
    for (uint32_t i = 0; i < s->n_words && !declares; i++)
        declares = s->words[i]->assign != NULL;
    bool ok = declares ? expand_declaring(sh, s, &args, &compounds)
                       : s->n_words == 0 || sh_expand_words(sh, s->words, s->n_words, &args);
    sh->line = c->line;
    if (!ok || sh->unwind != SH_GO) {
        (void)sh_discarded(sh);
    } else if (args.n == 0) {
        (void)run_null(sh, c);
        sh_set_underscore("");
    } else {
        sh_set_underscore(args.v[args.n - 1]);
        (void)run_command(sh, c, &args, compounds);
    }
    bool keep = args.n > 0 && strcmp(args.v[0], "exec") == 0;
    sh_procsub_close(sh, mark, !keep);
    free_compounds(compounds, compounds ? args.n : 0);
    sh_strs_done(&args);
    sh_set_pipe_status(sh, sh->status);
    return sh->status;
}

int sh_run_words(shell *sh, int argc, char **argv, unsigned flags)
{
    sh_func *f = flags & SH_RUN_NO_FUNCTIONS ? NULL : sh_func_find(sh, argv[0]);
    if (f)
        return sh_func_call(sh, f, argc, argv);
    const sh_builtin *b = sh_builtin_find(sh, argv[0]);
    if (b)
        return sh_call_builtin(sh, b, argc, argv);
    return sh_run_program(sh, argc, argv, NULL, flags);
}

/* ---- everything ---- */

FRAME int run_subshell(shell *sh, sh_cmd *c)
{
    sh_subshell s;
    sh_subshell_enter(sh, &s);
    (void)sh_run(sh, c->group);
    bx_ended e = {.pid = sh->own_pid,
                  .kind = BX_ENDED_SIGNAL,
                  .signal = (uint32_t)s.killed,
                  .code = 128 + s.killed};
    int status = sh_subshell_leave(sh, &s);
    if (s.killed) {
        sh_command_set(sh, c);
        sh->line = c->line;
        (void)sh_ended_status(sh, &e, true);
    }
    sh_set_pipe_status(sh, status);
    return sh->status = status;
}

FRAME int run_arith(shell *sh, sh_cmd *c)
{
    int64_t value;
    sh->status = !arith(sh, c, c->arith, &value) ? 1 : value == 0;
    sh_set_pipe_status(sh, sh->status);
    return sh->status;
}

static int run_kind(shell *sh, sh_cmd *c)
{
    switch ((sh_cmd_kind)c->kind) {
    case SH_CMD_SIMPLE:
        (void)run_simple(sh, c);
        break;
    case SH_CMD_PIPELINE:
        return sh_run_pipeline(sh, &c->pipeline);
    case SH_CMD_AND_OR:
        return run_and_or(sh, &c->and_or);
    case SH_CMD_LIST:
        return run_list(sh, &c->list);
    case SH_CMD_GROUP:
        return sh_run(sh, c->group);
    case SH_CMD_SUBSHELL:
        (void)run_subshell(sh, c);
        sh->line = c->line;
        if (!sh->in_trap)
            sh_command_set(sh, c);
        break;
    case SH_CMD_FUNCTION:
        sh->line = c->line;
        (void)sh_func_define(sh, c->function.name, sh->unit, c->function.body, c->line);
        break;
    case SH_CMD_IF:
        return run_if(sh, &c->if_);
    case SH_CMD_CASE:
        return run_case(sh, c);
    case SH_CMD_FOR:
        return run_for(sh, c);
    case SH_CMD_SELECT:
        return sh_run_select(sh, c);
    case SH_CMD_WHILE:
        return run_while(sh, &c->loop, false);
    case SH_CMD_UNTIL:
        return run_while(sh, &c->loop, true);
    case SH_CMD_FOR_ARITH:
        return run_for_arith(sh, c);
    case SH_CMD_ARITH:
        (void)run_arith(sh, c);
        break;
    case SH_CMD_COND:
        sh->line = c->line;
        if (sh_debug_trap(sh, c))
            (void)sh_run_cond(sh, c->cond);
        sh_set_pipe_status(sh, sh->status);
        break;
    case SH_CMD_COPROC:
        return sh_run_coproc(sh, c);
    }
    if (sh->status != 0 && sh->unwind == SH_GO)
        sh_after_failure(sh);
    return sh->status;
}

FRAME int run_redirected(shell *sh, sh_cmd *c)
{
    sh_undo *undo = NULL;
    size_t mark = sh_procsub_mark(sh);
    sh->line = c->line;
    int status = sh_redirect(sh, c->redirs, &undo);
    if (status == 0) {
        (void)run_kind(sh, c);
    } else if (sh->unwind == SH_GO) {
        sh->status = status;
        sh_set_pipe_status(sh, status);
        sh_after_failure(sh);
    }
    sh_redirect_undo(sh, &undo);
    sh_procsub_close(sh, mark, true);
    return sh->status;
}

int sh_run(shell *sh, sh_cmd *c)
{
    if (!c)
        return sh->status = 0;
    if (sh->opt[SH_OPT_NOEXEC] && !sh->interactive)
        return sh->status;
    if (sh->deadline_ns && (sh->timed_out || (++sh->steps & 63) == 0) && sh_deadline_past(sh))
        return sh->status;
    if (!sh_deeper(sh))
        return sh->status;
    int status = c->redirs && c->kind != SH_CMD_SIMPLE ? run_redirected(sh, c) : run_kind(sh, c);
    sh->depth--;
    if (sh->signals_wanted)
        sh_poll_signals(sh), status = sh->status;
    return status;
}
