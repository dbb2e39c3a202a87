/* base/banned.h - force-included in every file of src/: calls that cannot be made
 * safe at the call site become compile errors.  libc headers come first, so that
 * their own declarations stay legal. */
#ifndef BX_BASE_BANNED_H
#define BX_BASE_BANNED_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef __cplusplus
#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atoll sscanf strtol gets
#endif
#endif
