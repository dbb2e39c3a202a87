/* boxagnts tool remove: a tool that tool add put there is gone, and what was known of its versions.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/catalogue.h"
#include "cli/commands.h"
#include "cli/tool_install.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "tool/pins.h"

enum { FLAG_PROJECT, FLAG_WORKSPACE };

static const bx_flag flags[] = {
    {"project", NULL, "remove it from the project's tools (.boxagnts/tools)", FLAG_PROJECT},
    {"workspace", "DIR", "the project's directory (default: the current one)", FLAG_WORKSPACE},
};

/* The module first: the rest is then no tool. */
static bx_code remove_files(const bx_tool_place *place, const char *name, bx_error *err)
{
    static const char *const ends[] = {BX_TOOL_WASM, BX_TOOL_MANIFEST, BX_TOOL_SIGNATURE};
    BX_AUTOCLOSE int dir = -1;
    if (access(place->dir, F_OK) != 0)
        return bx_fail(err, BX_ENOENT, "no tool '%s' in %s", name, place->dir);
    bx_code rc = bx_dir_open_private(place->dir, &dir, err);
    for (size_t i = 0; i < BX_COUNT(ends) && rc == BX_OK; i++) {
        char file[256];
        int n = snprintf(file, sizeof file, "%s%s", name, ends[i]);
        if (n < 0 || (size_t)n >= sizeof file || strchr(name, '/'))
            return bx_fail(err, BX_EINVAL, "'%.60s' is no name of a tool", name);
        if (unlinkat(dir, file, 0) == 0 || (i > 0 && errno == ENOENT))
            continue;
        rc = errno == ENOENT ? bx_fail(err, BX_ENOENT, "no tool '%s' in %s", name, place->dir)
                             : bx_fail_errno(err, errno, "%s", file);
    }
    return rc;
}

static bx_code forget(const bx_tool_place *place, const char *name, bx_error *err)
{
    BX_AUTO(bx_pins) bx_pins *pins = NULL;
    bx_code rc = bx_pins_open(place->lock, &pins, err);
    if (rc != BX_OK)
        return rc;
    bx_pins_forget(pins, bx_str_of(place->where), bx_str_of(name));
    return bx_pins_save(pins, err);
}

static int run_remove(const bx_args *a)
{
    bx_tool_place place;
    bx_error err;
    if (a->n_words != 1) {
        bx_cli_complain("tool remove: which tool? see boxagnts tool list");
        return EXIT_OURS;
    }
    const char *name = a->words[0];
    if (bx_builtin_find(bx_str_of(name))) {
        bx_cli_complain("tool remove: %s is part of this program; a policy can forbid it", name);
        return EXIT_OURS;
    }
    bx_code rc = bx_tool_place_of(bx_flag_last(a, FLAG_WORKSPACE), bx_has_flag(a, FLAG_PROJECT),
                                  &place, &err);
    if (rc == BX_OK)
        rc = remove_files(&place, name, &err);
    if (rc == BX_OK)
        rc = forget(&place, name, &err);
    if (rc != BX_OK) {
        bx_cli_complain("tool remove: %s", err.msg);
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_tool_remove = {
    .name = "tool remove",
    .usage = "tool remove [--project] NAME",
    .summary = "remove a tool that was added from a file",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_remove,
};
