/* shell/redir.c - descriptors and redirections: in this process with a list that undoes them, or
 * as the map of a program that is to be started. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/run.h"

bool sh_fd_open(shell *sh, int fd)
{
    return fd >= 0 && fd < SH_FD_MAX && (sh->fds[fd / 64] >> (fd % 64) & 1) != 0;
}

void sh_fd_note(shell *sh, int fd, bool open)
{
    if (fd < 0 || fd >= SH_FD_MAX)
        return;
    uint64_t bit = UINT64_C(1) << (fd % 64);
    if (open)
        sh->fds[fd / 64] |= bit;
    else
        sh->fds[fd / 64] &= ~bit;
}

void sh_hold_push(shell *sh, sh_hold *h, int *fd)
{
    *h = (sh_hold){sh->holds, fd};
    sh->holds = h;
}

void sh_hold_pop(shell *sh, sh_hold *h)
{
    for (sh_hold **at = &sh->holds; *at; at = &(*at)->next)
        if (*at == h) {
            *at = h->next;
            return;
        }
}

/* One of the shell's own descriptors has the number a script asks for: it moves away. */
static void make_room(shell *sh, int fd)
{
    if (sh_fd_open(sh, fd))
        return;
    for (sh_hold *h = sh->holds; h; h = h->next)
        if (*h->fd == fd) {
            int moved;
            if (bx_process_dup(fd, SH_FD_HIGH, &moved) == 0) {
                (void)close(fd);
                *h->fd = moved;
            }
            return;
        }
}

int sh_fd_to(shell *sh, int from, int to)
{
    make_room(sh, to);
    int error = bx_process_dup_to(from, to);
    if (error == 0)
        sh_fd_note(sh, to, true);
    return error;
}

/* "/dev/fd/7" and its like: the number, else -1. */
static int special_path(const char *path)
{
    if (strncmp(path, "/dev/", 5) != 0)
        return -1;
    path += 5;
    if (strcmp(path, "stdin") == 0)
        return 0;
    if (strcmp(path, "stdout") == 0)
        return 1;
    if (strcmp(path, "stderr") == 0)
        return 2;
    if (strncmp(path, "fd/", 3) != 0 || !path[3])
        return -1;
    int fd = 0;
    for (path += 3; *path; path++) {
        if (*path < '0' || *path > '9' || fd > SH_FD_MAX)
            return -1;
        fd = fd * 10 + (*path - '0');
    }
    return fd;
}

int sh_open(shell *sh, const char *path, int flags)
{
    int special = special_path(path), fd;
    if (special >= 0) {
        if (special == 1 && sh_capture_real(sh) != 0)
            return -EIO;
        if (!sh_fd_open(sh, special))
            return -ENOENT;
        int error = bx_process_dup(special, 3, &fd);
        return error ? -error : fd;
    }
    do
        fd = open(path, flags, 0666);
    while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : fd;
}

int sh_text_fd(const char *p, size_t n)
{
    int ends[2];
    int error = bx_process_pipe(BX_PIPE_GROWS, ends);
    if (error)
        return -error;
    while (n > 0) {
        ssize_t did = write(ends[1], p, n);
        if (did < 0 && errno == EINTR)
            continue;
        if (did < 0) {
            error = errno;
            break;
        }
        p += did, n -= (size_t)did;
    }
    (void)close(ends[1]);
    if (error) {
        (void)close(ends[0]);
        return -error;
    }
    return ends[0];
}

/* ---- one redirection, evaluated ---- */

typedef struct action {
    int fd;        /* what it is about */
    bool variable; /* {name}: a new number, to be assigned */
    bool both;     /* &>: 2 follows 1 */
    enum { ACT_OPENED, ACT_DUP, ACT_CLOSE } kind;
    int source; /* the descriptor opened, or to be duplicated */
    bool move;  /* n<&m-: m is closed */
} action;

static int fail_path(shell *sh, const char *path, int error)
{
    sh_error(sh, "%s: %s", path, sh_strerror(error));
    return 1;
}

static int open_for(shell *sh, sh_redir_kind kind, const char *path, action *a)
{
    int flags;
    switch (kind) {
    case SH_REDIR_READ:
        flags = O_RDONLY;
        break;
    case SH_REDIR_READ_WRITE:
        flags = O_RDWR | O_CREAT;
        break;
    case SH_REDIR_APPEND:
    case SH_REDIR_BOTH_APPEND:
        flags = O_WRONLY | O_CREAT | O_APPEND;
        break;
    default:
        flags = O_WRONLY | O_CREAT | O_TRUNC;
        break;
    }
    if (sh->opt[SH_OPT_NOCLOBBER] && (kind == SH_REDIR_WRITE || kind == SH_REDIR_BOTH)) {
        struct stat st;
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
            sh_error(sh, "%s: cannot overwrite existing file", path);
            return 1;
        }
    }
    a->kind = ACT_OPENED;
    a->source = sh_open(sh, path, flags);
    if (a->source < 0)
        return fail_path(sh, path, -a->source);
    return 0;
}

static int number_of(const char *s, size_t n)
{
    int v = 0;
    if (n == 0 || n > 6)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

static int evaluate_dup(shell *sh, const sh_redir *r, const char *text, action *a)
{
    size_t n = strlen(text);
    if (strcmp(text, "-") == 0) {
        a->kind = ACT_CLOSE;
        return 0;
    }
    a->kind = ACT_DUP;
    if (n > 0 && text[n - 1] == '-')
        a->move = true, n--;
    a->source = number_of(text, n);
    if (a->source >= 0)
        return 0;
    if (r->kind == SH_REDIR_DUP_OUT && r->fd == 1 && !r->variable.p) {
        a->both = true;
        a->move = false;
        return open_for(sh, SH_REDIR_BOTH, text, a);
    }
    sh_error(sh, "%s: ambiguous redirect", text);
    return 1;
}

static int evaluate_text(shell *sh, const sh_redir *r, action *a)
{
    size_t n = 0;
    char *text = NULL;
    if (r->kind == SH_REDIR_HERESTRING) {
        text = sh_expand_string(sh, r->word, &n);
        if (text) {
            text = sh_realloc(text, n + 2);
            text[n++] = '\n';
        }
    } else if (r->quoted) {
        sh_buf b = {0};
        for (uint32_t i = 0; i < r->word->n_parts; i++)
            sh_buf_add(&b, r->word->parts[i].text.p, r->word->parts[i].text.n);
        n = b.n;
        text = sh_buf_take(&b);
    } else {
        text = sh_expand_heredoc(sh, r->word, &n);
    }
    if (!text)
        return 1;
    a->kind = ACT_OPENED;
    a->source = sh_text_fd(text, n);
    free(text);
    if (a->source < 0)
        return fail_path(sh, "cannot create temp file for here-document", -a->source);
    return 0;
}

static int evaluate(shell *sh, const sh_redir *r, action *a)
{
    *a = (action){.fd = r->fd, .variable = r->variable.p != NULL};
    if (r->kind == SH_REDIR_HEREDOC || r->kind == SH_REDIR_HERESTRING)
        return evaluate_text(sh, r, a);
    if (r->kind == SH_REDIR_BOTH || r->kind == SH_REDIR_BOTH_APPEND)
        a->both = true, a->fd = 1;
    char *text = sh_expand_redirect(sh, r->word);
    if (!text)
        return 1;
    int status;
    if (r->kind == SH_REDIR_DUP_IN || r->kind == SH_REDIR_DUP_OUT)
        status = evaluate_dup(sh, r, text, a);
    else if (sh->opt[SH_OPT_PRIVILEGED] && sh->shopt[SH_SHOPT_RESTRICTED_SHELL])
        status = 1;
    else
        status = open_for(sh, r->kind, text, a);
    free(text);
    return status;
}

/* ---- in this process ---- */

static int save_fd(shell *sh, int fd, sh_undo **undo)
{
    sh_undo *u = sh_alloc(sizeof *u);
    u->fd = fd;
    u->saved = -1;
    if (sh_fd_open(sh, fd)) {
        int error = bx_process_dup(fd, SH_FD_HIGH, &u->saved);
        if (error) {
            free(u);
            return error;
        }
    }
    u->next = *undo;
    *undo = u;
    return 0;
}

static int bad_fd(shell *sh, int fd)
{
    sh_error(sh, "%d: %s", fd, sh_strerror(EBADF));
    return 1;
}

/* {name}>&-: the descriptor is the variable's value. */
static int close_variable(shell *sh, const sh_redir *r)
{
    const char *value = NULL;
    const char *bracket = strchr(r->variable.p, '[');
    int64_t index;
    if (bracket) {
        char *name = sh_strndup(r->variable.p, (size_t)(bracket - r->variable.p));
        char *sub = sh_strndup(bracket + 1, strcspn(bracket + 1, "]"));
        sh_var *v = sh_var_find(name);
        if (v && (v->attrs & SH_A_ASSOC))
            value = sh_assoc_get(v, sub);
        else if (v && (v->attrs & SH_A_ARRAY) && sh_arith_string(sh, NULL, sub, &index))
            value = sh_indexed_get(v, index);
        free(name);
        free(sub);
    } else {
        value = sh_get(r->variable.p);
    }
    int fd = value ? number_of(value, strlen(value)) : -1;
    if (fd < 0 || !sh_fd_open(sh, fd)) {
        sh_error(sh, "%s: ambiguous redirect", r->variable.p);
        return 1;
    }
    (void)close(fd);
    sh_fd_note(sh, fd, false);
    return 0;
}

static int perform_variable(shell *sh, const sh_redir *r, action *a)
{
    if (a->kind == ACT_CLOSE)
        return close_variable(sh, r);
    if (a->kind == ACT_DUP && !sh_fd_open(sh, a->source))
        return bad_fd(sh, a->source);
    int fd;
    int error = bx_process_dup(a->source, 10, &fd);
    if (a->kind == ACT_OPENED || a->move) {
        (void)close(a->source);
        if (a->move)
            sh_fd_note(sh, a->source, false);
    }
    if (error)
        return fail_path(sh, r->variable.p, error);
    char room[24];
    if (sh_assign_text("", r->variable.p, sh_int_text(fd, room)) != 0) {
        (void)close(fd);
        sh_error(sh, "%s: cannot assign fd to variable", r->variable.p);
        return 1;
    }
    sh_fd_note(sh, fd, true);
    return 0;
}

static int perform(shell *sh, const sh_redir *r, action *a, sh_undo **undo)
{
    if (a->variable)
        return perform_variable(sh, r, a);
    int fd = a->fd, error = 0;
    bool opened = a->kind == ACT_OPENED;
    if (fd >= SH_FD_MAX) {
        if (opened)
            (void)close(a->source);
        return bad_fd(sh, fd);
    }
    if (a->kind == ACT_DUP && a->source == fd)
        return 0;
    if (a->kind == ACT_DUP && !sh_fd_open(sh, a->source)) {
        sh_error(sh, "%s: %s", r->word->raw.p, sh_strerror(EBADF));
        return 1;
    }
    sh_hold hold;
    sh_hold_push(sh, &hold, &a->source);
    if (a->kind == ACT_DUP && a->source == fd) {
        a->move = false;
    } else {
        if (undo)
            error = save_fd(sh, fd, undo);
        if (error == 0 && a->kind != ACT_CLOSE) {
            if (opened && a->source == fd)
                sh_fd_note(sh, fd, true), opened = false;
            else
                error = sh_fd_to(sh, a->source, fd);
        }
    }
    sh_hold_pop(sh, &hold);
    if (error == 0 && a->kind == ACT_CLOSE && sh_fd_open(sh, fd)) {
        (void)close(fd);
        sh_fd_note(sh, fd, false);
    }
    if (opened)
        (void)close(a->source);
    if (error == 0 && a->both) {
        if (undo)
            error = save_fd(sh, 2, undo);
        if (error == 0)
            error = sh_fd_to(sh, 1, 2);
    }
    if (error == 0 && a->move) {
        (void)close(a->source); /* for good, as in bash */
        sh_fd_note(sh, a->source, false);
    }
    if (error) {
        sh_error(sh, "%d: %s", fd, sh_strerror(error));
        return 1;
    }
    return 0;
}

int sh_fd_push(shell *sh, int from, int to, sh_undo **undo)
{
    if (to == 1) {
        (void)sh_capture_real(sh);
        (void)sh_flush(sh);
    }
    int error = save_fd(sh, to, undo);
    return error ? error : sh_fd_to(sh, from, to);
}

int sh_redirect(shell *sh, const sh_redir *r, sh_undo **undo)
{
    if (!undo && sh->sub)
        undo = &sh->sub->undo;
    for (; r; r = r->next) {
        action a;
        sh->line = r->line ? r->line : sh->line;
        int status = evaluate(sh, r, &a);
        if (status != 0)
            return status;
        bool touches = a.both || a.variable || a.fd == 1 || (a.kind == ACT_DUP && a.source == 1);
        if (touches) {
            if (sh_capture_real(sh) != 0)
                return 1;
            (void)sh_flush(sh);
        }
        status = perform(sh, r, &a, undo);
        if (status != 0)
            return status;
    }
    return 0;
}

void sh_redirect_undo(shell *sh, sh_undo **undo)
{
    if (*undo)
        (void)sh_flush(sh);
    while (*undo) {
        sh_undo *u = *undo;
        *undo = u->next;
        if (u->saved >= 0) {
            (void)sh_fd_to(sh, u->saved, u->fd);
            (void)close(u->saved);
        } else if (sh_fd_open(sh, u->fd)) {
            (void)close(u->fd);
            sh_fd_note(sh, u->fd, false);
        }
        free(u);
    }
}

/* ---- for a program ---- */

static bool private_fd(const shell *sh, int fd)
{
    return fd < SH_FD_MAX && (sh->private_fds[fd / 64] >> (fd % 64) & 1) != 0;
}

void sh_fdmap_init(shell *sh, sh_fdmap *map)
{
    (void)sh_capture_real(sh);
    map->top = 0;
    map->n_opened = 0;
    for (int i = 0; i < 4; i++)
        if (sh->fds[i])
            map->top = 64 * i + 64 - __builtin_clzll(sh->fds[i]);
    for (int fd = 0; fd < map->top; fd++)
        map->own[fd] = sh_fd_open(sh, fd) && !private_fd(sh, fd) ? fd : -1;
}

static void map_set(sh_fdmap *map, int fd, int own)
{
    while (map->top <= fd)
        map->own[map->top++] = -1;
    map->own[fd] = own;
}

int sh_redirect_map(shell *sh, const sh_redir *r, sh_fdmap *map)
{
    for (; r; r = r->next) {
        action a;
        int status = 0;
        if (r->variable.p) { /* a number of this shell's: as bash, it stays open here */
            sh_redir one = *r;
            one.next = NULL;
            status = sh_redirect(sh, &one, NULL);
            if (status)
                return status;
            for (int fd = 10; fd < SH_FD_MAX; fd++)
                if (sh_fd_open(sh, fd))
                    map_set(map, fd, fd);
            continue;
        }
        status = evaluate(sh, r, &a);
        if (status != 0)
            return status;
        if (a.kind == ACT_OPENED) {
            if (map->n_opened == (int)BX_COUNT(map->opened)) {
                (void)close(a.source);
                return fail_path(sh, "redirection", EMFILE);
            }
            map->opened[map->n_opened++] = a.source;
        } else if (a.kind == ACT_DUP && a.source == a.fd) {
            continue;
        } else if (a.kind == ACT_DUP) {
            int from = a.source;
            int own = from < map->top ? map->own[from] : -1;
            if (own < 0 && sh_fd_open(sh, from) && private_fd(sh, from))
                own = from;
            if (own < 0) {
                sh_error(sh, "%s: %s", r->word->raw.p, sh_strerror(EBADF));
                return 1;
            }
            if (a.move && from != a.fd)
                map->own[from] = -1;
            a.source = own;
        } else {
            a.source = -1;
        }
        if (a.fd >= SH_FD_MAX)
            return bad_fd(sh, a.fd);
        map_set(map, a.fd, a.source);
        if (a.both)
            map_set(map, 2, a.source);
    }
    return 0;
}

void sh_fdmap_done(sh_fdmap *map)
{
    while (map->n_opened > 0)
        (void)close(map->opened[--map->n_opened]);
}
