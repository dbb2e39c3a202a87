#include "codec/scrypt.h"

#include "codec/libcrypto.h"

/* Memory of one derivation (RFC 7914 section 6: B, V and some).  False: over the maximum. */
static bool memory_of(const bx_scrypt *s, uint64_t *ret)
{
    if (s->n_log2 < 1 || s->n_log2 > 30 || s->r < 1 || s->r > 1024 || s->p < 1 || s->p > 1024)
        return false;
    uint64_t block = 128 * (uint64_t)s->r;
    *ret = block * ((1ULL << s->n_log2) + s->p + 2);
    /* Time is what p times N takes: no more than the largest that is allowed at p = 1. */
    return *ret <= BX_SCRYPT_MAX_MEMORY && (block * s->p) << s->n_log2 <= BX_SCRYPT_MAX_MEMORY;
}

bx_code bx_scrypt_derive(const bx_scrypt *s, bx_str password, bx_str salt, uint8_t *ret, size_t n,
                         bx_error *err)
{
    const bx_crypto_api *c = NULL;
    uint64_t memory;
    if (!memory_of(s, &memory))
        return bx_fail(err, BX_ELIMIT, "the key's password costs more than 1 GiB to check");
    bx_code rc = bx_crypto_load(&c, err);
    if (rc != BX_OK)
        return rc;
    int made =
        c->EVP_PBE_scrypt(password.n ? password.p : "", password.n, (const unsigned char *)salt.p,
                          salt.n, 1ULL << s->n_log2, s->r, s->p, memory + (1 << 20), ret, n);
    c->ERR_clear_error();
    return made == 1 ? BX_OK
                     : bx_fail(err, BX_ENOMEM, "the key's password needs %llu MiB to be checked",
                               (unsigned long long)(memory >> 20));
}
