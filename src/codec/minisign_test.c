#include "codec/minisign.h"

#include "base/test.h"

/* Made by minisign 0.11: minisign -G -W, -S of "hello\n" with -t 'a comment', and -l for the old
 * kind. */
static const char public_file[] = "untrusted comment: minisign public key 6C546900738C8EE1\n"
                                  "RWThjoxzAGlUbO7OZF3sdUJxv/zlPRLrFzmWgNmRJGUkbH2sBkDYOIIx\n";
static const char secret_file[] =
    "untrusted comment: minisign encrypted secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AA4Y6McwBpVGwJIecL+ED5/HwCbqd6dXJLm/Ps0m4w8sSOlTOHi9mu7O7OZF3sdUJxv/zl"
    "PRLrFzmWgNmRJGUkbH2sBkDYOIIxAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "A=\n";
static const char signature[] =
    "untrusted comment: signature from minisign secret key\n"
    "RUThjoxzAGlUbF+I9X7eJcqo2DBGzzn5JI5WgvhrKLBIC+C9AAZfarmaXXmh6ez4hlmfIF"
    "s4+jp7F3bnYqMMvc4LxD4QFKud0wk=\n"
    "trusted comment: a comment\n"
    "qLR6SUbMOOqEYa68/+MswTk6gEazgAmoNKjnmLdSTqRiZzXChd3McbETWb3Z3x3dIo0HXf"
    "QYcaKJl1LMpZBRBw==\n";
static const char old_signature[] =
    "untrusted comment: signature from minisign secret key\n"
    "RWThjoxzAGlUbIszpHw98fPJddX+0E7x1gc4XpsXx4kpIDhOE7QPbqe2RS1pWHfOMv2K4V"
    "hZDRGpjIF/l0VUX4LP39YCqVeDoQs=\n"
    "trusted comment: legacy\n"
    "Ug+GalZZikzTb6totPAARHek8WI3Sb8iXKTqU+WiZkGLMLiXh+MyA/XqjWUeSZegoddUpH"
    "E5Mz+w55dMRceXDQ==\n";

static const bx_str message = {"hello\n", 6};

static bx_code verify(const char *text, bx_str of, bx_error *err)
{
    bx_minisign_public k;
    bx_minisig s;
    bx_code rc = bx_minisign_public_parse(bx_str_of(public_file), &k, err);
    if (rc == BX_OK)
        rc = bx_minisig_parse(bx_str_of(text), &s, err);
    return rc == BX_OK ? bx_minisig_verify(&s, &k, of, err) : rc;
}

static void of_minisign(void)
{
    bx_error err;
    CHECK(verify(signature, message, &err) == BX_OK);
    CHECK(verify(old_signature, message, &err) == BX_OK);
    CHECK(verify(signature, BX_LIT("Hello\n"), &err) == BX_EDENIED);
    CHECK(strcmp(err.msg, "the signature is not of this content") == 0);
    CHECK(verify(old_signature, BX_LIT("hello"), &err) == BX_EDENIED);
}

/* One that says so much else than it did when it was signed. */
static bx_code changed(const char *text, const char *what, const char *to, bx_error *err)
{
    char copy[1024];
    const char *found = strstr(text, what);
    size_t at = found ? (size_t)(found - text) : 0;
    (void)snprintf(copy, sizeof copy, "%.*s%s%s", (int)at, text, to, text + at + strlen(what));
    return verify(copy, message, err);
}

static void tampered(void)
{
    bx_error err;
    CHECK(changed(signature, "a comment", "a Comment", &err) == BX_EDENIED);
    CHECK(strcmp(err.msg, "the signature's trusted comment was changed") == 0);
    CHECK(changed(signature, "signature from", "whatever", &err) == BX_OK); /* untrusted */
    CHECK(changed(signature, "RUTh", "RUTi", &err) == BX_EDENIED);          /* another key */
    CHECK(strstr(err.msg, "signed with key 6C546900738C8EE2, not with 6C546900738C8EE1") != NULL);
    CHECK(changed(signature, "RUTh", "RWTh", &err) == BX_EDENIED); /* not of the hash */
    CHECK(changed(signature, "untrusted", "Untrusted", &err) == BX_EINVAL);
    CHECK(changed(signature, "trusted comment: a", "comment: a", &err) == BX_EINVAL);
    CHECK(changed(signature, "RUTh", "QUTh", &err) == BX_EINVAL);
    CHECK(changed(signature, "RUTh", "RUT", &err) == BX_EINVAL);
    CHECK(verify("", message, &err) == BX_EINVAL);
    CHECK(changed(signature, "a comment", "a comment\r\r", &err) == BX_OK); /* ends of lines */
    BX_AUTO_BUF more = bx_buf_init(2048);
    (void)bx_buf_addf(&more, "%s\n%s", signature, signature);
    CHECK(verify(more.p, message, &err) == BX_EINVAL);
}

static void secret_keys(void)
{
    bx_minisign_secret k, again;
    bx_minisig s;
    bx_error err;
    const uint8_t salt[BX_MINISIGN_SALT] = {1, 2, 3};
    CHECK(!bx_minisign_secret_is_locked(bx_str_of(secret_file)));
    CHECK(bx_minisign_secret_parse(bx_str_of(secret_file), BX_LIT(""), &k, &err) == BX_OK);
    CHECK(bx_minisign_sign(&k, message, BX_LIT("ours"), &s, &err) == BX_OK);
    BX_AUTO_BUF text = bx_buf_init(4096);
    bx_minisig_print(&s, BX_LIT("x"), &text);
    CHECK(verify(text.p, message, &err) == BX_OK);
    CHECK(bx_minisign_sign(&k, message, BX_LIT("a\nb"), &s, &err) == BX_EINVAL);
    bx_buf_clear(&text);
    CHECK(bx_minisign_secret_print(&k, BX_LIT("pass"), salt, &text, &err) == BX_OK);
    CHECK(bx_minisign_secret_is_locked(bx_buf_str(&text)));
    CHECK(bx_minisign_secret_parse(bx_buf_str(&text), BX_LIT("Pass"), &again, &err) == BX_EDENIED);
    CHECK(bx_minisign_secret_parse(bx_buf_str(&text), BX_LIT("pass"), &again, &err) == BX_OK);
    CHECK(memcmp(&k, &again, sizeof k) == 0);
    text.p[60] ^= 3; /* the key's salt */
    CHECK(bx_minisign_secret_parse(bx_buf_str(&text), BX_LIT("pass"), &again, &err) != BX_OK);
    bx_buf_clear(&text);
    CHECK(bx_minisign_secret_print(&k, (bx_str){NULL, 0}, salt, &text, &err) == BX_OK);
    CHECK(bx_minisign_secret_parse(bx_buf_str(&text), BX_LIT(""), &again, &err) == BX_OK);
    char *seed = text.p + 41 + 90; /* within the seed */
    *seed = *seed == 'A' ? 'B' : 'A';
    CHECK(bx_minisign_secret_parse(bx_buf_str(&text), BX_LIT(""), &again, &err) == BX_EINVAL);
    CHECK(bx_minisign_secret_parse(BX_LIT("x"), BX_LIT(""), &again, &err) == BX_EINVAL);
}

static void public_keys(void)
{
    bx_minisign_public k, again;
    bx_error err;
    char id[BX_MINISIGN_ID_HEX];
    CHECK(bx_minisign_public_parse(bx_str_of(public_file), &k, &err) == BX_OK);
    bx_minisign_id_hex(k.id, id);
    CHECK(strstr(public_file, id) != NULL);
    BX_AUTO_BUF text = bx_buf_init(4096);
    bx_minisign_public_print(&k, &text);
    CHECK(strcmp(text.p, public_file) == 0);
    CHECK(bx_minisign_public_parse(bx_str_of(strchr(text.p, '\n') + 1), &again, &err) == BX_OK);
    CHECK(memcmp(&k, &again, sizeof k) == 0);
    CHECK(bx_minisign_public_parse(bx_str_of(secret_file), &k, &err) == BX_EINVAL);
    CHECK(bx_minisign_public_parse(bx_str_of(signature), &k, &err) == BX_EINVAL);
}

BXT_MAIN(RUN(of_minisign); RUN(tampered); RUN(secret_keys); RUN(public_keys);)
