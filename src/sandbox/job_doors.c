/* Host functions for jobs: structures of tools/lib/jobs.h in guest memory, checked and copied
 * before anything is done. */
#include "sandbox/job.h"

enum { SPEC_BYTES = 56, INFO_BYTES = 24, MAX_FIELDS = BX_HTTP_MAX_FIELDS + 1 };

static bx_errno get_str(bx_guest_mem m, uint32_t at, uint32_t n, bx_str *ret)
{
    uint8_t *p;
    if (!bx_guest_slice(m, at, n, &p))
        return BX_E_FAULT;
    *ret = (bx_str){(const char *)p, n};
    return BX_E_SUCCESS;
}

static uint32_t word(uint64_t a) { return (uint32_t)a; }

bx_errno bx_door_call_start(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    bx_str name, input;
    uint8_t *ret;
    uint32_t id = 0;
    bx_errno e = get_str(m, word(a[0]), word(a[1]), &name);
    if (e == BX_E_SUCCESS)
        e = get_str(m, word(a[2]), word(a[3]), &input);
    if (e == BX_E_SUCCESS && !bx_guest_slice(m, word(a[4]), 4, &ret))
        e = BX_E_FAULT;
    if (e == BX_E_SUCCESS)
        e = bx_job_call_start(p, name, input, &id);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, id);
    return e;
}

/* ---- HTTP ------------------------------------------------------------------------------------ */

/* "name: value\n" each.  One too many is kept, so that egress/ refuses it by its own words. */
static bx_errno get_fields(bx_str text, bx_http_field *fields, size_t *ret_n)
{
    size_t n = 0;
    if (text.n > BX_HTTP_MAX_HEAD)
        return BX_E_2BIG;
    while (text.n > 0 && n < MAX_FIELDS) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t len = end ? (size_t)(end - text.p) : text.n;
        const char *colon = memchr(text.p, ':', len);
        if (!end || !colon || colon == text.p)
            return BX_E_INVAL;
        size_t name_n = (size_t)(colon - text.p);
        bx_str value = {colon + 1, len - name_n - 1};
        while (value.n > 0 && (value.p[0] == ' ' || value.p[0] == '\t'))
            value = bx_str_from(value, 1);
        fields[n++] = (bx_http_field){.name = {text.p, name_n}, .value = value};
        text = bx_str_from(text, len + 1);
    }
    *ret_n = n;
    return BX_E_SUCCESS;
}

static bx_errno get_spec(bx_guest_mem m, uint32_t at, bx_http_ask *ask, bx_str *headers)
{
    uint8_t *p;
    if (!bx_guest_slice(m, at, SPEC_BYTES, &p))
        return BX_E_FAULT;
    if (bx_get32(p) != SPEC_BYTES || bx_get32(p + 4) != 0 || bx_get32(p + 48) > 1 ||
        bx_get32(p + 52) != 0)
        return BX_E_INVAL;
    ask->timeout_ns = bx_get64(p + 40);
    ask->has_body = bx_get32(p + 48);
    bx_errno e = get_str(m, bx_get32(p + 8), bx_get32(p + 12), &ask->method);
    if (e == BX_E_SUCCESS)
        e = get_str(m, bx_get32(p + 16), bx_get32(p + 20), &ask->url);
    if (e == BX_E_SUCCESS)
        e = get_str(m, bx_get32(p + 24), bx_get32(p + 28), headers);
    if (e == BX_E_SUCCESS)
        e = get_str(m, bx_get32(p + 32), bx_get32(p + 36), &ask->body);
    return e;
}

bx_errno bx_door_http_start(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    bx_http_field fields[MAX_FIELDS];
    bx_http_ask ask = {.fields = fields};
    bx_str headers = BX_LIT("");
    uint8_t *ret;
    uint32_t id = 0;
    if (!bx_guest_slice(m, word(a[1]), 4, &ret))
        return BX_E_FAULT;
    bx_errno e = get_spec(m, word(a[0]), &ask, &headers);
    if (e == BX_E_SUCCESS)
        e = get_fields(headers, fields, &ask.n_fields);
    if (e == BX_E_SUCCESS)
        e = bx_job_http_start(p, &ask, &id);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, id);
    return e;
}

/* ---- any job --------------------------------------------------------------------------------- */

bx_errno bx_door_job_state(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    bx_job *j = bx_job_find(p, word(a[0]));
    bx_job_info info;
    uint8_t *ret;
    if (!j)
        return BX_E_BADF;
    if (!bx_guest_slice(m, word(a[1]), INFO_BYTES, &ret))
        return BX_E_FAULT;
    bx_job_state(j, &info);
    bx_put32(ret, (uint32_t)info.kind);
    bx_put32(ret + 4, (uint32_t)info.progress);
    bx_put32(ret + 8, info.status);
    bx_put32(ret + 12, (uint32_t)info.why);
    bx_put32(ret + 16, (uint32_t)info.head_bytes);
    bx_put32(ret + 20, (uint32_t)info.body_bytes);
    return BX_E_SUCCESS;
}

static bx_errno get(bx_process *p, bx_guest_mem m, const uint64_t *a,
                    bx_errno (*from)(bx_job *, uint8_t *, size_t, size_t *))
{
    bx_job *j = bx_job_find(p, word(a[0]));
    uint8_t *to, *ret;
    size_t n = 0;
    if (!j)
        return BX_E_BADF;
    if (!bx_guest_slice(m, word(a[1]), word(a[2]), &to) || !bx_guest_slice(m, word(a[3]), 4, &ret))
        return BX_E_FAULT;
    bx_errno e = from(j, to, word(a[2]), &n);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, (uint32_t)n);
    return e;
}

bx_errno bx_door_job_head(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    return get(p, m, a, bx_job_head);
}

bx_errno bx_door_job_read(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    return get(p, m, a, bx_job_read);
}

bx_errno bx_door_job_drop(bx_process *p, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bx_job *j = bx_job_find(p, word(a[0]));
    if (!j)
        return BX_E_BADF;
    bx_job_drop(j);
    return BX_E_SUCCESS;
}
