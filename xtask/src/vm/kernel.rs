//! The distribution's kernel, unpacked without being installed.

use super::FOLDER;
use crate::needs::with_package_lists;
use anyhow::{Context, Result, bail, ensure};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use xshell::{Shell, cmd};

/// What the guest cannot start without; what these need comes with them.
const MODULES: [&str; 8] = ["virtio_pci", "virtio_blk", "9pnet_virtio", "9p", "crc32c_generic", "ext4", "xfs", "quota_v2"];
const XZ_MAGIC: &[u8] = b"\xfd7zXZ\0";
const ELF_MAGIC: &[u8] = b"\x7fELF";

pub(super) struct Kernel {
    /// Uncompressed where that was possible: a guest without hardware support unpacks it slowly.
    pub(super) image: PathBuf,
    /// Name and content, in the order in which they can be loaded.
    pub(super) modules: Vec<(String, Vec<u8>)>,
}

pub(super) fn provide() -> Result<Kernel> {
    let unpacked = Path::new(FOLDER).join("kernel");
    if !unpacked.join("complete").exists() {
        let _ = fs::remove_dir_all(&unpacked);
        unpack(&unpacked)?;
        uncompress(&unpacked)?;
        fs::write(unpacked.join("complete"), "")?;
    }
    let image = unpacked.join("vmlinux");
    let image = if image.exists() { image } else { packed_image(&unpacked)? };
    Ok(Kernel { image, modules: modules(&unpacked)? })
}

fn unpack(to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    with_package_lists(|| download(to)).context("the distribution's kernel could not be downloaded")?;
    let shell = Shell::new()?;
    let archive = find(to, &|name| name.ends_with(".deb"))?;
    cmd!(shell, "dpkg -x {archive} {to}").run()?;
    Ok(fs::remove_file(archive)?)
}

/// The package behind the one that always means the newest.
fn download(to: &Path) -> Result<()> {
    let shell = Shell::new()?;
    let depends =
        cmd!(shell, "apt-cache depends linux-image-amd64").read().context("a Debian with its kernel packages is needed")?;
    let is_one = |word: &&str| word.starts_with("linux-image-") && *word != "linux-image-amd64";
    let package = depends.split_whitespace().find(is_one).context("no kernel package")?;
    let _in_folder = shell.push_dir(to);
    Ok(cmd!(shell, "apt-get -qq download {package}").run()?)
}

fn packed_image(unpacked: &Path) -> Result<PathBuf> {
    find(&unpacked.join("boot"), &|name| name.starts_with("vmlinuz"))
}

fn find(folder: &Path, is_it: &dyn Fn(&str) -> bool) -> Result<PathBuf> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_it(&entry.file_name().to_string_lossy()) {
            return Ok(entry.path());
        }
    }
    bail!("{} has not what was looked for", folder.display())
}

/// A bzImage holds the kernel as one compressed stream behind its loader.
fn uncompress(unpacked: &Path) -> Result<()> {
    let packed = fs::read(packed_image(unpacked)?)?;
    let shell = Shell::new()?;
    let starts = packed.windows(XZ_MAGIC.len()).enumerate().filter(|(_, window)| *window == XZ_MAGIC).map(|(at, _)| at);
    for start in starts {
        let stream = unpacked.join("stream.xz");
        fs::write(&stream, &packed[start..])?;
        // What follows the stream makes xz complain when all that matters is out.
        let image = cmd!(shell, "xz -dc --single-stream {stream}").quiet().ignore_status().ignore_stderr().output()?.stdout;
        fs::remove_file(stream)?;
        if image.starts_with(ELF_MAGIC) {
            return Ok(fs::write(unpacked.join("vmlinux"), image)?);
        }
    }
    Ok(())
}

fn modules(unpacked: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = BTreeMap::new();
    // Since Debian 13 everything of a package lies below /usr.
    let folder = ["usr/lib/modules", "lib/modules"].map(|folder| unpacked.join(folder)).into_iter().find(|folder| folder.exists());
    collect(&folder.context("the kernel's package has no modules")?, &mut found)?;
    let mut ordered = Vec::new();
    for name in MODULES {
        add(name, &found, &mut ordered)?;
    }
    ensure!(!ordered.is_empty(), "the kernel's package has none of the modules {}", MODULES.join(", "));
    Ok(ordered)
}

fn collect(folder: &Path, found: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), found)?;
        } else if let Some((name, _)) = entry.file_name().to_string_lossy().split_once(".ko") {
            found.insert(name.replace('-', "_"), entry.path());
        }
    }
    Ok(())
}

/// Adds a module behind those that it needs. What the package has not is part of the kernel.
fn add(name: &str, found: &BTreeMap<String, PathBuf>, ordered: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let Some(path) = found.get(name).filter(|_| ordered.iter().all(|(other, _)| other != name)) else { return Ok(()) };
    let content = read(path)?;
    for needed in needs(&content) {
        add(&needed, found, ordered)?;
    }
    ordered.push((name.to_owned(), content));
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    if path.extension().is_some_and(|extension| extension == "xz") {
        let shell = Shell::new()?;
        return Ok(cmd!(shell, "xz -dc {path}").quiet().output()?.stdout);
    }
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A module says itself what it needs: `depends=jbd2,mbcache`, ended by a zero.
fn needs(module: &[u8]) -> Vec<String> {
    const MARK: &[u8] = b"\0depends=";
    let Some(start) = module.windows(MARK.len()).position(|window| window == MARK) else { return Vec::new() };
    let list = module[start + MARK.len()..].split(|byte| *byte == 0).next().unwrap_or_default();
    let names = String::from_utf8_lossy(list).into_owned();
    names.split(',').filter(|name| !name.is_empty()).map(|name| name.replace('-', "_")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_names_what_it_needs() {
        let module = b"\x7fELF..\0license=GPL\0depends=jbd2,mb-cache\0name=ext4\0";
        assert_eq!(needs(module), ["jbd2", "mb_cache"]);
        assert_eq!(needs(b"\0depends=\0"), Vec::<String>::new());
    }
}
