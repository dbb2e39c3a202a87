#include "tool/builtin.h"

/* A program without src/builtins.c, as an embedder's, carries none. */
__attribute__((weak)) const bx_builtin bx_builtins[1] = {{.name = NULL}};
__attribute__((weak)) const size_t bx_builtins_count = 0;
__attribute__((weak)) const bx_builtin bx_boxes[1] = {{.name = NULL}};
__attribute__((weak)) const size_t bx_boxes_count = 0;
