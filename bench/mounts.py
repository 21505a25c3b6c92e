"""Where contestants work: fresh file systems in image files where that is allowed, else folders that are given."""

import os
import shutil
import subprocess


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
            self.source = self.mount("source", "10G", ["mkfs.ext4", "-qF", "-N", "2500000"])
            self.destination = self.mount("destination", "10G", ["mkfs.ext4", "-qF"])
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
        return folder

    def close(self, keeps):
        """Takes all of it away, or leaves what was made for the next time."""
        for folder, image in self.mounted:
            subprocess.run(["umount", folder], check=True)
            if not keeps:
                os.remove(image)
        if not keeps and self.mounted:
            shutil.rmtree(self.work)


def drop_caches():
    """Lets the kernel forget every file that it has read; only root may."""
    subprocess.run(["sync"], check=True)
    with open("/proc/sys/vm/drop_caches", "w") as file:
        file.write("3")
