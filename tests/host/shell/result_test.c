/* What the builtin `call` makes of a tool's answer. */
#include "shell/result.h"

#include "base/test.h"

static bool says(const char *json, const char *expect, bool is_error)
{
    size_t n = 0;
    bool error = !is_error;
    char *to = malloc(strlen(json) + 1); /* so that the sanitizer sees one byte too many */
    bool good = to && sh_result_text(bx_str_of(json), to, &n, &error) && error == is_error &&
                n == strlen(expect) && memcmp(to, expect, n) == 0;
    if (!good)
        printf("# %.*s\n", (int)n, to ? to : "");
    free(to);
    return good;
}

static bool is_none(const char *json)
{
    size_t n;
    bool error;
    char *to = malloc(strlen(json) + 1);
    bool good = to && !sh_result_text(bx_str_of(json), to, &n, &error);
    free(to);
    return good;
}

static void texts(void)
{
    CHECK(says("{\"content\":[]}", "", false));
    CHECK(says("{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}\n", "a\n", false));
    CHECK(says(
        "{\"content\":[{\"type\":\"text\",\"text\":\"a\\n\"},{\"text\":\"b\",\"type\":\"text\"}]}",
        "a\nb\n", false));
    CHECK(says(
        " { \"isError\" : true , \"content\" : [ { \"type\" : \"text\" , \"text\" : \"no\" } ] } ",
        "no\n", true));
    CHECK(says(
        "{\"isError\":false,\"content\":[{\"type\":\"image\",\"data\":\"eA==\",\"mimeType\":\"x\"},"
        "{\"type\":\"text\",\"text\":\"\",\"annotations\":{\"a\":[1,-2.5e3,null,\"}\"]}}],"
        "\"structuredContent\":{\"content\":[{\"type\":\"text\",\"text\":\"other\"}]}}",
        "", false));
    CHECK(says("{\"content\":[{\"type\":\"text\",\"text\":"
               "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude00\\u0041\"}]}",
               "\"\\/\b\f\n\r\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"
               "A\n",
               false));
}

static void what_is_none(void)
{
    static const char *const wrong[] = {"",
                                        "{",
                                        "[]",
                                        "null",
                                        "{}",
                                        "{\"content\":",
                                        "{\"content\":[",
                                        "{\"content\":{}}",
                                        "{\"content\":[1]}",
                                        "{\"content\":[{\"type\"]}",
                                        "{\"content\":[{\"type\":\"text\",\"text\":\"a",
                                        "{\"content\":[{\"type\":\"text\",\"text\":\"a\\",
                                        "{\"x\":}}}}",
                                        "{\"x\":[[[[",
                                        "{\"content\":[]"};
    for (size_t i = 0; i + 1 < BX_COUNT(wrong); i++)
        CHECK(is_none(wrong[i]));
    CHECK(says(wrong[BX_COUNT(wrong) - 1], "", false)); /* its end is not asked for */
}

static void half_escapes(void)
{
    size_t n;
    bool error;
    char to[64];
    CHECK(sh_result_text(BX_LIT("{\"content\":[{\"type\":\"text\",\"text\":\"\\ud83d\\u\"}]}"), to,
                         &n, &error));
    CHECK(n <= 6);
}

BXT_MAIN(RUN(texts); RUN(what_is_none); RUN(half_escapes);)
