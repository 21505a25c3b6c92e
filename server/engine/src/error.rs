//! Why the engine could not do what was asked. Refusals of a plan are no errors.

use tidelock_shared::id::{EngineId, MoveId};
use tidelock_shared::name::FilePath;

use crate::fs::FsError;
use crate::journal::JournalError;
use crate::planner::plan::Refusal;
use crate::recovery::Verdict;
use crate::survey::SurveyError;

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("there is no move {0}")]
    UnknownMove(MoveId),
    #[error("the plan is refused")]
    Refused(Vec<Refusal>),
    #[error("move {0} can no longer be cancelled")]
    PastCancelling(MoveId),
    #[error("move {0} can no longer wait")]
    PastPausing(MoveId),
    #[error("move {0} is not done, so there is nothing to undo")]
    NothingToUndo(MoveId),
    #[error("what move {0} had hidden is deleted for good")]
    DeletedForGood(MoveId),
    #[error("move {0} was undone already, by {1}")]
    UndoneAlready(MoveId, MoveId),
    #[error("the key belongs to move {0}, which was asked for something else")]
    KeyIsTaken(MoveId),
    #[error("move {0} keeps no retired source")]
    NothingToPurge(MoveId),
    #[error("move {0} is being purged")]
    BeingPurged(MoveId),
    #[error("the retired source could not be purged")]
    PurgeFailed(#[source] crate::moves::event::Failure),
    #[error("the journal is older than {0:?}")]
    JournalIsOld(FilePath),
    #[error("records of engines {0} and {1} are found together")]
    SeveralEngines(EngineId, EngineId),
    #[error("{0:?} is nothing that a move has left")]
    NoOrphan(FilePath),
    #[error("{0:?} waits for nobody's word: {1:?}")]
    NotForOrphans(FilePath, Verdict),
    #[error("no record tells the old name of {0:?}")]
    NameUnknown(FilePath),
    #[error("it could not be brought back")]
    RestoreFailed(#[source] crate::moves::event::Failure),
    #[error("the engine has stopped after it could not write its journal, or is shutting down")]
    Halted,
    #[error("file system")]
    FileSystem(#[from] FsError),
    #[error("journal")]
    Journal(#[from] JournalError),
    #[error("the survey was stopped")]
    Stopped,
}

impl From<SurveyError> for EngineError {
    fn from(error: SurveyError) -> Self {
        match error {
            SurveyError::Stopped => Self::Stopped,
            SurveyError::FileSystem(error) => Self::FileSystem(error),
        }
    }
}
