#include "app/policy_gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/limits.h"
#include "os/beneath.h"
#include "os/fd.h"

_Static_assert((int)BX_PERMISSION_NONE == (int)BX_TOOL_NONE &&
                   (int)BX_PERMISSION_READ == (int)BX_TOOL_READ &&
                   (int)BX_PERMISSION_WRITE == (int)BX_TOOL_WRITE &&
                   (int)BX_PERMISSION_EXECUTE == (int)BX_TOOL_EXECUTE &&
                   (int)BX_PERMISSION_DANGEROUS == (int)BX_TOOL_DANGEROUS,
               "permissions of policies are those of manifests");

static bool reaches_out(const bx_manifest *m)
{
    bool open = true;
    (void)bx_json_bool(bx_json_get(m->annotations, BX_LIT("openWorldHint")), &open);
    for (size_t i = 0; i < m->n_needs; i++)
        open = open || m->needs[i].kind == BX_CAP_FETCH || m->needs[i].kind == BX_CAP_CONNECT;
    return open;
}

bx_policy_call bx_policy_call_of(const bx_manifest *m, const bx_json_val *arguments)
{
    return (bx_policy_call){.tool = m->name,
                            .permission = (bx_permission)m->permission,
                            .network = reaches_out(m),
                            .arguments = arguments};
}

/* ---- a look at files ------------------------------------------------------------------------- */

/* The directory of the host that holds `path`, open; *ret_rest: the way from there.  -1: none. */
static int open_mount(const bx_grant *run, bx_str path, char rest[BX_MAX_PATH + 1])
{
    bx_mount_list mounts = bx_grant_mounts(run);
    const bx_mount *best = NULL;
    for (size_t i = 0; i < mounts.n; i++) {
        bool holds = bx_path_is_below(path, bx_str_of(mounts.at[i].guest));
        if (holds && (!best || strlen(mounts.at[i].guest) > strlen(best->guest)))
            best = &mounts.at[i];
    }
    if (!best || path.n > BX_MAX_PATH)
        return -1;
    size_t n = strcmp(best->guest, "/") == 0 ? 1 : strlen(best->guest) + 1;
    bx_str below = bx_str_from(path, n);
    (void)snprintf(rest, BX_MAX_PATH + 1, "%.*s", (int)below.n, below.n ? below.p : "");
    return open(best->host, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool is_plain(void *ctx, bx_str path)
{
    char rest[BX_MAX_PATH + 1];
    BX_AUTOCLOSE int mount = open_mount(ctx, path, rest);
    if (mount < 0)
        return false;
    while (rest[0]) {
        BX_AUTOCLOSE int fd = bx_openat2(mount, rest, O_PATH, BX_BENEATH_STEP);
        if (fd >= 0)
            return true;
        if (errno != ENOENT)
            return false;
        char *slash = strrchr(rest, '/'); /* what of it is there */
        *(slash ? slash : rest) = '\0';
    }
    return true;
}

static bool is_dir(void *ctx, bx_str path)
{
    char rest[BX_MAX_PATH + 1];
    BX_AUTOCLOSE int mount = open_mount(ctx, path, rest);
    BX_AUTOCLOSE int fd = -1;
    if (mount >= 0)
        fd = bx_openat2(mount, rest[0] ? rest : ".", O_PATH | O_DIRECTORY, BX_BENEATH_STEP);
    return fd >= 0;
}

bx_policy_look bx_policy_look_at(const bx_grant *run)
{
    return (bx_policy_look){is_plain, is_dir, (void *)(uintptr_t)run};
}

/* ---- the port -------------------------------------------------------------------------------- */

static bx_code decide(void *ctx, const bx_gate_call *call, bx_gate_decision *ret, bx_error *err)
{
    bx_policy_now *now = ctx;
    const bx_policy *p = now->policy;
    int mode_now = atomic_load(&now->mode);
    const bx_policy_mode mode = (bx_policy_mode)mode_now;
    const bx_policy_look look = bx_policy_look_at(call->run);
    bx_policy_call c = bx_policy_call_of(call->manifest, call->values);
    c.look = &look;
    c.mode = mode_now == BX_POLICY_OWN_MODE ? NULL : &mode;
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    bx_policy_decision d;
    if (!call->is_vouched && bx_policy_wants_signature(p, call->manifest->name)) {
        (void)bx_buf_add_z(&ret->why, "the policy wants a signature, and no trusted key signed it "
                                      "(boxagnts tool sign, boxagnts trust --key)");
        ret->answer = BX_GATE_DENY;
        return BX_OK;
    }
    bx_code rc = bx_policy_decide(p, &c, &d, err);
    if (rc != BX_OK)
        return rc;
    bx_policy_why(p, &c, &d, &ret->why);
    ret->answer = d.answer == BX_ANSWER_ALLOW ? BX_GATE_ALLOW
                  : d.answer == BX_ANSWER_ASK ? BX_GATE_ASK
                                              : BX_GATE_DENY;
    ret->once = bx_policy_grant_is_of_call(p, &c, &d);
    if (d.answer == BX_ANSWER_DENY || (call->granted && !ret->once))
        return BX_OK;
    return bx_policy_grant(p, &c, &d, call->run, &ret->grant, &notes, err);
}

bx_gate_policy bx_policy_gate(bx_policy_now *now)
{
    return (bx_gate_policy){.decide = decide, .ctx = now};
}

bx_code bx_policy_gate_offer(void *ctx, const bx_manifest *m, bx_grant *g, bx_error *err)
{
    return bx_policy_offer(ctx, m->name, g, err);
}

bool bx_policy_may_read(const bx_policy *p, bx_str guest)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_AUTO_BUF text = bx_buf_init(2 * BX_MAX_PATH + 64);
    bx_json_out o = bx_json_out_on(&text);
    bx_policy_decision d;
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("path"));
    bx_json_out_string(&o, guest);
    bx_json_out_end_object(&o);
    if (bx_json_out_end(&o, NULL) != BX_OK ||
        bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return false;
    const bx_policy_call call = {
        .tool = BX_LIT("read"), .permission = BX_PERMISSION_READ, .arguments = bx_json_root(doc)};
    return bx_policy_decide(p, &call, &d, NULL) == BX_OK && d.answer == BX_ANSWER_ALLOW;
}
