/* agent/skills.h - skills (directories with a SKILL.md): the model sees their names and
 * descriptions, and the text of one when it asks for it.  A skill is text: it never gives a right.
 * Made by one thread; one run uses it. */
#ifndef BX_AGENT_SKILLS_H
#define BX_AGENT_SKILLS_H

#include "agent/agent.h"
#include "tool/belief.h"

enum { BX_SKILLS_MAX = 64 };

typedef struct bx_skills bx_skills;

BX_NODISCARD bx_code bx_skills_new(bx_skills **ret, bx_error *err);
void bx_skills_free(bx_skills *s); /* NULL is fine */
BX_DEFINE_AUTO(bx_skills, bx_skills_free)

/* Those in the directory `path` beneath `dir` (kept open by a copy) that are believed by `by`
 * (borrowed as long as `s`; NULL: all), which is asked for each file of one as well.  A name that
 * is there already is left out: so the project's come first. */
BX_NODISCARD bx_code bx_skills_add(bx_skills *s, int dir, const char *path, const bx_believer *by,
                                   bx_error *err);
/* The paths of those that were not believed, a line each, once. */
void bx_skills_doubted(bx_skills *s, bx_buf *out);
size_t bx_skills_count(const bx_skills *s);
/* The catalogue, for the system text: a line for each. */
void bx_skills_list(const bx_skills *s, bx_buf *out);
/* The tool `skill`; borrowed. */
const bx_agent_own *bx_skills_tool(const bx_skills *s);
/* The texts of those that were asked for, which a compaction keeps. */
void bx_skills_remember(const bx_skills *s, bx_buf *out);

#endif
