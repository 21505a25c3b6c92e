//! The order of the steps of a whole move.
//!
//! Items are prepared one after the other and published together at the end, so that before
//! the first destination name appears everything that can fail has been tried.

use serde::{Deserialize, Serialize};
use tidelock_shared::progress::Phase;
use tidelock_shared::request::Verb;
use tidelock_shared::strategy::{EntryKind, Strategy};

use super::plan::PlannedItem;

/// The smallest journalled action, for one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub kind: StepKind,
    /// The item's position in the plan; 0 for steps of the whole move.
    pub item: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Asks the headroom again, now that the reservation is recorded.
    Reserve,
    /// Brings back from tape what has to be copied.
    Restore,
    /// Gives every inode the destination's project ID.
    Retag,
    /// Gives every inode its own folder's project ID, in place.
    Repair,
    /// Makes sure that nothing is charged elsewhere any more.
    Recount,
    /// Takes the item past its folder's inherit flag.
    Hop,
    /// Makes the hidden folder in the destination.
    MakeStaging,
    CopyTree,
    /// Makes the folders anew and renames everything else into them.
    Rebuild,
    Verify,
    /// Hides the source beside itself.
    RetireSource,
    /// The last look before the point of no return.
    Check,
    /// Makes durable what was done so far.
    Barrier,
    /// Hides what has the destination name.
    SetAside,
    /// The item's name goes; it is hidden beside itself until it is restored or purged.
    Trash,
    /// The destination name appears.
    Publish,
    /// What an undone move had set aside gets its name again.
    PutBack,
    /// Clears away what only the move needed.
    Release,
    /// Writes the move down beside its first source.
    Describe,
    /// Removes what was written down of moves that hide nothing any more.
    Forget,
}

impl StepKind {
    /// What a person is told that the move is doing.
    pub fn phase(self) -> Phase {
        match self {
            Self::Reserve | Self::Describe => Phase::Reserve,
            Self::Restore => Phase::Restore,
            Self::Retag | Self::Hop | Self::Repair => Phase::Retag,
            Self::Rebuild => Phase::Rebuild,
            Self::MakeStaging | Self::CopyTree => Phase::Copy,
            Self::Verify => Phase::Verify,
            Self::RetireSource | Self::Trash => Phase::Retire,
            Self::Check | Self::Recount => Phase::Check,
            Self::SetAside | Self::Publish | Self::PutBack => Phase::Publish,
            Self::Barrier | Self::Release | Self::Forget => Phase::Settle,
        }
    }

    /// Whether people see by it that the move was done: every item has one such step.
    pub fn shows(self) -> bool {
        matches!(self, Self::Publish | Self::Trash | Self::Recount)
    }

    /// Whether servers that forget what they had answered leave something other than was recorded.
    pub fn can_be_taken_back(self) -> bool {
        matches!(self, Self::RetireSource | Self::Trash | Self::Publish | Self::Release)
    }

    /// Whether something goes out of sight by it, before the move's names appear.
    pub fn hides(self) -> bool {
        matches!(self, Self::RetireSource | Self::SetAside | Self::Trash | Self::Hop | Self::Rebuild)
    }

    /// The step's name in the journal and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Restore => "restore",
            Self::Retag => "retag",
            Self::Repair => "repair",
            Self::Recount => "recount",
            Self::Hop => "hop",
            Self::MakeStaging => "make_staging",
            Self::CopyTree => "copy_tree",
            Self::Rebuild => "rebuild",
            Self::Verify => "verify",
            Self::RetireSource => "retire_source",
            Self::Check => "check",
            Self::Barrier => "barrier",
            Self::SetAside => "set_aside",
            Self::Trash => "trash",
            Self::Publish => "publish",
            Self::PutBack => "put_back",
            Self::Release => "release",
            Self::Describe => "describe",
            Self::Forget => "forget",
        }
    }
}

/// All steps of a move in order. The commit point lies after the last barrier.
pub fn sequence(items: &[PlannedItem]) -> Vec<Step> {
    let mut steps = vec![Step { kind: StepKind::Reserve, item: 0 }];
    let is_described = is_described(items);
    if is_described {
        steps.push(Step { kind: StepKind::Describe, item: 0 });
    }
    let numbered = || items.iter().zip(0_u32..);
    // All of them first: tape takes longest, and nothing else waits on half a copy meanwhile.
    let from_tape = numbered().filter(|(planned, _)| planned.restores_from_tape());
    steps.extend(from_tape.map(|(_, item)| Step { kind: StepKind::Restore, item }));
    // What hides its source comes last: nothing waits while a tree is out of sight.
    let hides_first = |planned: &PlannedItem| planned.strategy == Strategy::PiecewiseRename;
    let in_sight = numbered().filter(|(planned, _)| !hides_first(planned));
    for (planned, item) in in_sight.chain(numbered().filter(|(planned, _)| hides_first(planned))) {
        let kinds: &[StepKind] = match planned.strategy {
            _ if planned.kept.is_some() || planned.verb == Verb::Trash => &[],
            // Nothing goes out of sight before the check, which compares just the same.
            Strategy::StagedCopy if !planned.keeps_source() => &[StepKind::MakeStaging, StepKind::CopyTree],
            Strategy::StagedCopy => &[StepKind::MakeStaging, StepKind::CopyTree, StepKind::Verify],
            Strategy::RetagAndRename | Strategy::RetagWithHop => &[StepKind::Retag],
            Strategy::PiecewiseRename => &[StepKind::RetireSource, StepKind::MakeStaging, StepKind::Rebuild],
            Strategy::Retag => &[StepKind::Repair],
            Strategy::Rename => &[],
        };
        steps.extend(kinds.iter().map(|&kind| Step { kind, item }));
    }
    for (planned, item) in numbered() {
        if planned.keeps_source() && planned.verb != Verb::Trash {
            steps.push(Step { kind: StepKind::RetireSource, item });
        } else if planned.strategy == Strategy::RetagWithHop {
            steps.push(Step { kind: StepKind::Hop, item });
        }
    }
    let leaves = numbered().filter(|(planned, _)| planned.verb.leaves_its_folder());
    steps.extend(leaves.map(|(_, item)| Step { kind: StepKind::Check, item }));
    let prepares_nothing = [StepKind::Reserve, StepKind::Describe, StepKind::Restore, StepKind::Check];
    let is_prepared = steps.iter().any(|step| !prepares_nothing.contains(&step.kind));
    if is_prepared {
        steps.push(Step { kind: StepKind::Barrier, item: 0 });
    }
    let with = |kind, is_in: fn(&PlannedItem) -> bool| {
        numbered().filter(move |(planned, _)| is_in(planned)).map(move |(_, item)| Step { kind, item })
    };
    steps.extend(with(StepKind::SetAside, |item| item.replaces.is_some()));
    steps.extend(with(StepKind::Trash, |item| item.verb == Verb::Trash));
    steps.extend(with(StepKind::Recount, |item| item.verb == Verb::Repair));
    steps.extend(with(StepKind::Publish, |item| item.verb.leaves_its_folder()));
    steps.extend(with(StepKind::PutBack, |item| item.restores.is_some()));
    steps.push(Step { kind: StepKind::Barrier, item: 0 });
    steps.extend(numbered().map(|(_, item)| Step { kind: StepKind::Release, item }));
    let leaves_folders = |item: &PlannedItem| matches!(item.strategy, Strategy::PiecewiseRename | Strategy::RetagWithHop);
    if items.iter().any(leaves_folders) {
        // Folders removed after the commit are not to come back by a power cut.
        steps.push(Step { kind: StepKind::Barrier, item: 0 });
    }
    if is_described {
        steps.push(Step { kind: StepKind::Forget, item: 0 });
    }
    steps
}

/// One folder that one rename takes to its new name is never half-way, and nothing of it is
/// hidden: there would be nothing to tell.
fn is_described(items: &[PlannedItem]) -> bool {
    // Half a repair is no more than drift, which the next one finds.
    if items.iter().any(|item| item.verb == Verb::Repair) {
        return false;
    }
    let is_one_rename = |item: &PlannedItem| {
        let is_plain = item.kept.is_none() && item.restores.is_none() && !item.keeps_something();
        item.kind == EntryKind::Folder && item.strategy == Strategy::Rename && is_plain
    };
    !matches!(items, [only] if is_one_rename(only))
}

/// The position of the barrier after which `Committed` is recorded: the first after the last
/// step that shows.
pub fn commit_position(sequence: &[Step]) -> usize {
    let published = sequence.iter().rposition(|step| step.kind.shows()).unwrap_or(0);
    let barrier = sequence.iter().skip(published).position(|step| step.kind == StepKind::Barrier);
    barrier.map_or(sequence.len(), |barrier| published + barrier)
}
