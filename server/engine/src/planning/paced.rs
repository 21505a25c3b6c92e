//! Surveys keep within the limits that moves keep to.

use crate::engine::Engine;
use crate::planner::plan::Tally;
use crate::survey::Hear;

/// Holds a survey back each time it tells how far it has come.
pub(super) struct Paced<'a> {
    engine: &'a Engine,
    hear: &'a mut dyn Hear,
    entries: u64,
}

impl<'a> Paced<'a> {
    pub(super) fn new(engine: &'a Engine, hear: &'a mut dyn Hear) -> Self {
        Self { engine, hear, entries: 0 }
    }
}

impl Hear for Paced<'_> {
    fn counted(&mut self, tally: &Tally) -> bool {
        // Each item is counted from nothing.
        let more = tally.entries.checked_sub(self.entries).unwrap_or(tally.entries);
        self.entries = tally.entries;
        self.engine.driver.slow_down(more, 0, &|| self.engine.is_halted());
        self.hear.counted(tally)
    }
}
