/* python/python.h - one call of the JSON tool `python`: starts the program of that name and tells
 * what it printed and how it ended. */
#ifndef BX_PYTHON_PYTHON_H
#define BX_PYTHON_PYTHON_H

/* Arguments from `in`, the result to `out`; returns what main returns. */
int bx_python_run(int in, int out);

#endif
