//! Which rows of a pane are chosen, and which one has the keyboard.
//!
//! What is chosen is known by name, so it survives sorting, filtering, a refresh and scrolling
//! away. "From here to there" means the order on the screen: such places are row numbers, and
//! are forgotten when the order changes.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use tidelock_shared::listing::Entry;
use tidelock_shared::name::FileName;

/// The rows chosen in one pane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    chosen: HashMap<FileName, Entry>,
    /// Where a range begins: the last row that was chosen by itself.
    anchor: Option<u64>,
    /// The row that the keyboard moves from.
    focus: Option<Spot>,
}

/// A row and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub row: u64,
    pub name: FileName,
}

/// A step of the keyboard through the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
}

/// Rows that one page key passes over.
const PAGE_ROWS: u64 = 20;

impl Selection {
    pub fn contains(&self, name: &FileName) -> bool {
        self.chosen.contains_key(name)
    }

    pub fn len(&self) -> u64 {
        self.chosen.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// What is chosen, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.chosen.values()
    }

    pub fn focus(&self) -> Option<&Spot> {
        self.focus.as_ref()
    }

    /// A plain click: this row and no other.
    pub fn choose_only(&mut self, row: u64, entry: &Entry) {
        self.chosen.clear();
        self.toggle(row, entry);
    }

    /// A click with Ctrl, a checkbox or the space key: this row changes, the others stay.
    pub fn toggle(&mut self, row: u64, entry: &Entry) {
        if self.chosen.remove(&entry.name).is_none() {
            self.chosen.insert(entry.name.clone(), entry.clone());
        }
        self.anchor = Some(row);
        self.focus_on(row, &entry.name);
    }

    /// The rows from the anchor to this one: what a click with Shift chooses.
    pub fn range_to(&self, row: u64) -> RangeInclusive<u64> {
        let anchor = self.anchor.or_else(|| self.focus.as_ref().map(|focus| focus.row)).unwrap_or(row);
        anchor.min(row)..=anchor.max(row)
    }

    /// Chooses these rows and no others; the keyboard stands on `row`.
    pub fn choose_range(&mut self, entries: Vec<Entry>, row: u64) {
        let range = self.range_to(row);
        self.anchor = Some(if *range.start() == row { *range.end() } else { *range.start() });
        let place = usize::try_from(row - range.start()).unwrap_or(usize::MAX);
        if let Some(entry) = entries.get(place).or(entries.last()) {
            self.focus_on(row, &entry.name);
        }
        self.choose_all(entries);
    }

    pub fn choose_all(&mut self, entries: Vec<Entry>) {
        self.chosen = entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
    }

    pub fn clear(&mut self) {
        self.chosen.clear();
        self.anchor = None;
    }

    /// Gives a row the keyboard without choosing it.
    pub fn focus_on(&mut self, row: u64, name: &FileName) {
        self.focus = Some(Spot { row, name: name.clone() });
    }

    /// Where a step of the keyboard leads among so many rows.
    pub fn after(&self, step: Step, total: u64) -> Option<u64> {
        let last = total.checked_sub(1)?;
        let here = self.focus.as_ref().map(|focus| focus.row.min(last));
        Some(match (step, here) {
            (Step::First, _) | (Step::Down | Step::PageDown, None) => 0,
            (Step::Last, _) | (Step::Up | Step::PageUp, None) => last,
            (Step::Up, Some(here)) => here.saturating_sub(1),
            (Step::Down, Some(here)) => (here + 1).min(last),
            (Step::PageUp, Some(here)) => here.saturating_sub(PAGE_ROWS),
            (Step::PageDown, Some(here)) => (here + PAGE_ROWS).min(last),
        })
    }

    /// Rows stand elsewhere now: in another order, or because some came or went.
    pub fn forget_places(&mut self) {
        self.anchor = None;
    }

    /// What is chosen, as it is now; what is not among `present` is gone.
    pub fn refresh(&mut self, present: Vec<Entry>) {
        let before = std::mem::take(&mut self.chosen);
        self.choose_all(present.into_iter().filter(|entry| before.contains_key(&entry.name)).collect());
    }

    /// What a drag or a menu acts on: the choice if the row is part of it, else that row alone.
    pub fn acting_on(&mut self, row: u64, entry: &Entry) {
        if !self.contains(&entry.name) {
            self.choose_only(row, entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::rows::tests::entry;

    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

    fn rows() -> Vec<Entry> {
        NAMES.iter().map(|name| entry(name)).collect()
    }

    fn chosen(selection: &Selection) -> String {
        let mut names: Vec<_> = selection.entries().map(|entry| entry.name.shown().into_owned()).collect();
        names.sort();
        names.concat()
    }

    /// What a pane does for a click with Shift or a step with it.
    fn extend(selection: &mut Selection, row: u64) {
        let range = selection.range_to(row);
        let (low, high) = (usize::try_from(*range.start()).unwrap(), usize::try_from(*range.end()).unwrap());
        selection.choose_range(rows()[low..=high].to_vec(), row);
    }

    #[test]
    fn shift_chooses_from_the_anchor_and_can_turn_around() {
        let mut selection = Selection::default();
        selection.choose_only(2, &rows()[2]);
        extend(&mut selection, 4);
        assert_eq!(chosen(&selection), "cde");
        extend(&mut selection, 0);
        assert_eq!(chosen(&selection), "abc");
        assert_eq!(selection.focus().map(|focus| focus.row), Some(0));
        extend(&mut selection, 3);
        assert_eq!(chosen(&selection), "cd");
    }

    #[test]
    fn ctrl_changes_one_row_and_keeps_the_others() {
        let rows = rows();
        let mut selection = Selection::default();
        selection.choose_only(0, &rows[0]);
        selection.toggle(3, &rows[3]);
        assert_eq!(chosen(&selection), "ad");
        selection.toggle(0, &rows[0]);
        assert_eq!(chosen(&selection), "d");
    }

    #[test]
    fn the_keyboard_stops_at_the_ends() {
        let mut selection = Selection::default();
        assert_eq!(selection.after(Step::Down, 5), Some(0));
        assert_eq!(selection.after(Step::Up, 5), Some(4));
        assert_eq!(selection.after(Step::Down, 0), None);
        selection.choose_only(4, &rows()[4]);
        assert_eq!(selection.after(Step::Down, 5), Some(4));
        assert_eq!(selection.after(Step::Up, 5), Some(3));
        assert_eq!(selection.after(Step::PageUp, 1_000_000), Some(0));
        assert_eq!(selection.after(Step::Last, 1_000_000), Some(999_999));
        // The folder became shorter meanwhile.
        assert_eq!(selection.after(Step::Up, 2), Some(0));
    }

    #[test]
    fn a_range_from_the_keyboard_begins_at_the_focus() {
        let mut selection = Selection::default();
        selection.focus_on(1, &rows()[1].name);
        extend(&mut selection, 2);
        extend(&mut selection, 3);
        assert_eq!(chosen(&selection), "bcd");
        extend(&mut selection, 2);
        assert_eq!(chosen(&selection), "bc");
    }

    #[test]
    fn what_is_gone_after_a_refresh_is_not_chosen() {
        let mut selection = Selection::default();
        selection.choose_all(rows());
        let mut present = rows()[..2].to_vec();
        present[0].size = 7;
        present.push(entry("new"));
        selection.refresh(present);
        assert_eq!(chosen(&selection), "ab");
        assert_eq!(selection.entries().map(|entry| entry.size).max(), Some(7));
    }

    #[test]
    fn a_drag_from_outside_the_choice_takes_that_row_alone() {
        let rows = rows();
        let mut selection = Selection::default();
        selection.choose_only(0, &rows[0]);
        selection.toggle(1, &rows[1]);
        selection.acting_on(1, &rows[1]);
        assert_eq!(chosen(&selection), "ab");
        selection.acting_on(4, &rows[4]);
        assert_eq!(chosen(&selection), "e");
    }
}
