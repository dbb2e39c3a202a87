/* The hashes of the JavaScript guest: in whatever pieces bytes come, the result is the same, also
 * for a copy that goes on.  Byte 0: which hash; 1 to 8: lengths of pieces; the rest is the input,
 * and the first of it the key. */
#include "js/hash.h"

#include "base/defs.h"

enum { HEAD = 9 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const names[] = {"md5",        "sha1",     "sha224",     "sha256",
                                        "sha384",     "sha512",   "sha512-224", "sha512-256",
                                        "blake2b512", "sha3-224", "sha3-256",   "sha3-384",
                                        "sha3-512",   "shake128", "shake256"};
    if (n < HEAD)
        return 0;
    const js_hash_type *type = js_hash_find(names[data[0] % BX_COUNT(names)]);
    BX_ASSERT(type);
    const uint8_t *p = data + HEAD;
    n -= HEAD;
    js_hash whole, pieces;
    js_hash_begin(&whole, type);
    js_hash_add(&whole, p, n);
    js_hash_begin(&pieces, type);
    js_hmac m, m2;
    const size_t n_key = data[1] < n ? data[1] : n;
    js_hmac_begin(&m, type, p, n_key);
    m2 = m;
    js_hmac_add(&m2, p, n);
    for (size_t at = 0, i = 0; at < n; i = (i + 1) % (HEAD - 1)) {
        const size_t k = n - at < data[1 + i] + 1u ? n - at : data[1 + i] + 1u;
        js_hash_add(&pieces, p + at, k);
        js_hmac_add(&m, p + at, k);
        pieces = (js_hash){pieces.type, pieces.u};
        at += k;
    }
    uint8_t a[DIGEST_MAX] = {0}, b[DIGEST_MAX] = {0};
    js_hash_end(&whole, a);
    js_hash_end(&pieces, b);
    BX_ASSERT(memcmp(a, b, sizeof a) == 0);
    js_hmac_end(&m, a);
    js_hmac_end(&m2, b);
    BX_ASSERT(memcmp(a, b, sizeof a) == 0);
    uint8_t key[100];
    js_pbkdf2(type, (js_span){p, n_key}, (js_span){p, n}, 1 + data[2] % 4, key,
              data[3] % sizeof key);
    return 0;
}
