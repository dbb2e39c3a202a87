/* Secret keys, which may be kept under a password. */
#include <stdio.h>

#include "codec/base64.h"
#include "codec/blake2b.h"
#include "codec/minisign.h"
#include "codec/scrypt.h"

/* The file's one line of base 64, as bytes. */
enum {
    AT_SIG = 0,   /* "Ed" */
    AT_KDF = 2,   /* "Sc", or two zeros */
    AT_SUM = 4,   /* "B2" */
    AT_SALT = 6,  /* 32 */
    AT_OPS = 38,  /* 64 bits, little endian; also what scrypt may take */
    AT_MEM = 46,  /* 64 bits, bytes */
    AT_OPEN = 54, /* from here on under the password: number, key, sum */
    AT_ID = 54,
    AT_KEY = 62, /* seed and public key */
    AT_CHECK = 126,
    BYTES = 158,
    LOCKED = BYTES - AT_OPEN,
    CHECK_BYTES = 32,
};

/* What a key of ours costs to unlock: 256 MiB, N = 2^18 by the rule below. */
static const uint64_t own_ops = 8388608, own_mem = 268435456;

static uint64_t number(const uint8_t *p)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)p[i] << 8 * i;
    return v;
}

static void put_number(uint8_t *p, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

/* The largest power of two that is at most `max`, at least 2, as its exponent. */
static unsigned log2_within(uint64_t max)
{
    unsigned k = 1;
    while (k < 63 && (UINT64_C(1) << k) <= max / 2)
        k++;
    return k;
}

/* How libsodium (crypto_pwhash_scryptsalsa208sha256) turns its two limits into scrypt's three
 * numbers. */
static bx_scrypt params_of(uint64_t ops, uint64_t mem)
{
    bx_scrypt s = {.r = 8, .p = 1};
    if (ops < 32768)
        ops = 32768;
    if (ops < mem / 32) {
        s.n_log2 = log2_within(ops / (s.r * 4));
        return s;
    }
    s.n_log2 = log2_within(mem / (s.r * 128));
    uint64_t rp = ops / 4 >> s.n_log2;
    s.p = (uint32_t)(rp > 0x3fffffff ? 0x3fffffff : rp) / s.r;
    return s;
}

static bool decode(bx_str text, uint8_t b[BYTES])
{
    static const char head[] = "untrusted comment: ";
    const char *end = memchr(text.p, '\n', text.n);
    if (text.n > BX_MINISIGN_MAX_BYTES || !end || !bx_str_starts(text, bx_str_of(head)))
        return false;
    bx_str line = bx_str_from(text, (size_t)(end - text.p) + 1);
    while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
        line.n--;
    BX_AUTO_BUF bytes = bx_buf_init(BYTES + 4);
    bool good = line.n == bx_base64_len(BYTES) && bx_base64_decode(line, &bytes, NULL) == BX_OK &&
                bytes.n == BYTES;
    if (good)
        memcpy(b, bytes.p, BYTES);
    if (bytes.p)
        bx_wipe(bytes.p, bytes.n);
    return good && memcmp(b + AT_SIG, "Ed", 2) == 0 && memcmp(b + AT_SUM, "B2", 2) == 0 &&
           (memcmp(b + AT_KDF, "Sc", 2) == 0 || memcmp(b + AT_KDF, "\0\0", 2) == 0);
}

bool bx_minisign_secret_is_locked(bx_str text)
{
    uint8_t b[BYTES];
    bool locked = decode(text, b) && b[AT_KDF] != 0;
    bx_wipe(b, sizeof b);
    return locked;
}

/* Both locks and unlocks. */
static bx_code mask(uint8_t b[BYTES], bx_str password, bx_error *err)
{
    uint8_t stream[LOCKED];
    const bx_scrypt s = params_of(number(b + AT_OPS), number(b + AT_MEM));
    bx_str salt = {(const char *)b + AT_SALT, BX_MINISIGN_SALT};
    bx_code rc = bx_scrypt_derive(&s, password, salt, stream, sizeof stream, err);
    for (size_t i = 0; i < LOCKED && rc == BX_OK; i++)
        b[AT_OPEN + i] ^= stream[i];
    bx_wipe(stream, sizeof stream);
    return rc;
}

/* The sum over kind, number and key, which also tells a wrong password. */
static void check_sum(const uint8_t b[BYTES], uint8_t ret[CHECK_BYTES])
{
    uint8_t text[2 + BX_MINISIGN_ID + 64];
    memcpy(text, b + AT_SIG, 2);
    memcpy(text + 2, b + AT_ID, BX_MINISIGN_ID + 64);
    bx_blake2b(text, sizeof text, ret, CHECK_BYTES);
    bx_wipe(text, sizeof text);
}

static bx_code take(const uint8_t b[BYTES], bool locked, bx_minisign_secret *ret, bx_error *err)
{
    static const uint8_t none[CHECK_BYTES];
    uint8_t sum[CHECK_BYTES], key[BX_ED25519_PUBLIC];
    check_sum(b, sum);
    /* minisign -W leaves the sum out: the comparison of the two keys below finds damage there. */
    bool left_out = !locked && memcmp(none, b + AT_CHECK, sizeof none) == 0;
    if (!left_out && memcmp(sum, b + AT_CHECK, sizeof sum) != 0)
        return locked ? bx_fail(err, BX_EDENIED, "the password is not that of the key")
                      : bx_fail(err, BX_EINVAL, "a damaged secret key");
    bx_code rc = bx_ed25519_keypair(b + AT_KEY, key, err);
    if (rc != BX_OK)
        return rc;
    if (memcmp(key, b + AT_KEY + BX_ED25519_SEED, sizeof key) != 0)
        return bx_fail(err, BX_EINVAL, "a secret key and a public one that is not its own");
    memcpy(ret->id, b + AT_ID, sizeof ret->id);
    memcpy(ret->seed, b + AT_KEY, sizeof ret->seed);
    memcpy(ret->key, key, sizeof ret->key);
    return BX_OK;
}

bx_code bx_minisign_secret_parse(bx_str text, bx_str password, bx_minisign_secret *ret,
                                 bx_error *err)
{
    uint8_t b[BYTES];
    bx_code rc = decode(text, b) ? BX_OK : bx_fail(err, BX_EINVAL, "no secret key of minisign");
    bool locked = rc == BX_OK && b[AT_KDF] != 0;
    if (locked)
        rc = mask(b, password, err);
    if (rc == BX_OK)
        rc = take(b, locked, ret, err);
    bx_wipe(b, sizeof b);
    return rc;
}

bx_code bx_minisign_secret_print(const bx_minisign_secret *k, bx_str password,
                                 const uint8_t salt[BX_MINISIGN_SALT], bx_buf *out, bx_error *err)
{
    uint8_t b[BYTES] = {'E', 'd', 0, 0, 'B', '2'};
    bx_code rc = BX_OK;
    memcpy(b + AT_ID, k->id, BX_MINISIGN_ID);
    memcpy(b + AT_KEY, k->seed, BX_ED25519_SEED);
    memcpy(b + AT_KEY + BX_ED25519_SEED, k->key, BX_ED25519_PUBLIC);
    check_sum(b, b + AT_CHECK);
    if (password.p) {
        memcpy(b + AT_KDF, "Sc", 2);
        memcpy(b + AT_SALT, salt, BX_MINISIGN_SALT);
        put_number(b + AT_OPS, own_ops);
        put_number(b + AT_MEM, own_mem);
        rc = mask(b, password, err);
    }
    if (rc == BX_OK) {
        (void)bx_buf_addf(out, "untrusted comment: minisign %ssecret key\n",
                          password.p ? "encrypted " : "");
        bx_base64_encode((bx_str){(const char *)b, sizeof b}, out);
        (void)bx_buf_add_c(out, '\n');
        rc = bx_buf_check(out, err);
    }
    bx_wipe(b, sizeof b);
    return rc;
}
