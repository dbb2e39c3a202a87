/* The hash of file contents: the examples of the standard, and every way to hand the bytes over. */
#include "lib/sha256.h"

#include "base/test.h"

/* NIST, FIPS 180-4 examples and CAVP short messages. */
static void digests_of_the_standard(void)
{
    static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    static const char four[] =
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
        "lmnopqrsmnopqrstnopqrstu";
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {two, "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {four, "sha256:cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
        {"\xd3", "sha256:28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
    };
    char have[BX_HASH_TEXT];
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_hash_of(cases[i].text, strlen(cases[i].text), have);
        CHECK(strcmp(have, cases[i].want) == 0);
    }
}

static void a_million_times_a(void)
{
    char chunk[1000], have[BX_HASH_TEXT];
    bx_hash s;
    memset(chunk, 'a', sizeof chunk);
    bx_hash_begin(&s);
    for (int i = 0; i < 1000; i++)
        bx_hash_add(&s, chunk, sizeof chunk);
    bx_hash_end(&s, have);
    CHECK(strcmp(have, "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0") ==
          0);
}

/* Lengths around one block, several and the padding's own limit, cut in every place. */
static void pieces_make_the_whole(void)
{
    static const size_t lengths[] = {1, 55, 56, 63, 64, 65, 127, 128, 191, 255, 256, 257, 320, 449};
    uint8_t text[449];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7 + 3);
    char whole[BX_HASH_TEXT], have[BX_HASH_TEXT];
    bx_hash_of(text, sizeof text, whole); /* as other programs say */
    CHECK(strcmp(whole,
                 "sha256:962de5ec29fd28aefcefe69fbbe3344d39aeb8308a34fa116ae1cfb41e57dd54") == 0);
    for (size_t i = 0; i < BX_COUNT(lengths); i++) {
        bx_hash_of(text, lengths[i], whole);
        for (size_t cut = 0; cut <= lengths[i]; cut++) {
            bx_hash s;
            bx_hash_begin(&s);
            bx_hash_add(&s, text, cut);
            bx_hash_add(&s, text + cut, lengths[i] - cut);
            bx_hash_end(&s, have);
            CHECK(strcmp(have, whole) == 0);
        }
    }
}

BXT_MAIN(RUN(digests_of_the_standard); RUN(a_million_times_a); RUN(pieces_make_the_whole);)
