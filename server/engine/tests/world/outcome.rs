//! The two ways in which the world may be once a move has ended, whatever came in between.
//!
//! Not here: what is compared of each entry (`assert_same`).

use std::collections::BTreeSet;

use tidelock_engine::fs::{FileSystem, FsError, walk};
use tidelock_engine::moves::event::Note;
use tidelock_engine::moves::state::Move;
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::{ALPHA, BETA, GAMMA, World, assert_same, path};

/// What hidden names contain that may stay whatever becomes of a move.
pub type Excused = &'static [&'static str];
/// The file of a barrier goes by rule.
pub const AFTER_A_CRASH: Excused = &[".barrier"];
/// Who is told that there is nothing to remove leaves what is there, whatever it is that was hidden.
pub const AFTER_A_FALSE_ABSENCE: Excused = &[".tidelock-"];

/// Exactly two outcomes, and nothing left lying about but what is excused and what the move says that
/// it could not remove.
#[track_caller]
pub fn assert_done_or_undone(world: &World, excused: Excused, what: &str) {
    let (engine, _folder) = world.engine();
    let of = engine.list(10).unwrap().into_iter().next().map(|snapshot| snapshot.recorded.of);
    let is_excused = |at: &String| excused.iter().any(|part| at.contains(part));
    let hidden = unaccounted(world, of.as_ref());
    match of.as_ref().map(|of| of.state) {
        Some(MoveState::Done) => {
            assert_same(&world.visible(), &world.after(), what);
            let (records, mut kept): (Vec<&String>, Vec<&String>) = hidden.iter().partition(|at| at.ends_with(".record"));
            kept.retain(|at| !is_excused(at));
            let is_told = |at: &str| of.as_ref().is_some_and(|of| is_said_to_be_kept(of, at));
            let is_known = |at: &str| at.contains(".retired") || at.contains(".replaced") || is_told(at);
            assert!(kept.iter().all(|at| is_known(at)), "{what}: left {hidden:?}");
            // What stays hidden is described, unless the move says that it is not, and nothing else is.
            let is_described = !kept.is_empty() && !of.as_ref().is_some_and(Move::is_undescribed);
            let is_left = !is_described && records.iter().all(|at| is_excused(at));
            assert!(is_left || records.len() == usize::from(is_described), "{what}: left {hidden:?}");
        }
        Some(MoveState::Undone) | None => {
            assert_same(&world.visible(), &world.before, what);
            assert!(hidden.iter().all(is_excused), "{what}: left {hidden:?}");
        }
        other => panic!("{what}: ended as {other:?}: {:?}", of.and_then(|of| of.failure)),
    }
    assert_charged(world, what);
}

/// What each project is charged is what a count of the entries says, and nothing on tape was read.
#[track_caller]
pub fn assert_charged(world: &World, what: &str) {
    for project in [ALPHA, BETA, GAMMA] {
        assert_eq!(world.root.usage(0, project), world.recount(project), "{what}: the charge of {project}");
    }
    assert_eq!(world.root.blocked_reads(), 0, "{what}: nothing on tape is read");
}

/// Hidden names but for a record of which the move says that it could not be removed.
fn unaccounted(world: &World, of: Option<&Move>) -> Vec<String> {
    let notes = of.map(|of| of.notes.as_slice()).unwrap_or_default();
    let is_noted = |at: &str| notes.iter().any(|(_, note)| matches!(note, Note::RecordStays { path } if path.shown() == at));
    world.hidden_names().into_iter().filter(|at| !is_noted(at)).collect()
}

/// Where an answer made it seem as if others had worked on something, it is kept, and the move says where.
fn is_said_to_be_kept(of: &Move, at: &str) -> bool {
    let is_it = |path: &FilePath| at == path.shown() || at.starts_with(&format!("{}/", path.shown()));
    of.notes.iter().any(|(_, note)| matches!(note, Note::Kept { path } if is_it(path)))
}

impl World {
    /// What the entries below the first mount say that a project is charged, each inode once.
    pub fn recount(&self, project: ProjectId) -> Amount {
        let mut seen = BTreeSet::new();
        let mut amount = Amount::ZERO;
        let top = self.root.open_path(&path("/m")).unwrap();
        for entry in self.root.read_folder(&top).unwrap() {
            let name = entry.unwrap().name;
            walk::walk(&self.root, top.at(&name), &mut |visit| -> Result<bool, FsError> {
                let is_new = seen.insert(visit.status.inode);
                if is_new && self.root.charged_to(visit.status.inode) == project {
                    amount += Amount { bytes: visit.status.allocated, inodes: 1 };
                }
                Ok(visit.status.kind == EntryKind::Folder)
            })
            .unwrap();
        }
        amount
    }
}
