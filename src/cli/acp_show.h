/* cli/acp_show.h - what happens in a session, as updates for an editor (Agent Client Protocol 1,
 * session/update).  Events of one session come one at a time; the rest is for the thread that
 * reads. */
#ifndef BX_CLI_ACP_SHOW_H
#define BX_CLI_ACP_SHOW_H

#include "cli/acp_files.h"
#include "cli/acp_peer.h"

typedef struct bx_acp_show { /* of one session; zero, then its first three members */
    bx_acp_peer *peer;       /* borrowed, like the next two */
    bx_str id;
    const bx_acp_files *files; /* NULL: no path of it is known to the editor */
    uint64_t call;             /* of the call that changes a file or the plan; 0: none */
    bool was_there;            /* of the file */
    bool is_plan;
    bx_buf path, before; /* as the call named it; the text it had, or the plan as it will be */
} bx_acp_show;
void bx_acp_show_done(bx_acp_show *s);

/* A piece of what is said; `kind`: agent_message_chunk and the like. */
void bx_acp_show_words(const bx_acp_show *s, const char *kind, bx_str text);
/* An event of the journal.  `whole`: of a session that is loaded; else the words were sent as they
 * came. */
void bx_acp_show_event(bx_acp_show *s, bx_str line, bool whole);

/* Member "modes" of an answer. */
void bx_acp_put_modes(bx_json_out *o, bx_policy_mode now);
void bx_acp_show_mode(const bx_acp_show *s, bx_policy_mode now);

typedef struct bx_acp_command {
    const char *name, *says, *hint; /* hint NULL: it takes nothing */
} bx_acp_command;
void bx_acp_show_commands(const bx_acp_show *s, const bx_acp_command *at, size_t n);

/* `title` empty: it is as it was.  `updated_ms`: since 1970. */
void bx_acp_show_info(const bx_acp_show *s, bx_str title, int64_t updated_ms);
void bx_acp_put_time(bx_json_out *o, const char *key, int64_t ms);
/* `used` tokens of a window of `size` (0: not known, then BX_AGENT_WINDOW); cost NULL: not known.
 */
void bx_acp_show_usage(const bx_acp_show *s, uint64_t used, uint64_t size, const uint64_t *cost);
/* For clients that take notices alone. */
void bx_acp_show_notice(const bx_acp_show *s, const char *title, bx_str text);

/* Members of a tool call for a question: title, kind, name, input, places, and what it would
 * change, behind the words `why`. */
void bx_acp_put_asked(bx_json_out *o, const bx_acp_files *files, bx_str name, bx_str arguments,
                      bx_str why);

void bx_acp_put(bx_json_out *o, const char *key, bx_str text);
bx_str bx_acp_text(const bx_json_val *object, const char *key); /* empty where there is none */

#endif
