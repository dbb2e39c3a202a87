#include "policy/credential.h"

#include "base/test.h"
#include "policy/field.h"

static bx_code parse(const char *text, bx_error *err)
{
    bx_credential c;
    bx_code rc = bx_credential_parse(bx_str_of(text), &c, err);
    if (rc == BX_OK)
        bx_credential_done(&c);
    return rc;
}

static void origin_field_and_variable(void)
{
    bx_credential c;
    CHECK(bx_credential_parse(BX_LIT("https://api.example.com:8443 X-Key=env:KEY"), &c, NULL) ==
          BX_OK);
    CHECK(strcmp(c.origin, "https://api.example.com:8443") == 0);
    CHECK(strcmp(c.header, "X-Key") == 0 && strcmp(c.env, "KEY") == 0);
    bx_credential_done(&c);
    static const char *const good[] = {
        "http://a X=env:Y",          "https://a:1 X=env:Y",      "https://a:65535 X=env:Y",
        "https://127.0.0.1 X=env:Y", "https://[::1]:80 X=env:Y", "https://a.b. X=env:Y",
        "https://a X=env:a b",       "https://a Cookie=env:Y",   "https://a Authorization=env:Y",
        "https://a Prox=env:Y",      "https://a Proxyfoo=env:Y",
    };
    for (size_t i = 0; i < BX_COUNT(good); i++)
        CHECK(parse(good[i], NULL) == BX_OK);
}

/* What the client would not send later is refused now, where the operator sees it. */
static void what_cannot_be_sent_is_refused(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "expected 'ORIGIN"},
        {"https://a", "expected 'ORIGIN"},
        {"https://a X", "expected 'ORIGIN"},
        {"https://a X=Y", "expected 'ORIGIN"},
        {"https://a X=env:", "expected 'ORIGIN"},
        {"ftp://a X=env:Y", "not an origin"},
        {"a X=env:Y", "not an origin"},
        {"https://a/p X=env:Y", "not an origin"},
        {"https://a/ X=env:Y", "not an origin"},
        {"https://a?q X=env:Y", "not an origin"},
        {"https://u:secret@a X=env:Y", "not an origin"},
        {"https://* X=env:Y", "not an origin"},
        {"https://*.a X=env:Y", "not an origin"},
        {"https://a:99999 X=env:Y", "not an origin"},
        {"https://a:0 X=env:Y", "not an origin"},
        {"https://a:* X=env:Y", "not an origin"},
        {"https://a:1..3 X=env:Y", "not an origin"},
        {"https://a: X=env:Y", "not an origin"},
        {"https://127.1 X=env:Y", "not an origin"},
        {"https://a_/b X=env:Y", "not an origin"},
        {"https://a X Y=env:Z", "name of a header"},
        {"https://a =env:Y", "name of a header"},
        {"https://a X:=env:Y", "name of a header"},
        {"https://a X=env:Y=Z", "name of a variable"},
        {"https://a Host=env:Y", "frames the request"},
        {"https://a content-LENGTH=env:Y", "frames the request"},
        {"https://a Transfer-Encoding=env:Y", "frames the request"},
        {"https://a Proxy-Authorization=env:Y", "belongs to the connection"},
        {"https://a proxy-x=env:Y", "belongs to the connection"},
        {"https://a HTTP2-Settings=env:Y", "belongs to the connection"},
        {"https://a Connection=env:Y", "belongs to the connection"},
        {"https://a TE=env:Y", "belongs to the connection"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_error err = {.msg = ""};
        bx_code rc = parse(bad[i].text, &err);
        if (rc != BX_EINVAL || !strstr(err.msg, bad[i].says))
            printf("# %s -> %s\n", bad[i].text, err.msg);
        CHECK(rc == BX_EINVAL && strstr(err.msg, bad[i].says) && !strstr(err.msg, "secret"));
    }
}

static void values(void)
{
    static char long_value[BX_MAX_CREDENTIAL + 2];
    memset(long_value, 'x', BX_MAX_CREDENTIAL + 1);
    bx_str field = BX_LIT("X");
    bx_error err;
    CHECK(bx_credential_check_value(field, BX_LIT("Bearer s3cret\t!"), NULL) == BX_OK);
    CHECK(bx_credential_check_value(field, (bx_str){long_value, BX_MAX_CREDENTIAL}, NULL) == BX_OK);
    CHECK(bx_credential_check_value(field, bx_str_of(long_value), NULL) == BX_EINVAL);
    CHECK(bx_credential_check_value(field, BX_LIT(""), NULL) == BX_EINVAL);
    static const char *const bad[] = {"s3cret\n", "s3cret\rX: y", "\x7fs3cret", "s3cret\x01"};
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(bx_credential_check_value(field, bx_str_of(bad[i]), &err) == BX_EINVAL &&
              !strstr(err.msg, "s3cret"));
}

static void fields(void)
{
    CHECK(bx_field_is_implied(BX_LIT("HOST")) && !bx_field_is_implied(BX_LIT("X-Host")));
    CHECK(bx_field_is_connection(BX_LIT("Proxy-")) && !bx_field_is_connection(BX_LIT("Proxy")));
}

static void survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        bx_credential c;
        rc = bx_credential_parse(BX_LIT("https://a.example X=env:Y"), &c, NULL);
        if (rc == BX_OK)
            bx_credential_done(&c);
    });
}

BXT_MAIN(RUN(origin_field_and_variable); RUN(what_cannot_be_sent_is_refused); RUN(values);
         RUN(fields); RUN(survives_failed_allocations);)
