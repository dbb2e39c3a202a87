/* mcp/skills.h - agent skills (directories with a SKILL.md) as prompts of MCP.  Any thread.
 *
 * They are looked for whenever a client asks, so there is nothing to reload.  Text of a project is
 * shown to who asks for it by name, and does nothing by itself. */
#ifndef BX_MCP_SKILLS_H
#define BX_MCP_SKILLS_H

#include "mcp/ports.h"
#include "tool/belief.h"

enum {
    BX_SKILLS_MAX = 256,            /* that are listed */
    BX_SKILL_MAX_BYTES = 256 << 10, /* of one SKILL.md */
    BX_SKILL_MAX_DIRS = 8,
};

typedef struct bx_mcp_skills bx_mcp_skills;

typedef struct bx_skill_dir {
    const char *root;  /* an existing directory of the operator's: the project, or his home */
    const char *below; /* ".boxagnts/skills": never left, by links neither */
    const char *shown; /* what tools see `root` as; NULL: they do not */
} bx_skill_dir;

/* Of the same skill in two of them the first one counts.  Texts are borrowed.  What tools see
 * (those with `shown`) is there as long as `by` believes it (borrowed; NULL: all). */
BX_NODISCARD bx_code bx_mcp_skills_new(const bx_skill_dir *dirs, size_t n, const bx_believer *by,
                                       bx_mcp_skills **ret, bx_error *err);
void bx_mcp_skills_free(bx_mcp_skills *s); /* NULL is fine */
BX_DEFINE_AUTO(bx_mcp_skills, bx_mcp_skills_free)
const bx_mcp_prompts *bx_mcp_skills_port(const bx_mcp_skills *s); /* borrowed from `s` */

/* A SKILL.md taken apart: *ret_head is its front matter, *ret_body what follows; both borrowed.
 * False: it has none. */
bool bx_skill_split(bx_str text, bx_str *ret_head, bx_str *ret_body);

#endif
