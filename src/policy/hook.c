#include "policy/hook.h"

#include <stdlib.h>

#include "policy/cap.h"

static const struct {
    const char *name;
    bool has_subject;
} events[BX_HOOK_EVENTS] = {
    [BX_HOOK_SESSION_START] = {"SessionStart", true},
    [BX_HOOK_PROMPT] = {"UserPromptSubmit", false},
    [BX_HOOK_PRE_TOOL] = {"PreToolUse", true},
    [BX_HOOK_POST_TOOL] = {"PostToolUse", true},
    [BX_HOOK_POST_TOOL_FAILURE] = {"PostToolUseFailure", true},
    [BX_HOOK_PERMISSION] = {"PermissionRequest", true},
    [BX_HOOK_NOTIFICATION] = {"Notification", true},
    [BX_HOOK_STOP] = {"Stop", false},
    [BX_HOOK_SUBAGENT_START] = {"SubagentStart", true},
    [BX_HOOK_SUBAGENT_STOP] = {"SubagentStop", true},
    [BX_HOOK_PRE_COMPACT] = {"PreCompact", true},
    [BX_HOOK_SESSION_END] = {"SessionEnd", false},
};

const char *bx_hook_event_name(bx_hook_event e)
{
    BX_ASSERT(e < BX_HOOK_EVENTS);
    return events[e].name;
}

bool bx_hook_event_parse(bx_str name, bx_hook_event *ret)
{
    for (size_t i = 0; i < BX_HOOK_EVENTS; i++) {
        if (bx_str_eq(name, bx_str_of(events[i].name))) {
            *ret = (bx_hook_event)i;
            return true;
        }
    }
    return false;
}

bool bx_hook_event_has_subject(bx_hook_event e) { return events[e].has_subject; }

/* ---- matchers -------------------------------------------------------------------------------- */

static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '*' || c == '?';
}

bool bx_hook_matcher_is_valid(bx_str matcher)
{
    bool empty = true; /* the name that is being read */
    for (size_t i = 0; i < matcher.n; i++) {
        if (matcher.p[i] == '|' ? empty : !is_of_name(matcher.p[i]))
            return false;
        empty = matcher.p[i] == '|';
    }
    return matcher.n == 0 || !empty;
}

/* Names of tools are lower case with '_' between their words; others' files write "WebFetch". */
static bool names(bx_str pattern, bx_str subject)
{
    BX_AUTO_BUF snake = bx_buf_init(2 * BX_HOOK_MAX_MATCHER);
    if (bx_tool_name_matches(pattern, subject))
        return true;
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];
        bool upper = c >= 'A' && c <= 'Z';
        if (upper && i && pattern.p[i - 1] >= 'a' && pattern.p[i - 1] <= 'z')
            (void)bx_buf_add_c(&snake, '_');
        (void)bx_buf_add_c(&snake, upper ? (char)(c - 'A' + 'a') : c);
    }
    return bx_tool_name_matches(bx_buf_str(&snake), subject);
}

bool bx_hook_matches(const bx_hook *h, bx_hook_event e, bx_str subject)
{
    if (h->event != e)
        return false;
    bx_str rest = bx_str_of(h->matcher ? h->matcher : "");
    if (rest.n == 0)
        return true;
    while (rest.n) {
        const char *end = memchr(rest.p, '|', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        if (names((bx_str){rest.p, n}, subject))
            return true;
        rest = bx_str_from(rest, n + (end != NULL));
    }
    return false;
}

void bx_hook_done(bx_hook *h)
{
    for (size_t i = 0; i < h->n_allow; i++)
        free(h->allow[i]);
    free(h->allow);
    free(h->matcher);
    free(h->command);
    free(h->tool);
}
