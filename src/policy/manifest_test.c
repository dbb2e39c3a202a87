#include "policy/manifest.h"

#include "base/test.h"

static bx_error err;

/* Apply `text` to a fresh grant, whose limits go to *ret. */
static bool apply(const char *text, bx_limits *ret, bool *is_json)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    *is_json = false;
    if (bx_grant_new(&g, &err) != BX_OK ||
        bx_manifest_apply(bx_str_of(text), g, is_json, &err) != BX_OK)
        return false;
    *ret = *bx_grant_limits(g);
    return true;
}

static void limits_and_kind_are_taken(void)
{
    static const char *const texts[] = {
        "name: x\ncall: json\nlimits: { wall: 10s, output: 16MiB }\n",
        "---\n# a tool\ncall: \"json\" # kind\nlimits:\n  wall: 10s # short\n\n  'output': "
        "'16MiB'\nneeds: [a]\n",
        "description: |\n  limits: { wall: 1s }\n  call: argv\n\"call\": json\nlimits: "
        "{\"wall\":\"10s\",\n  # more\n  "
        "\"output\": \"16MiB\"} # end\n",
        "input_schema:\n  properties:\n    limits: { wall: 1s }\nneeds:\n- read:/x\r\nlimits: "
        "{wall: 10s, output: "
        "16MiB,}\r\ncall: json\r\n",
    };
    for (size_t i = 0; i < BX_COUNT(texts); i++) {
        bx_limits l = bx_limits_default(), want = l;
        bool is_json;
        want.wall_ns = 10 * BX_SEC;
        want.output = 16 * BX_MIB;
        CHECK(apply(texts[i], &l, &is_json) && is_json);
        CHECK(memcmp(&l, &want, sizeof l) == 0);
    }
}

static void little_is_enough(void)
{
    bx_limits l, none = bx_limits_default();
    bool is_json;
    static const char *const texts[] = {"",          "call: argv\n", "call: typed",
                                        "limits:\n", "limits: {}\n", "name: x"};
    for (size_t i = 0; i < BX_COUNT(texts); i++)
        CHECK(apply(texts[i], &l, &is_json) && !is_json && memcmp(&l, &none, sizeof l) == 0);
}

/* Control: little_is_enough.  A manifest says what its tool may use at most; it gives nothing. */
static void needs_are_not_granted(void)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bool is_json;
    CHECK(bx_grant_new(&g, &err) == BX_OK);
    CHECK(bx_manifest_apply(
              BX_LIT("needs: [rw:/, env:HOME, fetch:https://*]\nallow: rw:/\ncall: json\n"), g,
              &is_json, &err) == BX_OK);
    CHECK(bx_grant_caps(g).n == 0 && bx_grant_mounts(g).n == 0);
}

static void mistakes_are_named(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"limits: { wall: 0s }\n", "wall"},
        {"limits: { warl: 1s }\n", "warl"},
        {"limits: { memory: 5GiB }\n", "largest"},
        {"limits: { wall: 1s\n", "not closed"},
        {"limits: { wall: 1s } x\n", "behind"},
        {"limits: [ wall ]\n", "NAME: VALUE"},
        {"limits: *common\n", "NAME: VALUE"},
        {"limits: { wall 1s }\n", "NAME: VALUE"},
        {"limits:\n  wall\n", "line 2"},
        {"limits: { a: 1s } \nlimits: {}\n", "no limit"},
        {"limits: {}\nlimits: {}\n", "second"},
        {"call: shell\n", "call is"},
        {"call: json\ncall: json\n", "second"},
        {"{\"call\": \"json\"}\n", "KEY: VALUE"},
        {"call\n", "KEY: VALUE"},
        {"limits: { wall: \"1\\x73\" }\n", "NAME: VALUE"},
        {"limits: { 'wall: 1s }\n", "NAME: VALUE"},
        {"limits: { wall: 1s memory: 1MiB }\n", "wall"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_limits l;
        bool is_json;
        CHECK(!apply(bad[i].text, &l, &is_json) && strstr(err.msg, bad[i].says));
    }
}

BXT_MAIN(RUN(limits_and_kind_are_taken); RUN(little_is_enough); RUN(needs_are_not_granted);
         RUN(mistakes_are_named);)
