//! Until when everything in a copy that looks finished is finished.
//!
//! A copy looks finished once it has its source's times, but on Lustre its bytes are on stable
//! storage only a sync later. Each hand says when it is in between; what was finished before the
//! earliest of these moments, on the copy's clock, a checkpoint may count on.

use std::collections::BTreeMap;

use parking_lot::Mutex;

/// The copies that are being finished, and since when.
#[derive(Default)]
pub(super) struct Finishing {
    sections: Mutex<Sections>,
}

#[derive(Default)]
struct Sections {
    /// The copy's clock when it was last read.
    clock: i64,
    next: u64,
    /// The clock as it was last read before each section began.
    open: BTreeMap<u64, i64>,
}

/// From the first attribute of a copy to its last sync.
pub(super) struct Section<'a> {
    of: &'a Finishing,
    number: u64,
}

impl Finishing {
    /// Begins at a time in seconds on the copy's clock.
    pub(super) fn since(seconds: i64) -> Self {
        Self { sections: Mutex::new(Sections { clock: seconds, ..Sections::default() }) }
    }

    pub(super) fn begin(&self) -> Section<'_> {
        let mut sections = self.sections.lock();
        let (number, clock) = (sections.next, sections.clock);
        sections.next += 1;
        sections.open.insert(number, clock);
        Section { of: self, number }
    }

    /// The clock was read just now. Answers the time before which nothing is left half finished:
    /// whatever is in between now changes later than that.
    pub(super) fn settled_before(&self, seconds: i64) -> i64 {
        let mut sections = self.sections.lock();
        sections.clock = seconds;
        sections.open.values().copied().fold(seconds, i64::min)
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        self.of.sections.lock().open.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_between_holds_the_time_back_until_it_is_over() {
        let finishing = Finishing::since(100);
        let early = finishing.begin();
        assert_eq!(finishing.settled_before(110), 100);
        let late = finishing.begin();
        assert_eq!(finishing.settled_before(120), 100);
        drop(early);
        assert_eq!(finishing.settled_before(130), 110);
        drop(late);
        assert_eq!(finishing.settled_before(140), 140);
    }
}
