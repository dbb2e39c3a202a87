/* The arguments of the tool `bash`: what is taken, what is refused. */
#include "shell/json.h"

#include "base/test.h"

static const char *parse(const char *text, sh_json *ret)
{
    return sh_json_parse(bx_str_of(text), ret);
}

static void takes_an_object(void)
{
    sh_json j;
    CHECK(parse(" {\"command\": \"ls\", \"n\" : -12 , \"env\":{\"A\":\"1\",\"B\":\"\"}} \n", &j) ==
          NULL);
    CHECK(j.n == 3);
    CHECK(strcmp(j.members[0].name, "command") == 0);
    CHECK(j.members[0].kind == SH_JSON_STRING && strcmp(j.members[0].text, "ls") == 0);
    CHECK(j.members[1].kind == SH_JSON_INTEGER && j.members[1].integer == -12);
    CHECK(j.members[2].kind == SH_JSON_OBJECT && j.members[2].n_pairs == 2);
    CHECK(strcmp(j.members[2].pairs[1].name, "B") == 0 && j.members[2].pairs[1].n == 0);
    CHECK(parse("{}", &j) == NULL && j.n == 0);
}

static void decodes_strings(void)
{
    sh_json j;
    CHECK(parse("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\\u0000x\"}", &j) == NULL);
    static const char wanted[] = "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80\0x";
    CHECK(j.members[0].n == sizeof wanted - 1);
    CHECK(memcmp(j.members[0].text, wanted, sizeof wanted) == 0);
}

static void reads_numbers(void)
{
    sh_json j;
    CHECK(parse("{\"a\":3.0,\"b\":3.5,\"c\":1e3,\"d\":99999999999999999999}", &j) == NULL);
    CHECK(j.members[0].kind == SH_JSON_INTEGER && j.members[0].integer == 3);
    CHECK(j.members[1].kind == SH_JSON_OTHER);
    CHECK(j.members[2].kind == SH_JSON_OTHER);
    CHECK(j.members[3].kind == SH_JSON_OTHER);
}

static void refuses_what_is_broken(void)
{
    static const char *const broken[] = {
        "",
        "[]",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1} x",
        "{\"a\":\"",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\ud800\"}",
        "{a:1}",
        "{\"a\":[1]}",
        "{\"a\":tru",
        "{\"a\":{\"b\":1}}",
        "{\"a\":\"\n\"}",
        "{\"a\":-}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":{\"b\":\"c\"",
        "{\"a\":\"\\udc00\"}",
    };
    for (size_t i = 0; i < BX_COUNT(broken); i++) {
        sh_json j;
        CHECK(parse(broken[i], &j) != NULL);
    }
}

BXT_MAIN(RUN(takes_an_object); RUN(decodes_strings); RUN(reads_numbers);
         RUN(refuses_what_is_broken);)
