/* The redactor: it ends, what it writes is well-formed, a known secret and what stands under a
 * secret's name are gone, and what was redacted stays as it is when it is redacted again. */
#include "db/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const bx_str known[] = {{"kn0wn-s3cret", 12}, {"an0ther-one", 11}};
static const bx_redactor redactor = {known, BX_COUNT(known)};

static bool has(bx_str text, bx_str what)
{
    return text.n && memmem(text.p, text.n, what.p, what.n) != NULL;
}

static void check_text(bx_str text)
{
    BX_AUTO_BUF once = bx_buf_init(64 + text.n * 16), twice = bx_buf_init(64 + text.n * 64);
    bx_redact_text(&redactor, text, &once);
    BX_ASSERT(once.fail == BX_OK);
    for (size_t i = 0; i < BX_COUNT(known); i++)
        BX_ASSERT(!has(bx_buf_str(&once), known[i]));
    bx_redact_text(&redactor, bx_buf_str(&once), &twice);
    BX_ASSERT(twice.fail == BX_OK);
}

/* The same bytes as the value of a password, in text and in JSON. */
static void check_named(bx_str text)
{
    BX_AUTO_BUF line = bx_buf_init(64 + 2 * text.n), out = bx_buf_init(256 + 32 * text.n);
    bool plain = text.n > 0;
    for (size_t i = 0; i < text.n; i++)
        plain = plain && (uint8_t)text.p[i] > ' ' && (uint8_t)text.p[i] < 0x7f &&
                !strchr("\"'`\\&;,)}]|<>=$[", text.p[i]);
    if (!plain)
        return;
    (void)bx_buf_add_z(&line, "x --password=");
    (void)bx_buf_add_str(&line, text);
    (void)bx_buf_add_z(&line, " y");
    bx_redact_text(NULL, bx_buf_str(&line), &out);
    BX_ASSERT(bx_str_eq(bx_buf_str(&out), BX_LIT("x --password=" BX_REDACTED " y")));
}

static void check_json(bx_str text, bool commands)
{
    BX_AUTO(bx_json) bx_json *doc = NULL, *again = NULL;
    bx_error err;
    if (bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, &err) != BX_OK)
        return;
    BX_AUTO_BUF out = bx_buf_init(1 << 24);
    bx_json_out o = bx_json_out_on(&out);
    const bx_redact_rule rule = {.secrets = &redactor, .shows_commands = commands};
    bx_redact_value(&rule, bx_json_root(doc), &o);
    if (bx_json_out_end(&o, &err) != BX_OK)
        return;
    for (size_t i = 0; i < BX_COUNT(known); i++)
        BX_ASSERT(!has(bx_buf_str(&out), known[i]));
    /* Two keys may become the same one; a reader takes that for an error. */
    if (bx_json_parse(bx_buf_str(&out), BX_JSON_MAX_DEPTH - 8, &again, &err) != BX_OK)
        BX_ASSERT(strstr(err.msg, "twice") || strstr(err.msg, "key"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str text = {(const char *)data, size};
    (void)bx_redact_is_secret_name(text);
    check_text(text);
    check_named(text);
    check_json(text, false);
    check_json(text, true);
    return 0;
}
