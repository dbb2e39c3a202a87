/* read: XCU read; Bash manual 4.2.  Nothing behind the line is taken from the descriptor: what
 * cannot seek back is read byte by byte. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "shell/case.h"
#include "shell/expand_in.h"
#include "shell/options.h"
#include "shell/parse.h"

typedef struct reader {
    shell *sh;
    int fd;
    bool raw, exact, whole_chars; /* -r; -N; -n or -N */
    char delimiter;
    uint64_t most; /* characters, of -n and -N */
    bool timed;
    uint64_t timeout_ns, until_ns;
    sh_buf line; /* characters that a backslash protected have a SH_MARK before them; a NUL is a
                    SH_MARK that separates words */
    bool seeks, ended, timed_out;
    int error;
    char block[1024];
    size_t n, at; /* of block */
} reader;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* More bytes; false: the end, the time is over, or an error. */
static bool fill(reader *r)
{
    if (r->timed) {
        uint64_t now = now_ns();
        int k = now >= r->until_ns ? 0 : sh_wait_readable(r->sh, r->fd, r->until_ns - now);
        if (k == 0)
            r->timed_out = true;
        if (k <= 0)
            return false;
    }
    long k = sh_read(r->sh, r->fd, r->block, r->seeks ? sizeof r->block : 1);
    if (k < 0)
        r->error = (int)-k;
    if (k == 0)
        r->ended = true;
    r->at = 0;
    r->n = k > 0 ? (size_t)k : 0;
    return k > 0;
}

static bool get(reader *r, char *ret)
{
    if (r->at == r->n && !fill(r))
        return false;
    *ret = r->block[r->at++];
    return true;
}

/* The rest of a character of several bytes. */
static void finish_char(reader *r, char first)
{
    unsigned char c = (unsigned char)first;
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : 0;
    char x;
    while (more-- > 0 && !sh_bytes && get(r, &x)) {
        sh_buf_c(&r->line, x);
        if (((unsigned char)x & 0xc0) != 0x80)
            return;
    }
}

/* The line into r->line; true: it was complete. */
static bool read_line(reader *r)
{
    uint64_t count = 0;
    char c;
    const char *ifs = sh_get("IFS");
    bool mark_splits = ifs && strchr(ifs, SH_MARK);
    while (!(r->whole_chars && count >= r->most)) {
        if (!get(r, &c))
            return false;
        if (c == '\\' && !r->raw) {
            if (!get(r, &c))
                return false;
            if (c == '\n')
                continue;
            sh_buf_c(&r->line, SH_MARK);
            sh_buf_c(&r->line, c);
        } else if (c == r->delimiter && !r->exact) {
            return true;
        } else if (c == 0) {
            continue;
        } else {
            if (c == SH_MARK && !mark_splits)
                sh_buf_c(&r->line, SH_MARK);
            sh_buf_c(&r->line, c == SH_MARK && mark_splits ? '\0' : c);
        }
        if (r->whole_chars && (unsigned char)c >= 0xc2)
            finish_char(r, c);
        count++;
    }
    return true;
}

/* ---- splitting ---- */

typedef struct cutter {
    const char *s;
    size_t n, at;
    const char *ifs;
} cutter;

/* Bytes of the character of IFS at i; 0: it is none. */
static size_t is_ifs(const cutter *c, size_t i)
{
    if (c->s[i] == SH_MARK || !c->s[i])
        return !c->s[i];
    size_t len = sh_char_len(c->s + i, c->n - i);
    return sh_char_in(c->ifs, c->s + i, len) ? len : 0;
}

static bool is_space(const cutter *c, size_t i)
{
    return c->s[i] && is_ifs(c, i) && strchr(" \t\n", c->s[i]);
}

static void skip_space(cutter *c)
{
    while (c->at < c->n && is_space(c, c->at))
        c->at++;
}

static char *plain(const char *s, size_t n)
{
    sh_buf b = {0};
    for (size_t i = 0; i < n; i++) {
        if (s[i] == SH_MARK && i + 1 < n)
            i++;
        sh_buf_c(&b, s[i] ? s[i] : SH_MARK);
    }
    return sh_buf_take(&b);
}

/* The next word; NULL: there is none. */
static char *next_word(cutter *c)
{
    skip_space(c);
    if (c->at >= c->n)
        return NULL;
    size_t from = c->at;
    while (c->at < c->n && !is_ifs(c, c->at)) {
        c->at += c->s[c->at] == SH_MARK && c->at + 1 < c->n;
        c->at += sh_char_len(c->s + c->at, c->n - c->at);
    }
    char *w = plain(c->s + from, c->at - from);
    skip_space(c);
    if (c->at < c->n && is_ifs(c, c->at) && !is_space(c, c->at)) {
        c->at += is_ifs(c, c->at);
        skip_space(c);
    }
    return w;
}

/* What is left for the last variable. */
static char *last_word(cutter *c)
{
    skip_space(c);
    cutter one = *c;
    char *w = next_word(&one);
    if (!w)
        return sh_strdup("");
    if (one.at >= one.n)
        return w;
    free(w);
    size_t end = c->n;
    while (end > c->at && is_space(c, end - 1) && !(end >= c->at + 2 && c->s[end - 2] == SH_MARK))
        end--;
    return plain(c->s + c->at, end - c->at);
}

static int assign_words(reader *r, char **names, int n)
{
    const char *ifs = sh_get("IFS");
    cutter c = {.s = sh_buf_str(&r->line), .n = r->line.n, .ifs = ifs ? ifs : " \t\n"};
    int status = 0;
    for (int i = 0; i < n; i++) {
        char *w;
        if (r->exact)
            w = i ? sh_strdup("") : plain(c.s, c.n);
        else
            w = i + 1 < n ? next_word(&c) : last_word(&c);
        if (sh_assign_text("read", names[i], w ? w : ""))
            status = 1;
        free(w);
    }
    return status;
}

static int assign_array(reader *r, const char *name)
{
    const char *ifs = sh_get("IFS");
    cutter c = {.s = sh_buf_str(&r->line), .n = r->line.n, .ifs = ifs ? ifs : " \t\n"};
    sh_var *v = sh_array_for_writing("read", name, false);
    if (!v)
        return 1;
    char *w;
    for (int64_t i = 0; (w = next_word(&c)); i++) {
        sh_assign_index(v, i, w, 0);
        free(w);
    }
    return 0;
}

/* ---- the builtin ---- */

typedef struct settings {
    const char *array, *prompt;
    bool timeout_zero;
} settings;

static bool count_option(reader *r, const char *s)
{
    char *end;
    long long v = strtoll(s, &end, 10);
    if (*end || !*s || v < 0) {
        sh_builtin_error(r->sh, "%s: invalid number", s);
        return false;
    }
    r->most = (uint64_t)v;
    r->whole_chars = true;
    return true;
}

static bool timeout_option(reader *r, settings *x, const char *s)
{
    uint64_t seconds = 0, ns = 0, unit = 100000000;
    const char *p = s;
    for (; *p >= '0' && *p <= '9'; p++)
        seconds = seconds < 1000000000 ? seconds * 10 + (uint64_t)(*p - '0') : seconds;
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
            ns += unit * (uint64_t)(*p - '0');
    if (*p || p == s) {
        sh_builtin_error(r->sh, "%s: invalid timeout specification", s);
        return false;
    }
    r->timed = true;
    r->timeout_ns = seconds * 1000000000 + ns;
    x->timeout_zero = r->timeout_ns == 0;
    return true;
}

static bool fd_option(reader *r, const char *s)
{
    char *end;
    long long v = strtoll(s, &end, 10);
    if (*end || !*s || v < 0 || v > 1000000) {
        sh_builtin_error(r->sh, "%s: invalid file descriptor specification", s);
        return false;
    }
    r->fd = (int)v;
    if (sh_wait_readable(r->sh, r->fd, 0) == -EBADF) {
        sh_builtin_error(r->sh, "%s: invalid file descriptor: %s", s, sh_strerror(EBADF));
        return false;
    }
    return true;
}

static int options(reader *r, settings *x, sh_opts *o)
{
    int c;
    while ((c = sh_opts_next(o)) > 0) {
        bool ok = true;
        switch (c) {
        case 'a':
            x->array = o->value;
            break;
        case 'd':
            r->delimiter = o->value[0];
            break;
        case 'n':
        case 'N':
            ok = count_option(r, o->value);
            r->exact = c == 'N';
            break;
        case 'p':
            x->prompt = o->value;
            break;
        case 'r':
            r->raw = true;
            break;
        case 't':
            ok = timeout_option(r, x, o->value);
            break;
        case 'u':
            ok = fd_option(r, o->value);
            break;
        default:
            break;
        }
        if (!ok)
            return 1;
    }
    return c < 0 ? 2 : 0;
}

static int run(reader *r, const settings *x, char **names, int n)
{
    if (x->timeout_zero)
        return sh_wait_readable(r->sh, r->fd, 0) > 0 ? 0 : 1;
    if (x->prompt && isatty(r->fd))
        sh_err_put(r->sh, x->prompt, strlen(x->prompt));
    if (r->timed)
        r->until_ns = now_ns() + r->timeout_ns;
    r->seeks = sh_unread(r->sh, r->fd, 0);
    bool complete = read_line(r);
    if (r->seeks && r->n > r->at)
        (void)sh_unread(r->sh, r->fd, r->n - r->at);
    if (r->error) {
        sh_builtin_error(r->sh, "read error: %d: %s", r->fd, sh_strerror(r->error));
        return 1;
    }
    int status;
    if (x->array) {
        status = assign_array(r, x->array);
    } else if (n == 0) {
        char *s = plain(sh_buf_str(&r->line), r->line.n);
        status = sh_set("REPLY", s);
        free(s);
    } else {
        status = assign_words(r, names, n);
    }
    if (r->timed_out)
        return 142;
    return status ? status : !complete;
}

int sh_builtin_read(shell *sh, int argc, char **argv)
{
    reader r = {.sh = sh, .delimiter = '\n', .line = sh_scratch()};
    settings x = {0};
    sh_opts o = {.sh = sh, .argc = argc, .argv = argv, .letters = "ersa:d:i:n:N:p:t:u:"};
    int status = options(&r, &x, &o);
    if (!status && o.i < argc && !sh_is_assignable(argv[o.i])) {
        sh_builtin_error(sh, "`%s': not a valid identifier", argv[o.i]);
        status = 1;
    }
    if (!status)
        status = run(&r, &x, argv + o.i, argc - o.i);
    sh_scratch_back(&r.line);
    return status;
}
