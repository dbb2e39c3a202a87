#include "tool/result.h"

#include "base/test.h"

static bool good(const char *text)
{
    BX_AUTO(bx_json) bx_json *j = NULL;
    return bx_tool_result_parse(bx_str_of(text), &j, NULL) == BX_OK && j;
}

static bool broken(const char *text, const char *says)
{
    bx_json *j = NULL;
    bx_error err = {.msg = ""};
    bool right =
        bx_tool_result_parse(bx_str_of(text), &j, &err) != BX_OK && !j && strstr(err.msg, says);
    if (!right)
        printf("# %s: %s\n", text, err.msg);
    return right;
}

#define BLOCK(b) "{\"content\":[" b "],\"isError\":false}"

static void results(void)
{
    CHECK(good("{\"content\":[],\"isError\":false}") &&
          good(" {\"isError\":true,\"content\":[]}\n"));
    CHECK(good("{\"content\":[],\"structuredContent\":{},\"isError\":false,\"_meta\":{}}"));
    CHECK(broken("", "empty") && broken("xxxxx", "no JSON text: line 1, column 1"));
    CHECK(broken("[]", "no JSON object") && broken("{}", "no list `content`"));
    CHECK(broken("{\"content\":{},\"isError\":false}", "no list `content`"));
    CHECK(broken("{\"content\":[]}", "isError") &&
          broken("{\"content\":[],\"isError\":\"no\"}", "isError"));
    CHECK(
        broken("{\"content\":[],\"isError\":false,\"structuredContent\":[]}", "structuredContent"));
    CHECK(broken("{\"content\":[],\"isError\":false} {}", "no JSON text"));
    CHECK(broken("{\"content\":[],\"isError\":false,\"isError\":true}", "comes twice"));
    CHECK(broken("{\"content\":[],\"isError\":false,\"outcome\":{}}", "a member 'outcome'"));
    CHECK(broken("{\"content\":[],\"isErr", "no JSON text"));
}

static void blocks(void)
{
    CHECK(good(BLOCK("{\"type\":\"text\",\"text\":\"\"}")));
    CHECK(broken(BLOCK("{\"type\":\"text\",\"text\":\"\"},{\"type\":\"text\"}"),
                 "content/1 is a text block without text"));
    CHECK(good(BLOCK("{\"type\":\"image\",\"mimeType\":\"image/png\",\"data\":\"aGk=\"}")));
    CHECK(good(BLOCK("{\"type\":\"audio\",\"mimeType\":\"audio/wav\",\"data\":\"\"}")));
    CHECK(broken(BLOCK("{\"type\":\"image\",\"data\":\"aGk=\"}"), "content/0 is an image"));
    static const char *const bad[] = {"aGk", "aG=k", "====", "a===", "aG k", "aGk=\\n", "aGk-"};
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        char text[200];
        (void)snprintf(text, sizeof text,
                       BLOCK("{\"type\":\"image\",\"mimeType\":\"image/png\",\"data\":\"%s\"}"),
                       bad[i]);
        CHECK(broken(text, "base64"));
    }
    CHECK(good(BLOCK("{\"type\":\"resource_link\",\"uri\":\"file:///x\",\"name\":\"x\"}")));
    CHECK(broken(BLOCK("{\"type\":\"resource_link\",\"uri\":\"file:///x\"}"), "resource_link"));
    CHECK(good(BLOCK("{\"type\":\"resource\",\"resource\":{\"uri\":\"u\",\"text\":\"t\"}}")));
    CHECK(good(BLOCK("{\"type\":\"resource\",\"resource\":{\"uri\":\"u\",\"blob\":\"aGk=\"}}")));
    CHECK(broken(BLOCK("{\"type\":\"resource\",\"resource\":{\"uri\":\"u\"}}"),
                 "without text and blob"));
    CHECK(broken(BLOCK("{\"type\":\"video\"}"), "unknown type") &&
          broken(BLOCK("null"), "no object with a type"));
    CHECK(broken(BLOCK("{\"text\":\"x\"}"), "no object with a type"));
}

static void errors_of_ours(void)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    BX_AUTO(bx_json) bx_json *j = NULL, *k = NULL;
    CHECK(bx_tool_result_of_error(BX_LIT("a \"b\"\n"), &text, NULL) == BX_OK);
    CHECK(bx_str_eq(
        bx_buf_str(&text),
        BX_LIT(
            "{\"content\":[{\"type\":\"text\",\"text\":\"a \\\"b\\\"\\n\"}],\"isError\":true}")));
    CHECK(bx_tool_result_parse(bx_buf_str(&text), &j, NULL) == BX_OK && bx_tool_result_is_error(j));
    CHECK(bx_tool_result_parse(BX_LIT("{\"content\":[],\"isError\":false}"), &k, NULL) == BX_OK &&
          !bx_tool_result_is_error(k));
}

BXT_MAIN(RUN(results); RUN(blocks); RUN(errors_of_ours);)
