#include "mcp/stdio.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#include "mcp/internal.h"
#include "os/fd.h"

/* One thread has the turn: it reads, and serves what it read, for a hand-over costs more than most
 * calls do.  Another one watches it (below): where a call takes long, or more was read already,
 * that one takes the turn, so that whatever follows is read, a cancel above all.
 */

enum {
    CHUNK = 64 << 10,
    MAX_READERS = BX_MCP_MAX_CALLS + 2,
    MAX_RESTING = 2, /* threads that are kept for the next long call */
    GRACE_MS = 500,  /* for calls at the end of the input */
    LAST_MS = 2000,  /* until what was cancelled has to be over */
    NS_PER_MS = 1000000,
    LONG_NS = 2 * NS_PER_MS, /* a call that takes this long does not keep the turn */
    QUIET_LOOKS = 16,        /* without a call, after which the watcher sleeps until there is one */
    SPIN_NS = 50000,         /* at most so long the next message is looked out for, awake */
    BRISK = 3,               /* messages in a row that came within that time, before this is done */
};

/* Low bits of `turn`, whose other bits count the changes. */
enum { FREE = 0, READS = 1, SERVES = 2, STATE = 3, NEXT = 4 };

typedef struct stdio {
    bx_mcp_server *server;
    bx_mcp_session *session;
    int in, out, over_fd; /* the last is readable once it is over */
    const bx_ctl *ctl;
    pthread_mutex_t write_lock;
    bool deaf; /* with write_lock: nobody reads what is written */
    _Atomic uint64_t turn;
    /* Of whoever has the turn. */
    bx_buf line;         /* bytes that were read; the message is its first `line_n` */
    size_t at, scanned;  /* where the next message begins; how far no line end was found */
    bool skipping;       /* the rest of a line that is too long */
    bool over;           /* no message follows */
    bool may_spin;       /* there is more than one processor */
    unsigned brisk;      /* messages in a row that came soon */
    bx_error why;        /* code BX_OK: the end of the input, or a cancel */
    _Atomic bool stop;   /* it is over for all */
    _Atomic bool parked; /* the watcher sleeps until it is called */
    pthread_mutex_t crew_lock;
    pthread_cond_t watch; /* for the watcher: the turn is free, a call began, or the end */
    pthread_cond_t rest;  /* for those that rest: one is to watch, or the end */
    pthread_cond_t crew_over;
    _Atomic bool watched; /* there is a watcher; it changes with crew_lock */
    size_t crew, resting, called;
} stdio;

/* ---- out ------------------------------------------------------------------------------------- */

static void tell_over(stdio *io)
{
    uint64_t one = 1;
    ssize_t ignored = write(io->over_fd, &one, sizeof one);
    (void)ignored; /* it can fail only where it is readable already */
    atomic_store(&io->stop, true);
    (void)pthread_mutex_lock(&io->crew_lock);
    (void)pthread_cond_broadcast(&io->watch);
    (void)pthread_cond_broadcast(&io->rest);
    (void)pthread_mutex_unlock(&io->crew_lock);
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

/* Whether there is something to read, looked at again and again instead of slept for.  A pipe's
 * wake-up costs more than all else of a small call; so a client that asks again as soon as it has
 * its answer is looked out for, for a moment.  One that once takes longer is not, until it has been
 * quick again: whoever is idle sleeps. */
static bool is_there_soon(const stdio *io, uint64_t since)
{
    struct pollfd fd = {.fd = io->in, .events = POLLIN};
    if (!io->may_spin || io->brisk < BRISK)
        return false;
    do {
        if (poll(&fd, 1, 0) != 0)
            return true;
    } while (bx_now_ns() - since < SPIN_NS && !atomic_load(&io->stop));
    return false;
}

/* Until there is something to read; false: it is over. */
static bool wait_for_input(stdio *io)
{
    int ready = 0;
    struct pollfd fds[] = {{.fd = io->in, .events = POLLIN}, {.fd = io->over_fd, .events = POLLIN}};
    const uint64_t since = bx_now_ns();
    bool there = is_there_soon(io, since);
    if (!there && (bx_ctl_wait(io->ctl, fds, BX_COUNT(fds), UINT64_MAX, &ready) != BX_STOP_NONE ||
                   fds[1].revents))
        return false;
    io->brisk = bx_now_ns() - since >= SPIN_NS ? 0 : io->brisk + (io->brisk < BRISK);
    return true;
}

/* More bytes.  False: there are none, and `over` is set. */
static bool fill(stdio *io)
{
    char *room = NULL;
    if (io->at > 0) {
        memmove(io->line.p, io->line.p + io->at, io->line.n - io->at);
        io->line.n -= io->at;
        io->scanned -= io->at;
        io->at = 0;
    }
    bx_code rc = bx_buf_reserve(&io->line, CHUNK, &room);
    if (rc != BX_OK) {
        io->over = true;
        (void)bx_fail(&io->why, rc, "a message");
        return false;
    }
    if (!wait_for_input(io)) {
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

static struct timespec in_ns(uint64_t ns)
{
    const uint64_t at = bx_now_ns() + ns, per_s = 1000 * (uint64_t)NS_PER_MS;
    return (struct timespec){.tv_sec = (time_t)(at / per_s), .tv_nsec = (long)(at % per_s)};
}

/* Somebody else can take the turn; false: no thread is to be had. */
static bool is_watched(stdio *io)
{
    pthread_t thread;
    pthread_attr_t attr;
    if (atomic_load(&io->watched)) /* it stays so while this thread has the turn */
        return true;
    (void)pthread_mutex_lock(&io->crew_lock);
    bool there = io->resting > io->called;
    if (there) {
        io->called++;
        (void)pthread_cond_signal(&io->rest);
    } else if (io->crew < MAX_READERS && pthread_attr_init(&attr) == 0) {
        (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        there = pthread_create(&thread, &attr, help, io) == 0;
        io->crew += there;
        (void)pthread_attr_destroy(&attr);
    }
    if (there)
        atomic_store(&io->watched, true);
    (void)pthread_mutex_unlock(&io->crew_lock);
    return there;
}

static void wake_watcher(stdio *io)
{
    (void)pthread_mutex_lock(&io->crew_lock);
    (void)pthread_cond_signal(&io->watch);
    (void)pthread_mutex_unlock(&io->crew_lock);
}

/* With the turn: a call begins.  What is returned goes to keep_turn. */
static uint64_t begin_call(stdio *io)
{
    const bool more = io->at < io->line.n; /* and nobody has looked at it */
    const uint64_t mark =
        (atomic_load(&io->turn) & ~(uint64_t)STATE) + NEXT + (more ? FREE : SERVES);
    atomic_store(&io->turn, mark);
    if (more || atomic_load(&io->parked))
        wake_watcher(io);
    return mark;
}

/* The call ended; false: somebody else has the turn. */
static bool keep_turn(stdio *io, uint64_t mark)
{
    return atomic_compare_exchange_strong(&io->turn, &mark,
                                          (mark & ~(uint64_t)STATE) + NEXT + READS);
}

/* The turn, if it was `seen` and still is: free, or with somebody who serves. */
static bool take_turn(stdio *io, uint64_t seen)
{
    if ((seen & STATE) == READS || !keep_turn(io, seen))
        return false;
    (void)pthread_mutex_lock(&io->crew_lock);
    atomic_store(&io->watched, false);
    (void)pthread_mutex_unlock(&io->crew_lock);
    return true;
}

/* Until it is time for another look, with crew_lock.  The watcher sleeps where there was no call
 * for long; whoever begins one says so first, and looks whether he sleeps then, so one of both
 * sees the other. */
static void rest_between_looks_locked(stdio *io, bool quiet, uint64_t seen)
{
    const struct timespec at = in_ns(LONG_NS);
    if (!quiet) {
        if ((atomic_load(&io->turn) & STATE) != FREE)
            (void)pthread_cond_timedwait(&io->watch, &io->crew_lock, &at);
        return;
    }
    atomic_store(&io->parked, true);
    if (atomic_load(&io->turn) == seen && !atomic_load(&io->stop))
        (void)pthread_cond_wait(&io->watch, &io->crew_lock);
    atomic_store(&io->parked, false);
}

/* Watch whoever has the turn.  True: this thread has it now; false: it is over. */
static bool watch(stdio *io)
{
    unsigned quiet = 0;
    uint64_t seen = atomic_load(&io->turn);
    bool mine = (seen & STATE) == FREE && take_turn(io, seen);
    while (!mine && !atomic_load(&io->stop)) {
        (void)pthread_mutex_lock(&io->crew_lock);
        if (!atomic_load(&io->stop))
            rest_between_looks_locked(io, quiet >= QUIET_LOOKS, seen);
        (void)pthread_mutex_unlock(&io->crew_lock);
        const uint64_t now = atomic_load(&io->turn);
        quiet = now == seen ? quiet + 1 : 0;
        mine = (now == seen || (now & STATE) == FREE) && take_turn(io, now);
        seen = now;
    }
    return mine;
}

/* With the turn: read, and serve what was read, until somebody else has it, or it is over. */
static void serve(stdio *io)
{
    const bx_mcp_sink sink = {.send = send, .done = done, .ctx = io};
    bool mine = true;
    while (mine && !io->over) {
        bx_mcp_message *m = next_message(io);
        if (!m)
            break;
        const mcp_method *method = m->kind == BX_MCP_REQUEST ? mcp_method_find(m->method) : NULL;
        m->may_wait = method && method->slow && is_watched(io);
        const uint64_t mark = m->may_wait ? begin_call(io) : 0;
        bx_mcp_handle(io->server, io->session, m, &sink);
        mine = mark == 0 || keep_turn(io, mark);
    }
    if (mine)
        tell_over(io);
}

/* After a call that took long: true: this thread watches from here on. */
static bool rest(stdio *io)
{
    (void)pthread_mutex_lock(&io->crew_lock);
    bool watches = !atomic_load(&io->watched);
    if (!watches && io->resting < MAX_RESTING) {
        io->resting++;
        while (!io->called && !atomic_load(&io->stop))
            (void)pthread_cond_wait(&io->rest, &io->crew_lock);
        io->resting--;
        watches = io->called > 0;
        io->called -= watches;
    }
    if (watches)
        atomic_store(&io->watched, true);
    (void)pthread_mutex_unlock(&io->crew_lock);
    return watches && !atomic_load(&io->stop);
}

static void *help(void *arg)
{
    stdio *io = arg;
    do {
        if (watch(io))
            serve(io);
    } while (rest(io));
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
    const uint64_t per_s = 1000 * (uint64_t)NS_PER_MS;
    const struct timespec until = {.tv_sec = (time_t)(until_ns / per_s),
                                   .tv_nsec = (long)(until_ns % per_s)};
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
    if (!is_watched(io)) /* who finds the turn free */
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
    (void)pthread_mutex_init(&io->crew_lock, NULL);
    (void)pthread_cond_init(&io->watch, &attr);
    (void)pthread_cond_init(&io->rest, &attr);
    (void)pthread_cond_init(&io->crew_over, &attr);
    (void)pthread_condattr_destroy(&attr);
    io->line = bx_buf_init((size_t)BX_MCP_MAX_MESSAGE + 4 * CHUNK);
    io->may_spin = sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

static void done_with(stdio *io)
{
    bx_buf_done(&io->line);
    (void)close(io->over_fd);
    (void)pthread_cond_destroy(&io->watch);
    (void)pthread_cond_destroy(&io->rest);
    (void)pthread_cond_destroy(&io->crew_over);
    (void)pthread_mutex_destroy(&io->crew_lock);
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
