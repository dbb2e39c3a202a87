/* shell/fc.c - the builtin `fc`: lines of the history shown, edited or run again. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/history.h"
#include "shell/run.h"

enum { INVALID = -1, NOT_FOUND = -2, PAGE = 16 };

/* The last entry before the line that runs. */
static int64_t last_of(shell *sh)
{
    int64_t n = (int64_t)sh_history_list(sh)->n - sh_history_has_last(sh) - 1;
    return n < 0 ? 0 : n;
}

/* A number, a number of lines back, or how the line begins. */
static int64_t place(shell *sh, const char *s, bool listing)
{
    const sh_history *h = sh_history_list(sh);
    int64_t last = last_of(sh), v;
    bool minus = *s == '-';
    if (s[minus] >= '0' && s[minus] <= '9') {
        v = 0;
        for (const char *c = s + minus; *c >= '0' && *c <= '9'; c++)
            v = v < INT32_MAX ? v * 10 + (*c - '0') : v;
        if (v == 0 && minus)
            return listing ? (int64_t)h->n - 1 : INVALID;
        if (v == 0)
            return last;
        if (minus)
            return last + 1 - v < 0 ? 0 : last + 1 - v;
        v -= h->base;
        return v < 0 || v >= last ? last : v;
    }
    for (int64_t i = last; i >= 0 && h->n; i--)
        if (strncmp(h->v[i].text, s, strlen(s)) == 0)
            return i;
    return NOT_FOUND;
}

typedef struct range {
    int64_t from, to;
    bool reverse;
} range;

static bool range_of(shell *sh, int n, char **words, bool listing, range *r)
{
    int64_t last = last_of(sh), real_last = (int64_t)sh_history_list(sh)->n - 1;
    if (n > 0) {
        r->from = place(sh, words[0], listing);
        r->to = n > 1                  ? place(sh, words[1], listing)
                : !listing             ? r->from
                : r->from == real_last ? real_last
                                       : last;
    } else {
        r->to = last;
        r->from = !listing ? last : last - PAGE + 1 < 0 ? 0 : last - PAGE + 1;
    }
    if (r->from == NOT_FOUND || r->to == NOT_FOUND) {
        sh_builtin_error(sh, "no command found");
        return false;
    }
    if (r->from == INVALID || r->to == INVALID) {
        sh_builtin_error(sh, "history specification out of range");
        return false;
    }
    if (r->to < r->from) {
        int64_t t = r->to;
        r->to = r->from;
        r->from = t;
        r->reverse = true;
    }
    return true;
}

/* Each pattern=replacement, everywhere. */
static char *replaced(const char *text, int n, char **pairs)
{
    char *now = sh_strdup(text);
    for (int i = 0; i < n; i++) {
        const char *equals = strchr(pairs[i], '=');
        size_t len = (size_t)(equals - pairs[i]);
        sh_buf b = {0};
        for (const char *s = now; *s;) {
            if (len && strncmp(s, pairs[i], len) == 0) {
                sh_buf_z(&b, equals + 1);
                s += len;
            } else {
                sh_buf_c(&b, *s++);
            }
        }
        (void)sh_buf_str(&b);
        free(now);
        now = sh_buf_take(&b);
    }
    return now;
}

/* A line instead of the `fc` that gave it. */
static void remember(shell *sh, const char *text)
{
    (void)sh_history_forget_last(sh);
    size_t n = strlen(text);
    n -= n > 0 && text[n - 1] == '\n';
    char *line = sh_strndup(text, n);
    if (sh->opt[SH_OPT_HISTORY] && n)
        (void)sh_history_keep(sh, line, n);
    free(line);
}

static int run_again(shell *sh, int n, char **words)
{
    int pairs = 0;
    while (pairs < n && strchr(words[pairs], '='))
        pairs++;
    const sh_history *h = sh_history_list(sh);
    int64_t i = pairs < n ? place(sh, words[pairs], false) : last_of(sh);
    if (i < 0 || i >= (int64_t)h->n) {
        sh_builtin_error(sh, "no command found");
        return 1;
    }
    char *text = replaced(h->v[i].text, pairs, words);
    sh_err_put(sh, text, strlen(text));
    sh_err_put(sh, "\n", 1);
    remember(sh, text);
    int status = sh_eval(sh, text, strlen(text), "fc");
    free(text);
    return status;
}

static void add_lines(shell *sh, const range *r, bool numbers, bool listing, sh_buf *b)
{
    const sh_history *h = sh_history_list(sh);
    for (int64_t k = 0; k <= r->to - r->from; k++) {
        int64_t i = r->reverse ? r->to - k : r->from + k;
        if (i >= (int64_t)h->n)
            continue;
        if (numbers)
            sh_buf_int(b, h->base + i);
        if (listing)
            sh_buf_z(b, sh->opt[SH_OPT_POSIX] ? "\t" : "\t ");
        sh_buf_z(b, h->v[i].text);
        sh_buf_c(b, '\n');
    }
}

/* The lines in a file, the editor on it, and what it left there is run. */
static int edit(shell *sh, const range *r, const char *editor)
{
    sh_buf b = {0};
    add_lines(sh, r, false, false, &b);
    char *path =
        sh_format("%s/bash-fc.%d", sh_get("TMPDIR") ? sh_get("TMPDIR") : "/tmp", (int)sh->own_pid);
    int fd = sh_open(sh, path, O_WRONLY | O_CREAT | O_TRUNC), error = fd < 0 ? -fd : 0;
    if (!error && b.n && write(fd, b.p, b.n) != (ssize_t)b.n)
        error = errno;
    if (fd >= 0)
        (void)close(fd);
    sh_buf_done(&b);
    int status = 1;
    if (error) {
        sh_builtin_error(sh, "%s: cannot open temp file: %s", path, sh_strerror(error));
    } else {
        char *command = editor ? sh_format("%s %s", editor, path)
                               : sh_format("${FCEDIT:-${EDITOR:-%s}} %s",
                                           sh->opt[SH_OPT_POSIX] ? "ed" : "vi", path);
        status = sh_eval(sh, command, strlen(command), "fc");
        free(command);
        fd = status == 0 && sh->unwind == SH_GO ? sh_open(sh, path, O_RDONLY) : -1;
        size_t n = 0;
        char *text = fd >= 0 ? sh_read_all(sh, fd, &n, &error) : NULL;
        if (fd >= 0)
            (void)close(fd);
        (void)unlink(path);
        if (text) {
            sh_err_put(sh, text, n);
            remember(sh, text);
            status = sh_eval(sh, text, n, "fc");
        }
        free(text);
    }
    free(path);
    return status;
}

typedef struct options {
    bool listing, no_numbers, reverse, again;
    char *editor;
} options;

/* Where the operands begin; -3 is one of them.  -1 after a message. */
static int read_options(shell *sh, int argc, char **argv, options *o)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        if (argv[i][1] >= '0' && argv[i][1] <= '9')
            return i;
        for (char *c = argv[i] + 1; *c; c++) {
            o->listing |= *c == 'l';
            o->no_numbers |= *c == 'n';
            o->reverse |= *c == 'r';
            o->again |= *c == 's';
            if (!strchr("elnrs", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                (void)sh_builtin_usage(sh);
                return -1;
            }
            if (*c != 'e')
                continue;
            o->editor = c[1] ? c + 1 : i + 1 < argc ? argv[++i] : NULL;
            if (!o->editor) {
                sh_builtin_error(sh, "-e: option requires an argument");
                (void)sh_builtin_usage(sh);
                return -1;
            }
            break;
        }
    }
    return i;
}

int sh_bi_fc(shell *sh, int argc, char **argv)
{
    options o = {0};
    int i = read_options(sh, argc, argv, &o);
    if (i < 0)
        return 2;
    if (o.again || (o.editor && strcmp(o.editor, "-") == 0))
        return run_again(sh, argc - i, argv + i);
    if (sh_history_list(sh)->n == 0)
        return 0;
    range r = {0, 0, false};
    if (!range_of(sh, argc - i, argv + i, o.listing, &r))
        return 1;
    r.reverse |= o.reverse;
    if (!o.listing) {
        (void)sh_history_forget_last(sh);
        return edit(sh, &r, o.editor);
    }
    sh_buf b = {0};
    add_lines(sh, &r, !o.no_numbers, true, &b);
    sh_put(sh, b.p ? b.p : "", b.n);
    sh_buf_done(&b);
    return 0;
}
