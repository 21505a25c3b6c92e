//! Real mounts with project quotas, where somebody has made some for the tests: `cargo xtask vm
//! test` does, in a virtual machine. The tests are root there, and act as users call by call.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Gid, Uid};
use tidelock_engine::fs::posix::Posix;
use tidelock_engine::fs::{
    At, Caller, Capabilities, Capacity, DataRange, Enforcement, File, FileSystem, Folder, FolderStream, FsResult, HsmState,
    Identity, Object, Quota, Status, Timestamp,
};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

/// Of each kind where it is mounted: `ext4=/mnt/ext4 xfs=/mnt/xfs`.
const MOUNTS: &str = "TIDELOCK_REAL_MOUNTS";
/// What a project has left is counted late on XFS, which frees inodes in the background.
const TRIES: u32 = 100;

pub fn mounts() -> Vec<(String, String)> {
    let told = std::env::var(MOUNTS).unwrap_or_default();
    let pair = |word: &str| word.split_once('=').map(|(kind, at)| (kind.to_owned(), at.to_owned()));
    told.split_whitespace().filter_map(pair).collect()
}

/// A folder on a Lustre where the tests may do as they please.
const LUSTRE: &str = "TIDELOCK_LUSTRE";

/// The folder, if it is one to test in.
///
/// # Errors
/// Why nothing is tried there.
pub fn lustre(projects: &[u32]) -> Result<String, String> {
    let told = std::env::var(LUSTRE).map_err(|_| format!("{LUSTRE} names no folder on a Lustre"))?;
    let path = FilePath::parse(told.as_bytes()).map_err(|error| format!("{LUSTRE}: {error}"))?;
    let folder = Posix.open_path(&path).map_err(|error| format!("{told}: {error}"))?;
    let kind = Posix.capabilities(&folder).map_err(|error| format!("{told}: {error}"))?.kind;
    if kind != "Lustre" {
        return Err(format!("{told} is on {kind}"));
    }
    if !Posix.caller().is_root {
        return Err("the cases act as root and as users, so root has to run them".to_owned());
    }
    if Posix.mdts(&folder).map_err(|error| format!("{told}: {error}"))? == Some(1) {
        return Err("the recordings need two MDTs".to_owned());
    }
    // Somebody's projects are left alone.
    for project in projects {
        let quota = Posix.quota(&folder, ProjectId(*project)).map_err(|error| format!("{told}: {error}"))?;
        if quota.is_none_or(|quota| quota != Quota::default()) {
            return Err(format!("project {project} is in use, has limits, or is not counted"));
        }
    }
    Ok(told)
}

/// A folder of the tests' on a Lustre, with everything in it; it goes when they do.
#[derive(Debug)]
pub struct OnLustre(pub String);

impl OnLustre {
    /// A new folder on an MDT, by the file system's own tool.
    pub fn make(&self, name: &str, mdt: u32) {
        let path = format!("{}/{name}", self.0);
        let done = Command::new("lfs").args(["mkdir", "-i", &mdt.to_string(), &path]).status().unwrap();
        assert!(done.success(), "lfs mkdir -i {mdt} {path}");
    }
}

impl Drop for OnLustre {
    fn drop(&mut self) {
        // Something in it may be immutable.
        let _ = Command::new("chattr").args(["-R", "-i", &self.0]).output();
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The file system as somebody sees it: root, or a user in a group of his number.
pub fn seen_by(uid: u32) -> Arc<dyn FileSystem> {
    if uid == 0 { Arc::new(Posix) } else { Arc::new(AsUser { uid, gid: uid }) }
}

/// Sets hard limits by the distribution's tool; 0 is none.
pub fn limit(mount: &str, project: u32, bytes: u64, inodes: u64) {
    let words = [project.to_string(), "0".into(), (bytes / 1024).to_string(), "0".into(), inodes.to_string(), mount.to_owned()];
    let done = Command::new("setquota").arg("-P").args(words).status().unwrap();
    assert!(done.success());
}

/// What the distribution's tool says that a project is charged.
pub fn counted_by_the_tool(mount: &str, project: u32) -> Amount {
    let [counted] = all_counted_by_the_tool(mount, [project]);
    counted
}

/// The same of several projects, asked once.
pub fn all_counted_by_the_tool<const COUNT: usize>(mount: &str, projects: [u32; COUNT]) -> [Amount; COUNT] {
    let told = Command::new("repquota").args(["-P", "-v", "-n", mount]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    projects.map(|project| {
        let line = told.lines().find(|line| line.split_whitespace().next() == Some(&format!("#{project}")));
        // `#1001 -- 8 0 0 2 0 0`, with a grace time in each half where a soft limit is crossed.
        let numbers: Vec<u64> = line.unwrap_or_default().split_whitespace().skip(2).filter_map(|word| word.parse().ok()).collect();
        match numbers.as_slice() {
            [kib, _, _, inodes, ..] => Amount { bytes: kib * 1024, inodes: *inodes },
            _ => Amount::ZERO,
        }
    })
}

/// Removes a folder of a test, and waits until its projects are charged nothing.
pub fn remove(folder: &str, mount: &str, projects: &[u32]) {
    if std::fs::remove_dir_all(folder).is_err() {
        // Something in it is immutable.
        let _ = Command::new("chattr").args(["-R", "-i", folder]).output();
        std::fs::remove_dir_all(folder).unwrap();
    }
    wait_until(|| {
        rustix::fs::syncfs(std::fs::File::open(mount).unwrap()).unwrap();
        projects.iter().all(|project| usage(mount, *project) == Amount::ZERO)
    });
}

pub fn usage(mount: &str, project: u32) -> Amount {
    let folder = Posix.open_path(&FilePath::parse(mount.as_bytes()).unwrap()).unwrap();
    // Root may read every project's.
    Posix.quota(&folder, ProjectId(project)).unwrap().unwrap().usage
}

/// A bounded wait; whoever asks again finds out whether it was long enough.
pub fn wait_until(is_so: impl Fn() -> bool) {
    for _ in 0..TRIES {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

struct AsUser {
    uid: u32,
    gid: u32,
}

impl AsUser {
    fn acting<T>(&self, call: impl FnOnce() -> T) -> T {
        become_effectively(self.gid, self.uid);
        let answer = call();
        become_effectively(0, 0);
        answer
    }
}

/// Of this thread alone; the real user stays root, which is the way back.
fn become_effectively(gid: u32, uid: u32) {
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    let (root, nobody): (Uid, Option<Uid>) = (Uid::ROOT, None);
    set_thread_res_uid(nobody, root, nobody).unwrap();
    set_thread_groups(&[Gid::from_raw(gid)]).unwrap();
    let unchanged: Option<Gid> = None;
    set_thread_res_gid(unchanged, Gid::from_raw(gid), unchanged).unwrap();
    set_thread_res_uid(nobody, Uid::from_raw(uid), nobody).unwrap();
}

macro_rules! as_user {
    ($(fn $name:ident(&self $(, $argument:ident: $type:ty)*) -> $answer:ty;)*) => {
        impl FileSystem for AsUser {
            $(fn $name(&self $(, $argument: $type)*) -> $answer {
                self.acting(|| Posix.$name($($argument),*))
            })*
        }
    };
}

as_user! {
    fn open_path(&self, path: &FilePath) -> FsResult<Folder>;
    fn open_path_to_look(&self, path: &FilePath) -> FsResult<Folder>;
    fn open_folder(&self, at: At<'_>) -> FsResult<Folder>;
    fn open_file(&self, at: At<'_>) -> FsResult<File>;
    fn create_file(&self, at: At<'_>, mode: u32) -> FsResult<File>;
    fn read_folder(&self, folder: &Folder) -> FsResult<FolderStream>;
    fn status(&self, object: Object<'_>) -> FsResult<Status>;
    fn identity(&self, object: Object<'_>) -> FsResult<Identity>;
    fn read_link(&self, at: At<'_>) -> FsResult<Vec<u8>>;
    fn tag(&self, object: Object<'_>) -> FsResult<Option<ProjectTag>>;
    fn flags(&self, object: Object<'_>) -> FsResult<u32>;
    fn xattr_names(&self, object: Object<'_>) -> FsResult<Vec<Vec<u8>>>;
    fn xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<Vec<u8>>;
    fn hsm_state(&self, at: At<'_>) -> FsResult<HsmState>;
    fn request_restore(&self, at: At<'_>) -> FsResult<()>;
    fn open_to_write(&self, at: At<'_>) -> FsResult<File>;
    fn create_folder(&self, at: At<'_>, mode: u32) -> FsResult<()>;
    fn create_symbolic_link(&self, at: At<'_>, points_to: &[u8]) -> FsResult<()>;
    fn create_special(&self, at: At<'_>, kind: EntryKind, mode: u32, device: u64) -> FsResult<()>;
    fn link(&self, from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn unlink(&self, at: At<'_>) -> FsResult<()>;
    fn remove_folder(&self, at: At<'_>) -> FsResult<()>;
    fn rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn try_rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn rename_without_replacing(&self, from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn exchange(&self, one: At<'_>, other: At<'_>) -> FsResult<()>;
    fn set_owner(&self, object: Object<'_>, uid: u32, gid: u32) -> FsResult<()>;
    fn set_mode(&self, object: Object<'_>, mode: u32) -> FsResult<()>;
    fn set_times(&self, object: Object<'_>, accessed: Timestamp, modified: Timestamp) -> FsResult<()>;
    fn set_tag(&self, object: Object<'_>, tag: ProjectTag) -> FsResult<()>;
    fn set_flags(&self, object: Object<'_>, flags: u32) -> FsResult<()>;
    fn set_xattr(&self, object: Object<'_>, name: &[u8], value: &[u8]) -> FsResult<()>;
    fn remove_xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<()>;
    fn read_at(&self, file: &File, offset: u64, buffer: &mut [u8]) -> FsResult<usize>;
    fn write_at(&self, file: &File, offset: u64, bytes: &[u8]) -> FsResult<usize>;
    fn set_size(&self, file: &File, size: u64) -> FsResult<()>;
    fn next_data(&self, file: &File, offset: u64) -> FsResult<Option<DataRange>>;
    fn copy_range(&self, from: &File, to: &File, offset: u64, length: u64) -> FsResult<u64>;
    fn sync_file(&self, file: &File) -> FsResult<()>;
    fn sync_folder(&self, folder: &Folder) -> FsResult<()>;
    fn sync_file_system(&self, folder: &Folder) -> FsResult<()>;
    fn mount(&self, folder: &Folder) -> FsResult<Option<u64>>;
    fn capabilities(&self, folder: &Folder) -> FsResult<Capabilities>;
    fn capacity(&self, folder: &Folder) -> FsResult<Capacity>;
    fn quota(&self, folder: &Folder, project: ProjectId) -> FsResult<Option<Quota>>;
    fn enforcement(&self, folder: &Folder) -> FsResult<Enforcement>;
    fn passes_limits(&self, folder: &Folder) -> FsResult<bool>;
    fn placement(&self, object: Object<'_>) -> FsResult<Option<u32>>;
    fn stripes(&self, folder: &Folder) -> FsResult<Vec<u32>>;
    fn default_stripes(&self, folder: &Folder) -> FsResult<Option<Vec<u8>>>;
    fn data_version(&self, file: &File) -> FsResult<Option<u64>>;
    fn mdts(&self, folder: &Folder) -> FsResult<Option<u32>>;
    fn may_change(&self, folder: &Folder) -> FsResult<bool>;
    fn caller(&self) -> Caller;
    fn is_in_group(&self, gid: u32) -> bool;
}

/// Adds what is not an ordinary file to a tree that has one: a further name of it, links, a pipe, a hole.
pub fn add_every_kind(user: &dyn FileSystem, tree: &Folder, deep: &Folder) {
    let name = |text: &str| FileName::new(text.as_bytes()).unwrap();
    user.link(tree.at(&name("file")), deep.at(&name("hard link"))).unwrap();
    user.create_symbolic_link(deep.at(&name("dangling")), b"/nowhere").unwrap();
    user.create_symbolic_link(tree.at(&name("long")), &[b'x'; 1000]).unwrap();
    user.create_special(tree.at(&name("fifo")), EntryKind::Fifo, 0o640, 0).unwrap();
    let sparse = user.create_file(tree.at(&name("sparse")), 0o644).unwrap();
    user.write_at(&sparse, 1 << 16, b"far").unwrap();
    user.set_size(&sparse, 1 << 20).unwrap();
    user.set_xattr(tree.at(&name("sparse")).into(), b"user.note", b"value").unwrap();
}
