/* boxagnts chat: an agent at the terminal. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <wchar.h>

#include "cli/commands.h"
#include "cli/editline.h"
#include "cli/markdown.h"
#include "cli/run_flags.h"
#include "os/signals.h"

enum { MAX_LINE = 64 << 10, SHOWN_ARGUMENTS = 160, SHOWN_RESULT = 160, SHOWN_NOTE = 600 };

typedef struct chat {
    const bx_args *a;
    bx_run_options o;
    bx_run run;
    bool styles;
    pthread_mutex_t lock; /* what is printed */
    bx_markdown text;
    bool in_text;
    bx_llm_usage usage; /* of all prompts */
    uint64_t cost;
    bool unpriced;
    const bx_editline *el; /* NULL: lines are the kernel's */
    EditLine *editor;
    History *history;
} chat;

/* ---- what is shown --------------------------------------------------------------------------- */

static void dim(const chat *c, bool on)
{
    if (c->styles)
        (void)fputs(on ? "\033[2m" : "\033[0m", stdout);
}

static void end_text_locked(chat *c)
{
    if (!c->in_text)
        return;
    BX_AUTO_BUF out = bx_buf_init(4096);
    bool mid_line = c->text.mid_line || c->text.n_held;
    bx_markdown_end(&c->text, &out);
    (void)fwrite(bx_buf_str(&out).p, 1, out.n, stdout);
    if (mid_line)
        (void)putchar('\n');
    c->in_text = false;
}

static bool is_mine(const chat *c, bx_str session)
{
    return bx_str_eq(session, bx_str_of(c->run.id));
}

static void on_delta(void *ctx, bx_str session, bx_agent_delta kind, bx_str piece)
{
    chat *c = ctx;
    if (!is_mine(c, session)) /* executors work silently */
        return;
    (void)pthread_mutex_lock(&c->lock);
    if (kind == BX_DELTA_TEXT) {
        BX_AUTO_BUF out = bx_buf_init((size_t)32 << 20);
        c->in_text = true;
        bx_markdown_add(&c->text, piece, &out);
        (void)fwrite(bx_buf_str(&out).p, 1, out.n, stdout);
    } else if (kind == BX_DELTA_RESTART) {
        end_text_locked(c);
        (void)puts("(the answer broke off and begins anew)");
    }
    (void)fflush(stdout);
    (void)pthread_mutex_unlock(&c->lock);
}

/* Else who waits for a server that is not there would see nothing for seconds. */
static void on_again(void *ctx, bx_str session, bx_str why, uint64_t wait_ns)
{
    chat *c = ctx;
    (void)session;
    (void)pthread_mutex_lock(&c->lock);
    end_text_locked(c);
    dim(c, true);
    (void)putchar('(');
    bx_cli_show(stdout, why, SHOWN_NOTE);
    (void)printf("; again in %.1f s)", (double)wait_ns / 1e9);
    dim(c, false);
    (void)putchar('\n');
    (void)fflush(stdout);
    (void)pthread_mutex_unlock(&c->lock);
}

static void show_call(const chat *c, const bx_json_val *event)
{
    dim(c, true);
    (void)printf("→ %.*s ", BX_FMT(bx_json_text(event, "name")));
    bx_cli_show(stdout, bx_json_text(event, "arguments"), SHOWN_ARGUMENTS);
    dim(c, false);
    (void)putchar('\n');
}

/* The first line of it, and whether it is an error. */
static void show_result(const chat *c, const bx_json_val *event)
{
    bx_json_iter it =
        bx_json_iter_of(bx_json_get(bx_json_get(event, BX_LIT("message")), BX_LIT("content")));
    const bx_json_val *block = bx_json_next(&it, NULL);
    bx_str text = bx_json_text(block, "text"), notes = bx_json_text(event, "notes");
    bool is_error = false;
    (void)bx_json_bool(bx_json_get(block, BX_LIT("is_error")), &is_error);
    const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
    dim(c, true);
    (void)printf("  %s", is_error ? "error: " : "");
    bx_cli_show(stdout, (bx_str){text.p, end ? (size_t)(end - text.p) : text.n},
                is_error ? SHOWN_RESULT * 4 : SHOWN_RESULT); /* what to do about it comes last */
    (void)putchar('\n');
    if (notes.n) {
        (void)fputs("  ", stdout);
        bx_cli_show(stdout, (bx_str){notes.p, notes.n - 1}, SHOWN_RESULT * 4);
        (void)putchar('\n');
    }
    dim(c, false);
}

static void show_executor(const bx_json_val *event, bool begins)
{
    (void)printf("%s %.*s ", begins ? "⇢" : "⇠", BX_FMT(bx_json_text(event, "id")));
    bx_cli_show(stdout, bx_json_text(event, begins ? "title" : "status"), 100);
    (void)putchar('\n');
}

/* Hooks that stopped something, or have words for the person. */
static void show_hook(const chat *c, const bx_json_val *event)
{
    bx_str why = bx_json_text(event, "why"), notes = bx_json_text(event, "notes");
    dim(c, true);
    if (why.n) {
        (void)printf("  %.*s: ", BX_FMT(bx_json_text(event, "event")));
        bx_cli_show(stdout, why, SHOWN_RESULT * 4);
        (void)putchar('\n');
    }
    if (notes.n) {
        (void)fputs("  ", stdout);
        bx_cli_show(stdout, (bx_str){notes.p, notes.n - 1}, SHOWN_RESULT * 4);
        (void)putchar('\n');
    }
    dim(c, false);
}

static void on_event(void *ctx, const bx_agent_event *ev)
{
    chat *c = ctx;
    bool call = strcmp(ev->type, "tool_call") == 0, result = strcmp(ev->type, "tool_result") == 0;
    bool begins = strcmp(ev->type, "executor") == 0;
    bool ends = strcmp(ev->type, "executor_end") == 0, hook = strcmp(ev->type, "hook") == 0;
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (!is_mine(c, ev->session) || !(call || result || begins || ends || hook) ||
        bx_json_parse(ev->line, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return;
    (void)pthread_mutex_lock(&c->lock);
    end_text_locked(c);
    if (call)
        show_call(c, bx_json_root(doc));
    else if (result)
        show_result(c, bx_json_root(doc));
    else if (hook)
        show_hook(c, bx_json_root(doc));
    else
        show_executor(bx_json_root(doc), begins);
    (void)fflush(stdout);
    (void)pthread_mutex_unlock(&c->lock);
}

/* ---- a prompt -------------------------------------------------------------------------------- */

static void show_cost(const chat *c)
{
    (void)printf("%llu tokens read (%llu of a cache), %llu written",
                 (unsigned long long)(c->usage.input + c->usage.cache_read + c->usage.cache_write),
                 (unsigned long long)c->usage.cache_read, (unsigned long long)c->usage.output);
    if (c->unpriced)
        (void)puts(", cost not known");
    else
        (void)printf(", $%.6f\n", (double)c->cost / (double)BX_PICODOLLARS);
}

static void count(chat *c, const bx_agent_end *end)
{
    c->usage.input += end->usage.input;
    c->usage.cache_read += end->usage.cache_read;
    c->usage.cache_write += end->usage.cache_write;
    c->usage.output += end->usage.output;
    c->unpriced = c->unpriced || !end->has_cost;
    c->cost += end->cost;
}

/* A cancel is for one prompt: the next one has a handle that nobody has used. */
static bx_code renew_ctl(chat *c, bx_error *err)
{
    bx_ctl_done(&c->run.ctl);
    c->run.ctl = bx_ctl_init(bx_run_deadline(&c->run, &c->o, UINT64_MAX));
    return bx_ctl_make_cancellable(&c->run.ctl, err);
}

static bx_code say(chat *c, bx_str prompt, bx_error *err)
{
    bx_agent_end end = {.status = BX_AGENT_FAILED};
    bx_code rc = renew_ctl(c, err);
    if (rc != BX_OK)
        return rc;
    bx_signals_cancel(&c->run.ctl);
    rc = bx_agent_run(c->run.agent, prompt, &end, err);
    bx_signals_restore();
    (void)pthread_mutex_lock(&c->lock);
    end_text_locked(c);
    (void)pthread_mutex_unlock(&c->lock);
    if (rc == BX_OK) {
        count(c, &end);
        c->run.worked_ns += end.wall_ns;
        if (end.status == BX_AGENT_CANCELLED)
            (void)puts("(cancelled)");
        else if (end.status != BX_AGENT_DONE)
            (void)printf("(%s: %s)\n", bx_agent_status_name(end.status), end.why);
    }
    (void)fflush(stdout);
    bx_agent_end_done(&end);
    return rc;
}

/* ---- commands -------------------------------------------------------------------------------- */

static bx_code help(chat *c, bx_str rest, bx_error *err)
{
    (void)c, (void)rest, (void)err;
    (void)puts("/help              this text\n"
               "/cost              what this conversation took so far\n"
               "/tools             the tools there are\n"
               "/compact [WHAT]    replace the conversation by a summary; what it is to keep\n"
               "/undo              take back your last prompt; what tools did stays done\n"
               "/exit              end; Ctrl-D does it too. Ctrl-C ends what is under way");
    return BX_OK;
}

static bx_code cost(chat *c, bx_str rest, bx_error *err)
{
    (void)rest, (void)err;
    show_cost(c);
    return BX_OK;
}

static bx_code tools(chat *c, bx_str rest, bx_error *err)
{
    bx_str name;
    (void)rest, (void)err;
    for (size_t i = 0; (name = bx_agent_tool_name(c->run.agent, i)).n; i++)
        (void)printf("%s%.*s", i ? ", " : "", BX_FMT(name));
    (void)putchar('\n');
    return BX_OK;
}

static bx_code compact(chat *c, bx_str rest, bx_error *err)
{
    bool did = false;
    bx_code rc = renew_ctl(c, err);
    if (rc != BX_OK)
        return rc;
    bx_signals_cancel(&c->run.ctl);
    rc = bx_agent_shorten(c->run.agent, rest, &did, err);
    bx_signals_restore();
    if (rc == BX_OK)
        (void)puts(did ? "shortened" : "there is too little to shorten");
    return rc;
}

static bx_code undo(chat *c, bx_str rest, bx_error *err)
{
    bool did = false;
    (void)rest;
    bx_code rc = bx_agent_undo(c->run.agent, &did, err);
    if (rc == BX_OK)
        (void)puts(did ? "taken back; files are as they are" : "there is nothing to take back");
    return rc;
}

/* *over: the conversation is to end. */
static bx_code command(chat *c, bx_str line, bool *over, bx_error *err)
{
    static const struct {
        const char *name;
        bx_code (*run)(chat *c, bx_str rest, bx_error *err);
    } rows[] = {{"/help", help}, {"/cost", cost}, {"/tools", tools}, {"/compact", compact},
                {"/undo", undo}, {"/exit", NULL}, {"/quit", NULL}};
    size_t n = 0;
    while (n < line.n && line.p[n] != ' ')
        n++;
    bx_str name = {line.p, n}, rest = bx_str_from(line, n);
    while (rest.n && rest.p[0] == ' ')
        rest = bx_str_from(rest, 1);
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        if (!bx_str_eq(name, bx_str_of(rows[i].name)))
            continue;
        *over = !rows[i].run;
        return rows[i].run ? rows[i].run(c, rest, err) : BX_OK;
    }
    (void)printf("no command %.*s; /help lists them\n", BX_FMT(name));
    return BX_OK;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Ctrl-C drops the line that is being typed.  While a prompt is at work it is that one's end
 * (os/signals.h). */
static volatile sig_atomic_t dropped;
static sigset_t waiting; /* the signals that are blocked while a line is waited for */

static void on_interrupt(int sig)
{
    (void)sig;
    dropped = 1;
}

/* It comes only where it is waited for: one that came just before would not end the wait. */
static void catch_interrupts(bool on)
{
    struct sigaction sa = {.sa_handler = on ? on_interrupt : SIG_DFL};
    sigset_t interrupt;
    if (on)
        dropped = 0;
    if (!isatty(STDIN_FILENO))
        return;
    (void)sigemptyset(&interrupt);
    (void)sigaddset(&interrupt, SIGINT);
    if (!on)
        (void)pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL);
    (void)sigaction(SIGINT, &sa, NULL);
    if (on)
        (void)pthread_sigmask(SIG_BLOCK, &interrupt, &waiting);
}

/* Whether there is something to read; false: the line is dropped. */
static bool wait_for_input(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!dropped && ppoll(&in, 1, NULL, &waiting) < 0 && errno == EINTR)
        ; /* also for the window's size, and the like */
    return !dropped;
}

/* As libedit wants it, which itself would go on reading. */
static int next_char(EditLine *e, wchar_t *ret)
{
    mbstate_t state = {0};
    (void)e;
    for (;;) {
        char c;
        ssize_t got = wait_for_input() ? read(STDIN_FILENO, &c, 1) : -1;
        if (got < 0 && errno == EINTR && !dropped)
            continue;
        if (got <= 0)
            return (int)got;
        size_t n = mbrtowc(ret, &c, 1, &state);
        if (n == (size_t)-1) /* not UTF-8 */
            state = (mbstate_t){0};
        else if (n != (size_t)-2)
            return 1;
    }
}

static char *prompt(EditLine *e)
{
    static char text[] = "> ";
    (void)e;
    return text;
}

static void open_editor(chat *c)
{
    bx_el_event ev;
    const char *term = getenv("TERM");
    bool moves = term && *term && strcmp(term, "dumb") != 0;
    c->el = isatty(STDIN_FILENO) && moves ? bx_editline_load() : NULL;
    c->editor = c->el ? c->el->el_init("boxagnts", stdin, stdout, stderr) : NULL;
    if (!c->editor)
        return;
    c->history = c->el->history_init();
    if (c->history) {
        (void)c->el->history(c->history, &ev, BX_H_SETSIZE, 500);
        (void)c->el->el_set(c->editor, BX_EL_HIST, c->el->history, c->history);
    }
    (void)c->el->el_set(c->editor, BX_EL_EDITOR, "emacs");
    (void)c->el->el_set(c->editor, BX_EL_SIGNAL, 1);
    (void)c->el->el_set(c->editor, BX_EL_GETCFN, next_char);
    (void)c->el->el_set(c->editor, BX_EL_PROMPT_ESC, prompt, '\1');
}

static void close_editor(chat *c)
{
    if (c->editor)
        c->el->el_end(c->editor);
    if (c->history)
        c->el->history_end(c->history);
}

/* A line without its end; false: there is none any more. */
static bool read_line(chat *c, char *room, size_t cap, bx_str *ret)
{
    int n = 0;
    const char *line = NULL;
    catch_interrupts(true);
    if (c->editor) {
        line = c->el->el_gets(c->editor, &n);
        bx_el_event ev;
        if (line && n > 1 && c->history)
            (void)c->el->history(c->history, &ev, BX_H_ENTER, line);
    } else {
        bool terminal = isatty(STDIN_FILENO);
        if (terminal)
            (void)fputs("> ", stdout);
        (void)fflush(stdout);
        line = !terminal || wait_for_input() ? fgets(room, (int)cap, stdin) : NULL;
        n = line ? (int)strlen(line) : 0;
    }
    catch_interrupts(false);
    if (dropped) {
        clearerr(stdin);
        (void)puts("\n(Ctrl-D ends the conversation)");
        *ret = BX_LIT("");
        return true;
    }
    if (!line || n <= 0)
        return false;
    *ret = (bx_str){line, (size_t)n};
    while (ret->n && (ret->p[ret->n - 1] == '\n' || ret->p[ret->n - 1] == ' '))
        ret->n--;
    return true;
}

static bx_code talk(chat *c, bx_error *err)
{
    BX_AUTOFREE char *room = bx_calloc(MAX_LINE, 1);
    bx_str line;
    bool over = false;
    bx_code rc = room ? BX_OK : bx_fail(err, BX_ENOMEM, "a line");
    while (rc == BX_OK && !over && read_line(c, room, MAX_LINE, &line)) {
        bx_error why = {.msg = ""};
        if (line.n == 0)
            continue;
        bx_code said = line.p[0] == '/' ? command(c, line, &over, &why) : say(c, line, &why);
        if (said != BX_OK)
            bx_cli_complain("%s", why.msg);
    }
    return rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

static bx_code start(chat *c, bx_error *err)
{
    static const char normal[] = "default";
    c->o = (bx_run_options){
        .limits = bx_spend_unlimited,
        .asks = isatty(STDIN_FILENO),
        .watch = {.event = on_event, .delta = on_delta, .again = on_again, .ctx = c}};
    bx_code rc = bx_run_flags_read(c->a, &c->o, err);
    if (rc == BX_OK && c->a->n_words)
        rc = bx_fail(err, BX_EINVAL, "no words are expected");
    if (!c->o.mode)
        c->o.mode = normal; /* there is a person to ask */
    return rc == BX_OK ? bx_run_open(&c->run, &c->o, err) : rc;
}

/* As https://no-color.org has it: set, and not empty. */
static bool wants_styles(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && (!no || !*no) && term && *term && strcmp(term, "dumb") != 0;
}

static int run_chat(const bx_args *a)
{
    static chat c;
    bx_error err = {.msg = ""};
    c.a = a;
    (void)setlocale(LC_CTYPE, "");
    (void)pthread_mutex_init(&c.lock, NULL);
    c.styles = wants_styles();
    c.text.plain = !c.styles;
    bx_code rc = start(&c, &err);
    if (rc == BX_OK) {
        (void)printf("%s, session %s; /help lists the commands\n", bx_llm_name(c.run.model),
                     c.run.id);
        open_editor(&c);
        rc = talk(&c, &err);
        close_editor(&c);
    }
    bx_run_close(&c.run);
    bx_run_flags_done(&c.o);
    if (rc == BX_OK)
        return 0;
    bx_cli_complain("chat: %s", err.msg);
    return EXIT_OURS;
}

static const bx_flag flags[] = {
    BX_RUN_PLACE_FLAGS,
    BX_RUN_FLAGS,
};

const bx_command bx_cmd_chat = {
    .name = "chat",
    .usage = "chat [flags]",
    .summary = "talk to a model that works with sandboxed tools",
    .details = "What a tool would change is asked about at the terminal, unless a policy or "
               "--permission-mode\n"
               "says otherwise. Ctrl-C ends what is under way, or drops the line; Ctrl-D ends the\n"
               "conversation, and boxagnts chat --continue goes on with it.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_chat,
};
