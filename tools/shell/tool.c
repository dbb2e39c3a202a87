#include "shell/tool.h"
int sh_tool_main(void) { return 1; }
