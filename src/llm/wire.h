/* llm/wire.h - JSON as providers send it.  Pure; any thread.  Not for other folders.
 *
 * A character above U+FFFF that a server writing JavaScript strings splits between two pieces comes
 * as two escapes that are no text by themselves ("\ud83d" here, "\ude00" there), and a strict
 * reader refuses both.  Such halves are read as characters of the private-use range U+10D800 to
 * U+10DFFF, which bx_wire_join puts together again. */
#ifndef BX_LLM_WIRE_H
#define BX_LLM_WIRE_H

#include "codec/json.h"

/* Parse; bytes that are no UTF-8 become U+FFFD, halves as said above, *mended tells that there were
 * some (else it is left alone).  As bx_json_parse. */
BX_NODISCARD bx_code bx_wire_parse(bx_str text, bx_json **ret, bool *mended, bx_error *err);

/* Append `piece`, halves put together; a half at its end waits in *high for the next piece. */
void bx_wire_join(uint32_t *high, bx_str piece, bx_buf *out);

#endif
