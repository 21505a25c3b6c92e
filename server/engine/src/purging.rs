//! Deleting what finished moves keep hidden, on somebody's word or after the retention.

use std::sync::atomic::Ordering;

use tidelock_shared::id::MoveId;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::executor::{Live, notes};
use crate::moves::event::Event;
use crate::moves::state::Purge;
use crate::planner::sequence::{Step, StepKind};
use crate::worker::{Action, StepOrder, StepReport, Then};

impl Engine {
    /// Deletes the retired sources of a finished move. There is no way back from here.
    pub fn purge(&self, id: MoveId) -> Result<(), EngineError> {
        let live = self.live(id)?;
        {
            // An undo is accepted under the same lock: only one of the two can begin.
            let _alone = self.admission.lock();
            // Read anew: a move in memory does not learn that it was undone.
            let recorded = self.read(id)?;
            let has_kept = recorded.of.keeps_retired_source() && recorded.undone_by.is_none();
            if recorded.of.purge == Purge::Purged || (recorded.of.purge == Purge::Kept && !has_kept) {
                return Err(EngineError::NothingToPurge(id));
            }
            if let Some(undoing) = self.open_undo_of(id) {
                return Err(EngineError::UndoneAlready(id, undoing));
            }
            if recorded.of.purge == Purge::Kept {
                self.driver.record(&live, Event::PurgeStarted)?;
            }
        }
        self.purge_alone(&live)
    }

    /// A person and the retention may want the same at the same time: one of them does it.
    fn purge_alone(&self, live: &Live) -> Result<(), EngineError> {
        if live.is_purged_now.swap(true, Ordering::Acquire) {
            return Err(EngineError::BeingPurged(live.recorded.lock().of.id));
        }
        let purged = self.purge_started(live);
        live.is_purged_now.store(false, Ordering::Release);
        purged
    }

    fn purge_started(&self, live: &Live) -> Result<(), EngineError> {
        let of = live.recorded.lock().of.clone();
        if of.purge == Purge::Purged {
            return Ok(());
        }
        let mut failed = None;
        let fs = self.acting_as_in(&of.plan)?.fs;
        if let Some(first) = of.plan.items.first() {
            crate::steps::forget(&*fs, of.id, &first.source_folder).map_err(EngineError::PurgeFailed)?;
        }
        for (item, item_number) in of.plan.items.iter().zip(0_u32..) {
            if !item.keeps_something() {
                continue;
            }
            let order = StepOrder {
                has_to_be: false,
                move_id: of.id,
                kind: StepKind::RetireSource,
                action: Action::Run,
                item_number,
                item: item.clone(),
                folders: vec![item.destination_folder.clone(), item.source_folder.clone()],
                notes: notes(&of, item_number),
                compare: false,
                entries_a_checkpoint: u64::MAX,
                admissions: Vec::new(),
                record: None,
            };
            let retired = |step: &Step| {
                step.item == item_number && matches!(step.kind, StepKind::RetireSource | StepKind::SetAside | StepKind::Trash)
            };
            let position = of.plan.sequence.iter().position(retired).unwrap_or(0);
            let mut broken = None;
            let mut hear = |report: StepReport| {
                match report {
                    StepReport::Noted(note) => broken = self.driver.record(live, Event::Noted { position, note }).err(),
                    StepReport::Progress { entries, bytes } => {
                        self.driver.slow_down(entries, bytes, &|| self.is_halted());
                    }
                    _ => {}
                }
                if broken.is_none() && !self.is_halted() { Then::GoOn } else { Then::Stop }
            };
            let report = crate::steps::purge(&*fs, &order, &mut hear);
            if let Some(halt) = broken {
                return Err(halt.into());
            }
            match report {
                // The other items do not wait for this one.
                StepReport::Failed(failure) => drop(failed.get_or_insert(failure)),
                _ => live.touch(&self.driver.versions),
            }
        }
        match failed {
            Some(failure) => Err(EngineError::PurgeFailed(failure)),
            None => Ok(self.driver.record(live, Event::Purged)?),
        }
    }

    /// A purge that a crash cut short goes on: there is no way back from its beginning.
    pub(crate) fn finish_purges(&self) -> Result<(), EngineError> {
        let open = self.driver.journal.lock().open_purges()?;
        for id in open {
            let live = self.live(id)?;
            let is_begun = live.recorded.lock().of.purge == Purge::Started;
            if is_begun {
                match self.purge_started(&live) {
                    // What cannot be deleted now is tried at the next start; other moves go on.
                    Err(EngineError::PurgeFailed(failure)) => tracing::warn!(%id, %failure, "a purge could not be finished"),
                    other => other?,
                }
            }
        }
        Ok(())
    }
}
