//! The reversal of a finished move, after checking that the world is as the move left it.

use tidelock_shared::id::MoveId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{MoveRequest, Verb};

use super::conflicts::free_name;
use super::paced::Paced;
use super::{Found, Wanted, since};
use crate::copy::Differences;
use crate::engine::{Engine, Snapshot};
use crate::error::EngineError;
use crate::fs::Identity;
use crate::fs::walk::{look, unless_absent};
use crate::journal::Recorded;
use crate::moves::event::{Event, Note};
use crate::moves::state::{Move, Purge};
use crate::planner::plan::{KeptSource, PlannedItem, Refusal, Restored, Warning, retired_name};
use crate::planner::{Draft, FoundItem};
use crate::survey::Hear;

impl Engine {
    /// Plans the way back of a finished move, item by item: each to the folder that it came from.
    ///
    /// # Errors
    /// [`EngineError::Refused`] where not even a plan can be made.
    pub fn plan_undo(&self, id: MoveId, hear: &mut dyn Hear) -> Result<Draft, EngineError> {
        let as_of = self.version();
        let snapshot = self.get(id)?;
        let plan = &snapshot.recorded.of.plan;
        let mut draft = self.acting_as_in(plan)?.plan_undo_of(&snapshot, hear)?;
        draft.plan.rights_of = Some(plan.acts_as().to_owned()).filter(|user| user != self.user());
        Ok(Draft { as_of, ..draft })
    }

    fn plan_undo_of(&self, snapshot: &Snapshot, hear: &mut dyn Hear) -> Result<Draft, EngineError> {
        let hear = &mut Paced::new(self, hear);
        let of = &snapshot.recorded.of;
        let id = of.id;
        if of.state != MoveState::Done {
            return Err(EngineError::NothingToUndo(id));
        }
        if let Some(by) = snapshot.recorded.undone_by.or_else(|| self.open_undo_of(id)) {
            return Err(EngineError::UndoneAlready(id, by));
        }
        if of.purge == Purge::Started {
            return Err(EngineError::BeingPurged(id));
        }
        if of.purge == Purge::Purged && of.plan.items.iter().any(|item| item.verb == Verb::Trash) {
            return Err(EngineError::DeletedForGood(id));
        }
        if of.plan.items.iter().any(|item| item.repairs.is_some()) {
            return self.plan_undo_of_repair(of, hear);
        }
        let mut refusals = Vec::new();
        let (mut found, mut warnings) = (Vec::new(), Vec::new());
        let verb = verb_of_undo(of);
        for (done, position) in of.plan.items.iter().zip(0_u32..) {
            let source = left_by(of, position, done)?;
            let name = if verb == Verb::Move { self.name_on_return(done)? } else { done.source_name.clone() };
            let (folder, name) = match verb {
                Verb::Trash => (&done.destination_folder.path, &done.destination_name),
                Verb::Move | Verb::Copy | Verb::Repair => (&done.source_folder.path, &name),
            };
            match self.find(&Wanted { verb, source: &source, folder, name }, hear) {
                Ok(item) => {
                    if published_identity(of, position, done).as_ref() != Some(&item.item.identity) {
                        refusals.push(Refusal::ChangedSince { path: source });
                    }
                    match self.world_since(&snapshot.recorded, position, done)? {
                        Since::Gone(path) => refusals.push(Refusal::ChangedSince { path }),
                        Since::Changed(warning) => warnings.push(warning),
                        Since::Same => {}
                    }
                    found.push(FoundItem { kept: kept(of, position, done), restores: restores(of, position, done), ..item });
                }
                Err(Found::Refused(refusal)) => refusals.push(refusal),
                Err(Found::Failed(error)) => return Err(error),
            }
        }
        let Some(first) = of.plan.items.first().filter(|_| found.len() == of.plan.items.len()) else {
            return Err(EngineError::Refused(refusals));
        };
        let asked = MoveRequest {
            verb,
            sources: found.iter().map(|found| found.item.path()).collect(),
            destination: first.source_folder.path.clone(),
            new_name: None,
            allow: of.plan.asked.allow.clone(),
            compare: of.plan.asked.compare,
            ..MoveRequest::default()
        };
        let mut draft = self.decide(&asked, &mut found, Some(id), hear)?;
        draft.refusals.extend(refusals);
        draft.plan.warnings.extend(warnings);
        if of.purge == Purge::Purged && of.plan.items.iter().any(|item| item.replaces.is_some()) {
            draft.plan.warnings.push(Warning::ReplacedIsGone);
        }
        Ok(draft)
    }

    /// How what the move left has changed since.
    fn world_since(&self, recorded: &Recorded, position: u32, done: &PlannedItem) -> Result<Since, EngineError> {
        let (fs, of) = (&*self.fs, &recorded.of);
        if done.verb == Verb::Trash {
            // Nobody has seen it since.
            return Ok(Since::Same);
        }
        let path = done.destination_path();
        let folder = fs.open_path(&done.destination_folder.path)?;
        let item = folder.at(&done.destination_name);
        let stay_behind = kept(of, position, done).is_some();
        let changes = if stay_behind {
            let Some(hidden) = retired_name(of.id, position) else { return Ok(Since::Same) };
            let source = fs.open_path(&done.source_folder.path)?;
            let identity = unless_absent(fs.identity(source.at(&hidden).into()))?;
            if identity.as_ref() != Some(&done.identity) {
                return Ok(Since::Gone(done.source_folder.path.join(hidden)));
            }
            let losses = done.tally.losses.keys().copied().collect();
            since::of_copy(fs, source.at(&hidden), item, &path, &Differences::of_attributes(&losses))?
        } else {
            let ended = recorded.events.iter().rev().find(|(_, event)| *event == Event::Done).map_or(0, |(time, _)| *time);
            // What an undo brought back is not what it counted.
            let then = done.kept.is_none().then_some(done.tally.entries);
            since::of_renamed(fs, item, &path, then, ended.div_euclid(1000))?
        };
        Ok(if changes.is_any() { Since::Changed(Warning::ChangedMeanwhile { path, changes, stay_behind }) } else { Since::Same })
    }

    /// The name that an item comes back to: its own, or a free one beside what has that by now.
    fn name_on_return(&self, done: &PlannedItem) -> Result<FileName, EngineError> {
        let folder = self.fs.open_path(&done.source_folder.path)?;
        let own = &done.source_name;
        if look(&*self.fs, folder.at(own))?.is_none() {
            return Ok(own.clone());
        }
        Ok(free_name(&*self.fs, &folder, own, done.kind, |_| false)?.unwrap_or_else(|| own.clone()))
    }

    /// Records the move that undoes `id`.
    ///
    /// Whoever undoes another's move does it with the rights of that other: whether they may is for the caller to say.
    pub fn accept_undo(&self, id: MoveId) -> Result<MoveId, EngineError> {
        let mut draft = self.plan_undo(id, &mut |_: &_| true)?;
        self.user().clone_into(&mut draft.plan.user);
        self.accept_draft(draft, None)
    }
}

enum Since {
    Same,
    Changed(Warning),
    /// The source that was kept for the undo is not there any more.
    Gone(FilePath),
}

/// A copy goes to the trash, and so does what came back from there; everything else moves back.
fn verb_of_undo(of: &Move) -> Verb {
    let was_not_there = |item: &PlannedItem| item.verb == Verb::Copy || item.is_from_trash();
    if of.plan.items.iter().any(was_not_there) { Verb::Trash } else { Verb::Move }
}

/// Where a finished move has left an item.
fn left_by(of: &Move, position: u32, done: &PlannedItem) -> Result<FilePath, EngineError> {
    if done.verb != Verb::Trash {
        return Ok(done.destination_path());
    }
    Ok(done.source_folder.path.join(retired_name(of.id, position).ok_or(EngineError::NothingToUndo(of.id))?))
}

/// The source that a staged copy retired and nobody has purged: it comes back instead.
fn kept(of: &Move, position: u32, done: &PlannedItem) -> Option<KeptSource> {
    let is_there = done.keeps_source() && done.kept.is_none() && of.purge == Purge::Kept;
    is_there.then(|| KeptSource { move_id: of.id, item: position, identity: done.identity.clone(), mode: done.mode })
}

/// What the item had replaced comes back under its name.
fn restores(of: &Move, position: u32, done: &PlannedItem) -> Option<Restored> {
    let old = done.replaces.clone().filter(|_| of.purge == Purge::Kept)?;
    let record_folder = of.plan.items.first().map(|first| first.source_folder.clone());
    Some(Restored { move_id: of.id, item: position, old, record_folder })
}

/// The identity that a finished move left under the destination name.
fn published_identity(of: &Move, position: u32, item: &PlannedItem) -> Option<Identity> {
    if let Some(kept) = &item.kept {
        return Some(kept.identity.clone());
    }
    if !item.is_staged() {
        return Some(item.identity.clone());
    }
    let is_of_item = |at: &usize| of.plan.sequence.get(*at).is_some_and(|step| step.item == position);
    let mut staged = of.notes.iter().filter(|(at, _)| is_of_item(at)).filter_map(|(_, note)| match note {
        Note::StagingMade { identity } => Some(identity.clone()),
        _ => None,
    });
    staged.next_back()
}
