//! One run of the guest, from its disks to its last line.

use super::{FOLDER, absolute, kernel::Kernel};
use crate::process::{self, Finished};
use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};
use xshell::{Cmd, Shell, cmd};

const DISK_BYTES: u64 = 1 << 30;
/// A guest that hangs is ended.
pub(super) const SECONDS_MAX: &str = "600";
/// Whoever is watched may take long.
pub(super) const SECONDS_WATCHED_MAX: &str = "14400";
const PID_FILE: &str = "target/vm/qemu.pid";
const SILENCE_MAX: Duration = Duration::from_secs(900);
const SECONDS_TO_PROBE: &str = "15";

pub(super) fn run(kernel: &Kernel, initramfs: &Path, script: &str, seconds: &str) -> Result<Finished> {
    let shell = Shell::new()?;
    let disks = new_disks(&shell)?;
    // Only the guest's own mistakes are asked for here, and these the host's memory outlives.
    let drives = disks.map(|disk| format!("file={},format=raw,if=virtio,cache=unsafe", disk.display()));
    let accelerator = accelerator(&shell, kernel, initramfs)?;
    process::show_and_keep(with_script(&shell, seconds, &accelerator, kernel, initramfs, script, &drives)?)
}

/// The guest that does what a script says on two disks: ext4, then XFS.
fn with_script<'a>(
    shell: &'a Shell,
    seconds: &str,
    accelerator: &str,
    kernel: &Kernel,
    initramfs: &Path,
    script: &str,
    drives: &[String; 2],
) -> Result<Cmd<'a>> {
    let script_path = format!("{FOLDER}/script");
    fs::write(&script_path, script)?;
    let script_path = absolute(&script_path)?;
    let command = machine(shell, seconds, accelerator, kernel, initramfs, &format!("tidelock.script={script_path}"));
    Ok(command.args(drives.iter().flat_map(|drive| ["-drive", drive])))
}

/// How often a guest is looked at that is about to end.
const LOOKS_EVERY: Duration = Duration::from_millis(20);

/// A guest that somebody watches, and ends when it pleases him.
pub(super) struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    pub(super) fn start(kernel: &Kernel, initramfs: &Path, script: &str, drives: &[String; 2]) -> Result<Self> {
        let shell = Shell::new()?;
        let accelerator = accelerator(&shell, kernel, initramfs)?;
        let command = with_script(&shell, SECONDS_WATCHED_MAX, &accelerator, kernel, initramfs, script, drives)?;
        let mut command = Command::from(command.args(["-pidfile", PID_FILE]));
        let _ = fs::remove_file(PID_FILE);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start qemu")?;
        let stdout = child.stdout.take().context("qemu has no output")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, lines })
    }

    /// The next line, or none at the guest's end.
    pub(super) fn line(&self) -> Result<Option<String>> {
        match self.lines.recv_timeout(SILENCE_MAX) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => bail!("the guest has said nothing for {SILENCE_MAX:?}"),
        }
    }

    /// The next line, if one comes in time.
    pub(super) fn line_within(&self, time: Duration) -> Option<String> {
        self.lines.recv_timeout(time).ok()
    }

    /// Ends it as a power cut would; what it had said by then and nobody has heard yet.
    pub(super) fn kill(&mut self) -> Result<Vec<String>> {
        let mut killed = None;
        while self.child.try_wait()?.is_none() {
            // Not `timeout`, which is the child: qemu would outlive it. It writes its number before the guest
            // starts, and takes the file away when it ends by itself.
            if killed.is_none()
                && let Ok(pid) = fs::read_to_string(PID_FILE)
                && pid.ends_with('\n')
            {
                killed = Some(Command::new("kill").args(["-KILL", pid.trim()]).status().context("cannot run `kill`")?);
            }
            thread::sleep(LOOKS_EVERY);
        }
        Ok(self.lines.iter().collect())
    }
}

/// A guest that nobody watches any more.
impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// What stays on a disk when the machine is killed: what it has flushed.
///
/// Killing qemu alone loses nothing that the guest has written to a raw image: the host's memory
/// outlives qemu. An image in layers is held back by qemu itself: where a block goes in the new
/// layer is written down at a flush only (`cache=writeback`, which honours them), so that what was
/// written and not flushed since the guest's start is gone. Small blocks, so that little is written twice.
pub(super) struct Layered {
    below: PathBuf,
    above: PathBuf,
}

impl Layered {
    pub(super) fn new(below: &Path) -> Self {
        Self { below: below.to_owned(), above: below.with_extension("qcow2") }
    }

    /// A new layer, which takes all that is written.
    pub(super) fn lay(&self) -> Result<String> {
        let Self { below, above } = self;
        let shell = Shell::new()?;
        let name = below.file_name().context("an image has a name")?;
        cmd!(shell, "qemu-img create -q -f qcow2 -o cluster_size=4096 -F raw -b {name} {above}").quiet().run()?;
        Ok(format!("file={},format=qcow2,if=virtio,cache=writeback", above.display()))
    }

    /// What the layer holds is the disk's from now on.
    pub(super) fn keep(&self) -> Result<()> {
        let (shell, above) = (Shell::new()?, &self.above);
        Ok(cmd!(shell, "qemu-img commit -q {above}").quiet().run()?)
    }

    /// A copy of the disk as it was when the layer was laid.
    pub(super) fn save(&self) -> Result<PathBuf> {
        let saved = self.below.with_extension("violation.img");
        let (shell, below) = (Shell::new()?, &self.below);
        cmd!(shell, "cp --sparse=always {below} {saved}").quiet().run()?;
        Ok(saved)
    }
}

/// Empty file systems with project quotas: ext4, then XFS.
pub(super) fn new_disks(shell: &Shell) -> Result<[PathBuf; 2]> {
    // An ordinary user's PATH is without the folders of `mkfs`.
    let path = std::env::var("PATH").unwrap_or_default();
    shell.set_var("PATH", format!("{path}:/usr/sbin:/sbin"));
    let disks = [disk("ext4.img")?, disk("xfs.img")?];
    let [ext4, xfs] = &disks;
    cmd!(shell, "mkfs.ext4 -q -F -O project,quota -E quotatype=usrquota:grpquota:prjquota {ext4}").quiet().run()?;
    cmd!(shell, "mkfs.xfs -q -f {xfs}").quiet().run()?;
    Ok(disks)
}

fn machine<'a>(shell: &'a Shell, seconds: &str, accelerator: &str, kernel: &Kernel, initramfs: &Path, told: &str) -> Cmd<'a> {
    let image = &kernel.image;
    let command_line = format!("console=ttyS0 quiet mitigations=off nokaslr panic=-1 {told}");
    let plain = ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-m", "1024", "-smp", "2"];
    let share = "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap";
    cmd!(
        shell,
        "timeout --foreground --kill-after 5 {seconds} qemu-system-x86_64 {plain...} -accel {accelerator} -cpu max,-la57 -virtfs {share}"
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
