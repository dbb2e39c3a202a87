#include "tool/signature.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "codec/sha256.h"
#include "os/beneath.h"
#include "os/dirs.h"
#include "os/fd.h"

static const char *const states[] = {"unsigned", "signed", "signed by an unknown key"};

const char *bx_signature_state_name(bx_signature_state s) { return states[s]; }

/* ---- keys ------------------------------------------------------------------------------------ */

static bx_code load_one(int dir, const char *name, bx_minisign_public *ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_MINISIGN_MAX_BYTES);
    BX_AUTOCLOSE int fd = bx_openat2(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, BX_BENEATH_STEP);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return bx_fail_errno(err, errno, "%s", name);
    if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IWGRP | S_IWOTH)))
        return bx_fail(err, BX_EUNSAFE, "%s is no plain file that only its owner can write to",
                       name);
    bx_code rc = bx_fd_read_all(fd, BX_MINISIGN_MAX_BYTES, &text, err);
    if (rc == BX_OK)
        rc = bx_minisign_public_parse(bx_buf_str(&text), ret, err);
    return bx_wrap(rc, err, "%s", name);
}

static bx_code load_all(DIR *d, int dir, bx_trusted_keys *ret, bx_error *err)
{
    bx_code rc = BX_OK;
    for (const struct dirent *e; rc == BX_OK && (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (n <= 4 || strcmp(e->d_name + n - 4, ".pub") != 0)
            continue;
        if (ret->n == BX_TRUSTED_MAX)
            return bx_fail(err, BX_ELIMIT, "more than %d keys", BX_TRUSTED_MAX);
        rc = load_one(dir, e->d_name, &ret->at[ret->n], err);
        ret->n += rc == BX_OK;
    }
    return rc;
}

bx_code bx_trusted_keys_load(const char *dir, bx_trusted_keys *ret, bx_error *err)
{
    bx_trusted_keys keys = {NULL, 0};
    BX_AUTOCLOSE int fd = -1;
    *ret = keys;
    if (!dir || access(dir, F_OK) != 0)
        return BX_OK;
    bx_code rc = bx_dir_open_private(dir, &fd, err);
    if (rc != BX_OK)
        return rc;
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    if (!d) {
        bx_autoclose(&copy);
        return bx_fail_errno(err, errno, "%s", dir);
    }
    keys.at = bx_calloc(BX_TRUSTED_MAX, sizeof *keys.at);
    rc = keys.at ? load_all(d, fd, &keys, err) : bx_fail(err, BX_ENOMEM, "keys");
    (void)closedir(d);
    if (rc == BX_OK)
        *ret = keys;
    else
        bx_trusted_keys_done(&keys);
    return bx_wrap(rc, err, "trusted keys of %s", dir);
}

void bx_trusted_keys_done(bx_trusted_keys *k)
{
    free(k->at);
    *k = (bx_trusted_keys){NULL, 0};
}

/* ---- what is signed -------------------------------------------------------------------------- */

#define TOKEN "manifest:sha256:"

/* TOKEN and 64 digits: what stands in the trusted comment for this manifest. */
static void token_of(bx_str manifest, char out[sizeof TOKEN + 2 * BX_SHA256_BYTES])
{
    uint8_t sum[BX_SHA256_BYTES];
    bx_sha256(manifest.p, manifest.n, sum);
    bx_sha256_hex(sum, stpcpy(out, TOKEN));
}

void bx_signature_comment(const bx_signed *of, bx_str file, uint64_t now_s, bx_buf *out)
{
    char token[sizeof TOKEN + 2 * BX_SHA256_BYTES];
    (void)bx_buf_addf(out, "timestamp:%llu\tfile:%.*s", (unsigned long long)now_s, BX_FMT(file));
    if (!of->manifest.p)
        return;
    token_of(of->manifest, token);
    (void)bx_buf_addf(out, "\t%s", token);
}

static bool is_gap(char c) { return c == ' ' || c == '\t'; }

/* The first word of the comment that begins with TOKEN; empty: none does. */
static bx_str word_in(bx_str comment)
{
    for (size_t i = 0; i < comment.n; i++) {
        bx_str rest = bx_str_from(comment, i);
        size_t n = 0;
        if ((i > 0 && !is_gap(comment.p[i - 1])) || !bx_str_starts(rest, BX_LIT(TOKEN)))
            continue;
        while (n < rest.n && !is_gap(rest.p[n]))
            n++;
        return (bx_str){rest.p, n};
    }
    return BX_LIT("");
}

/* Of a comment that is known to be the signer's. */
static bx_code check_manifest(bx_str comment, bx_str manifest, bx_error *err)
{
    char token[sizeof TOKEN + 2 * BX_SHA256_BYTES];
    bx_str word = word_in(comment);
    if (!manifest.p && word.n)
        return bx_fail(err, BX_EDENIED, "what was signed has a manifest beside it, and it is gone");
    if (!manifest.p)
        return BX_OK;
    if (!word.n)
        return bx_fail(err, BX_EDENIED,
                       "the signature is of the module alone: sign both with boxagnts tool sign, "
                       "or sign a module with its manifest in it");
    token_of(manifest, token);
    return bx_str_eq(word, bx_str_of(token))
               ? BX_OK
               : bx_fail(err, BX_EDENIED, "the manifest is not the one that was signed");
}

bx_code bx_signature_verify(const bx_signed *of, const bx_minisign_public *k, bx_error *err)
{
    bx_minisig s;
    if (!of->signature.p)
        return bx_fail(err, BX_EDENIED, "it has no signature");
    bx_code rc = bx_minisig_parse(of->signature, &s, err);
    if (rc == BX_OK)
        rc = bx_minisig_verify(&s, k, of->wasm, err);
    return rc == BX_OK ? check_manifest(s.comment, of->manifest, err) : rc;
}

bx_code bx_signature_judge(const bx_signed *of, const bx_trusted_keys *keys,
                           bx_signature_state *ret, char ret_id[BX_MINISIGN_ID_HEX], bx_error *err)
{
    bx_minisig s;
    *ret = BX_UNSIGNED;
    if (!of->signature.p)
        return BX_OK;
    bx_code rc = bx_minisig_parse(of->signature, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_minisign_id_hex(s.id, ret_id);
    *ret = BX_SIGNED_UNKNOWN;
    /* The number of a key is no secret and no proof: two keys may say the same one. */
    for (size_t i = 0; i < keys->n; i++) {
        if (memcmp(keys->at[i].id, s.id, sizeof s.id) != 0)
            continue;
        rc = bx_signature_verify(of, &keys->at[i], err);
        if (rc == BX_OK)
            *ret = BX_SIGNED;
        if (rc != BX_EDENIED)
            return rc;
    }
    return rc;
}
