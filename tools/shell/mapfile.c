/* mapfile and readarray: Bash manual 4.2. */
#include <errno.h>

#include "shell/expand_in.h"
#include "shell/options.h"

typedef struct mapper {
    shell *sh;
    int fd;
    char delimiter;
    uint64_t count, skip; /* count 0: all */
    int64_t origin;
    bool trim, has_origin;
    const char *callback;
    uint64_t quantum;
    sh_var *to;
    sh_buf line;
    bool cut; /* the rest of the line is dropped */
    uint64_t stored;
    int64_t index;
} mapper;

static bool number(shell *sh, const char *s, const char *what, uint64_t *ret)
{
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (*end || !*s || v < 0 || errno) {
        sh_builtin_error(sh, "%s: invalid %s", s, what);
        return false;
    }
    *ret = (uint64_t)v;
    return true;
}

static void call_back(mapper *m, const char *line)
{
    sh_buf b = {0};
    sh_buf_z(&b, m->callback);
    sh_buf_c(&b, ' ');
    sh_buf_int(&b, m->index);
    sh_buf_c(&b, ' ');
    sh_quote_single(&b, line);
    sh_eval(m->sh, sh_buf_str(&b), b.n, "mapfile");
    sh_buf_done(&b);
}

/* A line is complete, its delimiter included if there was one.  False: enough. */
static bool take(mapper *m, bool delimited)
{
    if (m->skip) {
        m->skip--;
        m->line.n = 0;
        return true;
    }
    if (m->trim && delimited)
        m->line.n--;
    char *s = sh_buf_str(&m->line);
    m->stored++;
    if (m->callback && m->stored % m->quantum == 0)
        call_back(m, s);
    if (sh_assign_index(m->to, m->index++, s, 0))
        return false;
    m->line.n = 0;
    return m->sh->unwind == SH_GO && (!m->count || m->stored < m->count);
}

static void run(mapper *m)
{
    char block[4096];
    bool seeks = sh_unread(m->sh, m->fd, 0);
    size_t size = seeks || !m->count ? sizeof block : 1;
    for (;;) {
        long n = sh_read(m->sh, m->fd, block, size);
        if (n <= 0)
            break;
        const char *p = block, *end = block + n;
        while (p < end) {
            const char *d = memchr(p, m->delimiter, (size_t)(end - p));
            const char *stop = d ? d + 1 : end;
            /* a line ends at a NUL, the delimiter may be one */
            const char *nul = memchr(p, 0, (size_t)((d ? d : end) - p));
            if (!m->cut)
                sh_buf_add(&m->line, p, (size_t)((nul ? nul : d ? d : end) - p));
            m->cut = nul || m->cut;
            if (d && !m->cut)
                sh_buf_c(&m->line, *d);
            p = stop;
            bool whole = d && !m->cut;
            if (d)
                m->cut = false;
            if (d && !take(m, whole)) {
                if (p < end)
                    (void)sh_unread(m->sh, m->fd, (size_t)(end - p));
                return;
            }
        }
    }
    if (m->line.n)
        take(m, false);
}

static int options(mapper *m, sh_opts *o)
{
    int c;
    uint64_t v;
    while ((c = sh_opts_next(o)) > 0) {
        bool ok = true;
        switch (c) {
        case 'd':
            m->delimiter = o->value[0];
            break;
        case 'n':
            ok = number(m->sh, o->value, "line count", &m->count);
            break;
        case 'O':
            ok = number(m->sh, o->value, "array origin", &v);
            if (ok)
                m->origin = (int64_t)v;
            m->has_origin = true;
            break;
        case 's':
            ok = number(m->sh, o->value, "line count", &m->skip);
            break;
        case 't':
            m->trim = true;
            break;
        case 'u':
            ok = number(m->sh, o->value, "file descriptor specification", &v);
            if (ok)
                m->fd = v < 1000000 ? (int)v : 1000000;
            if (ok && sh_wait_readable(m->sh, m->fd, 0) == -EBADF) {
                sh_builtin_error(m->sh, "%s: invalid file descriptor: %s", o->value,
                                 sh_strerror(EBADF));
                ok = false;
            }
            break;
        case 'C':
            m->callback = o->value;
            break;
        case 'c':
            ok = number(m->sh, o->value, "callback quantum", &m->quantum) && m->quantum;
            break;
        default:
            break;
        }
        if (!ok)
            return 1;
    }
    return c < 0 ? 2 : 0;
}

int sh_builtin_mapfile(shell *sh, int argc, char **argv)
{
    mapper m = {.sh = sh, .delimiter = '\n', .quantum = 5000};
    sh_opts o = {.sh = sh, .argc = argc, .argv = argv, .letters = "d:n:O:s:tu:C:c:"};
    int status = options(&m, &o);
    if (status)
        return status;
    const char *name = o.i < argc ? argv[o.i] : "MAPFILE";
    if (!*name) {
        sh_builtin_error(sh, "empty array variable name");
        return 1;
    }
    m.to = sh_array_for_writing(argv[0], name, m.has_origin);
    if (!m.to)
        return 1;
    m.index = m.origin;
    run(&m);
    sh_buf_done(&m.line);
    return sh->unwind == SH_GO ? 0 : sh->status;
}
