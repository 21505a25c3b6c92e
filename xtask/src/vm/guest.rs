//! One run of the guest, from its disks to its last line.

use super::{FOLDER, absolute, kernel::Kernel};
use crate::process::{self, Finished};
use anyhow::{Context, Result};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};
use xshell::{Cmd, Shell, cmd};

const DISK_BYTES: u64 = 1 << 30;
/// A guest that hangs is ended.
const SECONDS_MAX: &str = "600";
const SECONDS_TO_PROBE: &str = "15";

pub(super) fn run(kernel: &Kernel, initramfs: &Path, script: &str) -> Result<Finished> {
    let shell = Shell::new()?;
    // An ordinary user's PATH is without the folders of `mkfs`.
    let path = std::env::var("PATH").unwrap_or_default();
    shell.set_var("PATH", format!("{path}:/usr/sbin:/sbin"));
    let disks = [disk("ext4.img")?, disk("xfs.img")?];
    let [ext4, xfs] = &disks;
    cmd!(shell, "mkfs.ext4 -q -F -O project,quota -E quotatype=usrquota:grpquota:prjquota {ext4}").quiet().run()?;
    cmd!(shell, "mkfs.xfs -q -f {xfs}").quiet().run()?;
    let script_path = format!("{FOLDER}/script");
    fs::write(&script_path, script)?;
    let script_path = absolute(&script_path)?;
    let accelerator = accelerator(&shell, kernel, initramfs)?;
    let drives =
        disks.iter().flat_map(|disk| ["-drive".to_owned(), format!("file={},format=raw,if=virtio,cache=unsafe", disk.display())]);
    let command = machine(&shell, SECONDS_MAX, &accelerator, kernel, initramfs, &format!("tidelock.script={script_path}"));
    process::show_and_keep(command.args(drives))
}

fn machine<'a>(shell: &'a Shell, seconds: &str, accelerator: &str, kernel: &Kernel, initramfs: &Path, told: &str) -> Cmd<'a> {
    let image = &kernel.image;
    let command_line = format!("console=ttyS0 quiet mitigations=off nokaslr panic=-1 {told}");
    let plain = ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-m", "1024", "-smp", "2"];
    let share = "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap";
    cmd!(
        shell,
        "timeout --kill-after 5 {seconds} qemu-system-x86_64 {plain...} -accel {accelerator} -cpu max,-la57 -virtfs {share}"
    )
    .args(["-kernel".into(), image.as_os_str().to_owned(), "-initrd".into(), initramfs.as_os_str().to_owned()])
    .args(["-append", &command_line])
}

fn disk(name: &str) -> Result<PathBuf> {
    let path = Path::new(FOLDER).join(name);
    let file = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    file.set_len(DISK_BYTES)?;
    Ok(path)
}

/// Hardware support where it really starts the guest, which the presence of `/dev/kvm` does not
/// tell; asked once.
fn accelerator(shell: &Shell, kernel: &Kernel, initramfs: &Path) -> Result<String> {
    let known = Path::new(FOLDER).join("accelerator");
    if let Ok(known) = fs::read_to_string(&known) {
        return Ok(known);
    }
    let starts = Path::new("/dev/kvm").exists() && {
        let probe = machine(shell, SECONDS_TO_PROBE, "kvm", kernel, initramfs, "tidelock.probe");
        process::show_and_keep(probe)?.output.contains("guest: is up")
    };
    let found = if starts { "kvm" } else { "tcg,thread=multi" };
    fs::write(known, found)?;
    Ok(found.to_owned())
}
