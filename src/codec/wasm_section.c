#include "codec/wasm_section.h"

/* An unsigned LEB128 of 32 bits (section 5.2.2) at the head of *rest, which is moved on. */
static bool take_u32(bx_str *rest, uint32_t *ret)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 35 && rest->n; shift += 7) {
        uint8_t b = (uint8_t)rest->p[0];
        *rest = bx_str_from(*rest, 1);
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            *ret = (uint32_t)v;
            return v <= UINT32_MAX;
        }
    }
    return false;
}

/* `n` bytes off the head of *rest. */
static bool take(bx_str *rest, size_t n, bx_str *ret)
{
    if (n > rest->n)
        return false;
    *ret = (bx_str){rest->p, n};
    *rest = bx_str_from(*rest, n);
    return true;
}

bx_code bx_wasm_section_find(bx_str wasm, bx_str name, bx_str *ret, bx_error *err)
{
    bx_str rest = wasm, head, body, own, id;
    bx_str found = {NULL, 0};
    bool good = take(&rest, 8, &head) && memcmp(head.p, "\0asm", 4) == 0;
    while (good && rest.n) {
        uint32_t size, n;
        good = take(&rest, 1, &id) && take_u32(&rest, &size) && take(&rest, size, &body);
        if (!good || id.p[0] != 0)
            continue;
        good = take_u32(&body, &n) && take(&body, n, &own);
        if (!good || !bx_str_eq(own, name))
            continue;
        if (found.p)
            return bx_fail(err, BX_EINVAL, "it has two sections %.*s", BX_FMT(name));
        found = body;
    }
    if (!good)
        return bx_fail(err, BX_EINVAL, "no WebAssembly file, or one that is cut off");
    *ret = found;
    return BX_OK;
}
