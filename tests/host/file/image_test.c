/* Pictures: whole ones pass, and none that is cut or damaged does.  tests/e2e/read_test.py has
 * more. */
#include "file/image.h"

#include "base/test.h"

/* 2 x 2, of each kind. */
static const uint8_t GIF[] =
    "GIF87a\2\0\2\0\x81\0\0\7\7\7\0\0\0\0\0\0\0\0\0,\0\0\0\0\2\0\2\0\0\x08\6\0\1\x08\4\x10\x10\0;";
static const uint8_t WEBP[] =
    "RIFF$\0\0\0WEBPVP8 \x18\0\0\0\x30\1\0\x9d\1\x2a\2\0\2\0\x0c\xc0\xce\x25\xa4\0\3\x70\0\xfe"
    "\xec\x67\0\0";
static const uint8_t LOSSLESS[] =
    "RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0\x2f\1\x40\0\0\7\x10\x11\xfd\x0f\x44\x44\xff\3";
/* 1 x 1, grey. */
static const uint8_t PNG[] =
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDAT"
    "\x78\x9c\x63\x60\0\0\0\2\0\1\x48\xaf\xa4\x71\0\0\0\0IEND\xae\x42\x60\x82";

static const struct {
    const char *mime;
    const uint8_t *p;
    size_t n;
} ALL[] = {{"image/gif", GIF, sizeof GIF - 1},
           {"image/webp", WEBP, sizeof WEBP - 1},
           {"image/webp", LOSSLESS, sizeof LOSSLESS - 1},
           {"image/png", PNG, sizeof PNG - 1}};

static void whole_ones_pass(void)
{
    for (size_t i = 0; i < BX_COUNT(ALL); i++) {
        const char *damage = bx_image_damage(ALL[i].mime, ALL[i].p, ALL[i].n);
        if (damage)
            printf("# %s: %s\n", ALL[i].mime, damage);
        CHECK(!damage);
    }
}

/* A notebook says what its pictures are; nobody has looked yet. */
static void others_do_not(void)
{
    static const char *const mimes[] = {"image/png", "image/jpeg", "image/gif", "image/webp"};
    for (size_t i = 0; i < BX_COUNT(ALL); i++)
        for (size_t k = 0; k < BX_COUNT(mimes); k++)
            CHECK(!bx_image_damage(mimes[k], ALL[i].p, ALL[i].n) ==
                  (strcmp(mimes[k], ALL[i].mime) == 0));
    for (size_t k = 0; k < BX_COUNT(mimes); k++)
        CHECK(bx_image_damage(mimes[k], NULL, 0) && bx_image_damage(mimes[k], PNG, 1));
}

static void cut_ones_do_not(void)
{
    for (size_t i = 0; i < BX_COUNT(ALL); i++)
        for (size_t n = 0; n < ALL[i].n; n++) { /* in a block of its own: a sanitizer looks on */
            uint8_t *p = malloc(n ? n : 1);
            CHECK(p);
            memcpy(p, ALL[i].p, n);
            bool damaged = bx_image_damage(ALL[i].mime, p, n) != NULL;
            free(p);
            CHECK(damaged);
        }
}

/* Each bit of a PNG counts but those of what a reader skips: here none. */
static void no_bit_of_a_png_may_change(void)
{
    uint8_t copy[sizeof PNG];
    for (size_t bit = 64; bit < 8 * (sizeof PNG - 1); bit++) {
        memcpy(copy, PNG, sizeof copy);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(bx_image_damage("image/png", copy, sizeof PNG - 1));
    }
}

static void gif_pixels_are_counted(void)
{
    size_t at = 0;
    static const uint8_t codes[] = "\2\2\x4c\x0a\0"; /* clear, 1, 1, end: three bits each */
    CHECK(bx_gif_pixels(codes, 5, &at, 100) == 2 && at == 5);
    at = 0;
    CHECK(bx_gif_pixels(codes, 4, &at, 100) == SIZE_MAX);
    at = 0;
    CHECK(bx_gif_pixels((const uint8_t *)"\x0c\1\0\0", 4, &at, 100) == SIZE_MAX);
    at = 0;
    CHECK(bx_gif_pixels((const uint8_t *)"\2\1\x3c\0", 4, &at, 100) ==
          SIZE_MAX); /* 7 after clear */
}

BXT_MAIN(RUN(whole_ones_pass); RUN(others_do_not); RUN(cut_ones_do_not);
         RUN(no_bit_of_a_png_may_change); RUN(gif_pixels_are_counted);)
