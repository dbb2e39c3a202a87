#include "cli/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/editline.h"
#include "cli/line_history.h"
#include "cli/prompt.h"

enum {
    TAIL_MAX = 1024,
    AHEAD_MAX = 4096,
    LINE_MAX_BYTES = 1 << 20,
    TURN_NS = 10 * 1000 * 1000, /* how often a second reader asks whether it is its turn */
};

struct bx_editor {
    bx_editor_config cfg;
    bx_terminal terminal;
    struct termios before;
    int wake_fd;
    _Atomic bool reading; /* by one thread; what is below `tail` is its */
    _Atomic bool was_interrupted, was_resized;

    pthread_mutex_t lock; /* of `tail` */
    char tail[TAIL_MAX];  /* what stands on the terminal's last line, written by guests */
    size_t n_tail;

    char ahead[AHEAD_MAX]; /* typed before, to be edited; from `ahead_at` on */
    size_t n_ahead, ahead_at;
    bx_buf line; /* read, and not handed out from `at` on */
    size_t at;
    _Atomic size_t waiting; /* bytes of both */

    const bx_editline *lib; /* NULL: lines are the kernel's */
    EditLine *el;
    History *known;
    FILE *in, *out;
    locale_t locale;
    char prompt[TAIL_MAX + 64];
    bx_wasi *reader;
    bool stopped;
    char *history_path; /* owned; or NULL */
    bx_line_history history;
};

/* ---- the terminal's last line ---------------------------------------------------------------- */

static void on_wrote(void *ctx, const void *p, size_t n)
{
    bx_editor *e = ctx;
    const char *s = p;
    const char *end = memrchr(s, '\n', n);
    (void)pthread_mutex_lock(&e->lock);
    if (end) {
        n -= (size_t)(end + 1 - s);
        s = end + 1;
        e->n_tail = 0;
    }
    if (n > sizeof e->tail - e->n_tail) { /* no prompt */
        e->n_tail = 0;
        n = 0;
    }
    memcpy(e->tail + e->n_tail, s, n);
    e->n_tail += n;
    (void)pthread_mutex_unlock(&e->lock);
}

static void forget_tail(bx_editor *e)
{
    (void)pthread_mutex_lock(&e->lock);
    e->n_tail = 0;
    (void)pthread_mutex_unlock(&e->lock);
}

static size_t copy_tail(bx_editor *e, char ret[TAIL_MAX])
{
    (void)pthread_mutex_lock(&e->lock);
    size_t n = e->n_tail;
    memcpy(ret, e->tail, n);
    (void)pthread_mutex_unlock(&e->lock);
    return n;
}

/* ---- one reader at a time -------------------------------------------------------------------- */

static bool begin_reading(bx_editor *e, bx_wasi *w)
{
    while (atomic_exchange(&e->reading, true)) {
        if (!bx_wasi_wait_ready(w, NULL, 0, bx_now_ns() + TURN_NS))
            return false;
    }
    e->reader = w;
    e->stopped = false;
    return true;
}

static void end_reading(bx_editor *e)
{
    e->reader = NULL;
    atomic_store(&e->reading, false);
}

static void drain(const bx_editor *e)
{
    uint64_t n;
    ssize_t ignored = read(e->wake_fd, &n, sizeof n);
    (void)ignored; /* nothing there is as good */
}

/* Until the terminal has bytes; false: the reader must not go on. */
static bool wait_for_bytes(bx_editor *e)
{
    for (;;) {
        struct pollfd fds[2] = {{.fd = e->cfg.in_fd, .events = POLLIN},
                                {.fd = e->wake_fd, .events = POLLIN}};
        if (!bx_wasi_wait_ready(e->reader, fds, 2, UINT64_MAX)) {
            e->stopped = true;
            return false;
        }
        if (fds[1].revents) {
            drain(e);
            if (atomic_exchange(&e->was_resized, false) && e->el)
                e->lib->el_resize(e->el);
        }
        if (fds[0].revents)
            return true;
    }
}

/* As read(2); 0 also for a terminal that is gone. */
static ssize_t read_bytes(bx_editor *e, void *p, size_t n)
{
    for (;;) {
        if (!wait_for_bytes(e))
            return -1;
        ssize_t k = read(e->cfg.in_fd, p, n);
        if (k >= 0)
            return k;
        if (errno != EINTR && errno != EAGAIN)
            return 0;
    }
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bx_editor *editor_of(const bx_editline *lib, EditLine *el)
{
    void *e = NULL;
    (void)lib->el_get(el, BX_EL_CLIENTDATA, &e);
    return e;
}

/* libedit calls back with nothing but its own handle. */
static const bx_editline *loaded;

/* A signal that is no key's: the line goes on behind the next prompt. */
static void keep_for_later(bx_editor *e)
{
    const bx_el_line *l = e->lib->el_line(e->el);
    size_t n = (size_t)(l->end - l->buffer);
    e->ahead_at = 0;
    e->n_ahead = n <= sizeof e->ahead && !atomic_load(&e->was_interrupted) ? n : 0;
    memcpy(e->ahead, l->buffer, e->n_ahead);
}

static ssize_t next_byte(bx_editor *e, char *ret)
{
    if (e->ahead_at < e->n_ahead) {
        *ret = e->ahead[e->ahead_at++];
        return 1;
    }
    ssize_t k = read_bytes(e, ret, 1);
    if (k < 0)
        keep_for_later(e);
    return k;
}

static int get_char(EditLine *el, wchar_t *ret)
{
    bx_editor *e = editor_of(loaded, el);
    mbstate_t state = {0};
    for (;;) {
        char c;
        ssize_t k = next_byte(e, &c);
        if (k <= 0)
            return (int)k;
        size_t n = mbrtowc(ret, &c, 1, &state);
        if (n == (size_t)-1) /* not UTF-8 */
            state = (mbstate_t){0};
        else if (n != (size_t)-2)
            return 1;
    }
}

static char *get_prompt(EditLine *el) { return editor_of(loaded, el)->prompt; }

static size_t width_of(const bx_editor *e)
{
    enum { USUAL = 80 };
    struct winsize size;
    return ioctl(e->cfg.out_fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : USUAL;
}

static void list(const bx_editor *e, const bx_completions *c)
{
    size_t columns = width_of(e);
    size_t width = 0, at = 0;
    const char *name = bx_buf_str(&c->names).p;
    for (size_t i = 0; i < c->n; i++, name += strlen(name) + 1)
        width = strlen(name) + 2 > width ? strlen(name) + 2 : width;
    size_t per_row = columns / width ? columns / width : 1;
    (void)fputc('\n', e->out);
    name = bx_buf_str(&c->names).p;
    for (size_t i = 0; i < c->n; i++, name += strlen(name) + 1) {
        for (const char *s = name; *s; s++) /* a file's name must not move the cursor */
            (void)fputc((unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s, e->out);
        if (++at % per_row == 0 || i + 1 == c->n)
            (void)fputc('\n', e->out);
        else
            (void)fprintf(e->out, "%*s", (int)(width - strlen(name)), "");
    }
}

/* What is not plain gets a backslash. */
static bool insert(bx_editor *e, const char *s, size_t n)
{
    BX_AUTO_BUF b = bx_buf_init(LINE_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        if (strchr(" \t\\\"'`$&|;<>()*?[]#~!{}", s[i]))
            (void)bx_buf_add_c(&b, '\\');
        if ((unsigned char)s[i] < ' ')
            return false;
        (void)bx_buf_add_c(&b, s[i]);
    }
    return bx_buf_check(&b, NULL) == BX_OK && e->lib->el_insertstr(e->el, bx_buf_str(&b).p) == 0;
}

static unsigned char apply(bx_editor *e, const bx_completions *c)
{
    const char *first = bx_buf_str(&c->names).p;
    if (c->n == 0)
        return BX_CC_ERROR;
    if (c->common > c->typed && !insert(e, first + c->typed, c->common - c->typed))
        return BX_CC_ERROR;
    if (c->n == 1 && first[strlen(first) - 1] != '/')
        return e->lib->el_insertstr(e->el, " ") == 0 ? BX_CC_REFRESH : BX_CC_ERROR;
    if (c->common > c->typed || c->n == 1)
        return BX_CC_REFRESH;
    list(e, c);
    return BX_CC_REDISPLAY;
}

static unsigned char on_tab(EditLine *el, int ch)
{
    (void)ch;
    bx_editor *e = editor_of(loaded, el);
    const bx_el_line *l = e->lib->el_line(el);
    bx_completions c;
    bx_error err;
    char tail[TAIL_MAX];
    size_t n = copy_tail(e, tail);
    BX_AUTO_BUF room = bx_buf_init(TAIL_MAX * 4);
    bx_str cwd = bx_prompt_directory((bx_str){tail, n}, bx_str_of(e->cfg.words.guest_dir), &room);
    bx_str line = {l->buffer, (size_t)(l->cursor - l->buffer)};
    if (bx_complete_word(&e->cfg.words, line, cwd, &c, &err) != BX_OK)
        return BX_CC_ERROR;
    unsigned char answer = apply(e, &c);
    bx_completions_done(&c);
    return answer;
}

/* ---- a line ---------------------------------------------------------------------------------- */

static void keep(bx_editor *e, const char *line, size_t n)
{
    n -= n > 0 && line[n - 1] == '\n';
    bx_el_event ev;
    if (bx_line_history_add(&e->history, (bx_str){line, n}))
        (void)e->lib->history(e->known, &ev, BX_H_ENTER, line);
}

/* The prompt stands there already; the editor writes it once more over itself. */
static void go_to_prompt(const bx_editor *e, size_t columns)
{
    (void)fputs(columns < width_of(e) ? "\r" : "\r\n", e->out);
}

/* 1 it is in `line`, 0 the end, -1 stopped. */
static int edit(bx_editor *e, bool is_command, const char *tail, size_t n_tail)
{
    size_t columns;
    int n = 0;
    bx_prompt_prepare((bx_str){tail, n_tail}, e->prompt, sizeof e->prompt, &columns);
    locale_t before = uselocale(e->locale);
    if (atomic_exchange(&e->was_resized, false))
        e->lib->el_resize(e->el);
    (void)e->lib->el_set(e->el, BX_EL_PREP_TERM, 1); /* before anybody answers the prompt */
    go_to_prompt(e, columns);
    const char *line = e->lib->el_gets(e->el, &n);
    (void)fflush(e->out);
    if (line && n > 0) {
        (void)bx_buf_add(&e->line, line, strlen(line));
        if (is_command)
            keep(e, line, strlen(line));
    } else if (e->stopped && atomic_load(&e->was_interrupted)) {
        (void)fputs("^C\n", e->out);
    } else {
        (void)fputs("\n", e->out);
    }
    (void)fflush(e->out);
    (void)uselocale(before);
    return e->line.n > 0 ? 1 : e->stopped ? -1 : 0;
}

static int read_plain(bx_editor *e)
{
    char *room;
    enum { CHUNK = 4096 };
    if (bx_buf_reserve(&e->line, CHUNK, &room) != BX_OK)
        return 0;
    ssize_t n = read_bytes(e, room, CHUNK);
    if (n > 0)
        e->line.n += (size_t)n;
    else if (n < 0 && atomic_load(&e->was_interrupted))
        (void)!write(e->cfg.out_fd, "\n", 1); /* the kernel has shown the key */
    return n > 0 ? 1 : (int)n;
}

/* The end, typed before anybody asked: there to be read, and no byte of it. */
static bool has_typed_end(const bx_editor *e)
{
    struct pollfd p = {.fd = e->cfg.in_fd, .events = POLLIN};
    int there = 0;
    char c;
    return e->ahead_at == e->n_ahead && poll(&p, 1, 0) == 1 &&
           ioctl(e->cfg.in_fd, FIONREAD, &there) == 0 && there == 0 &&
           read(e->cfg.in_fd, &c, 1) == 0;
}

/* Whether a line was typed before anybody asked, which the kernel has shown: then it is in `line`.
 * What came while a line before was edited has not been shown, its ends are CRs (libedit sets
 * INLCR), and it is to be edited. */
static bool has_typed(bx_editor *e)
{
    int there = 0;
    if (e->ahead_at == e->n_ahead && ioctl(e->cfg.in_fd, FIONREAD, &there) == 0 && there > 0) {
        ssize_t n = read(e->cfg.in_fd, e->ahead, sizeof e->ahead);
        e->ahead_at = 0;
        e->n_ahead = n > 0 ? (size_t)n : 0;
    }
    const char *from = e->ahead + e->ahead_at;
    const char *end = memchr(from, '\n', e->n_ahead - e->ahead_at);
    if (!end || memchr(from, '\r', (size_t)(end - from)))
        return false;
    e->ahead_at += (size_t)(end + 1 - from);
    return bx_buf_add(&e->line, from, (size_t)(end + 1 - from)) == BX_OK;
}

static int next_line(bx_editor *e, bool is_command)
{
    char tail[TAIL_MAX];
    size_t n_tail = copy_tail(e, tail);
    bx_buf_clear(&e->line);
    e->at = 0;
    atomic_store(&e->was_interrupted, false);
    drain(e);
    int rc = 1;
    if (!e->el)
        rc = read_plain(e);
    else if (has_typed_end(e))
        rc = 0;
    else if (n_tail > 0 || !has_typed(e)) /* without a prompt a line is not shown again */
        rc = edit(e, is_command, tail, n_tail);
    forget_tail(e);
    return rc;
}

/* No more than a line at a time, as a terminal does. */
static size_t hand_out(bx_editor *e, void *buf, size_t cap)
{
    const char *from = e->line.p + e->at;
    size_t n = e->line.n - e->at;
    const char *end = memchr(from, '\n', n);
    n = end ? (size_t)(end + 1 - from) : n;
    n = n < cap ? n : cap;
    memcpy(buf, from, n);
    e->at += n;
    return n;
}

static int64_t on_read(void *ctx, bx_wasi *w, bool by_first, void *buf, size_t cap)
{
    bx_editor *e = ctx;
    if (!begin_reading(e, w))
        return -1;
    /* The shell reads a command as a whole; what its builtin `read` asks for, byte by byte, may be
     * a secret. */
    int64_t k = e->line.n > e->at ? 1 : next_line(e, by_first && cap > 1);
    if (k > 0)
        k = (int64_t)hand_out(e, buf, cap);
    atomic_store(&e->waiting, e->line.n - e->at + e->n_ahead - e->ahead_at);
    end_reading(e);
    return k;
}

static size_t on_buffered(void *ctx)
{
    bx_editor *e = ctx;
    return atomic_load(&e->waiting);
}

/* ---- from other threads ---------------------------------------------------------------------- */

void bx_editor_wake(const bx_editor *e)
{
    uint64_t one = 1;
    (void)!write(e->wake_fd, &one, sizeof one); /* fails only where it is readable already */
}

void bx_editor_interrupt(bx_editor *e)
{
    if (atomic_load(&e->reading)) {
        atomic_store(&e->was_interrupted, true);
        return;
    }
    (void)!write(e->cfg.out_fd, "\n", 1); /* behind the key that the kernel has shown */
    forget_tail(e);
}

void bx_editor_resized(bx_editor *e)
{
    atomic_store(&e->was_resized, true);
    bx_editor_wake(e);
}

void bx_editor_restore(const bx_editor *e) { (void)tcsetattr(e->cfg.in_fd, TCSADRAIN, &e->before); }

/* ---- beginning and end ----------------------------------------------------------------------- */

static FILE *stream_of(int fd, const char *mode)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *f = own >= 0 ? fdopen(own, mode) : NULL;
    if (!f && own >= 0)
        (void)close(own);
    return f;
}

static void begin_history(bx_editor *e)
{
    const bx_editline *lib = e->lib;
    bx_el_event ev;
    (void)lib->history(e->known, &ev, BX_H_SETSIZE, BX_HISTORY_LINES);
    (void)lib->history(e->known, &ev, BX_H_SETUNIQUE, 1);
    bx_str rest = bx_buf_str(&e->history.old), line;
    while (bx_next_line(&rest, &line)) {
        char *z = bx_strndup(line.p, line.n + 1); /* with its end, as those that are typed */
        if (z)
            (void)lib->history(e->known, &ev, BX_H_ENTER, z);
        free(z);
    }
    (void)lib->el_set(e->el, BX_EL_HIST, lib->history, e->known);
}

static void bind_keys(const bx_editor *e)
{
    static const char *const keys[][2] = {
        {"^I", "bx-complete"}, {"^R", "em-inc-search-prev"}, {"^W", "ed-delete-prev-word"}};
    int (*set)(EditLine *, int, ...) = e->lib->el_set;
    (void)set(e->el, BX_EL_EDITOR, "emacs");
    (void)set(e->el, BX_EL_ADDFN, "bx-complete", "complete a command or a file", on_tab);
    for (size_t i = 0; i < BX_COUNT(keys); i++)
        (void)set(e->el, BX_EL_BIND, keys[i][0], keys[i][1], NULL);
    (void)e->lib->el_source(e->el, NULL); /* ~/.editrc: the keys somebody likes */
}

static bool can_edit(void)
{
    const char *term = getenv("TERM");
    return term && *term && strcmp(term, "dumb") != 0;
}

/* What does not come to be leaves the kernel's lines. */
static void begin_editing(bx_editor *e)
{
    e->lib = can_edit() ? bx_editline_load() : NULL;
    if (!e->lib)
        return;
    loaded = e->lib;
    e->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    e->in = stream_of(e->cfg.in_fd, "r");
    e->out = stream_of(e->cfg.out_fd, "w");
    e->known = e->lib->history_init();
    if (!e->locale || !e->in || !e->out || !e->known)
        return;
    locale_t before = uselocale(e->locale);
    e->el = e->lib->el_init("bash", e->in, e->out, e->out);
    if (e->el) {
        (void)e->lib->el_set(e->el, BX_EL_CLIENTDATA, e);
        (void)e->lib->el_set(e->el, BX_EL_GETCFN, get_char);
        (void)e->lib->el_set(e->el, BX_EL_PROMPT_ESC, get_prompt, BX_PROMPT_LITERAL);
        begin_history(e);
        bind_keys(e);
    }
    (void)uselocale(before);
}

static bx_code begin(bx_editor *e, bx_error *err)
{
    if (tcgetattr(e->cfg.in_fd, &e->before) != 0)
        return bx_fail_errno(err, errno, "the terminal");
    e->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (e->wake_fd < 0)
        return bx_fail_errno(err, errno, "the line editor");
    bx_error why;
    if (e->cfg.history_path) {
        e->history_path = bx_strndup(e->cfg.history_path, strlen(e->cfg.history_path));
        if (!e->history_path)
            return bx_fail(err, BX_ENOMEM, "the line editor");
        /* What cannot be read is not written over either. */
        if (bx_line_history_load(&e->history, e->history_path, &why) != BX_OK) {
            free(e->history_path);
            e->history_path = NULL;
        }
    }
    begin_editing(e);
    (void)signal(SIGTSTP, SIG_IGN);
    (void)signal(SIGTTOU, SIG_IGN);
    return BX_OK;
}

bx_code bx_editor_new(const bx_editor_config *cfg, bx_editor **ret, bx_error *err)
{
    bx_editor *e = bx_calloc(1, sizeof *e);
    if (!e)
        return bx_fail(err, BX_ENOMEM, "the line editor");
    e->cfg = *cfg;
    e->wake_fd = -1;
    e->line = bx_buf_init(LINE_MAX_BYTES);
    e->terminal = (bx_terminal){on_read, on_buffered, on_wrote, e};
    (void)pthread_mutex_init(&e->lock, NULL);
    e->history.added = bx_buf_init(BX_HISTORY_BYTES);
    bx_code rc = begin(e, err);
    if (rc == BX_OK)
        *ret = e;
    else
        bx_editor_free(e, NULL);
    return rc;
}

const bx_terminal *bx_editor_terminal(bx_editor *e) { return &e->terminal; }

void bx_editor_free(bx_editor *e, void (*notice)(const char *text))
{
    bx_error err;
    if (!e)
        return;
    if (e->el)
        e->lib->el_end(e->el);
    if (e->known)
        e->lib->history_end(e->known);
    if (e->wake_fd >= 0) {
        bx_editor_restore(e);
        (void)signal(SIGTSTP, SIG_DFL);
        (void)signal(SIGTTOU, SIG_DFL);
        (void)close(e->wake_fd);
    }
    if (e->in)
        (void)fclose(e->in);
    if (e->out)
        (void)fclose(e->out);
    if (e->locale)
        freelocale(e->locale);
    if (e->history_path && bx_line_history_save(&e->history, e->history_path, &err) != BX_OK &&
        notice)
        notice(err.msg);
    bx_line_history_done(&e->history);
    bx_buf_done(&e->line);
    free(e->history_path);
    (void)pthread_mutex_destroy(&e->lock);
    free(e);
}
