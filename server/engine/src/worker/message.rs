//! The messages between the executor and a worker.

use serde::{Deserialize, Serialize};
use tidelock_shared::id::MoveId;
use tidelock_shared::quota::Amount;

use crate::fs::Quota;
use crate::moves::event::{Failure, Note};
use crate::planner::plan::{FolderRef, PlannedItem};
use crate::planner::sequence::StepKind;
use crate::recovery::{Record, RecordedNote};
use crate::reservation::ledger::Held;

/// One step to run, undo or probe, with everything it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepOrder {
    pub move_id: MoveId,
    pub kind: StepKind,
    pub action: Action,
    /// The item's position in its plan: part of hidden names.
    pub item_number: u32,
    pub item: PlannedItem,
    /// There is no other way to go: on the way back, and after the commit.
    pub has_to_be: bool,
    /// For steps of the whole move: the folders in which names changed, the destination's first.
    pub folders: Vec<FolderRef>,
    /// What this move's steps have noted so far.
    pub notes: Vec<Note>,
    /// What is copied is read once more on both sides and compared.
    pub compare: bool,
    /// After so many copied entries all of them are made durable and that is noted.
    pub entries_a_checkpoint: u64,
    /// Headroom to ask again, for `reserve` and `check`.
    pub admissions: Vec<Admission>,
    /// Where the move is written down; none if it is not.
    pub record: Option<RecordOrder>,
}

/// What a step needs to know of the record beside the first source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordOrder {
    pub folder: FolderRef,
    /// For `describe`: the move, and all that its steps have noted so far.
    pub content: Option<Box<Record>>,
    pub notes: Vec<RecordedNote>,
    /// Something of the move stays hidden, so the record does too.
    pub stays: bool,
    /// It was made and is durable: a run of `describe` only adds what a crash has kept from being added.
    pub is_made: bool,
    /// It could not be made, or not be added to: there is to be none.
    pub is_given_up: bool,
    /// For `forget`: moves that this one has undone, and where they are written down.
    pub undone: Vec<(MoveId, FolderRef)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Run,
    Undo,
    /// Tells whether an earlier run's effect is there; changes nothing.
    Probe,
    /// Tells whether the servers have taken it back since; others may have moved on what they saw.
    Look,
}

/// A payer whose headroom must take `needed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    pub folder: FolderRef,
    pub project: Option<tidelock_shared::id::ProjectId>,
    pub needed: Amount,
    /// What the move takes in all, most of which may be charged already.
    pub taken: Amount,
    /// What it is going to write to the mount.
    pub written: Amount,
    pub held_by_others: Held,
    /// The project's numbers as somebody was told who may read them; none where nobody was asked. A worker that may not
    /// read them itself believes this.
    pub told: Option<Quota>,
}

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum StepReport {
    /// Entries and bytes since the last progress report.
    Progress {
        entries: u64,
        bytes: u64,
    },
    /// To be written down before the worker goes on.
    Noted(Note),
    Finished,
    Failed(Failure),
    /// The step cannot go on now, but may later: it is run again then. `failure` is what to say
    /// where nobody has the patience.
    Waits {
        wait: Wait,
        failure: Failure,
    },
    Probed(Probe),
}

/// What a step waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Wait {
    /// So much has not come back from tape yet.
    Restore { files: u64, bytes: u64 },
    /// A limit or a file system is full.
    Room,
    /// A server that has to be asked cannot be reached.
    Servers,
    /// An administrator lets nothing new come into sight.
    Drained,
}

/// What the file system says of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// The whole effect is there.
    Run,
    /// It is not, or only in part: the step has to run again.
    NotRun,
}

/// The answer to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Then {
    GoOn,
    /// The move is to be cancelled.
    Stop,
}
