#include "agent/definition.h"

#include "base/test.h"

static bx_str head_text(const bx_json *head, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(bx_json_root(head), bx_str_of(key)), &s);
    return s;
}

static void test_front_matter(void)
{
    static const struct {
        const char *text, *name, *description, *body;
    } rows[] = {
        {"---\nname: a\ndescription: b\n---\nbody\n", "a", "b", "body\n"},
        {"\xef\xbb\xbf---\r\nname: a\r\ndescription: 'b'\r\n---\r\nbody", "a", "b", "body"},
        {"---\nname: a\ndescription: uses: colons: here\n---\nbody", "a", "uses: colons: here",
         "body"},
        {"---\nname: a\nname: again\ndescription: b: c\n---\n", "a", "b: c", ""},
        {"---\nname: a", "a", "", ""},
        {"no head\n---\n", "", "", "no head\n---\n"},
        {"", "", "", ""},
        {"---\n- list\n---\nx", "", "", "x"},
        {"---\n\xff\xfe: [\n---\nx", "", "", "x"},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bx_error err = {.msg = ""};
        BX_AUTO(bx_json) bx_json *head = NULL;
        bx_str body = BX_LIT("?");
        CHECK(bx_front_matter(bx_str_of(rows[i].text), &head, &body, &err) == BX_OK);
        CHECK(bx_str_eq(head_text(head, "name"), bx_str_of(rows[i].name)));
        CHECK(bx_str_eq(head_text(head, "description"), bx_str_of(rows[i].description)));
        CHECK(bx_str_eq(body, bx_str_of(rows[i].body)));
    }
}

static void test_definitions(void)
{
    static const char text[] = "---\nname: r\ndescription: d\ntools: Read, Grep\n"
                               "disallowedTools: [Bash(git:*)]\nmodel: inherit\nmaxTurns: 7\n"
                               "capabilities: [\"read:/workspace\"]\n---\nYou review.";
    bx_error err = {.msg = ""};
    bx_agent_definition d;
    CHECK(bx_definition_read(bx_str_of(text), BX_LIT("file"), &d, &err) == BX_OK);
    CHECK(bx_str_eq(d.name, BX_LIT("r")) && bx_str_eq(d.body, BX_LIT("You review.")));
    CHECK(d.model.n == 0 && d.max_turns == 7 && bx_json_size(d.capabilities) == 1);
    CHECK(bx_definition_names(d.tools, BX_LIT("read")));
    CHECK(bx_definition_names(d.tools, BX_LIT("grep")));
    CHECK(!bx_definition_names(d.tools, BX_LIT("bash")));
    CHECK(bx_definition_names(d.not_tools, BX_LIT("bash")));
    CHECK(!bx_definition_names(NULL, BX_LIT("read")));
    bx_definition_done(&d);
    CHECK(bx_definition_read(BX_LIT("only a body"), BX_LIT("file"), &d, &err) == BX_OK);
    CHECK(bx_str_eq(d.name, BX_LIT("file")) && bx_str_eq(d.body, BX_LIT("only a body")));
    bx_definition_done(&d);
    CHECK(bx_definition_read(BX_LIT("x"), BX_LIT(""), &d, &err) == BX_EINVAL);
}

static void test_large(void)
{
    bx_error err = {.msg = ""};
    bx_agent_definition d;
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    (void)bx_buf_add_z(&text, "---\nx: [\n");
    while (text.n < BX_DEFINITION_MAX_BYTES - 8)
        (void)bx_buf_add_z(&text, "a: b\n");
    CHECK(bx_definition_read(bx_buf_str(&text), BX_LIT("n"), &d, &err) == BX_OK);
    bx_definition_done(&d);
    (void)bx_buf_add_z(&text, "0123456789");
    CHECK(bx_definition_read(bx_buf_str(&text), BX_LIT("n"), &d, &err) == BX_ELIMIT);
}

BXT_MAIN(RUN(test_front_matter); RUN(test_definitions); RUN(test_large);)
