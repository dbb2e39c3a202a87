#include "db/redact.h"

#include "base/test.h"

/* What `text` becomes; a test's own buffer. */
static const char *redact(const char *text)
{
    static char room[4096];
    BX_AUTO_BUF out = bx_buf_init(sizeof room - 1);
    bx_redact_text(NULL, bx_str_of(text), &out);
    (void)snprintf(room, sizeof room, "%s", bx_buf_str(&out).p);
    return room;
}

static const char *redact_json(const char *text)
{
    static char room[4096];
    BX_AUTO_BUF out = bx_buf_init(sizeof room - 1);
    bx_json_out o = bx_json_out_on(&out);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error err;
    const bx_redact_rule rule = {.secrets = NULL};
    if (bx_json_parse(bx_str_of(text), 64, &doc, &err) != BX_OK)
        return err.code == BX_OK ? "" : "no JSON";
    bx_redact_value(&rule, bx_json_root(doc), &o);
    (void)snprintf(room, sizeof room, "%s", bx_buf_str(&out).p);
    return room;
}

static void names_of_secrets(void)
{
    static const char *const secret[] = {
        "password",     "PASSWORD",      "db_password",
        "userPassword", "passwd",        "passphrase",
        "secret",       "client_secret", "api_key",
        "apiKey",       "X-Api-Key",     "AWS_SECRET_ACCESS_KEY",
        "token",        "GITHUB_TOKEN",  "access_token",
        "refreshToken", "Authorization", "Proxy-Authorization",
        "cookie",       "Set-Cookie",    "private_key",
        "credentials",  "DB_PASS",       "pass",
        "mysql_pwd",    "jwt",           "auth",
        "otp",          "bearer",        "auth_key",
    };
    static const char *const plain[] = {
        "path",    "tokens",    "max_tokens", "tokenizer",   "compass", "bypass",
        "author",  "key",       "keys",       "count",       "query",   "url",
        "passage", "authority", "",           "description", "PWD",     "OLDPWD",
    };
    for (size_t i = 0; i < BX_COUNT(secret); i++)
        CHECK(bx_redact_is_secret_name(bx_str_of(secret[i])));
    for (size_t i = 0; i < BX_COUNT(plain); i++)
        CHECK(!bx_redact_is_secret_name(bx_str_of(plain[i])));
}

/* Each has the same secret in it, which must be gone; what is not secret must stay. */
static void secrets_in_text(void)
{
    static const char *const texts[] = {
        "curl -H \"Authorization: Bearer Hidden7Hidden7\" https://h/",
        "curl -H 'X-Api-Key: Hidden7Hidden7' https://h/",
        "curl -u me:Hidden7Hidden7 https://h/",
        "curl --user me:Hidden7Hidden7 https://h/",
        "curl --user=me:Hidden7Hidden7 https://h/",
        "curl -ume:Hidden7Hidden7 https://h/",
        "export DB_PASSWORD=Hidden7Hidden7; keep",
        "DB_PASSWORD=\"Hidden7Hidden7 Hidden7Hidden7\" keep",
        "mysql --password Hidden7Hidden7 keep",
        "mysql --password=Hidden7Hidden7 keep",
        "https://me:Hidden7Hidden7@h/keep",
        "https://h/?api_key=Hidden7Hidden7&keep=1",
        "{\"password\": \"Hidden7Hidden7\", \"keep\": 1}",
        "{\\\"password\\\": \\\"Hidden7Hidden7\\\", \\\"keep\\\": 1}",
        "password: Hidden7Hidden7\nkeep: 1",
        "Cookie: a=Hidden7Hidden7; b=Hidden7Hidden7\nkeep: 1",
        "if token == 'Hidden7Hidden7': keep",
        "-----BEGIN RSA PRIVATE KEY-----\nHidden7Hidden7\n-----END RSA PRIVATE KEY-----\nkeep",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nHidden7Hidden7",
        "the key is sk-Hidden7Hidden7Hidden7Hidden7 keep",
        "ghp_Hidden7Hidden7Hidden7Hidden7Hidden7 keep",
        "github_pat_Hidden7Hidden7Hidden7Hidden7 keep",
        "xoxb-Hidden7Hidden7-Hidden7 keep",
        "eyJHidden7.eyJHidden7Hidden7.Hidden7 keep",
        "authorization: basic Hidden7Hidden7==",
        "Bearer Hidden7Hidden7 keep",
        "mysql -u root -pHidden7Hidden7 keep",
        "/usr/bin/mysqldump -pHidden7Hidden7 keep",
        "cd x && mariadb -h h -p'Hidden7Hidden7' keep",
        "sshpass -p Hidden7Hidden7 ssh keep",
        "sshpass -pHidden7Hidden7 ssh keep",
        "redis-cli -h h -a Hidden7Hidden7 keep",
        "redis-cli --pass Hidden7Hidden7 keep",
        "PGPASSWORD=Hidden7Hidden7 psql keep",
        "PGPASSWORD='Hidden7Hidden7' psql keep",
        "env MYSQL_PWD=Hidden7Hidden7 mysql keep",
        "curl -U me:Hidden7Hidden7 keep",
        "curl --proxy-user me:Hidden7Hidden7 keep",
        "curl -b sid=Hidden7Hidden7 keep",
        "curl -H \"Authorization: token Hidden7Hidden7\" keep",
        "curl -H Authorization:Hidden7Hidden7",
        "curl --header='PRIVATE-TOKEN: Hidden7Hidden7' keep",
        "wget --http-password=Hidden7Hidden7 keep",
        "smbclient -U me%Hidden7Hidden7 keep",
        "docker login -u me -p Hidden7Hidden7 keep",
        "az login -u me -p Hidden7Hidden7 keep",
        "ldapsearch -x -D cn=a -w Hidden7Hidden7 keep",
        "unzip -P Hidden7Hidden7 keep.zip",
        "7z x -pHidden7Hidden7 keep.7z",
        "keytool -storepass Hidden7Hidden7 keep",
        "openssl enc -pass pass:Hidden7Hidden7 keep",
        "aws configure set aws_secret_access_key Hidden7Hidden7 && keep",
        "npm config set //registry.example.com/:_authToken Hidden7Hidden7; keep",
        "machine h login me password Hidden7Hidden7 keep",
        "<password>Hidden7Hidden7</password><keep>",
        "<server><id>x</id><db:Password type=\"a\">Hidden7Hidden7</db:Password><keep>",
        "postgres://me:Hidden7Hidden7@h:5432/keep",
        "git clone https://Hidden7Hidden7Hidden7@github.example/keep",
        "Server=h;User=me;Password=Hidden7Hidden7;keep",
        "AccountKey=Hidden7Hidden7==;keep",
        "https://h/x?X-Amz-Signature=Hidden7Hidden7&keep",
        "GOCSPX-Hidden7Hidden7Hidden7 keep",
        "hvs.Hidden7Hidden7Hidden7 keep",
        "gsk_Hidden7Hidden7Hidden7Hidden7Hidden7 keep",
        "sk-ant-api03-Hidden7Hidden7Hidden7 keep",
        "sk-proj-Hidden7Hidden7Hidden7 keep",
        "glpat-Hidden7Hidden7Hi keep",
        "rk_test_Hidden7Hidden7 keep",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nHidden7\n-----END PGP PRIVATE KEY BLOCK-----\nkeep",
        "{\"command\":\"mysql -pHidden7Hidden7 keep\"}",
    };
    for (size_t i = 0; i < BX_COUNT(texts); i++) {
        const char *out = redact(texts[i]);
        if (strstr(out, "Hidden7"))
            printf("# %s\n# -> %s\n", texts[i], out);
        CHECK(!strstr(out, "Hidden7"));
        CHECK(strstr(out, "[redacted]"));
        if (strstr(texts[i], "keep") && !strstr(out, "keep"))
            printf("# %s\n# -> %s\n", texts[i], out);
        CHECK(!strstr(texts[i], "keep") || strstr(out, "keep"));
    }
    CHECK(!strstr(redact("AKIAABCDEFGHIJKLMNOP keep"), "ABCDEF"));
}

/* The control: nothing here is a secret, and nothing is touched. */
static void other_text_stays(void)
{
    static const char *const texts[] = {
        "",
        "a",
        "cat README.md | grep token",
        "the basic idea, the bearer of news",
        "https://example.com:8080/a@b?x=1&y=2",
        "mailto:me@example.com",
        "key=value",
        "max_tokens=100",
        "export PASSWORD=$OTHER",
        "export PASSWORD=${OTHER}",
        "token=",
        "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----",
        "sk-learn",
        "ghp_short",
        "git log --author=me",
        "a: b",
        "password",
        "eyJust words. and. more.",
        "password=[redacted]",
        "-u",
        "--password",
        "--password --other",
        "mkdir -p src/new",
        "mysql -p db",
        "mysql -u me -P 3306",
        "mysql x; mkdir -parents",
        "docker run -p 8080:80 image",
        "docker login -u me --password-stdin",
        "redis-cli ping -a",
        "tar -pxf a; ls -a x",
        "ssh -p 22 h",
        "set -e; ls",
        "set tokens 5",
        "<p>password</p><b>x</b>",
        "<password/><x>y</x>",
        "<password></password>",
        "</password>x<",
        "a > b",
        "login me then password",
        "curl -b",
        "openssl dgst -sha256 x",
    };
    for (size_t i = 0; i < BX_COUNT(texts); i++) {
        const char *out = redact(texts[i]);
        if (strcmp(out, texts[i]) != 0)
            printf("# %s\n# -> %s\n", texts[i], out);
        CHECK(strcmp(out, texts[i]) == 0);
    }
}

static void exact_words(void)
{
    CHECK(strcmp(redact("curl -u me:pw h"), "curl -u me:[redacted] h") == 0);
    CHECK(strcmp(redact("https://me:pw@h/"), "https://me:[redacted]@h/") == 0);
    CHECK(strcmp(redact("A_TOKEN=x B=y"), "A_TOKEN=[redacted] B=y") == 0);
    CHECK(strcmp(redact("Authorization: Bearer a b"), "Authorization: [redacted]") == 0);
    CHECK(strcmp(redact_json("{\"a\":1,\"password\":\"x\",\"b\":[\"y\"]}"),
                 "{\"a\":1,\"password\":\"[redacted]\",\"b\":[\"y\"]}") == 0);
}

static void secrets_in_json(void)
{
    CHECK(strcmp(redact_json("{\"auth\":{\"user\":\"u\",\"n\":12,\"on\":true}}"),
                 "{\"auth\":{\"user\":\"[redacted]\",\"n\":\"[redacted]\",\"on\":true}}") == 0);
    CHECK(
        strcmp(
            redact_json("[{\"name\":\"Cookie\",\"value\":\"x\"},{\"name\":\"a\",\"value\":\"x\"}]"),
            "[{\"name\":\"Cookie\",\"value\":\"[redacted]\"},{\"name\":\"a\",\"value\":\"x\"}]") ==
        0);
    CHECK(strcmp(redact_json("[\"curl\",\"--token\",\"x\",\"y\"]"),
                 "[\"curl\",\"--token\",\"[redacted]\",\"y\"]") == 0);
    CHECK(strcmp(redact_json("{\"https://u:pw@h/\":null}"), "{\"https://u:[redacted]@h/\":null}") ==
          0);
    CHECK(strcmp(redact_json("\"token: x\""), "\"token: [redacted]\"") == 0);
}

static void known_secrets(void)
{
    const bx_str secrets[] = {BX_LIT("swordfish"), BX_LIT("abc")}; /* the second is too short */
    const bx_redactor r = {secrets, BX_COUNT(secrets)};
    BX_AUTO_BUF out = bx_buf_init(4096);
    bx_redact_text(&r, BX_LIT("a swordfish, /swordfish/abc"), &out);
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("a [redacted], /[redacted]/abc")));
    bx_buf_clear(&out);
    bx_redact_text(&r, BX_LIT("-u swordfish:pw"), &out);
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("-u [redacted]:[redacted]")));
}

/* What looks like the beginning of a secret again and again: a pass over it, not one for each. */
static void hostile_texts_take_no_longer(void)
{
    static const char *const parts[] = {
        "eyJ-",
        "eyJ.",
        "-.",
        "sk-",
        "cookie:[redacted]",
        "password=\"[redacted]",
        "://",
        "://a:",
        "-----BEGIN PRIVATE KEY",
        "--password ",
        "bearer ",
        "a:",
        "password=$",
        "token='",
        "\\\"",
        "mysql -p",
        "-p ",
        "<password>",
        "<password",
        ">",
        "set ",
        "login password ",
    };
    for (size_t i = 0; i < BX_COUNT(parts); i++) {
        BX_AUTO_BUF text = bx_buf_init(2 << 20), out = bx_buf_init(64 << 20);
        while (text.n < 1 << 20)
            (void)bx_buf_add_z(&text, parts[i]);
        bx_redact_text(NULL, bx_buf_str(&text), &out);
        CHECK(out.fail == BX_OK && out.n > 0);
    }
}

static void deep_values_become_texts(void)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    for (int i = 0; i < 60; i++)
        (void)bx_buf_add_z(&text, "[");
    (void)bx_buf_add_z(&text, "{\"password\":\"x\"}");
    for (int i = 0; i < 60; i++)
        (void)bx_buf_add_z(&text, "]");
    const char *out = redact_json(text.p);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error err;
    CHECK(bx_json_parse(bx_str_of(out), 50, &doc, &err) == BX_OK);
    CHECK(strstr(out, "{\\\"password\\\":\\\"[redacted]\\\"}"));
}

static void memory_that_is_missing_is_told(void)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error err;
    const bx_redact_rule rule = {.secrets = NULL};
    CHECK(bx_json_parse(BX_LIT("{\"a\":\"token=x\",\"token=y\":1}"), 64, &doc, &err) == BX_OK);
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO_BUF out = bx_buf_init(4096);
        bx_json_out o = bx_json_out_on(&out);
        bx_redact_value(&rule, bx_json_root(doc), &o);
        rc = bx_json_out_end(&o, &err);
    });
}

/* Nobody can be shown a harmless call and allow another one. */
static void commands_a_person_decides_about(void)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"echo Cookie: a; rm -rf .", "echo Cookie: a; rm -rf ."},
        {"PASSWORD=\"$(rm x)\" ls", "PASSWORD=\"$(rm x)\" ls"},
        {"TOKEN=`rm x` ls", "TOKEN=`rm x` ls"},
        {"PASSWORD= rm x", "PASSWORD= rm x"},
        {"curl -u \"a:$(rm x)\" h", "curl -u \"a:$(rm x)\" h"},
        {"cat <<E\n-----BEGIN RSA PRIVATE KEY-----\nrm x\n-----END RSA PRIVATE KEY-----\nE",
         "cat <<E\n-----BEGIN RSA PRIVATE KEY-----\nrm x\n-----END RSA PRIVATE KEY-----\nE"},
        {"rm -r cookie: src lib", "rm -r cookie: [redacted] lib"},
        {"echo \"'\"; find . -name authorization: -o -delete",
         "echo \"'\"; find . -name authorization: -o -delete"},
        {"find . -name token: -delete", "find . -name token: -delete"},
        {"ls # it's\nrm -r cookie: src lib'x'", "ls # it's\nrm -r cookie: [redacted] lib'x'"},
        {"rm -r \"\ntoken:\" -f lib \"x\"", "rm -r \"\ntoken:\" -f lib \"x\""},
        {"x --password 'Hidden7 Hidden7'", "x --password '[redacted]'"},
        {"cat <<E\nAuthorization: Bearer Hidden7Hidden7 x\nE",
         "cat <<E\nAuthorization: [redacted] x\nE"},
        {"DB_PASSWORD=Hidden7Hidden7 ls", "DB_PASSWORD=[redacted] ls"}, /* the control */
        {"curl -H 'Authorization: Bearer abcdefgh' h", "curl -H 'Authorization: [redacted]' h"},
        {"curl -H 'Authorization: Bearer Hidden7Hidden7' h",
         "curl -H 'Authorization: [redacted]' h"},
    };
    const bx_redact_rule rule = {.shows_commands = true};
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        BX_AUTO(bx_json) bx_json *in = NULL, *out = NULL;
        BX_AUTO_BUF json = bx_buf_init(1 << 16), got = bx_buf_init(1 << 16);
        bx_json_out o = bx_json_out_on(&json), to = bx_json_out_on(&got);
        bx_str s = BX_LIT("");
        bx_json_out_string(&o, bx_str_of(rows[i].text));
        CHECK(bx_json_parse(bx_buf_str(&json), 2, &in, NULL) == BX_OK);
        bx_redact_value(&rule, bx_json_root(in), &to);
        CHECK(bx_json_parse(bx_buf_str(&got), 2, &out, NULL) == BX_OK &&
              bx_json_str(bx_json_root(out), &s));
        CHECK(bx_str_eq(s, bx_str_of(rows[i].shown)));
    }
}

/* A function may be called like a secret. */
static void functions_a_person_decides_about(void)
{
    static const char text[] = "{\"command\":\"token\",\"functions\":{\"token\":\"reboot\"},"
                               "\"env\":{\"TOKEN\":\"Hidden7\"},\"in\":{\"functions\":{\"token\":"
                               "\"x\"}}}";
    static const char shown[] =
        "{\"command\":\"token\",\"functions\":{\"token\":\"reboot\"},"
        "\"env\":{\"TOKEN\":\"[redacted]\"},\"in\":{\"functions\":{\"token\":"
        "\"[redacted]\"}}}";
    for (int commands = 0; commands < 2; commands++) {
        const bx_redact_rule rule = {.shows_commands = commands};
        BX_AUTO(bx_json) bx_json *in = NULL;
        BX_AUTO_BUF got = bx_buf_init(1 << 16);
        bx_json_out to = bx_json_out_on(&got);
        CHECK(bx_json_parse(bx_str_of(text), 8, &in, NULL) == BX_OK);
        bx_redact_value(&rule, bx_json_root(in), &to);
        CHECK(bx_str_eq(bx_buf_str(&got), bx_str_of(shown)) == (commands == 1));
        CHECK((strstr(got.p, "reboot") != NULL) == (commands == 1));
    }
}

BXT_MAIN(RUN(names_of_secrets); RUN(secrets_in_text); RUN(other_text_stays); RUN(exact_words);
         RUN(secrets_in_json); RUN(known_secrets); RUN(deep_values_become_texts);
         RUN(hostile_texts_take_no_longer); RUN(commands_a_person_decides_about);
         RUN(functions_a_person_decides_about); RUN(memory_that_is_missing_is_told);)
