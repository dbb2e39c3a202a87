/* boxagnts tool sign, verify and keygen: signatures of tools, in the format of minisign. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "cli/catalogue.h"
#include "cli/commands.h"
#include "cli/own_tool.h"
#include "os/clock.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "os/random.h"

enum { FLAG_KEY, FLAG_COMMENT, FLAG_OUT, FLAG_NO_PASSWORD, EXIT_FAILED = 1 };

static const bx_flag sign_flags[] = {
    {"key", "FILE", "the secret key, of tool keygen or minisign", FLAG_KEY},
    {"comment", "TEXT", "words to add to the trusted comment", FLAG_COMMENT},
};

static const bx_flag verify_flags[] = {
    {"key", "FILE", "the public key it has to be signed by (default: any that is trusted)",
     FLAG_KEY},
};

static const bx_flag keygen_flags[] = {
    {"out", "NAME", "write NAME.key and NAME.pub (default: $BOXAGNTS_HOME/keys/tools)", FLAG_OUT},
    {"no-password", NULL, "keep the secret key without a password", FLAG_NO_PASSWORD},
};

static int complain(const char *command, bx_code rc, const bx_error *err)
{
    bx_cli_complain("%s: %s", command, err->msg);
    return rc == BX_EDENIED ? EXIT_FAILED : EXIT_OURS;
}

/* ---- sign ------------------------------------------------------------------------------------ */

static bx_code read_secret(const char *path, bx_minisign_secret *ret, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_MINISIGN_MAX_BYTES), password = bx_buf_init(0);
    bx_code rc = bx_file_read_all(AT_FDCWD, path, BX_MINISIGN_MAX_BYTES, &text, err);
    if (rc == BX_OK && bx_minisign_secret_is_locked(bx_buf_str(&text)))
        rc = bx_cli_password("password of the key", &password, err);
    if (rc == BX_OK)
        rc = bx_wrap(bx_minisign_secret_parse(bx_buf_str(&text), bx_buf_str(&password), ret, err),
                     err, "%s", path);
    if (text.p)
        bx_wipe(text.p, text.n);
    if (password.p)
        bx_wipe(password.p, password.n);
    return rc;
}

static bx_code make_signature(const bx_tool_files *f, const char *path, const bx_args *a,
                              bx_buf *out, bx_error *err)
{
    bx_minisign_secret key;
    bx_minisig s;
    const char *slash = strrchr(path, '/'), *more = bx_flag_last(a, FLAG_COMMENT);
    const bx_signed of = bx_tool_files_signed(f);
    BX_AUTO_BUF comment = bx_buf_init(BX_MINISIGN_MAX_COMMENT);
    bx_signature_comment(&of, bx_str_of(slash ? slash + 1 : path),
                         bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000000000, &comment);
    if (more)
        (void)bx_buf_addf(&comment, "\t%s", more);
    bx_code rc = bx_buf_check(&comment, err);
    if (rc == BX_OK)
        rc = read_secret(bx_flag_last(a, FLAG_KEY), &key, err);
    if (rc != BX_OK)
        return rc;
    rc = bx_minisign_sign(&key, of.wasm, bx_buf_str(&comment), &s, err);
    if (rc == BX_OK)
        bx_minisig_print(&s, BX_LIT("signature of a tool: minisign -V, or boxagnts tool verify"),
                         out);
    bx_wipe(&key, sizeof key);
    return rc == BX_OK ? bx_buf_check(out, err) : rc;
}

static int run_sign(const bx_args *a)
{
    BX_AUTO_BUF path = bx_buf_init(2 * BX_MAX_PATH), text = bx_buf_init(BX_MINISIGN_MAX_BYTES);
    bx_tool_files f;
    bx_error err;
    if (a->n_words != 1 || !bx_flag_last(a, FLAG_KEY)) {
        bx_cli_complain("tool sign: %s boxagnts %s",
                        a->n_words == 1 ? "with which key?" : "which tool?",
                        bx_cmd_tool_sign.usage);
        return EXIT_OURS;
    }
    bx_code rc = bx_cli_tool_files(a->words[0], &path, &f, &err);
    if (rc == BX_OK)
        rc = make_signature(&f, path.p, a, &text, &err);
    bx_tool_files_done(&f);
    (void)bx_buf_add_z(&path, ".minisig");
    if (rc == BX_OK)
        rc = bx_buf_check(&path, &err);
    bx_str part = bx_buf_str(&text);
    if (rc == BX_OK)
        rc = bx_file_write_atomic(AT_FDCWD, path.p, 0644, &part, 1, &err);
    if (rc != BX_OK)
        return complain("tool sign", BX_EINVAL, &err);
    (void)printf("%s\n", path.p);
    return 0;
}

/* ---- verify ---------------------------------------------------------------------------------- */

static bx_code verify_with(const bx_signed *of, const char *path, char id[BX_MINISIGN_ID_HEX],
                           bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_MINISIGN_MAX_BYTES);
    bx_minisign_public k;
    bx_code rc = bx_file_read_all(AT_FDCWD, path, BX_MINISIGN_MAX_BYTES, &text, err);
    if (rc == BX_OK)
        rc = bx_wrap(bx_minisign_public_parse(bx_buf_str(&text), &k, err), err, "%s", path);
    if (rc != BX_OK)
        return rc;
    bx_minisign_id_hex(k.id, id);
    return bx_signature_verify(of, &k, err);
}

static bx_code verify_trusted(const bx_signed *of, char id[BX_MINISIGN_ID_HEX], bx_error *err)
{
    char home[BX_MAX_PATH], dir[BX_MAX_PATH + 32];
    __attribute__((cleanup(bx_trusted_keys_done))) bx_trusted_keys keys = {NULL, 0};
    bx_signature_state state = BX_UNSIGNED;
    bx_code rc = bx_home_dir(home, sizeof home, err);
    if (rc == BX_OK) {
        (void)snprintf(dir, sizeof dir, "%s/keys/trusted", home);
        rc = bx_trusted_keys_load(dir, &keys, err);
    }
    if (rc == BX_OK)
        rc = bx_signature_judge(of, &keys, &state, id, err);
    if (rc != BX_OK || state == BX_SIGNED)
        return rc;
    return state == BX_UNSIGNED
               ? bx_fail(err, BX_EDENIED, "it has no signature")
               : bx_fail(err, BX_EDENIED,
                         "signed with key %s, which is not trusted: --key FILE.pub, or boxagnts "
                         "trust --key FILE.pub",
                         id);
}

static int run_verify(const bx_args *a)
{
    BX_AUTO_BUF path = bx_buf_init(2 * BX_MAX_PATH);
    char id[BX_MINISIGN_ID_HEX] = "";
    bx_tool_files f;
    bx_error err;
    if (a->n_words != 1) {
        bx_cli_complain("tool verify: which tool? boxagnts %s", bx_cmd_tool_verify.usage);
        return EXIT_OURS;
    }
    const char *key = bx_flag_last(a, FLAG_KEY);
    bx_code rc = bx_cli_tool_files(a->words[0], &path, &f, &err);
    const bx_signed of = bx_tool_files_signed(&f);
    bool beside = f.has_manifest_file;
    if (rc == BX_OK)
        rc = bx_wrap(key ? verify_with(&of, key, id, &err) : verify_trusted(&of, id, &err), &err,
                     "%s", path.p);
    bx_tool_files_done(&f);
    if (rc != BX_OK)
        return complain("tool verify", rc, &err);
    (void)printf("%s: signed by %s: the module%s\n", path.p, id,
                 beside ? " and its manifest" : ", with what is in it");
    return 0;
}

/* ---- keygen ---------------------------------------------------------------------------------- */

static bx_code ask_password(bx_buf *ret, bx_error *err)
{
    BX_AUTO_BUF again = bx_buf_init(0);
    bx_code rc = bx_cli_password("password for the key", ret, err);
    if (rc == BX_OK)
        rc = bx_cli_password("once more", &again, err);
    if (rc == BX_OK && !bx_str_eq(bx_buf_str(ret), bx_buf_str(&again)))
        rc = bx_fail(err, BX_EINVAL, "the two are not the same");
    if (rc == BX_OK && ret->n == 0)
        rc = bx_fail(err, BX_EINVAL, "an empty password; --no-password makes a key without one");
    if (again.p)
        bx_wipe(again.p, again.n);
    return rc;
}

/* A new file and no other: a key that is there is never written over. */
static bx_code write_new(const char *name, const char *end, mode_t mode, bx_str text, bx_error *err)
{
    char path[BX_MAX_PATH + 32];
    int n = snprintf(path, sizeof path, "%s%s", name, end);
    if (n < 0 || (size_t)n >= sizeof path)
        return bx_fail(err, BX_ELIMIT, "%s: too long a path", name);
    bx_code rc = bx_file_write_new(path, mode, text, err);
    if (rc == BX_OK)
        (void)printf("%s\n", path);
    return rc;
}

static bx_code make_key(bx_minisign_secret *k, bx_error *err)
{
    bx_code rc = bx_random_fill(k->seed, sizeof k->seed, err);
    if (rc == BX_OK)
        rc = bx_random_fill(k->id, sizeof k->id, err);
    return rc == BX_OK ? bx_ed25519_keypair(k->seed, k->key, err) : rc;
}

static bx_code write_keys(const bx_minisign_secret *k, const char *name, bx_str password,
                          bx_error *err)
{
    uint8_t salt[BX_MINISIGN_SALT];
    bx_minisign_public p;
    BX_AUTO_BUF secret = bx_buf_init(4096), open = bx_buf_init(4096);
    memcpy(p.id, k->id, sizeof p.id);
    memcpy(p.key, k->key, sizeof p.key);
    bx_minisign_public_print(&p, &open);
    bx_code rc = bx_random_fill(salt, sizeof salt, err);
    if (rc == BX_OK)
        rc = bx_minisign_secret_print(k, password, salt, &secret, err);
    if (rc == BX_OK)
        rc = write_new(name, ".key", 0600, bx_buf_str(&secret), err);
    if (rc == BX_OK)
        rc = write_new(name, ".pub", 0644, bx_buf_str(&open), err);
    if (secret.p)
        bx_wipe(secret.p, secret.n);
    return rc;
}

static bx_code default_name(char out[BX_MAX_PATH + 16], bx_error *err)
{
    char home[BX_MAX_PATH];
    BX_AUTOCLOSE int fd = -1;
    bx_code rc = bx_home_dir(home, sizeof home, err);
    if (rc != BX_OK)
        return rc;
    (void)snprintf(out, BX_MAX_PATH + 16, "%s/keys", home);
    rc = bx_dir_open_private(out, &fd, err);
    (void)snprintf(out, BX_MAX_PATH + 16, "%s/keys/tools", home);
    return rc;
}

static int run_keygen(const bx_args *a)
{
    char name[BX_MAX_PATH + 16];
    BX_AUTO_BUF password = bx_buf_init(0);
    bx_minisign_secret k;
    bx_error err;
    bx_code rc = BX_OK;
    const char *out = bx_flag_last(a, FLAG_OUT);
    bool open = bx_has_flag(a, FLAG_NO_PASSWORD);
    if (a->n_words) {
        bx_cli_complain("tool keygen: boxagnts %s", bx_cmd_tool_keygen.usage);
        return EXIT_OURS;
    }
    if (!out)
        rc = default_name(name, &err);
    if (rc == BX_OK && !open)
        rc = ask_password(&password, &err);
    if (rc == BX_OK)
        rc = make_key(&k, &err);
    if (rc == BX_OK)
        rc = write_keys(&k, out ? out : name, open ? (bx_str){NULL, 0} : bx_buf_str(&password),
                        &err);
    bx_wipe(&k, sizeof k);
    if (password.p)
        bx_wipe(password.p, password.n);
    if (rc != BX_OK) {
        bx_cli_complain("tool keygen: %s", err.msg);
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_tool_sign = {
    .name = "tool sign",
    .usage = "tool sign --key FILE [--comment TEXT] FILE.wasm|DIR",
    .summary = "sign a tool, module and manifest together, in the format of minisign",
    .details = "Writes FILE.wasm.minisig.  A key that has a password asks for it at the terminal, "
               "or\n"
               "reads it from standard input, one line.\n",
    .flags = sign_flags,
    .n_flags = BX_COUNT(sign_flags),
    .run = run_sign,
};

const bx_command bx_cmd_tool_verify = {
    .name = "tool verify",
    .usage = "tool verify [--key FILE.pub] FILE.wasm|DIR",
    .summary = "say whether a tool is as it was signed, and by whom",
    .details = "Exit code: 0 it is; 1 it is not, or nobody who is trusted signed it; 125 boxagnts "
               "itself failed.\n",
    .flags = verify_flags,
    .n_flags = BX_COUNT(verify_flags),
    .run = run_verify,
};

const bx_command bx_cmd_tool_keygen = {
    .name = "tool keygen",
    .usage = "tool keygen [--out NAME] [--no-password]",
    .summary = "make a key to sign tools with",
    .details = "The password is asked for at the terminal, twice, or read from standard input, two "
               "lines.\n"
               "minisign reads both files.\n",
    .flags = keygen_flags,
    .n_flags = BX_COUNT(keygen_flags),
    .run = run_keygen,
};
