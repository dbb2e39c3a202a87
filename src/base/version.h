/* base/version.h - what this build calls itself. */
#ifndef BX_BASE_VERSION_H
#define BX_BASE_VERSION_H

#define BX_VERSION "0.1.0"

#endif
