/* jq's main under another name: ours (port.c) comes before it. */
#define main bx_jq_main
#pragma GCC diagnostic ignored "-Weverything"
#include <src/main.c>
