/* db/audit.h - the record of calls: a table that is only added to, each row with the hash of the
 * row before it.  Any thread.
 *
 * A call has two rows: its begin, which is committed before the call runs, and its end.  A begin
 * whose process is gone without an end is "unfinished".  The begins of several threads are
 * committed together; ends are written with the next begin, or within a few milliseconds by the
 * thread of the database, at the latest by bx_audit_free.
 *
 * The hash of a row is SHA-256 over: "boxagnts audit 1\n", the hash before it (32 bytes; zeros
 * before the first), id, kind, call and time (8 bytes each, little-endian), the length of tool (8
 * bytes) and tool, the length of run and run, and the SHA-256 of the body.  Rows are numbered from
 * 1 without a gap. */
#ifndef BX_DB_AUDIT_H
#define BX_DB_AUDIT_H

#include "codec/json.h"
#include "codec/sha256.h"
#include "db/db.h"
#include "db/redact.h"

enum {
    BX_AUDIT_MAX_NAME = 256,         /* bytes of a tool, a run, a client, a key */
    BX_AUDIT_MAX_INLINE = 2048,      /* bytes of a string that is kept in its row */
    BX_AUDIT_MAX_PART = 16384,       /* bytes of all arguments, of a grant, of what was touched */
    BX_AUDIT_MAX_CONTENT = 16 << 20, /* bytes of one that is kept beside it; beyond: its hash */
    BX_AUDIT_MAX_BODY = 1 << 20,     /* bytes of a row */
};

typedef struct bx_audit bx_audit;

/* `db` is borrowed. */
BX_NODISCARD bx_code bx_audit_new(bx_db *db, bx_audit **ret, bx_error *err);
/* Writes what is still queued.  NULL is fine. */
void bx_audit_free(bx_audit *a);
BX_DEFINE_AUTO(bx_audit, bx_audit_free)
/* Write what is queued now. */
BX_NODISCARD bx_code bx_audit_flush(bx_audit *a, bx_error *err);
/* Before the process ends, where nothing is freed: write what is queued, and what is due for the
 * database.  No call may run. */
BX_NODISCARD bx_code bx_audit_finish(bx_audit *a, bx_error *err);

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct bx_audit_call { /* what is known before a call runs; all borrowed */
    bx_str tool, version;
    const uint8_t *digest;      /* SHA-256 of the module, or NULL */
    bx_str client, run, key;    /* who calls, as part of what; idempotency key; empty: none */
    int64_t parent;             /* the call that makes this one, or 0 */
    bx_str arguments;           /* JSON text, or what was sent instead */
    const bx_json_val *values;  /* the same, parsed; NULL: it was no JSON */
    bx_str fate;                /* "runs", "invalid", "denied", "waits" */
    bx_str answer, why;         /* the decision and the line that made it; empty: none */
    bx_str grant;               /* JSON text: what the call may use; empty: nothing */
    const bx_redactor *secrets; /* besides what redact.h knows by itself; may be NULL */
} bx_audit_call;

/* BX_OK: committed.  *ret_id is the call's number.  Else the call must not run. */
BX_NODISCARD bx_code bx_audit_begin(bx_audit *a, const bx_audit_call *call, int64_t *ret_id,
                                    bx_error *err);

typedef struct bx_audit_result { /* all borrowed */
    bool is_error;
    bx_str result;  /* the text the caller got: its size and hash are kept */
    bx_str outcome; /* JSON text of an object: how it ended and what it used */
    bx_str touched; /* JSON text of an object: the files, requests and so on; empty: nothing.  Both
                       redacted by whoever made them (bx_redact_string) */
    bool at_once;   /* committed before this returns: the call changed something */
} bx_audit_result;

/* The end of call `id`; its row has no tool and no run of its own.  Queued, unless `at_once`: what
 * cannot be written now stays in the queue, and the next begin fails.  An error means that this was
 * not kept. */
BX_NODISCARD bx_code bx_audit_end(bx_audit *a, int64_t id, const bx_audit_result *r, bx_error *err);

/* ---- reading --------------------------------------------------------------------------------- */

typedef enum bx_audit_kind { BX_AUDIT_BEGIN = 1, BX_AUDIT_END = 2 } bx_audit_kind;

typedef struct bx_audit_row {  /* texts are borrowed for the callback */
    int64_t id, call, time_us; /* `call`: for an end, the row of its begin; else 0 */
    bx_audit_kind kind;
    bx_str tool, run, body;
    const uint8_t *prev, *hash;
} bx_audit_row;

typedef enum bx_audit_state { BX_AUDIT_DONE, BX_AUDIT_RUNNING, BX_AUDIT_UNFINISHED } bx_audit_state;

/* `end` is NULL unless BX_AUDIT_DONE.  False: no more. */
typedef bool bx_audit_each(void *ctx, const bx_audit_row *begin, const bx_audit_row *end,
                           bx_audit_state state);

typedef struct bx_audit_filter {
    bx_str tool, run; /* empty: any */
    int64_t since_us; /* begun at this time or later; 0: any */
    int64_t limit;    /* calls; the newest; 0: all */
} bx_audit_filter;

/* Calls, newest first. */
BX_NODISCARD bx_code bx_audit_list(bx_audit *a, const bx_audit_filter *f, bx_audit_each *each,
                                   void *ctx, bx_error *err);
/* One call, by the number of its begin (or of its end).  BX_ENOENT. */
BX_NODISCARD bx_code bx_audit_get(bx_audit *a, int64_t id, bx_audit_each *each, void *ctx,
                                  bx_error *err);
/* Every row from `from` on, oldest first. */
typedef bool bx_audit_each_row(void *ctx, const bx_audit_row *row);
BX_NODISCARD bx_code bx_audit_rows(bx_audit *a, int64_t from, bx_audit_each_row *each, void *ctx,
                                   bx_error *err);
/* What a row names by hash.  BX_ENOENT: it is not kept. */
BX_NODISCARD bx_code bx_audit_content(bx_audit *a, const uint8_t hash[BX_SHA256_BYTES], bx_buf *ret,
                                      bx_error *err);

/* The 64 lower-case digits of a hash. */
bool bx_audit_hash_parse(bx_str hex, uint8_t ret[BX_SHA256_BYTES]);

typedef struct bx_audit_head {
    int64_t id; /* 0: there is no row */
    uint8_t hash[BX_SHA256_BYTES];
} bx_audit_head;
BX_NODISCARD bx_code bx_audit_last(bx_audit *a, bx_audit_head *ret, bx_error *err);

typedef struct bx_audit_verdict {
    bool whole;
    int64_t rows;   /* looked at */
    int64_t first;  /* the first row that is wrong; 0: not a row, but what lists are found by */
    char what[256]; /* what is wrong with it, in words */
    bx_audit_head last;
} bx_audit_verdict;

/* Every row from `from` (>= 1) to the last: numbered without a gap, its hash right and that of the
 * row before it in it, the contents it names there and unchanged; from the first row on also that
 * lists leave none out.  `heads`: rows that must be there
 * with these hashes, whatever came after. */
BX_NODISCARD bx_code bx_audit_verify(bx_audit *a, int64_t from, const bx_audit_head *heads,
                                     size_t n_heads, bx_audit_verdict *ret, bx_error *err);

#endif
