#include "app/receipt.h"

#include <sys/stat.h>

#include "base/test.h"
#include "db/testkit.h"

static const bx_audit_head head = {.id = 42, .hash = {1, 2, 3}};

static void remove_home(const char *dir)
{
    char path[TEST_DIR + 32];
    (void)snprintf(path, sizeof path, "%s/keys/audit.key", dir);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/keys", dir);
    (void)rmdir(path);
    (void)rmdir(dir);
}

static void what_is_signed_can_be_checked(void)
{
    char dir[TEST_DIR];
    bx_error err;
    BX_AUTO_BUF text = bx_buf_init(BX_RECEIPT_MAX), again = bx_buf_init(BX_RECEIPT_MAX);
    uint8_t key[BX_ED25519_PUBLIC];
    bx_receipt r;
    CHECK(test_dir(dir));
    CHECK(bx_receipt_key(dir, key, &err) == BX_ENOENT);
    CHECK(bx_receipt_make(dir, &head, &text, &err) == BX_OK);
    CHECK(bx_receipt_key(dir, key, &err) == BX_OK);
    CHECK(bx_receipt_parse(bx_buf_str(&text), &r, &err) == BX_OK);
    CHECK(r.head.id == 42 && memcmp(r.head.hash, head.hash, sizeof head.hash) == 0);
    CHECK(memcmp(r.key, key, sizeof key) == 0 && bx_receipt_check(&r, key, &err) == BX_OK);
    CHECK(bx_receipt_make(dir, &head, &again, &err) == BX_OK); /* the same key */
    bx_receipt s;
    CHECK(bx_receipt_parse(bx_buf_str(&again), &s, &err) == BX_OK);
    CHECK(memcmp(r.key, s.key, sizeof key) == 0);
    /* Each part of it counts. */
    bx_receipt t = r;
    t.head.id++;
    CHECK(bx_receipt_check(&t, key, &err) == BX_EDENIED);
    t = r;
    t.head.hash[31] ^= 1;
    CHECK(bx_receipt_check(&t, key, &err) == BX_EDENIED);
    t = r;
    t.time[0] ^= 1;
    CHECK(bx_receipt_check(&t, key, &err) == BX_EDENIED);
    t = r;
    t.signature[0] ^= 1;
    CHECK(bx_receipt_check(&t, key, &err) == BX_EDENIED);
    t = r;
    t.key[0] ^= 1;
    CHECK(bx_receipt_check(&t, key, &err) == BX_EDENIED);
    remove_home(dir);
}

static void what_is_no_receipt(void)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"boxagnts\":\"audit receipt 1\"}",
        "{\"boxagnts\":\"audit receipt 2\",\"id\":1,\"hash\":\"\",\"time\":\"\",\"key\":\"\","
        "\"signature\":\"\"}",
        "{\"boxagnts\":\"audit receipt 1\",\"id\":0,\"hash\":\"\",\"time\":\"\",\"key\":\"\","
        "\"signature\":\"\"}",
        "[[[[[[1]]]]]]"};
    bx_receipt r;
    bx_error err;
    for (size_t i = 0; i < BX_COUNT(texts); i++)
        CHECK(bx_receipt_parse(bx_str_of(texts[i]), &r, &err) == BX_EINVAL);
    char large[BX_RECEIPT_MAX + 2];
    memset(large, ' ', sizeof large);
    CHECK(bx_receipt_parse((bx_str){large, sizeof large}, &r, &err) == BX_EINVAL);
}

static void a_key_others_can_read_is_refused(void)
{
    char dir[TEST_DIR], path[TEST_DIR + 32];
    bx_error err;
    BX_AUTO_BUF text = bx_buf_init(BX_RECEIPT_MAX);
    uint8_t key[BX_ED25519_PUBLIC];
    CHECK(test_dir(dir));
    CHECK(bx_receipt_make(dir, &head, &text, &err) == BX_OK);
    (void)snprintf(path, sizeof path, "%s/keys/audit.key", dir);
    CHECK(chmod(path, 0644) == 0);
    CHECK(bx_receipt_make(dir, &head, &text, &err) == BX_EUNSAFE);
    CHECK(bx_receipt_key(dir, key, &err) == BX_EUNSAFE);
    CHECK(chmod(path, 0600) == 0 && bx_receipt_key(dir, key, &err) == BX_OK); /* the control */
    remove_home(dir);
}

BXT_MAIN(RUN(what_is_signed_can_be_checked); RUN(what_is_no_receipt);
         RUN(a_key_others_can_read_is_refused);)
