#include "codec/minisign.h"

#include <stdio.h>

#include "codec/base64.h"
#include "codec/blake2b.h"

enum { HASH = 64, SIGNATURE_BYTES = 2 + BX_MINISIGN_ID + BX_ED25519_SIGNATURE, PUBLIC_BYTES = 42 };

#define UNTRUSTED "untrusted comment: "
#define TRUSTED   "trusted comment: "

void bx_minisign_id_hex(const uint8_t id[BX_MINISIGN_ID], char out[BX_MINISIGN_ID_HEX])
{
    for (size_t i = 0; i < BX_MINISIGN_ID; i++) /* a number, the lowest byte first */
        (void)snprintf(out + 2 * i, 3, "%02X", id[BX_MINISIGN_ID - 1 - i]);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* The next line off *rest, without its end. */
static bool take_line(bx_str *rest, bx_str *ret)
{
    if (!rest->n)
        return false;
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    *ret = (bx_str){rest->p, n};
    *rest = bx_str_from(*rest, n + (end ? 1 : 0));
    while (ret->n && ret->p[ret->n - 1] == '\r')
        ret->n--;
    return true;
}

/* A line that begins with `head`; *ret is what follows. */
static bool take_comment(bx_str *rest, const char *head, bx_str *ret)
{
    bx_str line;
    if (!take_line(rest, &line) || !bx_str_starts(line, bx_str_of(head)))
        return false;
    *ret = bx_str_from(line, strlen(head));
    return true;
}

/* A line of base 64 that is exactly `n` bytes. */
static bool take_bytes(bx_str *rest, void *ret, size_t n)
{
    BX_AUTO_BUF bytes = bx_buf_init(n);
    bx_str line;
    if (!take_line(rest, &line) || line.n != bx_base64_len(n) ||
        bx_base64_decode(line, &bytes, NULL) != BX_OK || bytes.n != n)
        return false;
    memcpy(ret, bytes.p, n);
    bx_wipe(bytes.p, n);
    return true;
}

static bool ends(bx_str rest)
{
    for (size_t i = 0; i < rest.n; i++) {
        if (rest.p[i] != '\n' && rest.p[i] != '\r')
            return false;
    }
    return true;
}

static void add_bytes(bx_buf *out, const void *p, size_t n)
{
    bx_base64_encode((bx_str){p, n}, out);
    (void)bx_buf_add_c(out, '\n');
}

/* ---- public keys ----------------------------------------------------------------------------- */

bx_code bx_minisign_public_parse(bx_str text, bx_minisign_public *ret, bx_error *err)
{
    uint8_t b[PUBLIC_BYTES];
    bx_str rest = text, comment;
    if (bx_str_starts(rest, BX_LIT(UNTRUSTED)) && !take_comment(&rest, UNTRUSTED, &comment))
        return bx_fail(err, BX_EINVAL, "no public key of minisign");
    if (!take_bytes(&rest, b, sizeof b) || !ends(rest) || b[0] != 'E' || b[1] != 'd')
        return bx_fail(err, BX_EINVAL, "no public key of minisign");
    memcpy(ret->id, b + 2, sizeof ret->id);
    memcpy(ret->key, b + 2 + BX_MINISIGN_ID, sizeof ret->key);
    return BX_OK;
}

void bx_minisign_public_print(const bx_minisign_public *k, bx_buf *out)
{
    uint8_t b[PUBLIC_BYTES] = {'E', 'd'};
    char id[BX_MINISIGN_ID_HEX];
    bx_minisign_id_hex(k->id, id);
    memcpy(b + 2, k->id, sizeof k->id);
    memcpy(b + 2 + BX_MINISIGN_ID, k->key, sizeof k->key);
    (void)bx_buf_addf(out, UNTRUSTED "minisign public key %s\n", id);
    add_bytes(out, b, sizeof b);
}

/* ---- signatures ------------------------------------------------------------------------------ */

bx_code bx_minisig_parse(bx_str text, bx_minisig *ret, bx_error *err)
{
    uint8_t b[SIGNATURE_BYTES];
    bx_minisig s;
    bx_str rest = text, untrusted;
    if (text.n > BX_MINISIGN_MAX_BYTES || !take_comment(&rest, UNTRUSTED, &untrusted) ||
        !take_bytes(&rest, b, sizeof b) || !take_comment(&rest, TRUSTED, &s.comment) ||
        !take_bytes(&rest, s.global, sizeof s.global) || !ends(rest) || b[0] != 'E' ||
        (b[1] != 'd' && b[1] != 'D') || s.comment.n > BX_MINISIGN_MAX_COMMENT)
        return bx_fail(err, BX_EINVAL, "no signature of minisign");
    s.prehashed = b[1] == 'D';
    memcpy(s.id, b + 2, sizeof s.id);
    memcpy(s.signature, b + 2 + BX_MINISIGN_ID, sizeof s.signature);
    *ret = s;
    return BX_OK;
}

void bx_minisig_print(const bx_minisig *s, bx_str untrusted, bx_buf *out)
{
    uint8_t b[SIGNATURE_BYTES] = {'E', s->prehashed ? 'D' : 'd'};
    memcpy(b + 2, s->id, sizeof s->id);
    memcpy(b + 2 + BX_MINISIGN_ID, s->signature, sizeof s->signature);
    (void)bx_buf_add_z(out, UNTRUSTED);
    (void)bx_buf_add_str(out, untrusted);
    (void)bx_buf_add_c(out, '\n');
    add_bytes(out, b, sizeof b);
    (void)bx_buf_add_z(out, TRUSTED);
    (void)bx_buf_add_str(out, s->comment);
    (void)bx_buf_add_c(out, '\n');
    add_bytes(out, s->global, sizeof s->global);
}

/* What the global signature is of. */
static bx_code global_of(const bx_minisig *s, bx_buf *out, bx_error *err)
{
    (void)bx_buf_add(out, s->signature, sizeof s->signature);
    (void)bx_buf_add_str(out, s->comment);
    return bx_buf_check(out, err);
}

static bx_code deny(bx_code rc, bx_error *err, const char *words)
{
    return rc == BX_EDENIED ? bx_fail(err, rc, "%s", words) : rc;
}

bx_code bx_minisig_verify(const bx_minisig *s, const bx_minisign_public *key, bx_str message,
                          bx_error *err)
{
    uint8_t hash[HASH];
    BX_AUTO_BUF global = bx_buf_init(BX_ED25519_SIGNATURE + BX_MINISIGN_MAX_COMMENT);
    if (memcmp(s->id, key->id, sizeof s->id) != 0) {
        char has[BX_MINISIGN_ID_HEX], asked[BX_MINISIGN_ID_HEX];
        bx_minisign_id_hex(s->id, has);
        bx_minisign_id_hex(key->id, asked);
        return bx_fail(err, BX_EDENIED, "signed with key %s, not with %s", has, asked);
    }
    if (s->prehashed) {
        bx_blake2b(message.p, message.n, hash, sizeof hash);
        message = (bx_str){(const char *)hash, sizeof hash};
    }
    bx_code rc = deny(bx_ed25519_verify(key->key, message, s->signature, err), err,
                      "the signature is not of this content");
    if (rc == BX_OK)
        rc = global_of(s, &global, err);
    return rc == BX_OK ? deny(bx_ed25519_verify(key->key, bx_buf_str(&global), s->global, err), err,
                              "the signature's trusted comment was changed")
                       : rc;
}

bx_code bx_minisign_sign(const bx_minisign_secret *k, bx_str message, bx_str comment,
                         bx_minisig *ret, bx_error *err)
{
    uint8_t hash[HASH];
    bx_minisig s = {.prehashed = true, .comment = comment};
    BX_AUTO_BUF global = bx_buf_init(BX_ED25519_SIGNATURE + BX_MINISIGN_MAX_COMMENT);
    if (comment.n > BX_MINISIGN_MAX_COMMENT || memchr(comment.p, '\n', comment.n) ||
        memchr(comment.p, '\r', comment.n))
        return bx_fail(err, BX_EINVAL, "a trusted comment is one line of at most %d bytes",
                       BX_MINISIGN_MAX_COMMENT);
    memcpy(s.id, k->id, sizeof s.id);
    bx_blake2b(message.p, message.n, hash, sizeof hash);
    bx_str hashed = {(const char *)hash, sizeof hash};
    bx_code rc = bx_ed25519_sign(k->seed, hashed, s.signature, err);
    if (rc == BX_OK)
        rc = global_of(&s, &global, err);
    if (rc == BX_OK)
        rc = bx_ed25519_sign(k->seed, bx_buf_str(&global), s.global, err);
    if (rc == BX_OK)
        *ret = s;
    return rc;
}
