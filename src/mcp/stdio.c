#include "mcp/stdio.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#include "mcp/internal.h"
#include "os/fd.h"

/* Whoever reads a message that takes long serves it on his own thread, for a hand-over costs more
 * than most calls do; before that another thread takes over the reading, so that a cancel is seen.
 */

enum {
    CHUNK = 64 << 10,
    MAX_READERS = BX_MCP_MAX_CALLS + 2,
    GRACE_MS = 500, /* for calls at the end of the input */
    LAST_MS = 2000, /* until what was cancelled has to be over */
    NS_PER_MS = 1000000,
};

typedef struct stdio {
    bx_mcp_server *server;
    bx_mcp_session *session;
    int in, out, over_fd; /* the last is readable once it is over */
    const bx_ctl *ctl;
    pthread_mutex_t write_lock;
    bool deaf;                 /* with write_lock: nobody reads what is written */
    pthread_mutex_t read_lock; /* whoever has it reads; guards the rest */
    bx_buf line;               /* bytes that were read; the message is its first `line_n` */
    size_t at, scanned;        /* where the next message begins; how far no line end was found */
    bool skipping;             /* the rest of a line that is too long */
    bool over;
    bx_error why; /* code BX_OK: the end of the input, or a cancel */
    pthread_mutex_t crew_lock;
    pthread_cond_t crew_over;
    size_t crew, idle; /* threads besides the first; those that wait for read_lock */
} stdio;

/* ---- out ------------------------------------------------------------------------------------- */

static void tell_over(stdio *io)
{
    uint64_t one = 1;
    ssize_t ignored = write(io->over_fd, &one, sizeof one);
    (void)ignored; /* it can fail only where it is readable already */
}

/* In one system call, where the pipe has room. */
static bool write_line(int fd, bx_str json)
{
    static char end = '\n';
    struct iovec parts[] = {{(char *)(uintptr_t)json.p, json.n}, {&end, 1}};
    ssize_t n;
    do
        n = writev(fd, parts, BX_COUNT(parts));
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN)
        return false;
    size_t sent = n < 0 ? 0 : (size_t)n;
    if (sent > json.n)
        return true;
    bx_str rest = bx_str_from(json, sent);
    return bx_fd_write_full(fd, rest.p, rest.n, NULL) == BX_OK &&
           bx_fd_write_full(fd, &end, 1, NULL) == BX_OK;
}

static void send(void *ctx, bx_str json)
{
    stdio *io = ctx;
    (void)pthread_mutex_lock(&io->write_lock);
    if (!io->deaf && !write_line(io->out, json)) {
        io->deaf = true;
        tell_over(io);
    }
    (void)pthread_mutex_unlock(&io->write_lock);
}

static void done(void *ctx, int status, bx_str json)
{
    (void)status;
    if (json.n)
        send(ctx, json);
}

/* ---- in -------------------------------------------------------------------------------------- */

/* More bytes.  False: there are none, and `over` is set. */
static bool fill(stdio *io)
{
    char *room = NULL;
    int ready = 0;
    if (io->at > 0) {
        memmove(io->line.p, io->line.p + io->at, io->line.n - io->at);
        io->line.n -= io->at;
        io->scanned -= io->at;
        io->at = 0;
    }
    struct pollfd fds[] = {{.fd = io->in, .events = POLLIN}, {.fd = io->over_fd, .events = POLLIN}};
    bx_code rc = bx_buf_reserve(&io->line, CHUNK, &room);
    if (rc != BX_OK) {
        io->over = true;
        (void)bx_fail(&io->why, rc, "a message");
        return false;
    }
    if (bx_ctl_wait(io->ctl, fds, BX_COUNT(fds), UINT64_MAX, &ready) != BX_STOP_NONE ||
        fds[1].revents) {
        io->over = true;
        return false;
    }
    ssize_t n = read(io->in, room, CHUNK);
    if (n > 0) {
        io->line.n += (size_t)n;
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    io->over = true;
    if (n < 0)
        (void)bx_fail_errno(&io->why, errno, "read standard input");
    return false;
}

/* The next line, without its end; borrowed until the next one is read.  False: over. */
static bool next_line(stdio *io, bx_str *ret, bool *too_long)
{
    *too_long = false;
    for (;;) {
        const char *from = io->line.p ? io->line.p + io->scanned : NULL;
        const char *end = from ? memchr(from, '\n', io->line.n - io->scanned) : NULL;
        if (end) {
            size_t begin = io->at;
            io->at = io->scanned = (size_t)(end - io->line.p) + 1;
            *ret = (bx_str){io->line.p + begin, io->at - begin - 1};
            *too_long = io->skipping;
            io->skipping = false;
            return true;
        }
        io->scanned = io->line.n;
        if (io->line.n - io->at > BX_MCP_MAX_MESSAGE) {
            io->skipping = true;
            io->at = io->scanned; /* its bytes are not kept */
        }
        if (io->over || !fill(io))
            break;
    }
    /* What has no line end at the end of the input may be a message all the same. */
    *ret = (bx_str){io->line.p ? io->line.p + io->at : "", io->line.n - io->at};
    io->at = io->scanned = io->line.n;
    *too_long = io->skipping;
    io->skipping = false;
    return !bx_ctl_check(io->ctl) && io->why.code == BX_OK && (ret->n > 0 || *too_long);
}

static bool is_blank(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!strchr(" \t\r", s.p[i]) || s.p[i] == '\0')
            return false;
    }
    return true;
}

/* A message, or NULL: over. */
static bx_mcp_message *next_message(stdio *io)
{
    const bx_mcp_facts facts = {.may_wait = true};
    bx_mcp_message *m = NULL;
    bx_str line;
    bool too_long;
    while (next_line(io, &line, &too_long)) {
        if (!too_long && is_blank(line))
            continue;
        bx_code rc = too_long ? bx_mcp_message_refused("a message has at most 64 MiB", &m, &io->why)
                              : bx_mcp_message_new(line, &facts, &m, &io->why);
        if (rc == BX_OK)
            return m;
        break;
    }
    io->over = true;
    return NULL;
}

/* ---- who reads ------------------------------------------------------------------------------- */

static void *help(void *arg);

/* Somebody has to read while this thread is busy. */
static bool call_help(stdio *io)
{
    pthread_t thread;
    pthread_attr_t attr;
    (void)pthread_mutex_lock(&io->crew_lock);
    bool there = io->idle > 0;
    if (!there && io->crew < MAX_READERS && pthread_attr_init(&attr) == 0) {
        (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        there = pthread_create(&thread, &attr, help, io) == 0;
        io->crew += there;
        (void)pthread_attr_destroy(&attr);
    }
    (void)pthread_mutex_unlock(&io->crew_lock);
    return there;
}

/* Read, and serve what was read; with read_lock, at the end too. */
static void serve(stdio *io)
{
    const bx_mcp_sink sink = {.send = send, .done = done, .ctx = io};
    for (bx_mcp_message *m; !io->over && (m = next_message(io));) {
        const mcp_method *method = m->kind == BX_MCP_REQUEST ? mcp_method_find(m->method) : NULL;
        bool here = method && method->slow && call_help(io);
        m->may_wait = here;
        if (here)
            (void)pthread_mutex_unlock(&io->read_lock);
        bx_mcp_handle(io->server, io->session, m, &sink);
        if (!here)
            continue;
        (void)pthread_mutex_lock(&io->crew_lock);
        io->idle++;
        (void)pthread_mutex_unlock(&io->crew_lock);
        (void)pthread_mutex_lock(&io->read_lock);
        (void)pthread_mutex_lock(&io->crew_lock);
        io->idle--;
        (void)pthread_mutex_unlock(&io->crew_lock);
    }
    tell_over(io);
}

static void *help(void *arg)
{
    stdio *io = arg;
    (void)pthread_mutex_lock(&io->read_lock);
    serve(io);
    (void)pthread_mutex_unlock(&io->read_lock);
    (void)pthread_mutex_lock(&io->crew_lock);
    io->crew--;
    (void)pthread_cond_broadcast(&io->crew_over);
    (void)pthread_mutex_unlock(&io->crew_lock);
    return NULL;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static uint64_t in_ms(uint64_t ms) { return bx_now_ns() + ms * NS_PER_MS; }

/* All threads that read are gone. */
static bool crew_is_over(stdio *io, uint64_t until_ns)
{
    const struct timespec until = {.tv_sec = (time_t)(until_ns / 1000 / NS_PER_MS),
                                   .tv_nsec = (long)(until_ns % (1000 * (uint64_t)NS_PER_MS))};
    int late = 0;
    (void)pthread_mutex_lock(&io->crew_lock);
    while (io->crew && late == 0)
        late = pthread_cond_timedwait(&io->crew_over, &io->crew_lock, &until);
    bool over = io->crew == 0;
    (void)pthread_mutex_unlock(&io->crew_lock);
    return over;
}

static bx_code run(stdio *io, bx_error *err)
{
    struct pollfd fd = {.fd = io->over_fd, .events = POLLIN};
    int ready = 0;
    if (!call_help(io))
        return bx_fail(err, BX_EIO, "no thread to read with");
    bx_stop stop = bx_ctl_wait(io->ctl, &fd, 1, UINT64_MAX, &ready);
    tell_over(io);
    if (stop == BX_STOP_NONE) { /* whoever still serves what was read before the end */
        uint64_t grace = in_ms(GRACE_MS);
        (void)(crew_is_over(io, grace) && bx_mcp_server_stop(io->server, false, grace));
    }
    uint64_t last = in_ms(LAST_MS);
    if (!bx_mcp_server_stop(io->server, true, last) || !crew_is_over(io, last))
        return bx_fail(err, BX_ETIMEOUT, "a call did not end in time");
    if (io->why.code != BX_OK)
        return bx_fail(err, io->why.code, "%s", io->why.msg);
    return BX_OK;
}

static void init(stdio *io)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&io->write_lock, NULL);
    (void)pthread_mutex_init(&io->read_lock, NULL);
    (void)pthread_mutex_init(&io->crew_lock, NULL);
    (void)pthread_cond_init(&io->crew_over, &attr);
    (void)pthread_condattr_destroy(&attr);
    io->line = bx_buf_init((size_t)BX_MCP_MAX_MESSAGE + 4 * CHUNK);
}

static void done_with(stdio *io)
{
    bx_buf_done(&io->line);
    (void)close(io->over_fd);
    (void)pthread_cond_destroy(&io->crew_over);
    (void)pthread_mutex_destroy(&io->crew_lock);
    (void)pthread_mutex_destroy(&io->read_lock);
    (void)pthread_mutex_destroy(&io->write_lock);
    free(io);
}

bx_code bx_mcp_stdio(bx_mcp_server *s, int in, int out, const bx_ctl *ctl, bx_error *err)
{
    stdio *io = bx_calloc(1, sizeof *io);
    if (!io)
        return bx_fail(err, BX_ENOMEM, "MCP on standard input and output");
    *io = (stdio){.server = s, .in = in, .out = out, .ctl = ctl};
    init(io);
    io->over_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const bx_mcp_sink stream = {.send = send, .done = done, .ctx = io};
    bx_code rc = io->over_fd < 0 ? bx_fail_errno(err, errno, "MCP on standard input and output")
                                 : bx_mcp_session_new(s, &stream, &io->session, err);
    if (rc == BX_OK)
        rc = run(io, err);
    if (rc == BX_ETIMEOUT)
        return rc; /* threads still use it: the process ends */
    if (io->session) {
        bx_mcp_session_end(io->session);
        bx_mcp_session_unref(io->session);
    }
    done_with(io);
    return rc;
}
