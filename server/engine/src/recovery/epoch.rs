//! A journal that is older than the folders it meets: a backup that was put back.
//!
//! It takes moves for open that have ended since, and would give their numbers out again. Nothing
//! is recovered with it by itself. Two things tell: a record knows more than the journal, which
//! is impossible since the journal is written first; and a record carries a number that the journal
//! has not given out yet.

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;

use super::orphans::{ReadRecord, read_record};
use super::own_file::{Access, OwnFile};
use super::plan::{HiddenName, Role};
use super::record::Record;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::fs::FsResult;
use crate::fs::walk::read_open;
use crate::moves::state::Move;
use crate::planner::plan::FolderRef;
use crate::planner::sequence::StepKind;

/// So many names of a folder are looked at.
const NAMES_LOOKED_AT: usize = 100_000;

impl Engine {
    /// Fails if one of these open moves shows that the journal is an old one.
    pub(crate) fn journal_is_newest(&self, open: &[Move]) -> Result<(), EngineError> {
        let newest = self.newest_number()?;
        for of in open {
            let Some(first) = of.plan.items.first() else { continue };
            // What cannot be read says nothing.
            let Ok(acting) = self.acting_as_in(&of.plan) else { continue };
            if let Some(path) = acting.told_by_record(of, &first.source_folder) {
                return Err(EngineError::JournalIsOld(path));
            }
            for folder in [&first.source_folder, &first.destination_folder] {
                if let Some(path) = acting.later_record(of.id, newest, folder).ok().flatten() {
                    return Err(EngineError::JournalIsOld(path));
                }
            }
        }
        Ok(())
    }

    /// Where the record lies, if it knows more than the journal. What cannot be read says nothing.
    fn told_by_record(&self, of: &Move, known: &FolderRef) -> Option<FilePath> {
        if !of.plan.sequence.iter().any(|step| step.kind == StepKind::Describe) {
            return None;
        }
        let fs = &*self.fs;
        let name = Record::name(of.id)?;
        let folder = fs.open_path(&known.path).ok()?;
        let own = OwnFile::open(fs, folder.at(&name), Access::Read).ok().flatten()?;
        let bytes = read_open(fs, &own.file, own.status.size).ok()?;
        let (record, notes) = Record::parse(&bytes)?;
        let is_same = record.id == of.id && record.plan.asked == of.plan.asked;
        let is_told = |line: &super::record::RecordedNote| of.notes.iter().any(|(_, note)| *note == line.note);
        let knows_more = !is_same || notes.iter().any(|line| !is_told(line));
        knows_more.then(|| known.path.join(name))
    }

    /// Where a record lies of a move that the journal has not given a number to yet. Anybody can
    /// make a name: only a record that nobody else can have brought here tells.
    fn later_record(&self, id: MoveId, newest: u32, known: &FolderRef) -> FsResult<Option<FilePath>> {
        let fs = &*self.fs;
        let folder = fs.open_path(&known.path)?;
        for entry in fs.read_folder(&folder)?.take(NAMES_LOOKED_AT) {
            let name = entry?.name;
            let is_later = |found: &HiddenName| found.id.engine == id.engine && found.id.number > newest;
            let Some(found) = HiddenName::read(&name).filter(|found| found.role == Role::Record).filter(is_later) else { continue };
            if matches!(read_record(fs, folder.at(&name), found.id)?, ReadRecord::Trusted(_)) {
                return Ok(Some(known.path.join(name)));
            }
        }
        Ok(None)
    }
}
