//! What the journal records of a move, in the order it happened.

use serde::{Deserialize, Serialize};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;

use crate::fs::Identity;

/// One journalled fact. A variant is only ever added; a stored one keeps its meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Accepted,
    /// On stable storage before the step touches anything.
    StepStarted {
        position: usize,
    },
    /// Something a step found out that its undo or a later step needs.
    Noted {
        position: usize,
        note: Note,
    },
    StepFinished {
        position: usize,
    },
    /// After a crash: the step's effect did not survive; it runs again.
    Reopened {
        position: usize,
    },
    StepFailed {
        position: usize,
        failure: Failure,
    },
    /// The asker no longer wants the move.
    CancelRequested,
    /// Nothing more is begun until the asker says so; what is done stays.
    Paused,
    Resumed,
    StepUndone {
        position: usize,
    },
    /// The commit point: from here only forward.
    Committed,
    Done,
    Undone,
    Stuck {
        failure: Failure,
    },
    /// Somebody asked again to finish or unwind a stuck move.
    Retried,
    /// From here the retired source is no longer the undo's reserve. There is no way back.
    PurgeStarted,
    Purged,
    /// As paused, but by an administrator: whoever asked for the move cannot let it go on.
    Held,
    HoldLifted,
}

/// What a step found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// The top of what is staged was made.
    StagingMade { identity: Identity },
    /// Seconds since 1970 on the file system's clock when copying began: what changed in the
    /// source since then is copied again.
    CopyBegun { seconds: i64 },
    /// Seconds since 1970 on the destination's clock: what was finished in the copy before then
    /// is on stable storage, so a copy that stops later goes on from there.
    CopyDurable {
        seconds: i64,
        /// Copied by this run of the step until then.
        #[serde(default)]
        entries: u64,
        #[serde(default)]
        bytes: u64,
    },
    /// Project IDs that are not the source's, by inode; written down before any is changed.
    Exceptions { tags: Vec<(u64, ProjectTag)> },
    /// Every exception is written down; from here entries are retagged.
    ExceptionsComplete,
    /// What the retired source still charges.
    Retired { amount: Amount },
    /// When the source was hidden, on its file system's clock: a purge keeps what changed since.
    RetiredAt {
        seconds: i64,
        nanoseconds: u32,
        /// In which second it had changed before: hiding it has set its change time.
        #[serde(default)]
        changed_before: Option<i64>,
    },
    /// The same of what had the destination name.
    SetAsideAt { seconds: i64, nanoseconds: u32 },
    /// From here what had been visible is hidden again: others may have changed it.
    HiddenAgain,
    /// Others had changed what was visible: it is kept here instead of being deleted.
    Kept { path: FilePath },
    /// The old name was taken meanwhile: the item came back under this one.
    BroughtBackAs { path: FilePath },
    /// On the way back the item was nowhere to be found: others have moved or deleted it.
    Missing { path: FilePath },
    /// Whom entries are charged to that cannot be retagged, where it is not whom their folder charges;
    /// written down before any is made anew.
    Charged { to: Vec<(Identity, ProjectId)> },
    /// Modes with setuid or setgid bits, by inode, which a change of the project ID may take.
    SetIdModes { modes: Vec<(u64, u32)> },
    /// What cannot be retagged and what was made anew for it, before they change places.
    Remade { pairs: Vec<(Identity, Identity)> },
    /// The same on the way back.
    MadeBack { pairs: Vec<(Identity, Identity)> },
    /// The move could not be written down beside its source: it relies on the journal alone.
    Undescribed { path: FilePath },
    /// What was written down there could not be removed, or a power cut may bring it back.
    RecordStays { path: FilePath },
    /// The move is over and keeps something hidden: whoever finds its record leaves it at that,
    /// wherever others have taken what it published.
    Over,
}

/// Why a step could not be done, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub kind: FailureKind,
    /// The chain of causes in one line.
    pub message: String,
}

/// Failures that people are told about in different words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    Cancelled,
    NoHeadroom,
    NameTaken,
    /// The item or a folder is no longer what was planned with.
    WorldChanged,
    /// The source changes faster than it can be copied.
    SourceKeepsChanging,
    CannotKeep,
    FileSystem,
}
