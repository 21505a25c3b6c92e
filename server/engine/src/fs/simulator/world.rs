//! The state of a simulated site and the one way it changes.
//!
//! Every call becomes a list of [`Change`]s. Applying them is all that ever happens to the
//! state, so a log of changes is the state, and losing a part of the log is a power cut.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::content::Content;
use crate::fs::Timestamp;

pub(super) type InodeNumber = u64;
pub(super) type MountIndex = u16;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inode {
    pub(super) mount: MountIndex,
    pub(super) mdt: u16,
    pub(super) kind: EntryKind,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) mode: u32,
    pub(super) accessed: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) changed: Timestamp,
    pub(super) tag: ProjectTag,
    pub(super) links: u64,
    pub(super) flags: u32,
    pub(super) special_device: u64,
    /// As pairs in the log: JSON has no keys of bytes.
    #[serde(with = "as_pairs")]
    pub(super) xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Of a symbolic link.
    pub(super) points_to: Vec<u8>,
    /// The content is on tape only.
    pub(super) is_released: bool,
    /// Of a released file: when somebody asked for it to come back.
    #[serde(default)]
    pub(super) restore_asked: Option<Timestamp>,
    /// Of a folder: the folder it lies in; itself at the top of a mount.
    pub(super) parent: InodeNumber,
    /// Of a folder whose names are spread over several MDTs: them.
    #[serde(default)]
    pub(super) stripes: Vec<u16>,
}

impl Inode {
    /// The MDT that keeps a name of this folder.
    pub(super) fn mdt_of(&self, name: &FileName) -> u16 {
        // As good as the hashes of the real ones: the same for the same name.
        let hash = name.as_bytes().iter().fold(0_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        self.stripes.get(hash.checked_rem(self.stripes.len()).unwrap_or(0)).copied().unwrap_or(self.mdt)
    }
}

mod as_pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Map = BTreeMap<Vec<u8>, Vec<u8>>;

    pub(super) fn serialize<S: Serializer>(map: &Map, serializer: S) -> Result<S::Ok, S::Error> {
        map.iter().collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map, D::Error> {
        Ok(Vec::<(Vec<u8>, Vec<u8>)>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// The smallest thing that happens to the state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Change {
    /// Made or changed: all attributes as they are afterwards.
    Put(InodeNumber, Box<Inode>),
    Drop(InodeNumber),
    Enter {
        folder: InodeNumber,
        name: FileName,
        inode: InodeNumber,
    },
    Leave {
        folder: InodeNumber,
        name: FileName,
    },
    Fill(InodeNumber, Arc<Content>),
}

/// What becomes durable together and in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Domain {
    /// The transactions of one metadata server (of an ext4 or XFS: its journal).
    Names(MountIndex, u16),
    /// One file's content.
    Data(InodeNumber),
}

/// The change that gives an inode these attributes, where it becomes durable.
pub(super) fn put(number: InodeNumber, inode: Inode) -> (Domain, Change) {
    (Domain::Names(inode.mount, inode.mdt), Change::Put(number, Box::new(inode)))
}

#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) inodes: BTreeMap<InodeNumber, Inode>,
    pub(super) entries: BTreeMap<InodeNumber, BTreeMap<FileName, InodeNumber>>,
    pub(super) contents: BTreeMap<InodeNumber, Arc<Content>>,
    usage: BTreeMap<(MountIndex, ProjectId), Amount>,
    /// Of each content that was ever written: how many had been before.
    versions: BTreeMap<InodeNumber, u64>,
    writes: u64,
}

impl State {
    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Put(number, inode) => {
                self.charge(*number, false);
                self.inodes.insert(*number, (**inode).clone());
                self.charge(*number, true);
                if inode.kind == EntryKind::Folder {
                    self.entries.entry(*number).or_default();
                }
            }
            Change::Drop(number) => {
                self.charge(*number, false);
                self.inodes.remove(number);
                self.entries.remove(number);
                self.contents.remove(number);
                self.versions.remove(number);
            }
            Change::Enter { folder, name, inode } => {
                self.entries.entry(*folder).or_default().insert(name.clone(), *inode);
            }
            Change::Leave { folder, name } => {
                self.entries.entry(*folder).or_default().remove(name);
            }
            Change::Fill(number, content) => {
                self.charge(*number, false);
                self.contents.insert(*number, content.clone());
                self.charge(*number, true);
                self.writes += 1;
                self.versions.insert(*number, self.writes);
            }
        }
    }

    /// Another one after every write; none of a file that is on tape or was never written to (recorded).
    pub(super) fn data_version(&self, number: InodeNumber) -> Option<u64> {
        let is_released = self.inodes.get(&number).is_some_and(|inode| inode.is_released);
        self.versions.get(&number).copied().filter(|_| !is_released)
    }

    fn charge(&mut self, number: InodeNumber, add: bool) {
        let Some(inode) = self.inodes.get(&number) else { return };
        let key = (inode.mount, inode.tag.id);
        let amount = Amount { bytes: self.allocated(number), inodes: 1 };
        let usage = self.usage.entry(key).or_default();
        *usage = if add { *usage + amount } else { usage.less(amount) };
    }

    /// Bytes that an inode is charged for. A released file keeps one block.
    pub(super) fn allocated(&self, number: InodeNumber) -> u64 {
        match self.inodes.get(&number) {
            Some(inode) if inode.is_released => 512,
            Some(inode) if inode.kind == EntryKind::Folder => 4096,
            Some(_) => self.contents.get(&number).map_or(0, |content| content.allocated()),
            None => 0,
        }
    }

    pub(super) fn usage(&self, mount: MountIndex, project: ProjectId) -> Amount {
        self.usage.get(&(mount, project)).copied().unwrap_or_default()
    }

    pub(super) fn usage_of_mount(&self, mount: MountIndex) -> Amount {
        self.usage.iter().filter(|((at, _), _)| *at == mount).fold(Amount::ZERO, |sum, (_, usage)| sum + *usage)
    }

    pub(super) fn lookup(&self, folder: InodeNumber, name: &FileName) -> Option<InodeNumber> {
        self.entries.get(&folder)?.get(name).copied()
    }

    /// Whether `above` is `below` or a folder over it.
    pub(super) fn is_at_or_above(&self, above: InodeNumber, below: InodeNumber) -> bool {
        let mut at = below;
        loop {
            if at == above {
                return true;
            }
            match self.inodes.get(&at) {
                Some(inode) if inode.parent != at => at = inode.parent,
                _ => return false,
            }
        }
    }

    /// After a power cut, what the file system's own recovery does: entries without an inode
    /// go, link counts and parents are recounted, inodes without a name go.
    pub(super) fn repair(&mut self, tops: &[InodeNumber]) {
        let mut links: BTreeMap<InodeNumber, u64> = tops.iter().map(|top| (*top, 1)).collect();
        let mut parents = BTreeMap::new();
        let mut reach: Vec<InodeNumber> = tops.to_vec();
        while let Some(folder) = reach.pop() {
            let Some(entries) = self.entries.get_mut(&folder) else { continue };
            entries.retain(|_, inode| self.inodes.contains_key(inode));
            for inode in entries.values() {
                let count = links.entry(*inode).or_insert(0);
                *count += 1;
                if self.inodes[inode].kind == EntryKind::Folder {
                    parents.insert(*inode, folder);
                    // A folder under two names (a cross-MDT rename cut in half) is entered once.
                    if *count == 1 {
                        reach.push(*inode);
                    }
                }
            }
        }
        let gone: Vec<InodeNumber> = self.inodes.keys().filter(|number| !links.contains_key(number)).copied().collect();
        for number in gone {
            self.apply(&Change::Drop(number));
        }
        for (number, inode) in &mut self.inodes {
            if inode.kind == EntryKind::Folder {
                inode.parent = parents.get(number).copied().unwrap_or(inode.parent);
            } else {
                inode.links = links.get(number).copied().unwrap_or(0);
            }
        }
    }
}
