//! The rows of a folder that the browser holds: a few pages of a whole that may be millions.

use std::ops::Range;

use tidelock_shared::id::ReadingId;
use tidelock_shared::listing::{Entry, Rows};

/// Rows that are asked for at once.
pub const PAGE: u64 = PAGE_LENGTH as u64;
const PAGE_LENGTH: usize = 200;
/// So many pages are held on either side of what is looked at.
const PAGES_KEPT: u64 = 8;

/// Pages of one order of one reading.
#[derive(Clone, Debug, PartialEq)]
pub struct RowStore {
    pub reading: ReadingId,
    /// All rows, as far as the folder has been read.
    pub total: u64,
    pub is_complete: bool,
    /// A few, so that a list does.
    pages: Vec<(u64, Vec<Option<Entry>>)>,
}

/// What is known of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Not asked for yet.
    Nothing,
    /// The entry vanished after its name was read.
    Gone,
    Entry(Entry),
}

impl RowStore {
    /// Begins with an answer.
    pub fn of(rows: &Rows) -> Self {
        let mut store = Self { reading: rows.reading, total: rows.total, is_complete: rows.is_complete, pages: Vec::new() };
        store.insert(rows);
        store
    }

    /// Takes another answer, while the rows from `seen` on are looked at. A page of another reading,
    /// or of a folder of which more is known now, begins anew: its rows stand elsewhere.
    pub fn take(&mut self, rows: &Rows, seen: u64) {
        if (rows.reading, rows.total) != (self.reading, self.total) {
            *self = Self::of(rows);
            return;
        }
        self.is_complete |= rows.is_complete;
        self.insert(rows);
        let near = [seen / PAGE, rows.offset / PAGE];
        self.pages.retain(|(page, _)| near.iter().any(|near| page.abs_diff(*near) <= PAGES_KEPT));
    }

    fn insert(&mut self, rows: &Rows) {
        // Answers begin where pages begin: they were asked for so.
        for (page, entries) in (rows.offset / PAGE..).zip(rows.entries.chunks(PAGE_LENGTH)) {
            self.pages.retain(|(known, _)| *known != page);
            self.pages.push((page, entries.to_vec()));
        }
    }

    pub fn row(&self, row: u64) -> Known {
        let page = self.pages.iter().find(|(page, _)| *page == row / PAGE);
        match page.and_then(|(_, page)| page.get(usize::try_from(row % PAGE).ok()?)) {
            None => Known::Nothing,
            Some(None) => Known::Gone,
            Some(Some(entry)) => Known::Entry(entry.clone()),
        }
    }

    /// The pages of these rows that have to be asked for.
    pub fn missing(&self, rows: Range<u64>) -> Vec<u64> {
        let end = rows.end.min(self.total);
        if rows.start >= end {
            return Vec::new();
        }
        (rows.start / PAGE..=(end - 1) / PAGE).filter(|page| !self.pages.iter().any(|(known, _)| known == page)).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use tidelock_shared::name::FileName;
    use tidelock_shared::strategy::EntryKind;

    pub(crate) fn entry(name: &str) -> Entry {
        Entry {
            name: FileName::new(name.as_bytes()).unwrap(),
            kind: EntryKind::File,
            size: 1,
            modified: 0,
            owner: "me".to_owned(),
            group: "us".to_owned(),
            mode: 0o644,
            links: 1,
            project: None,
            is_drifted: false,
            is_released: false,
            points_to: None,
        }
    }

    fn rows(reading: u32, offset: u64, count: u64, total: u64) -> Rows {
        let entries = (offset..offset + count).map(|row| Some(entry(&row.to_string()))).collect();
        Rows { reading: ReadingId(reading), offset, entries, total, is_complete: true, found: None }
    }

    fn name(store: &RowStore, row: u64) -> Option<String> {
        match store.row(row) {
            Known::Entry(entry) => Some(entry.name.shown().into_owned()),
            _ => None,
        }
    }

    #[test]
    fn pages_are_kept_near_what_is_looked_at_and_no_others() {
        let mut store = RowStore::of(&rows(1, 0, PAGE, 1_000_000));
        assert_eq!(store.missing(190..210), [1]);
        for page in [1, 2, 4999] {
            store.take(&rows(1, page * PAGE, PAGE, 1_000_000), 999_990);
        }
        assert_eq!(name(&store, 999_999), Some("999999".to_owned()));
        assert_eq!((name(&store, 0), store.missing(0..10)), (None, vec![0]));
        assert_eq!(store.pages.len(), 1);
    }

    #[test]
    fn an_answer_of_more_pages_is_cut_and_the_last_may_be_short() {
        let store = RowStore::of(&rows(1, 0, 450, 450));
        assert_eq!(store.pages.len(), 3);
        assert_eq!(name(&store, 449), Some("449".to_owned()));
        assert!(store.missing(0..10_000).is_empty());
        assert!(RowStore::of(&rows(1, 0, 0, 0)).missing(0..50).is_empty());
    }

    #[test]
    fn another_reading_begins_anew() {
        let mut store = RowStore::of(&rows(1, 0, 400, 1000));
        store.take(&rows(2, 400, 200, 1000), 0);
        assert_eq!((store.reading, name(&store, 0), name(&store, 400)), (ReadingId(2), None, Some("400".to_owned())));
        store.take(&rows(2, 400, 200, 2000), 0);
        assert_eq!(store.total, 2000);
    }

    #[test]
    fn a_row_whose_entry_is_gone_keeps_its_place() {
        let mut answer = rows(1, 0, 3, 3);
        answer.entries[1] = None;
        let store = RowStore::of(&answer);
        assert_eq!((store.row(1), name(&store, 2)), (Known::Gone, Some("2".to_owned())));
    }
}
