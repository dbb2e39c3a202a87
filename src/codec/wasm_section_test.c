#include "codec/wasm_section.h"

#include "base/test.h"

#define HEAD     "\0asm\1\0\0\0"
#define BYTES(a) ((bx_str){a, sizeof(a) - 1})

static void found(void)
{
    bx_str s = {"x", 1};
    CHECK(bx_wasm_section_find(BYTES(HEAD), BX_LIT("t"), &s, NULL) == BX_OK && !s.p);
    CHECK(bx_wasm_section_find(BYTES(HEAD "\1\1\0"
                                          "\0\4\1tok"
                                          "\0\2\1u"),
                               BX_LIT("t"), &s, NULL) == BX_OK);
    CHECK(bx_str_eq(s, BX_LIT("ok")));
    CHECK(bx_wasm_section_find(BYTES(HEAD "\0\2\1t"), BX_LIT("t"), &s, NULL) == BX_OK);
    CHECK(s.p && s.n == 0);
    CHECK(bx_wasm_section_find(BYTES("\0asm\x0d\0\1\0\0\3\1tc"), BX_LIT("t"), &s, NULL) == BX_OK);
    CHECK(bx_str_eq(s, BX_LIT("c")));
}

static void malformed(void)
{
    static const bx_str bad[] = {
        BYTES(""),
        BYTES("\0asm\1\0\0"),
        BYTES("\0ASM\1\0\0\0"),
        BYTES(HEAD "\0"),
        BYTES(HEAD "\0\3\1t"),
        BYTES(HEAD "\0\2\7t"),
        BYTES(HEAD "\0\xff\xff\xff\xff\xff\1t"),
        BYTES(HEAD "\0\xff\xff\xff\xff\x1f\1t"),
        BYTES(HEAD "\0\2\1t\0\2\1t"),
    };
    bx_str s;
    bx_error err;
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(bx_wasm_section_find(bad[i], BX_LIT("t"), &s, &err) == BX_EINVAL);
}

BXT_MAIN(RUN(found); RUN(malformed);)
