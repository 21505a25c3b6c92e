"""Where contestants work: fresh file systems in image files where that is allowed, else folders that are given."""

import os
import shutil
import subprocess

# Without what the kernel would else do in the background for the first minutes.
EXT4 = ["mkfs.ext4", "-qF", "-E", "lazy_itable_init=0,lazy_journal_init=0"]


class Mounts:
    """`source` and `destination` on two ext4, `xfs` on one XFS; None for what there is not."""

    def __init__(self, work, given=()):
        self.work = os.path.realpath(work)
        self.mounted = []
        os.makedirs(self.work, exist_ok=True)
        self.source, self.destination, self.xfs = ([os.path.realpath(folder) for folder in given] + [None] * 3)[:3]
        if not given:
            if os.geteuid() != 0:
                raise SystemExit("only root can mount images: name folders on two mounts with --on SOURCE DESTINATION [XFS]")
            self.source = self.mount("source", "10G", [*EXT4, "-N", "2500000"])
            self.destination = self.mount("destination", "10G", EXT4)
            self.xfs = self.mount("xfs", "10G", ["mkfs.xfs", "-q"]) if shutil.which("mkfs.xfs") else None
        self.state = os.path.join(self.work, "state")

    def mount(self, name, size, make):
        image, folder = os.path.join(self.work, name + ".img"), os.path.join(self.work, name)
        os.makedirs(folder, exist_ok=True)
        is_new = not os.path.exists(image)
        if is_new:
            subprocess.run(["truncate", "-s", size, image], check=True)
            subprocess.run([*make, image], check=True)
        if not os.path.ismount(folder):
            device = subprocess.check_output(["losetup", "--direct-io=on", "--show", "-f", image], text=True).strip()
            # The device goes with the mount.
            subprocess.run(["mount", device, folder], check=True)
            subprocess.run(["losetup", "-d", device], check=True)
        self.mounted.append((folder, image))
        if is_new:
            write_once(folder)
        return folder

    def close(self, keeps):
        """Takes all of it away, or leaves what was made for the next time."""
        for folder, image in self.mounted:
            subprocess.run(["umount", folder], check=True)
            if not keeps:
                os.remove(image)
        if not keeps and self.mounted:
            shutil.rmtree(self.work)


def write_once(folder, mebibytes=4096):
    """Lets the image have its blocks: else whoever writes first would wait for them, and nobody after."""
    path = os.path.join(folder, "once")
    with open(path, "wb", buffering=0) as file:
        for _ in range(mebibytes):
            file.write(bytes(1 << 20))
        os.fsync(file.fileno())
    os.remove(path)


def drop_caches():
    """Lets the kernel forget every file that it has read; only root may."""
    subprocess.run(["sync"], check=True)
    with open("/proc/sys/vm/drop_caches", "w") as file:
        file.write("3")
