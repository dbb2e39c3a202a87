#include "os/fstype.h"

#include <linux/magic.h>
#include <sys/vfs.h>

bool bx_fd_keeps_change_times(int fd)
{
    static const uint32_t local[] = {
        EXT4_SUPER_MAGIC /* ext2 and ext3 too */, XFS_SUPER_MAGIC,    BTRFS_SUPER_MAGIC,
        TMPFS_MAGIC,                              F2FS_SUPER_MAGIC,   OVERLAYFS_SUPER_MAGIC,
        0x2fc12fc1 /* zfs */,                     0xca451a4e /* bcachefs */,
    };
    struct statfs fs;
    if (fstatfs(fd, &fs) != 0)
        return false;
    for (size_t i = 0; i < BX_COUNT(local); i++) {
        if ((uint32_t)fs.f_type == local[i])
            return true;
    }
    return false;
}

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
