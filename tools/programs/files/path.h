/* files/path.h - paths as text, and what they lead to.  One thread. */
#ifndef BX_FILES_PATH_H
#define BX_FILES_PATH_H

#include "programs/common/prog.h"

typedef enum path_need {
    PATH_ALL,     /* every component has to be there (-e) */
    PATH_PARENTS, /* all but the last (-f) */
    PATH_NONE,    /* none (-m) */
} path_need;

enum { PATH_LINKS_MAX = 40 };

/* The absolute path without links, "." and "..", or NULL with errno.  keep_links: links stay as
 * they are; ".." then takes away the name before it.  Free it. */
char *path_real(const char *path, path_need need, bool keep_links);

/* ".." taken away with the name before it, before links are followed (realpath -L). */
char *path_logical(const char *path);

/* How to come from directory `from` to `to`, both absolute and without "..".  Free it. */
char *path_relative(const char *to, const char *from);

/* The last component without slashes behind it (all of it where it is only slashes), and what is in
 * front of it ("." where there is nothing).  Free them. */
char *path_base(const char *path);
char *path_dir(const char *path);

/* dir/name with one slash between. */
char *path_join(const char *dir, const char *name);

/* symlink(2).  Where absolute targets are refused, as in a sandbox, whose paths are not those of
 * the host, one below the same top directory is written as seen from the link. */
int path_symlink(const char *target, const char *link);

/* The text of a link, or NULL with errno. Free it. */
char *path_link(const char *path);

/* Ask "NAME: QUESTION" on standard error; a line that begins with y means yes. */
bool path_ask(const char *format, ...) BX_PRINTF(1, 2);

/* With slashes at the end taken off, but for a lone one. */
void path_strip(char *path);

#endif
