/* js/script.h - the script a module carries that was made of this one (boxagnts tool build). */
#ifndef BX_JS_SCRIPT_H
#define BX_JS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* "json" or "argv", a line feed, the file's name, a line feed, the source, all UTF-8: what
 * src/cli/tool_build.c writes.  False: the module is the plain one. */
bool js_script(const char **ret, size_t *ret_n);

#endif
