//! What is asked and answered: every method of the trait as a value.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_bytes::{ByteBuf, Bytes};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, shown};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use crate::fs::{
    Capabilities, Capacity, DataRange, Enforcement, Errno, FolderEntry, FsError, HsmState, Identity, Quota, Status, Timestamp,
};

/// So many calls of one connection may be under way.
pub(crate) const CALLS_AT_ONCE: usize = 128;
/// So much is read from a file or written to it by one call.
pub(super) const CONTENT_BYTES_MAX: usize = 1 << 20;
/// So many entries of a folder, or statuses of them, are one answer.
pub(super) const ENTRIES_A_BATCH: usize = 512;
/// More than what any file system takes as an identity.
const IDENTITY_BYTES_MAX: usize = 256;
/// Of what a mount is called.
const KIND_BYTES_MAX: usize = 64;
/// Of a name in an error, escaped.
const SHOWN_BYTES_MAX: usize = 4096;

/// What the server sends.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Request<'a> {
    #[serde(borrow)]
    Call(Call<'a>),
    /// What was open is not needed any more. Nothing is answered.
    Close(u64),
    /// A step to run, piece by piece.
    #[serde(borrow)]
    Order(Piece<'a>),
    /// The answer to a report.
    Then { stops: bool },
}

/// A part of an order.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Piece<'a> {
    #[serde(borrow)]
    pub(crate) bytes: &'a Bytes,
    pub(crate) is_last: bool,
}

/// A name in an open folder.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Place<'a> {
    pub(super) folder: u64,
    #[serde(borrow)]
    pub(super) name: &'a Bytes,
    pub(super) kind: Option<EntryKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Thing<'a> {
    File(u64),
    Folder(u64),
    #[serde(borrow)]
    Entry(Place<'a>),
}

/// One call of the trait; its answer is a [`Reply`] of what the method returns, with numbers for what is opened.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Call<'a>(#[serde(borrow)] pub(super) Method<'a>);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) enum Method<'a> {
    OpenPath(&'a Bytes),
    OpenPathToLook(&'a Bytes),
    OpenFolder(Place<'a>),
    OpenFile(Place<'a>),
    OpenToWrite(Place<'a>),
    CreateFile(Place<'a>, u32),
    ReadFolder(u64),
    /// The next entries of a folder that is being read.
    ReadOn(u64),
    Status(Thing<'a>),
    /// Of names in a folder, with a zero byte between two.
    Statuses(u64, &'a Bytes),
    Identity(Thing<'a>),
    ReadLink(Place<'a>),
    Tag(Thing<'a>),
    Flags(Thing<'a>),
    XattrNames(Thing<'a>),
    Xattr(Thing<'a>, &'a Bytes),
    HsmState(Place<'a>),
    RequestRestore(Place<'a>),
    CreateFolder(Place<'a>, u32),
    CreateSymbolicLink(Place<'a>, &'a Bytes),
    CreateSpecial(Place<'a>, EntryKind, u32, u64),
    Link(Place<'a>, Place<'a>),
    Unlink(Place<'a>),
    RemoveFolder(Place<'a>),
    Rename(Place<'a>, Place<'a>),
    TryRename(Place<'a>, Place<'a>),
    RenameWithoutReplacing(Place<'a>, Place<'a>),
    Exchange(Place<'a>, Place<'a>),
    SetOwner(Thing<'a>, u32, u32),
    SetMode(Thing<'a>, u32),
    SetTimes(Thing<'a>, Timestamp, Timestamp),
    SetTag(Thing<'a>, ProjectTag),
    SetFlags(Thing<'a>, u32),
    SetXattr(Thing<'a>, &'a Bytes, &'a Bytes),
    RemoveXattr(Thing<'a>, &'a Bytes),
    ReadAt(u64, u64, u32),
    WriteAt(u64, u64, &'a Bytes),
    WritePastCache(u64, bool),
    ForgetCached(u64),
    SetSize(u64, u64),
    NextData(u64, u64),
    DataVersion(u64),
    ShareContent(u64, u64),
    CopyRange(u64, u64, u64, u64),
    SyncFile(u64),
    SyncFolder(u64),
    SyncFileSystem(u64),
    Mount(u64),
    Capabilities(u64),
    TryOut(u64),
    TryBetween(u64, u64),
    Capacity(u64),
    Quota(u64, ProjectId),
    Enforcement(u64),
    Placement(Thing<'a>),
    Stripes(u64),
    DefaultStripes(u64),
    Mdts(u64),
    MayChange(u64),
    PassesLimits(u64),
    IsInGroup(u32),
}

impl Method<'_> {
    /// It may wait for content, or for a disk, as long as that takes.
    pub(super) fn may_take_long(&self) -> bool {
        matches!(
            self,
            Self::ReadAt(..)
                | Self::WriteAt(..)
                | Self::CopyRange(..)
                | Self::ShareContent(..)
                | Self::NextData(..)
                | Self::SetSize(..)
                | Self::DataVersion(_)
                | Self::ForgetCached(_)
                | Self::RequestRestore(_)
                | Self::SyncFile(_)
                | Self::SyncFolder(_)
                | Self::SyncFileSystem(_)
        )
    }
}

pub(super) type Reply<'a, T> = Result<T, Refusal<'a>>;

/// An error as it is told.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Refusal<'a> {
    call: Cow<'a, str>,
    name: Cow<'a, str>,
    errno: i32,
}

impl<'a> Refusal<'a> {
    pub(super) fn of(error: &'a FsError) -> Self {
        Self { call: error.call.into(), name: error.name.as_str().into(), errno: error.errno.raw_os_error() }
    }

    /// The error as it was; none of a number that no error has. `call` is what was asked for, in case the other
    /// side names something that is no call.
    pub(super) fn understood(&self, call: &'static str) -> Option<FsError> {
        let known = NESTED.iter().copied().find(|known| self.call == *known);
        let errno = (1..4096).contains(&self.errno).then(|| Errno::from_raw_os_error(self.errno))?;
        let mut end = self.name.len().min(SHOWN_BYTES_MAX);
        while !self.name.is_char_boundary(end) {
            end -= 1;
        }
        let name = shown(self.name.get(..end).unwrap_or_default().as_bytes()).into_owned();
        Some(FsError { call: known.unwrap_or(call), name, errno })
    }
}

/// Calls that others are made of.
const NESTED: [&str; 16] = [
    "open_path",
    "open_folder",
    "status",
    "tag",
    "capabilities",
    "probe",
    "create_folder",
    "create_file",
    "remove_folder",
    "unlink",
    "rename",
    "read_folder",
    "placement",
    "set_tag",
    "link",
    "may_change",
];

/// The next entries of a folder.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Batch<'a> {
    /// Where there may be more; none once all have been told.
    pub(super) stream: Option<u64>,
    pub(super) entries: Vec<Reply<'a, Listed>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Listed {
    name: ByteBuf,
    kind: Option<EntryKind>,
    inode: u64,
}

impl Listed {
    pub(super) fn of(entry: &FolderEntry) -> Self {
        Self { name: ByteBuf::from(entry.name.as_bytes()), kind: entry.kind, inode: entry.inode }
    }

    /// None if no entry can have that name.
    pub(super) fn understood(&self) -> Option<FolderEntry> {
        let name = FileName::new(self.name.as_slice()).ok()?;
        Some(FolderEntry { name, kind: self.kind, inode: self.inode })
    }
}

/// What comes from the other side, and whether it can be.
pub(super) trait Plausible {
    /// Nothing that anybody calculates with is out of its range.
    fn is_plausible(&self) -> bool {
        true
    }
}

/// As large as anything is, with room to add a few of them.
fn is_amount(amount: u64) -> bool {
    i64::try_from(amount).is_ok()
}

fn is_time(time: &Timestamp) -> bool {
    // A few hundred thousand years, so that nothing that is added to it goes round.
    time.nanoseconds < 1_000_000_000 && time.seconds.unsigned_abs() < 1 << 44
}

impl Plausible for Status {
    fn is_plausible(&self) -> bool {
        is_amount(self.size)
            && is_amount(self.allocated)
            && self.mode <= 0o7777
            && [&self.accessed, &self.modified, &self.changed].into_iter().all(is_time)
    }
}

impl Plausible for Identity {
    fn is_plausible(&self) -> bool {
        self.length() <= IDENTITY_BYTES_MAX
    }
}

impl Plausible for Option<DataRange> {
    fn is_plausible(&self) -> bool {
        self.is_none_or(|range| range.length > 0 && is_amount(range.offset) && is_amount(range.length))
    }
}

impl Plausible for () {}
impl Plausible for bool {}
impl Plausible for u32 {}
impl Plausible for u64 {}
impl Plausible for HsmState {}

impl Plausible for Capabilities {
    fn is_plausible(&self) -> bool {
        self.kind.len() <= KIND_BYTES_MAX && shown(self.kind.as_bytes()) == self.kind
    }
}

impl Plausible for Capacity {}
impl Plausible for Enforcement {}
impl Plausible for ByteBuf {}
impl Plausible for Batch<'_> {}
impl Plausible for Vec<Reply<'_, Status>> {}
impl Plausible for Vec<ByteBuf> {}
impl Plausible for Vec<u32> {}
impl Plausible for Option<ByteBuf> {}
impl Plausible for Option<ProjectTag> {}
impl Plausible for Option<Quota> {}
impl Plausible for Option<u32> {}
impl Plausible for Option<u64> {}

#[cfg(test)]
mod tests;
