//! The few files that the guest begins with: a shell, the modules, and what to do with them.

use super::{FOLDER, kernel::Kernel};
use crate::needs::on_path;
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

const FOLDER_MODE: u32 = 0o040_755;
const PROGRAM_MODE: u32 = 0o100_755;

/// Mounts the host's root and goes on in it with the script that the host has written.
const INIT: &str = r#"#!/busybox sh
PATH=/; export PATH
/busybox mount -t devtmpfs dev /dev
/busybox mount -t proc proc /proc
for module in /modules/*; do /busybox insmod "$module" || /busybox echo "guest: no $module"; done
/busybox grep -q tidelock.probe /proc/cmdline && { /busybox echo 'guest: is up'; /busybox poweroff -f; }
/busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose host /host
/busybox mount -t proc proc /host/proc
/busybox mount -t sysfs sys /host/sys
/busybox mount -t devtmpfs dev /host/dev
for folder in tmp mnt run dev/shm; do
    /busybox mkdir -p /host/$folder 2>/dev/null
    /busybox mount -t tmpfs tmp /host/$folder
done
/busybox mkdir /host/mnt/ext4 /host/mnt/xfs
/busybox mount -t ext4 -o prjquota /dev/vda /host/mnt/ext4
/busybox mount -t xfs -o pquota /dev/vdb /host/mnt/xfs
script=$(/busybox sed 's/.*tidelock.script=\([^ ]*\).*/\1/' /proc/cmdline)
PATH=/usr/sbin:/usr/bin:/sbin:/bin
/busybox chroot /host /bin/sh "$script"
/busybox echo "guest: ended with $?"
/busybox sync
/busybox poweroff -f
"#;

pub(super) fn write(kernel: &Kernel) -> Result<PathBuf> {
    let busybox = on_path(&["busybox"]).context("busybox is missing")?;
    let mut archive = Archive::default();
    for folder in ["dev", "proc", "host", "modules"] {
        archive.add(folder, FOLDER_MODE, b"");
    }
    archive.add("init", PROGRAM_MODE, INIT.as_bytes());
    archive.add("busybox", PROGRAM_MODE, &fs::read(busybox)?);
    for (position, (name, content)) in kernel.modules.iter().enumerate() {
        archive.add(&format!("modules/{position:02}-{name}"), PROGRAM_MODE, content);
    }
    let path = Path::new(FOLDER).join("initramfs");
    fs::write(&path, archive.close())?;
    Ok(path)
}

/// A cpio archive in the format that the kernel reads (`newc`).
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

impl Archive {
    fn add(&mut self, name: &str, mode: u32, content: &[u8]) {
        self.entries += 1;
        let fields = [
            self.entries,
            mode,
            0,
            0,
            1,
            0,
            u32::try_from(content.len()).unwrap_or(u32::MAX),
            0,
            0,
            0,
            0,
            u32::try_from(name.len() + 1).unwrap_or(u32::MAX),
            0,
        ];
        self.bytes.extend(b"070701");
        fields.iter().for_each(|field| self.bytes.extend(format!("{field:08x}").bytes()));
        self.bytes.extend(name.bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn close(mut self) -> Vec<u8> {
        self.add("TRAILER!!!", 0, b"");
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_padded_to_four_and_ended() {
        let mut archive = Archive::default();
        archive.add("a", PROGRAM_MODE, b"12345");
        let bytes = archive.close();
        assert_eq!(bytes.len() % 4, 0);
        // The header has 110 bytes, then the name and its zero.
        assert_eq!(&bytes[112..117], b"12345");
        assert!(bytes.windows(10).any(|window| window == b"TRAILER!!!"));
    }
}
