#include "codec/yaml.h"

#include <stdio.h>

#include "base/test.h"

/* The JSON that `text` stands for, or the message of the error. */
static bx_code read(const char *text, bx_buf *ret)
{
    BX_AUTO(bx_json) bx_json *j = NULL;
    bx_error err = {.msg = ""};
    bx_code rc = bx_yaml_parse(bx_str_of(text), &j, &err);
    bx_json_out o = bx_json_out_on(ret);
    if (rc == BX_OK)
        bx_json_out_value(&o, bx_json_root(j));
    else
        (void)bx_buf_add_z(ret, err.msg);
    return rc;
}

static bool is(const char *text, const char *json)
{
    BX_AUTO_BUF got = bx_buf_init(1 << 20);
    bool same = read(text, &got) == BX_OK && bx_str_eq(bx_buf_str(&got), bx_str_of(json));
    if (!same)
        printf("# %s\n# is %s\n", text, got.p ? got.p : "");
    return same;
}

static bool refused(const char *text, bx_code code, const char *says)
{
    BX_AUTO_BUF got = bx_buf_init(1 << 20);
    bool right = read(text, &got) == code && got.p && strstr(got.p, says);
    if (!right)
        printf("# %s\n# is %s\n", text, got.p ? got.p : "");
    return right;
}

static void what_manifests_are_written_in(void)
{
    CHECK(is("a: 1\nb: [x, \"y\", 'it''s']\nc: { d: true, e: }\n",
             "{\"a\":1,\"b\":[\"x\",\"y\",\"it's\"],\"c\":{\"d\":true,\"e\":null}}"));
    CHECK(is("- - 1\n  - 2\n- {}\n- []\n", "[[1,2],{},[]]"));
    CHECK(is("# a comment\n---\nt: |\n  one\n   two\nf: >-\n  one\n  two\n...\n",
             "{\"t\":\"one\\n two\\n\",\"f\":\"one two\"}"));
    CHECK(is("needs: [\"fetch:http://*:*\", read:/workspace]",
             "{\"needs\":[\"fetch:http://*:*\",\"read:/workspace\"]}"));
    CHECK(is("a: \"\\u00e4\\n\\t\\x41\"", "{\"a\":\"\u00e4\\n\\tA\"}"));
    CHECK(is("word", "\"word\"") && is("\"\"", "\"\""));
}

static void scalars_of_the_core_schema(void)
{
    CHECK(is("[~, null, Null, NULL, nil]", "[null,null,null,null,\"nil\"]"));
    CHECK(is("[true, True, TRUE, false, yes, no, on, off]",
             "[true,true,true,false,\"yes\",\"no\",\"on\",\"off\"]"));
    CHECK(is("[0, -0, 007, +12, -12, 0x1F, 0o17, 0b1, 1_000]",
             "[0,0,7,12,-12,31,15,\"0b1\",\"1_000\"]"));
    CHECK(is("[18446744073709551615, -9223372036854775808]",
             "[18446744073709551615,-9223372036854775808]"));
    CHECK(is("[1.5, .5, 1., 1e3, -1.5E-1, ., e1, 1e]",
             "[1.5,0.5,1.0,1000.0,-0.15,\".\",\"e1\",\"1e\"]"));
    CHECK(is("[1.0.0, 10s, 64MiB, -, +, 0x, 12:30]",
             "[\"1.0.0\",\"10s\",\"64MiB\",\"-\",\"+\",\"0x\",\"12:30\"]"));
    CHECK(is("['1', \"true\", !!str 1, ! 2]", "[\"1\",\"true\",\"1\",\"2\"]"));
    CHECK(refused("a: 18446744073709551616", BX_EINVAL,
                  "line 1, column 4: an integer of more than 64 bits"));
    CHECK(refused("a: -9223372036854775809", BX_EINVAL, "more than 64 bits"));
    CHECK(refused("a: .inf", BX_EINVAL, "infinities") &&
          refused("a: -.INF", BX_EINVAL, "infinities"));
    CHECK(refused("a: .nan", BX_EINVAL, "NaN") && refused("a: 1e999", BX_EINVAL, "no double"));
}

static void aliases_are_copies(void)
{
    CHECK(is("a: &x {b: [1, 2]}\nc: *x\nd: [*x, *x]",
             "{\"a\":{\"b\":[1,2]},\"c\":{\"b\":[1,2]},\"d\":[{\"b\":[1,2]},{\"b\":[1,2]}]}"));
    CHECK(is("[&a one, *a, &a two, *a]", "[\"one\",\"one\",\"two\",\"two\"]"));
    CHECK(is("- &a [1]\n- &b [*a, *a]\n- *b\n", "[[1],[[1],[1]],[[1],[1]]]"));
    CHECK(refused("a: *nowhere", BX_EINVAL, "without its anchor"));
    CHECK(refused("a: &x [*x]", BX_EINVAL, "inside of what it stands for"));
    CHECK(refused("&x k: 1", BX_EINVAL, "anchor on a key"));
    CHECK(refused("a: &x k\n? *x\n: 1", BX_EINVAL, "key that is an alias"));
}

/* Each line names the one before nine times: 9^n values of a text of n lines. */
static void aliases_cannot_blow_up(void)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 16);
    (void)bx_buf_add_z(&text, "- &a0 [lol]\n");
    for (int i = 1; i < 20; i++)
        (void)bx_buf_addf(&text, "- &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i,
                          i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    CHECK(refused(text.p, BX_ELIMIT, "too long with its aliases"));
    bx_buf_clear(&text);
    for (int i = 0; i <= BX_YAML_MAX_ANCHORS; i++)
        (void)bx_buf_addf(&text, "- &a%d x\n", i);
    CHECK(refused(text.p, BX_ELIMIT, "too many anchors"));
}

static void bounds(void)
{
    char deep[2 * BX_YAML_MAX_DEPTH + 8] = "";
    memset(deep, '[', BX_YAML_MAX_DEPTH);
    memset(deep + BX_YAML_MAX_DEPTH, ']', BX_YAML_MAX_DEPTH);
    BX_AUTO_BUF got = bx_buf_init(4096);
    CHECK(read(deep, &got) == BX_OK);
    memset(deep, '[', BX_YAML_MAX_DEPTH + 1);
    memset(deep + BX_YAML_MAX_DEPTH + 1, ']', BX_YAML_MAX_DEPTH + 1);
    CHECK(refused(deep, BX_ELIMIT, "nested too deeply"));
    /* Each alias is no deeper than its text, but what it stands for is. */
    BX_AUTO_BUF text = bx_buf_init(1 << 16);
    (void)bx_buf_add_z(&text, "- &a0 [x]\n");
    for (int i = 1; i < 60; i++)
        (void)bx_buf_addf(&text, "- &a%d [[*a%d]]\n", i, i - 1);
    CHECK(refused(text.p, BX_ELIMIT, "nest deeper"));
    BX_AUTOFREE char *large = bx_calloc(BX_YAML_MAX_BYTES + 2, 1);
    CHECK(large);
    memset(large, '#', BX_YAML_MAX_BYTES + 1);
    CHECK(refused(large, BX_ELIMIT, "bytes"));
}

static void what_is_refused(void)
{
    CHECK(refused("", BX_EINVAL, "empty document") &&
          refused("# nothing\n", BX_EINVAL, "empty document"));
    CHECK(refused("a: 1\na: 2", BX_EINVAL, "the key \"a\" comes twice"));
    CHECK(refused("a: 1\n---\nb: 2", BX_EINVAL, "line 2, column 1: a second document"));
    CHECK(refused("? [a]\n: 1", BX_EINVAL, "a key that is no text"));
    CHECK(refused("a: !!binary aGk=", BX_EINVAL, "tag") &&
          refused("a: !x {b: 1}", BX_EINVAL, "tag"));
    CHECK(refused("a: [1", BX_EINVAL, "line ") &&
          refused("a: b: c", BX_EINVAL, "line 1, column 5"));
    CHECK(refused("a: \"\xff\"", BX_EINVAL, "byte 5: "));
    CHECK(refused("\ta: 1", BX_EINVAL, "line 1"));
    CHECK(is("1: a\ntrue: b", "{\"1\":\"a\",\"true\":\"b\"}")); /* keys are text */
}

/* ---- places ---------------------------------------------------------------------------------- */

static void every_value_has_its_place(void)
{
    static const char text[] = "# c\na: 1\nb:\n  - x\n  - \"\xc3\xa9\": { c: [] }\n";
    static const unsigned places[][2] = {{2, 1}, {2, 1}, {2, 4},  {3, 1},  {4, 3}, {4, 5},
                                         {5, 5}, {5, 5}, {5, 10}, {5, 12}, {5, 15}};
    BX_AUTO(bx_json) bx_json *j = NULL;
    bx_yaml_marks m;
    bx_error err;
    CHECK(bx_yaml_parse_marked(BX_LIT("# nothing\n"), &j, &m, &err) == BX_OK && m.n == 0);
    bx_json_free(BX_TAKE(j));
    bx_yaml_marks_done(&m);
    CHECK(bx_yaml_parse_marked(bx_str_of(text), &j, &m, &err) == BX_OK);
    CHECK(m.n == BX_COUNT(places));
    for (size_t i = 0; i < m.n; i++)
        CHECK(m.at[i].line == places[i][0] && m.at[i].column == places[i][1]);
    bx_yaml_marks_done(&m);
}

static void marked_texts_are_plain(void)
{
    static const char *const bad[][2] = {
        {"a: &x 1\n", "line 1, column 4: an anchor"},
        {"a: 1\nb: *x\n", "line 2, column 4: an alias"},
        {"a: 1\nb: \xc3\xa9\nc:\n  d: 1\n  d: 2\n", "line 5, column 3: the key \"d\""},
        {"a: 1\n\tb: 2\n", "line 2, column 1: "},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_json *j = NULL;
        bx_yaml_marks m;
        bx_error err = {.msg = ""};
        CHECK(bx_yaml_parse_marked(bx_str_of(bad[i][0]), &j, &m, &err) == BX_EINVAL);
        CHECK(strncmp(err.msg, bad[i][1], strlen(bad[i][1])) == 0);
    }
    EACH_ALLOC_FAILS(rc, {
        bx_json *j = NULL;
        bx_yaml_marks m = {.at = NULL};
        rc = bx_yaml_parse_marked(BX_LIT("a: [1, 2, { b: c }]\n"), &j, &m, NULL);
        bx_json_free(j);
        bx_yaml_marks_done(&m);
    });
}

BXT_MAIN(RUN(every_value_has_its_place); RUN(marked_texts_are_plain);
         RUN(what_manifests_are_written_in); RUN(scalars_of_the_core_schema);
         RUN(aliases_are_copies); RUN(aliases_cannot_blow_up); RUN(bounds); RUN(what_is_refused);)
