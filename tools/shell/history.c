/* shell/history.c - the list of lines, and the builtin `history`. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/history.h"
#include "shell/match.h"
#include "shell/options.h"
#include "shell/run.h"

enum { CONTROL_SPACE = 1, CONTROL_DUPS = 2, CONTROL_ERASE = 4 };

/* Of the shell's own session; a subshell does not change them. */
static struct {
    size_t added;   /* entries that are not in HISTFILE */
    size_t in_file; /* lines of HISTFILE that have been read */
    bool last;      /* the line that runs was kept */
    bool pushed;    /* by history -s */
    bool first;     /* the first line of the command was kept */
    sh_histline line;
} session;

/* ---- the list ---- */

const sh_history *sh_history_list(shell *sh)
{
    static const sh_history none = {.base = 1};
    return sh->history ? sh->history : &none;
}

static void release(sh_history *h)
{
    if (!h || --h->refs > 0)
        return;
    for (size_t i = 0; i < h->n; i++)
        free(h->v[i].text);
    free(h->v - h->skipped);
    free(h);
}

/* The list for changing: a subshell gets one of its own. */
static sh_history *own(shell *sh)
{
    sh_history *old = sh->history;
    if (old && old->refs == 1)
        return old;
    sh_history *h = sh_alloc(sizeof *h);
    h->refs = 1;
    h->base = old ? old->base : 1;
    h->room = old && old->n > 16 ? old->n : 16;
    h->v = sh_alloc(h->room * sizeof *h->v);
    for (size_t i = 0; old && i < old->n; i++)
        h->v[h->n++] = (sh_history_entry){sh_strdup(old->v[i].text), old->v[i].when};
    release(old);
    return sh->history = h;
}

sh_history *sh_history_share(shell *sh)
{
    if (sh->history)
        sh->history->refs++;
    return sh->history;
}

void sh_history_restore(shell *sh, sh_history *outer)
{
    release(sh->history);
    sh->history = outer;
}

static void drop_first(sh_history *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(h->v[i].text);
    h->v += n;
    h->skipped += n;
    h->n -= n;
}

static void make_room(sh_history *h)
{
    if (h->skipped + h->n < h->room)
        return;
    sh_history_entry *all = h->v - h->skipped;
    if (h->skipped > h->room / 2) {
        memmove(all, h->v, h->n * sizeof *all);
    } else {
        sh_history_entry *more = sh_alloc(h->room * 2 * sizeof *all);
        memcpy(more, h->v, h->n * sizeof *all);
        free(all);
        all = more;
        h->room *= 2;
    }
    h->v = all;
    h->skipped = 0;
}

/* HISTSIZE; SIZE_MAX: no limit. */
static size_t limit_of(const char *name)
{
    const char *s = sh_get(name);
    int64_t v;
    return s && *s && sh_number(s, &v) && v >= 0 ? (size_t)v : SIZE_MAX;
}

void sh_history_push(shell *sh, const char *line, size_t n, time_t when)
{
    size_t max = limit_of("HISTSIZE");
    sh_history *h = own(sh);
    if (max == 0)
        return;
    if (h->n >= max) {
        h->base += (int64_t)(h->n - max + 1);
        drop_first(h, h->n - max + 1);
    }
    make_room(h);
    h->v[h->n++] = (sh_history_entry){sh_strndup(line, n), when};
}

void sh_history_delete(shell *sh, size_t from, size_t n)
{
    sh_history *h = own(sh);
    for (size_t i = from; i < from + n; i++)
        free(h->v[i].text);
    memmove(h->v + from, h->v + from + n, (h->n - from - n) * sizeof *h->v);
    h->n -= n;
}

static void clear(shell *sh)
{
    sh_history *h = own(sh);
    drop_first(h, h->n);
    h->base = 1;
    session.added = 0;
}

bool sh_history_has_last(const shell *sh)
{
    return sh->opt[SH_OPT_HISTORY] && session.last && sh->history && sh->history->n > 0;
}

bool sh_history_forget_last(shell *sh)
{
    if (session.pushed || !sh_history_has_last(sh))
        return false;
    sh_history_delete(sh, sh->history->n - 1, 1);
    session.last = false;
    session.added -= session.added > 0;
    return true;
}

int64_t sh_history_number(const shell *sh)
{
    if (!sh->opt[SH_OPT_HISTORY])
        return 1;
    return sh->history ? sh->history->base + (int64_t)sh->history->n : 1;
}

/* ---- what is kept ---- */

static unsigned control(void)
{
    const char *s = sh_get("HISTCONTROL");
    unsigned c = 0;
    while (s && *s) {
        size_t n = strcspn(s, ":");
        if (n == 11 && memcmp(s, "ignorespace", n) == 0)
            c |= CONTROL_SPACE;
        else if (n == 10 && memcmp(s, "ignoredups", n) == 0)
            c |= CONTROL_DUPS;
        else if (n == 10 && memcmp(s, "ignoreboth", n) == 0)
            c |= CONTROL_SPACE | CONTROL_DUPS;
        else if (n == 9 && memcmp(s, "erasedups", n) == 0)
            c |= CONTROL_ERASE;
        s += n + (s[n] == ':');
    }
    return c;
}

/* A pattern of HISTIGNORE, & being the line before. */
static bool ignored_by(shell *sh, const char *pattern, size_t n, const char *line)
{
    const sh_history *h = sh_history_list(sh);
    const char *before = h->n ? h->v[h->n - 1].text : "";
    sh_buf b = {0};
    for (size_t i = 0; i < n; i++) {
        if (pattern[i] == '\\' && i + 1 < n && pattern[i + 1] == '&') {
            sh_buf_c(&b, pattern[++i]);
        } else if (pattern[i] == '&') {
            for (const char *c = before; *c; c++) {
                sh_buf_c(&b, '\\');
                sh_buf_c(&b, *c);
            }
        } else {
            sh_buf_c(&b, pattern[i]);
        }
    }
    bx_str text = {sh_buf_str(&b), b.n};
    bool yes = sh_pattern_match(sh_pattern_cached(text, SH_MATCH_EXTGLOB), bx_str_of(line));
    sh_buf_done(&b);
    return yes;
}

static bool ignored(shell *sh, const char *line)
{
    const char *s = sh_get("HISTIGNORE");
    while (s && *s) {
        size_t n = 0;
        while (s[n] && s[n] != ':')
            n += s[n] == '\\' && s[n + 1] ? 2 : 1;
        if (n && ignored_by(sh, s, n, line))
            return true;
        s += n + (s[n] == ':');
    }
    return false;
}

bool sh_history_keep(shell *sh, const char *line, size_t n)
{
    unsigned c = control();
    const sh_history *h = sh_history_list(sh);
    if ((c & CONTROL_SPACE) && line[0] == ' ')
        return false;
    if ((c & CONTROL_DUPS) && h->n && strcmp(h->v[h->n - 1].text, line) == 0)
        return false;
    if (ignored(sh, line))
        return false;
    if (c & CONTROL_ERASE) {
        sh_history *mine = own(sh);
        size_t to = 0;
        for (size_t i = 0; i < mine->n; i++)
            if (strcmp(mine->v[i].text, line) == 0)
                free(mine->v[i].text);
            else
                mine->v[to++] = mine->v[i];
        mine->n = to;
    }
    sh_history_push(sh, line, n, sh->interactive || sh_get("HISTTIMEFORMAT") ? time(NULL) : 0);
    session.last = true;
    session.pushed = false;
    session.added++;
    return true;
}

/* A further line of the command: behind the first, as one line if that says the same. */
static void join(shell *sh, const char *line, size_t n)
{
    sh_history *h = own(sh);
    if (h->n == 0)
        return;
    char *old = h->v[h->n - 1].text;
    size_t len = strlen(old);
    const char *between = sh_histline_between(&session.line, line);
    if (sh->shopt[SH_SHOPT_LITHIST] && !sh_histline_in_here(&session.line))
        between = "\n";
    if (len && old[len - 1] == '\\' && (len < 2 || old[len - 2] != '\\') && !session.line.quote) {
        len--;
        between = "";
    } else if (len && old[len - 1] == '\n' && *between == ';' && !session.line.quote) {
        between++;
    }
    sh_buf b = {0};
    sh_buf_add(&b, old, len);
    sh_buf_z(&b, between);
    sh_buf_add(&b, line, n);
    if (sh_histline_in_here(&session.line))
        sh_buf_c(&b, '\n');
    free(old);
    h->v[h->n - 1].text = sh_buf_take(&b);
}

static void remember(shell *sh, const char *line, size_t n, bool more)
{
    if (more && (n > 0 || sh_histline_in_here(&session.line))) {
        bool comment = line[strspn(line, " \t")] == '#' && !session.line.quote &&
                       !sh_histline_in_here(&session.line) && !sh->shopt[SH_SHOPT_LITHIST];
        if (comment)
            return;
        if (!sh->shopt[SH_SHOPT_CMDHIST] && session.first)
            (void)sh_history_keep(sh, line, n);
        else if (session.first)
            join(sh, line, n);
    } else if (n > 0) {
        session.last = session.pushed = false;
        session.first = sh_history_keep(sh, line, n);
    }
}

bool sh_history_line(shell *sh, sh_buf *line, bool more)
{
    if (!more)
        sh_histline_begin(&session.line);
    bool ends = line->n > 0 && line->p[line->n - 1] == '\n';
    line->n -= ends;
    char *text = sh_strndup(line->p, line->n);
    bool run = true;
    if (sh->opt[SH_OPT_HISTEXPAND] && !sh_histline_in_here(&session.line)) {
        char *made = NULL;
        int r = sh_history_expand(sh, text, session.line.quote, &made);
        if (r == SH_HISTEXPAND_BAD) {
            sh_error(sh, "%s", made);
            free(made);
            free(text);
            return false;
        }
        if (r != SH_HISTEXPAND_SAME) {
            free(text);
            text = made;
            sh_err_put(sh, text, strlen(text));
            sh_err_put(sh, "\n", 1);
            run = r == SH_HISTEXPAND_NEW;
        }
    }
    size_t n = strlen(text);
    if (sh->opt[SH_OPT_HISTORY])
        remember(sh, text, n, more);
    sh_histline_scan(&session.line, text, n);
    line->n = 0;
    sh_buf_add(line, text, n);
    if (ends)
        sh_buf_c(line, '\n');
    free(text);
    return run;
}

/* ---- files ---- */

/* "#1700000000", where HISTTIMEFORMAT says that files have times. */
static bool is_time(const char *s) { return s[0] == '#' && s[1] >= '0' && s[1] <= '9'; }

static void append_line(sh_history *h, const char *line)
{
    char *old = h->v[h->n - 1].text;
    h->v[h->n - 1].text = sh_format("%s\n%s", old, line);
    free(old);
}

/* Lines of a file from the `skip`-th on into the list; errno. */
static int load(shell *sh, const char *path, size_t skip, size_t *ret_lines)
{
    int error = 0, fd = sh_open(sh, path, O_RDONLY);
    if (fd < 0)
        return -fd;
    size_t n, lines = 0;
    char *text = sh_read_all(sh, fd, &n, &error);
    (void)close(fd);
    bool timed = sh_get("HISTTIMEFORMAT") != NULL, stamped = timed && n > 0 && is_time(text);
    time_t when = 0;
    for (char *s = text; !error && s < text + n;) {
        char *end = memchr(s, '\n', (size_t)(text + n - s));
        end = end ? end : text + n;
        *end = '\0';
        lines++;
        if (lines > skip && timed && is_time(s)) {
            when = 0;
            for (const char *c = s + 1; *c >= '0' && *c <= '9' && when < INT64_MAX / 16; c++)
                when = when * 10 + (*c - '0');
        } else if (lines > skip && *s && stamped && !when && sh_history_list(sh)->n > 0) {
            append_line(own(sh), s); /* an entry of several lines */
        } else if (lines > skip && *s) {
            sh_history_push(sh, s, strlen(s), when);
            when = 0;
        }
        s = end + 1;
    }
    free(text);
    *ret_lines = lines;
    return error;
}

/* The last `count` entries into a file; errno. */
static int save(shell *sh, const char *path, size_t count, bool append)
{
    const sh_history *h = sh_history_list(sh);
    bool timed = sh_get("HISTTIMEFORMAT") != NULL;
    sh_buf b = {0};
    for (size_t i = count < h->n ? h->n - count : 0; i < h->n; i++) {
        if (timed && h->v[i].when) {
            sh_buf_c(&b, '#');
            sh_buf_int(&b, (int64_t)h->v[i].when);
            sh_buf_c(&b, '\n');
        }
        sh_buf_z(&b, h->v[i].text);
        sh_buf_c(&b, '\n');
    }
    int fd = sh_open(sh, path, O_WRONLY | (append ? O_APPEND : O_CREAT | O_TRUNC));
    int error = fd < 0 ? -fd : 0;
    for (size_t at = 0; !error && at < b.n;) {
        ssize_t did = write(fd, b.p + at, b.n - at);
        if (did < 0 && errno != EINTR)
            error = errno;
        at += did > 0 ? (size_t)did : 0;
    }
    if (fd >= 0)
        (void)close(fd);
    sh_buf_done(&b);
    return error;
}

/* Only the last `lines` lines of a file stay. */
static void shorten(shell *sh, const char *path, size_t lines)
{
    int error = 0, fd = sh_open(sh, path, O_RDONLY);
    if (fd < 0)
        return;
    size_t n, at, left = lines;
    char *text = sh_read_all(sh, fd, &n, &error);
    (void)close(fd);
    for (at = n; at > 0 && left > 0;) {
        at--;
        while (at > 0 && text[at - 1] != '\n')
            at--;
        left -= !is_time(text + at);
    }
    fd = !error && at > 0 ? sh_open(sh, path, O_WRONLY | O_TRUNC) : -1;
    if (fd >= 0) {
        (void)!write(fd, text + at, n - at);
        (void)close(fd);
    }
    free(text);
}

void sh_history_resized(shell *sh, bool file)
{
    size_t max = limit_of(file ? "HISTFILESIZE" : "HISTSIZE");
    const char *path = sh_get("HISTFILE");
    if (max == SIZE_MAX)
        return;
    if (file && path && *path) {
        char *copy = sh_strdup(path);
        shorten(sh, copy, max);
        free(copy);
        if (session.in_file > max)
            session.in_file = max;
    } else if (!file && sh->history && sh->history->n > max) {
        sh_history *h = own(sh);
        h->base = (int64_t)(h->n - max); /* this is how bash counts on */
        drop_first(h, h->n - max);
        if (session.added > max)
            session.added = max;
    }
}

void sh_history_on(shell *sh)
{
    sh->opt[SH_OPT_HISTORY] = true;
    if (session.added > 0 || sh->in_state_child)
        return;
    if (!sh_get("HISTSIZE"))
        (void)sh_set("HISTSIZE", "500");
    const char *file = sh_get("HISTFILE"), *size = sh_get("HISTSIZE");
    if (!sh_get("HISTFILESIZE"))
        (void)sh_set("HISTFILESIZE", size ? size : "500");
    if (file && *file) {
        char *copy = sh_strdup(file);
        (void)load(sh, copy, 0, &session.in_file);
        free(copy);
    }
}

/* What this session has added to a file that is there already or, `make`, will be; errno. */
static int append(shell *sh, const char *path, bool make, int *ret_create)
{
    const sh_history *h = sh_history_list(sh);
    struct stat st;
    if (session.added > h->n)
        session.added = h->n;
    if (make && stat(path, &st) != 0) {
        int fd = sh_open(sh, path, O_WRONLY | O_CREAT);
        if (fd < 0)
            return *ret_create = -fd;
        (void)close(fd);
    }
    int error = save(sh, path, session.added, true);
    session.in_file += session.added;
    session.added = 0;
    return error;
}

void sh_history_end(shell *sh)
{
    const char *path = sh_get("HISTFILE");
    if (!sh->opt[SH_OPT_HISTORY] || sh->in_state_child || session.added == 0 || !path || !*path)
        return;
    char *copy = sh_strdup(path);
    int create;
    if (session.added <= sh_history_list(sh)->n || sh->shopt[SH_SHOPT_HISTAPPEND])
        (void)append(sh, copy, true, &create);
    else
        (void)save(sh, copy, SIZE_MAX, false);
    free(copy);
    sh_history_resized(sh, true);
}

void sh_history_dump(shell *sh, sh_buf *out)
{
    const sh_history *h = sh_history_list(sh);
    for (size_t i = 0; i < h->n; i++) {
        sh_buf_z(out, "history -s -- ");
        sh_quote_single(out, h->v[i].text);
        sh_buf_c(out, '\n');
    }
}

/* ---- history ---- */

static int print_list(shell *sh, const char *count, bool too_many)
{
    const sh_history *h = sh_history_list(sh);
    int64_t n = (int64_t)h->n;
    if (count && !sh_number(count, &n)) {
        sh_builtin_error(sh, "%s: numeric argument required", count);
        return 1;
    }
    if (too_many) {
        sh_builtin_error(sh, "too many arguments");
        sh_discard_all(sh);
        return 1;
    }
    n = n < 0 ? -n : n;
    const char *format = sh_get("HISTTIMEFORMAT");
    for (size_t i = n < (int64_t)h->n ? h->n - (size_t)n : 0; i < h->n; i++) {
        sh_printf(sh, "%5lld  ", (long long)(h->base + (int64_t)i));
        if (format && *format && h->v[i].when) {
            sh_buf b = {0};
            sh_time_text(&b, format, h->v[i].when);
            sh_put(sh, sh_buf_str(&b), b.n);
            sh_buf_done(&b);
        } else if (format && *format) {
            sh_puts(sh, "??");
        }
        sh_puts(sh, h->v[i].text);
        sh_puts(sh, "\n");
    }
    return 0;
}

/* A place in the list: a number of history's, or from its end; false after a message. */
static bool position(shell *sh, const char *s, size_t *ret)
{
    const sh_history *h = sh_history_list(sh);
    int64_t v;
    if (sh_number(s, &v)) {
        v += v < 0 ? (int64_t)h->n : -h->base;
        if (v >= 0 && v < (int64_t)h->n) {
            *ret = (size_t)v;
            return true;
        }
    }
    sh_builtin_error(sh, "%s: history position out of range", s);
    return false;
}

static int delete_at(shell *sh, char *where)
{
    size_t from, to;
    char *dash = strchr(where + (where[0] == '-'), '-');
    if (dash)
        *dash = '\0';
    if (!position(sh, where, &from))
        return 1;
    to = from;
    if (dash && !position(sh, dash + 1, &to))
        return 1;
    if (to < from)
        return 1;
    sh_history_delete(sh, from, to - from + 1);
    return 0;
}

static int push_words(shell *sh, int n, char **words)
{
    sh_buf b = {0};
    for (int i = 0; i < n; i++) {
        if (i)
            sh_buf_c(&b, ' ');
        sh_buf_z(&b, words[i]);
    }
    if (n > 0) {
        if (!session.pushed)
            (void)sh_history_forget_last(sh);
        (void)sh_history_keep(sh, sh_buf_str(&b), b.n);
        session.pushed = true;
    }
    sh_buf_done(&b);
    return 0;
}

static int print_expanded(shell *sh, int n, char **words)
{
    int status = 0;
    if (n > 0)
        (void)sh_history_forget_last(sh);
    for (int i = 0; i < n; i++) {
        char *made = NULL;
        if (sh_history_expand(sh, words[i], 0, &made) == SH_HISTEXPAND_BAD) {
            sh_builtin_error(sh, "%s: history expansion failed", words[i]);
            status = 1;
        } else {
            sh_puts(sh, made ? made : words[i]);
            sh_puts(sh, "\n");
        }
        free(made);
    }
    return status;
}

static int use_file(shell *sh, char how, const char *path)
{
    int error = 0, create = 0;
    size_t lines = 0;
    if (!path || !*path)
        return 1;
    if (how == 'a' && session.added > 0) {
        error = append(sh, path, true, &create);
        if (create)
            sh_builtin_error(sh, "%s: cannot create: %s", path, sh_strerror(create));
    } else if (how == 'w') {
        error = save(sh, path, SIZE_MAX, false);
    } else if (how != 'a') {
        error = load(sh, path, how == 'n' ? session.in_file : 0, &lines);
        if (!error && how == 'n' && !sh->shopt[SH_SHOPT_HISTAPPEND] && lines > session.in_file)
            session.added += lines - session.in_file;
        if (!error)
            session.in_file = lines;
    }
    return error != 0;
}

int sh_bi_history(shell *sh, int argc, char **argv)
{
    sh_opts o = {.sh = sh, .argc = argc, .argv = argv, .letters = "acd:npsrw"};
    char how = 0, *where = NULL;
    bool clears = false, push = false, expand = false;
    for (int c; (c = sh_opts_next(&o)) != 0;) {
        if (c < 0)
            return 2;
        if (c == 'd') {
            where = o.value;
        } else if (c == 'c' || c == 's' || c == 'p') {
            clears |= c == 'c';
            push |= c == 's';
            expand |= c == 'p';
        } else if (how && how != c) {
            sh_builtin_error(sh, "cannot use more than one of -anrw");
            return 1;
        } else {
            how = (char)c;
        }
    }
    char **rest = argv + o.i;
    int n = argc - o.i;
    if (clears)
        clear(sh);
    if (clears && n == 0)
        return 0;
    if (push)
        return push_words(sh, n, rest);
    if (expand)
        return print_expanded(sh, n, rest);
    if (where)
        return delete_at(sh, where);
    if (!how && !clears)
        return print_list(sh, rest[0], n > 1);
    char *path =
        n > 0 ? sh_strdup(rest[0]) : sh_strdup(sh_get("HISTFILE") ? sh_get("HISTFILE") : "");
    int status = how ? use_file(sh, how, path) : 0;
    free(path);
    return status;
}
