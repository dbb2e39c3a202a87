/* fetch/html_math.h - a formula of MathML as text: its TeX where the page holds it, else one line
 * that says the same.  Pure; linear in the formula. */
#ifndef WF_HTML_MATH_H
#define WF_HTML_MATH_H

#include "fetch/html_tok.h"

/* The formula that the start tag `tok` of <math> begins; `ahead` stands behind it.  Appends to
 * `ret`, decoded: "$x_1$" of TeX, "x_1" of elements. */
void wf_math_text(const wf_tok *tok, wf_tokenizer ahead, bx_buf *ret);

/* TeX as it stands in text: between dollar signs, white space collapsed. */
void wf_math_add_tex(bx_str tex, bx_buf *ret);

#endif
