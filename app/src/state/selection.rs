//! Which rows of a pane are chosen, and which one has the keyboard.
//!
//! Rows are known by name, so a choice survives sorting, filtering and a refresh. Every
//! change takes the rows as they are shown now, because "from here to there" means the order
//! on the screen.

use std::collections::HashSet;

use tidelock_shared::name::FileName;

/// The rows chosen in one pane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    chosen: HashSet<FileName>,
    /// Where a range begins: the last row that was chosen by itself.
    anchor: Option<FileName>,
    /// The row that the keyboard moves from.
    focus: Option<FileName>,
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
const PAGE_ROWS: usize = 20;

impl Selection {
    pub fn contains(&self, name: &FileName) -> bool {
        self.chosen.contains(name)
    }

    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    pub fn names(&self) -> impl Iterator<Item = &FileName> {
        self.chosen.iter()
    }

    pub fn focus(&self) -> Option<&FileName> {
        self.focus.as_ref()
    }

    /// A plain click: this row and no other.
    pub fn choose_only(&mut self, name: &FileName) {
        self.chosen = HashSet::from([name.clone()]);
        self.anchor = Some(name.clone());
        self.focus = Some(name.clone());
    }

    /// A click with Ctrl, a checkbox or the space key: this row changes, the others stay.
    pub fn toggle(&mut self, name: &FileName) {
        if !self.chosen.remove(name) {
            self.chosen.insert(name.clone());
        }
        self.anchor = Some(name.clone());
        self.focus = Some(name.clone());
    }

    /// A click with Shift: every row from the anchor to this one.
    pub fn extend_to(&mut self, rows: &[FileName], name: &FileName) {
        let position = |wanted: &FileName| rows.iter().position(|row| row == wanted);
        let Some(end) = position(name) else { return };
        let start = self.anchor.as_ref().and_then(position).unwrap_or(end);
        let (low, high) = (start.min(end), start.max(end));
        self.chosen = rows[low..=high].iter().cloned().collect();
        self.anchor = Some(rows[start].clone());
        self.focus = Some(name.clone());
    }

    pub fn choose_all(&mut self, rows: &[FileName]) {
        self.chosen = rows.iter().cloned().collect();
    }

    pub fn clear(&mut self) {
        self.chosen.clear();
        self.anchor = None;
    }

    /// Gives a row the keyboard without choosing it.
    pub fn focus_on(&mut self, name: &FileName) {
        self.focus = Some(name.clone());
    }

    /// Moves the keyboard's row; it alone is chosen, or with Shift the range to it.
    pub fn step(&mut self, rows: &[FileName], step: Step, extend: bool) {
        let Some(last) = rows.len().checked_sub(1) else { return };
        let here = self.focus.as_ref().and_then(|focus| rows.iter().position(|row| row == focus));
        let next = match (step, here) {
            (Step::First, _) | (Step::Down | Step::PageDown, None) => 0,
            (Step::Last, _) | (Step::Up | Step::PageUp, None) => last,
            (Step::Up, Some(here)) => here.saturating_sub(1),
            (Step::Down, Some(here)) => (here + 1).min(last),
            (Step::PageUp, Some(here)) => here.saturating_sub(PAGE_ROWS),
            (Step::PageDown, Some(here)) => (here + PAGE_ROWS).min(last),
        };
        let name = rows[next].clone();
        if extend {
            if self.anchor.is_none() {
                self.anchor = here.map(|here| rows[here].clone());
            }
            self.extend_to(rows, &name);
        } else {
            self.choose_only(&name);
        }
    }

    /// Forgets what is no longer there.
    pub fn retain(&mut self, rows: &[FileName]) {
        self.chosen = rows.iter().filter(|row| self.chosen.contains(row)).cloned().collect();
        let keep = |place: &mut Option<FileName>| {
            if place.as_ref().is_some_and(|name| !rows.contains(name)) {
                *place = None;
            }
        };
        keep(&mut self.anchor);
        keep(&mut self.focus);
    }

    /// What a drag or a menu acts on: the choice if the row is part of it, else that row alone.
    pub fn acting_on(&mut self, name: &FileName) {
        if !self.contains(name) {
            self.choose_only(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<FileName> {
        ["a", "b", "c", "d", "e"].iter().map(|name| FileName::new(name.as_bytes()).unwrap()).collect()
    }

    fn chosen(selection: &Selection) -> String {
        let mut names: Vec<_> = selection.names().map(|name| name.shown().into_owned()).collect();
        names.sort();
        names.concat()
    }

    #[test]
    fn shift_chooses_from_the_anchor_and_can_turn_around() {
        let rows = rows();
        let mut selection = Selection::default();
        selection.choose_only(&rows[2]);
        selection.extend_to(&rows, &rows[4]);
        assert_eq!(chosen(&selection), "cde");
        selection.extend_to(&rows, &rows[0]);
        assert_eq!(chosen(&selection), "abc");
    }

    #[test]
    fn ctrl_changes_one_row_and_keeps_the_others() {
        let rows = rows();
        let mut selection = Selection::default();
        selection.choose_only(&rows[0]);
        selection.toggle(&rows[3]);
        assert_eq!(chosen(&selection), "ad");
        selection.toggle(&rows[0]);
        assert_eq!(chosen(&selection), "d");
    }

    #[test]
    fn the_keyboard_stops_at_the_ends_and_extends_with_shift() {
        let rows = rows();
        let mut selection = Selection::default();
        selection.step(&rows, Step::Down, false);
        assert_eq!(chosen(&selection), "a");
        selection.step(&rows, Step::Up, false);
        assert_eq!(chosen(&selection), "a");
        selection.step(&rows, Step::Down, true);
        selection.step(&rows, Step::Down, true);
        assert_eq!(chosen(&selection), "abc");
        selection.step(&rows, Step::Up, true);
        assert_eq!(chosen(&selection), "ab");
        selection.step(&rows, Step::Last, false);
        assert_eq!(chosen(&selection), "e");
        selection.step(&[], Step::Down, false);
        assert_eq!(chosen(&selection), "e");
    }

    #[test]
    fn what_is_gone_after_a_refresh_is_not_chosen() {
        let rows = rows();
        let mut selection = Selection::default();
        selection.choose_all(&rows);
        selection.focus_on(&rows[4]);
        selection.retain(&rows[..2]);
        assert_eq!(chosen(&selection), "ab");
        assert_eq!(selection.focus(), None);
    }

    #[test]
    fn a_drag_from_outside_the_choice_takes_that_row_alone() {
        let rows = rows();
        let mut selection = Selection::default();
        selection.choose_only(&rows[0]);
        selection.toggle(&rows[1]);
        selection.acting_on(&rows[1]);
        assert_eq!(chosen(&selection), "ab");
        selection.acting_on(&rows[4]);
        assert_eq!(chosen(&selection), "e");
    }
}
