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

/* ---- what helps to mend a value ----------------------------------------------------------------
 */

static void what_is_missing_is_told_together(void)
{
    CHECK(says("{\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"}},"
               "\"required\":[\"a\",\"b\",\"c\"]}",
               "{}", "(whole): these are missing: a (a string), b (an integer), c (a value)\n"));
    CHECK(says("{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}",
               "/b: is missing: it has to be there because a is\n"));
}

static void names_that_are_near(void)
{
    const char *s = "{\"properties\":{\"file_path\":{},\"offset\":{},\"limit\":{}},"
                    "\"additionalProperties\":false}";
    CHECK(says(s, "{\"filePath\":1}",
               "/filePath: is not known; did you mean file_path? There is file_path, offset, "
               "limit\n"));
    CHECK(says(s, "{\"path\":1}",
               "/path: is not known; did you mean file_path? There is file_path, offset, limit\n"));
    CHECK(says(s, "{\"ofsfet\":1}",
               "/ofsfet: is not known; did you mean offset? There is file_path, offset, limit\n"));
    CHECK(says(s, "{\"colour\":1}", "/colour: is not known; there is file_path, offset, limit\n"));
    CHECK(says("{\"properties\":{\"limit\":{}},\"additionalProperties\":false}", "{\"limits\":1}",
               "/limits: is not known; did you mean limit?\n"));
    CHECK(says("{\"patternProperties\":{\"^x-\":{}},\"additionalProperties\":false}", "{\"y\":1}",
               "/y: is not known; there is what matches ^x-\n"));
    CHECK(
        says("{\"additionalProperties\":false}", "{\"x\":1}", "/x: is not known; there is none\n"));
}

static void values_that_were_wrapped(void)
{
    CHECK(says("{\"type\":\"integer\"}", "\"5\"",
               "(whole): expected an integer, got the string \"5\"; give the value itself, not a "
               "string that holds it\n"));
    CHECK(says("{\"type\":\"array\"}", "\"[1]\"",
               "(whole): expected an array, got the string \"[1]\"; give the value itself, not a "
               "string that holds it\n"));
    CHECK(says("{\"type\":\"integer\"}", "\"x\"",
               "(whole): expected an integer, got the string \"x\"\n"));
}

static void alternatives(void)
{
    const char *by_kind = "{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"circle\"},\"r\":{"
                          "\"type\":\"number\"}},\"required\":[\"kind\",\"r\"]},{\"properties\":{"
                          "\"kind\":{\"const\":\"square\"},\"side\":{\"type\":\"number\"}},"
                          "\"required\":[\"kind\",\"side\"]}]}";
    CHECK(says(by_kind, "{\"kind\":\"square\",\"r\":1}", "/side: is missing: expected a number\n"));
    CHECK(
        says(by_kind, "{\"r\":\"1\"}",
             "(whole): expected a value with kind, r, or a value with kind, side, got an object "
             "of 1; the nearest of them:\n/kind: is missing: expected \"circle\"\n/r: expected a "
             "number, got the string \"1\"; give the value itself, not a string that holds it\n"));
    CHECK(says("{\"oneOf\":[{\"minimum\":1},{\"maximum\":3}]}", "2",
               "(whole): fits alternatives 0 and 1 of oneOf (counted from 0), but has to fit "
               "exactly one\n"));
}

static void other_words(void)
{
    CHECK(says("{\"type\":\"string\",\"pattern\":\"^a\"}", "\"b\"",
               "(whole): expected a string that matches ^a, got the string \"b\"\n"));
    CHECK(says("{\"exclusiveMinimum\":0,\"exclusiveMaximum\":1.5}", "0",
               "(whole): expected a value above 0 below 1.5, got 0\n"));
    CHECK(says("{\"type\":\"number\",\"multipleOf\":0.01}", "0.075",
               "(whole): expected a number that is a multiple of 0.01, got 0.075\n"));
    CHECK(says("{\"not\":{\"type\":\"string\"}}", "\"x\"",
               "(whole): must not be a string, got the string \"x\"\n"));
    CHECK(says("{\"contains\":{\"type\":\"string\"},\"maxContains\":1}", "[1,\"a\",\"b\"]",
               "(whole): expected at most 1 item that is a string, got 2 of 3\n"));
    CHECK(says("{\"propertyNames\":{\"pattern\":\"^[a-z]+$\"}}", "{\"A\":1}",
               "/A: is no name for a member; expected a value that matches ^[a-z]+$\n"));
    CHECK(says("{\"properties\":{\"a\":true},\"unevaluatedProperties\":false}", "{\"a\":1,\"b\":2}",
               "/b: is not allowed here: nothing in the schema speaks of it\n"));
    CHECK(says("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"type\":1}",
               "(whole): expected a JSON Schema\n"));
    CHECK(says("{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":{\"type\":"
               "\"integer\"}},\"required\":[\"a\"]}",
               "{}", "/a: is missing: expected an integer\n"));
}

static void exact_numbers(void)
{
    CHECK(fits("{\"multipleOf\":0.0001}", "0.0075") &&
          misfits("{\"multipleOf\":0.0001}", "0.00751"));
    CHECK(fits("{\"multipleOf\":0.01}", "4.35") && fits("{\"multipleOf\":1e-8}", "12391239123") &&
          misfits("{\"multipleOf\":0.123456789}", "1e308") &&
          fits("{\"multipleOf\":0.5}", "1e308"));
    CHECK(fits("{\"multipleOf\":3}", "18446744073709551615") &&
          misfits("{\"multipleOf\":2}", "18446744073709551615") &&
          fits("{\"multipleOf\":7}", "-21"));
    CHECK(fits("{\"const\":1e2}", "100") &&
          misfits("{\"const\":9007199254740993}", "9007199254740992.0"));
    CHECK(fits("{\"const\":0}", "-0.0") && misfits("{\"const\":-1}", "18446744073709551615"));
    CHECK(misfits("{\"exclusiveMaximum\":9007199254740993}", "9007199254740993") &&
          fits("{\"exclusiveMaximum\":9007199254740993}", "9007199254740992.0"));
    CHECK(fits("{\"minimum\":-9223372036854775808}", "-9223372036854775808") &&
          misfits("{\"minimum\":-9223372036854775808}", "-9223372036854777856.0"));
    CHECK(fits("{\"maximum\":1e300}", "18446744073709551615") &&
          misfits("{\"minimum\":0}", "-1e-300"));
}

static void draft_7_beside_2020_12(void)
{
    const char *seven =
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[{\"type\":"
        "\"integer\"}],\"additionalItems\":false}";
    CHECK(fits(seven, "[1]") && misfits(seven, "[1,2]") && misfits(seven, "[\"a\"]"));
    CHECK(fits("{\"$schema\":\"http://json-schema.org/draft-07/schema\",\"prefixItems\":[false]}",
               "[1]"));
    CHECK(misfits("{\"prefixItems\":[false]}", "[1]"));
    CHECK(misfits("{\"$defs\":{\"a\":{\"$id\":\"http://x/a\",\"$schema\":\"http://json-schema.org/"
                  "draft-07/schema#\",\"items\":[{\"type\":\"string\"}]}},\"$ref\":\"http://x/a\"}",
                  "[1]"));
}

BXT_MAIN(RUN(types); RUN(bounds); RUN(enumerations); RUN(members); RUN(items_and_places);
         RUN(choices); RUN(what_is_told_is_bounded); RUN(what_is_no_schema_is_refused);
         RUN(what_is_missing_is_told_together); RUN(names_that_are_near);
         RUN(values_that_were_wrapped); RUN(alternatives); RUN(other_words); RUN(exact_numbers);
         RUN(draft_7_beside_2020_12);)
