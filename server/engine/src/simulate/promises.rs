//! What the journal has promised: an event whose write has returned, or that somebody has read, is
//! there for good, whatever happens to process, machine and disk.
//!
//! It stands beside the journal and is asked around each write, so it is also where the process
//! ends before or after one, and where something is made to go wrong within one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tidelock_shared::id::MoveId;

use super::disk::{Disk, DiskFault, Mounted, VFS};
use super::interference::Interference;
use crate::fs::simulator::Random;
use crate::journal::{Journal, JournalError, Watch};
use crate::moves::event::Event;

/// What every simulated engine is called.
const ENGINE: u64 = 0x1234_5678_9abc_def0;
/// A disk's name is of one run of one world only.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// The one journal that all lives of a world write, and what was promised about it.
pub(super) struct JournalOfWorld {
    pub(super) disk: Arc<Disk>,
    mounted: Mounted,
    pub(super) promises: Arc<Promises>,
}

impl JournalOfWorld {
    pub(super) fn new(interference: &Arc<Interference>, random: &mut Random) -> Self {
        let disk = Arc::new(Disk::new(interference.clone(), Random::seeded(random.number())));
        let mounted = Mounted::new(format!("/simulated-{}", RUNS.fetch_add(1, Ordering::Relaxed)), disk.clone());
        let promises = Arc::new(Promises::new(interference.clone(), disk.clone()));
        Self { disk, mounted, promises }
    }

    pub(super) fn open(&self) -> Result<Journal, JournalError> {
        Journal::simulated(&self.mounted.file("journal.sqlite"), VFS, ENGINE, self.promises.clone())
    }
}

/// What happens at a write of the journal.
#[derive(Clone, Copy, Debug)]
pub(super) enum JournalFault {
    EndBefore,
    EndAfter,
    /// So many operations of the disk later.
    OnDisk(u64, DiskFault),
}

pub(super) struct Promises {
    interference: Arc<Interference>,
    disk: Arc<Disk>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the number of the write.
    faults: Vec<(u64, JournalFault)>,
    writes: u64,
    /// Of each move by its number, in order.
    events: BTreeMap<u32, Vec<Event>>,
}

impl Promises {
    pub(super) fn new(interference: Arc<Interference>, disk: Arc<Disk>) -> Self {
        Self { interference, disk, state: Mutex::default() }
    }

    pub(super) fn begin(&self, faults: Vec<(u64, JournalFault)>) {
        let mut state = self.state.lock();
        (state.faults, state.writes) = (faults, 0);
    }

    /// Compares a journal that was just opened with what was promised before. Answers every offence.
    /// From now on, what is in it is promised.
    pub(super) fn check(&self, journal: &Journal) -> Result<Vec<String>, JournalError> {
        let mut state = self.state.lock();
        let mut offences = Vec::new();
        let id = |number| MoveId { engine: journal.engine(), number };
        for (number, promised) in &state.events {
            let found = journal.read(id(*number))?.map(|recorded| recorded.events).unwrap_or_default();
            for (position, event) in promised.iter().enumerate() {
                match found.get(position) {
                    Some((_, found)) if found == event => {}
                    found => offences.push(format!("the journal lost event {position} of move {number}, {event:?}: {found:?}")),
                }
            }
        }
        state.events.clear();
        for id in journal.newest(u32::MAX)? {
            let events = journal.read(id)?.map(|recorded| recorded.events).unwrap_or_default();
            state.events.insert(id.number, events.into_iter().map(|(_, event)| event).collect());
        }
        Ok(offences)
    }

    fn fault(&self) -> Option<JournalFault> {
        let state = self.state.lock();
        state.faults.iter().find(|(at, _)| *at == state.writes).map(|(_, fault)| *fault)
    }
}

impl Watch for Promises {
    fn before_write(&self) {
        match self.fault() {
            Some(JournalFault::EndBefore) => {
                self.interference.count("end before a record");
                self.interference.stage.end()
            }
            Some(JournalFault::OnDisk(operations, fault)) => self.disk.expect(operations, fault),
            Some(JournalFault::EndAfter) | None => {}
        }
        self.state.lock().writes += 1;
    }

    fn after_write(&self, written: Option<(u32, &Event)>) {
        let is_last = {
            let mut state = self.state.lock();
            if let Some((number, event)) = written {
                state.events.entry(number).or_default().push(event.clone());
            }
            let writes = state.writes.saturating_sub(1);
            state.faults.iter().any(|(at, fault)| *at == writes && matches!(fault, JournalFault::EndAfter))
        };
        if is_last {
            self.interference.count("end after a record");
            self.interference.stage.end()
        }
    }
}
