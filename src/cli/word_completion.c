#include "cli/word_completion.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/fd.h"

static const char *const builtins[] = {
    ".",        "alias",   "bg",        "bind",     "break",    "builtin", "caller", "case",
    "cd",       "command", "compgen",   "complete", "continue", "declare", "dirs",   "disown",
    "do",       "done",    "echo",      "elif",     "else",     "enable",  "esac",   "eval",
    "exec",     "exit",    "export",    "false",    "fc",       "fg",      "fi",     "for",
    "function", "getopts", "hash",      "help",     "history",  "if",      "in",     "jobs",
    "kill",     "let",     "local",     "logout",   "mapfile",  "popd",    "printf", "pushd",
    "pwd",      "read",    "readarray", "readonly", "return",   "select",  "set",    "shift",
    "shopt",    "source",  "test",      "then",     "time",     "times",   "trap",   "true",
    "type",     "typeset", "ulimit",    "umask",    "unalias",  "unset",   "until",  "wait",
    "while",
};

/* Behind these a command begins. */
static const char *const before_command[] = {"if",   "then",  "elif",  "else",    "while", "until",
                                             "do",   "!",     "time",  "command", "exec",  "env",
                                             "sudo", "xargs", "nohup", "builtin"};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }
static bool ends_word(char c) { return is_blank(c) || (c && strchr("\n;|&(){}<>=`'\"", c)); }

/* Behind an odd number of backslashes a character is one of the word. */
static bool is_escaped(bx_str line, size_t at)
{
    size_t n = 0;
    while (n < at && line.p[at - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

static size_t word_begin(bx_str line)
{
    size_t at = line.n;
    while (at > 0 && (!ends_word(line.p[at - 1]) || is_escaped(line, at - 1)))
        at--;
    return at;
}

static bx_str without_escapes(bx_str word, bx_buf *room)
{
    for (size_t i = 0; i < word.n; i++) {
        i += word.p[i] == '\\' && i + 1 < word.n;
        (void)bx_buf_add_c(room, word.p[i]);
    }
    return bx_buf_str(room);
}

static bool is_command_place(bx_str before)
{
    while (before.n > 0 && is_blank(before.p[before.n - 1]))
        before.n--;
    if (before.n == 0 || strchr(";|&({`\n", before.p[before.n - 1]))
        return true;
    size_t at = before.n;
    while (at > 0 && !ends_word(before.p[at - 1]))
        at--;
    bx_str word = bx_str_from(before, at);
    for (size_t i = 0; i < BX_COUNT(before_command); i++) {
        if (bx_str_eq(word, bx_str_of(before_command[i])))
            return true;
    }
    return false;
}

/* ---- matches --------------------------------------------------------------------------------- */

typedef struct matches {
    bx_str typed;
    bx_buf *names;
    size_t n;
} matches;

static void add(matches *m, bx_str name, bool is_dir)
{
    if (m->n >= BX_COMPLETIONS_MAX || !bx_str_starts(name, m->typed))
        return;
    (void)bx_buf_add_str(m->names, name);
    if (is_dir)
        (void)bx_buf_add_c(m->names, '/');
    (void)bx_buf_add_c(m->names, '\0');
    m->n++;
}

static void add_commands(matches *m, const bx_words_known *known)
{
    for (size_t i = 0; i < BX_COUNT(builtins); i++)
        add(m, bx_str_of(builtins[i]), false);
    for (size_t i = 0; known->programs && i < known->programs->n; i++)
        add(m, known->programs->at[i].name, false);
}

static bool is_directory(int dir, const struct dirent *d)
{
    struct stat st;
    if (d->d_type != DT_LNK && d->d_type != DT_UNKNOWN)
        return d->d_type == DT_DIR;
    return fstatat(dir, d->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* Names only, for the person whose directory it is; whether the shell may use them is decided when
 * it does. */
static void add_files(matches *m, const char *host_path)
{
    BX_AUTOCLOSE int fd = open(host_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d)
        return;
    (void)bx_fd_take(&fd);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        bool hidden = e->d_name[0] == '.';
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
            (!hidden || (m->typed.n > 0 && m->typed.p[0] == '.')))
            add(m, bx_str_of(e->d_name), is_directory(dirfd(d), e));
    }
    (void)closedir(d);
}

/* The host's path of `dir`, as typed in `cwd`; false: it is not known, or elsewhere. */
static bool host_path(const bx_words_known *known, bx_str dir, bx_str cwd, bx_buf *ret)
{
    bx_str root = bx_str_of(known->guest_dir);
    BX_AUTO_BUF guest = bx_buf_init(BX_MAX_PATH);
    if (!known->host_dir || (cwd.n == 0 && (dir.n == 0 || dir.p[0] != '/')))
        return false;
    if (dir.n == 0 || dir.p[0] != '/') {
        (void)bx_buf_add_str(&guest, cwd);
        (void)bx_buf_add_c(&guest, '/');
    }
    (void)bx_buf_add_str(&guest, dir);
    bx_str path = bx_buf_str(&guest);
    if (bx_buf_check(&guest, NULL) != BX_OK || !bx_str_starts(path, root))
        return false;
    bx_str rest = bx_str_from(path, root.n);
    if (rest.n > 0 && rest.p[0] != '/')
        return false;
    if (memmem(path.p, path.n, "/../", 4) ||
        (path.n >= 3 && memcmp(path.p + path.n - 3, "/..", 3) == 0))
        return false; /* may lead out of it */
    (void)bx_buf_add_z(ret, known->host_dir);
    (void)bx_buf_add_str(ret, rest);
    return bx_buf_check(ret, NULL) == BX_OK && !memchr(ret->p, '\0', ret->n);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t common_of(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    while (n > 0 && ((unsigned char)a[n] & 0xc0) == 0x80) /* never half a character */
        n--;
    return n;
}

/* Sorted, no name twice, and what they have in common. */
static bx_code settle(matches *m, bx_completions *ret, bx_error *err)
{
    BX_AUTOFREE const char **list = bx_calloc(m->n ? m->n : 1, sizeof *list);
    if (!list)
        return bx_fail(err, BX_ENOMEM, "completions");
    const char *at = bx_buf_str(m->names).p;
    for (size_t i = 0; i < m->n; i++) {
        list[i] = at;
        at += strlen(at) + 1;
    }
    qsort(list, m->n, sizeof *list, by_name);
    ret->names = bx_buf_init(m->names->max);
    for (size_t i = 0; i < m->n; i++) {
        if (i > 0 && strcmp(list[i], list[i - 1]) == 0)
            continue;
        size_t common = ret->n == 0 ? strlen(list[i]) : common_of(list[0], list[i]);
        if (ret->n == 0 || common < ret->common)
            ret->common = common;
        (void)bx_buf_add(&ret->names, list[i], strlen(list[i]) + 1);
        ret->n++;
    }
    return bx_buf_check(&ret->names, err);
}

bx_code bx_complete_word(const bx_words_known *known, bx_str line, bx_str cwd, bx_completions *ret,
                         bx_error *err)
{
    BX_AUTO_BUF names = bx_buf_init(1 << 20);
    BX_AUTO_BUF path = bx_buf_init(BX_MAX_PATH);
    *ret = (bx_completions){.n = 0};
    BX_AUTO_BUF room = bx_buf_init(BX_MAX_PATH);
    size_t at = word_begin(line), slash;
    bx_str word = without_escapes(bx_str_from(line, at), &room);
    for (slash = word.n; slash > 0 && word.p[slash - 1] != '/'; slash--)
        ;
    matches m = {.typed = bx_str_from(word, slash), .names = &names};
    ret->typed = m.typed.n;
    if (slash == 0 && is_command_place((bx_str){line.p, at}))
        add_commands(&m, known);
    else if (host_path(known, (bx_str){word.p, slash}, cwd, &path))
        add_files(&m, path.p);
    bx_code rc = bx_buf_check(&names, err);
    if (rc == BX_OK && bx_buf_check(&room, NULL) != BX_OK)
        m.n = 0; /* too long a word */
    if (rc == BX_OK)
        rc = settle(&m, ret, err);
    if (rc != BX_OK)
        bx_completions_done(ret);
    return rc;
}

void bx_completions_done(bx_completions *c) { bx_buf_done(&c->names); }

bx_str bx_prompt_directory(bx_str prompt, bx_str home, bx_buf *room)
{
    const bx_str none = {"", 0};
    if (prompt.n < 3 || memcmp(prompt.p + prompt.n - 2, "$ ", 2) != 0)
        return none;
    bx_str shown = {prompt.p, prompt.n - 2};
    if (shown.p[0] == '/')
        return shown;
    if (shown.p[0] != '~' || (shown.n > 1 && shown.p[1] != '/'))
        return none;
    bx_buf_clear(room);
    (void)bx_buf_add_str(room, home);
    (void)bx_buf_add_str(room, bx_str_from(shown, 1));
    return bx_buf_check(room, NULL) == BX_OK ? bx_buf_str(room) : none;
}
