/* mcp/tasks.h - calls that became tasks.  Any thread. */
#ifndef BX_MCP_TASKS_H
#define BX_MCP_TASKS_H

#include "mcp/internal.h"

typedef struct mcp_task mcp_task;

void mcp_tasks_free(mcp_task *first); /* all of a list; none is being served */
/* Has the client of this request a task of that ID, and the extension that they belong to? */
bool mcp_task_is(bx_mcp_call *c, bx_str id);
/* Tell a stream of a task that waits for the client, or is over: what comes to be is told anyhow.
 */
void mcp_task_tell_now(bx_mcp_call *c, bx_str id);
/* A call that became one is over: with this result, or with its fault. */
void mcp_task_end(bx_mcp_call *c, bx_str result);
/* Ask the client of a task, and wait until all is answered: answers[i] becomes the answer to
 * asked[i], owned by the caller.  False: it was cancelled; some may be there. */
bool mcp_task_ask(bx_mcp_call *c, const mcp_question *asked, size_t n, bx_json **answers);

#endif
