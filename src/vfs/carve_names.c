#include "vfs/carve_names.h"

#include "codec/fold.h"
#include "codec/glob.h"
#include "vfs/carve_fold.h"

struct bx_names {
    size_t n; /* rules */
    struct both {
        bx_glob_states exact, folded;
    } at[];
};

bx_names *bx_names_copy(const bx_carve *c, const bx_names *of)
{
    size_t bytes = sizeof(bx_names) + c->n_rules * sizeof(struct both);
    bx_names *n = bx_calloc(1, bytes);
    if (n && of)
        memcpy(n, of, bytes);
    if (n)
        n->n = c->n_rules;
    return n;
}

void bx_names_free(bx_names *n) { free(n); }

void bx_names_join(bx_names *n, const bx_names *more)
{
    for (size_t i = 0; i < n->n; i++) {
        bx_glob_join(&n->at[i].exact, &more->at[i].exact);
        bx_glob_join(&n->at[i].folded, &more->at[i].folded);
    }
}

static void add_guest(const bx_carve *c, bx_names *n, bx_str guest)
{
    char form[BX_FORM_BUF + BX_GUEST_BUF];
    size_t len = 0;
    bool fits = bx_fold(guest, form, sizeof form, &len);
    for (size_t i = 0; i < n->n; i++) {
        bx_glob_states s = bx_glob_begin(c->rules[i].exact, guest);
        bx_glob_join(&n->at[i].exact, &s);
        s = bx_glob_begin(c->rules[i].folded, (bx_str){form, fits ? len : 0});
        bx_glob_join(&n->at[i].folded, &s);
    }
}

void bx_names_add_host(const bx_carve *c, bx_names *n, bx_str host)
{
    for (size_t i = 0; i < c->n_views; i++) {
        char text[BX_GUEST_BUF];
        const bx_view *v = &c->views[i];
        bx_str guest, top = {v->guest, v->guest_n};
        if (bx_host_is_below(host, (bx_str){v->host, v->host_n}) &&
            bx_carve_guest_path(top, bx_str_from(host, v->host_n), text, sizeof text, &guest))
            add_guest(c, n, guest);
    }
}

bx_errno bx_names_step(const bx_carve *c, bx_names *n, bx_str name, bx_str host)
{
    char form[16 * BX_NAME_MAX];
    size_t len = 0;
    bool exact = false, folded = !bx_fold(name, form, sizeof form, &len);
    if (!folded)
        (void)bx_form_strip(form, &len);
    for (size_t i = 0; i < n->n; i++) {
        exact |= bx_glob_step(c->rules[i].exact, &n->at[i].exact, name);
        folded |= bx_glob_step(c->rules[i].folded, &n->at[i].folded, (bx_str){form, len});
    }
    return exact || (folded && bx_carve_names_fold(c, host)) ? BX_E_ACCES : BX_E_SUCCESS;
}

bx_errno bx_names_judge(const bx_carve *c, const bx_names *n, bx_str name, bx_str host)
{
    if (!n)
        return BX_E_SUCCESS;
    bx_names *there = bx_names_copy(c, n);
    bx_errno e = there ? bx_names_step(c, there, name, host) : BX_E_NOMEM;
    bx_names_free(there);
    return e;
}
