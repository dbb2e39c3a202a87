#include "db/audit.h"

#include <stdio.h>

#include "db/audit_internal.h"
#include "os/clock.h"

enum {
    MAX_QUEUE = 256,  /* ends that wait; more are written by whoever brings them */
    INDEX_ROWS = 256, /* so many rows are put into the derived tables at once */
    BACKLOG = 2048,   /* so many wait for that before callers are held up by it */
};

static void tick(void *ctx, bool last);

bx_code bx_audit_new(bx_db *db, bx_audit **ret, bx_error *err)
{
    bx_audit *a = bx_calloc(1, sizeof *a);
    if (!a)
        return bx_fail(err, BX_ENOMEM, "record");
    a->db = db;
    a->last = &a->first;
    (void)snprintf(a->session, sizeof a->session, "%s", bx_db_session(db));
    (void)pthread_mutex_init(&a->lock, NULL);
    (void)pthread_cond_init(&a->written, NULL);
    bx_db_on_tick(db, tick, a);
    *ret = a;
    return BX_OK;
}

void bx_audit_item_done(bx_audit_item *item)
{
    while (item->blobs) {
        bx_audit_blob *b = item->blobs;
        item->blobs = b->next;
        bx_buf_done(&b->bytes);
        free(b);
    }
    bx_buf_done(&item->body);
}

static void free_item(bx_audit_item *item)
{
    bx_audit_item_done(item);
    free(item);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bx_str bytes_of(const void *p, size_t n) { return (bx_str){p, n}; }

void bx_audit_row_hash(const bx_audit_row *row, uint8_t ret[BX_SHA256_BYTES])
{
    uint8_t body[BX_SHA256_BYTES];
    bx_sha256(row->body.p, row->body.n, body);
    const uint64_t numbers[] = {(uint64_t)row->id,      (uint64_t)row->kind, (uint64_t)row->call,
                                (uint64_t)row->time_us, row->tool.n,         row->run.n};
    uint8_t le[sizeof numbers];
    for (size_t i = 0; i < sizeof le; i++)
        le[i] = (uint8_t)(numbers[i / 8] >> (8 * (i % 8)));
    const bx_str parts[] = {BX_LIT("boxagnts audit 1\n"),
                            bytes_of(row->prev, BX_SHA256_BYTES),
                            bytes_of(le, 40),
                            row->tool,
                            bytes_of(le + 40, 8),
                            row->run,
                            bytes_of(body, sizeof body)};
    bx_sha256v(parts, BX_COUNT(parts), ret);
}

bool bx_audit_row_at(bx_db_stmt *s, bx_audit_row *ret)
{
    bx_str prev = bx_db_text(s, 7), hash = bx_db_text(s, 8);
    *ret = (bx_audit_row){.id = bx_db_int(s, 0),
                          .kind = (bx_audit_kind)bx_db_int(s, 1),
                          .call = bx_db_int(s, 2),
                          .time_us = bx_db_int(s, 3),
                          .tool = bx_db_text(s, 4),
                          .run = bx_db_text(s, 5),
                          .body = bx_db_text(s, 6),
                          .prev = (const uint8_t *)prev.p,
                          .hash = (const uint8_t *)hash.p};
    return prev.n == BX_SHA256_BYTES && hash.n == BX_SHA256_BYTES;
}

bx_code bx_audit_read_head(bx_db_conn *c, bx_audit_head *ret, bx_error *err)
{
    static const char sql[] = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1";
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc == BX_OK)
        rc = bx_db_step(s, &row, err);
    if (rc != BX_OK)
        return rc;
    *ret = (bx_audit_head){.id = 0};
    if (!row)
        return BX_OK;
    bx_str hash = bx_db_text(s, 1);
    if (hash.n != sizeof ret->hash)
        return bx_fail(err, BX_EINVAL, "the record is damaged: see boxagnts audit verify");
    ret->id = bx_db_int(s, 0);
    memcpy(ret->hash, hash.p, hash.n);
    return BX_OK;
}

static bx_code insert_blobs(bx_db_conn *c, const bx_audit_item *item, bx_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO content VALUES(?, ?, ?)";
    bx_code rc = BX_OK;
    for (const bx_audit_blob *b = item->blobs; b && rc == BX_OK; b = b->next) {
        bx_db_stmt *s = NULL;
        rc = bx_db_sql(c, sql, &s, err);
        if (rc != BX_OK)
            return rc;
        bx_db_bind_blob(s, 1, bytes_of(b->hash, sizeof b->hash));
        bx_db_bind_int(s, 2, item->time_us);
        bx_db_bind_blob(s, 3, bx_buf_str(&b->bytes));
        rc = bx_db_step(s, NULL, err);
    }
    return rc;
}

/* Behind `head`, which becomes the row. */
static bx_code insert(bx_db_conn *c, bx_audit_item *item, bx_audit_head *head, bx_error *err)
{
    static const char sql[] = "INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";
    bx_db_stmt *s = NULL;
    uint8_t hash[BX_SHA256_BYTES];
    const bx_audit_row row = {.id = head->id + 1,
                              .kind = item->kind,
                              .call = item->call,
                              .time_us = item->time_us,
                              .tool = item->tool,
                              .run = item->run,
                              .body = bx_buf_str(&item->body),
                              .prev = head->hash};
    bx_audit_row_hash(&row, hash);
    bx_code rc = item->blobs ? insert_blobs(c, item, err) : BX_OK;
    if (rc == BX_OK)
        rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, row.id);
    bx_db_bind_int(s, 2, row.kind);
    bx_db_bind_int(s, 3, row.call);
    bx_db_bind_int(s, 4, row.time_us);
    bx_db_bind_text(s, 5, row.tool);
    bx_db_bind_text(s, 6, row.run);
    bx_db_bind_text(s, 7, row.body);
    bx_db_bind_blob(s, 8, bytes_of(head->hash, sizeof head->hash));
    bx_db_bind_blob(s, 9, bytes_of(hash, sizeof hash));
    rc = bx_db_step(s, NULL, err);
    if (rc == BX_OK) {
        item->id = row.id;
        head->id = row.id;
        memcpy(head->hash, hash, sizeof hash);
    }
    return rc;
}

/* ---- the queue ------------------------------------------------------------------------------- */

struct batch {
    const bx_audit *of;
    bx_audit_item *first;
    bx_audit_head head;
    uint64_t turn;
    int64_t rows;
};

/* The head is read inside the transaction, unless it follows our last one so closely that nobody
 * can have added rows. */
static bx_code append(void *ctx, bx_db_conn *c, bx_error *err)
{
    struct batch *b = ctx;
    b->turn = bx_db_turn(b->of->db);
    b->head = b->of->head;
    bx_code rc = b->turn == b->of->turn + 1 ? BX_OK : bx_audit_read_head(c, &b->head, err);
    for (bx_audit_item *i = b->first; i && rc == BX_OK; i = i->next, b->rows++)
        rc = insert(c, i, &b->head, err);
    return rc;
}

/* What was written is done with; ends of a batch that failed go back to where they were. */
static void settle_locked(bx_audit *a, bx_audit_item *first, bx_code rc)
{
    bx_audit_item *kept = NULL, **last = &kept;
    while (first) {
        bx_audit_item *i = first;
        first = i->next;
        i->next = NULL;
        if (i->owned && rc == BX_OK) {
            free_item(i);
        } else if (i->owned) {
            *last = i;
            last = &i->next;
            a->n++;
        } else {
            i->rc = rc;
            i->done = true;
        }
    }
    if (!kept)
        return;
    *last = a->first;
    if (!a->first)
        a->last = last;
    a->first = kept;
}

/* Write all that is queued, in one transaction. */
static bx_code lead_locked(bx_audit *a)
{
    bx_error err;
    struct batch b = {.of = a, .first = a->first};
    a->first = NULL;
    a->last = &a->first;
    a->n = 0;
    a->leading = true;
    (void)pthread_mutex_unlock(&a->lock);
    bx_code rc = bx_db_write(a->db, append, &b, &err);
    (void)pthread_mutex_lock(&a->lock);
    a->leading = false;
    if (rc != BX_OK) {
        a->why = err;
    } else {
        a->head = b.head;
        a->turn = b.turn;
        (void)atomic_fetch_add_explicit(&a->unindexed, b.rows, memory_order_relaxed);
    }
    settle_locked(a, b.first, rc);
    (void)pthread_cond_broadcast(&a->written);
    return rc;
}

static void push_locked(bx_audit *a, bx_audit_item *item)
{
    item->next = NULL;
    *a->last = item;
    a->last = &item->next;
    a->n++;
}

/* Until `item` is written, by us or by whoever leads already; their transaction takes ours along.
 */
static bx_code write_item(bx_audit *a, bx_audit_item *item, bx_error *err)
{
    (void)pthread_mutex_lock(&a->lock);
    push_locked(a, item);
    while (!item->done) {
        if (a->leading)
            (void)pthread_cond_wait(&a->written, &a->lock);
        else
            (void)lead_locked(a);
    }
    bx_code rc = item->rc;
    if (rc != BX_OK && err)
        *err = a->why;
    (void)pthread_mutex_unlock(&a->lock);
    return rc;
}

bx_code bx_audit_flush(bx_audit *a, bx_error *err)
{
    bx_code rc = BX_OK;
    (void)pthread_mutex_lock(&a->lock);
    while ((a->first || a->leading) && rc == BX_OK) {
        if (a->leading)
            (void)pthread_cond_wait(&a->written, &a->lock);
        else
            rc = lead_locked(a);
    }
    if (rc != BX_OK && err)
        *err = a->why;
    (void)pthread_mutex_unlock(&a->lock);
    return rc;
}

static void index_some(bx_audit *a, int64_t least)
{
    bool more = atomic_load_explicit(&a->unindexed, memory_order_relaxed) >= least;
    for (int i = 0; more && i < 64; i++) {
        if (bx_audit_index(a, INDEX_ROWS, &more, NULL) != BX_OK)
            return;
    }
}

static void tick(void *ctx, bool last)
{
    bx_audit *a = ctx;
    if (bx_audit_flush(a, NULL) == BX_OK) /* else it stays queued and fails the next begin */
        index_some(a, last ? 1 : BACKLOG);
}

void bx_audit_item_init(bx_audit_item *i, bx_audit_kind kind)
{
    *i = (bx_audit_item){.kind = kind, .body = bx_buf_init(BX_AUDIT_MAX_BODY)};
    i->time_us = (int64_t)(bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000);
}

bx_code bx_audit_begin(bx_audit *a, const bx_audit_call *call, int64_t *ret_id, bx_error *err)
{
    bx_audit_item item;
    bx_audit_item_init(&item, BX_AUDIT_BEGIN);
    bx_code rc = bx_audit_begin_body(a, call, &item, err);
    if (rc == BX_OK)
        rc = write_item(a, &item, err);
    if (rc == BX_OK)
        *ret_id = item.id;
    bx_audit_item_done(&item);
    return bx_wrap(rc, err, "the call cannot be recorded");
}

bx_code bx_audit_end(bx_audit *a, int64_t id, const bx_audit_result *r, bx_error *err)
{
    bx_audit_item *item = bx_calloc(1, sizeof *item);
    if (!item)
        return bx_fail(err, BX_ENOMEM, "the end of a call cannot be recorded");
    bx_audit_item_init(item, BX_AUDIT_END);
    item->owned = true;
    item->call = id;
    bx_code rc = bx_audit_end_body(r, item, err);
    if (rc != BX_OK) {
        free_item(item);
        return bx_wrap(rc, err, "the end of a call cannot be recorded");
    }
    (void)pthread_mutex_lock(&a->lock);
    push_locked(a, item);
    bool full = a->n > MAX_QUEUE;
    (void)pthread_mutex_unlock(&a->lock);
    bool later = bx_db_poke(a->db) || bx_db_is_one_shot(a->db);
    if (later && !full && !r->at_once)
        return BX_OK;
    return bx_wrap(bx_audit_flush(a, err), err, "the end of a call cannot be recorded");
}

/* A process that writes two rows leaves the derived tables to one in a hundred: whose rows end a
 * block of INDEX_ROWS. */
bx_code bx_audit_finish(bx_audit *a, bx_error *err)
{
    bx_db_stop(a->db);
    bx_code rc = bx_audit_flush(a, err);
    int64_t rows = atomic_load_explicit(&a->unindexed, memory_order_relaxed);
    if (rc == BX_OK && rows && a->head.id % INDEX_ROWS < rows)
        index_some(a, 1);
    if (rc == BX_OK)
        bx_db_tidy(a->db);
    return rc;
}

void bx_audit_free(bx_audit *a)
{
    bx_error err;
    if (!a)
        return;
    if (bx_audit_finish(a, &err) != BX_OK)
        err.code = BX_OK; /* whoever cares has called it before */
    while (a->first) {
        bx_audit_item *i = a->first;
        a->first = i->next;
        free_item(i);
    }
    (void)pthread_cond_destroy(&a->written);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}
