#include "tool/schema.h"

#include <stdio.h>

#include "base/test.h"

static bx_json *parsed(const char *text)
{
    bx_json *j = NULL;
    return bx_json_parse(bx_str_of(text), BX_JSON_MAX_DEPTH, &j, NULL) == BX_OK ? j : NULL;
}

static bx_schema *compiled(const bx_json *schema)
{
    bx_schema *c = NULL;
    bx_error err = {.msg = ""};
    if (schema && bx_schema_compile(bx_json_root(schema), NULL, &c, &err) != BX_OK)
        printf("# %s\n", err.msg);
    return c;
}

/* The problems of `value` are these lines. */
static bool says(const char *schema, const char *value, const char *lines)
{
    BX_AUTO(bx_json) bx_json *s = parsed(schema), *v = parsed(value);
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    BX_AUTO(bx_schema) bx_schema *c = compiled(s);
    if (!c || !v)
        return false;
    size_t n = bx_schema_judge(c, bx_json_root(v), &out);
    bool same = bx_str_eq(bx_buf_str(&out), bx_str_of(lines)) && (n == 0) == (*lines == '\0');
    if (!same)
        printf("# %s\n# %s says %s\n", schema, value, out.p ? out.p : "");
    return same;
}

static bool fits(const char *schema, const char *value) { return says(schema, value, ""); }

static bool misfits(const char *schema, const char *value)
{
    BX_AUTO(bx_json) bx_json *s = parsed(schema), *v = parsed(value);
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    BX_AUTO(bx_schema) bx_schema *c = compiled(s);
    return c && v && bx_schema_judge(c, bx_json_root(v), &out) > 0;
}

static void types(void)
{
    static const char *const values[] = {"null", "true", "1", "1.5", "\"s\"", "[]", "{}"};
    static const char *const names[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object"};
    for (size_t t = 0; t < BX_COUNT(names); t++) {
        char schema[64];
        (void)snprintf(schema, sizeof schema, "{\"type\":\"%s\"}", names[t]);
        for (size_t v = 0; v < BX_COUNT(values); v++) {
            bool right = t == v || (t == 3 && v == 2); /* an integer is a number */
            CHECK(right ? fits(schema, values[v]) : misfits(schema, values[v]));
        }
    }
    CHECK(fits("{\"type\":\"integer\"}", "2.0") && misfits("{\"type\":\"integer\"}", "1e-1"));
    CHECK(fits("{\"type\":[\"string\",\"null\"]}", "null") &&
          misfits("{\"type\":[\"string\",\"null\"]}", "1"));
    CHECK(fits("{}", "[1,{}]") && fits("true", "1") && misfits("false", "1"));
}

static void bounds(void)
{
    CHECK(fits("{\"minimum\":1,\"maximum\":3}", "1") && fits("{\"minimum\":1,\"maximum\":3}", "3"));
    CHECK(says("{\"type\":\"integer\",\"minimum\":1,\"maximum\":3}", "4",
               "(whole): expected an integer from 1 to 3, got 4\n"));
    CHECK(misfits("{\"minimum\":1}", "0.999") && fits("{\"minimum\":1}", "\"text\""));
    CHECK(misfits("{\"maximum\":9007199254740992}",
                  "9007199254740993")); /* exact where doubles are not */
    CHECK(misfits("{\"maximum\":9223372036854775807}", "18446744073709551615"));
    CHECK(fits("{\"minLength\":2,\"maxLength\":2}",
               "\"\u00e4\U0001f600\"")); /* characters, not bytes */
    CHECK(misfits("{\"minLength\":1}", "\"\"") && misfits("{\"maxLength\":1}", "\"ab\""));
    CHECK(fits("{\"minItems\":1,\"maxItems\":2}", "[1,2]") && misfits("{\"minItems\":1}", "[]") &&
          misfits("{\"maxItems\":1}", "[1,2]"));
    CHECK(misfits("{\"maxProperties\":1}", "{\"a\":1,\"b\":2}") &&
          misfits("{\"minProperties\":1}", "{}"));
}

static void enumerations(void)
{
    const char *mode = "{\"type\":\"string\",\"enum\":[\"content\",\"files\",\"count\"]}";
    CHECK(fits(mode, "\"files\""));
    CHECK(says(mode, "\"file\"",
               "(whole): expected one of \"content\", \"files\", \"count\", got the string "
               "\"file\"; did you mean \"files\"?\n"));
    CHECK(fits("{\"enum\":[1,[2,{\"a\":null}]]}", "1.0") &&
          fits("{\"enum\":[1,[2,{\"a\":null}]]}", "[2,{\"a\":null}]"));
    CHECK(misfits("{\"enum\":[[2,{\"a\":null}]]}", "[2,{\"b\":null}]") &&
          misfits("{\"enum\":[[1,2]]}", "[2,1]"));
    CHECK(fits("{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1}") &&
          misfits("{\"const\":\"1\"}", "1"));
}

static void members(void)
{
    const char *s =
        "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\",\"minLength\":1},"
        "\"limit\":{\"type\":\"integer\",\"minimum\":1}},\"required\":[\"path\"],"
        "\"additionalProperties\":false}";
    CHECK(fits(s, "{\"path\":\"x\",\"limit\":1}"));
    CHECK(says(s, "{}", "/path: is missing: expected a string that is not empty\n"));
    CHECK(says(s, "{\"path\":\"x\",\"zzz\":2}", "/zzz: is not known; there is path, limit\n"));
    CHECK(says(s, "{\"path\":1,\"limit\":0}",
               "/path: expected a string that is not empty, got 1\n/limit: expected an integer of "
               "at least 1, got 0\n"));
    CHECK(says(s, "[]", "(whole): expected an object, got an array of 0\n"));
    CHECK(fits("{\"additionalProperties\":{\"type\":\"string\"}}", "{\"x\":\"y\"}"));
    CHECK(says("{\"additionalProperties\":{\"type\":\"string\"}}", "{\"a/b~c\":1}",
               "/a~1b~0c: expected a string, got 1\n"));
    CHECK(fits("{\"properties\":{\"x\":true,\"y\":false}}", "{\"x\":1}"));
    CHECK(misfits("{\"properties\":{\"x\":true,\"y\":false}}", "{\"y\":1}"));
}

static void items_and_places(void)
{
    const char *s = "{\"properties\":{\"edits\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
                    "\"properties\":{\"old\":"
                    "{\"type\":\"string\"}},\"required\":[\"old\"]}}}}";
    CHECK(says(s, "{\"edits\":[{\"old\":\"a\"},{\"old\":null},{}]}",
               "/edits/1/old: expected a string, got null\n/edits/2/old: is missing: expected a "
               "string\n"));
}

static void choices(void)
{
    const char *any = "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\",\"minimum\":5}]}";
    CHECK(fits(any, "\"x\"") && fits(any, "5"));
    CHECK(says(any, "4", "(whole): expected a string, or an integer of at least 5, got 4\n"));
    const char *one = "{\"oneOf\":[{\"minimum\":1},{\"maximum\":3}]}";
    CHECK(fits(one, "0") && fits(one, "4") && misfits(one, "2"));
}

static void what_is_told_is_bounded(void)
{
    BX_AUTO_BUF value = bx_buf_init(1 << 20), out = bx_buf_init(1 << 20);
    (void)bx_buf_add_c(&value, '[');
    for (int i = 0; i < 1000; i++)
        (void)bx_buf_addf(&value, "%s\"%0200d\"", i ? "," : "", i);
    (void)bx_buf_add_c(&value, ']');
    BX_AUTO(bx_json)
    bx_json *s = parsed("{\"items\":{\"type\":\"integer\"}}"), *v = parsed(value.p);
    BX_AUTO(bx_schema) bx_schema *c = compiled(s);
    CHECK(c && v && bx_schema_judge(c, bx_json_root(v), &out) == 1000);
    CHECK(out.n < 2000 && strstr(out.p, "\nand 992 more\n"));
    out.n = 0;
    BX_AUTO(bx_json) bx_json *w = parsed("[\"\\u001b[2J\\nboxagnts: ok\"]");
    CHECK(w && bx_schema_judge(c, bx_json_root(w), &out) == 1);
    CHECK(!strchr(out.p, 0x1b) && strchr(out.p, '\n') == out.p + out.n - 1);
}

static bool refused(const char *schema, const char *what)
{
    BX_AUTO(bx_json) bx_json *s = parsed(schema);
    bx_error err = {.msg = ""};
    BX_AUTO(bx_schema) bx_schema *c = NULL;
    const bx_schema_options strict = {.strict = true};
    bool right = s && bx_schema_compile(bx_json_root(s), &strict, &c, &err) != BX_OK &&
                 strstr(err.msg, what);
    if (!right)
        printf("# %s: %s\n", schema, err.msg);
    return right;
}

static void what_is_no_schema_is_refused(void)
{
    CHECK(refused("{\"properties\":{\"a\":{\"items\":{\"formt\":\"uri\"}}}}",
                  "/properties/a/items/formt: no keyword of JSON Schema"));
    CHECK(refused("{\"anyOf\":[{},{\"nott\":{}}]}", "/anyOf/1/nott: "));
    CHECK(refused("{\"additionalProperties\":{\"maximun\":1}}", "/additionalProperties/maximun: "));
    CHECK(refused("{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"prefixItems\":[{}]}",
                  "/prefixItems: no keyword of this draft"));
    CHECK(refused("{\"type\":\"int\"}", "/type: expected null, boolean, ") &&
          refused("{\"type\":[]}", "/type: "));
    CHECK(refused("{\"minimum\":\"1\"}", "a number") &&
          refused("{\"minLength\":-1}", "at least 0"));
    CHECK(refused("{\"enum\":1}", "a list") && refused("{\"required\":\"a\"}", "list of names"));
    CHECK(refused("[]", "an object, true or false") &&
          refused("{\"properties\":[]}", "object of schemas"));
    CHECK(refused("{\"items\":[{}]}", "is called prefixItems"));
    CHECK(refused("{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}", "is no draft"));
    /* A property may have the name of any keyword. */
    CHECK(fits("{\"properties\":{\"pattern\":{\"type\":\"string\"}},\"default\":{\"x\":1}}", "{}"));
    /* Who is not strict takes what is not known for a note. */
    CHECK(fits("{\"properties\":{\"a\":{\"x-note\":1}}}", "{\"a\":1}"));
}

BXT_MAIN(RUN(types); RUN(bounds); RUN(enumerations); RUN(members); RUN(items_and_places);
         RUN(choices); RUN(what_is_told_is_bounded); RUN(what_is_no_schema_is_refused);)
