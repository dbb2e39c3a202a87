/* policy/manifest.h - what a tool's manifest says about how it is run: its kind of call and its
 * limits (docs/tools.md).  Pure; any thread.
 *
 * Of YAML only what manifests are written in is read: mappings in block form at the top, `limits`
 * in block form or as one `{…}`, plain or quoted words without escapes.  What other keys hold is
 * passed over unread. */
#ifndef BX_POLICY_MANIFEST_H
#define BX_POLICY_MANIFEST_H

#include "policy/grant.h"

/* Set the limits of the grant `g`, which is being built, to those of the manifest `text`, and
 * *ret_json to whether it says `call: json`.  Nothing else of a manifest touches a grant: what a
 * tool `needs` is not granted by its saying so.  BX_EINVAL names the line. */
BX_NODISCARD bx_code bx_manifest_apply(bx_str text, bx_grant *g, bool *ret_json, bx_error *err);

#endif
