/* cli/doctor_tree.h - the files the probes attack (cli/doctor_tree.def), in a fresh temporary
 * directory. */
#ifndef BX_CLI_DOCTOR_TREE_H
#define BX_CLI_DOCTOR_TREE_H

#include "base/error.h"

/* Make it; its path goes into `ret`. */
BX_NODISCARD bx_code bx_doctor_tree_make(char *ret, size_t cap, bx_error *err);
void bx_doctor_tree_remove(const char *path); /* an empty path is fine */

bool bx_doctor_has_openat2(void);

#endif
