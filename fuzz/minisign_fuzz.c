/* The files of minisign, which come with tools of strangers: whatever is accepted, printed and read
 * again, is the same; no signature that was made up verifies; and the section of a module that a
 * manifest is in. */
#include "codec/minisign.h"
#include "codec/wasm_section.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void signature(bx_str text)
{
    static const bx_minisign_public key = {.id = {1}, .key = {2}};
    bx_minisig s, again;
    bx_error err = {.msg = ""};
    if (bx_minisig_parse(text, &s, &err) != BX_OK) {
        BX_ASSERT(err.msg[0]);
        return;
    }
    BX_AUTO_BUF out = bx_buf_init(64 << 10);
    bx_minisig_print(&s, BX_LIT("x"), &out);
    BX_ASSERT(bx_minisig_parse(bx_buf_str(&out), &again, NULL) == BX_OK);
    BX_ASSERT(s.prehashed == again.prehashed && bx_str_eq(s.comment, again.comment) &&
              memcmp(s.id, again.id, sizeof s.id) == 0 &&
              memcmp(s.signature, again.signature, sizeof s.signature) == 0 &&
              memcmp(s.global, again.global, sizeof s.global) == 0);
    BX_ASSERT(bx_minisig_verify(&s, &key, text, NULL) != BX_OK);
}

static void keys(bx_str text)
{
    bx_minisign_public k, again;
    bx_minisign_secret s;
    BX_AUTO_BUF out = bx_buf_init(64 << 10);
    if (bx_minisign_public_parse(text, &k, NULL) == BX_OK) {
        bx_minisign_public_print(&k, &out);
        BX_ASSERT(bx_minisign_public_parse(bx_buf_str(&out), &again, NULL) == BX_OK &&
                  memcmp(&k, &again, sizeof k) == 0);
    }
    if (!bx_minisign_secret_is_locked(text)) /* a password costs a second */
        (void)!bx_minisign_secret_parse(text, BX_LIT(""), &s, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str text = {(const char *)data, size}, section = {NULL, 0};
    signature(text);
    keys(text);
    if (bx_wasm_section_find(text, BX_LIT("boxagnts.tool"), &section, NULL) == BX_OK && section.p)
        BX_ASSERT(section.p >= text.p && section.p + section.n <= text.p + text.n);
    return 0;
}
