/* boxagnts audit verify, boxagnts audit receipt: is the record what it was? */
#include <fcntl.h>
#include <stdio.h>

#include "app/receipt.h"
#include "cli/audit.h"
#include "cli/commands.h"
#include "codec/base64.h"
#include "os/fd.h"

enum { FLAG_FROM, FLAG_HEAD, FLAG_KEY, FLAG_JSON, MAX_HEADS = 64, EXIT_WRONG = 1 };

static const bx_flag verify_flags[] = {
    {"from", "ID", "begin at this row instead of the first", FLAG_FROM},
    {"head", "FILE", "the row this receipt was given for must be there; may be repeated",
     FLAG_HEAD},
    {"key", "BASE64", "the public key of the receipts (default: that of this home directory)",
     FLAG_KEY},
    {"json", NULL, "print the verdict as JSON", FLAG_JSON},
};

static bx_code read_key(const bx_args *a, const char *home, uint8_t ret[BX_ED25519_PUBLIC],
                        bx_error *err)
{
    const char *text = bx_flag_last(a, FLAG_KEY);
    if (!text)
        return bx_receipt_key(home, ret, err);
    BX_AUTO_BUF bytes = bx_buf_init(256);
    bx_code rc = bx_base64_decode(bx_str_of(text), &bytes, err);
    if (rc != BX_OK || bytes.n != BX_ED25519_PUBLIC)
        return bx_fail(err, BX_EINVAL, "--key is no public key: 32 bytes in base 64");
    memcpy(ret, bytes.p, bytes.n);
    return BX_OK;
}

static bx_code read_receipt(const char *path, const uint8_t key[BX_ED25519_PUBLIC],
                            bx_audit_head *ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_RECEIPT_MAX + 1);
    bx_receipt r;
    bx_code rc = bx_file_read_all(AT_FDCWD, path, BX_RECEIPT_MAX, &text, err);
    if (rc == BX_OK)
        rc = bx_receipt_parse(bx_buf_str(&text), &r, err);
    if (rc == BX_OK)
        rc = bx_receipt_check(&r, key, err);
    if (rc == BX_OK)
        *ret = r.head;
    return bx_wrap(rc, err, "%.300s", path);
}

static bx_code read_heads(const bx_args *a, const char *home, bx_audit_head *ret, size_t *ret_n,
                          bx_error *err)
{
    uint8_t key[BX_ED25519_PUBLIC];
    bx_code rc = BX_OK;
    for (size_t i = 0; i < a->n_flags && rc == BX_OK; i++) {
        if (a->flags[i].id != FLAG_HEAD)
            continue;
        if (*ret_n == MAX_HEADS)
            return bx_fail(err, BX_ELIMIT, "more than %d receipts", MAX_HEADS);
        rc = *ret_n ? BX_OK : read_key(a, home, key, err);
        if (rc == BX_OK)
            rc = read_receipt(a->flags[i].value, key, &ret[(*ret_n)++], err);
    }
    return rc;
}

static void print_verdict(const bx_audit_verdict *v, bool json)
{
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_sha256_hex(v->last.hash, hex);
    if (json)
        (void)printf(
            "{\"whole\":%s,\"rows\":%lld,\"last\":%lld,\"hash\":\"%s\",\"first_wrong\":%lld,"
            "\"what\":\"%s\"}\n",
            v->whole ? "true" : "false", (long long)v->rows, (long long)v->last.id, hex,
            (long long)v->first, v->what);
    else if (v->whole)
        (void)printf("whole: %lld rows, the last is %lld with the hash %s\n", (long long)v->rows,
                     (long long)v->last.id, hex);
    else if (v->first == 0)
        (void)printf("NOT WHOLE: %s\n", v->what);
    else
        (void)printf("NOT WHOLE: row %lld: %s\n", (long long)v->first, v->what);
}

static int run_verify(const bx_args *a)
{
    bx_error err;
    bx_cli_record r = {.db = NULL};
    bx_audit_head heads[MAX_HEADS];
    size_t n = 0;
    bx_audit_verdict v;
    int64_t from = 1;
    const char *text = bx_flag_last(a, FLAG_FROM);
    bx_code rc = a->n_words ? bx_fail(&err, BX_EINVAL, "no arguments") : BX_OK;
    if (rc == BX_OK && bx_flag_last(a, FLAG_KEY) && !bx_flag_last(a, FLAG_HEAD))
        rc = bx_fail(&err, BX_EINVAL, "--key is the key of receipts: name one with --head FILE");
    if (rc == BX_OK && text)
        rc = bx_cli_number("--from", text, &from, &err);
    if (rc == BX_OK)
        rc = bx_cli_record_open_to_read(&r, &err);
    if (rc == BX_OK)
        rc = read_heads(a, r.home, heads, &n, &err);
    for (size_t i = 0; i < n && rc == BX_OK; i++) {
        if (heads[i].id < from)
            rc = bx_fail(&err, BX_EINVAL, "the receipt is for row %lld, before --from",
                         (long long)heads[i].id);
    }
    if (rc == BX_OK)
        rc = bx_audit_verify(r.audit, from, heads, n, &v, &err);
    bx_cli_record_close(&r);
    if (rc != BX_OK) {
        bx_cli_complain("audit verify: %s", err.msg);
        return EXIT_OURS;
    }
    print_verdict(&v, bx_has_flag(a, FLAG_JSON));
    return v.whole ? 0 : EXIT_WRONG;
}

/* ---- receipt --------------------------------------------------------------------------------- */

/* A receipt for a record that is not whole would be worth nothing. */
static bx_code make(const bx_cli_record *r, bx_buf *out, bx_error *err)
{
    bx_audit_verdict v;
    bx_code rc = bx_audit_verify(r->audit, 1, NULL, 0, &v, err);
    if (rc != BX_OK)
        return rc;
    if (!v.whole)
        return bx_fail(err, BX_EINVAL, "the record is not whole: row %lld: %s", (long long)v.first,
                       v.what);
    if (v.last.id == 0)
        return bx_fail(err, BX_ENOENT, "nothing was recorded yet");
    return bx_receipt_make(r->home, &v.last, out, err);
}

static int run_receipt(const bx_args *a)
{
    bx_error err;
    bx_cli_record r = {.db = NULL};
    BX_AUTO_BUF text = bx_buf_init(BX_RECEIPT_MAX);
    bx_code rc = a->n_words ? bx_fail(&err, BX_EINVAL, "no arguments") : BX_OK;
    if (rc == BX_OK)
        rc = bx_cli_record_open_to_read(&r, &err);
    if (rc == BX_OK)
        rc = make(&r, &text, &err);
    bx_cli_record_close(&r);
    if (rc != BX_OK) {
        bx_cli_complain("audit receipt: %s", err.msg);
        return EXIT_OURS;
    }
    (void)fwrite(text.p, 1, text.n, stdout);
    return 0;
}

const bx_command bx_cmd_audit_verify = {
    .name = "audit verify",
    .usage = "audit verify [--from ID] [--head FILE]... [--key BASE64] [--json]",
    .summary = "check that no recorded row was changed, left out, put in or moved",
    .details =
        "Ends with 0 when the record is whole, with 1 when it is not, and says which row is\n"
        "the first that is wrong.  That rows were cut off at the end shows only against a\n"
        "receipt (boxagnts audit receipt) that was kept elsewhere.",
    .flags = verify_flags,
    .n_flags = BX_COUNT(verify_flags),
    .run = run_verify,
};

const bx_command bx_cmd_audit_receipt = {
    .name = "audit receipt",
    .usage = "audit receipt > FILE",
    .summary = "verify the record, and sign what its last row is",
    .run = run_receipt,
};
