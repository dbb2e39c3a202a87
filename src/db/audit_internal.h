/* db/audit_internal.h - what the files of the record share.  For db/audit*.c alone. */
#ifndef BX_DB_AUDIT_INTERNAL_H
#define BX_DB_AUDIT_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "db/audit.h"

typedef struct bx_audit_blob { /* a text that is kept beside its row */
    struct bx_audit_blob *next;
    uint8_t hash[BX_SHA256_BYTES];
    bx_buf bytes;
} bx_audit_blob;

typedef struct bx_audit_item { /* a row that is to be written */
    struct bx_audit_item *next;
    bx_audit_kind kind;
    bool owned; /* by the queue: freed when it is written */
    bool done;
    bx_code rc;
    int64_t id, call, time_us;
    bx_str tool, run; /* of a begin; borrowed from who waits for it */
    bx_buf body;
    bx_audit_blob *blobs;
} bx_audit_item;

struct bx_audit {
    bx_db *db;
    char session[17];
    pthread_mutex_t lock; /* held for what follows, never during a transaction */
    pthread_cond_t written;
    bx_audit_item *first, **last; /* the queue, in order */
    size_t n;
    bx_audit_head head;        /* the last row of the last batch; for who leads alone */
    uint64_t turn;             /* of that one's transaction */
    bool leading;              /* a thread writes what it took from the queue */
    bx_error why;              /* of the last batch that failed */
    _Atomic int64_t unindexed; /* rows written here since the last bx_audit_index */
};

/* The hash of a row whose `prev` is given (db/audit.h). */
void bx_audit_row_hash(const bx_audit_row *row, uint8_t ret[BX_SHA256_BYTES]);

/* The row at which the statement stands: id, kind, call, time, tool, run, body, prev, hash.  False:
 * prev or hash is no hash. */
bool bx_audit_row_at(bx_db_stmt *s, bx_audit_row *ret);

/* The last row; zeros where there is none. */
BX_NODISCARD bx_code bx_audit_read_head(bx_db_conn *c, bx_audit_head *ret, bx_error *err);

/* An item of now, empty. */
void bx_audit_item_init(bx_audit_item *item, bx_audit_kind kind);
void bx_audit_item_done(bx_audit_item *item);

/* The body of a row, its secrets replaced and its large texts as blobs of the item. */
BX_NODISCARD bx_code bx_audit_begin_body(const bx_audit *a, const bx_audit_call *call,
                                         bx_audit_item *item, bx_error *err);
BX_NODISCARD bx_code bx_audit_end_body(const bx_audit_result *r, bx_audit_item *item,
                                       bx_error *err);

/* Bring what is derived up to date, at most `max` rows of it; *ret_more: there are more. */
BX_NODISCARD bx_code bx_audit_index(bx_audit *a, int64_t max, bool *ret_more, bx_error *err);

#endif
