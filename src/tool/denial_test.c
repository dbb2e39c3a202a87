#include "tool/denial.h"

#include "base/test.h"

#define MANIFEST \
    "{\"name\":\"t\",\"version\":\"1.0.0\",\"description\":\"d\",\"permission\":\"write\"," \
    "\"call\":\"json\"," \
    "\"input_schema\":{\"type\":\"object\"},\"needs\":[\"rw:/workspace\",\"fetch:https://" \
    "*:*\"],\"annotations\":" \
    "{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":false,\"openWorldHint\":" \
    "true}}"

static bx_manifest *manifest;
static bx_cap granted[1]; /* read:/workspace */

static void add_file(bx_record *r, bx_fs_op op, const char *path, unsigned rights, bx_errno result)
{
    const bx_fs_event ev = {
        .op = op, .path = bx_str_of(path), .path2 = BX_LIT(""), .rights = rights, .result = result};
    bx_record_add_file(r, &ev, 1);
}

static bool tells(const bx_record *r, bool is_error, const char *lines)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 16);
    const bx_denial_of of = {.manifest = manifest, .granted = {granted, 1}, .is_error = is_error};
    bx_denials_tell(r, &of, &out);
    bool same = bx_str_eq(bx_buf_str(&out), bx_str_of(lines));
    if (!same)
        printf("# %s\n", out.p ? out.p : "");
    return same;
}

static void files(void)
{
    bx_record r;
    bx_record_init(&r);
    add_file(&r, BX_FS_OPEN, "/workspace/a/b", BX_FS_READ, BX_E_SUCCESS);
    add_file(&r, BX_FS_OPEN, "/workspace/a/c", BX_FS_READ, BX_E_NOENT);
    CHECK(tells(&r, true, ""));
    add_file(&r, BX_FS_CREATE, "/workspace/a/c", BX_FS_WRITE, BX_E_PERM);
    add_file(&r, BX_FS_CREATE, "/workspace/a/c", BX_FS_WRITE, BX_E_PERM);
    add_file(&r, BX_FS_MKDIR, "/workspace/d", 0, BX_E_PERM);
    const char *lines =
        "refused: create of /workspace/a/c; --allow 'write:/workspace/a' would permit it\n"
        "refused: mkdir of /workspace/d; --allow 'write:/workspace' would permit it\n";
    CHECK(tells(&r, true, lines) && tells(&r, false, lines));
    bx_record_done(&r);
    bx_record_init(&r);
    add_file(&r, BX_FS_OPEN, "/workspace", BX_FS_READ | BX_FS_WRITE, BX_E_NOTCAPABLE);
    CHECK(tells(&r, false,
                "refused: open of /workspace; --allow 'write:/workspace' would permit it\n"));
    bx_record_done(&r);
}

static void what_no_line_could_permit(void)
{
    bx_record r;
    bx_record_init(&r);
    add_file(&r, BX_FS_OPEN, "/workspace/link", BX_FS_READ, BX_E_PERM);
    add_file(&r, BX_FS_OPEN, "/etc/x\n\x1b[2J", BX_FS_READ, BX_E_PERM);
    CHECK(tells(&r, false, ""));
    CHECK(tells(&r, true,
                "refused: open of /workspace/link; it leads out of what was granted\n"
                "refused: open of /etc/x\\n\\u{1b}[2J; no --allow could permit it, it is not among "
                "the needs of t\n"));
    bx_record_done(&r);
}

static void requests(void)
{
    bx_record r;
    bx_record_init(&r);
    bx_egress_event ev = {.method = BX_LIT("GET"),
                          .url = BX_LIT("https://a.example:8443/x/y"),
                          .address = BX_LIT(""),
                          .rule = BX_LIT(""),
                          .reason = BX_LIT("")};
    bx_record_add_request(&r, &ev, 1);
    ev.rule = BX_LIT("block_networks: private");
    bx_record_add_request(&r, &ev, 1);
    ev.allowed = true;
    bx_record_add_request(&r, &ev, 1);
    CHECK(tells(&r, true,
                "refused: GET https://a.example:8443/x/y; --allow 'fetch:GET "
                "https://a.example:8443' would permit it\n"
                "refused: GET https://a.example:8443/x/y (block_networks: private)\n"));
    bx_record_done(&r);
}

static void no_flood(void)
{
    bx_record r;
    bx_record_init(&r);
    for (char c = 'a'; c <= 'z'; c++) {
        char path[] = "/workspace/?";
        path[sizeof path - 2] = c;
        add_file(&r, BX_FS_CREATE, path, BX_FS_WRITE, BX_E_PERM);
    }
    BX_AUTO_BUF out = bx_buf_init(1 << 16);
    const bx_denial_of of = {.manifest = manifest, .granted = {granted, 1}, .is_error = true};
    bx_denials_tell(&r, &of, &out);
    size_t lines = 0;
    for (size_t i = 0; i < out.n; i++)
        lines += out.p[i] == '\n';
    CHECK(lines == 8);
    bx_record_done(&r);
}

static void setup(void)
{
    CHECK(bx_manifest_from_json(BX_LIT(MANIFEST), &manifest, NULL) == BX_OK);
    CHECK(bx_cap_parse(BX_LIT("read:/workspace"), &granted[0], NULL) == BX_OK);
}

BXT_MAIN(RUN(setup); RUN(files); RUN(what_no_line_could_permit); RUN(requests); RUN(no_flood);
         bx_cap_done(&granted[0]); bx_manifest_free(manifest);)
