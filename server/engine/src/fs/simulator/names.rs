//! Making, linking, renaming and removing names by a mount's rules.

use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::rules::{Crossing, Personality};
use super::site::{Inner, Simulator};
use super::world::{Change, Domain, Inode, InodeNumber, put};
use crate::fs::object::Handle;
use crate::fs::{At, Errno, FsError, FsResult, Timestamp, layout};

pub(super) const MAY_READ: u32 = 4;
pub(super) const MAY_WRITE: u32 = 2;
pub(super) const MAY_ENTER: u32 = 1;

const FLAG_IMMUTABLE: u32 = 0x8;
const FLAG_APPEND_ONLY: u32 = 0x10;
pub(super) const FLAGS_FROZEN: u32 = FLAG_IMMUTABLE | FLAG_APPEND_ONLY;
const SET_GID: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// A list of changes, each with where it becomes durable.
pub(super) type Changes = Vec<(Domain, Change)>;

/// What a new inode begins with.
pub(super) struct NewInode {
    pub(super) kind: EntryKind,
    pub(super) mode: u32,
    pub(super) special_device: u64,
    pub(super) points_to: Vec<u8>,
    /// Gets the layout that its folder gives; else the first one that it is given, as after `mknod`.
    pub(super) takes_layout: bool,
}

impl NewInode {
    pub(super) fn new(kind: EntryKind, mode: u32) -> Self {
        Self { kind, mode, special_device: 0, points_to: Vec::new(), takes_layout: false }
    }
}

pub(super) fn number_of(handle: &Handle) -> InodeNumber {
    match handle {
        Handle::Simulated(number) => *number,
        Handle::Descriptor(_) | Handle::Remote(_) => panic!("an object of another file system was given to the simulator"),
    }
}

fn owned<'a>((name, value): (&'a Vec<u8>, &'a Vec<u8>)) -> (Vec<u8>, Vec<u8>) {
    (name.clone(), value.clone())
}

/// The times of a folder change where its name does: a striped one keeps them in each part.
fn touched(domain: Domain, folder: InodeNumber, parent: &Inode, now: Timestamp) -> (Domain, Change) {
    (domain, Change::Put(folder, Box::new(Inode { modified: now, changed: now, ..parent.clone() })))
}

impl Inner {
    pub(super) fn find(&self, call: &'static str, at: At<'_>) -> FsResult<InodeNumber> {
        let folder = number_of(&at.folder.0);
        self.inode(call, folder)?;
        self.state.lookup(folder, at.name).ok_or_else(|| FsError::new(call, at.name.as_bytes(), Errno::NOENT))
    }

    pub(super) fn may(&self, caller: &Simulator, inode: &Inode, want: u32) -> bool {
        let shift = match () {
            () if caller.uid == 0 => return true,
            () if caller.uid == inode.uid => 6,
            () if caller.gids.contains(&inode.gid) => 3,
            () => 0,
        };
        (inode.mode >> shift) & want == want
    }

    pub(super) fn check(&self, caller: &Simulator, call: &'static str, number: InodeNumber, want: u32) -> FsResult<()> {
        if self.may(caller, self.inode(call, number)?, want) { Ok(()) } else { Err(FsError::new(call, b"", Errno::ACCESS)) }
    }

    /// Whether `extra` still fits into a project, for this caller.
    pub(super) fn admit(&self, caller: &Simulator, call: &'static str, inode: &Inode, extra: Amount) -> FsResult<()> {
        let mount = self.mount(inode);
        let full = self.state.usage_of_mount(inode.mount) + extra;
        if full.bytes > mount.capacity.bytes || full.inodes > mount.capacity.inodes {
            return Err(FsError::new(call, b"", Errno::NOSPC));
        }
        if !mount.personality.use_is_limited(caller.uid == 0) || !self.exceeds_limit(inode, extra) {
            return Ok(());
        }
        let errno = if mount.personality == Personality::Xfs { Errno::NOSPC } else { Errno::DQUOT };
        Err(FsError::new(call, b"", errno))
    }

    pub(super) fn exceeds_limit(&self, inode: &Inode, extra: Amount) -> bool {
        let limits = self.site.limits.get(&inode.mount).and_then(|limits| limits.get(&inode.tag.id));
        let Some(limits) = limits else { return false };
        let after = self.state.usage(inode.mount, inode.tag.id) + extra;
        let over = |hard: Option<u64>, extra: u64, after: u64| extra > 0 && hard.is_some_and(|hard| after > hard);
        over(limits.bytes.hard, extra.bytes, after.bytes) || over(limits.inodes.hard, extra.inodes, after.inodes)
    }

    pub(super) fn create(
        &mut self,
        caller: &Simulator,
        call: &'static str,
        at: At<'_>,
        new: NewInode,
        now: Timestamp,
    ) -> FsResult<InodeNumber> {
        let folder = number_of(&at.folder.0);
        if self.state.lookup(folder, at.name).is_some() {
            return Err(FsError::new(call, at.name.as_bytes(), Errno::EXIST));
        }
        self.check(caller, call, folder, MAY_WRITE | MAY_ENTER)?;
        let parent = self.inode(call, folder)?.clone();
        let is_folder = new.kind == EntryKind::Folder;
        let inherits = parent.tag.inherit && self.personality(&parent).has_projects();
        let tag = if inherits { ProjectTag { id: parent.tag.id, inherit: is_folder } } else { ProjectTag::default() };
        let inherits_group = parent.mode & SET_GID != 0;
        let number = self.next_inode;
        let inode = Inode {
            mount: parent.mount,
            mdt: if is_folder { self.place(&parent, folder, at.name, number) } else { parent.mdt_of(at.name) },
            kind: new.kind,
            uid: caller.uid,
            gid: if inherits_group { parent.gid } else { caller.gids.first().copied().unwrap_or(0) },
            mode: new.mode | if inherits_group && is_folder { SET_GID } else { 0 },
            accessed: now,
            modified: now,
            changed: now,
            tag,
            links: if is_folder { 2 } else { 1 },
            flags: 0,
            special_device: new.special_device,
            xattrs: parent.xattrs.iter().filter(|(name, _)| new.takes_layout && *name == layout::ATTRIBUTE).map(owned).collect(),
            points_to: new.points_to,
            is_released: false,
            restore_asked: None,
            parent: folder,
            stripes: Vec::new(),
        };
        self.admit(caller, call, &inode, Amount { bytes: if is_folder { 4096 } else { 0 }, inodes: 1 })?;
        self.next_inode += 1;
        let mut changes = vec![put(number, inode)];
        changes.extend(self.enter(folder, &parent, at.name, number, now));
        self.commit(&changes)?;
        Ok(number)
    }

    /// The MDT of a new folder: spread near the top, else where its parent is.
    fn place(&self, parent: &Inode, folder: InodeNumber, name: &FileName, number: InodeNumber) -> u16 {
        let depth = std::iter::successors(Some(folder), |at| {
            let above = self.state.inodes.get(at)?.parent;
            (above != *at).then_some(above)
        });
        let mount = self.mount(parent);
        let is_near_top = depth.take(mount.spread_levels + 1).count() <= mount.spread_levels;
        let mdts = u64::from(mount.mdts.max(1));
        if is_near_top { u16::try_from(number % mdts).unwrap_or(0) } else { parent.mdt_of(name) }
    }

    fn enter(&self, folder: InodeNumber, parent: &Inode, name: &FileName, inode: InodeNumber, now: Timestamp) -> Changes {
        let domain = Domain::Names(parent.mount, parent.mdt_of(name));
        vec![(domain, Change::Enter { folder, name: name.clone(), inode }), touched(domain, folder, parent, now)]
    }

    fn leave(&self, folder: InodeNumber, parent: &Inode, name: &FileName, now: Timestamp) -> Changes {
        let domain = Domain::Names(parent.mount, parent.mdt_of(name));
        vec![(domain, Change::Leave { folder, name: name.clone() }), touched(domain, folder, parent, now)]
    }

    pub(super) fn link(&mut self, caller: &Simulator, from: At<'_>, to: At<'_>, now: Timestamp) -> FsResult<()> {
        let call = "link";
        let number = self.find(call, from)?;
        let item = self.inode(call, number)?.clone();
        let refuse = |errno| FsError::new(call, to.name.as_bytes(), errno);
        if item.kind == EntryKind::Folder {
            return Err(refuse(Errno::PERM));
        }
        let folder = number_of(&to.folder.0);
        let parent = self.inode(call, folder)?.clone();
        if self.state.lookup(folder, to.name).is_some() {
            return Err(refuse(Errno::EXIST));
        }
        self.check(caller, call, folder, MAY_WRITE | MAY_ENTER)?;
        let source_folder = self.inode(call, number_of(&from.folder.0))?.tag;
        let crossing = Crossing { kind: item.kind, item: item.tag, source_folder, destination_folder: parent.tag };
        if item.mount != parent.mount || self.personality(&parent).link_is_refused(&crossing) {
            return Err(refuse(Errno::XDEV));
        }
        let is_protected = caller.uid != 0 && caller.uid != item.uid && !self.may(caller, &item, MAY_READ | MAY_WRITE);
        if item.flags & FLAGS_FROZEN != 0 || is_protected {
            return Err(refuse(Errno::PERM));
        }
        let mut changes = vec![put(number, Inode { links: item.links + 1, changed: now, ..item })];
        changes.extend(self.enter(folder, &parent, to.name, number, now));
        self.commit(&changes)
    }

    /// The inode under a name that the caller may remove, with its folder.
    pub(super) fn removable(&self, caller: &Simulator, call: &'static str, at: At<'_>) -> FsResult<(InodeNumber, Inode, Inode)> {
        let folder = number_of(&at.folder.0);
        let number = self.find(call, at)?;
        self.check(caller, call, folder, MAY_WRITE | MAY_ENTER)?;
        let (parent, inode) = (self.inode(call, folder)?.clone(), self.inode(call, number)?.clone());
        let is_sticky = parent.mode & STICKY != 0 && caller.uid != 0 && caller.uid != inode.uid && caller.uid != parent.uid;
        if is_sticky || inode.flags & FLAGS_FROZEN != 0 {
            return Err(FsError::new(call, at.name.as_bytes(), Errno::PERM));
        }
        Ok((number, inode, parent))
    }

    pub(super) fn unlink(&mut self, caller: &Simulator, at: At<'_>, now: Timestamp) -> FsResult<()> {
        let (number, inode, parent) = self.removable(caller, "unlink", at)?;
        if inode.kind == EntryKind::Folder {
            return Err(FsError::new("unlink", at.name.as_bytes(), Errno::ISDIR));
        }
        let mut changes = self.leave(number_of(&at.folder.0), &parent, at.name, now);
        changes.push(self.dropped(number, inode, now));
        self.commit(&changes)
    }

    fn dropped(&self, number: InodeNumber, inode: Inode, now: Timestamp) -> (Domain, Change) {
        if inode.links > 1 && inode.kind != EntryKind::Folder {
            put(number, Inode { links: inode.links - 1, changed: now, ..inode })
        } else {
            (Domain::Names(inode.mount, inode.mdt), Change::Drop(number))
        }
    }

    pub(super) fn remove_folder(&mut self, caller: &Simulator, at: At<'_>, now: Timestamp) -> FsResult<()> {
        let call = "remove_folder";
        let (number, inode, parent) = self.removable(caller, call, at)?;
        if inode.kind != EntryKind::Folder {
            return Err(FsError::new(call, at.name.as_bytes(), Errno::NOTDIR));
        }
        if !self.is_empty(number) {
            return Err(FsError::new(call, at.name.as_bytes(), Errno::NOTEMPTY));
        }
        let mut changes = self.leave(number_of(&at.folder.0), &parent, at.name, now);
        changes.push(self.dropped(number, inode, now));
        self.commit(&changes)
    }

    fn is_empty(&self, folder: InodeNumber) -> bool {
        self.state.entries.get(&folder).is_none_or(|entries| entries.is_empty())
    }

    pub(super) fn rename(
        &mut self,
        caller: &Simulator,
        call: &'static str,
        from: At<'_>,
        to: At<'_>,
        now: Timestamp,
    ) -> FsResult<()> {
        let refuse = |errno| FsError::new(call, from.name.as_bytes(), errno);
        let (number, mut item, source) = self.removable(caller, call, from)?;
        let (source_number, folder) = (number_of(&from.folder.0), number_of(&to.folder.0));
        let destination = self.inode(call, folder)?.clone();
        self.check(caller, call, folder, MAY_WRITE | MAY_ENTER)?;
        let replaced = self.state.lookup(folder, to.name);
        if replaced == Some(number) {
            return Ok(());
        }
        let is_folder = item.kind == EntryKind::Folder;
        if is_folder && self.state.is_at_or_above(number, folder) {
            return Err(refuse(Errno::INVAL));
        }
        self.check_crossing(&item, &source, &destination).map_err(refuse)?;
        if is_folder && source_number != folder {
            // Its `..` changes, which is a write to the folder itself.
            self.check(caller, call, number, MAY_WRITE)?;
        }
        let mut changes = Vec::new();
        if let Some(replaced) = replaced {
            let (_, old, _) = self.removable(caller, call, to)?;
            let old_is_folder = old.kind == EntryKind::Folder;
            match (is_folder, old_is_folder) {
                (true, false) => return Err(refuse(Errno::NOTDIR)),
                (false, true) => return Err(refuse(Errno::ISDIR)),
                (true, true) if !self.is_empty(replaced) => {
                    return Err(refuse(self.personality(&destination).errno_of_full_folder()));
                }
                _ => changes.push(self.dropped(replaced, old, now)),
            }
        }
        let crossing = Crossing { kind: item.kind, item: item.tag, source_folder: source.tag, destination_folder: destination.tag };
        let personality = self.personality(&destination);
        changes.extend(self.leave(source_number, &source, from.name, now));
        // The folder may be the same: what follows builds on the leave.
        let destination = if source_number == folder { Inode { modified: now, changed: now, ..source } } else { destination };
        item.changed = now;
        let migrates = personality.is_lustre()
            && item.kind == EntryKind::SymbolicLink
            && item.mdt != destination.mdt_of(to.name)
            && item.links == 1;
        if migrates {
            // A symbolic link goes to the other MDT as a new inode and keeps its charge (recorded).
            changes.push((Domain::Names(item.mount, item.mdt), Change::Drop(number)));
            item.mdt = destination.mdt_of(to.name);
            let anew = self.next_inode;
            self.next_inode += 1;
            changes.push(put(anew, item));
            changes.extend(self.enter(folder, &destination, to.name, anew, now));
        } else {
            item.tag = personality.tag_after_rename(&crossing);
            if is_folder {
                item.parent = folder;
            }
            changes.push(put(number, item));
            changes.extend(self.enter(folder, &destination, to.name, number, now));
        }
        self.commit(&changes)
    }

    fn check_crossing(&self, item: &Inode, source: &Inode, destination: &Inode) -> Result<(), Errno> {
        let mount = self.mount(destination);
        let crossing = Crossing { kind: item.kind, item: item.tag, source_folder: source.tag, destination_folder: destination.tag };
        let is_remote = source.mdt != destination.mdt || item.mdt != destination.mdt;
        let refused = item.mount != destination.mount
            || mount.personality.rename_is_refused(&crossing)
            || (mount.personality.is_lustre() && !mount.remote_rename && is_remote);
        if refused { Err(Errno::XDEV) } else { Ok(()) }
    }
}
