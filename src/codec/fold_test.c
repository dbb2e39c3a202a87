#include "codec/fold.h"

#include "base/test.h"

static bool folds_to(const char *name, const char *form)
{
    char out[256], again[256];
    size_t n = 0, m = 0;
    if (!bx_fold(bx_str_of(name), out, sizeof out, &n) ||
        !bx_fold((bx_str){out, n}, again, sizeof again, &m))
        return false;
    return strcmp(out, form) == 0 && n == strlen(form) && strcmp(again, out) == 0;
}

static void spellings_of_one_name(void)
{
    CHECK(folds_to(".ENV", ".env") && folds_to(".eNv", ".env") && folds_to(".env", ".env"));
    CHECK(folds_to("\u017fecret", "secret")); /* long s: its capital is S */
    CHECK(folds_to("\u212aey", "key"));       /* the Kelvin sign */
    CHECK(folds_to("f\u0131le", "file"));     /* dotless i: its capital is I */
    CHECK(folds_to("F\u0130LE", "file"));     /* I with a dot */
    CHECK(folds_to("pa\u00df", "pass") && folds_to("PA\u1e9e", "pass")); /* full folding */
    CHECK(folds_to("\ufb01le", "file"));                                 /* a ligature */
    CHECK(folds_to("\uff0e\uff25\uff2e\uff36", ".env"));                 /* wide letters */
    CHECK(folds_to(".e\u200cnv", ".env")); /* a character that shows nothing */
    CHECK(folds_to(".e\u00adnv", ".env"));
    CHECK(folds_to("Caf\u00c9", "cafe") && folds_to("cafe\u0301", "cafe")); /* composed or not */
    CHECK(folds_to("\u03a3\u03c2", "\u03c3\u03c3"));                        /* sigma, final sigma */
    CHECK(folds_to("\u0410\u0411\u0412", "\u0430\u0431\u0432"));
    CHECK(folds_to("\ud55c", "\u1112\u1161\u11ab") && folds_to("\uac00", "\u1100\u1161"));
    CHECK(folds_to("\U00010400", "\U00010428")); /* beyond the BMP */
}

static void what_stays(void)
{
    CHECK(folds_to("", "") && folds_to("a/b", "a/b") && folds_to("a*?[x]", "a*?[x]"));
    CHECK(folds_to("\u65e5\u672c", "\u65e5\u672c"));
    CHECK(folds_to("\xff\xfe", "\xff\xfe") && folds_to("a\xc3", "a\xc3")); /* not UTF-8 */
    CHECK(folds_to("\uff0f\uff0a", "\uff0f\uff0a")); /* would read as a slash and a pattern */
    CHECK(folds_to("\u2100", "\u2100"));
}

static void room(void)
{
    char out[8];
    size_t n = 99;
    CHECK(bx_fold(BX_LIT("1234567"), out, sizeof out, &n) && n == 7);
    CHECK(!bx_fold(BX_LIT("12345678"), out, sizeof out, &n) && n == 7);
    CHECK(!bx_fold(BX_LIT(""), out, 0, &n));
    CHECK(!bx_fold(BX_LIT("\ufdfa"), out, sizeof out, &n)); /* three bytes stand for 33 */
}

BXT_MAIN(RUN(spellings_of_one_name); RUN(what_stays); RUN(room);)
