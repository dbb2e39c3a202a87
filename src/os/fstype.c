#include "os/fstype.h"

#include <linux/magic.h>
#include <sys/vfs.h>

bool bx_fd_is_kernel_fs(int fd)
{
    static const uint32_t own[] = {
        PROC_SUPER_MAGIC,    SYSFS_MAGIC,        DEBUGFS_MAGIC,       TRACEFS_MAGIC,
        CGROUP_SUPER_MAGIC,  CGROUP2_SUPER_MAGIC, SECURITYFS_MAGIC,   SELINUX_MAGIC,
        SMACK_MAGIC,         BPF_FS_MAGIC,       EFIVARFS_MAGIC,      PSTOREFS_MAGIC,
        BINFMTFS_MAGIC,      NSFS_MAGIC,         0x62656570 /* configfs */,
    };
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return true;
    for (size_t i = 0; i < BX_COUNT(own); i++) {
        if ((uint32_t)fs.f_type == own[i])
            return true;
    }
    return false;
}
