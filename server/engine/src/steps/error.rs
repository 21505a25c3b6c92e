//! Why a step could not be done.

use tidelock_shared::name::FilePath;
use tidelock_shared::quota::{Amount, Headroom};
use tidelock_shared::strategy::Strategy;

use crate::crew::Interrupted;
use crate::fs::{Errno, FsError};
use crate::moves::event::{Failure, FailureKind};
use crate::planner::sequence::StepKind;
use crate::worker::{Action, StepOrder, Wait};

#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error("cancelled")]
    Cancelled,
    #[error("the destination has room for {headroom:?}, the move needs {needed:?}")]
    NoHeadroom { headroom: Headroom, needed: Amount },
    #[error("{0:?} already exists")]
    NameTaken(FilePath),
    #[error("{0:?} is no longer the folder that was planned with")]
    FolderReplaced(FilePath),
    #[error("{0:?} is gone")]
    ItemGone(FilePath),
    #[error("{0:?} is now something else")]
    ItemReplaced(FilePath),
    #[error("{0:?} is charged to another project than it was")]
    TagChanged(FilePath),
    #[error("{0:?} was moved inside the folder while it was prepared")]
    TreeChanged(FilePath),
    #[error("{0:?} changes while it is copied")]
    SourceKeepsChanging(FilePath),
    #[error("the copy of {0:?} is not what was read from it, however often it is made")]
    CopyDiffers(FilePath),
    #[error("new entries keep appearing while project IDs are changed")]
    RetagKeepsLosing,
    #[error("it waits")]
    Waits(Wait),
    #[error("{0:?} is on tape only")]
    Released(FilePath),
    #[error("{0:?} has got another name, and a new one would not share it")]
    CannotRemake(FilePath),
    #[error("the hidden name of this item cannot be formed")]
    Unnameable,
    #[error("a folder has its old and its new name at once")]
    TwoNames,
    #[error("{0:?} describes another move of this number: the journal is older than the file system")]
    OtherRecord(FilePath),
    #[error("{0:?} has a hidden name of this move, which did not make it")]
    NotOurs(FilePath),
    #[error("file system")]
    FileSystem(#[from] FsError),
}

impl From<Interrupted> for StepError {
    fn from(_: Interrupted) -> Self {
        Self::Cancelled
    }
}

pub(super) type StepResult<T> = Result<T, StepError>;

impl StepError {
    /// The error as the journal keeps it, with its causes in one line.
    pub(super) fn failure(&self) -> Failure {
        let kind = match self {
            Self::Cancelled => FailureKind::Cancelled,
            Self::NoHeadroom { .. } => FailureKind::NoHeadroom,
            Self::NameTaken(_) => FailureKind::NameTaken,
            Self::FolderReplaced(_) | Self::ItemGone(_) | Self::ItemReplaced(_) | Self::TagChanged(_) | Self::TreeChanged(_) => {
                FailureKind::WorldChanged
            }
            Self::OtherRecord(_) | Self::NotOurs(_) => FailureKind::WorldChanged,
            Self::SourceKeepsChanging(_) | Self::RetagKeepsLosing => FailureKind::SourceKeepsChanging,
            Self::Released(_) | Self::CannotRemake(_) | Self::Waits(Wait::Restore { .. }) => FailureKind::CannotKeep,
            Self::FileSystem(error) if error.is_full() => FailureKind::NoHeadroom,
            Self::Unnameable | Self::TwoNames | Self::CopyDiffers(_) | Self::Waits(_) | Self::FileSystem(_) => {
                FailureKind::FileSystem
            }
        };
        Failure { kind, message: chain(self) }
    }

    /// Whether a folder is no longer where it was, be it that others have put another in its place.
    pub(super) fn is_folder_elsewhere(&self) -> bool {
        match self {
            Self::FolderReplaced(_) => true,
            Self::FileSystem(error) => error.is_absent() || matches!(error.errno, Errno::NOTDIR | Errno::LOOP),
            _ => false,
        }
    }

    /// The same, or the folder was taken away with what is open of it.
    pub(super) fn is_folder_gone(&self) -> bool {
        self.is_folder_elsewhere() || matches!(self, Self::FileSystem(error) if error.errno == Errno::STALE)
    }

    /// What the step waits for instead of failing. Forward it only may while the source is where everybody
    /// looks for it: a tree that is hidden already goes back into sight. The way back, and what is cleared
    /// away at the end, have no other way to go: they wait for servers.
    pub(super) fn wait(&self, order: &StepOrder) -> Option<Wait> {
        let may_pass = match self {
            Self::FileSystem(error) => error.is_out_of_reach(),
            // A rename between two MDTs that a power cut has halved: they finish it by themselves (recorded).
            Self::TwoNames => true,
            _ => false,
        };
        if order.has_to_be && may_pass {
            return Some(Wait::Servers);
        }
        if order.action != Action::Run {
            return None;
        }
        let hides_nothing = matches!(
            order.kind,
            StepKind::Reserve
                | StepKind::Restore
                | StepKind::Retag
                | StepKind::Repair
                | StepKind::MakeStaging
                | StepKind::CopyTree
                | StepKind::Verify
        ) && order.item.strategy != Strategy::PiecewiseRename;
        match self {
            Self::Waits(wait) => Some(wait.clone()),
            Self::FileSystem(error) if hides_nothing && error.is_full() => Some(Wait::Room),
            Self::FileSystem(error) if hides_nothing && error.errno == Errno::REMOTEIO => Some(Wait::Servers),
            _ => None,
        }
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        line.push_str(": ");
        line.push_str(&inner.to_string());
        cause = inner.source();
    }
    line
}
