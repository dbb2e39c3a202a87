/* base/magic.h - objects that say what they are.  The first member of an object handed out by
 * pointer is `uint32_t magic`; every door checks it, in release builds too (one comparison), so
 * that a pointer to something else, or to what was freed, ends at the door and not as a strange
 * write. */
#ifndef BX_BASE_MAGIC_H
#define BX_BASE_MAGIC_H

#include "base/defs.h"

/* Not NULL, and a living object of that kind. */
#define BX_CHECK_MAGIC(p, value) BX_ASSERT((p) != NULL && (p)->magic == (value))

/* Before the object is freed.  Volatile: a store to memory that is about to be freed is else left
 * out by the compiler. */
#define BX_CLEAR_MAGIC(p) (*(volatile uint32_t *)&(p)->magic = 0)

#endif
