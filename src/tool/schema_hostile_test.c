/* Schemas and values that are made to hurt: each ends soon, in words.  Beside each stands one that
 * is as large and harmless, which is judged. */
#include <stdio.h>

#include "base/test.h"
#include "tool/schema.h"

static bx_json *parsed(const char *text)
{
    bx_json *j = NULL;
    return bx_json_parse(bx_str_of(text), BX_JSON_MAX_DEPTH, &j, NULL) == BX_OK ? j : NULL;
}

static const bx_json_val *root(const bx_json *j) { return j ? bx_json_root(j) : NULL; }

/* 0: fits; 1: does not, and `why`, if not NULL, is in the lines; -1: no schema, for the reason
 * `why`; -2: something else. */
static int judged(const char *schema, const char *value, const char *why)
{
    BX_AUTO(bx_json) bx_json *s = parsed(schema), *v = parsed(value);
    BX_AUTO(bx_schema) bx_schema *c = NULL;
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    bx_error err = {.msg = ""};
    if (!s || !v)
        return -2;
    bool known = bx_schema_compile(root(s), NULL, &c, &err) == BX_OK;
    size_t n = known ? bx_schema_judge(c, root(v), &out) : 0;
    const char *said = known ? (out.p ? out.p : "") : err.msg;
    if (why && !strstr(said, why)) {
        printf("# %.200s: %.400s\n", schema, said);
        return -2;
    }
    return known ? n != 0 : -1;
}

static void references_that_go_round(void)
{
    const char *why = "again and again";
    CHECK(judged("{\"$ref\":\"#\"}", "1", why) == -1);
    CHECK(judged("{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"anyOf\":[{},{\"$ref\":"
                 "\"#/$defs/b\"}]},\"b\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}}",
                 "1", why) == -1);
    CHECK(judged("{\"if\":{\"type\":\"string\"},\"then\":{\"$ref\":\"#\"}}", "1", why) == -1);
    CHECK(judged("{\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}}", "{}", why) == -1);
    /* Into the value and round again ends where the value does. */
    const char *list = "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}";
    CHECK(judged(list, "[[],[[]]]", NULL) == 0 && judged(list, "[[],[1]]", "/1/0: ") == 1);
}

/* Where a dynamic reference leads shows only while judging. */
static void dynamic_references_that_go_round(void)
{
    CHECK(
        judged("{\"$id\":\"http://x/a\",\"$dynamicAnchor\":\"n\",\"$ref\":\"b\",\"$defs\":{\"b\":"
               "{\"$id\":\"b\",\"$dynamicRef\":\"#n\",\"$defs\":{\"n\":{\"$dynamicAnchor\":\"n\"}}"
               "}}}",
               "1", "too much work") == 1);
}

static void nothing_is_fetched(void)
{
    CHECK(judged("{\"$ref\":\"http://example.com/schema.json\"}", "1", "nothing is fetched") == -1);
    CHECK(judged("{\"$ref\":\"file:///etc/passwd\"}", "1", "nothing is fetched") == -1);
    CHECK(judged("{\"$ref\":\"other.json#/$defs/a\"}", "1", "nothing is fetched") == -1);
    CHECK(judged("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema#/$defs/x\"}", "1",
                 "nothing is fetched") == -1);
    CHECK(judged("{\"$ref\":\"#/$defs/none\"}", "1", "there is no schema at '#/$defs/none'") == -1);
    CHECK(judged("{\"$ref\":\"#none\"}", "1", "there is no schema at '#none'") == -1);
    CHECK(judged("{\"$schema\":\"http://example.com/my-own\"}", "1", "is no draft") == -1);
    CHECK(judged("{\"$ref\":\"#/x-y/%61\",\"x-y\":{\"a\":{\"items\":{\"$ref\":\"#none\"}}}}", "1",
                 "schema /x-y/%61/items/$ref: there is no schema at") == -1);
    CHECK(judged("{\"$ref\":\"http://x/a\",\"$defs\":{\"a\":{\"$id\":\"http://x/a\",\"type\":"
                 "\"string\"}}}",
                 "1", "expected a string") == 1);
}

/* Each doubles what the one before it does: 2^40 ways through forty lines. */
static void what_doubles(void)
{
    BX_AUTO_BUF s = bx_buf_init(1 << 20);
    for (int kind = 0; kind < 2; kind++) {
        int levels = kind ? 3 : 40;
        bx_buf_clear(&s);
        (void)bx_buf_add_z(&s, "{\"$ref\":\"#/$defs/0\",\"$defs\":{");
        for (int i = 0; i < levels; i++)
            (void)bx_buf_addf(
                &s,
                "\"%d\":{\"allOf\":[{\"$ref\":\"#/$defs/%d\"},{\"$ref\":\"#/$defs/%d\"}"
                "]},",
                i, i + 1, i + 1);
        (void)bx_buf_addf(&s, "\"%d\":{\"type\":\"integer\"}}}", levels);
        if (kind)
            CHECK(judged(s.p, "1", NULL) == 0);
        else
            CHECK(judged(s.p, "1", "too much work") == 1);
    }
}

/* "not" turns an answer round: who has no steps left must not say yes through it. */
static void too_much_is_never_a_yes(void)
{
    BX_AUTO_BUF s = bx_buf_init(1 << 20);
    (void)bx_buf_add_z(&s, "{\"not\":{\"$ref\":\"#/$defs/0\"},\"$defs\":{");
    for (int i = 0; i < 40; i++)
        (void)bx_buf_addf(
            &s, "\"%d\":{\"oneOf\":[{\"$ref\":\"#/$defs/%d\"},{\"$ref\":\"#/$defs/%d\"}]},", i,
            i + 1, i + 1);
    (void)bx_buf_add_z(&s, "\"40\":{\"type\":\"integer\"}}}");
    CHECK(judged(s.p, "1", "too much work") == 1);
}

static void patterns_that_explode(void)
{
    BX_AUTO_BUF v = bx_buf_init(1 << 20);
    (void)bx_buf_add_c(&v, '"');
    for (int i = 0; i < 200000; i++)
        (void)bx_buf_add_c(&v, 'a');
    (void)bx_buf_add_z(&v, "!\"");
    CHECK(judged("{\"pattern\":\"^(a+)+$\"}", v.p, "that matches ^(a+)+$") == 1);
    CHECK(judged("{\"pattern\":\"^(a|a)*!$\"}", v.p, NULL) == 0);
    CHECK(judged("{\"pattern\":\"(.*a){500}$\"}", v.p, "too much work") == 1);
    CHECK(judged("{\"pattern\":\"(((a{999}){999}){999}){999}\"}", "\"\"", "states") == -1);
    BX_AUTO_BUF s = bx_buf_init(1 << 20);
    (void)bx_buf_add_z(&s, "{\"allOf\":[true");
    for (int i = 0; i < 100; i++)
        (void)bx_buf_add_z(&s, ",{\"pattern\":\"a{19000}\"}");
    (void)bx_buf_add_z(&s, "]}");
    CHECK(judged(s.p, "1", "too much work to compile") == -1);
    CHECK(judged("{\"patternProperties\":{\"(\":{}}}", "{}", "/patternProperties: pattern") == -1);
}

static void items_that_are_nearly_equal(void)
{
    BX_AUTO_BUF v = bx_buf_init(8 << 20);
    (void)bx_buf_add_c(&v, '[');
    for (int i = 0; i < 50000; i++)
        (void)bx_buf_addf(&v, "%s[%d,{\"a\":\"x\"}]", i ? "," : "", i);
    (void)bx_buf_add_c(&v, ']');
    CHECK(judged("{\"uniqueItems\":true}", v.p, NULL) == 0);
    CHECK(judged("{\"uniqueItems\":true}", "[1,\"1\",true,[1],{\"a\":1},{\"a\":true},0,false]",
                 NULL) == 0);
    CHECK(judged("{\"uniqueItems\":true}", "[{\"a\":1,\"b\":[2]},3,{\"b\":[2.0],\"a\":1}]",
                 "items 0 and 2 are equal") == 1);
}

static void what_is_too_large(void)
{
    BX_AUTO_BUF s = bx_buf_init(8 << 20);
    for (int n = BX_SCHEMA_MAX_NODES - 1; n <= BX_SCHEMA_MAX_NODES; n++) {
        bx_buf_clear(&s);
        (void)bx_buf_add_z(&s, "{\"anyOf\":[true");
        for (int i = 1; i < n; i++)
            (void)bx_buf_add_z(&s, ",{}");
        (void)bx_buf_add_z(&s, "]}");
        CHECK(judged(s.p, "1", n == BX_SCHEMA_MAX_NODES ? "more than 10000 schemas" : NULL) ==
              (n == BX_SCHEMA_MAX_NODES ? -1 : 0));
    }
    bx_buf_clear(&s);
    (void)bx_buf_add_z(&s, "{\"$defs\":{\"a\":{}");
    for (int i = 0; i < 1001; i++)
        (void)bx_buf_addf(&s, ",\"a%d\":{\"$anchor\":\"a%d\"}", i, i);
    (void)bx_buf_add_z(&s, "}}");
    CHECK(judged(s.p, "1", "more than 1000 anchors") == -1);
}

/* Members of an object that is large on both sides. */
static void many_members(void)
{
    BX_AUTO_BUF s = bx_buf_init(8 << 20), v = bx_buf_init(8 << 20);
    (void)bx_buf_add_z(&s, "{\"properties\":{\"m\":{}");
    (void)bx_buf_add_z(&v, "{\"m\":1");
    for (int i = 0; i < 9000; i++) {
        (void)bx_buf_addf(&s, ",\"m%d\":{\"type\":\"integer\"}", i);
        (void)bx_buf_addf(&v, ",\"m%d\":%d", i, i);
    }
    (void)bx_buf_add_z(&s, "},\"additionalProperties\":false}");
    (void)bx_buf_add_z(&v, "}");
    CHECK(judged(s.p, v.p, NULL) == 0);
    v.p[--v.n] = '\0';
    (void)bx_buf_add_z(&v, ",\"M 77\":1}");
    CHECK(judged(s.p, v.p, "/M 77: is not known; did you mean m77? There is m, ") == 1);
    CHECK(judged(s.p, v.p, " and 8961 more\n") == 1);
}

static void what_is_told_is_safe(void)
{
    CHECK(judged("{\"additionalProperties\":false,\"properties\":{\"a\\u001b[2J\":{}}}",
                 "{\"x\\ny\":1}", "/x\\ny: is not known; there is a\\u{1b}[2J\n") == 1);
    CHECK(judged("{\"pattern\":\"\\u001b]0;\\u0007\"}", "\"x\"", "matches \\u{1b}]0;\\u{7}, got") ==
          1);
    CHECK(judged("{\"$ref\":\"\\u001b[2J\"}", "1", "\\u{1b}[2J") == -1);
}

static void no_memory(void)
{
    BX_AUTO(bx_json)
    bx_json *s =
        parsed("{\"$id\":\"http://x/a\",\"$defs\":{\"b\":{\"$anchor\":\"b\",\"enum\":[1]}},"
               "\"properties\":{\"a\":{\"$ref\":\"#b\"},\"p\":{\"pattern\":\"^a+$\"}},"
               "\"patternProperties\":{\"^x\":false},\"required\":[\"a\"]}");
    CHECK(s);
    EACH_ALLOC_FAILS(rc, {
        bx_schema *c = NULL;
        rc = bx_schema_compile(root(s), NULL, &c, NULL);
        bx_schema_free(c);
    });
}

/* Whatever cannot be had while judging, the answer is never that a value fits which does not. */
static void no_memory_is_never_a_yes(void)
{
    static const char *const pairs[][2] = {
        {"{\"not\":{\"uniqueItems\":true}}", "[1,2,3]"},
        {"{\"not\":{\"pattern\":\"^(?=a)a{0,300}$\"}}", "\"aaa\""},
        {"{\"not\":{\"anyOf\":[{\"maxItems\":100}],\"unevaluatedItems\":true}}",
         "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,"
         "33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,"
         "62,63,64,65]"},
    };
    for (size_t i = 0; i < BX_COUNT(pairs); i++) {
        BX_AUTO(bx_json) bx_json *s = parsed(pairs[i][0]), *v = parsed(pairs[i][1]);
        BX_AUTO(bx_schema) bx_schema *c = NULL;
        CHECK(s && v && bx_schema_compile(root(s), NULL, &c, NULL) == BX_OK);
        size_t n = 1;
        for (long k = 0; k < 8 && n > 0; k++) {
            bx_test_fail_alloc = k;
            n = bx_schema_judge(c, root(v), NULL);
            bx_test_fail_alloc = -1;
        }
        CHECK(n > 0);
    }
}

BXT_MAIN(RUN(references_that_go_round); RUN(dynamic_references_that_go_round);
         RUN(nothing_is_fetched); RUN(what_doubles); RUN(too_much_is_never_a_yes);
         RUN(patterns_that_explode); RUN(items_that_are_nearly_equal); RUN(what_is_too_large);
         RUN(many_members); RUN(what_is_told_is_safe); RUN(no_memory);
         RUN(no_memory_is_never_a_yes);)
