//! A managed folder full of ways out, and what lies outside, which notices everybody who comes.

use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;

/// In every file outside.
pub(super) const CONTENT: &str = "what-nobody-is-to-read";
/// A name that is found by whoever lists what is outside, and asked for by nobody.
pub(super) const LISTED: &str = "what-nobody-is-to-list";

pub(super) struct Place {
    folder: tempfile::TempDir,
    pub(super) top: PathBuf,
    watch: OwnedFd,
    before: Vec<String>,
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for outside in ["outside/folder", "managed-beside"] {
            fs::create_dir_all(top.join(outside)).unwrap();
        }
        for file in ["outside/marker", "outside/folder/marker", "managed-beside/marker"] {
            fs::write(top.join(file), CONTENT).unwrap();
            fs::write(top.join(file).with_file_name(LISTED), CONTENT).unwrap();
            // The kernel closes nothing here: whoever gets here gets in.
            fs::set_permissions(top.join(file), fs::Permissions::from_mode(0o666)).unwrap();
        }
        let before = seen(&top);
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap();
        let place = Self { folder, top, watch, before };
        for folder in ["outside", "outside/folder", "managed-beside"] {
            // It tells of the folder and of every entry: opened, read, listed, changed, made, removed.
            inotify::add_watch(&place.watch, place.top.join(folder), WatchFlags::ALL_EVENTS).unwrap();
        }
        place.furnish();
        place
    }

    pub(super) fn managed(&self) -> PathBuf {
        self.top.join("managed")
    }

    /// Makes the managed folder anew.
    pub(super) fn furnish(&self) {
        let managed = self.managed();
        if managed.exists() {
            fs::remove_dir_all(&managed).unwrap();
        }
        fs::create_dir_all(managed.join("inside/folder")).unwrap();
        fs::create_dir(managed.join("destination")).unwrap();
        fs::write(managed.join("inside/file"), "inside").unwrap();
        fs::write(managed.join("inside/folder/file"), "inside").unwrap();
        let top = self.top.display().to_string();
        for (link, points_to) in [
            ("link-out", format!("{top}/outside")),
            ("link-relative", "../outside".to_owned()),
            ("link-chain", "link-out".to_owned()),
            ("link-file", format!("{top}/outside/marker")),
            ("link-top", "/".to_owned()),
            ("link-above", "..".to_owned()),
            ("link-loop", "link-pool".to_owned()),
            ("link-pool", "link-loop".to_owned()),
            ("link-itself", "link-itself".to_owned()),
            ("link-proc-root", "/proc/self/root".to_owned()),
            ("link-proc-cwd", "/proc/self/cwd".to_owned()),
            ("link-proc-fd", "/proc/self/fd".to_owned()),
            ("link-inside", "inside".to_owned()),
            ("inside/link-deep", "../../outside/folder".to_owned()),
            ("inside/link-file", "../../outside/marker".to_owned()),
        ] {
            symlink(points_to, managed.join(link)).unwrap();
        }
    }

    /// What anybody has done outside since the last question.
    pub(super) fn noticed(&self) -> Option<String> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.watch, &mut buffer);
        let mut noticed = Vec::new();
        loop {
            match reader.next() {
                Ok(event) => noticed.push(format!("{:?} {:?}", event.events(), event.file_name())),
                Err(Errno::AGAIN) => break,
                Err(errno) => panic!("nobody watches: {errno}"),
            }
        }
        (!noticed.is_empty()).then(|| noticed.join(", "))
    }

    /// Outside is byte for byte as before.
    pub(super) fn assert_untouched(&self) {
        assert_eq!(self.noticed(), None);
        assert_eq!(seen(&self.top), self.before);
        // To look is to be noticed.
        assert!(self.noticed().is_some());
        assert!(self.folder.path().exists());
    }

    /// Whether this is a path of something in the managed folder, with nothing but folders on its way. Told by names
    /// alone and one look at each, for comparison with whatever the server does.
    pub(super) fn leads_inside(&self, path: &[u8]) -> bool {
        let managed = self.managed();
        let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).collect();
        let above: Vec<&[u8]> = managed.as_os_str().as_bytes().split(|byte| *byte == b'/').skip(1).collect();
        let Some(below) = names.strip_prefix(above.as_slice()).filter(|_| path.first() == Some(&b'/')) else { return false };
        let mut at = managed.clone();
        for (position, name) in below.iter().enumerate() {
            if matches!(*name, b"." | b"..") || name.contains(&0) {
                return false;
            }
            at.push(std::ffi::OsStr::from_bytes(name));
            match fs::symlink_metadata(&at) {
                Ok(found) if found.is_dir() || position + 1 == below.len() => {}
                _ => return false,
            }
        }
        true
    }
}

/// Everything about everything outside.
fn seen(top: &Path) -> Vec<String> {
    let mut seen = Vec::new();
    let mut folders = vec![top.join("outside"), top.join("managed-beside")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let at = entry.unwrap().path();
            let found = fs::symlink_metadata(&at).unwrap();
            let content = if found.is_file() { fs::read(&at).unwrap() } else { Vec::new() };
            let times = (found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec());
            seen.push(format!("{at:?} {:o} {} {} {times:?} {content:?}", found.mode(), found.uid(), found.nlink()));
            if found.is_dir() {
                folders.push(at);
            }
        }
    }
    seen.sort();
    seen
}
