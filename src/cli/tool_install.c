#include "cli/tool_install.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/policy_files.h"
#include "base/limits.h"
#include "cli/catalogue.h"
#include "cli/commands.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "tool/could.h"
#include "tool/pins.h"

enum { MAX_TEXT = 1 << 20 };

typedef struct install {
    const bx_install *in;
    bx_tool_place place;
    bx_tool_files files;
    bx_buf path; /* of the module it comes from */
    bx_signature_state signature;
    char signer[BX_MINISIGN_ID_HEX];
} install;

/* ---- where ----------------------------------------------------------------------------------- */

static bx_code print_path(char *out, size_t room, bx_error *err, const char *dir, const char *rest)
{
    int n = snprintf(out, room, "%s/%s", dir, rest);
    return n > 0 && (size_t)n < room ? BX_OK : bx_fail(err, BX_ELIMIT, "%s: too long a path", dir);
}

bx_code bx_tool_place_of(const char *workspace, bool project, bx_tool_place *ret, bx_error *err)
{
    char home[BX_MAX_PATH];
    bx_code rc = bx_home_dir(home, sizeof home, err);
    if (rc == BX_OK)
        rc = print_path(ret->lock, sizeof ret->lock, err, home, "tools/tools.lock");
    if (rc != BX_OK)
        return rc;
    if (!project) {
        (void)stpcpy(ret->where, "user");
        return print_path(ret->dir, sizeof ret->dir, err, home, "tools");
    }
    BX_AUTOFREE char *real = realpath(workspace ? workspace : ".", NULL);
    if (!real || strlen(real) >= sizeof ret->where)
        return bx_fail(err, BX_ENOENT, "%s: no such directory", workspace ? workspace : ".");
    (void)stpcpy(ret->where, real);
    return print_path(ret->dir, sizeof ret->dir, err, real, ".boxagnts/tools");
}

/* ---- looking at it --------------------------------------------------------------------------- */

static bx_code judge_signature(install *i, bx_error *err)
{
    char home[BX_MAX_PATH], dir[BX_MAX_PATH + 32];
    __attribute__((cleanup(bx_trusted_keys_done))) bx_trusted_keys keys = {NULL, 0};
    const bx_signed of = bx_tool_files_signed(&i->files);
    bx_code rc = bx_home_dir(home, sizeof home, err);
    if (rc == BX_OK)
        rc = print_path(dir, sizeof dir, err, home, "keys/trusted");
    if (rc == BX_OK)
        rc = bx_trusted_keys_load(dir, &keys, err);
    return rc == BX_OK ? bx_wrap(bx_signature_judge(&of, &keys, &i->signature, i->signer, err), err,
                                 "its signature")
                       : rc;
}

static bx_code check(install *i, bx_json **ret_desc, bx_error *err)
{
    const bx_manifest *m = i->files.manifest;
    if (bx_builtin_find(m->name))
        return bx_fail(err, BX_EDENIED,
                       "%.*s is the name of a built-in tool, which nobody else can take",
                       BX_FMT(m->name));
    if (m->data)
        return bx_fail(err, BX_EUNSUPPORTED,
                       "it brings directories (data), which is for programs: docs/programs.md");
    bx_code rc = bx_cli_describe(&i->files, ret_desc, err);
    if (rc == BX_OK)
        rc = bx_tool_can_run(m, bx_json_root(*ret_desc), err);
    return rc == BX_OK ? judge_signature(i, err) : rc;
}

static void show(const install *i, const bx_json_val *desc)
{
    char hex[2 * BX_SHA256_BYTES + 1];
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bx_tool_could(i->files.manifest, desc, &text);
    bx_sha256_hex(i->files.package, hex);
    (void)bx_buf_addf(&text, "%s%s%s\nsha256 of the package: %s\n",
                      bx_signature_state_name(i->signature),
                      i->signature == BX_UNSIGNED ? "" : ": ", i->signer, hex);
    bx_cli_print_lines(bx_buf_str(&text));
}

static bool is_accepted(const install *i)
{
    if (i->in->yes)
        return true;
    if (bx_cli_can_ask())
        return bx_cli_ask("Add it?");
    (void)fflush(stdout);
    bx_cli_complain("tool add: nobody can be asked here; whoever has looked at this says --yes");
    return false;
}

/* ---- putting it in its place ----------------------------------------------------------------- */

static bx_code accept_pin(const install *i, bx_error *err)
{
    BX_AUTO(bx_pins) bx_pins *pins = NULL;
    const bx_pin_of of = {.where = bx_str_of(i->place.where),
                          .manifest = i->files.manifest,
                          .package = i->files.package};
    bx_code rc = bx_pins_open(i->place.lock, &pins, err);
    if (rc == BX_OK)
        rc = bx_pins_accept(pins, &of, err);
    return rc == BX_OK ? bx_pins_save(pins, err) : rc;
}

static bx_code write_one(int dir, bx_str name, const char *end, const bx_buf *text, bx_error *err)
{
    char file[128];
    bx_str part = text ? bx_buf_str(text) : BX_LIT("");
    (void)snprintf(file, sizeof file, "%.*s%s", BX_FMT(name), end);
    if (text)
        return bx_file_write_atomic(dir, file, 0600, &part, 1, err);
    return unlinkat(dir, file, 0) == 0 || errno == ENOENT
               ? BX_OK
               : bx_fail_errno(err, errno, "remove %s", file);
}

/* Gone first and there last is the module, so that at no moment there is one with the manifest of
 * another. */
static bx_code put_in_place(const install *i, bx_error *err)
{
    const bx_tool_files *f = &i->files;
    bx_str name = f->manifest->name;
    BX_AUTOCLOSE int dir = -1;
    bx_code rc = bx_dir_open_private(i->place.dir, &dir, err);
    if (rc == BX_OK)
        rc = accept_pin(i, err);
    if (rc == BX_OK)
        rc = write_one(dir, name, BX_TOOL_WASM, NULL, err);
    if (rc == BX_OK)
        rc = write_one(dir, name, BX_TOOL_MANIFEST, f->has_manifest_file ? &f->manifest_text : NULL,
                       err);
    if (rc == BX_OK)
        rc = write_one(dir, name, BX_TOOL_SIGNATURE, f->has_signature ? &f->signature : NULL, err);
    return rc == BX_OK ? write_one(dir, name, BX_TOOL_WASM, &f->wasm, err) : rc;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void tell_trust(const install *i)
{
    bool trusted = false;
    if (i->in->project && bx_policy_is_trusted(i->place.where, &trusted, NULL) == BX_OK && !trusted)
        bx_cli_complain("note: %s is not trusted, so none of its tools is used: boxagnts trust %s",
                        i->place.where, i->place.where);
}

static bx_code run(install *i, bool *ret_done, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *desc = NULL;
    bx_code rc = bx_tool_place_of(i->in->workspace, i->in->project, &i->place, err);
    if (rc == BX_OK)
        rc = bx_cli_tool_files(i->in->word, &i->path, &i->files, err);
    if (rc == BX_OK)
        rc = bx_wrap(check(i, &desc, err), err, "%s", i->path.p);
    if (rc != BX_OK)
        return rc;
    show(i, bx_json_root(desc));
    *ret_done = is_accepted(i);
    return *ret_done ? put_in_place(i, err) : BX_OK;
}

int bx_tool_install(const bx_install *in)
{
    install i = {.in = in, .path = bx_buf_init(2 * BX_MAX_PATH)};
    bx_error err = {.msg = ""};
    bool done = false;
    bx_code rc = run(&i, &done, &err);
    if (rc != BX_OK)
        bx_cli_complain("tool add: %s", err.msg);
    else if (done)
        (void)printf("%.*s %.*s is there: boxagnts tool show %.*s\n",
                     BX_FMT(i.files.manifest->name), BX_FMT(i.files.manifest->version),
                     BX_FMT(i.files.manifest->name));
    if (rc == BX_OK && done)
        tell_trust(&i);
    bx_tool_files_done(&i.files);
    bx_buf_done(&i.path);
    if (rc != BX_OK)
        return rc == BX_EDENIED ? EXIT_DENIED : EXIT_OURS;
    return done ? 0 : EXIT_DENIED;
}
