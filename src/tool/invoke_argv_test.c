#include "tool/invoke_kind.h"

#include "base/test.h"

/* The arguments that `values` become behind those of the manifest's `args`, with '|' between. */
static const char *hand(const char *args, const char *values)
{
    static char joined[512];
    BX_AUTO(bx_json) bx_json *a = NULL;
    BX_AUTO(bx_json) bx_json *v = NULL;
    bx_manifest m = {.call = BX_TOOL_ARGV};
    bx_handed h;
    bx_error err;
    size_t n = 0;
    if (bx_json_parse(bx_str_of(args), 8, &a, NULL) != BX_OK ||
        bx_json_parse(bx_str_of(values), 8, &v, NULL) != BX_OK)
        return "no JSON";
    m.args = bx_json_root(a);
    joined[0] = '\0';
    if (bx_hand_argv(&m, "p", bx_json_root(v), &h, &err) != BX_OK) {
        bx_handed_done(&h);
        return "refused";
    }
    for (size_t i = 0; i < h.n_args; i++)
        n += (size_t)snprintf(joined + n, sizeof joined - n, "%s%s", i ? "|" : "", h.args[i]);
    bx_handed_done(&h);
    return joined;
}

static bool hands(const char *args, const char *values, const char *want)
{
    const char *got = hand(args, values);
    if (strcmp(got, want) != 0)
        printf("# got %s\n", got);
    return strcmp(got, want) == 0;
}

static void arguments(void)
{
    CHECK(hands("[]", "{}", "p"));
    CHECK(hands("[]", "{\"args\":[\"-l\",\"a b\",\"\"]}", "p|-l|a b|"));
    CHECK(hands("[\"-x\"]", "{\"args\":[\"y\"],\"stdin\":\"z\"}", "p|-x|y"));
    CHECK(hands("[\"-n={n}\",\"--\",\"{f}\"]", "{\"n\":3,\"f\":[\"a\",\"b\"]}", "p|-n=3|--|a|b"));
    CHECK(hands("[\"-n={n}\",\"--\",\"{f}\"]", "{\"f\":\"only\"}", "p|--|only"));
    CHECK(hands("[\"{a}{b}\",\"{a}-{a}\"]", "{\"a\":true,\"b\":1.5}", "p|true1.5|true-true"));
    CHECK(hands("[\"{a}\"]", "{\"a\":null}", "p"));
    CHECK(hands("[\"{}\",\"{a b}\",\"{a\",\"}\"]", "{\"a\":1}", "p|{}|{a b}|{a|}"));
    /* What is put in is not looked through again. */
    CHECK(hands("[\"{a}\"]", "{\"a\":\"{b}\",\"b\":\"no\"}", "p|{b}"));
    CHECK(hands("[\"{a}\"]", "{\"a\":\"x\\u0000y\"}", "refused"));
    CHECK(hands("[]", "{\"args\":[\"\\u0000\"]}", "refused"));
}

static bool answers(const bx_outcome *o, const char *want)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    return bx_answer_argv(o, &out, NULL) == BX_OK && strstr(out.p, want);
}

static void answer(void)
{
    char said[] = "why\n", text[] = "\xff";
    bx_outcome o = {.exit_code = 2, .err = said, .err_n = 4, .out = text, .out_n = 1};
    CHECK(answers(&o, "[{\"type\":\"text\",\"text\":\"\xef\xbf\xbd\"},{\"type\":\"text\","
                      "\"text\":\"why\\n\"}]"));
    CHECK(answers(&o, "\"exit_code\":2") && answers(&o, "\"isError\":true"));
    o.exit_code = 0;
    CHECK(answers(&o, "[{\"type\":\"text\",\"text\":\"\xef\xbf\xbd\"}]"));
    CHECK(answers(&o, "\"stderr\":\"why\\n\"") && answers(&o, "\"isError\":false"));
}

static bool typed(const char *result, const char *want)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    bx_outcome o = {.result = (char *)(uintptr_t)result};
    return bx_answer_typed(&o, &out, NULL) == BX_OK && strcmp(out.p, want) == 0;
}

static void typed_answer(void)
{
    CHECK(typed("3", "{\"content\":[{\"type\":\"text\",\"text\":\"3\"}],"
                     "\"structuredContent\":{\"result\":3},\"isError\":false}"));
    CHECK(typed("{\"err\":\"no\"}", "{\"content\":[{\"type\":\"text\",\"text\":\"no\"}],"
                                    "\"structuredContent\":{\"err\":\"no\"},\"isError\":true}"));
    CHECK(typed("{\"ok\":[1]}", "{\"content\":[{\"type\":\"text\",\"text\":\"[1]\"}],"
                                "\"structuredContent\":{\"ok\":[1]},\"isError\":false}"));
    CHECK(typed("{\"err\":1,\"x\":2}",
                "{\"content\":[{\"type\":\"text\",\"text\":\"{\\\"err\\\":1,\\\"x\\\":2}\"}],"
                "\"structuredContent\":{\"err\":1,\"x\":2},\"isError\":false}"));
}

BXT_MAIN(RUN(arguments); RUN(answer); RUN(typed_answer);)
