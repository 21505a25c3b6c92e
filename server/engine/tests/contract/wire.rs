//! A simulated site behind one worker that acts for several users, one after the other: folders that one has opened
//! are used by another, as the bench does.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use parking_lot::Mutex;
use tidelock_engine::crew::Alone;
use tidelock_engine::fs::remote::Remote;
use tidelock_engine::fs::simulator::Simulator;
use tidelock_engine::fs::{
    At, Caller, Capabilities, Capacity, DataRange, Enforcement, File, FileSystem, Folder, FolderStream, FsResult, HsmState,
    Identity, Object, Quota, Status, Timestamp,
};
use tidelock_engine::worker::host;
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use crate::bench::Fs;

/// A file system that is chosen anew for each call.
struct Chosen(Box<dyn Fn() -> Fs + Send + Sync>);

/// Who acts, and the way there.
pub(crate) struct Wire {
    remote: Remote,
    actor: Arc<Mutex<Simulator>>,
}

impl Wire {
    pub(crate) fn to(root: &Simulator) -> Self {
        let (here, there) = UnixStream::pair().unwrap();
        let actor = Arc::new(Mutex::new(root.clone()));
        let acts = actor.clone();
        let chosen = Arc::new(Chosen(Box::new(move || Arc::new(acts.lock().clone()))));
        // It ends with the last of those who ask.
        std::thread::spawn(|| host(there, chosen, Arc::new(Alone)));
        Self { remote: Remote::connect(&here).unwrap(), actor }
    }

    /// The site as somebody sees it.
    pub(crate) fn seen_by(&self, view: Simulator) -> Fs {
        let (remote, actor) = (self.remote.clone(), self.actor.clone());
        Arc::new(Chosen(Box::new(move || {
            *actor.lock() = view.clone();
            Arc::new(remote.clone())
        })))
    }
}

macro_rules! chosen {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        impl FileSystem for Chosen {
            $(fn $name(&self, $($argument: $kind),*) -> $answer {
                (self.0)().$name($($argument),*)
            })*
        }
    };
}

chosen! {
    fn open_path(path: &FilePath) -> FsResult<Folder>;
    fn open_path_to_look(path: &FilePath) -> FsResult<Folder>;
    fn open_folder(at: At<'_>) -> FsResult<Folder>;
    fn open_file(at: At<'_>) -> FsResult<File>;
    fn open_to_write(at: At<'_>) -> FsResult<File>;
    fn create_file(at: At<'_>, mode: u32) -> FsResult<File>;
    fn read_folder(folder: &Folder) -> FsResult<FolderStream>;
    fn status(object: Object<'_>) -> FsResult<Status>;
    fn identity(object: Object<'_>) -> FsResult<Identity>;
    fn read_link(at: At<'_>) -> FsResult<Vec<u8>>;
    fn tag(object: Object<'_>) -> FsResult<Option<ProjectTag>>;
    fn flags(object: Object<'_>) -> FsResult<u32>;
    fn xattr_names(object: Object<'_>) -> FsResult<Vec<Vec<u8>>>;
    fn xattr(object: Object<'_>, name: &[u8]) -> FsResult<Vec<u8>>;
    fn hsm_state(at: At<'_>) -> FsResult<HsmState>;
    fn request_restore(at: At<'_>) -> FsResult<()>;
    fn create_folder(at: At<'_>, mode: u32) -> FsResult<()>;
    fn create_symbolic_link(at: At<'_>, points_to: &[u8]) -> FsResult<()>;
    fn create_special(at: At<'_>, kind: EntryKind, mode: u32, device: u64) -> FsResult<()>;
    fn link(from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn unlink(at: At<'_>) -> FsResult<()>;
    fn remove_folder(at: At<'_>) -> FsResult<()>;
    fn rename(from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn try_rename(from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn rename_without_replacing(from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn exchange(one: At<'_>, other: At<'_>) -> FsResult<()>;
    fn set_owner(object: Object<'_>, uid: u32, gid: u32) -> FsResult<()>;
    fn set_mode(object: Object<'_>, mode: u32) -> FsResult<()>;
    fn set_times(object: Object<'_>, accessed: Timestamp, modified: Timestamp) -> FsResult<()>;
    fn set_tag(object: Object<'_>, tag: ProjectTag) -> FsResult<()>;
    fn set_flags(object: Object<'_>, flags: u32) -> FsResult<()>;
    fn set_xattr(object: Object<'_>, name: &[u8], value: &[u8]) -> FsResult<()>;
    fn remove_xattr(object: Object<'_>, name: &[u8]) -> FsResult<()>;
    fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> FsResult<usize>;
    fn write_at(file: &File, offset: u64, bytes: &[u8]) -> FsResult<usize>;
    fn write_past_cache(file: &File, is_past: bool) -> FsResult<()>;
    fn forget_cached(file: &File) -> FsResult<()>;
    fn set_size(file: &File, size: u64) -> FsResult<()>;
    fn next_data(file: &File, offset: u64) -> FsResult<Option<DataRange>>;
    fn data_version(file: &File) -> FsResult<Option<u64>>;
    fn share_content(from: &File, to: &File) -> FsResult<()>;
    fn copy_range(from: &File, to: &File, offset: u64, length: u64) -> FsResult<u64>;
    fn sync_file(file: &File) -> FsResult<()>;
    fn sync_folder(folder: &Folder) -> FsResult<()>;
    fn sync_file_system(folder: &Folder) -> FsResult<()>;
    fn mount(folder: &Folder) -> FsResult<Option<u64>>;
    fn capabilities(folder: &Folder) -> FsResult<Capabilities>;
    fn try_out(folder: &Folder) -> FsResult<()>;
    fn try_between(from: &Folder, to: &Folder) -> FsResult<()>;
    fn capacity(folder: &Folder) -> FsResult<Capacity>;
    fn quota(folder: &Folder, project: ProjectId) -> FsResult<Option<Quota>>;
    fn enforcement(folder: &Folder) -> FsResult<Enforcement>;
    fn placement(object: Object<'_>) -> FsResult<Option<u32>>;
    fn stripes(folder: &Folder) -> FsResult<Vec<u32>>;
    fn default_stripes(folder: &Folder) -> FsResult<Option<Vec<u8>>>;
    fn mdts(folder: &Folder) -> FsResult<Option<u32>>;
    fn may_change(folder: &Folder) -> FsResult<bool>;
    fn caller() -> Caller;
    fn passes_limits(folder: &Folder) -> FsResult<bool>;
    fn is_in_group(gid: u32) -> bool;
}
