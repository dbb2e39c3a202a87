#include "tool/param_headers.h"

#include "base/test.h"

static bx_json *parsed(const char *text)
{
    bx_json *doc = NULL;
    return bx_json_parse(bx_str_of(text), BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK ? doc : NULL;
}

static bx_code checked(const char *properties)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    bx_error err;
    (void)bx_buf_addf(&text, "{\"type\":\"object\",%s}", properties);
    BX_AUTO(bx_json) bx_json *doc = parsed(text.p);
    return doc ? bx_param_headers_check(bx_json_root(doc), &err) : BX_EIO;
}

#define REGION "\"x-mcp-header\":\"Region\""
#define STRING "{\"type\":\"string\"," REGION "}"

static void test_places(void)
{
    static const char *const good[] = {
        "\"properties\":{}",
        "\"properties\":{\"a\":" STRING "}",
        "\"properties\":{\"a\":{\"type\":\"integer\"," REGION
        "},\"b\":{\"type\":\"boolean\",\"x-mcp-header\":\"B\"},\"c\":{\"type\":\"number\","
        "\"x-mcp-header\":\"C\"}}",
        "\"properties\":{\"o\":{\"type\":\"object\",\"properties\":{\"a\":" STRING "}}}",
        "\"properties\":{\"x-mcp-header\":{\"type\":\"string\"}}", /* a property of that name */
        "\"properties\":{\"a\":{\"default\":{" REGION "}}}",
    };
    static const char *const bad[] = {
        REGION,
        "\"properties\":{\"a\":{\"type\":\"array\",\"items\":" STRING "}}",
        "\"properties\":{\"a\":{\"anyOf\":[" STRING "]}}",
        "\"properties\":{\"a\":{\"allOf\":[{\"properties\":{\"b\":" STRING "}}]}}",
        "\"$defs\":{\"a\":" STRING "}",
        "\"additionalProperties\":" STRING,
        "\"patternProperties\":{\"^a\":" STRING "}",
        "\"if\":{\"properties\":{\"a\":" STRING "}}",
        "\"properties\":{\"a\":{\"type\":\"object\"," REGION "}}",
        "\"properties\":{\"a\":{\"type\":[\"string\",\"null\"]," REGION "}}",
        "\"properties\":{\"a\":{" REGION "}}",
        "\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}}",
        "\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a b\"}}",
        "\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a\\r\\nb\"}}",
        "\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a\\u0000\"}}",
        "\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":5}}",
        "\"properties\":{\"a\":" STRING ",\"b\":{\"type\":\"string\",\"x-mcp-header\":\"rEGION\"}}",
    };
    for (size_t i = 0; i < BX_COUNT(good); i++)
        CHECK(checked(good[i]) == BX_OK);
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(checked(bad[i]) == BX_EINVAL);
    BX_AUTO_BUF many = bx_buf_init(64 << 10);
    (void)bx_buf_add_z(&many, "\"properties\":{");
    for (int i = 0; i <= BX_PARAM_HEADERS_MAX; i++)
        (void)bx_buf_addf(&many, "%s\"p%d\":{\"type\":\"string\",\"x-mcp-header\":\"h%d\"}",
                          i ? "," : "", i, i);
    (void)bx_buf_add_z(&many, "}");
    CHECK(checked(many.p) == BX_ELIMIT);
}

static void add(void *ctx, bx_str header, const bx_json_val *value)
{
    (void)bx_buf_addf(ctx, "%.*s:%s ", BX_FMT(header), bx_json_type_name(bx_json_type_of(value)));
}

static void test_values(void)
{
    BX_AUTO(bx_json)
    bx_json *schema = parsed("{\"properties\":{\"a\":" STRING
                             ",\"o\":{\"properties\":{\"n\":{\"x-mcp-header\":\"N\"}}},"
                             "\"z\":{}}}");
    BX_AUTO(bx_json) bx_json *arguments = parsed("{\"a\":\"x\",\"o\":{\"n\":5},\"z\":1}");
    BX_AUTO_BUF out = bx_buf_init(1024);
    bx_param_headers_each(bx_json_root(schema), bx_json_root(arguments), add, &out);
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("Region:string N:integer ")) ||
          (printf("# %s\n", out.p), false));
    bx_buf_clear(&out);
    bx_param_headers_each(bx_json_root(schema), NULL, add, &out);
    CHECK(bx_str_starts(bx_buf_str(&out), BX_LIT("Region:")));
}

static bool fits(const char *value, const char *text)
{
    BX_AUTO(bx_json) bx_json *doc = parsed(value);
    return doc && bx_param_header_is_wanted(bx_json_root(doc)) &&
           bx_param_header_fits(bx_json_root(doc), bx_str_of(text));
}

static void test_comparing(void)
{
    CHECK(fits("\"us\"", "us") && !fits("\"us\"", "US") && !fits("\"us\"", "us ") &&
          fits("\"\"", ""));
    CHECK(fits("true", "true") && !fits("true", "false") && !fits("true", "True") &&
          !fits("true", "1") && fits("false", "false"));
    CHECK(fits("42", "42") && fits("42", "42.0") && fits("42.0", "42") && fits("1e2", "100"));
    CHECK(!fits("42", "43") && !fits("42", "042") && !fits("42", "\"42\"") && !fits("42", "") &&
          !fits("42", "42 x") && !fits("1", "true"));
    CHECK(!fits("9007199254740993", "9007199254740992") && /* which are one double */
          fits("18446744073709551615", "18446744073709551615") &&
          !fits("18446744073709551615", "18446744073709551614"));
    CHECK(!fits("null", "null") && !fits("[1]", "1") && !fits("{}", "{}"));
}

BXT_MAIN(RUN(test_places); RUN(test_values); RUN(test_comparing);)
