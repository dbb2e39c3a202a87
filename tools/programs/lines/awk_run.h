/* lines/awk_run.h - between expressions (awk_eval.c) and statements (awk_run.c).  One thread. */
#ifndef LINES_AWK_RUN_H
#define LINES_AWK_RUN_H

#include "programs/lines/awk.h"

typedef enum awk_flow {
    FLOW_ON,
    FLOW_BREAK,
    FLOW_CONTINUE,
    FLOW_RETURN,
    FLOW_NEXT,
    FLOW_NEXTFILE,
    FLOW_EXIT
} awk_flow;

extern awk_val awk_returned; /* what the function that just returned gave */

awk_flow awk_exec(awk_node *statement);
bool awk_truth(awk_node *expression);
awk_str *awk_key_of(awk_node *subscripts); /* to be given back with awk_unref */
void awk_not_array(const awk_val *v);      /* ends the program where it is one */

#endif
