/* Documents that are encrypted but open without a password (7.6, and ISO 32000-2 7.6): the key
 * comes from an empty one.  Only streams are made readable: no string outside of them becomes
 * text. */
#include "file/pdf_parts.h"

#include "lib/aes.h"
#include "lib/digest.h"

enum {
    KEY_MAX = 32,
    RC4_KEY_MAX = 16,
    HASH = 32, /* of the password, in U of revisions 5 and 6; two salts follow it */
    SALT = 8,
    ROUNDS = 64, /* at least, of revision 6 */
    ROUNDS_MAX = 64 + 256,
    COPIES = 64,
};

typedef enum method { PLAIN, RC4, AES_128, AES_256, UNKNOWN } method;

struct bx_pdf_crypt {
    size_t n; /* bytes of the key */
    uint8_t key[KEY_MAX];
    method streams;
    bx_aes aes; /* of the last key that was used */
};

/* What a password is filled up with (algorithm 2). */
static const uint8_t padding[32] = {
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08,
    0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a};

static void rc4(const uint8_t *key, size_t n_key, uint8_t *p, size_t n)
{
    uint8_t s[256], a = 0, b = 0;
    for (unsigned i = 0; i < 256; i++)
        s[i] = (uint8_t)i;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t held = s[i];
        b = (uint8_t)(b + held + key[i % n_key]);
        s[i] = s[b];
        s[b] = held;
    }
    b = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t held = s[++a];
        b = (uint8_t)(b + held);
        s[a] = s[b];
        s[b] = held;
        p[i] ^= s[(uint8_t)(s[a] + held)];
    }
}

/* ---- the key ------------------------------------------------------------------------------ */

typedef struct rules { /* of the encryption dictionary */
    bx_pdf_obj dict, o, u, ue, id;
    int64_t v, r;
} rules;

/* Algorithm 2. */
static void key_of_md5(bx_pdf *pdf, bx_pdf_crypt *c, const rules *e)
{
    digest d;
    uint8_t hash[DIGEST_MAX];
    uint32_t p = (uint32_t)bx_pdf_int(bx_pdf_get(pdf, e->dict, "P"), 0);
    bx_pdf_obj all = bx_pdf_get(pdf, e->dict, "EncryptMetadata");
    digest_begin(&d, DIGEST_MD5, 0);
    digest_add(&d, padding, sizeof padding);
    digest_add(&d, e->o.text, 32);
    digest_add(
        &d, (uint8_t[]){(uint8_t)p, (uint8_t)(p >> 8), (uint8_t)(p >> 16), (uint8_t)(p >> 24)}, 4);
    digest_add(&d, e->id.text, e->id.n);
    if (e->r >= 4 && all.kind == BX_PDF_BOOL && !all.truth)
        digest_add(&d, "\xff\xff\xff\xff", 4);
    digest_end(&d, hash);
    for (int i = 0; i < 50 && e->r >= 3; i++) {
        digest_begin(&d, DIGEST_MD5, 0);
        digest_add(&d, hash, c->n);
        digest_end(&d, hash);
    }
    memcpy(c->key, hash, c->n);
}

/* Algorithms 4 to 6: is it the key of an empty password? */
static bool opens_md5(const bx_pdf_crypt *c, const rules *e)
{
    uint8_t made[DIGEST_MAX], key[RC4_KEY_MAX];
    if (e->r == 2) {
        memcpy(made, padding, sizeof padding);
        rc4(c->key, c->n, made, sizeof padding);
        return memcmp(made, e->u.text, sizeof padding) == 0;
    }
    digest d;
    digest_begin(&d, DIGEST_MD5, 0);
    digest_add(&d, padding, sizeof padding);
    digest_add(&d, e->id.text, e->id.n);
    digest_end(&d, made);
    for (unsigned round = 0; round < 20; round++) {
        for (size_t i = 0; i < c->n; i++)
            key[i] = c->key[i] ^ (uint8_t)round;
        rc4(key, c->n, made, 16);
    }
    return memcmp(made, e->u.text, 16) == 0;
}

/* Algorithm 2.B for an empty password; revision 5 had the hash alone. */
static void hash_of(const rules *e, const uint8_t *salt, bx_aes *aes, uint8_t ret[HASH])
{
    static const digest_kind kinds[] = {DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512};
    uint8_t k[DIGEST_MAX], block[COPIES * DIGEST_MAX];
    size_t n = HASH;
    digest d;
    digest_begin(&d, DIGEST_SHA256, 0);
    digest_add(&d, salt, SALT);
    digest_end(&d, k);
    for (unsigned round = 1; e->r >= 6 && round <= ROUNDS_MAX; round++) {
        for (size_t i = 0; i < COPIES; i++)
            memcpy(block + i * n, k, n);
        bx_aes_init(aes, k, 16);
        bx_aes_encrypt(aes, k + 16, block, COPIES * n);
        unsigned sum = 0, last = block[COPIES * n - 1];
        for (unsigned i = 0; i < 16; i++) /* 256 is 1 modulo 3, so bytes do for the number */
            sum += block[i];
        digest_begin(&d, kinds[sum % 3], 0);
        digest_add(&d, block, COPIES * n);
        digest_end(&d, k);
        n = d.length;
        if (round >= ROUNDS && last <= round - 32)
            break;
    }
    memcpy(ret, k, HASH);
}

/* Algorithm 2.A. */
static bool open_sha(bx_pdf_crypt *c, const rules *e)
{
    const uint8_t *u = (const uint8_t *)e->u.text, iv[BX_AES_BLOCK] = {0};
    uint8_t hash[HASH];
    hash_of(e, u + HASH, &c->aes, hash);
    if (memcmp(hash, u, HASH) != 0)
        return false;
    hash_of(e, u + HASH + SALT, &c->aes, hash);
    c->n = KEY_MAX;
    memcpy(c->key, e->ue.text, KEY_MAX);
    bx_aes_init(&c->aes, hash, HASH);
    bx_aes_decrypt(&c->aes, iv, c->key, KEY_MAX);
    return true;
}

static bool has(bx_pdf_obj o, size_t n) { return o.kind == BX_PDF_STRING && o.n >= n; }

/* The key for an empty password; NULL, or why there is none. */
static const char *find_key(bx_pdf *pdf, bx_pdf_crypt *c, const rules *e)
{
    static const char *const closed = "it is encrypted, and opens with a password only";
    static const char *const broken = "it is encrypted, and what says how is damaged";
    if (e->r >= 5) {
        if (!has(e->u, HASH + 2 * SALT) || !has(e->ue, KEY_MAX))
            return broken;
        return open_sha(c, e) ? NULL : closed;
    }
    int64_t bits = e->v == 1 ? 40 : bx_pdf_int(bx_pdf_get(pdf, e->dict, "Length"), 40);
    if (e->v == 4)
        bits = 128; /* whatever it says: both methods of that version have such keys */
    if (!has(e->o, 32) || !has(e->u, 32) || bits < 40 || bits > 128 || bits % 8 != 0)
        return broken;
    c->n = e->r == 2 ? 5 : (size_t)bits / 8;
    key_of_md5(pdf, c, e);
    return opens_md5(c, e) ? NULL : closed;
}

/* ---- methods ------------------------------------------------------------------------------ */

/* Of the crypt filter for streams (7.6.5). */
static method method_of_filter(bx_pdf *pdf, const rules *e)
{
    bx_pdf_obj name = bx_pdf_get(pdf, e->dict, "StmF");
    if (name.kind != BX_PDF_NAME || bx_pdf_is(name, "Identity"))
        return PLAIN;
    bx_pdf_obj filters = bx_pdf_get(pdf, e->dict, "CF");
    bx_pdf_obj how = bx_pdf_get(pdf, bx_pdf_get(pdf, filters, name.text), "CFM");
    return bx_pdf_is(how, "None")                 ? PLAIN
           : bx_pdf_is(how, "V2") && e->v == 4    ? RC4
           : bx_pdf_is(how, "AESV2") && e->v == 4 ? AES_128
           : bx_pdf_is(how, "AESV3") && e->v == 5 ? AES_256
                                                  : UNKNOWN;
}

static method method_of(bx_pdf *pdf, const rules *e)
{
    if ((e->v == 1 || e->v == 2) && (e->r == 2 || e->r == 3))
        return RC4;
    if ((e->v == 4 && e->r == 4) || (e->v == 5 && (e->r == 5 || e->r == 6)))
        return method_of_filter(pdf, e);
    return UNKNOWN;
}

const char *bx_pdf_unlock(bx_pdf *pdf)
{
    if (pdf->crypt || bx_pdf_raw(pdf->trailer, "Encrypt").kind == BX_PDF_NULL)
        return NULL;
    bx_pdf_obj dict = bx_pdf_get(pdf, pdf->trailer, "Encrypt");
    rules e = {.dict = dict,
               .o = bx_pdf_get(pdf, dict, "O"),
               .u = bx_pdf_get(pdf, dict, "U"),
               .ue = bx_pdf_get(pdf, dict, "UE"),
               .id = bx_pdf_item(pdf, bx_pdf_get(pdf, pdf->trailer, "ID"), 0),
               .v = bx_pdf_int(bx_pdf_get(pdf, dict, "V"), 0),
               .r = bx_pdf_int(bx_pdf_get(pdf, dict, "R"), 0)};
    if (e.id.kind != BX_PDF_STRING)
        e.id = (bx_pdf_obj){.kind = BX_PDF_STRING, .text = ""};
    if (pdf->crypt) /* looking for the dictionary, the file was searched, and this done */
        return NULL;
    if (!bx_pdf_is(bx_pdf_get(pdf, dict, "Filter"), "Standard"))
        return "it is encrypted by other means than a password";
    method m = method_of(pdf, &e);
    if (m == UNKNOWN)
        return "it is encrypted in a way that is not known here";
    if (m == PLAIN) /* attachments at most are encrypted */
        return NULL;
    bx_pdf_crypt *c = bx_calloc(1, sizeof *c);
    if (!c)
        return "there is no memory to read it";
    c->streams = m;
    const char *why = find_key(pdf, c, &e);
    if (why)
        free(c);
    else
        pdf->crypt = c;
    return why;
}

/* ---- streams ------------------------------------------------------------------------------ */

/* Algorithm 1: a key of its own for each object, but not in version 5. */
static size_t object_key(const bx_pdf_crypt *c, method m, uint32_t number, uint32_t generation,
                         uint8_t ret[DIGEST_MAX])
{
    if (m == AES_256) {
        memcpy(ret, c->key, c->n);
        return c->n;
    }
    digest d;
    digest_begin(&d, DIGEST_MD5, 0);
    digest_add(&d, c->key, c->n);
    digest_add(&d,
               (uint8_t[]){(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                           (uint8_t)generation, (uint8_t)(generation >> 8)},
               5);
    if (m == AES_128)
        digest_add(&d, "sAlT", 4);
    digest_end(&d, ret);
    return c->n + 5 < 16 && m != AES_128 ? c->n + 5 : 16;
}

/* Behind its first block, which is the beginning of the chain; filled up at its end. */
static bool undo_aes(bx_pdf_crypt *c, const uint8_t *key, size_t n_key, bx_str from, bx_buf *ret)
{
    char *to;
    size_t n = from.n / BX_AES_BLOCK * BX_AES_BLOCK;
    if (n < 2 * BX_AES_BLOCK)
        return true; /* nothing, or the damaged rest of something */
    n -= BX_AES_BLOCK;
    if (bx_buf_reserve(ret, n, &to) != BX_OK)
        return false;
    memcpy(to, from.p + BX_AES_BLOCK, n);
    bx_aes_init(&c->aes, key, n_key);
    bx_aes_decrypt(&c->aes, (const uint8_t *)from.p, (uint8_t *)to, n);
    uint8_t fill = (uint8_t)to[n - 1];
    ret->n += fill > 0 && fill <= BX_AES_BLOCK ? n - fill : n;
    return true;
}

/* A filter of its own (7.4.10) is the identity, or else the one of all streams: there are no
 * documents that have a third. */
static bool is_plain(bx_pdf *pdf, bx_pdf_obj stream)
{
    bx_pdf_obj filter = bx_pdf_get(pdf, stream, "Filter"),
               parms = bx_pdf_get(pdf, stream, "DecodeParms");
    bx_pdf_obj first = filter.kind == BX_PDF_ARRAY ? bx_pdf_item(pdf, filter, 0) : filter;
    parms = parms.kind == BX_PDF_ARRAY ? bx_pdf_item(pdf, parms, 0) : parms;
    if (bx_pdf_is(bx_pdf_raw(stream, "Type"), "XRef"))
        return true;
    bx_pdf_obj name = bx_pdf_get(pdf, parms, "Name");
    return bx_pdf_is(first, "Crypt") && (name.kind != BX_PDF_NAME || bx_pdf_is(name, "Identity"));
}

bool bx_pdf_decrypt(bx_pdf *pdf, bx_pdf_obj stream, bx_str from, bx_buf *ret)
{
    bx_pdf_crypt *c = pdf->crypt;
    uint8_t key[DIGEST_MAX];
    uint32_t number, generation;
    method m = is_plain(pdf, stream) ? PLAIN : c->streams;
    if (!bx_pdf_number_at(pdf, stream.begins, &number, &generation))
        return false;
    pdf->work += from.n;
    if (m == PLAIN)
        return bx_buf_add_str(ret, from) == BX_OK;
    size_t n = object_key(c, m, number, generation, key);
    if (m != RC4)
        return undo_aes(c, key, n, from, ret);
    if (bx_buf_add_str(ret, from) != BX_OK)
        return false;
    rc4(key, n, (uint8_t *)ret->p, ret->n);
    return true;
}
