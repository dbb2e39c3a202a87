/* lines/help.h - the texts of --help. */
#ifndef LINES_HELP_H
#define LINES_HELP_H

static const char grep_help[] = "Usage: grep [OPTION]... PATTERNS [FILE]...\n";
static const char egrep_help[] = "Usage: egrep [OPTION]... PATTERNS [FILE]...\n";
static const char fgrep_help[] = "Usage: fgrep [OPTION]... PATTERNS [FILE]...\n";
static const char sed_help[] =
    "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n";
static const char awk_help[] = "Usage: awk [OPTION]... 'PROGRAM' [FILE]...\n";

#endif
