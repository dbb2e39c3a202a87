/* Capability text: whatever is accepted prints, and what is printed means the same. */
#include "base/limits.h"
#include "policy/cap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static void check_path(const bx_cap *c)
{
    bx_str path = bx_str_of(c->path), again;
    BX_ASSERT(bx_guest_path_check(path, &again, NULL) == BX_OK && bx_str_eq(path, again));
    BX_ASSERT(bx_path_is_below(path, path) && bx_path_is_below(path, BX_LIT("/")));
    BX_ASSERT(!strstr(c->path, "//") && (path.n == 1 || path.p[path.n - 1] != '/'));
    for (const char *p = c->path; (p = strstr(p, "/.")); p++) {
        size_t dots = strspn(p + 1, ".");
        BX_ASSERT(dots > 2 || (p[1 + dots] != '/' && p[1 + dots] != '\0'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_cap c, again;
    bx_error err = {.msg = ""};
    if (bx_cap_parse((bx_str){(const char *)data, size}, &c, &err) != BX_OK) {
        BX_ASSERT(err.msg[0]);
        return 0;
    }
    if (c.kind == BX_CAP_READ || c.kind == BX_CAP_WRITE || c.kind == BX_CAP_RW)
        check_path(&c);
    char out[BX_MAX_VAR_TEXT + 64], out2[sizeof out];
    BX_ASSERT(bx_cap_print(&c, out, sizeof out, NULL) == BX_OK);
    BX_ASSERT(bx_cap_parse(bx_str_of(out), &again, NULL) == BX_OK);
    BX_ASSERT(again.kind == c.kind && again.size == c.size && again.number == c.number);
    BX_ASSERT(same(again.path, c.path) && same(again.value, c.value));
    BX_ASSERT(bx_cap_print(&again, out2, sizeof out2, NULL) == BX_OK && strcmp(out, out2) == 0);
    bx_cap_done(&c);
    bx_cap_done(&again);
    return 0;
}
