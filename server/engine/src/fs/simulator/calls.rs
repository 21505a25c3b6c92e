//! The trait on the simulated world, call by call.

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::access::resolve;
use super::names::{FLAGS_FROZEN, MAY_ENTER, MAY_READ, MAY_WRITE, NewInode, number_of};
use super::site::Simulator;
use super::world::put;
use crate::fs::object::Handle;
use crate::fs::{
    At, Caller, Capabilities, Capacity, DataRange, Enforcement, Errno, File, FileSystem, Folder, FolderEntry, FolderStream,
    FsError, FsResult, HsmState, Identity, Object, Quota, Status, Timestamp,
};

/// Permission bits that `chmod` sets.
const MODE_BITS: u32 = 0o7777;

impl Simulator {
    fn open(&self, call: &'static str, at: At<'_>, right: u32) -> FsResult<File> {
        self.look(call, at.name.as_bytes(), |inner| {
            inner.check(self, call, number_of(&at.folder.0), MAY_ENTER)?;
            let number = inner.find(call, at)?;
            inner.check(self, call, number, right)?;
            match inner.inode(call, number)?.kind {
                EntryKind::SymbolicLink => Err(FsError::new(call, at.name.as_bytes(), Errno::LOOP)),
                _ => Ok(File(Handle::Simulated(number))),
            }
        })
    }
}

impl FileSystem for Simulator {
    fn open_path(&self, path: &FilePath) -> FsResult<Folder> {
        let (top, names) = self.look("open_path", &path.to_bytes(), |inner| {
            inner.mount_of(path).ok_or_else(|| FsError::new("open_path", &path.to_bytes(), Errno::NOENT))
        })?;
        crate::fs::open_below(self, Folder(Handle::Simulated(top)), names)
    }

    fn open_folder(&self, at: At<'_>) -> FsResult<Folder> {
        let call = "open_folder";
        self.look(call, at.name.as_bytes(), |inner| {
            inner.check(self, call, number_of(&at.folder.0), MAY_ENTER)?;
            let number = inner.find(call, at)?;
            match inner.inode(call, number)?.kind {
                EntryKind::Folder => Ok(Folder(Handle::Simulated(number))),
                EntryKind::SymbolicLink => Err(FsError::new(call, at.name.as_bytes(), Errno::LOOP)),
                _ => Err(FsError::new(call, at.name.as_bytes(), Errno::NOTDIR)),
            }
        })
    }

    fn open_file(&self, at: At<'_>) -> FsResult<File> {
        self.open("open_file", at, MAY_READ)
    }

    fn open_to_write(&self, at: At<'_>) -> FsResult<File> {
        self.open("open_to_write", at, MAY_WRITE)
    }

    fn create_file(&self, at: At<'_>, mode: u32) -> FsResult<File> {
        let new = NewInode { takes_layout: true, ..NewInode::new(EntryKind::File, mode & MODE_BITS) };
        self.create("create_file", at, new).map(|number| File(Handle::Simulated(number)))
    }

    fn read_folder(&self, folder: &Folder) -> FsResult<FolderStream> {
        let call = "read_folder";
        let number = number_of(&folder.0);
        self.look(call, b"", |inner| {
            inner.check(self, call, number, MAY_READ)?;
            let entries = inner.state.entries.get(&number).cloned().unwrap_or_default();
            let list: Vec<_> = entries
                .into_iter()
                .map(|(name, inode)| Ok(FolderEntry { name, kind: inner.state.inodes.get(&inode).map(|found| found.kind), inode }))
                .collect();
            Ok(Box::new(list.into_iter()) as FolderStream)
        })
    }

    fn status(&self, object: Object<'_>) -> FsResult<Status> {
        self.look("status", object.name_bytes(), |inner| {
            let number = resolve(inner, "status", object)?;
            let inode = inner.inode("status", number)?;
            let size = match inode.kind {
                EntryKind::SymbolicLink => inode.points_to.len() as u64,
                EntryKind::Folder => 4096,
                _ => inner.state.contents.get(&number).map_or(0, |content| content.size),
            };
            Ok(Status {
                kind: inode.kind,
                device: u64::from(inode.mount) + 1,
                inode: number,
                links: inode.links,
                uid: inode.uid,
                gid: inode.gid,
                mode: inode.mode,
                size,
                allocated: inner.state.allocated(number),
                accessed: inode.accessed,
                modified: inode.modified,
                changed: inode.changed,
                special_device: inode.special_device,
                is_mount_point: inode.parent == number,
                is_frozen: inode.flags & FLAGS_FROZEN != 0,
            })
        })
    }

    fn identity(&self, object: Object<'_>) -> FsResult<Identity> {
        self.look("identity", object.name_bytes(), |inner| {
            let number = resolve(inner, "identity", object)?;
            inner.inode("identity", number)?;
            Ok(Identity::new(&number.to_be_bytes()))
        })
    }

    fn read_link(&self, at: At<'_>) -> FsResult<Vec<u8>> {
        self.look("read_link", at.name.as_bytes(), |inner| {
            let number = inner.find("read_link", at)?;
            Ok(inner.inode("read_link", number)?.points_to.clone())
        })
    }

    fn tag(&self, object: Object<'_>) -> FsResult<Option<ProjectTag>> {
        self.look("tag", object.name_bytes(), |inner| {
            let inode = inner.inode("tag", resolve(inner, "tag", object)?)?;
            let is_plain_kind = matches!(inode.kind, EntryKind::File | EntryKind::Folder);
            let abilities = inner.personality(inode).abilities(false);
            let has_tag = inner.personality(inode).has_projects() && (is_plain_kind || abilities.retags_every_kind);
            Ok(has_tag.then_some(inode.tag))
        })
    }

    fn flags(&self, object: Object<'_>) -> FsResult<u32> {
        self.look("flags", object.name_bytes(), |inner| Ok(inner.inode("flags", resolve(inner, "flags", object)?)?.flags))
    }

    fn xattr_names(&self, object: Object<'_>) -> FsResult<Vec<Vec<u8>>> {
        self.look("xattr_names", object.name_bytes(), |inner| {
            let inode = inner.inode("xattr_names", resolve(inner, "xattr_names", object)?)?;
            Ok(inode.xattrs.keys().filter(|name| inner.has_attribute(inode, name).is_ok()).cloned().collect())
        })
    }

    fn xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<Vec<u8>> {
        self.look("xattr", object.name_bytes(), |inner| {
            let inode = inner.inode("xattr", resolve(inner, "xattr", object)?)?;
            let has = inner.has_attribute(inode, name).and_then(|()| inode.xattrs.get(name).cloned().ok_or(Errno::NODATA));
            has.map_err(|errno| FsError::new("xattr", object.name_bytes(), errno))
        })
    }

    fn hsm_state(&self, at: At<'_>) -> FsResult<HsmState> {
        self.state_in_archive(at)
    }

    fn request_restore(&self, at: At<'_>) -> FsResult<()> {
        self.ask_archive(at)
    }

    fn create_folder(&self, at: At<'_>, mode: u32) -> FsResult<()> {
        let new = NewInode { takes_layout: true, ..NewInode::new(EntryKind::Folder, mode & MODE_BITS) };
        self.create("create_folder", at, new).map(drop)
    }

    fn create_symbolic_link(&self, at: At<'_>, points_to: &[u8]) -> FsResult<()> {
        let new = NewInode { points_to: points_to.to_vec(), ..NewInode::new(EntryKind::SymbolicLink, 0o777) };
        self.create("create_symbolic_link", at, new).map(drop)
    }

    fn create_special(&self, at: At<'_>, kind: EntryKind, mode: u32, device: u64) -> FsResult<()> {
        let new = NewInode { special_device: device, ..NewInode::new(kind, mode & MODE_BITS) };
        self.create("create_special", at, new).map(drop)
    }

    fn link(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        self.change("link", to.name.as_bytes(), |inner| {
            let now = self.time_in(inner, to.folder);
            inner.link(self, from, to, now)
        })
    }

    fn unlink(&self, at: At<'_>) -> FsResult<()> {
        self.change("unlink", at.name.as_bytes(), |inner| {
            let now = self.time_in(inner, at.folder);
            inner.unlink(self, at, now)
        })
    }

    fn remove_folder(&self, at: At<'_>) -> FsResult<()> {
        self.change("remove_folder", at.name.as_bytes(), |inner| {
            let now = self.time_in(inner, at.folder);
            inner.remove_folder(self, at, now)
        })
    }

    fn rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        self.change("rename", from.name.as_bytes(), |inner| {
            let now = self.time_in(inner, to.folder);
            inner.rename(self, "rename", from, to, now)
        })
    }

    fn rename_without_replacing(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        let call = "rename_without_replacing";
        self.change(call, to.name.as_bytes(), |inner| {
            let folder = number_of(&to.folder.0);
            inner.find(call, from)?;
            if inner.state.lookup(folder, to.name).is_some() {
                return Err(FsError::new(call, to.name.as_bytes(), Errno::EXIST));
            }
            if inner.personality(inner.inode(call, folder)?).is_lustre() {
                return Err(FsError::new(call, to.name.as_bytes(), Errno::INVAL));
            }
            let now = self.time_in(inner, to.folder);
            inner.rename(self, call, from, to, now)
        })
    }

    fn exchange(&self, one: At<'_>, other: At<'_>) -> FsResult<()> {
        self.change("exchange", other.name.as_bytes(), |inner| {
            let now = self.time_in(inner, other.folder);
            inner.exchange(self, one, other, now)
        })
    }

    fn set_owner(&self, object: Object<'_>, uid: u32, gid: u32) -> FsResult<()> {
        self.set("set_owner", object, |_, inode| {
            if self.uid != 0 && (uid != inode.uid || !self.gids.contains(&gid)) {
                return Err(Errno::PERM);
            }
            (inode.uid, inode.gid) = (uid, gid);
            if inode.kind == EntryKind::File {
                // As the kernel: a new owner takes away setuid, setgid and capabilities.
                inode.mode &= !0o6000;
                inode.xattrs.remove(b"security.capability".as_slice());
            }
            Ok(())
        })
    }

    fn set_mode(&self, object: Object<'_>, mode: u32) -> FsResult<()> {
        self.set("set_mode", object, |_, inode| {
            inode.mode = mode & MODE_BITS;
            Ok(())
        })
    }

    fn set_times(&self, object: Object<'_>, accessed: Timestamp, modified: Timestamp) -> FsResult<()> {
        self.set("set_times", object, |inner, inode| {
            let keeps =
                |time: Timestamp| if inner.personality(inode).is_lustre() { Timestamp { nanoseconds: 0, ..time } } else { time };
            (inode.accessed, inode.modified) = (keeps(accessed), keeps(modified));
            Ok(())
        })
    }

    fn set_tag(&self, object: Object<'_>, tag: ProjectTag) -> FsResult<()> {
        let call = "set_tag";
        self.change(call, object.name_bytes(), |inner| {
            let refuse = |errno| FsError::new(call, object.name_bytes(), errno);
            let number = resolve(inner, call, object)?;
            let mut inode = inner.inode(call, number)?.clone();
            let mount = inner.mount(&inode);
            let is_plain_kind = matches!(inode.kind, EntryKind::File | EntryKind::Folder);
            if !mount.personality.has_projects() || !(is_plain_kind || mount.personality.abilities(false).retags_every_kind) {
                return Err(refuse(Errno::NOTTY));
            }
            let tag = mount.personality.stored_tag(tag, inode.kind).map_err(refuse)?;
            let is_owner = self.uid == inode.uid;
            let is_frozen = inode.flags & FLAGS_FROZEN != 0 && mount.personality.frozen_keeps_tag();
            let owners_may = mount.retaggers.include_owner(&self.gids);
            if !mount.personality.may_retag(self.uid == 0, is_owner, owners_may) || is_frozen {
                return Err(refuse(Errno::PERM));
            }
            let amount = Amount { bytes: inner.state.allocated(number), inodes: 1 };
            let is_limited = mount.personality.retag_is_limited(self.uid == 0) && inode.tag.id != tag.id;
            if mount.personality.retag_takes_set_id(self.uid == 0) && inode.tag.id != tag.id {
                inode.mode &= !0o6000;
            }
            inode.tag = tag;
            if is_limited && inner.exceeds_limit(&inode, amount) {
                return Err(refuse(Errno::DQUOT));
            }
            inode.changed = self.now(inner.mount(&inode));
            inner.commit(&[put(number, inode)])
        })
    }

    fn set_flags(&self, object: Object<'_>, flags: u32) -> FsResult<()> {
        self.set("set_flags", object, |_, inode| {
            inode.flags = flags;
            Ok(())
        })
    }

    fn set_xattr(&self, object: Object<'_>, name: &[u8], value: &[u8]) -> FsResult<()> {
        self.set("set_xattr", object, |inner, inode| inner.put_attribute(inode, name, value))
    }

    fn remove_xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<()> {
        self.set("remove_xattr", object, |inner, inode| {
            inner.has_attribute(inode, name)?;
            inode.xattrs.remove(name).map(drop).ok_or(Errno::NODATA)
        })
    }

    fn read_at(&self, file: &File, offset: u64, buffer: &mut [u8]) -> FsResult<usize> {
        let number = number_of(&file.0);
        self.change("read_at", b"", |inner| {
            if inner.inode("read_at", number)?.is_released {
                inner.blocked_reads += 1;
                return Err(FsError::new("read_at", b"", Errno::NODATA));
            }
            Ok(inner.state.contents.get(&number).map_or(0, |content| content.read(offset, buffer)))
        })
    }

    fn write_at(&self, file: &File, offset: u64, bytes: &[u8]) -> FsResult<usize> {
        self.edit("write_at", file, |content| content.write(offset, bytes))?;
        Ok(bytes.len())
    }

    fn set_size(&self, file: &File, size: u64) -> FsResult<()> {
        self.edit("set_size", file, |content| content.resize(size))
    }

    fn next_data(&self, file: &File, offset: u64) -> FsResult<Option<DataRange>> {
        let number = number_of(&file.0);
        self.change("next_data", b"", |inner| {
            if inner.inode("next_data", number)?.is_released {
                inner.blocked_reads += 1;
                return Err(FsError::new("next_data", b"", Errno::NODATA));
            }
            Ok(inner.state.contents.get(&number).and_then(|content| content.next_data(offset)))
        })
    }

    fn data_version(&self, file: &File) -> FsResult<Option<u64>> {
        let number = number_of(&file.0);
        self.look("data_version", b"", |inner| {
            let is_lustre = inner.personality(inner.inode("data_version", number)?).is_lustre();
            Ok(inner.state.data_version(number).filter(|_| is_lustre))
        })
    }

    fn copy_range(&self, from: &File, to: &File, offset: u64, length: u64) -> FsResult<u64> {
        let source = number_of(&from.0);
        let between_mounts = self.world.pace.lock().copies_between_mounts;
        let original = self.look("copy_range", b"", |inner| {
            let is_same = inner.inode("copy_range", source)?.mount == inner.inode("copy_range", number_of(&to.0))?.mount;
            if !is_same && !between_mounts {
                return Err(FsError::new("copy_range", b"", Errno::XDEV));
            }
            Ok(inner.state.contents.get(&source).cloned().unwrap_or_default())
        })?;
        let rate = self.world.pace.lock().copied_bytes_per_second;
        if rate > 0 {
            // One call of the kernel is bounded too, so that progress is seen.
            let length = length.min(rate / 10);
            let micros = length.saturating_mul(1_000_000) / rate;
            std::thread::sleep(std::time::Duration::from_micros(micros));
            let mut copied = 0;
            self.edit("copy_range", to, |content| copied = content.copy_from(&original, offset, length))?;
            return Ok(copied);
        }
        let mut copied = 0;
        self.edit("copy_range", to, |content| copied = content.copy_from(&original, offset, length))?;
        Ok(copied)
    }

    fn sync_file(&self, file: &File) -> FsResult<()> {
        let number = number_of(&file.0);
        self.change("sync_file", b"", |inner| {
            let inode = inner.inode("sync_file", number)?.clone();
            inner.sync_data(number);
            // On Lustre the MDS is asked only for what this client made or changed since (measured).
            if !inner.personality(&inode).is_lustre() {
                inner.sync_names_up_to(inode.mount, inode.mdt, number);
            } else if inner.touched.remove(&number) {
                inner.sync_names(inode.mount, inode.mdt);
            }
            Ok(())
        })
    }

    fn sync_folder(&self, folder: &Folder) -> FsResult<()> {
        self.change("sync_folder", b"", |inner| {
            let number = number_of(&folder.0);
            let inode = inner.inode("sync_folder", number)?.clone();
            if !inner.personality(&inode).is_lustre() {
                inner.sync_names_up_to(inode.mount, inode.mdt, number);
            }
            Ok(())
        })
    }

    fn sync_file_system(&self, folder: &Folder) -> FsResult<()> {
        self.change("sync_file_system", b"", |inner| {
            let inode = inner.inode("sync_file_system", number_of(&folder.0))?.clone();
            if !inner.personality(&inode).is_lustre() {
                inner.sync_mount(inode.mount);
            }
            Ok(())
        })
    }

    fn mount(&self, folder: &Folder) -> FsResult<Option<u64>> {
        // Known without asking anybody: it cannot fail, and the dice of a seed fall as without it.
        let inner = self.world.inner.lock();
        Ok(Some(inner.inode("mount", number_of(&folder.0))?.mount.into()))
    }

    fn capabilities(&self, folder: &Folder) -> FsResult<Capabilities> {
        self.look("capabilities", b"", |inner| {
            let inode = inner.inode("capabilities", number_of(&folder.0))?;
            Ok(inner.mount(inode).capabilities(self.uid == 0, &self.gids))
        })
    }

    fn capacity(&self, folder: &Folder) -> FsResult<Capacity> {
        self.look("capacity", b"", |inner| {
            let inode = inner.inode("capacity", number_of(&folder.0))?;
            let total = inner.mount(inode).capacity;
            Ok(Capacity { total, free: total.less(inner.state.usage_of_mount(inode.mount)), is_of_project: false })
        })
    }

    fn quota(&self, folder: &Folder, project: ProjectId) -> FsResult<Option<Quota>> {
        self.look("quota", b"", |inner| {
            let inode = inner.inode("quota", number_of(&folder.0))?;
            let mount = inner.mount(inode);
            let may_read = mount.personality.is_lustre() || self.uid == 0;
            let limits = inner.site.limits.get(&inode.mount).and_then(|limits| limits.get(&project)).copied().unwrap_or_default();
            let quota = Quota { usage: inner.state.usage(inode.mount, project), limits };
            Ok((mount.personality.has_projects() && may_read).then_some(quota))
        })
    }

    fn enforcement(&self, folder: &Folder) -> FsResult<Enforcement> {
        self.look("enforcement", b"", |inner| {
            let inode = inner.inode("enforcement", number_of(&folder.0))?;
            Ok(if inner.personality(inode).has_projects() { Enforcement::On } else { Enforcement::Off })
        })
    }

    fn placement(&self, object: Object<'_>) -> FsResult<Option<u32>> {
        self.look("placement", object.name_bytes(), |inner| {
            let inode = inner.inode("placement", resolve(inner, "placement", object)?)?;
            Ok(inner.personality(inode).is_lustre().then_some(u32::from(inode.mdt)))
        })
    }

    fn stripes(&self, folder: &Folder) -> FsResult<Vec<u32>> {
        self.look("stripes", b"", |inner| {
            Ok(inner.inode("stripes", number_of(&folder.0))?.stripes.iter().map(|mdt| u32::from(*mdt)).collect())
        })
    }

    /// Kept as Lustre's servers keep it, in an attribute that nobody hands down here.
    fn default_stripes(&self, folder: &Folder) -> FsResult<Option<Vec<u8>>> {
        // The dice of a seed fall as without the question.
        let inner = self.world.inner.lock();
        Ok(inner.inode("default_stripes", number_of(&folder.0))?.xattrs.get(&b"trusted.dmv"[..]).cloned())
    }

    fn mdts(&self, folder: &Folder) -> FsResult<Option<u32>> {
        self.look("mdts", b"", |inner| {
            let mount = inner.mount(inner.inode("mdts", number_of(&folder.0))?);
            Ok(mount.personality.is_lustre().then_some(u32::from(mount.mdts)))
        })
    }

    fn may_change(&self, folder: &Folder) -> FsResult<bool> {
        self.look("may_change", b"", |inner| {
            let inode = inner.inode("may_change", number_of(&folder.0))?;
            Ok(inner.may(self, inode, MAY_WRITE | MAY_ENTER))
        })
    }

    fn caller(&self) -> Caller {
        Caller { uid: self.uid, is_root: self.uid == 0 }
    }

    fn passes_limits(&self, folder: &Folder) -> FsResult<bool> {
        self.look("passes_limits", b"", |inner| {
            let personality = inner.personality(inner.inode("passes_limits", number_of(&folder.0))?);
            Ok(personality.has_projects() && !personality.use_is_limited(self.uid == 0))
        })
    }

    fn is_in_group(&self, gid: u32) -> bool {
        self.gids.contains(&gid)
    }
}
