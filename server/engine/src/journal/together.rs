//! Records of several moves in one commit.
//!
//! Every record waits for a sync, and one sync does for all who wait: whoever comes to the journal
//! first writes down what the others have brought meanwhile. Alone, nobody waits any longer for it.

use std::sync::Arc;

use parking_lot::Mutex;
use tidelock_shared::id::MoveId;
use tidelock_shared::progress::MoveState;

use super::{Journal, JournalError};
use crate::moves::event::Event;

/// Events of a move with their times in milliseconds since 1970, and the state that the last one leads to.
pub(crate) struct Record {
    pub(crate) id: MoveId,
    pub(crate) events: Vec<(i64, Event)>,
    pub(crate) state: MoveState,
}

/// Those who wait for the journal.
#[derive(Default)]
pub(crate) struct Together {
    waiting: Mutex<Vec<Arc<Waiting>>>,
}

struct Waiting {
    record: Record,
    /// Set by whoever has written it.
    answer: Mutex<Option<Result<(), JournalError>>>,
}

impl Together {
    /// Writes a record down, with all that wait; on stable storage when this returns.
    ///
    /// # Errors
    /// As [`Journal::append`]; then none of those that were to be written together may be.
    pub(crate) fn append(&self, journal: &Mutex<Journal>, record: Record) -> Result<(), JournalError> {
        let mine = Arc::new(Waiting { record, answer: Mutex::new(None) });
        self.waiting.lock().push(mine.clone());
        let mut journal = journal.lock();
        if let Some(answer) = mine.answer.lock().take() {
            return answer;
        }
        let together = std::mem::take(&mut *self.waiting.lock());
        let written = journal.append_all(&mut together.iter().map(|waiting| &waiting.record));
        for other in together.iter().filter(|other| !Arc::ptr_eq(other, &mine)) {
            let answer = if written.is_ok() { Ok(()) } else { Err(JournalError::FailedTogether) };
            *other.answer.lock() = Some(answer);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::journal::{StateFolder, Watch};
    use crate::planner::plan::MovePlan;

    const CALLERS: usize = 8;

    /// Appends one record each, all at the same moment.
    fn append_at_once(together: &Together, journal: &Mutex<Journal>, moves: &[MoveId], position: usize) -> Vec<bool> {
        let barrier = Barrier::new(moves.len());
        std::thread::scope(|scope| {
            let append = |id: MoveId| {
                let record = Record { id, events: vec![(0, Event::StepStarted { position })], state: MoveState::Preparing };
                barrier.wait();
                together.append(journal, record).is_ok()
            };
            let callers: Vec<_> = moves.iter().map(|id| scope.spawn(move || append(*id))).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect()
        })
    }

    #[test]
    fn all_who_come_at_once_are_written_down_or_none_of_those_who_were_to_be() {
        let state = tempfile::tempdir().unwrap();
        let folder = StateFolder::hold(state.path()).unwrap();
        let mut journal = Journal::open(&folder, || 7).unwrap();
        let moves: Vec<MoveId> = (0..CALLERS).map(|_| journal.accept(&MovePlan::default(), None, 0).unwrap().0).collect();
        let (journal, together) = (Mutex::new(journal), Together::default());
        for position in 0..20 {
            assert!(append_at_once(&together, &journal, &moves, position).into_iter().all(|is_written| is_written));
        }
        let events = |journal: &Journal| -> Vec<i64> {
            let mut counts = journal.connection.prepare("SELECT COUNT(*) FROM events GROUP BY move ORDER BY move").unwrap();
            counts.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        assert_eq!(events(&journal.lock()), [21; CALLERS]);

        journal.lock().connection.execute_batch("PRAGMA query_only = ON").unwrap();
        assert!(append_at_once(&together, &journal, &moves, 20).into_iter().all(|is_written| !is_written));
        journal.lock().connection.execute_batch("PRAGMA query_only = OFF").unwrap();
        assert_eq!(events(&journal.lock()), [21; CALLERS]);
        assert!(together.waiting.lock().is_empty());
    }

    /// How often the journal was written to.
    #[derive(Default)]
    struct Writes(AtomicUsize);

    impl Watch for Writes {
        fn before_write(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn after_write(&self, _: Option<(u32, &Event)>) {}
    }

    #[test]
    fn all_who_wait_for_the_journal_take_one_commit() {
        let mut journal = Journal::in_memory(7).unwrap();
        let moves: Vec<MoveId> = (0..CALLERS).map(|_| journal.accept(&MovePlan::default(), None, 0).unwrap().0).collect();
        let writes = Arc::new(Writes::default());
        let (journal, together) = (Mutex::new(journal.watched_by(writes.clone())), Together::default());
        let busy = journal.lock();
        std::thread::scope(|scope| {
            for id in moves {
                let record = Record { id, events: vec![(0, Event::StepStarted { position: 0 })], state: MoveState::Preparing };
                scope.spawn(|| together.append(&journal, record).unwrap());
            }
            while together.waiting.lock().len() < CALLERS {
                std::thread::yield_now();
            }
            drop(busy);
        });
        assert_eq!(writes.0.load(Ordering::Relaxed), 1);
    }
}
