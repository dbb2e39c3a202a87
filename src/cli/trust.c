/* boxagnts trust: whose tools, policy and signatures count. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "app/policy_files.h"
#include "base/limits.h"
#include "cli/catalogue.h"
#include "cli/commands.h"
#include "cli/policy.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "tool/could.h"

enum { FLAG_KEY, FLAG_REMOVE, FLAG_LIST };

static const bx_flag flags[] = {
    {"key", "FILE.pub", "trust tools that are signed with this key, instead of a directory",
     FLAG_KEY},
    {"remove", NULL, "trust it no longer", FLAG_REMOVE},
    {"list", NULL, "list what is trusted", FLAG_LIST},
};

static void print_keys(const char *home)
{
    char dir[BX_MAX_PATH + 32];
    __attribute__((cleanup(bx_trusted_keys_done))) bx_trusted_keys keys = {NULL, 0};
    bx_error err;
    (void)snprintf(dir, sizeof dir, "%s/keys/trusted", home);
    if (bx_trusted_keys_load(dir, &keys, &err) != BX_OK)
        bx_cli_complain("trust: %s", err.msg);
    for (size_t i = 0; i < keys.n; i++) {
        char id[BX_MINISIGN_ID_HEX];
        bx_minisign_id_hex(keys.at[i].id, id);
        (void)printf("key %s\n", id);
    }
}

static bx_code list(const char *home, bx_error *err)
{
    BX_AUTO_BUF dirs = bx_buf_init(64 << 20);
    bx_code rc = bx_policy_trusted(&dirs, err);
    for (size_t at = 0; rc == BX_OK && at < dirs.n; at += strlen(dirs.p + at) + 1) {
        bx_cli_show(stdout, bx_str_of(dirs.p + at), BX_MAX_PATH);
        (void)putchar('\n');
    }
    print_keys(home);
    return rc;
}

/* What holds from now on. */
static void say(const char *what, bx_str name, bool trusted)
{
    (void)printf("%s", what);
    bx_cli_show(stdout, name, BX_MAX_PATH);
    (void)printf(": %s\n", trusted ? "trusted" : "not trusted");
}

/* By its number, so that one key is there once. */
static bx_code set_key(const char *home, const char *file, bool trusted, bx_error *err)
{
    char dir[BX_MAX_PATH + 32], name[BX_MINISIGN_ID_HEX + 8];
    BX_AUTO_BUF text = bx_buf_init(BX_MINISIGN_MAX_BYTES), out = bx_buf_init(4096);
    BX_AUTOCLOSE int fd = -1;
    bx_minisign_public k;
    (void)snprintf(dir, sizeof dir, "%s/keys/trusted", home);
    bx_code rc = bx_file_read_all(AT_FDCWD, file, BX_MINISIGN_MAX_BYTES, &text, err);
    if (rc == BX_OK)
        rc = bx_wrap(bx_minisign_public_parse(bx_buf_str(&text), &k, err), err, "%s", file);
    if (rc == BX_OK)
        rc = bx_dir_open_private(dir, &fd, err);
    if (rc != BX_OK)
        return rc;
    bx_minisign_id_hex(k.id, name);
    (void)stpcpy(name + BX_MINISIGN_ID_HEX - 1, ".pub");
    bx_minisign_public_print(&k, &out);
    bx_str part = bx_buf_str(&out);
    if (trusted)
        rc = bx_file_write_atomic(fd, name, 0600, &part, 1, err);
    else if (unlinkat(fd, name, 0) != 0 && errno != ENOENT)
        rc = bx_fail_errno(err, errno, "%s/%s", dir, name);
    if (rc == BX_OK)
        say("key ", (bx_str){name, BX_MINISIGN_ID_HEX - 1}, trusted);
    return rc;
}

/* What is there of the project's tools is accepted with it, and told. */
static bx_code accept_tools(const char *home, const char *dir, bx_error *err)
{
    BX_AUTO(bx_registry) bx_registry *r = NULL;
    bx_tool_list l;
    const bx_registry_config cfg = {
        .home = home, .workspace = dir, .workspace_is_trusted = true, .accept_project = true};
    bx_code rc = bx_registry_open(&cfg, &r, err);
    if (rc == BX_OK)
        rc = bx_registry_list(r, &l, err);
    if (rc != BX_OK)
        return rc;
    for (size_t i = 0; i < l.n; i++) {
        const bx_tool_facts *f = bx_tool_entry_facts(l.at[i]);
        if (f->source != BX_FROM_PROJECT)
            continue;
        (void)printf("tool %.*s %.*s, which could\n", BX_FMT(f->manifest->name),
                     BX_FMT(f->manifest->version));
        BX_AUTO_BUF words = bx_buf_init(1 << 20);
        bx_tool_needs_words(f->manifest, &words);
        bx_cli_print_lines(bx_buf_str(&words));
    }
    bx_cli_tell_problems(&l);
    bx_tool_list_done(&l);
    return BX_OK;
}

static int run_trust(const bx_args *a)
{
    char home[BX_MAX_PATH];
    bx_error err = {.msg = ""};
    BX_AUTO_BUF told = bx_buf_init(4 << 20);
    const char *key = bx_flag_last(a, FLAG_KEY), *dir = a->n_words ? a->words[0] : ".";
    bool trusted = !bx_has_flag(a, FLAG_REMOVE), listed = bx_has_flag(a, FLAG_LIST);
    if (a->n_words > 1 || (key && a->n_words) || (listed && (key || a->n_words || !trusted))) {
        bx_cli_complain("trust: boxagnts %s", bx_cmd_trust.usage);
        return EXIT_OURS;
    }
    bx_code rc = bx_home_dir(home, sizeof home, &err);
    if (rc == BX_OK && listed)
        rc = list(home, &err);
    else if (rc == BX_OK)
        rc = key ? set_key(home, key, trusted, &err) : bx_policy_trust(dir, trusted, &told, &err);
    BX_AUTOFREE char *real = realpath(dir, NULL);
    if (rc == BX_OK && !listed && !key)
        say("", bx_str_of(real ? real : dir), trusted);
    if (rc == BX_OK)
        bx_cli_tell_believed(bx_buf_str(&told));
    if (rc == BX_OK && !listed && !key && trusted)
        rc = accept_tools(home, dir, &err);
    if (rc != BX_OK) {
        bx_cli_complain("trust: %s", err.msg);
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_trust = {
    .name = "trust",
    .usage = "trust [--remove] [DIR | --key FILE.pub] | --list",
    .summary = "let a project's own tools and policy count, or a key's signatures",
    .details =
        "DIR is the project's directory (default: the current one).  Until it is trusted, "
        "its\n"
        ".boxagnts/tools are not looked at. What is in there now is accepted with it; what "
        "changes later\n"
        "has to be accepted: boxagnts tool add --project, or trust again.  So it is with its "
        "AGENTS.md,\n"
        "CLAUDE.md, skills and executors: what changes is data until it is trusted again.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_trust,
};
