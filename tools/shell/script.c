/* shell/script.c - reading source and running it command by command: texts, files, standard
 * input. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/history.h"
#include "shell/run.h"

char *sh_read_all(shell *sh, int fd, size_t *ret_n, int *ret_error)
{
    (void)sh;
    sh_buf b = {0};
    for (;;) {
        sh_buf_grow(&b, 65536);
        ssize_t n = read(fd, b.p + b.n, b.cap - b.n - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            *ret_error = errno;
        if (n <= 0)
            break;
        b.n += (size_t)n;
    }
    *ret_n = b.n;
    return sh_buf_take(&b);
}

/* ---- what the parser asks ---- */

static bool alias_of(void *ctx, bx_str name, bx_str *ret)
{
    const char *value = sh_alias_find(ctx, name.p, name.n);
    if (!value)
        return false;
    *ret = bx_str_of(value);
    return true;
}

static unsigned options_of(void *ctx)
{
    const shell *sh = ctx;
    unsigned o = 0;
    if (sh->shopt[SH_SHOPT_EXTGLOB])
        o |= SH_SYNTAX_EXTGLOB;
    if (sh->shopt[SH_SHOPT_EXPAND_ALIASES])
        o |= SH_SYNTAX_ALIASES;
    if (sh->opt[SH_OPT_POSIX])
        o |= SH_SYNTAX_POSIX;
    if (sh->interactive && !sh->shopt[SH_SHOPT_INTERACTIVE_COMMENTS])
        o |= SH_SYNTAX_NO_COMMENTS;
    return o;
}

static void warn(void *ctx, int32_t line, bx_str text)
{
    shell *sh = ctx;
    int before = sh->line;
    sh->line = line;
    sh_error(sh, "warning: %.*s", (int)text.n, text.p);
    sh->line = before;
}

const sh_source *sh_plain_source(shell *sh)
{
    static sh_source source;
    source = (sh_source){.ctx = sh, .alias = alias_of, .options = options_of, .warn = warn};
    return &source;
}

void sh_print_parse_error(shell *sh, const sh_parse_error *e, const char *what)
{
    sh_buf b = {0};
    for (int i = 0; i < e->n; i++) {
        sh_buf_z(&b, sh_error_name(sh));
        sh_buf_z(&b, ": ");
        if (what) {
            sh_buf_z(&b, what);
            sh_buf_z(&b, ": ");
        }
        if (!sh->interactive) {
            sh_buf_z(&b, "line ");
            sh_buf_int(&b, e->messages[i].line);
            sh_buf_z(&b, ": ");
        }
        sh_buf_add(&b, e->messages[i].text.p, e->messages[i].text.n);
        sh_buf_c(&b, '\n');
    }
    sh_err_put(sh, b.p, b.n);
    sh_buf_done(&b);
}

/* ---- running ---- */

static void show_source(shell *sh, const sh_unit *u)
{
    if (sh->opt[SH_OPT_VERBOSE] && u->source.n) {
        sh_err_put(sh, u->source.p, u->source.n);
        if (u->source.p[u->source.n - 1] != '\n')
            sh_err_put(sh, "\n", 1);
    }
}

/* Runs what the parser gives, to the end or to what unwinds; *ret_ran: was there any command?
 * `top`: it is the script. */
static int run_parser(shell *sh, sh_parser *p, const char *what, bool top, bool *ret_ran)
{
    *ret_ran = false;
    while (sh->unwind == SH_GO) {
        sh_unit *unit = NULL;
        sh_parse_error e;
        sh_parse_result r = sh_parser_next(p, &unit, &e);
        if (r == SH_PARSE_END || (r == SH_PARSE_ERROR && sh->unwind != SH_GO))
            break;
        if (r == SH_PARSE_ERROR) {
            sh_print_parse_error(sh, &e, what);
            *ret_ran = true;
            if (e.status == 1) { /* an array literal: bash drops the line only */
                sh->status = 1;
                continue;
            }
            sh->status = 2;
            break;
        }
        show_source(sh, unit);
        if (unit->cmd) {
            *ret_ran = true;
            (void)sh_run_unit(sh, unit);
        }
        sh_unit_unref(unit);
        if (sh->unwind == SH_DISCARD && sh->discards_all && !sh->interactive) {
            if (!top)
                break;
            if (sh->from_command)
                sh_exit(sh, 1);
        }
        if (sh->unwind == SH_DISCARD) {
            sh->unwind = SH_GO;
            if (sh->status == 0)
                sh->status = 1;
            if (sh->opt[SH_OPT_ERREXIT] && sh->condition == 0)
                sh_exit(sh, sh->status);
        }
        if (sh->opt[SH_OPT_ONECMD] && sh->unwind == SH_GO && !sh->frame)
            sh_exit(sh, sh->status);
    }
    return sh->status;
}

static const char *what_of(const shell *sh)
{
    return sh->eval_name                                    ? sh->eval_name
           : sh->from_command && !sh->frame && !sh->in_trap ? "-c"
                                                            : NULL;
}

static int run_text(shell *sh, const char *text, size_t n, int line, bool *ret_ran)
{
    if (!sh_deeper(sh))
        return sh->status;
    sh_parser *p = sh_parser_new(sh_plain_source(sh), (bx_str){text, n}, line);
    int status = run_parser(sh, p, what_of(sh), false, ret_ran);
    sh_parser_free(p);
    sh->depth--;
    return status;
}

int sh_run_text(shell *sh, const char *text, size_t n, int line)
{
    bool ran;
    return run_text(sh, text, n, line, &ran);
}

int sh_eval(shell *sh, const char *text, size_t n, const char *what)
{
    const char *before = sh->eval_name;
    int line = sh->line;
    bool ran;
    sh->eval_name = what;
    int status = run_text(sh, text, n, line, &ran);
    sh->eval_name = before;
    sh->line = line;
    if (!ran && sh->unwind == SH_GO)
        status = sh->status = 0;
    return status;
}

/* A NUL in the first line: no script. */
static bool is_binary(const char *p, size_t n)
{
    if (n > 80)
        n = 80;
    if (n == 0)
        return false;
    const char *nul = memchr(p, '\0', n), *line = memchr(p, '\n', n);
    return nul && (!line || nul < line);
}

static char *without_nuls(char *text, size_t *n)
{
    if (*n == 0 || !memchr(text, '\0', *n))
        return text;
    size_t to = 0;
    for (size_t i = 0; i < *n; i++)
        if (text[i])
            text[to++] = text[i];
    text[to] = '\0';
    *n = to;
    return text;
}

/* The contents of a script; NULL after a message, with the status. */
static char *load(shell *sh, const char *shown, const char *path, bool script, size_t *ret_n,
                  int *ret_status)
{
    struct stat st;
    int fd = sh_open(sh, path, O_RDONLY), error = fd < 0 ? -fd : 0;
    char *text = NULL;
    *ret_n = 0;
    if (!error && strncmp(path, "/dev/", 5) != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        error = EISDIR;
    if (!error)
        text = sh_read_all(sh, fd, ret_n, &error);
    if (fd >= 0)
        (void)close(fd);
    if (!error && is_binary(text, *ret_n)) {
        free(text);
        if (script)
            sh_error_plain(sh, "%s: cannot execute binary file", shown);
        else
            sh_builtin_error(sh, "%s: cannot execute binary file", shown);
        *ret_status = 126;
        return NULL;
    }
    if (error) {
        free(text);
        *ret_status = script ? (error == ENOENT ? 127 : 126) : 1;
        if (script)
            sh_error_plain(sh, "%s: %s", shown, sh_strerror(error));
        else if (error == EISDIR)
            sh_builtin_error(sh, "%s: is a directory", shown);
        else
            sh_error(sh, "%s: %s", shown, sh_strerror(error));
        return NULL;
    }
    return without_nuls(text, ret_n);
}

static int run_script(shell *sh, const char *path)
{
    size_t n;
    int status = 0;
    struct stat st;
    char *found = NULL;
    if (!strchr(path, '/') && stat(path, &st) != 0) {
        const char *list = sh_get("PATH");
        found = list ? sh_search_path(list, path, false) : NULL;
    }
    char *text = load(sh, path, found ? found : path, true, &n, &status);
    free(found);
    if (!text)
        return sh->status = status;
    sh->source = sh_strdup(path);
    (void)sh_run_lines(sh, text, n);
    free(text);
    return sh->status;
}

static int run_sourced(shell *sh, const char *shown, const char *path)
{
    size_t n;
    int status = 0, line = sh->line;
    char *text = load(sh, shown, path, false, &n, &status);
    if (!text)
        return status;
    char *name = sh_strdup(path);
    sh_frame frame = {sh->frame, "source", name, line, true};
    const char *eval_name = sh->eval_name, *builtin = sh->builtin;
    sh->eval_name = NULL;
    sh->builtin = NULL;
    sh->frame = &frame;
    sh->source_depth++;
    bool ran;
    (void)run_text(sh, text, n, 1, &ran);
    if (sh->unwind == SH_RETURN)
        sh->unwind = SH_GO;
    sh->source_depth--;
    sh->frame = frame.outer;
    sh->eval_name = eval_name;
    sh->builtin = builtin;
    sh->line = line;
    free(name);
    free(text);
    if (!ran && sh->unwind == SH_GO)
        sh->status = 0;
    if (sh->unwind == SH_GO && sh_trap_text(sh, SH_TRAP_RETURN))
        (void)sh_trap_run(sh, SH_TRAP_RETURN);
    return sh->status;
}

int sh_run_file(shell *sh, const char *path, bool script)
{
    if (script)
        return run_script(sh, path);
    char *found = NULL;
    const char *list = sh_get("PATH");
    if (!strchr(path, '/') && sh->shopt[SH_SHOPT_SOURCEPATH] && list && *list)
        found = sh_search_path(list, path, false);
    if (!strchr(path, '/') && !found && sh->opt[SH_OPT_POSIX]) {
        sh_builtin_error(sh, "%s: file not found", path);
        return 1;
    }
    int status = run_sourced(sh, path, found ? found : path);
    free(found);
    return status;
}

/* ---- standard input ---- */

typedef struct lines {
    shell *sh;
    sh_buf line;
    bool prompts, ended;
    bool dropped;     /* by a signal, with all that was read of the command */
    const char *text; /* what is left of a script; NULL: standard input */
    size_t n;
    int number; /* of the line that was read last */
} lines;

/* What is about to wait for input may wait for an answer to what is not written yet. */
static void flush_before(shell *sh, int fd)
{
    if (sh->out.n && lseek(fd, 0, SEEK_CUR) < 0)
        (void)sh_flush(sh);
}

long sh_read(shell *sh, int fd, void *p, size_t n)
{
    flush_before(sh, fd);
    for (;;) {
        ssize_t did = read(fd, p, n);
        if (did >= 0)
            return did;
        if (errno != EINTR)
            return -errno;
        if (sh->signals_wanted && sh_signals_pending(sh))
            return -EINTR;
    }
}

int sh_wait_readable(shell *sh, int fd, uint64_t timeout_ns)
{
    flush_before(sh, fd);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
    int n = poll(&p, 1, ms > INT32_MAX ? INT32_MAX : (int)ms);
    return n < 0 ? (errno == EINTR ? -EINTR : 1) : n > 0;
}

bool sh_unread(shell *sh, int fd, size_t n)
{
    (void)sh;
    return lseek(fd, -(off_t)n, SEEK_CUR) >= 0;
}

static bool next_of_text(lines *l, bool more, bx_str *ret)
{
    shell *sh = l->sh;
    while (l->n > 0) {
        const char *end = memchr(l->text, '\n', l->n);
        *ret = (bx_str){l->text, end ? (size_t)(end - l->text) + 1 : l->n};
        l->text += ret->n;
        l->n -= ret->n;
        l->number++;
        if (!sh->opt[SH_OPT_HISTORY] && !sh->opt[SH_OPT_HISTEXPAND])
            return true;
        l->line.n = 0;
        sh_buf_add(&l->line, ret->p, ret->n);
        sh->line = l->number;
        if (sh_history_line(sh, &l->line, more)) {
            *ret = (bx_str){sh_buf_str(&l->line), l->line.n};
            return true;
        }
    }
    return false;
}

/* One line and no byte more. */
static void read_line(lines *l)
{
    l->line.n = 0;
    bool seeks = lseek(0, 0, SEEK_CUR) >= 0;
    bool whole = seeks || (l->prompts && isatty(0)); /* a terminal gives no more than a line */
    for (;;) {
        char block[4096];
        long n = sh_read(l->sh, 0, block, whole ? sizeof block : 1);
        if (n == -EINTR) {
            sh_poll_signals(l->sh);
            l->dropped = l->prompts && l->sh->unwind != SH_EXIT;
            if (!l->dropped && l->sh->unwind == SH_GO)
                continue;
            l->line.n = 0;
            return;
        }
        if (n <= 0) {
            l->ended = true;
            return;
        }
        char *end = memchr(block, '\n', (size_t)n);
        size_t take = end ? (size_t)(end - block) + 1 : (size_t)n;
        sh_buf_add(&l->line, block, take);
        if (seeks && take < (size_t)n)
            (void)sh_unread(l->sh, 0, (size_t)n - take);
        if (end)
            return;
    }
}

static bool next_line(void *ctx, bool more, bx_str *ret)
{
    lines *l = ctx;
    if (l->text)
        return next_of_text(l, more, ret);
again:
    if (l->ended)
        return false;
    if (l->prompts) {
        (void)sh_flush(l->sh);
        if (!more)
            sh_jobs_notify(l->sh);
        const char *ps = sh_get(more ? "PS2" : "PS1");
        l->sh->prompting = true;
        char *prompt = sh_expand_prompt(l->sh, ps ? ps : "", true);
        l->sh->prompting = false;
        if (prompt)
            sh_err_put(l->sh, prompt, strlen(prompt));
        free(prompt);
    }
    read_line(l);
    if (l->dropped && l->sh->unwind == SH_GO)
        l->sh->unwind = SH_DISCARD;
    if (l->line.n == 0)
        return false;
    (void)sh_buf_str(&l->line);
    (void)without_nuls(l->line.p, &l->line.n);
    l->sh->line = ++l->number;
    if ((l->sh->opt[SH_OPT_HISTORY] || l->sh->opt[SH_OPT_HISTEXPAND]) &&
        !sh_history_line(l->sh, &l->line, more))
        goto again;
    (void)sh_buf_str(&l->line);
    *ret = (bx_str){l->line.p, l->line.n};
    return true;
}

static bool line_alias(void *ctx, bx_str name, bx_str *ret)
{
    return alias_of(((lines *)ctx)->sh, name, ret);
}

static unsigned line_options(void *ctx) { return options_of(((lines *)ctx)->sh); }

static void line_warn(void *ctx, int32_t line, bx_str text)
{
    warn(((lines *)ctx)->sh, line, text);
}

int sh_run_stdin(shell *sh, bool interactive)
{
    lines l = {.sh = sh, .prompts = interactive};
    sh_source source = {&l, next_line, line_alias, line_options, line_warn};
    sh_parser *p = sh_parser_new(&source, (bx_str){"", 0}, 1);
    bool ran;
    for (;;) {
        (void)run_parser(sh, p, NULL, true, &ran);
        if (!interactive || l.ended || sh->unwind == SH_EXIT)
            break;
        sh->unwind = SH_GO;
        if (l.dropped) {
            sh_parser_free(p);
            p = sh_parser_new(&source, (bx_str){"", 0}, 1);
            l.dropped = false;
        }
    }
    sh_parser_free(p);
    sh_buf_done(&l.line);
    if (interactive && l.ended)
        sh_err_put(sh, "exit\n", 5);
    return sh->status;
}

int sh_run_lines(shell *sh, const char *text, size_t n)
{
    lines l = {.sh = sh, .text = text, .n = n};
    sh_source source = {&l, next_line, line_alias, line_options, line_warn};
    sh_parser *p = sh_parser_new(&source, (bx_str){"", 0}, 1);
    bool ran;
    (void)run_parser(sh, p, what_of(sh), true, &ran);
    sh_parser_free(p);
    sh_buf_done(&l.line);
    return sh->status;
}
