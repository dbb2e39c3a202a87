#include "vfs/kv_internal.h"

#include "codec/sha256.h"
#include "codec/utf8.h"

enum { ESCAPED_MAX = 240 }; /* bytes behind the 'k'; with longer names some file systems end */

static const char magic[4] = {'b', 'x', 'k', '1'};
static const char hex[] = "0123456789abcdef";

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/* False when it does not fit. */
static bool escape(bx_str key, char out[BX_NAME_MAX + 1])
{
    size_t n = 0;
    out[n++] = 'k';
    for (size_t i = 0; i < key.n; i++) {
        bool plain = is_plain(key.p[i]);
        if (n + (plain ? 1 : 3) > 1 + ESCAPED_MAX)
            return false;
        if (plain) {
            out[n++] = key.p[i];
        } else {
            uint8_t c = (uint8_t)key.p[i];
            out[n++] = '%';
            out[n++] = hex[c >> 4];
            out[n++] = hex[c & 15];
        }
    }
    out[n] = '\0';
    return true;
}

bx_errno bx_kv_name(bx_str key, char out[BX_NAME_MAX + 1])
{
    if (key.n > BX_KV_KEY_MAX)
        return BX_E_NAMETOOLONG;
    if (key.n > 0 && memchr(key.p, '\0', key.n))
        return BX_E_INVAL;
    if (!bx_utf8_valid(key))
        return BX_E_ILSEQ;
    if (escape(key, out))
        return BX_E_SUCCESS;
    uint8_t sum[BX_SHA256_BYTES];
    bx_sha256(key.p, key.n, sum);
    out[0] = 'h';
    bx_sha256_hex(sum, out + 1);
    return BX_E_SUCCESS;
}

static int nibble(char c)
{
    const char *at = c ? strchr(hex, c) : NULL;
    return at ? (int)(at - hex) : -1;
}

bool bx_kv_key_of_name(const char *name, char out[BX_KV_KEY_MAX], size_t *ret_n)
{
    char again[BX_NAME_MAX + 1];
    size_t n = 0;
    if (name[0] != 'k')
        return false;
    for (const char *p = name + 1; *p && n < BX_KV_KEY_MAX; n++) {
        if (*p != '%') {
            out[n] = *p++;
            continue;
        }
        int hi = nibble(p[1]), lo = hi >= 0 ? nibble(p[2]) : -1;
        if (lo < 0)
            return false;
        out[n] = (char)(hi << 4 | lo);
        p += 3;
    }
    *ret_n = n;
    return bx_kv_name((bx_str){out, n}, again) == BX_E_SUCCESS && strcmp(again, name) == 0;
}

void bx_kv_head(size_t key_n, uint64_t value_n, uint8_t out[BX_KV_HEAD])
{
    memcpy(out, magic, sizeof magic);
    for (unsigned i = 0; i < 4; i++)
        out[4 + i] = (uint8_t)(key_n >> (8 * i));
    for (unsigned i = 0; i < 8; i++)
        out[8 + i] = (uint8_t)(value_n >> (8 * i));
}

bool bx_kv_read_head(const uint8_t head[BX_KV_HEAD], uint64_t size, size_t *key_n,
                     uint64_t *value_n)
{
    uint32_t k = 0;
    uint64_t v = 0;
    for (unsigned i = 0; i < 4; i++)
        k |= (uint32_t)head[4 + i] << (8 * i);
    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)head[8 + i] << (8 * i);
    if (memcmp(head, magic, sizeof magic) != 0 || k > BX_KV_KEY_MAX ||
        size < BX_KV_HEAD + (uint64_t)k || v != size - BX_KV_HEAD - k)
        return false;
    *key_n = k;
    *value_n = v;
    return true;
}
