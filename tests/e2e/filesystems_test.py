"""Carve-outs, stores and errors on file systems that are not the usual ones: FUSE programs, small and full ones.

Each is mounted in a mount namespace of the test's own, so it needs root; what is not installed is skipped."""
import os
import shlex
import shutil
import subprocess
import unittest

from exec_support import DO, ExecTest
from support import BOXAGNTS, NO_OPENAT2, SANITIZED

EXFAT = ("mkfs.exfat", "mount.exfat-fuse", "losetup")
NTFS = ("mkfs.ntfs", "ntfs-3g", "losetup")


@unittest.skipIf(NO_OPENAT2, "files cannot be granted here")
@unittest.skipIf(SANITIZED, "what is sanitized has unit tests")
@unittest.skipIf(os.geteuid() != 0, "mounting needs root")
class FileSystems(ExecTest):
    def inside(self, needs, script):
        """Run a shell script in a mount namespace; X is `boxagnts exec`, G the guest that does one small thing."""
        for program in (*needs, "unshare"):
            if not shutil.which(program):
                self.skipTest(f"no {program}")
        if needs and not os.path.exists("/dev/fuse"):
            self.skipTest("no /dev/fuse")
        text = "\n".join((
            "set -e",
            f"X() {{ {shlex.quote(BOXAGNTS)} exec \"$@\" || echo \"ended with $?\"; }} 2>&1",
            f"G={shlex.quote(str(DO))}",
            "disk() { truncate -s 64M i; $1 i >/dev/null 2>&1; L=$(losetup -f --show i); $2 $L $3; losetup -d $L; }",
            "(", script, ") || echo FAILED",
            "cd /; umount -l $(grep -o \" $D/[^ ]*\" /proc/mounts) || true"))
        done = subprocess.run(["unshare", "-m", "--propagation", "private", "sh", "-c", text], cwd=self.dir, check=False,
                              env=dict(os.environ, D=str(self.dir), BOXAGNTS_HOME=str(self.top / "home")),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        out = done.stdout.decode()
        if out.startswith("unshare: "):     # as in a chroot, whose root is no mount
            self.skipTest(f"no mount namespace of its own: {out}")
        if "mount" in out and "FAILED" in out:
            self.skipTest(f"cannot mount here: {out}")
        self.assertNotIn("FAILED", out)
        return out

    def test_another_case_of_a_denied_name(self):
        out = self.inside(EXFAT, """
            mkdir m; disk mkfs.exfat mount.exfat-fuse m; echo SECRET > m/.env; echo plain > m/Public; echo own > .ENV
            test "$(cat m/.ENV)" = SECRET
            X --map-dir m::/w $G -- cat /w/.Env
            for p in .env .ENV .Env; do X --map-dir m::/w --deny '**/.env' $G -- cat /w/$p; done
            X --map-dir m::/w --deny '**/.env' $G -- put /w/.eNv x
            X --map-dir m::/w --deny '**/.env' $G -- cat /w/PUBLIC
            X --map-dir .::/w --deny '**/.env' $G -- cat /w/m/.ENV
            X --map-dir .::/w --deny '**/.env' $G -- cat /w/.ENV
            X --map-dir m::/w --deny '**/.env' $G -- list /w""")
        self.assertEqual(out.count("SECRET"), 1, out)             # the control without a rule
        self.assertEqual(out.count("Permission denied"), 5, out)
        self.assertEqual(out.count("plain"), 1, out)
        self.assertEqual(out.count("own"), 1, out)                # beside it names are bytes
        self.assertNotIn(".env", out.splitlines()[-1])

    def test_short_names_and_streams(self):
        out = self.inside((*NTFS, "setfattr"), """
            mkdir m; disk "mkfs.ntfs -F -Q" "ntfs-3g -o streams_interface=windows" m; echo SECRET > m/secretary.txt
            setfattr -h -v SECRE~1.TXT -n system.ntfs_dos_name m/secretary.txt; echo plain > m/public
            test "$(cat m/SECRE~1.TXT m/secretary.txt: | tr -d '\\n')" = SECRETSECRET
            for p in secretary.txt SECRE~1.TXT secretary.txt: Secretary.txt public; do
                X --map-dir m::/w --deny /w/secretary.txt $G -- cat /w/$p
            done""")
        self.assertNotIn("SECRET\n", out)
        self.assertEqual((out.count("Permission denied"), out.count("plain")), (4, 1), out)

    def test_two_inode_numbers_of_one_file(self):
        out = self.inside(("unionfs-fuse",), """
            mkdir a m; unionfs-fuse -o cow a=RW m; echo SECRET > m/secret; ln m/secret m/pub; echo plain > m/single; sleep 1.2
            test $(stat -c %i m/secret) != $(stat -c %i m/pub)
            X --map-dir m::/w $G -- cat /w/pub
            X --map-dir m::/w --deny /w/secret $G -- cat /w/pub
            X --map-dir m::/w --deny /w/secret $G -- cat /w/single""")
        self.assertEqual((out.count("SECRET"), out.count("Permission denied"), out.count("plain")), (1, 1, 1), out)

    def test_names_of_a_lower_layer(self):
        out = self.inside(EXFAT, """
            mkdir l u k m; disk mkfs.exfat mount.exfat-fuse l; echo SECRET > l/.env
            mount -t overlay -o lowerdir=l,upperdir=u,workdir=k none m; test "$(cat m/.ENV)" = SECRET
            echo own > m/.Own
            X --map-dir m::/w --deny '**/.env' $G -- cat /w/.ENV
            X --map-dir m::/w --deny '**/.own' $G -- cat /w/.Own""")
        self.assertNotIn("SECRET", out)
        self.assertEqual((out.count("Permission denied"), out.count("own\n")), (1, 1), out)

    def test_what_a_store_loses_is_given_back(self):
        out = self.inside(("bindfs",), """
            mkdir a m; bindfs a m; mkdir -m 700 m/H; export BOXAGNTS_HOME=$D/m/H; head -c 600000 /dev/zero > z
            for i in 1 2 3 4 5; do X --allow store:s:1MiB --stdin z $G -- round /store/x; done
            X --allow store:s:1MiB $G -- list /store""")
        self.assertEqual(out.count("ended with"), 0, out)

    def test_a_full_disk_under_the_store(self):
        out = self.inside((), """
            mkdir m; mount -t tmpfs -o size=4m none m; mkdir -m 700 m/H; export BOXAGNTS_HOME=$D/m/H
            X --allow store:other:1MiB $G -- list /store; mkdir -m 700 m/H/store/s; head -c 9000000 /dev/zero > m/fill || true
            X --allow store:s:1MiB $G -- list /store
            rm m/fill; X --allow store:s:1MiB $G -- put /store/x text; X --allow store:s:1MiB $G -- cat /store/x""")
        self.assertEqual((out.count("ended with 125"), out.count("ended with")), (1, 1), out)
        self.assertEqual((out.count("quota of store"), out.count("text")), (1, 1), out)

    def test_a_full_home_stops_no_call(self):
        out = self.inside((), """
            mkdir m c; mount -t tmpfs -o size=1m none m; mkdir -m 700 m/H; head -c 9000000 /dev/zero > m/fill || true
            export BOXAGNTS_HOME=$D/m/H
            X --wasm-cache-dir $D/c $G -- print 3
            X $G -- print 3
            X --wasm-cache-dir /proc/nowhere $G -- print 3""")
        self.assertEqual((out.count("ended with 125"), out.count("ended with")), (1, 1), out)
        self.assertEqual(out.count("note: no code cache"), 2, out)

    def test_homes_that_cannot_hold_a_store(self):
        out = self.inside((), """
            mkdir r; mount -t tmpfs -o ro none r
            BOXAGNTS_HOME=$D/r/H X --allow store:s:1MiB $G -- list /store""")
        self.assertIn("Read-only file system", out)
        out = self.inside(EXFAT, """
            mkdir m; disk mkfs.exfat mount.exfat-fuse m
            BOXAGNTS_HOME=$D/m/H X --allow store:s:1MiB $G -- list /store""")
        self.assertIn("where that has no effect", out)
        out = self.inside(("mergerfs",), """
            mkdir c d; mergerfs -o cache.files=off,direct_io=true c d; mkdir -m 700 d/H
            BOXAGNTS_HOME=$D/d/H X --allow store:s:1MiB $G -- list /store""")
        self.assertIn("cannot be mapped", out)

    def test_an_error_that_only_close_tells(self):
        out = self.inside(("fuse-overlayfs",), """
            mkdir s m; mount -t tmpfs -o size=1m none s; mkdir s/u s/k s/l
            fuse-overlayfs -o lowerdir=s/l,upperdir=s/u,workdir=s/k m; head -c 3000000 /dev/zero > z
            X --map-dir m::/w --stdin z $G -- round /w/a""")
        self.assertIn("close: No space left on device", out)
        self.assertEqual(out.count("ended with 1"), 1, out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
