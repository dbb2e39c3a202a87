/* What stands in a row: docs/audit.md. */
#include "db/audit_internal.h"

enum {
    HEAD = 160,          /* bytes of a large text that are kept in the row */
    MAX_TEXT = 64 << 20, /* bytes of arguments without their secrets */
};

typedef struct writer {
    bx_audit_item *item;
    bx_code fail;
} writer;

/* ---- large texts ----------------------------------------------------------------------------- */

static bool keep_blob(bx_audit_item *item, const uint8_t hash[BX_SHA256_BYTES], bx_str text)
{
    bx_audit_blob *b = bx_calloc(1, sizeof *b);
    if (!b)
        return false;
    b->bytes = bx_buf_init(text.n + 1);
    (void)bx_buf_add_str(&b->bytes, text);
    if (b->bytes.fail != BX_OK) {
        bx_buf_done(&b->bytes);
        free(b);
        return false;
    }
    memcpy(b->hash, hash, sizeof b->hash);
    b->next = item->blobs;
    item->blobs = b;
    return true;
}

static void put_hash(bx_json_out *o, bx_str key, const uint8_t hash[BX_SHA256_BYTES])
{
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_sha256_hex(hash, hex);
    bx_json_out_key(o, key);
    bx_json_out_string(o, (bx_str){hex, 2 * BX_SHA256_BYTES});
}

/* In the place of a text: {"$sha256": "…", "size": N, "begins": "…"}; the text itself, if it is not
 * too large for that, beside the row. */
static void put_big(void *ctx, bx_str text, bx_json_out *o)
{
    writer *w = ctx;
    uint8_t hash[BX_SHA256_BYTES];
    bx_sha256(text.p, text.n, hash);
    bool kept = text.n <= BX_AUDIT_MAX_CONTENT;
    if (kept && !keep_blob(w->item, hash, text))
        w->fail = BX_ENOMEM;
    size_t n = text.n < HEAD ? text.n : HEAD;
    while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80) /* between characters */
        n--;
    bx_json_out_begin_object(o);
    put_hash(o, BX_LIT("$sha256"), hash);
    bx_json_out_key(o, BX_LIT("size"));
    bx_json_out_uint(o, text.n);
    bx_json_out_key(o, BX_LIT("begins"));
    bx_json_out_string(o, (bx_str){text.p, n});
    if (!kept) {
        bx_json_out_key(o, BX_LIT("kept"));
        bx_json_out_bool(o, false);
    }
    bx_json_out_end_object(o);
}

/* A JSON text of ours as it is, or by its hash. */
static void put_json(writer *w, bx_str key, bx_str json, bx_json_out *o)
{
    if (json.n == 0)
        return;
    bx_json_out_key(o, key);
    if (json.n > BX_AUDIT_MAX_PART)
        put_big(w, json, o);
    else
        bx_json_out_raw(o, json);
}

/* ---- the body -------------------------------------------------------------------------------- */

enum { USUAL = 1000 /* bytes of most bodies */ };

/* Most bodies name nothing by hash and are written where they stay. */
static bx_json_out begin(writer *w, bx_audit_item *item)
{
    char *room;
    *w = (writer){.item = item};
    w->fail = bx_buf_reserve(&item->body, USUAL, &room);
    bx_json_out o = bx_json_out_on(&item->body);
    bx_json_out_begin_object(&o);
    return o;
}

/* Before the members goes the list of what the row names by hash: what stands first was written by
 * us, so no argument can look like it. */
static bx_code finish(writer *w, bx_json_out *o, bx_error *err)
{
    bx_buf *body = &w->item->body;
    bx_json_out_end_object(o);
    bx_code rc = bx_json_out_end(o, err);
    if (rc == BX_OK && w->fail != BX_OK)
        rc = bx_fail(err, w->fail, "record");
    if (rc != BX_OK || !w->item->blobs)
        return rc;
    char hex[2 * BX_SHA256_BYTES + 1];
    BX_AUTO_BUF rest = *body;
    *body = bx_buf_init(rest.max);
    (void)bx_buf_add_z(body, "{\"content\":[");
    for (const bx_audit_blob *b = w->item->blobs; b; b = b->next) {
        bx_sha256_hex(b->hash, hex);
        (void)bx_buf_addf(body, "\"%s\"%s", hex, b->next ? "," : "],");
    }
    (void)bx_buf_add_str(body, bx_str_from(bx_buf_str(&rest), 1));
    return bx_buf_check(body, err);
}

static bx_str bounded(bx_str s)
{
    return s.n > BX_AUDIT_MAX_NAME ? (bx_str){s.p, BX_AUDIT_MAX_NAME} : s;
}

static void put_text(bx_json_out *o, bx_str key, bx_str s)
{
    if (s.n == 0)
        return;
    bx_json_out_key(o, key);
    bx_json_out_string(o, s);
}

/* Arguments that were no JSON, as a text. */
static void put_no_json(writer *w, const bx_audit_call *call, bx_json_out *o)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bx_redact_text(call->secrets, call->arguments, &text);
    bx_json_out_key(o, BX_LIT("arguments_text"));
    if (text.fail != BX_OK)
        w->fail = text.fail;
    if (text.n > BX_AUDIT_MAX_INLINE)
        put_big(w, bx_buf_str(&text), o);
    else
        bx_json_out_string(o, bx_buf_str(&text));
}

/* A few are written where they belong; of many it has to be seen how many they become. */
static void put_arguments(writer *w, const bx_audit_call *call, bx_json_out *o)
{
    const bx_redact_rule rule = {
        .secrets = call->secrets, .inline_max = BX_AUDIT_MAX_INLINE, .big = put_big, .ctx = w};
    if (!call->values) {
        put_no_json(w, call, o);
        return;
    }
    if (call->arguments.n <= BX_AUDIT_MAX_PART / 2) {
        bx_json_out_key(o, BX_LIT("arguments"));
        bx_redact_value(&rule, call->values, o);
        return;
    }
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bx_json_out j = bx_json_out_on(&text);
    bx_redact_value(&rule, call->values, &j);
    if (text.fail != BX_OK)
        w->fail = text.fail;
    put_json(w, BX_LIT("arguments"), bx_buf_str(&text), o);
}

static void put_decision(const bx_audit_call *call, bx_json_out *o)
{
    put_text(o, BX_LIT("fate"), call->fate);
    if (call->answer.n == 0)
        return;
    bx_json_out_key(o, BX_LIT("decision"));
    bx_json_out_begin_object(o);
    put_text(o, BX_LIT("answer"), call->answer);
    if (call->why.n) {
        bx_json_out_key(o, BX_LIT("why"));
        bx_redact_string(call->secrets,
                         call->why.n > BX_AUDIT_MAX_INLINE
                             ? (bx_str){call->why.p, BX_AUDIT_MAX_INLINE}
                             : call->why,
                         o);
    }
    bx_json_out_end_object(o);
}

bx_code bx_audit_begin_body(const bx_audit *a, const bx_audit_call *call, bx_audit_item *item,
                            bx_error *err)
{
    writer w;
    bx_json_out o = begin(&w, item);
    item->tool = bounded(call->tool);
    item->run = bounded(call->run);
    put_text(&o, BX_LIT("version"), bounded(call->version));
    if (call->digest)
        put_hash(&o, BX_LIT("digest"), call->digest);
    put_text(&o, BX_LIT("client"), bounded(call->client));
    put_text(&o, BX_LIT("key"), bounded(call->key));
    if (call->parent) {
        bx_json_out_key(&o, BX_LIT("parent"));
        bx_json_out_int(&o, call->parent);
    }
    put_text(&o, BX_LIT("session"), (bx_str){a->session, sizeof a->session - 1});
    put_arguments(&w, call, &o);
    put_decision(call, &o);
    put_json(&w, BX_LIT("grant"), call->grant, &o);
    return finish(&w, &o, err);
}

bx_code bx_audit_end_body(const bx_audit_result *r, bx_audit_item *item, bx_error *err)
{
    writer w;
    bx_json_out o = begin(&w, item);
    uint8_t hash[BX_SHA256_BYTES];
    bx_sha256(r->result.p, r->result.n, hash);
    bx_json_out_key(&o, BX_LIT("is_error"));
    bx_json_out_bool(&o, r->is_error);
    bx_json_out_key(&o, BX_LIT("result"));
    bx_json_out_begin_object(&o);
    put_hash(&o, BX_LIT("sha256"), hash);
    bx_json_out_key(&o, BX_LIT("size"));
    bx_json_out_uint(&o, r->result.n);
    bx_json_out_end_object(&o);
    put_json(&w, BX_LIT("outcome"), r->outcome, &o);
    put_json(&w, BX_LIT("touched"), r->touched, &o);
    return finish(&w, &o, err);
}
