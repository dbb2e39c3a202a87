/* Encodings: found, decided between, decoded. */
#include "base/test.h"
#include "fetch/charset.h"

#define STR(s) ((bx_str){"" s, sizeof(s) - 1})

static bool decodes(wf_charset cs, bx_str in, bool cut, const char *want)
{
    BX_AUTO_BUF scratch = bx_buf_init(1 << 20);
    bx_str out = {"", 0};
    if (wf_charset_to_utf8(cs, in, cut, &scratch, &out) == BX_OK && bx_str_eq(out, bx_str_of(want)))
        return true;
    printf("# %s: have", wf_charset_name(cs));
    for (size_t i = 0; i < out.n; i++)
        printf(" %02x", (unsigned char)out.p[i]);
    printf("\n");
    return false;
}

#define BAD "\xef\xbf\xbd"

static void labels(void)
{
    CHECK(wf_charset_find(STR(" UTF8\n")) == CS_UTF_8);
    CHECK(wf_charset_find(STR("latin1")) == CS_WINDOWS_1252);
    CHECK(wf_charset_find(STR("us-ascii")) == CS_WINDOWS_1252);
    CHECK(wf_charset_find(STR("ISO-8859-9")) == CS_WINDOWS_1254);
    CHECK(wf_charset_find(STR("iso-8859-8-i")) == CS_ISO_8859_8);
    CHECK(wf_charset_find(STR("x-sjis")) == CS_SHIFT_JIS);
    CHECK(wf_charset_find(STR("gb2312")) == CS_GBK);
    CHECK(wf_charset_find(STR("utf-16")) == CS_UTF_16LE);
    CHECK(wf_charset_find(STR("utf-7")) == CS_NONE);
    CHECK(wf_charset_find(STR("")) == CS_NONE);
    CHECK(strcmp(wf_charset_name(CS_KOI8_R), "koi8-r") == 0);
    CHECK(strcmp(wf_charset_name(CS_IBM866), "ibm866") == 0);
    CHECK(strcmp(wf_charset_name(CS_NONE), "") == 0);
}

static void utf8(void)
{
    CHECK(decodes(CS_UTF_8, STR("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), false,
                  "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
    CHECK(decodes(CS_UTF_8,
                  STR("\xef\xbb\xbf"
                      "a"),
                  false, "a"));
    CHECK(decodes(CS_UTF_8,
                  STR("a\xff"
                      "b"),
                  false, "a" BAD "b"));
    CHECK(decodes(CS_UTF_8, STR("\xc0\x80"), false, BAD BAD));         /* overlong */
    CHECK(decodes(CS_UTF_8, STR("\xed\xa0\x80"), false, BAD BAD BAD)); /* surrogate */
    CHECK(decodes(CS_UTF_8, STR("\xf4\x90\x80\x80"), false, BAD BAD BAD BAD));
    CHECK(decodes(CS_UTF_8, STR("\xe2\x82"), false, BAD)); /* one per maximal part */
    CHECK(decodes(CS_UTF_8,
                  STR("\xe2\x82"
                      "x\xf0\x9f\x98"),
                  false, BAD "x" BAD));
    CHECK(decodes(CS_UTF_8, STR("ab\xe2\x82"), true, "ab"));
    CHECK(decodes(CS_UTF_8, STR("abcdefgh\xc3"), true, "abcdefgh"));
    CHECK(wf_is_utf8(STR("x\xe2\x82"), true) && !wf_is_utf8(STR("x\xe2\x82"), false));
    CHECK(!wf_is_utf8(STR("x\xe2\x28"), true));
}

static void utf16(void)
{
    CHECK(decodes(CS_UTF_16LE,
                  STR("\xff\xfe"
                      "a\0\xac\x20"),
                  false, "a\xe2\x82\xac"));
    CHECK(decodes(CS_UTF_16BE, STR("\xfe\xff\0a\x20\xac"), false, "a\xe2\x82\xac"));
    CHECK(decodes(CS_UTF_16LE, STR("\x3d\xd8\x00\xde"), false, "\xf0\x9f\x98\x80"));
    CHECK(decodes(CS_UTF_16LE,
                  STR("\x3d\xd8"
                      "a\0"),
                  false, BAD "a"));
    CHECK(decodes(CS_UTF_16LE,
                  STR("\x00\xde"
                      "a\0"),
                  false, BAD "a"));
    CHECK(decodes(CS_UTF_16LE, STR("a\0b"), false, "a" BAD));
    CHECK(decodes(CS_UTF_16LE, STR("a\0b"), true, "a"));
    CHECK(decodes(CS_UTF_16BE, STR("\0a\xd8\x3d"), false, "a" BAD));
}

static void single_bytes(void)
{
    CHECK(decodes(CS_WINDOWS_1252, STR("\x80\x81\x99\xe9"), false,
                  "\xe2\x82\xac\xc2\x81\xe2\x84\xa2\xc3\xa9"));
    CHECK(decodes(CS_ISO_8859_2, STR("\xb1\xe6\xea"), false, "\xc4\x85\xc4\x87\xc4\x99"));
    CHECK(decodes(CS_ISO_8859_5, STR("\xb0\xf0"), false, "\xd0\x90\xe2\x84\x96"));
    CHECK(decodes(CS_ISO_8859_7, STR("\xe1\xa4\xd2"), false, "\xce\xb1\xe2\x82\xac" BAD));
    CHECK(decodes(CS_WINDOWS_1254, STR("\xfd\xfe"), false, "\xc4\xb1\xc5\x9f"));
    CHECK(decodes(CS_ISO_8859_15, STR("\xa4"), false, "\xe2\x82\xac"));
    CHECK(decodes(CS_WINDOWS_1250, STR("\x8a\x9c"), false, "\xc5\xa0\xc5\x9b"));
    CHECK(decodes(CS_WINDOWS_1251, STR("\xcf\xf0\xe8"), false, "\xd0\x9f\xd1\x80\xd0\xb8"));
    CHECK(decodes(CS_KOI8_R, STR("\xf0\xd2\xc9"), false, "\xd0\x9f\xd1\x80\xd0\xb8"));
    CHECK(decodes(CS_KOI8_R, STR("plain"), false, "plain"));
}

static void multi_bytes(void)
{
    CHECK(decodes(CS_GBK, STR("\xc4\xe3\xba\xc3"), false, "\xe4\xbd\xa0\xe5\xa5\xbd"));
    CHECK(decodes(CS_BIG5, STR("\xa7\x41\xa6\x6e"), false, "\xe4\xbd\xa0\xe5\xa5\xbd"));
    CHECK(decodes(CS_SHIFT_JIS, STR("\x93\xfa\x96\x7b"), false, "\xe6\x97\xa5\xe6\x9c\xac"));
    CHECK(decodes(CS_EUC_JP, STR("\xc6\xfc\xcb\xdc"), false, "\xe6\x97\xa5\xe6\x9c\xac"));
    CHECK(decodes(CS_ISO_2022_JP, STR("\x1b$BF|K\\\x1b(B!"), false, "\xe6\x97\xa5\xe6\x9c\xac!"));
    CHECK(decodes(CS_EUC_KR, STR("\xc7\xd1"), false, "\xed\x95\x9c"));
    CHECK(decodes(CS_GBK,
                  STR("a\xff"
                      "b"),
                  false, "a" BAD "b"));
    CHECK(decodes(CS_GBK, STR("a\xc4"), true, "a"));
    CHECK(decodes(CS_GBK, STR("a\xc4"), false, "a" BAD));
}

static void long_texts(void)
{
    BX_AUTO_BUF in = bx_buf_init(1 << 20), scratch = bx_buf_init(4 << 20);
    for (int i = 0; i < 100000; i++)
        (void)bx_buf_add_z(&in, "\xc4\xe3");
    bx_str out;
    CHECK(wf_charset_to_utf8(CS_GBK, bx_buf_str(&in), false, &scratch, &out) == BX_OK);
    CHECK(out.n == 300000 && memcmp(out.p + 299997, "\xe4\xbd\xa0", 3) == 0);
    scratch.max = 299999;
    CHECK(wf_charset_to_utf8(CS_WINDOWS_1252, bx_buf_str(&in), false, &scratch, &out) == BX_ELIMIT);
    bx_str same;
    CHECK(wf_charset_to_utf8(CS_UTF_8, STR("abc"), false, &scratch, &same) == BX_OK);
    CHECK(same.n == 3 && scratch.n == 0); /* borrowed, not copied */
}

static void not_decoded(void)
{
    BX_AUTO_BUF scratch = bx_buf_init(1000);
    bx_str out;
    CHECK(wf_charset_to_utf8(CS_REPLACEMENT, STR("a\xb0z"), false, &scratch, &out) ==
          BX_EUNSUPPORTED);
    CHECK(bx_str_eq(out, STR("a" BAD "z")));
}

static void decided(void)
{
    static const struct {
        const char *body, *label;
        bool markup;
        wf_charset want;
    } cases[] = {
        {"\xef\xbb\xbfx", "latin1", false, CS_UTF_8}, /* a byte order mark beats all */
        {"\xfe\xff", "utf-8", false, CS_UTF_16BE},
        {"\xff\xfe", "", false, CS_UTF_16LE},
        {"<meta charset=koi8-r>", "iso-8859-2", true, CS_ISO_8859_2}, /* then the header */
        {"<meta charset=koi8-r>", "bogus", true, CS_KOI8_R},          /* then the page */
        {"<meta charset=koi8-r>", "", false, CS_UTF_8},
        {"<!-- <meta charset=koi8-r> --><META CHARSET = ' Windows-1251 '>", "", true,
         CS_WINDOWS_1251},
        {"<script><meta charset=gbk></script>", "", true,
         CS_GBK}, /* the prescan knows no scripts */
        {"<meta http-equiv=Content-Type content='text/html; charset = \"big5\"'>", "", true,
         CS_BIG5},
        {"<meta content='text/html; charset=big5'>", "", true,
         CS_UTF_8}, /* not without http-equiv */
        {"<meta charset=utf-16>", "", true, CS_UTF_8},
        {"<meta charset=x-user-defined>", "", true, CS_WINDOWS_1252},
        {"<meta charset=bogus><meta charset=koi8-u>", "", true, CS_KOI8_U},
        {"<?xml version='1.0' encoding=\"ISO-8859-2\"?><a/>", "", true, CS_ISO_8859_2},
        {"\xc3\xa4", "", false, CS_UTF_8},
        {"\xe4", "", false, CS_UTF_8}, /* the start of a character that may have been cut */
        {"\xe4x", "", false, CS_WINDOWS_1252},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++)
        CHECK(wf_charset_sniff(bx_str_of(cases[i].body), bx_str_of(cases[i].label),
                               cases[i].markup) == cases[i].want);
    BX_AUTO_BUF late = bx_buf_init(2000);
    while (late.n < 1004)
        (void)bx_buf_add_c(&late, ' ');
    (void)bx_buf_add_z(&late, "<meta charset=gbk>"); /* 18 bytes, up to byte 1022 */
    CHECK(wf_charset_sniff(bx_buf_str(&late), (bx_str){0}, true) == CS_GBK);
    late.n -= 18;
    (void)bx_buf_add_z(&late, "       <meta charset=gbk>"); /* past byte 1024, as browsers do */
    CHECK(wf_charset_sniff(bx_buf_str(&late), (bx_str){0}, true) == CS_GBK);
}

BXT_MAIN(RUN(labels); RUN(utf8); RUN(utf16); RUN(single_bytes); RUN(multi_bytes); RUN(long_texts);
         RUN(not_decoded); RUN(decided);)
