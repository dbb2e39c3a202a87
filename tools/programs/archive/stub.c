#include "programs/archive/box.h"
const char *const zip_help = "", *const unzip_help = "";
int zip_run(int argc, char **argv) { (void)argc; (void)argv; return 2; }
int unzip_run(int argc, char **argv) { (void)argc; (void)argv; return 2; }
