//! The trait, call by call.

use serde_bytes::{ByteBuf, Bytes};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use super::client::Remote;
use super::message::{CONTENT_BYTES_MAX, Method as M};
use crate::fs::{
    At, Caller, Capabilities, Capacity, DataRange, Enforcement, File, FileSystem, Folder, FolderStream, FsResult, HsmState,
    Identity, Object, Quota, Status, Statuses, Timestamp,
};

impl FileSystem for Remote {
    fn open_path(&self, path: &FilePath) -> FsResult<Folder> {
        let bytes = path.to_bytes();
        self.open("open_path", &bytes, M::OpenPath(Bytes::new(&bytes))).map(Folder)
    }

    fn open_path_to_look(&self, path: &FilePath) -> FsResult<Folder> {
        let bytes = path.to_bytes();
        self.open("open_path", &bytes, M::OpenPathToLook(Bytes::new(&bytes))).map(Folder)
    }

    fn open_folder(&self, at: At<'_>) -> FsResult<Folder> {
        self.open("open_folder", at.name.as_bytes(), M::OpenFolder(self.place(at)?)).map(Folder)
    }

    fn open_file(&self, at: At<'_>) -> FsResult<File> {
        self.open("open_file", at.name.as_bytes(), M::OpenFile(self.place(at)?)).map(File)
    }

    fn open_to_write(&self, at: At<'_>) -> FsResult<File> {
        self.open("open_to_write", at.name.as_bytes(), M::OpenToWrite(self.place(at)?)).map(File)
    }

    fn create_file(&self, at: At<'_>, mode: u32) -> FsResult<File> {
        self.open("create_file", at.name.as_bytes(), M::CreateFile(self.place(at)?, mode)).map(File)
    }

    fn read_folder(&self, folder: &Folder) -> FsResult<FolderStream> {
        self.list(self.folder(folder)?)
    }

    fn status(&self, object: Object<'_>) -> FsResult<Status> {
        self.ask("status", object.name_bytes(), M::Status(self.thing(object)?))
    }

    fn statuses<'a>(&'a self, folder: &'a Folder, names: &'a [FileName]) -> Statuses<'a> {
        self.statuses_in_batches(folder, names)
    }

    fn identity(&self, object: Object<'_>) -> FsResult<Identity> {
        self.ask("identity", object.name_bytes(), M::Identity(self.thing(object)?))
    }

    fn read_link(&self, at: At<'_>) -> FsResult<Vec<u8>> {
        self.ask("read_link", at.name.as_bytes(), M::ReadLink(self.place(at)?)).map(ByteBuf::into_vec)
    }

    fn tag(&self, object: Object<'_>) -> FsResult<Option<ProjectTag>> {
        self.ask("tag", object.name_bytes(), M::Tag(self.thing(object)?))
    }

    fn flags(&self, object: Object<'_>) -> FsResult<u32> {
        self.ask("flags", object.name_bytes(), M::Flags(self.thing(object)?))
    }

    fn xattr_names(&self, object: Object<'_>) -> FsResult<Vec<Vec<u8>>> {
        let names: Vec<ByteBuf> = self.ask("xattr_names", object.name_bytes(), M::XattrNames(self.thing(object)?))?;
        Ok(names.into_iter().map(ByteBuf::into_vec).collect())
    }

    fn xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<Vec<u8>> {
        let method = M::Xattr(self.thing(object)?, Bytes::new(name));
        self.ask("xattr", object.name_bytes(), method).map(ByteBuf::into_vec)
    }

    fn hsm_state(&self, at: At<'_>) -> FsResult<HsmState> {
        self.ask("hsm_state", at.name.as_bytes(), M::HsmState(self.place(at)?))
    }

    fn request_restore(&self, at: At<'_>) -> FsResult<()> {
        self.ask("request_restore", at.name.as_bytes(), M::RequestRestore(self.place(at)?))
    }

    fn create_folder(&self, at: At<'_>, mode: u32) -> FsResult<()> {
        self.ask("create_folder", at.name.as_bytes(), M::CreateFolder(self.place(at)?, mode))
    }

    fn create_symbolic_link(&self, at: At<'_>, points_to: &[u8]) -> FsResult<()> {
        let method = M::CreateSymbolicLink(self.place(at)?, Bytes::new(points_to));
        self.ask("create_symbolic_link", at.name.as_bytes(), method)
    }

    fn create_special(&self, at: At<'_>, kind: EntryKind, mode: u32, device: u64) -> FsResult<()> {
        self.ask("create_special", at.name.as_bytes(), M::CreateSpecial(self.place(at)?, kind, mode, device))
    }

    fn link(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        self.ask("link", to.name.as_bytes(), M::Link(self.place(from)?, self.place(to)?))
    }

    fn unlink(&self, at: At<'_>) -> FsResult<()> {
        self.ask("unlink", at.name.as_bytes(), M::Unlink(self.place(at)?))
    }

    fn remove_folder(&self, at: At<'_>) -> FsResult<()> {
        self.ask("remove_folder", at.name.as_bytes(), M::RemoveFolder(self.place(at)?))
    }

    fn rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        self.ask("rename", from.name.as_bytes(), M::Rename(self.place(from)?, self.place(to)?))
    }

    fn try_rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        self.ask("rename", from.name.as_bytes(), M::TryRename(self.place(from)?, self.place(to)?))
    }

    fn rename_without_replacing(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        let method = M::RenameWithoutReplacing(self.place(from)?, self.place(to)?);
        self.ask("rename_without_replacing", to.name.as_bytes(), method)
    }

    fn exchange(&self, one: At<'_>, other: At<'_>) -> FsResult<()> {
        self.ask("exchange", other.name.as_bytes(), M::Exchange(self.place(one)?, self.place(other)?))
    }

    fn set_owner(&self, object: Object<'_>, uid: u32, gid: u32) -> FsResult<()> {
        self.ask("set_owner", object.name_bytes(), M::SetOwner(self.thing(object)?, uid, gid))
    }

    fn set_mode(&self, object: Object<'_>, mode: u32) -> FsResult<()> {
        self.ask("set_mode", object.name_bytes(), M::SetMode(self.thing(object)?, mode))
    }

    fn set_times(&self, object: Object<'_>, accessed: Timestamp, modified: Timestamp) -> FsResult<()> {
        self.ask("set_times", object.name_bytes(), M::SetTimes(self.thing(object)?, accessed, modified))
    }

    fn set_tag(&self, object: Object<'_>, tag: ProjectTag) -> FsResult<()> {
        self.ask("set_tag", object.name_bytes(), M::SetTag(self.thing(object)?, tag))
    }

    fn set_flags(&self, object: Object<'_>, flags: u32) -> FsResult<()> {
        self.ask("set_flags", object.name_bytes(), M::SetFlags(self.thing(object)?, flags))
    }

    fn set_xattr(&self, object: Object<'_>, name: &[u8], value: &[u8]) -> FsResult<()> {
        let method = M::SetXattr(self.thing(object)?, Bytes::new(name), Bytes::new(value));
        self.ask("set_xattr", object.name_bytes(), method)
    }

    fn remove_xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<()> {
        self.ask("remove_xattr", object.name_bytes(), M::RemoveXattr(self.thing(object)?, Bytes::new(name)))
    }

    fn read_at(&self, file: &File, offset: u64, buffer: &mut [u8]) -> FsResult<usize> {
        let wanted = buffer.len().min(CONTENT_BYTES_MAX);
        let method = M::ReadAt(self.file(file)?, offset, u32::try_from(wanted).unwrap_or(u32::MAX));
        self.ask_for("read_at", b"", method, |bytes: ByteBuf| {
            let part = buffer.get_mut(..bytes.len()).filter(|part| part.len() <= wanted)?;
            part.copy_from_slice(&bytes);
            Some(bytes.len())
        })
    }

    fn write_at(&self, file: &File, offset: u64, bytes: &[u8]) -> FsResult<usize> {
        let part = bytes.get(..CONTENT_BYTES_MAX).unwrap_or(bytes);
        let method = M::WriteAt(self.file(file)?, offset, Bytes::new(part));
        self.ask_for("write_at", b"", method, |written: u64| usize::try_from(written).ok().filter(|written| *written <= part.len()))
    }

    fn write_past_cache(&self, file: &File, is_past: bool) -> FsResult<()> {
        self.ask("write_past_cache", b"", M::WritePastCache(self.file(file)?, is_past))
    }

    fn forget_cached(&self, file: &File) -> FsResult<()> {
        self.ask("forget_cached", b"", M::ForgetCached(self.file(file)?))
    }

    fn set_size(&self, file: &File, size: u64) -> FsResult<()> {
        self.ask("set_size", b"", M::SetSize(self.file(file)?, size))
    }

    fn next_data(&self, file: &File, offset: u64) -> FsResult<Option<DataRange>> {
        let method = M::NextData(self.file(file)?, offset);
        // Whoever looks for the next one from here would else look for ever.
        self.ask_for("next_data", b"", method, |range: Option<DataRange>| {
            range.is_none_or(|range| range.offset >= offset).then_some(range)
        })
    }

    fn data_version(&self, file: &File) -> FsResult<Option<u64>> {
        self.ask("data_version", b"", M::DataVersion(self.file(file)?))
    }

    fn share_content(&self, from: &File, to: &File) -> FsResult<()> {
        self.ask("share_content", b"", M::ShareContent(self.file(from)?, self.file(to)?))
    }

    fn copy_range(&self, from: &File, to: &File, offset: u64, length: u64) -> FsResult<u64> {
        let method = M::CopyRange(self.file(from)?, self.file(to)?, offset, length);
        self.ask_for("copy_range", b"", method, |copied: u64| (copied <= length).then_some(copied))
    }

    fn sync_file(&self, file: &File) -> FsResult<()> {
        self.ask("sync_file", b"", M::SyncFile(self.file(file)?))
    }

    fn sync_folder(&self, folder: &Folder) -> FsResult<()> {
        self.ask("sync_folder", b"", M::SyncFolder(self.folder(folder)?))
    }

    fn sync_file_system(&self, folder: &Folder) -> FsResult<()> {
        self.ask("sync_file_system", b"", M::SyncFileSystem(self.folder(folder)?))
    }

    fn mount(&self, folder: &Folder) -> FsResult<Option<u64>> {
        self.ask("mount", b"", M::Mount(self.folder(folder)?))
    }

    fn capabilities(&self, folder: &Folder) -> FsResult<Capabilities> {
        self.ask("capabilities", b"", M::Capabilities(self.folder(folder)?))
    }

    fn try_out(&self, folder: &Folder) -> FsResult<()> {
        self.ask("probe", b"", M::TryOut(self.folder(folder)?))
    }

    fn try_between(&self, from: &Folder, to: &Folder) -> FsResult<()> {
        self.ask("probe", b"", M::TryBetween(self.folder(from)?, self.folder(to)?))
    }

    fn capacity(&self, folder: &Folder) -> FsResult<Capacity> {
        self.ask("capacity", b"", M::Capacity(self.folder(folder)?))
    }

    fn quota(&self, folder: &Folder, project: ProjectId) -> FsResult<Option<Quota>> {
        match self.ask("quota", b"", M::Quota(self.folder(folder)?, project))? {
            None => self.told(self.status(folder.into())?.device, project),
            known => Ok(known),
        }
    }

    fn enforcement(&self, folder: &Folder) -> FsResult<Enforcement> {
        self.ask("enforcement", b"", M::Enforcement(self.folder(folder)?))
    }

    fn placement(&self, object: Object<'_>) -> FsResult<Option<u32>> {
        self.ask("placement", object.name_bytes(), M::Placement(self.thing(object)?))
    }

    fn stripes(&self, folder: &Folder) -> FsResult<Vec<u32>> {
        self.ask("stripes", b"", M::Stripes(self.folder(folder)?))
    }

    fn default_stripes(&self, folder: &Folder) -> FsResult<Option<Vec<u8>>> {
        let stripes: Option<ByteBuf> = self.ask("default_stripes", b"", M::DefaultStripes(self.folder(folder)?))?;
        Ok(stripes.map(ByteBuf::into_vec))
    }

    fn mdts(&self, folder: &Folder) -> FsResult<Option<u32>> {
        self.ask("mdts", b"", M::Mdts(self.folder(folder)?))
    }

    fn may_change(&self, folder: &Folder) -> FsResult<bool> {
        self.ask("may_change", b"", M::MayChange(self.folder(folder)?))
    }

    fn caller(&self) -> Caller {
        self.who()
    }

    fn passes_limits(&self, folder: &Folder) -> FsResult<bool> {
        self.ask("passes_limits", b"", M::PassesLimits(self.folder(folder)?))
    }

    /// Of nobody's who is gone.
    fn is_in_group(&self, gid: u32) -> bool {
        self.ask("is_in_group", b"", M::IsInGroup(gid)).unwrap_or(false)
    }
}
