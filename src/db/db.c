#include "db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "db/conn.h"
#include "db/schema.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "os/random.h"

enum {
    MAX_IDLE = 8,      /* readers kept open */
    TICK_MS = 2,       /* how soon after a poke */
    LINGER = 50,       /* ticks without a poke before the thread parks */
    PAGE = 4096,       /* bytes of a page */
    MANY_PAGES = 1000, /* in the log: a checkpoint beside the callers */
    TOO_MANY = 16000,  /* in the log: they wait until it is empty */
    MAX_HELD = 64,     /* transactions with one read lock */
    FEW_PAGES = 256,   /* in the log of a process that ends: the next one reads as many */
};

struct bx_db {
    char *path;
    int dir_fd, lock_fd;
    bool power_safe, one_shot;
    pthread_mutex_t writing; /* held during a transaction of `writer` */
    bx_db_conn *writer;
    sqlite3_stmt *holder; /* of the writer: while it stands at a row, the read lock is kept */
    int held;             /* transactions since it was taken; 0: it is not */
    uint64_t turn;        /* bx_db_turn */
    pthread_mutex_t lock; /* held for what follows, never while waiting for `writing` */
    bx_db_conn *idle;     /* readers */
    size_t n_idle;
    char session[17];
    bx_db_tick *tick;
    void *tick_ctx;
    pthread_t thread;
    pthread_cond_t wake;
    bool refused;
    _Atomic bool runs, poked, parked, stop;
    _Atomic int log_pages;    /* in the write-ahead log, at the last commit */
    int copied_pages;         /* of them, in the database: of the thread, or of whoever tidies */
    bx_db_conn *checkpointer; /* likewise */
};

/* ---- making one ------------------------------------------------------------------------------ */

static bx_code set_number(bx_db_conn *c, const char *pragma, int value, bx_error *err)
{
    char sql[64];
    (void)snprintf(sql, sizeof sql, "PRAGMA %s=%d", pragma, value);
    return bx_db_exec(c, sql, err);
}

/* Version by version, from what there is. */
static bx_code migrate(bx_db_conn *c, int from, bx_error *err)
{
    bx_code rc = BX_OK;
    for (int v = from; v < bx_db_schema_version && rc == BX_OK; v++)
        rc = bx_db_exec(c, bx_db_schema[v], err);
    return rc == BX_OK ? set_number(c, "user_version", bx_db_schema_version, err) : rc;
}

static bx_code fill_new(const char *path, bx_error *err)
{
    BX_AUTO(bx_db_conn) bx_db_conn *c = NULL;
    bx_code rc = bx_db_conn_open(path, BX_DB_MAKES, false, &c, err);
    if (rc == BX_OK)
        rc = bx_db_exec(c, "PRAGMA journal_mode=WAL", err);
    if (rc == BX_OK)
        rc = set_number(c, "application_id", BX_DB_APPLICATION, err);
    if (rc == BX_OK)
        rc = bx_db_exec(c, "BEGIN IMMEDIATE", err);
    if (rc == BX_OK)
        rc = migrate(c, 0, err);
    return rc == BX_OK ? bx_db_exec(c, "COMMIT", err) : rc;
}

/* Made whole under another name, so that nobody ever sees half of one.  Another process may have
 * been quicker: then its file is the database. */
static bx_code make(bx_db *db, bx_error *err)
{
    uint64_t number = 0;
    BX_AUTO_BUF path = bx_buf_init(8192);
    bx_code rc = bx_random_fill(&number, sizeof number, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_addf(&path, "%s.new.%016llx", db->path, (unsigned long long)number);
    rc = bx_buf_check(&path, err);
    if (rc != BX_OK)
        return rc;
    BX_AUTOCLOSE int fd = open(path.p, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return bx_fail_errno(err, errno, "make %.400s", db->path);
    rc = fill_new(path.p, err);
    if (rc == BX_OK && fsync(fd) != 0)
        rc = bx_fail_errno(err, errno, "make %.400s", db->path);
    if (rc == BX_OK && renameat2(AT_FDCWD, path.p, AT_FDCWD, db->path, RENAME_NOREPLACE) != 0 &&
        errno != EEXIST && link(path.p, db->path) != 0 && errno != EEXIST)
        rc = bx_fail_errno(err, errno, "make %.400s", db->path);
    (void)unlink(path.p);
    return rc;
}

static void tidy(bx_db *db, int few);
static int left_pages(const bx_db *db);

/* ---- opening --------------------------------------------------------------------------------- */

static bx_code check_file(bx_db *db, bool existing, bx_error *err)
{
    struct stat st;
    if (fstatat(db->dir_fd, "state.db", &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT)
            return bx_fail_errno(err, errno, "%.400s", db->path);
        if (existing)
            return bx_fail(err, BX_ENOENT, "there is no %.400s: nothing was recorded yet",
                           db->path);
        bx_code rc = make(db, err);
        if (rc != BX_OK)
            return rc;
        if (fstatat(db->dir_fd, "state.db", &st, AT_SYMLINK_NOFOLLOW) != 0)
            return bx_fail_errno(err, errno, "%.400s", db->path);
    }
    if (!S_ISREG(st.st_mode))
        return bx_fail(err, BX_EUNSAFE, "%.400s is no regular file", db->path);
    if (st.st_uid != geteuid())
        return bx_fail(err, BX_EUNSAFE, "%.400s belongs to another user", db->path);
    if (st.st_mode & 077)
        return bx_fail(err, BX_EUNSAFE, "others can use %.400s: chmod 600 it", db->path);
    return BX_OK;
}

struct numbers {
    int64_t application, version;
};

static bx_code get_number(bx_db_conn *c, const char *sql, int64_t *ret, bx_error *err)
{
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc == BX_OK)
        rc = bx_db_step(s, &row, err);
    if (rc == BX_OK && row)
        *ret = bx_db_int(s, 0);
    return rc;
}

static bx_code get_numbers(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char application[] = "PRAGMA application_id", version[] = "PRAGMA user_version";
    struct numbers *ret = ctx;
    bx_code rc = get_number(c, application, &ret->application, err);
    return rc == BX_OK ? get_number(c, version, &ret->version, err) : rc;
}

static bx_code upgrade(void *ctx, bx_db_conn *c, bx_error *err)
{
    struct numbers now = {0, 0};
    (void)ctx;
    bx_code rc = get_numbers(&now, c, err); /* another process may have done it meanwhile */
    if (rc == BX_OK && now.version < bx_db_schema_version)
        rc = migrate(c, (int)now.version, err);
    return rc;
}

static bx_code check_version(bx_db *db, bx_error *err)
{
    struct numbers n = {0, 0};
    bx_code rc = bx_db_begin(db->writer, "BEGIN", err);
    if (rc == BX_OK)
        rc = bx_db_transact(db->writer, get_numbers, &n, err);
    if (rc != BX_OK)
        return rc;
    if (n.application != BX_DB_APPLICATION)
        return bx_fail(err, BX_EINVAL, "%.400s is a database of another program", db->path);
    if (n.version > bx_db_schema_version)
        return bx_fail(
            err, BX_EUNSUPPORTED,
            "%.400s was made by a newer boxagnts (its format is %lld, this program knows "
            "%d): use that one, or another BOXAGNTS_HOME",
            db->path, (long long)n.version, bx_db_schema_version);
    return n.version == bx_db_schema_version ? BX_OK : bx_db_write(db, upgrade, NULL, err);
}

static int on_commit(void *ctx, sqlite3 *of, const char *name, int pages)
{
    bx_db *db = ctx;
    (void)of;
    (void)name;
    atomic_store_explicit(&db->log_pages, pages, memory_order_relaxed);
    return SQLITE_OK;
}

static bx_code open_it(bx_db *db, const bx_db_config *cfg, bx_error *err)
{
    bx_code rc = bx_sqlite_load(err);
    if (rc == BX_OK)
        rc = bx_dir_open_private(cfg->dir, &db->dir_fd, err);
    if (rc != BX_OK)
        return rc;
    BX_AUTOFREE char *real = realpath(cfg->dir, NULL); /* SQLite is told not to follow links */
    size_t room = (real ? strlen(real) : 0) + sizeof "/state.db";
    db->path = real ? bx_calloc(room, 1) : NULL;
    if (!db->path)
        return bx_fail(err, BX_ENOMEM, "database");
    (void)snprintf(db->path, room, "%s/state.db", real);
    rc = check_file(db, cfg->existing, err);
    if (rc == BX_OK)
        rc = bx_db_conn_open(db->path, BX_DB_WRITES, cfg->power_safe, &db->writer, err);
    if (rc != BX_OK)
        return rc;
    (void)sqlite3_wal_hook(db->writer->db, on_commit, db);
    rc = check_version(db, err);
    if (rc == BX_OK && left_pages(db) > MANY_PAGES) /* every opening would read all of it */
        tidy(db, MANY_PAGES);
    return rc;
}

bx_code bx_db_open(const bx_db_config *cfg, bx_db **ret, bx_error *err)
{
    BX_AUTO(bx_db) bx_db *db = bx_calloc(1, sizeof *db);
    if (!db)
        return bx_fail(err, BX_ENOMEM, "database");
    db->dir_fd = db->lock_fd = -1;
    db->power_safe = cfg->power_safe;
    db->one_shot = cfg->one_shot;
    (void)pthread_mutex_init(&db->writing, NULL);
    (void)pthread_mutex_init(&db->lock, NULL);
    (void)pthread_cond_init(&db->wake, NULL);
    bx_code rc = open_it(db, cfg, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(db);
    return rc;
}

void bx_db_close(bx_db *db)
{
    if (!db)
        return;
    bx_db_stop(db);
    while (db->idle) {
        bx_db_conn *c = db->idle;
        db->idle = c->next;
        bx_db_conn_close(c);
    }
    bx_db_conn_close(db->checkpointer);
    if (db->holder)
        (void)sqlite3_finalize(db->holder);
    bx_db_conn_close(db->writer);
    bx_autoclose(&db->dir_fd);
    bx_autoclose(&db->lock_fd);
    (void)pthread_cond_destroy(&db->wake);
    (void)pthread_mutex_destroy(&db->lock);
    (void)pthread_mutex_destroy(&db->writing);
    free(db->path);
    free(db);
}

const char *bx_db_path(const bx_db *db) { return db->path; }
bool bx_db_is_one_shot(const bx_db *db) { return db->one_shot; }

/* ---- work ------------------------------------------------------------------------------------ */

/* Of the six locks that a transaction takes and gives back four are those of reading.  Kept between
 * transactions that follow each other closely they cost nothing; they are given back after some, so
 * that the log can be begun anew, and when the thread finds that nothing happens. */
static void release_locked(bx_db *db)
{
    if (db->held)
        (void)sqlite3_reset(db->holder);
    db->held = 0;
}

static void hold_locked(bx_db *db)
{
    static const char sql[] = "SELECT one FROM audit_mark";
    if (db->held >= MAX_HELD)
        release_locked(db);
    if (db->held == 0) {
        if (!db->holder && sqlite3_prepare_v3(db->writer->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                              &db->holder, NULL) != SQLITE_OK)
            return;
        if (sqlite3_step(db->holder) != SQLITE_ROW) {
            (void)sqlite3_reset(db->holder);
            return;
        }
    }
    db->held++;
}

bx_code bx_db_write(bx_db *db, bx_db_work *work, void *ctx, bx_error *err)
{
    static const char begin[] = "BEGIN IMMEDIATE";
    (void)pthread_mutex_lock(&db->writing);
    if (!db->one_shot && bx_db_poke(db)) /* the thread gives it back */
        hold_locked(db);
    /* Where another process has written meanwhile, what is held is old. */
    bx_code rc = bx_db_begin(db->writer, begin, db->held ? NULL : err);
    if (rc != BX_OK && db->held) {
        release_locked(db);
        rc = bx_db_begin(db->writer, begin, err);
    }
    db->turn += db->held > 1 ? 1 : 2;
    if (rc == BX_OK)
        rc = bx_db_transact(db->writer, work, ctx, err);
    if (rc != BX_OK)
        release_locked(db);
    (void)pthread_mutex_unlock(&db->writing);
    return rc;
}

uint64_t bx_db_turn(const bx_db *db) { return db->turn; }

bx_code bx_db_read(bx_db *db, bx_db_work *work, void *ctx, bx_error *err)
{
    static const char begin[] = "BEGIN";
    (void)pthread_mutex_lock(&db->lock);
    bx_db_conn *c = db->idle;
    if (c) {
        db->idle = c->next;
        db->n_idle--;
    }
    (void)pthread_mutex_unlock(&db->lock);
    bx_code rc = c ? BX_OK : bx_db_conn_open(db->path, BX_DB_READS, false, &c, err);
    if (rc != BX_OK)
        return rc;
    rc = bx_db_begin(c, begin, err);
    if (rc == BX_OK)
        rc = bx_db_transact(c, work, ctx, err);
    (void)pthread_mutex_lock(&db->lock);
    if (db->n_idle < MAX_IDLE) {
        c->next = db->idle;
        db->idle = BX_TAKE(c);
        db->n_idle++;
    }
    (void)pthread_mutex_unlock(&db->lock);
    bx_db_conn_close(c);
    return rc;
}

/* ---- who is alive ---------------------------------------------------------------------------- */

/* A lock on one byte of an empty file is the sign of life: the kernel takes it away with the
 * process, however that ends, and no number is ever used again as those of processes are. */
static struct flock byte_of(const char *session, short type)
{
    unsigned long long number = strtoull(session, NULL, 16);
    return (struct flock){.l_type = type,
                          .l_whence = SEEK_SET,
                          .l_start = (off_t)(number & (((uint64_t)1 << 62) - 1)),
                          .l_len = 1};
}

static int lock_file_locked(bx_db *db)
{
    if (db->lock_fd < 0)
        db->lock_fd =
            openat(db->dir_fd, "state.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return db->lock_fd;
}

const char *bx_db_session(bx_db *db)
{
    uint64_t number = 0;
    (void)pthread_mutex_lock(&db->lock);
    if (!db->session[0] && bx_random_fill(&number, sizeof number, NULL) == BX_OK) {
        (void)snprintf(db->session, sizeof db->session, "%016llx", (unsigned long long)number);
        struct flock l = byte_of(db->session, F_WRLCK);
        if (lock_file_locked(db) >= 0)
            (void)fcntl(db->lock_fd, F_OFD_SETLK, &l);
    }
    (void)pthread_mutex_unlock(&db->lock);
    return db->session;
}

bool bx_db_session_lives(bx_db *db, bx_str session)
{
    char text[17];
    if (session.n != sizeof text - 1)
        return false;
    memcpy(text, session.p, session.n);
    text[session.n] = '\0';
    (void)pthread_mutex_lock(&db->lock);
    bool lives = strcmp(text, db->session) == 0;
    struct flock l = byte_of(text, F_RDLCK);
    if (!lives && lock_file_locked(db) >= 0)
        lives = fcntl(db->lock_fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
    (void)pthread_mutex_unlock(&db->lock);
    return lives;
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* `mode`: PASSIVE waits for nobody; TRUNCATE also empties the log, if nobody else uses it. */
static void checkpoint(bx_db *db, int mode)
{
    int pages = 0, copied = 0;
    if (!db->checkpointer &&
        bx_db_conn_open(db->path, BX_DB_WRITES, db->power_safe, &db->checkpointer, NULL) != BX_OK)
        return;                         /* not now; whoever writes next will say why */
    db->checkpointer->impatient = true; /* whoever else uses the log goes on */
    if (sqlite3_wal_checkpoint_v2(db->checkpointer->db, NULL, mode, &pages, &copied) == SQLITE_OK)
        db->copied_pages = copied;
}

/* In the file of the log: also what processes left there that were killed. */
static int left_pages(const bx_db *db)
{
    struct stat st;
    if (fstatat(db->dir_fd, "state.db-wal", &st, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return st.st_size / PAGE < INT32_MAX ? (int)(st.st_size / PAGE) : INT32_MAX;
}

static void tidy(bx_db *db, int few)
{
    int pages = atomic_load_explicit(&db->log_pages, memory_order_relaxed);
    if (few && left_pages(db) > pages)
        pages = left_pages(db);
    if (pages < db->copied_pages) /* it was begun anew */
        db->copied_pages = 0;
    if (few && pages > few) {
        checkpoint(db, SQLITE_CHECKPOINT_TRUNCATE);
        atomic_store_explicit(&db->log_pages, 0, memory_order_relaxed);
    } else if (pages > TOO_MANY) { /* so busy that it is never whole: they wait, once */
        (void)pthread_mutex_lock(&db->writing);
        checkpoint(db, SQLITE_CHECKPOINT_PASSIVE);
        (void)pthread_mutex_unlock(&db->writing);
    } else if (pages - db->copied_pages > MANY_PAGES) {
        checkpoint(db, SQLITE_CHECKPOINT_PASSIVE);
    }
}

void bx_db_tidy(bx_db *db)
{
    if (db->one_shot) /* else the thread does it */
        tidy(db, FEW_PAGES);
}

static void do_tick(bx_db *db, bool last)
{
    if (db->tick)
        db->tick(db->tick_ctx, last);
    (void)pthread_mutex_lock(&db->writing);
    release_locked(db);
    (void)pthread_mutex_unlock(&db->writing);
    tidy(db, last ? FEW_PAGES : 0);
}

/* `parked` is set before `poked` is read again, and bx_db_poke sets `poked` before it reads
 * `parked`: one of the two sides always sees the other. */
static void park(bx_db *db)
{
    (void)pthread_mutex_lock(&db->lock);
    atomic_store(&db->parked, true);
    while (!atomic_load(&db->poked) && !atomic_load(&db->stop))
        (void)pthread_cond_wait(&db->wake, &db->lock);
    atomic_store(&db->parked, false);
    (void)pthread_mutex_unlock(&db->lock);
}

static void *run(void *arg)
{
    const struct timespec t = {0, TICK_MS * 1000000L};
    bx_db *db = arg;
    while (!atomic_load(&db->stop)) {
        park(db);
        for (int quiet = 0; quiet < LINGER && !atomic_load(&db->stop); quiet++) {
            (void)nanosleep(&t, NULL);
            if (!atomic_exchange(&db->poked, false))
                continue;
            do_tick(db, false);
            quiet = 0;
        }
        do_tick(db, true);
    }
    return NULL;
}

static bool begin_thread_locked(bx_db *db)
{
    if (db->runs || db->refused || db->one_shot)
        return db->runs;
    /* The embedder's signals are the embedder's: none is ever delivered to this thread. */
    sigset_t all, old;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    db->runs = pthread_create(&db->thread, NULL, run, db) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    db->refused = !db->runs;
    return db->runs;
}

void bx_db_on_tick(bx_db *db, bx_db_tick *fn, void *ctx)
{
    db->tick = fn;
    db->tick_ctx = ctx;
}

bool bx_db_poke(bx_db *db)
{
    if (db->one_shot)
        return false;
    bool was = atomic_exchange(&db->poked, true);
    if (atomic_load(&db->runs) && (was || !atomic_load(&db->parked)))
        return true;
    (void)pthread_mutex_lock(&db->lock);
    bool runs = begin_thread_locked(db);
    (void)pthread_cond_signal(&db->wake);
    (void)pthread_mutex_unlock(&db->lock);
    return runs;
}

void bx_db_stop(bx_db *db)
{
    (void)pthread_mutex_lock(&db->lock);
    bool runs = db->runs;
    atomic_store(&db->stop, true);
    db->runs = false;
    db->refused = true;
    (void)pthread_cond_signal(&db->wake);
    (void)pthread_mutex_unlock(&db->lock);
    if (runs)
        (void)pthread_join(db->thread, NULL);
}
