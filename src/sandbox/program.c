#include "sandbox/program.h"

static int compare(bx_str a, bx_str b)
{
    int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool bx_program_name_is_good(bx_str name)
{
    enum { MAX_NAME = 40 };
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && !memchr("_.+-[", c, 5))
            return false;
    }
    return name.n > 0 && name.n <= MAX_NAME && name.p[0] != '-' && name.p[0] != '.';
}

const bx_program *bx_program_find(const bx_program_set *set, bx_str name)
{
    size_t low = 0, high = set ? set->n : 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = compare(set->at[mid].name, name);
        if (c == 0)
            return &set->at[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

bool bx_program_is_granted(bx_cap_list caps, bx_str name)
{
    bool granted = false;
    for (size_t i = 0; i < caps.n; i++) {
        const bx_cap *c = &caps.at[i];
        if ((c->kind != BX_CAP_TOOL && c->kind != BX_CAP_NOT_TOOL) ||
            !bx_tool_name_matches(bx_str_of(c->path), name))
            continue;
        if (c->kind == BX_CAP_NOT_TOOL)
            return false;
        granted = true;
    }
    return granted;
}
