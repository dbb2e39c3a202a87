/* system/main.c - the table of the programs. */
#include "programs/common/prog_io.h"
#include "programs/files/files.h"
#include "system.h"

static const prog_entry table[] = {
    {"arch", arch_program, arch_help},
    {"basename", basename_program, basename_help},
    {"bc", bc_program, bc_help},
    {"[", bracket_program, bracket_help},
    {"chgrp", chgrp_program, chgrp_help},
    {"chmod", chmod_program, chmod_help},
    {"chown", chown_program, chown_help},
    {"cp", cp_program, cp_help},
    {"date", date_program, date_help},
    {"dd", dd_program, dd_help},
    {"df", df_program, df_help},
    {"dir", dir_program, dir_help},
    {"dirname", dirname_program, dirname_help},
    {"du", du_program, du_help},
    {"env", env_program, env_help},
    {"find", find_program, find_help},
    {"groups", groups_program, groups_help},
    {"hostname", hostname_program, hostname_help},
    {"id", id_program, id_help},
    {"install", install_program, install_help},
    {"link", link_program, link_help},
    {"ln", ln_program, ln_help},
    {"logname", logname_program, logname_help},
    {"ls", ls_program, ls_help},
    {"mkdir", mkdir_program, mkdir_help},
    {"mktemp", mktemp_program, mktemp_help},
    {"mv", mv_program, mv_help},
    {"nice", nice_program, nice_help},
    {"nohup", nohup_program, nohup_help},
    {"printenv", printenv_program, printenv_help},
    {"ps", ps_program, ps_help},
    {"pwd", pwd_program, pwd_help},
    {"readlink", readlink_program, readlink_help},
    {"realpath", realpath_program, realpath_help},
    {"rm", rm_program, rm_help},
    {"rmdir", rmdir_program, rmdir_help},
    {"sleep", sleep_program, sleep_help},
    {"stat", stat_program, stat_help},
    {"stdbuf", stdbuf_program, stdbuf_help},
    {"sync", sync_program, sync_help},
    {"test", test_program, test_help},
    {"time", time_program, time_help},
    {"timeout", timeout_program, timeout_help},
    {"touch", touch_program, touch_help},
    {"tree", tree_program, tree_help},
    {"truncate", truncate_program, truncate_help},
    {"tty", tty_program, tty_help},
    {"uname", uname_program, uname_help},
    {"unlink", unlink_program, unlink_help},
    {"which", which_program, which_help},
    {"whoami", whoami_program, whoami_help},
    {"xargs", xargs_program, xargs_help},
};

int main(int argc, char **argv)
{
    return prog_main(argc, argv, "system", table, BX_COUNT(table));
}
