/* Printing of commands in bash's own layout: 4 columns a level, here-documents behind the line that
 * names them. */
#include "shell/unparse.h"
#include "shell/parse.h"

enum { STEP = 4, MAX_INDENT = 400 };

typedef struct printer {
    bx_buf *out;
    int indent;
    int in_function;
    bool skip_indent;         /* the next command goes on in this line */
    bool was_heredoc;         /* a body has just been printed: no `;` */
    const sh_redir **pending; /* here-documents whose bodies are to come */
    size_t n_pending, cap_pending;
} printer;

static void command(printer *p, const sh_cmd *c);

static void put(printer *p, const char *z) { bx_buf_add_z(p->out, z); }
static void put_str(printer *p, bx_str s) { bx_buf_add_str(p->out, s); }

static void indent(printer *p)
{
    for (int i = p->indent < MAX_INDENT ? p->indent : MAX_INDENT; i > 0; i--)
        bx_buf_add_c(p->out, ' ');
}

static void newline(printer *p, const char *z)
{
    put(p, "\n");
    indent(p);
    put(p, z);
}

static void semicolon(printer *p)
{
    if (p->out->n && (p->out->p[p->out->n - 1] == '&' || p->out->p[p->out->n - 1] == '\n'))
        return;
    put(p, ";");
}

static void same_line(printer *p, const sh_cmd *c)
{
    p->skip_indent = true;
    command(p, c);
}

/* ---- redirections */

static void single_quoted(printer *p, bx_str s)
{
    put(p, "'");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            put(p, "'\\'");
        bx_buf_add_c(p->out, s.p[i]);
    }
    put(p, "'");
}

static void number(printer *p, const sh_redir *r, bool always)
{
    if (r->variable.p)
        bx_buf_addf(p->out, "{%.*s}", (int)r->variable.n, r->variable.p);
    else if (r->fd_given || always) {
        bool standard =
            r->fd == (r->kind == SH_REDIR_READ || r->kind == SH_REDIR_READ_WRITE ||
                              r->kind == SH_REDIR_HEREDOC || r->kind == SH_REDIR_HERESTRING ||
                              r->kind == SH_REDIR_DUP_IN
                          ? 0
                          : 1);
        if (!standard || always)
            bx_buf_addf(p->out, "%d", r->fd);
    }
}

/* <&word and >&word: with digits or - bash prints the descriptor always. */
static void duplication(printer *p, const sh_redir *r)
{
    bx_str w = r->word->raw;
    bool digits = w.n > 0;
    for (size_t i = 0; i < w.n; i++)
        digits &= (w.p[i] >= '0' && w.p[i] <= '9') || (w.p[i] == '-' && i + 1 == w.n);
    number(p, r, digits);
    bool closes = w.n == 1 && w.p[0] == '-'; /* which is always printed like that */
    put(p, r->kind == SH_REDIR_DUP_IN && !closes ? "<&" : ">&");
    put_str(p, w);
}

void sh_unparse_redir(bx_buf *out, const sh_redir *r)
{
    static const char *const ops[] = {
        [SH_REDIR_READ] = "< ",          [SH_REDIR_WRITE] = "> ",        [SH_REDIR_APPEND] = ">> ",
        [SH_REDIR_CLOBBER] = ">| ",      [SH_REDIR_READ_WRITE] = "<> ",  [SH_REDIR_BOTH] = "&> ",
        [SH_REDIR_BOTH_APPEND] = "&>> ", [SH_REDIR_HERESTRING] = "<<< ",
    };
    printer p = {.out = out};
    if (r->kind == SH_REDIR_HEREDOC) {
        number(&p, r, false);
        put(&p, r->strip ? "<<-" : "<<");
        if (r->quoted)
            single_quoted(&p, r->delimiter);
        else
            put_str(&p, r->delimiter);
    } else if (r->kind == SH_REDIR_DUP_IN || r->kind == SH_REDIR_DUP_OUT) {
        duplication(&p, r);
    } else {
        number(&p, r, r->kind == SH_REDIR_READ_WRITE);
        put(&p, ops[r->kind]);
        put_str(&p, r->word->raw);
    }
}

static void redirections(printer *p, const sh_redir *r)
{
    for (const char *gap = ""; r; r = r->next, gap = " ") {
        put(p, gap);
        sh_unparse_redir(p->out, r);
        if (r->kind != SH_REDIR_HEREDOC)
            continue;
        if (p->n_pending == p->cap_pending) {
            p->cap_pending = p->cap_pending * 2 + 8;
            p->pending = sh_realloc(p->pending, p->cap_pending * sizeof *p->pending);
        }
        p->pending[p->n_pending++] = r;
    }
}

/* The bodies that are due; `before` stands before the newline. */
static void bodies(printer *p, const char *before)
{
    if (!p->n_pending)
        return;
    put(p, before);
    put(p, "\n");
    for (size_t i = 0; i < p->n_pending; i++) {
        const sh_redir *r = p->pending[i];
        if (r->word)
            put_str(p, r->word->raw);
        put_str(p, r->delimiter);
        put(p, "\n");
    }
    p->n_pending = 0;
    p->was_heredoc = true;
}

static void bodies_between(printer *p)
{
    if (!p->n_pending)
        return;
    bodies(p, "");
    put(p, " ");
}

/* ---- commands */

static void words(printer *p, sh_word **w, uint32_t n, const char *between)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            put(p, between);
        put_str(p, w[i]->raw);
    }
}

static void simple(printer *p, const sh_cmd *c)
{
    const sh_simple *s = &c->simple;
    for (uint32_t i = 0; i < s->n_assigns; i++) {
        if (i)
            put(p, " ");
        put_str(p, s->assigns[i]->raw);
    }
    if (s->n_assigns && s->n_words)
        put(p, " ");
    words(p, s->words, s->n_words, " ");
    if (c->redirs) {
        if (s->n_assigns || s->n_words)
            put(p, " ");
        redirections(p, c->redirs);
    }
}

static void pipeline(printer *p, const sh_pipeline *l)
{
    if (l->timed)
        put(p, l->timed_posix ? "time -p " : "time ");
    if (l->negate)
        put(p, "! ");
    for (uint32_t i = 0; i < l->n; i++) {
        if (i) {
            put(p, l->both[i - 1] ? " 2>&1 |" : " |");
            bodies_between(p);
            put(p, " ");
        }
        same_line(p, l->cmds[i]);
    }
    p->skip_indent = false;
}

static void and_or(printer *p, const sh_and_or *a)
{
    for (uint32_t i = 0; i < a->n; i++) {
        if (i) {
            put(p, a->ops[i - 1] == SH_OR ? " || " : " && ");
            bodies_between(p);
        }
        same_line(p, a->cmds[i]);
    }
}

static void list(printer *p, const sh_list *l)
{
    bool same = true;
    for (uint32_t i = 0; i < l->n; i++) {
        p->skip_indent = same;
        command(p, l->cmds[i]);
        bool last = i + 1 == l->n;
        if (l->background[i]) {
            put(p, " &");
            bodies_between(p);
            put(p, last ? "" : " ");
            same = true;
            continue;
        }
        if (last) {
            bodies(p, "");
            break;
        }
        if (p->n_pending)
            bodies(p, p->in_function ? "" : ";");
        else if (!p->was_heredoc)
            put(p, ";");
        p->was_heredoc = false;
        put(p, p->in_function ? "\n" : " ");
        same = !p->in_function;
    }
}

static void body(printer *p, const sh_cmd *c)
{
    p->indent += STEP;
    if (c) {
        p->skip_indent = false;
        command(p, c);
    }
    bodies(p, "");
    p->indent -= STEP;
}

static void if_(printer *p, const sh_if *f, uint32_t from)
{
    put(p, "if ");
    same_line(p, f->conds[from]);
    bodies(p, "");
    semicolon(p);
    put(p, " then\n");
    body(p, f->bodies[from]);
    if (from + 1 < f->n || f->otherwise) {
        semicolon(p);
        newline(p, "else\n");
        p->indent += STEP;
        if (from + 1 < f->n) {
            indent(p);
            if_(p, f, from + 1);
        } else {
            p->skip_indent = false;
            command(p, f->otherwise);
        }
        bodies(p, "");
        p->indent -= STEP;
    }
    semicolon(p);
    newline(p, "fi");
}

static void case_(printer *p, const sh_case *k)
{
    static const char *const ends[] = {";;", ";&", ";;&"};
    put(p, "case ");
    put_str(p, k->word->raw);
    put(p, " in ");
    p->indent += STEP;
    for (uint32_t i = 0; i < k->n; i++) {
        newline(p, "");
        words(p, k->items[i].patterns, k->items[i].n_patterns, " | ");
        put(p, ")\n");
        body(p, k->items[i].body);
        newline(p, ends[k->items[i].end]);
    }
    p->indent -= STEP;
    newline(p, "esac");
}

static void loop_body(printer *p, const sh_cmd *c)
{
    body(p, c);
    semicolon(p);
    newline(p, "done");
}

static void for_(printer *p, const sh_cmd *c)
{
    put(p, c->kind == SH_CMD_FOR ? "for " : "select ");
    put_str(p, c->for_.name);
    put(p, " in ");
    if (c->for_.positional)
        put(p, "\"$@\"");
    words(p, c->for_.words, c->for_.n_words, " ");
    put(p, ";");
    newline(p, "do\n");
    loop_body(p, c->for_.body);
}

static void for_arith(printer *p, const sh_for_arith *f)
{
    const sh_arith_text *parts[] = {f->init, f->test, f->step};
    put(p, "for ((");
    for (int i = 0; i < 3; i++) {
        put(p, i ? "; " : "");
        if (parts[i])
            put_str(p, parts[i]->word->raw);
        else
            put(p, "1");
    }
    put(p, "))");
    newline(p, "do\n");
    loop_body(p, f->body);
}

static void while_(printer *p, const sh_cmd *c)
{
    put(p, c->kind == SH_CMD_WHILE ? "while " : "until ");
    same_line(p, c->loop.cond);
    bodies(p, "");
    semicolon(p);
    put(p, " do\n");
    loop_body(p, c->loop.body);
}

static void group(printer *p, const sh_cmd *c)
{
    put(p, "{ ");
    if (p->in_function) {
        put(p, "\n");
        p->indent += STEP;
        p->skip_indent = false;
    } else {
        p->skip_indent = true;
    }
    command(p, c);
    bodies(p, "");
    if (p->in_function) {
        p->indent -= STEP;
        newline(p, "");
    } else {
        semicolon(p);
        put(p, " ");
    }
    put(p, "}");
}

/* From "() " on. */
static void function_rest(printer *p, const sh_cmd *c)
{
    put(p, "() \n");
    indent(p);
    put(p, "{ \n");
    p->in_function++;
    p->indent += STEP;
    p->skip_indent = false;
    const sh_redir *r = NULL;
    if (c->kind == SH_CMD_GROUP) {
        r = c->redirs;
        command(p, c->group);
    } else {
        command(p, c);
    }
    bodies(p, "");
    p->indent -= STEP;
    p->in_function--;
    newline(p, r ? "} " : "}");
    redirections(p, r);
}

static void cond(printer *p, const sh_cond *c)
{
    switch (c->kind) {
    case SH_COND_AND:
    case SH_COND_OR:
        cond(p, c->left);
        put(p, c->kind == SH_COND_AND ? " && " : " || ");
        cond(p, c->right);
        break;
    case SH_COND_NOT:
        put(p, "! ");
        cond(p, c->left);
        break;
    case SH_COND_GROUP:
        put(p, "( ");
        cond(p, c->left);
        put(p, " )");
        break;
    case SH_COND_UNARY:
        put_str(p, c->op);
        put(p, " ");
        put_str(p, c->a->raw);
        break;
    case SH_COND_BINARY:
        put_str(p, c->a->raw);
        put(p, " ");
        put_str(p, c->op);
        put(p, " ");
        put_str(p, c->b->raw);
        break;
    default:
        put(p, "-n ");
        put_str(p, c->a->raw);
        break;
    }
}

static void compound(printer *p, const sh_cmd *c)
{
    switch (c->kind) {
    case SH_CMD_PIPELINE:
        pipeline(p, &c->pipeline);
        break;
    case SH_CMD_AND_OR:
        and_or(p, &c->and_or);
        break;
    case SH_CMD_LIST:
        list(p, &c->list);
        break;
    case SH_CMD_GROUP:
        group(p, c->group);
        break;
    case SH_CMD_SUBSHELL:
        put(p, "( ");
        same_line(p, c->group);
        bodies(p, "");
        put(p, " )");
        break;
    case SH_CMD_FUNCTION:
        put(p, "function ");
        put_str(p, c->function.name);
        put(p, " ");
        function_rest(p, c->function.body);
        break;
    case SH_CMD_IF:
        if_(p, &c->if_, 0);
        break;
    case SH_CMD_CASE:
        case_(p, &c->case_);
        break;
    case SH_CMD_FOR:
    case SH_CMD_SELECT:
        for_(p, c);
        break;
    case SH_CMD_WHILE:
    case SH_CMD_UNTIL:
        while_(p, c);
        break;
    case SH_CMD_FOR_ARITH:
        for_arith(p, &c->for_arith);
        break;
    case SH_CMD_ARITH:
        put(p, "((");
        put_str(p, c->arith->word->raw);
        put(p, "))");
        break;
    case SH_CMD_COND:
        put(p, "[[ ");
        cond(p, c->cond);
        put(p, " ]]");
        break;
    case SH_CMD_COPROC:
        put(p, "coproc ");
        put_str(p, c->coproc.name);
        put(p, " ");
        same_line(p, c->coproc.body);
        break;
    default:
        break;
    }
}

static void command(printer *p, const sh_cmd *c)
{
    if (!p->skip_indent)
        indent(p);
    p->skip_indent = false;
    if (c->kind == SH_CMD_SIMPLE) {
        simple(p, c);
        return;
    }
    compound(p, c);
    if (c->redirs) {
        put(p, " ");
        redirections(p, c->redirs);
    }
}

void sh_unparse_command(bx_buf *out, const sh_cmd *c)
{
    printer p = {.out = out, .skip_indent = true};
    command(&p, c);
    bodies(&p, "");
    free(p.pending);
}

void sh_unparse_function(bx_buf *out, bx_str name, const sh_cmd *c)
{
    printer p = {.out = out};
    if (sh_is_reserved(name))
        put(&p, "function ");
    put_str(&p, name);
    put(&p, " ");
    function_rest(&p, c);
    bodies(&p, "");
    free(p.pending);
}

void sh_unparse_cond(bx_buf *out, const sh_cond *c)
{
    printer p = {.out = out};
    cond(&p, c);
}
