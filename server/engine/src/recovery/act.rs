//! Does what was decided about orphans: by rule, or on a person's word.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::EntryKind;

use super::orphans::{Found, Orphan, still_there};
use super::plan::{Role, Verdict};
use super::rebuild::{Outcome, events, is_open};
use super::record::{Record, RecordedNote};
use crate::crew::Alone;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::executor::Live;
use crate::fs::walk::{look, remove_held_tree, unless_absent};
use crate::fs::{FileSystem, FsResult, NamesDurability};
use crate::journal::Adopted;
use crate::planner::plan::FolderRef;
use crate::planner::sequence::StepKind;
use crate::steps::barrier_names;
use crate::worker::{Action, Probe, StepOrder, StepReport, Then};

/// So many of the newest moves are looked at.
const MOVES_LOOKED_AT: u32 = 1000;
/// What a server has answered it writes within seconds; what is older than minutes is written.
const NOT_YET_WRITTEN_MS: i64 = 10 * 60 * 1000;

impl Engine {
    /// Removes what a rule lets go: barrier files, claims, records of nothing.
    pub fn remove_left_behind(&self, orphan: &Orphan) -> Result<(), EngineError> {
        let (folder, name) = still_there(&*self.fs, orphan)?;
        let at = folder.at(name);
        // A claim that is not empty any more is none, and stays.
        let removed = if orphan.role == Role::Claim { self.fs.remove_folder(at) } else { self.fs.unlink(at) };
        unless_absent(removed)?;
        Ok(())
    }

    /// Removes the files of barriers that a power cut has brought back: on Lustre their removal is not on
    /// stable storage when a move ends. Answers how many there were.
    ///
    /// Looked for where moves worked that ended last; older ones are found by a search for orphans. What
    /// cannot be reached now is looked for at the next start.
    pub fn remove_left_barriers(&self) -> Result<u64, EngineError> {
        let last_ms = self.journal().last_event_ms()?;
        let mut removed = 0;
        for snapshot in self.list(MOVES_LOOKED_AT)? {
            let recorded = &snapshot.recorded;
            let ended_ms = recorded.events.last().map_or(recorded.accepted_ms, |(at_ms, _)| *at_ms);
            if !recorded.of.state.has_ended() || last_ms.saturating_sub(ended_ms) > NOT_YET_WRITTEN_MS {
                continue;
            }
            let Ok(acting) = self.acting_as_in(&recorded.of.plan) else { continue };
            let folders = recorded.of.plan.items.iter().flat_map(|item| [&item.destination_folder, &item.source_folder]);
            let folders: BTreeMap<&FilePath, &FolderRef> = folders.map(|folder| (&folder.path, folder)).collect();
            for folder in folders.into_values() {
                removed += remove_barriers(&*acting.fs, folder, recorded.of.id).unwrap_or_else(|error| {
                    tracing::info!(path = %folder.path.shown(), %error, "files of barriers are not looked for");
                    0
                });
            }
        }
        Ok(removed)
    }

    /// Deletes an orphan on a person's word.
    pub fn remove_orphan(&self, found: &Found, path: &FilePath) -> Result<(), EngineError> {
        let orphan = waiting(found, path)?;
        let (folder, name) = still_there(&*self.fs, orphan)?;
        Ok(remove_held_tree(&*self.fs, folder.at(name), &orphan.identity)?)
    }

    /// Gives an orphan its old name back, as its record tells it; nothing is replaced. Answers
    /// the name that it got.
    pub fn restore_orphan(&self, found: &Found, path: &FilePath) -> Result<FilePath, EngineError> {
        let orphan = waiting(found, path)?;
        let unknown = || EngineError::NameUnknown(path.clone());
        let (record, notes) = orphan.id.and_then(|id| found.records.get(&id)).ok_or_else(unknown)?;
        let (original, item) = orphan.original.clone().zip(orphan.item).ok_or_else(unknown)?;
        let kind = match orphan.role {
            Role::Retired => StepKind::RetireSource,
            Role::Replaced => StepKind::SetAside,
            Role::Hop => StepKind::Hop,
            Role::Staging | Role::Kept | Role::Workshop | Role::Record | Role::Barrier | Role::Claim | Role::Scratch => {
                return Err(unknown());
            }
        };
        let order = order(record, notes, item, kind, Action::Undo).ok_or_else(unknown)?;
        let mut came_back_as = original;
        let report = crate::steps::perform(&*self.fs, &Alone, &order, &mut |report| {
            if let StepReport::Noted(crate::moves::event::Note::BroughtBackAs { path }) = report {
                came_back_as = path;
            }
            Then::GoOn
        });
        match report {
            StepReport::Failed(failure) => Err(EngineError::RestoreFailed(failure)),
            _ => Ok(came_back_as),
        }
    }

    /// Takes the moves of a lost journal up again, from their records. They are open afterwards,
    /// or done; [`Engine::recover`] and [`Engine::drive`] bring the open ones to their end.
    pub fn rebuild(&self, found: &Found) -> Result<Vec<MoveId>, EngineError> {
        let is_rebuildable =
            |id: &MoveId| found.orphans.iter().any(|orphan| orphan.id == Some(*id) && orphan.verdict == Verdict::Rebuildable);
        let records: BTreeMap<MoveId, &(Record, Vec<RecordedNote>)> =
            found.records.iter().filter(|(id, _)| is_rebuildable(id)).map(|(id, record)| (*id, record)).collect();
        let Some(engine) = records.keys().next().map(|id| id.engine) else { return Ok(Vec::new()) };
        if let Some(other) = records.keys().find(|id| id.engine != engine) {
            return Err(EngineError::SeveralEngines(engine, other.engine));
        }
        let mut moves = Vec::new();
        for (id, (record, notes)) in &records {
            let is_undone = records.values().any(|(other, _)| other.plan.undoes == Some(*id)) || self.journal().has_undo_of(*id)?;
            let is_over = notes.iter().any(|line| line.note == crate::moves::event::Note::Over);
            let outcome = match is_undone || is_over {
                true => Outcome::Ended,
                false if self.is_published(record, notes) => Outcome::Published,
                false => Outcome::Unfinished,
            };
            // What contradicts itself stays as it is, and is told of.
            let Some(events) = events(record, notes, outcome) else { continue };
            moves.push(Adopted { id: *id, plan: record.plan.clone(), events });
        }
        let lost_until = found.orphans.iter().filter_map(|orphan| orphan.id).filter(|id| id.engine == engine);
        let lost_until = lost_until.map(|id| id.number).max().unwrap_or(0);
        self.journal().adopt(engine, &moves, lost_until, self.now_ms())?;
        for adopted in &moves {
            let recorded = self.read(adopted.id)?;
            if is_open(recorded.of.state) {
                self.moves.lock().insert(adopted.id, Arc::new(Live::new(recorded, self.version())));
            }
        }
        Ok(moves.into_iter().map(|adopted| adopted.id).collect())
    }

    fn is_published(&self, record: &Record, notes: &[RecordedNote]) -> bool {
        (0..record.plan.items.len()).all(|item| {
            let item = u32::try_from(item).unwrap_or(u32::MAX);
            let steps = &record.plan.sequence;
            let Some(step) = steps.iter().find(|step| step.item == item && step.kind.shows()) else { return false };
            order(record, notes, item, step.kind, Action::Probe).is_some_and(|order| {
                crate::steps::perform(&*self.fs, &Alone, &order, &mut |_| Then::GoOn) == StepReport::Probed(Probe::Run)
            })
        })
    }
}

/// An orphan that only a person can decide about.
fn waiting<'a>(found: &'a Found, path: &FilePath) -> Result<&'a Orphan, EngineError> {
    let orphan = found.orphans.iter().find(|orphan| orphan.path == *path);
    let orphan = orphan.ok_or_else(|| EngineError::NoOrphan(path.clone()))?;
    match orphan.verdict {
        Verdict::NeedsWord | Verdict::LeftBehind => Ok(orphan),
        verdict => Err(EngineError::NotForOrphans(path.clone(), verdict)),
    }
}

fn order(record: &Record, notes: &[RecordedNote], item_number: u32, kind: StepKind, action: Action) -> Option<StepOrder> {
    let item = record.plan.items.get(usize::try_from(item_number).ok()?)?.clone();
    Some(StepOrder {
        has_to_be: false,
        move_id: record.id,
        kind,
        action,
        item_number,
        folders: vec![item.destination_folder.clone(), item.source_folder.clone()],
        item,
        notes: notes.iter().filter(|line| line.item == item_number).map(|line| line.note.clone()).collect(),
        compare: false,
        entries_a_checkpoint: u64::MAX,
        admissions: Vec::new(),
        record: None,
    })
}

fn remove_barriers(fs: &dyn FileSystem, known: &FolderRef, id: MoveId) -> FsResult<u64> {
    let folder = fs.open_path(&known.path)?;
    let is_known = fs.identity((&folder).into())? == known.identity;
    if !is_known || fs.capabilities(&folder)?.names_durability != NamesDurability::BarrierFile {
        return Ok(0);
    }
    let mut removed = 0;
    for name in barrier_names(id, fs.stripes(&folder)?.len()) {
        let is_file = look(fs, folder.at(&name))?.is_some_and(|status| status.kind == EntryKind::File);
        removed += u64::from(is_file && unless_absent(fs.unlink(folder.at(&name)))?.is_some());
    }
    Ok(removed)
}
