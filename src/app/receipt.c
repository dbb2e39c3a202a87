#include "app/receipt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "codec/base64.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "os/random.h"

static const char what[] = "audit receipt 1", key_name[] = "audit.key";

/* ---- the key --------------------------------------------------------------------------------- */

static bx_code open_keys(const char *home, int *ret, bx_error *err)
{
    BX_AUTO_BUF path = bx_buf_init(8192);
    (void)bx_buf_addf(&path, "%s/keys", home);
    bx_code rc = bx_buf_check(&path, err);
    return rc == BX_OK ? bx_dir_open_private(path.p, ret, err) : rc;
}

static bx_code read_seed(int keys, uint8_t ret[BX_ED25519_SEED], bx_error *err)
{
    struct stat st;
    BX_AUTOCLOSE int fd = openat(keys, key_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return bx_fail(err, BX_ENOENT, "there is no key yet: boxagnts audit receipt makes one");
    if (fd < 0 || fstat(fd, &st) != 0)
        return bx_fail_errno(err, errno, "keys/%s", key_name);
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077))
        return bx_fail(err, BX_EUNSAFE, "others can use keys/%s: chmod 600 it", key_name);
    return bx_wrap(bx_fd_read_full(fd, ret, BX_ED25519_SEED, err), err, "keys/%s", key_name);
}

static bx_code make_seed(int keys, uint8_t ret[BX_ED25519_SEED], bx_error *err)
{
    bx_code rc = bx_random_fill(ret, BX_ED25519_SEED, err);
    const bx_str bytes = {(const char *)ret, BX_ED25519_SEED};
    return rc == BX_OK ? bx_file_write_atomic(keys, key_name, 0600, &bytes, 1, err) : rc;
}

bx_code bx_receipt_key(const char *home, uint8_t ret[BX_ED25519_PUBLIC], bx_error *err)
{
    uint8_t seed[BX_ED25519_SEED];
    BX_AUTOCLOSE int keys = -1;
    bx_code rc = open_keys(home, &keys, err);
    if (rc == BX_OK)
        rc = read_seed(keys, seed, err);
    if (rc == BX_OK)
        rc = bx_ed25519_keypair(seed, ret, err);
    bx_wipe(seed, sizeof seed);
    return rc;
}

/* ---- making one ------------------------------------------------------------------------------ */

static void add_signed_text(const bx_receipt *r, bx_buf *out)
{
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_sha256_hex(r->head.hash, hex);
    (void)bx_buf_addf(out, "boxagnts %s\nid %lld\nhash %s\ntime %s\n", what, (long long)r->head.id,
                      hex, r->time);
}

static void put_base64(bx_json_out *o, bx_str key, const uint8_t *p, size_t n)
{
    BX_AUTO_BUF text = bx_buf_init(bx_base64_len(n) + 1);
    bx_base64_encode((bx_str){(const char *)p, n}, &text);
    bx_json_out_key(o, key);
    bx_json_out_string(o, bx_buf_str(&text));
}

static bx_code print(const bx_receipt *r, bx_buf *out, bx_error *err)
{
    char hex[2 * BX_SHA256_BYTES + 1];
    bx_json_out o = bx_json_out_on(out);
    bx_sha256_hex(r->head.hash, hex);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("boxagnts"));
    bx_json_out_string(&o, bx_str_of(what));
    bx_json_out_key(&o, BX_LIT("id"));
    bx_json_out_int(&o, r->head.id);
    bx_json_out_key(&o, BX_LIT("hash"));
    bx_json_out_string(&o, bx_str_of(hex));
    bx_json_out_key(&o, BX_LIT("time"));
    bx_json_out_string(&o, bx_str_of(r->time));
    put_base64(&o, BX_LIT("key"), r->key, sizeof r->key);
    put_base64(&o, BX_LIT("signature"), r->signature, sizeof r->signature);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    (void)bx_buf_add_c(out, '\n');
    return rc == BX_OK ? bx_buf_check(out, err) : rc;
}

bx_code bx_receipt_make(const char *home, const bx_audit_head *head, bx_buf *out, bx_error *err)
{
    uint8_t seed[BX_ED25519_SEED];
    bx_receipt r = {.head = *head};
    BX_AUTOCLOSE int keys = -1;
    BX_AUTO_BUF text = bx_buf_init(BX_RECEIPT_MAX);
    time_t now = time(NULL);
    struct tm tm;
    if (!gmtime_r(&now, &tm) || strftime(r.time, sizeof r.time, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return bx_fail(err, BX_EIO, "the clock");
    bx_code rc = open_keys(home, &keys, err);
    if (rc == BX_OK)
        rc = read_seed(keys, seed, err);
    if (rc == BX_ENOENT)
        rc = make_seed(keys, seed, err);
    if (rc == BX_OK)
        rc = bx_ed25519_keypair(seed, r.key, err);
    add_signed_text(&r, &text);
    if (rc == BX_OK)
        rc = bx_ed25519_sign(seed, bx_buf_str(&text), r.signature, err);
    bx_wipe(seed, sizeof seed);
    return rc == BX_OK ? print(&r, out, err) : rc;
}

/* ---- reading one ----------------------------------------------------------------------------- */

static bool get_base64(const bx_json_val *object, bx_str key, uint8_t *ret, size_t n)
{
    bx_str s;
    bx_error err;
    BX_AUTO_BUF bytes = bx_buf_init(256);
    if (!bx_json_str(bx_json_get(object, key), &s) || bx_base64_decode(s, &bytes, &err) != BX_OK ||
        bytes.n != n)
        return false;
    memcpy(ret, bytes.p, n);
    return true;
}

bx_code bx_receipt_parse(bx_str text, bx_receipt *ret, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_receipt r = {.time = ""};
    bx_str kind = BX_LIT(""), hash = BX_LIT(""), when = BX_LIT("");
    if (text.n > BX_RECEIPT_MAX)
        return bx_fail(err, BX_EINVAL, "no receipt: it is longer than one");
    bx_code rc = bx_json_parse(text, 4, &doc, err);
    if (rc != BX_OK)
        return bx_wrap(rc == BX_ENOMEM ? rc : BX_EINVAL, err, "no receipt");
    const bx_json_val *o = bx_json_root(doc);
    bool good = bx_json_str(bx_json_get(o, BX_LIT("boxagnts")), &kind) &&
                bx_str_eq(kind, bx_str_of(what)) &&
                bx_json_int64(bx_json_get(o, BX_LIT("id")), &r.head.id) && r.head.id > 0 &&
                bx_json_str(bx_json_get(o, BX_LIT("hash")), &hash) &&
                bx_audit_hash_parse(hash, r.head.hash) &&
                bx_json_str(bx_json_get(o, BX_LIT("time")), &when) && when.n < sizeof r.time &&
                get_base64(o, BX_LIT("key"), r.key, sizeof r.key) &&
                get_base64(o, BX_LIT("signature"), r.signature, sizeof r.signature);
    if (!good)
        return bx_fail(err, BX_EINVAL,
                       "no receipt: a part is missing, or is not what it should be");
    memcpy(r.time, when.p, when.n);
    *ret = r;
    return BX_OK;
}

bx_code bx_receipt_check(const bx_receipt *r, const uint8_t key[BX_ED25519_PUBLIC], bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_RECEIPT_MAX);
    add_signed_text(r, &text);
    if (memcmp(r->key, key, sizeof r->key) != 0)
        return bx_fail(err, BX_EDENIED, "the receipt is signed with another key");
    return bx_wrap(bx_ed25519_verify(key, bx_buf_str(&text), r->signature, err), err,
                   "the receipt is not what was signed");
}
