#include "tool/schema_peers.h"

#include "base/test.h"

static bx_code told(const char *schema, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (bx_json_parse(bx_str_of(schema), BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return BX_EIO;
    return bx_schema_peers_check(bx_json_root(doc), err);
}

static void test_what_all_take(void)
{
    static const char *const good[] = {
        "{}",
        "true",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"pattern\":\"^[a-z\\\\]](?:\\\\d+|\\\\u00e9|"
        "\\\\/)(?!x)$\"}}}",
        "{\"properties\":{\"$id\":{},\"pattern\":{},\"$ref\":{\"type\":\"string\"}}}",
        "{\"const\":{\"$id\":\"x\",\"pattern\":\"(?i)\"},\"default\":{\"$ref\":\"y\"}}",
        "{\"$ref\":\"#/$defs/"
        "a\",\"$defs\":{\"a\":{\"$anchor\":\"b\",\"items\":{\"$ref\":\"#b\"}}}}",
        "{\"patternProperties\":{\"^x-\":{\"$dynamicRef\":\"#n\"}}}",
    };
    for (size_t i = 0; i < BX_COUNT(good); i++)
        CHECK(told(good[i], NULL) == BX_OK);
}

static void test_what_some_do_not(void)
{
    static const char *const bad[] = {
        "{\"pattern\":\"^\\\\p{L}+$\"}",
        "{\"pattern\":\"(?i)x\"}",
        "{\"pattern\":\"(?<year>x)\"}",
        "{\"pattern\":\"(?<=a|bc)x\"}",
        "{\"pattern\":\"\\\\u{1f600}\"}",
        "{\"pattern\":\"\\\\ud83d\\\\ude00\"}",
        "{\"pattern\":\"[^]\"}",
        "{\"pattern\":\"[]\"}",
        "{\"pattern\":\"\\\\cJ\"}",
        "{\"patternProperties\":{\"\\\\p{L}\":{}}}",
        "{\"properties\":{\"a\":{\"items\":[{\"pattern\":\"\\\\p{L}\"}]}}}",
        "{\"properties\":{\"enum\":{\"pattern\":\"\\\\p{L}\"}}}",
        "{\"$id\":\"https://example.com/a\"}",
        "{\"$defs\":{\"a\":{\"$id\":\"a\"}}}",
        "{\"allOf\":[{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}]}",
        "{\"$ref\":\"other\"}",
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(told(bad[i], NULL) == BX_EUNSUPPORTED);
}

static void test_words(void)
{
    bx_error err;
    CHECK(told("{\"pattern\":\"(?i)\\u001b[2J\"}", &err) == BX_EUNSUPPORTED);
    CHECK(strcmp(err.msg, "not all clients can read the pattern (?i)\\u{1b}[2J") == 0);
    CHECK(told("{\"$ref\":\"x\"}", &err) == BX_EUNSUPPORTED);
    CHECK(strcmp(err.msg, "not all clients know what $ref refers to") == 0);
}

BXT_MAIN(RUN(test_what_all_take); RUN(test_what_some_do_not); RUN(test_words);)
