#include "agent/rights.h"

#include "base/limits.h"
#include "policy/derive.h"
#include "policy/narrow.h"

static bx_code print_cap(const bx_cap *c, char **ret, bx_error *err)
{
    size_t room = BX_MAX_CAP_TEXT + (c->value ? strlen(c->value) : 0);
    BX_AUTOFREE char *line = bx_calloc(room, 1);
    if (!line)
        return bx_fail(err, BX_ENOMEM, "a capability");
    bx_code rc = bx_cap_print(c, line, room, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(line);
    return rc;
}

static void put_caps(const bx_cap *caps, size_t n, bx_json_out *o)
{
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < n; i++) {
        BX_AUTOFREE char *line = NULL;
        if (print_cap(&caps[i], &line, NULL) == BX_OK)
            bx_json_out_string(o, bx_str_of(line));
    }
    bx_json_out_end_array(o);
}

void bx_rights_put(const bx_grant *g, bx_json_out *o)
{
    const bx_cap_list caps = bx_grant_caps(g);
    put_caps(caps.at, caps.n, o);
}

static void put_row(bx_str asked, const bx_narrowed *got, const char *why, bx_json_out *o)
{
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("asked"));
    bx_json_out_string(o, asked);
    bx_json_out_key(o, BX_LIT("granted"));
    put_caps(got ? got->caps : NULL, got ? got->n_caps : 0, o);
    bx_json_out_key(o, BX_LIT("why"));
    bx_json_out_string(o, bx_str_of(why));
    bx_json_out_end_object(o);
}

/* Carve-outs of the other side are no part of what was asked for. */
static bool is_refused(const bx_narrowed *got, const bx_cap *asked)
{
    for (size_t i = 0; i < got->n_caps; i++) {
        if (got->caps[i].kind != BX_CAP_DENY || asked->kind == BX_CAP_DENY)
            return false;
    }
    return true;
}

static bool is_whole(const bx_narrowed *got, const bx_cap *asked)
{
    BX_AUTOFREE char *text = NULL;
    if (print_cap(asked, &text, NULL) != BX_OK)
        return false;
    for (size_t i = 0; i < got->n_caps; i++) {
        BX_AUTOFREE char *line = NULL;
        if (print_cap(&got->caps[i], &line, NULL) == BX_OK && strcmp(line, text) == 0)
            return true;
    }
    return false;
}

/* How one line fares, for the derivation; the grant itself is made of all at once. */
static bx_code judge(const bx_grant *delegable, const bx_cap *c, bx_str asked, bx_json_out *o,
                     bx_error *err)
{
    const bx_permit sets[] = {
        {.caps = {c, 1}, .limits = bx_grant_limits(delegable)},
        {.caps = bx_grant_caps(delegable), .limits = bx_grant_limits(delegable)}};
    bx_narrowed got;
    bx_code rc = bx_narrow(sets, BX_COUNT(sets), &got, err);
    if (rc != BX_OK)
        return rc;
    if (is_refused(&got, c))
        put_row(asked, NULL, "refused: the manager may not delegate it", o);
    else if (is_whole(&got, c))
        put_row(asked, &got, "as asked", o);
    else
        put_row(asked, &got, "narrowed to what the manager may delegate", o);
    bx_narrowed_done(&got);
    return BX_OK;
}

typedef struct wish {
    bx_cap caps[BX_RIGHTS_MAX + 2];
    size_t n;
} wish;

static void wish_done(wish *w)
{
    for (size_t i = 0; i < w->n; i++)
        bx_cap_done(&w->caps[i]);
}

static bool has(const wish *w, bx_cap_kind kind)
{
    for (size_t i = 0; i < w->n; i++) {
        if (w->caps[i].kind == kind)
            return true;
    }
    return false;
}

static bx_code add(wish *w, bx_str line, bx_error *err)
{
    bx_code rc = bx_cap_parse(line, &w->caps[w->n], err);
    if (rc == BX_OK)
        w->n++;
    return rc;
}

static bx_code read_wish(const bx_grant *delegable, const bx_str *asked, size_t n, wish *w,
                         bx_json_out *o, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < n && rc == BX_OK; i++) {
        bx_error why = {.msg = ""};
        rc = add(w, asked[i], &why);
        if (rc == BX_OK)
            rc = judge(delegable, &w->caps[w->n - 1], asked[i], o, err);
        else if (rc != BX_ENOMEM) {
            put_row(asked[i], NULL, why.msg, o);
            rc = BX_OK;
        }
    }
    if (rc == BX_OK && !has(w, BX_CAP_TOOL))
        rc = add(w, BX_LIT("tool:*"), err);
    if (rc == BX_OK && !has(w, BX_CAP_TMP))
        rc = add(w, BX_LIT("tmp"), err);
    return rc;
}

bx_code bx_rights_derive(const bx_grant *delegable, const bx_str *asked, size_t n, bx_grant **ret,
                         bx_buf *derivation, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    wish w = {.n = 0};
    if (n > BX_RIGHTS_MAX)
        return bx_fail(err, BX_ELIMIT, "more than %d capabilities", BX_RIGHTS_MAX);
    bx_json_out o = bx_json_out_on(derivation);
    bx_json_out_begin_array(&o);
    bx_code rc = read_wish(delegable, asked, n, &w, &o, err);
    bx_json_out_end_array(&o);
    if (rc == BX_OK)
        rc = bx_json_out_end(&o, err);
    if (rc == BX_OK)
        rc = bx_grant_derive(delegable, (bx_cap_list){w.caps, w.n}, &g, &notes, err);
    if (rc == BX_OK)
        rc = bx_grant_seal(g, err);
    wish_done(&w);
    if (rc == BX_OK)
        *ret = BX_TAKE(g);
    return rc;
}
