#include "codec/scrypt.h"

#include "base/test.h"

static void known_answers(void)
{
    static const struct {
        bx_str password, salt;
        bx_scrypt s;
        uint8_t head[8];
    } rows[] = {
        /* RFC 7914 section 12, the first two */
        {{"", 0}, {"", 0}, {4, 1, 1}, {0x77, 0xd6, 0x57, 0x62, 0x38, 0x65, 0x7b, 0x20}},
        {{"password", 8},
         {"NaCl", 4},
         {10, 8, 16},
         {0xfd, 0xba, 0xbe, 0x1c, 0x9d, 0x34, 0x72, 0x00}},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        uint8_t out[64];
        CHECK(bx_scrypt_derive(&rows[i].s, rows[i].password, rows[i].salt, out, 64, NULL) == BX_OK);
        CHECK(memcmp(out, rows[i].head, 8) == 0);
    }
}

static void costs_are_bounded(void)
{
    static const bx_scrypt bad[] = {{0, 8, 1},           {31, 8, 1},         {21, 8, 1},
                                    {20, 8, 2},          {14, 0, 1},         {14, 8, 0},
                                    {4, 4000000000u, 1}, {4, 8, 4000000000u}};
    uint8_t out[16];
    bx_error err;
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(bx_scrypt_derive(&bad[i], BX_LIT("x"), BX_LIT("y"), out, 16, &err) == BX_ELIMIT);
}

BXT_MAIN(RUN(known_answers); RUN(costs_are_bounded);)
