#!/usr/bin/env bash
# exfat-fuse (exFAT over FUSE): inode numbers of one file.
#
# exFAT ignores case, so "Name", "NAME" and "name" open one file.  POSIX has a file known by (st_dev, st_ino), and what finds
# out whether two paths are one file compares these: one would expect one number for the three.  What happens: each
# spelling that was looked up has an inode number of its own, made up by FUSE (the program gives none), and keeps it while the
# kernel remembers the spelling; st_nlink is 1 for each.  What is written through one is read through the others all the same.
# So neither comparing inode numbers nor looking for files with several links shows that two spellings are one file.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ "$(id -u)" = 0 ] && [ -e /dev/fuse ] || { echo "needs root and /dev/fuse"; exit 77; }
(cd "$folder" && apt-get -q download exfat-fuse=1.3.0+git20220115-2 exfatprogs=1.2.0-1+deb12u1 libfuse2=2.9.9-6+b1) \
    >/dev/null 2>&1 || { echo "the packages cannot be had here"; exit 77; }
for package in "$folder"/*.deb; do dpkg -x "$package" "$folder/root"; done
export LD_LIBRARY_PATH=$(dirname "$(find "$folder/root" -name 'libfuse.so.2' | head -1)") FOLDER=$folder
truncate -s 64M "$folder/disk"
"$(find "$folder/root" -name mkfs.exfat)" "$folder/disk" >/dev/null
seen=$(unshare -m --propagation private sh -eu -c '
    mkdir "$FOLDER/m"
    loop=$(losetup -f --show "$FOLDER/disk")
    "$(find "$FOLDER/root" -name mount.exfat-fuse)" "$loop" "$FOLDER/m" >/dev/null
    losetup -d "$loop"
    cd "$FOLDER/m"
    echo text >Name
    sync
    stat -c "%h link" Name NAME name
    stat -c %i Name NAME name | sort -u | wc -l
    stat -c %i Name NAME name >"$FOLDER/first"; stat -c %i name NAME Name | tac | cmp - "$FOLDER/first" && echo "the same again"
    cat NAME
    cd /; umount "$FOLDER/m"')
expected='1 link
1 link
1 link
3
the same again
text'
echo "exfat-fuse 1.3.0, Debian 12, Linux $(uname -r)"
echo "expected of one file: 1 inode number; seen:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
