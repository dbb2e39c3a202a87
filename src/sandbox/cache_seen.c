/* What the code cache remembers: which file held which module, and which file holds its code.
 *
 * Why that is safe.  A memory carries an HMAC under the key that the entries' own check uses, over
 * its name too, so nobody but this user can write one.  It is believed only where both files are on
 * file systems of this kernel, whose change time no program can set, and were unchanged for seconds
 * when they were read (os/file_id.h): whoever changes one afterwards, or puts another in its place,
 * changes what it is recognised by.  The module's owner decides what it holds in any case; the
 * entry can be written by this user alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/sha256.h"
#include "os/fd.h"
#include "sandbox/cache_internal.h"

struct memory {
    char magic[8];
    char entry[BX_CACHE_NAME_LEN];
    uint8_t of_wasm[32];
    uint64_t kind;
    bx_file_id code;
    uint8_t mac[BX_CACHE_MAC_BYTES]; /* over the name and what is above */
};
_Static_assert(sizeof(struct memory) == 8 + 64 + 32 + 8 + 40 + 32, "no padding in what is written");
enum { WRAPPED = 0x100 }; /* in `kind` */
static const char magic[8] = {'B', 'X', 'S', 'E', 'E', 'N', '0', '1'};

static void name_of(const bx_file_id *module, const char *fingerprint, char name[80])
{
    uint8_t sum[32];
    bx_str parts[2] = {{(const char *)module, sizeof *module}, bx_str_of(fingerprint)};
    bx_sha256v(parts, 2, sum);
    bx_sha256_hex(sum, name);
    memcpy(name + BX_CACHE_NAME_LEN, BX_CACHE_SEEN, sizeof BX_CACHE_SEEN);
}

static void mac_of(const bx_cache *c, const char *name, const struct memory *m,
                   uint8_t mac[BX_CACHE_MAC_BYTES])
{
    bx_cache_mac(c, name, m, offsetof(struct memory, mac), mac);
}

void bx_cache_remember(bx_cache *c, const bx_file_id *module, const char *fingerprint,
                       const bx_cache_seen *seen)
{
    if (!seen->code.known || !bx_file_id_is_settled(module))
        return;
    struct memory m = {.kind = (uint64_t)seen->kind | (seen->wrapped ? WRAPPED : 0),
                       .code = seen->code.id};
    bx_cache_key key = bx_cache_key_of(seen->of_wasm, seen->kind, fingerprint);
    memcpy(m.magic, magic, sizeof magic);
    memcpy(m.entry, key.name, sizeof m.entry);
    memcpy(m.of_wasm, seen->of_wasm, sizeof m.of_wasm);
    char name[80];
    name_of(module, fingerprint, name);
    mac_of(c, name, &m, m.mac);
    bx_str part = {(const char *)&m, sizeof m};
    bx_code rc = bx_file_write_atomic(c->dir, name, 0600, &part, 1, NULL);
    (void)rc; /* the next start reads both files again */
}

/* The memory under this name, if it is one of ours. */
static bool read_memory(const bx_cache *c, const char *name, struct memory *ret)
{
    BX_AUTOCLOSE int fd = openat(c->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || read(fd, ret, sizeof *ret) != (ssize_t)sizeof *ret)
        return false;
    uint8_t mac[BX_CACHE_MAC_BYTES];
    mac_of(c, name, ret, mac);
    return memcmp(ret->magic, magic, sizeof magic) == 0 && bx_equal_ct(mac, ret->mac, sizeof mac);
}

bool bx_cache_recall(bx_cache *c, const bx_file_id *module, const char *fingerprint,
                     bx_cache_seen *ret)
{
    struct memory m;
    char name[80], entry[BX_CACHE_NAME_LEN + 1] = "";
    name_of(module, fingerprint, name);
    if (!read_memory(c, name, &m))
        return false;
    memcpy(entry, m.entry, BX_CACHE_NAME_LEN);
    bx_file_id id;
    BX_AUTOCLOSE int fd = openat(c->dir, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || !bx_file_id_of(fd, &id) || !bx_file_id_equal(&id, &m.code) ||
        id.size < BX_CACHE_TAIL_BYTES)
        return false;
    bx_cache_touch(fd, &id);
    *ret = (bx_cache_seen){.kind = (int)(m.kind & ~(uint64_t)WRAPPED),
                           .wrapped = m.kind & WRAPPED,
                           .code = {.n = (size_t)id.size - BX_CACHE_TAIL_BYTES, .id = id}};
    memcpy(ret->of_wasm, m.of_wasm, sizeof ret->of_wasm);
    ret->code.fd = bx_fd_take(&fd);
    return true;
}
