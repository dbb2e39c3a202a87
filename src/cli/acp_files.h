/* cli/acp_files.h - the files of a run as an editor knows them: their paths on the host, and their
 * texts, read with what the tool `read` of that run may use at most.  Any thread. */
#ifndef BX_CLI_ACP_FILES_H
#define BX_CLI_ACP_FILES_H

#include "cli/run_setup.h"

enum { BX_ACP_MAX_FILE = 1 << 20 }; /* bytes of a text that is shown */

typedef struct bx_acp_files bx_acp_files;

/* Borrows `run`, which is open. */
BX_NODISCARD bx_code bx_acp_files_new(bx_run *run, bx_acp_files **ret, bx_error *err);
void bx_acp_files_free(bx_acp_files *f); /* NULL is fine */

/* "/home/u/project/a" for "a" or "/workspace/a", as a tool was given it.  false: it does not lie in
 * the workspace, or `ret` has no room. */
bool bx_acp_host_path(const bx_acp_files *f, bx_str path, bx_buf *ret);
/* "/workspace/a b" for "file:///home/u/project/a%20b".  false: it is no such file. */
bool bx_acp_path_of_uri(const bx_acp_files *f, bx_str uri, bx_buf *ret);

typedef enum bx_acp_look {
    BX_ACP_TEXT,    /* `ret` has it */
    BX_ACP_NO_FILE, /* there is none */
    BX_ACP_HIDDEN,  /* not to be read, no text, or too long */
} bx_acp_look;
/* Empties `ret` first. */
bx_acp_look bx_acp_read_file(const bx_acp_files *f, bx_str path, bx_buf *ret);

#endif
