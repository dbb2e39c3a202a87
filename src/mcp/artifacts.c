#include "mcp/artifacts.h"

#include <pthread.h>

#include "codec/sha256.h"
#include "os/random.h"

enum { ID_BYTES = 16, ID_DIGITS = 2 * ID_BYTES };

typedef struct artifact {
    char id[ID_DIGITS];
    char *text; /* owned */
    size_t n;
} artifact;

struct mcp_artifacts {
    pthread_mutex_t lock;
    artifact at[MCP_ARTIFACTS_MAX]; /* a ring: the oldest is at `first` */
    size_t first, n, bytes;
};

bx_code mcp_artifacts_new(mcp_artifacts **ret, bx_error *err)
{
    mcp_artifacts *a = bx_calloc(1, sizeof *a);
    if (!a)
        return bx_fail(err, BX_ENOMEM, "the results of the MCP server");
    (void)pthread_mutex_init(&a->lock, NULL);
    *ret = a;
    return BX_OK;
}

static void drop_oldest_locked(mcp_artifacts *a)
{
    artifact *old = &a->at[a->first];
    a->bytes -= old->n;
    free(old->text);
    *old = (artifact){.text = NULL};
    a->first = (a->first + 1) % MCP_ARTIFACTS_MAX;
    a->n--;
}

void mcp_artifacts_free(mcp_artifacts *a)
{
    if (!a)
        return;
    while (a->n)
        drop_oldest_locked(a);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

bx_code mcp_artifacts_add(mcp_artifacts *a, bx_str text, bx_buf *uri, bx_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[ID_BYTES];
    artifact made = {.n = text.n};
    if (text.n > MCP_ARTIFACTS_BYTES)
        return bx_fail(err, BX_ELIMIT, "a text of %zu bytes is too long to be kept", text.n);
    bx_code rc = bx_random_fill(raw, sizeof raw, err);
    if (rc != BX_OK)
        return rc;
    for (size_t i = 0; i < ID_BYTES; i++) {
        made.id[2 * i] = digits[raw[i] >> 4];
        made.id[2 * i + 1] = digits[raw[i] & 15];
    }
    made.text = bx_strndup(text.p, text.n);
    if (!made.text)
        return bx_fail(err, BX_ENOMEM, "a result that is to be kept");
    (void)pthread_mutex_lock(&a->lock);
    while (a->n == MCP_ARTIFACTS_MAX || a->bytes + made.n > MCP_ARTIFACTS_BYTES)
        drop_oldest_locked(a);
    a->at[(a->first + a->n++) % MCP_ARTIFACTS_MAX] = made;
    a->bytes += made.n;
    (void)pthread_mutex_unlock(&a->lock);
    (void)bx_buf_addf(uri, MCP_ARTIFACT_PREFIX "%.*s", ID_DIGITS, made.id);
    return bx_buf_check(uri, err);
}

static const artifact *find_locked(const mcp_artifacts *a, bx_str id)
{
    const artifact *found = NULL;
    for (size_t i = 0; i < a->n && id.n == ID_DIGITS; i++) {
        const artifact *at = &a->at[(a->first + i) % MCP_ARTIFACTS_MAX];
        if (bx_equal_ct(at->id, id.p, ID_DIGITS)) /* no timing may help to guess one */
            found = at;
    }
    return found;
}

bx_code mcp_artifacts_read(mcp_artifacts *a, bx_str uri, bx_json_out *out, bx_error *err)
{
    static const bx_str prefix = {MCP_ARTIFACT_PREFIX, sizeof MCP_ARTIFACT_PREFIX - 1};
    if (!bx_str_starts(uri, prefix))
        return bx_fail(err, BX_ENOENT, "no resource '%.*s'", BX_FMT(uri));
    (void)pthread_mutex_lock(&a->lock);
    const artifact *found = find_locked(a, bx_str_from(uri, prefix.n));
    if (found) {
        bx_json_out_key(out, BX_LIT("contents"));
        bx_json_out_begin_array(out);
        bx_json_out_begin_object(out);
        bx_json_out_key(out, BX_LIT("uri"));
        bx_json_out_string(out, uri);
        bx_json_out_key(out, BX_LIT("mimeType"));
        bx_json_out_string(out, BX_LIT("text/plain"));
        bx_json_out_key(out, BX_LIT("text"));
        bx_json_out_string(out, (bx_str){found->text, found->n});
        bx_json_out_end_object(out);
        bx_json_out_end_array(out);
    }
    (void)pthread_mutex_unlock(&a->lock);
    return found ? BX_OK
                 : bx_fail(err, BX_ENOENT, "no resource '%.*s': it is kept for a while only",
                           BX_FMT(uri));
}
