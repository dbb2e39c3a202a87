#!/usr/bin/env bash
# ntfs-3g with streams_interface=windows: names with a colon.
#
# On Windows "name:stream" is a stream of the file and "name::$DATA" its unnamed stream, the file's contents; "name:" alone is no
# name.  The option offers these names, so one would expect the contents under "name::$DATA" and an error for "name:".  What
# happens: the reverse.  "name:" opens the file itself, and "name::$DATA" does not exist.  Its short name opens the file, too,
# although names with another case do not (the default tells case apart), and neither is listed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ "$(id -u)" = 0 ] && [ -e /dev/fuse ] || { echo "needs root and /dev/fuse"; exit 77; }
(cd "$folder" && apt-get -q download ntfs-3g=1:2022.10.3-1+deb12u4 libntfs-3g89=1:2022.10.3-1+deb12u4) >/dev/null 2>&1 || exit 77
for package in "$folder"/*.deb; do dpkg -x "$package" "$folder/root"; done
LD_LIBRARY_PATH=$(dirname "$(find "$folder/root" -name 'libntfs-3g.so.*' | head -1)")
export LD_LIBRARY_PATH FOLDER=$folder
truncate -s 64M "$folder/disk"
"$(find "$folder/root" -name mkntfs | head -1)" -F -Q "$folder/disk" >/dev/null 2>&1
seen=$(unshare -m --propagation private sh -eu -c '
    mkdir "$FOLDER/m"
    loop=$(losetup -f --show "$FOLDER/disk")
    "$(find "$FOLDER/root" -name ntfs-3g -type f | head -1)" -o streams_interface=windows "$loop" "$FOLDER/m"
    losetup -d "$loop"
    cd "$FOLDER/m"
    echo contents >long_file_name.txt; echo stream >long_file_name.txt:s
    python3 -c "import os; os.setxattr(\"long_file_name.txt\", \"system.ntfs_dos_name\", b\"LONGFI~1.TXT\")"
    for name in long_file_name.txt long_file_name.txt:s long_file_name.txt: "long_file_name.txt::\$DATA" LONGFI~1.TXT \
        LONG_FILE_NAME.TXT; do
        echo "$name: $(cat "$name" 2>/dev/null || echo none)"
    done
    ls
    cd /; umount "$FOLDER/m"')
expected='long_file_name.txt: contents
long_file_name.txt:s: stream
long_file_name.txt:: contents
long_file_name.txt::$DATA: none
LONGFI~1.TXT: contents
LONG_FILE_NAME.TXT: none
long_file_name.txt'
echo "ntfs-3g 2022.10.3, Debian 12, Linux $(uname -r)"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "this has changed; it was:"; echo "$expected"; exit 1; }
