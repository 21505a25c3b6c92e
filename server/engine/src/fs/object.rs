//! The values that cross the trait: handles, names in folders, attributes.

use std::fmt;
use std::os::fd::OwnedFd;

use serde::{Deserialize, Serialize};
use tidelock_shared::name::FileName;
use tidelock_shared::quota::{Amount, Headroom, Limits};
use tidelock_shared::strategy::{EntryKind, MountAbilities};

use super::{FsResult, remote};

/// An open folder; names are looked up in it, whatever it is called by now.
#[derive(Debug)]
pub struct Folder(pub(super) Handle);

/// An open file.
#[derive(Debug)]
pub struct File(pub(super) Handle);

#[derive(Debug)]
pub(super) enum Handle {
    Descriptor(OwnedFd),
    Simulated(u64),
    /// Open in another process.
    Remote(remote::Opened),
}

impl Folder {
    /// A name in this folder.
    pub fn at<'a>(&'a self, name: &'a FileName) -> At<'a> {
        At { folder: self, name, kind: None }
    }
}

/// A name in an open folder.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    pub folder: &'a Folder,
    pub name: &'a FileName,
    /// What the name held when it was last looked at, so that nobody has to look again; none if nobody has.
    pub kind: Option<EntryKind>,
}

impl At<'_> {
    /// The same with what was just found there.
    pub fn seen_as(self, kind: EntryKind) -> Self {
        Self { kind: Some(kind), ..self }
    }
}

/// What attributes belong to: something open, or an entry by name. A symbolic link is
/// never followed; it is the entry.
#[derive(Clone, Copy, Debug)]
pub enum Object<'a> {
    File(&'a File),
    Folder(&'a Folder),
    Entry(At<'a>),
}

impl Object<'_> {
    /// The entry's name for messages; empty for what is open.
    pub(super) fn name_bytes(&self) -> &[u8] {
        match self {
            Self::Entry(at) => at.name.as_bytes(),
            Self::File(_) | Self::Folder(_) => b"",
        }
    }
}

impl<'a> From<&'a File> for Object<'a> {
    fn from(file: &'a File) -> Self {
        Self::File(file)
    }
}

impl<'a> From<&'a Folder> for Object<'a> {
    fn from(folder: &'a Folder) -> Self {
        Self::Folder(folder)
    }
}

impl<'a> From<At<'a>> for Object<'a> {
    fn from(at: At<'a>) -> Self {
        Self::Entry(at)
    }
}

/// One entry as a folder lists it.
#[derive(Clone, Debug)]
pub struct FolderEntry {
    pub name: FileName,
    /// None where the file system does not say it in the listing.
    pub kind: Option<EntryKind>,
    pub inode: u64,
}

/// The entries of a folder in the order of the file system, read as they are asked for.
pub type FolderStream = Box<dyn Iterator<Item = FsResult<FolderEntry>> + Send>;

/// What is asked of several names at once.
pub type Statuses<'a> = Box<dyn Iterator<Item = FsResult<Status>> + 'a>;

/// Seconds and nanoseconds since 1970 in UTC. Lustre keeps whole seconds only (recorded).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp {
    pub seconds: i64,
    pub nanoseconds: u32,
}

/// The attributes of one inode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub kind: EntryKind,
    /// The mount's device number: tells mounts apart while they are mounted, not beyond.
    pub device: u64,
    pub inode: u64,
    pub links: u64,
    pub uid: u32,
    pub gid: u32,
    /// Permission bits with setuid, setgid and sticky.
    pub mode: u32,
    /// Bytes of content.
    pub size: u64,
    /// Bytes that are charged.
    pub allocated: u64,
    pub accessed: Timestamp,
    pub modified: Timestamp,
    pub changed: Timestamp,
    /// Of a device node.
    pub special_device: u64,
    /// The top of something mounted here.
    pub is_mount_point: bool,
    /// Immutable or append-only: `EPERM` for rename, unlink and retag, for root too.
    pub is_frozen: bool,
}

/// What stays the same when an entry is renamed: the file handle; on Lustre the FID.
///
/// Compared only with identities of the same mount.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Identity(Box<[u8]>);

impl Identity {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    pub(super) fn length(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl From<Identity> for String {
    fn from(identity: Identity) -> Self {
        identity.to_string()
    }
}

impl TryFrom<String> for Identity {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let bytes: Option<Vec<u8>> = text
            .as_bytes()
            .chunks(2)
            .map(|pair| match pair {
                &[high, low] => Some(digit(high)? << 4 | digit(low)?),
                _ => None,
            })
            .collect();
        bytes.map(|bytes| Self(bytes.into())).ok_or_else(|| format!("'{text}' is not an identity"))
    }
}

/// A stretch of data between holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataRange {
    pub offset: u64,
    pub length: u64,
}

/// Where the content of a file is, on a file system with an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HsmState {
    /// Here; archived as well or not.
    Present,
    /// In the archive only.
    Released,
    /// In the archive only, and on its way.
    Restoring,
    /// In the archive only, and the archive has lost it.
    Lost,
}

impl HsmState {
    /// A read would have to wait.
    pub fn is_released(self) -> bool {
        self != Self::Present
    }
}

/// What makes a new name survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamesDurability {
    /// `fsync` of the folder: ext4, XFS and others.
    FolderSync,
    /// A small file created, written, synced and removed in the folder: Lustre (measured).
    BarrierFile,
}

/// What a mount can and cannot do for this caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// For people: `Lustre`, `ext4`, `XFS`, `tmpfs`, ….
    pub kind: String,
    pub abilities: MountAbilities,
    /// `renameat2(RENAME_NOREPLACE)` works.
    pub renames_without_replacing: bool,
    pub names_durability: NamesDurability,
    /// Times are kept to the nanosecond; else to the second.
    pub keeps_nanoseconds: bool,
    /// Usage follows what is charged only after seconds (Lustre, recorded).
    pub charges_settle_late: bool,
    /// A write that failed may be told by no other call than the sync of the very file: on Lustre, and on
    /// whatever is not known to tell it when the whole file system is synced.
    pub syncs_each_file: bool,
    /// Each file says over which servers it is laid out (Lustre).
    pub has_layouts: bool,
    pub source: Knowledge,
}

/// How the rules of renames are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Knowledge {
    /// They are the same in every release of this kind of file system (recorded).
    OfItsKind,
    /// By the client's release, though servers decide.
    Guessed,
    /// They were tried on this mount.
    Tried,
}

/// Room on the whole file system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    pub total: Amount,
    /// For this caller. Zero inodes in `total` mean that the file system does not count them.
    pub free: Amount,
    /// The folder shows its project's room and not the file system's, to a caller who may not read limits.
    pub is_of_project: bool,
}

impl Capacity {
    /// What is free and not spoken for.
    pub fn headroom(&self, spoken_for: Amount) -> Headroom {
        let free = self.free.less(spoken_for);
        Headroom { bytes: Some(free.bytes), inodes: (self.total.inodes > 0).then_some(free.inodes) }
    }
}

/// Whether a mount holds projects to their limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Enforcement {
    On,
    /// Some servers hold them, others count only (Lustre).
    InPart,
    /// Usage is counted, and nobody is held to a limit.
    CountsOnly,
    Off,
    Unknown,
}

/// A project's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    pub usage: Amount,
    pub limits: Limits,
}
