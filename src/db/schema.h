/* db/schema.h - what is in state.db, version by version.  Constant. */
#ifndef BX_DB_SCHEMA_H
#define BX_DB_SCHEMA_H

#include "base/defs.h"

enum { BX_DB_APPLICATION = 0x62786462 }; /* application_id: "bxdb" */

/* bx_db_schema[v]: the statements that make version v + 1 of version v.  Never changed once it was
 * released; a change is a version more. */
extern const char *const bx_db_schema[];
extern const int bx_db_schema_version; /* how many there are */

#endif
