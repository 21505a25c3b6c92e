//! Which rows of a long list are drawn, and where the scroll bar stands.
//!
//! Browsers draw nothing beyond some tens of millions of pixels. A longer list is drawn on a
//! shorter sheet: small movements of the scroll bar are taken as they are, and a large one as a
//! part of the whole.

use std::ops::Range;

/// The longest sheet, in pixels: below the least that a browser draws (Firefox, 17.8 million).
const SHEET_MAX: f64 = 15_000_000.0;
/// Rows drawn above and below what can be seen, so that a fast wheel finds them there.
const MARGIN: u64 = 12;
/// Rows come and go in steps of so many.
const GRAIN: u64 = 4;

/// What is drawn of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub rows: Range<u64>,
    /// Pixels of the sheet above and below them.
    pub above: u64,
    pub below: u64,
    /// Of how many rows in all.
    pub total: u64,
}

/// What is seen of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    total: u64,
    /// Pixels of one row, and of what can be seen at once; not known before the list is drawn.
    row: f64,
    height: f64,
    /// Where the scroll bar stands.
    bar: f64,
    /// How far above the list's true place the sheet lies; 0 for a list that fits on it.
    shift: f64,
}

impl Window {
    pub fn new(total: u64) -> Self {
        Self { total, row: 32.0, height: 0.0, bar: 0.0, shift: 0.0 }
    }

    /// Takes what the browser measured.
    pub fn measured(&mut self, row: f64, height: f64) {
        if row > 0.0 {
            (self.row, self.height) = (row, height);
        }
    }

    pub fn set_total(&mut self, total: u64) {
        self.total = total;
        self.shift = self.shift.clamp(0.0, (self.true_height() - self.sheet()).max(0.0));
    }

    /// The scroll bar was moved.
    pub fn scrolled(&mut self, bar: f64) {
        let (longest, true_longest) = (self.sheet() - self.height, self.true_height() - self.height);
        let is_jump = (bar - self.bar).abs() > 2.0 * self.height;
        self.bar = bar;
        if true_longest <= longest || longest <= 0.0 {
            self.shift = 0.0;
        } else if is_jump || bar <= 0.0 || bar >= longest {
            self.shift = (bar / longest).clamp(0.0, 1.0) * true_longest - bar;
        } else {
            self.shift = self.shift.clamp(0.0, true_longest - longest);
        }
    }

    /// The rows to draw. Before anything is measured, the first `at_first`.
    pub fn rows(&self, at_first: u64) -> Range<u64> {
        if self.height <= 0.0 {
            return 0..at_first.min(self.total);
        }
        let first = whole((self.bar + self.shift) / self.row);
        let seen = whole(self.height / self.row) + 1;
        let start = first.saturating_sub(MARGIN) / GRAIN * GRAIN;
        start.min(self.total)..(first + seen + MARGIN).next_multiple_of(GRAIN).min(self.total)
    }

    /// The rows to draw, and where. Before anything is measured, the first `at_first`.
    pub fn drawn(&self, at_first: u64) -> Drawn {
        let rows = self.rows(at_first);
        let above = (rows.start as f64 * self.row - self.shift).max(0.0);
        let drawn = (rows.end - rows.start) as f64 * self.row;
        let below = self.sheet() - self.row - above - drawn;
        Drawn { rows, above: whole(above), below: whole(below), total: self.total }
    }

    /// Where the scroll bar has to stand to show a row; none if it can be seen already.
    pub fn bar_for(&mut self, row: u64) -> Option<f64> {
        let (top, bottom) = (row as f64 * self.row, (row + 1) as f64 * self.row);
        // A heading covers the first row's height.
        let (first, last) = (self.bar + self.shift, self.bar + self.shift + self.height - self.row);
        let wanted = if top < first {
            top
        } else if bottom > last {
            bottom + self.row - self.height
        } else {
            return None;
        };
        let longest = (self.sheet() - self.height).max(0.0);
        let true_longest = (self.true_height() - self.height).max(0.0);
        let wanted = wanted.clamp(0.0, true_longest);
        if true_longest > longest {
            // The bar goes where the whole would have it, and the sheet under it.
            let bar = wanted / true_longest * longest;
            self.shift = wanted - bar;
            self.bar = bar;
            return Some(bar);
        }
        Some(wanted)
    }

    /// Rows and heading, as high as they would be.
    fn true_height(&self) -> f64 {
        (self.total + 1) as f64 * self.row
    }

    fn sheet(&self) -> f64 {
        self.true_height().min(SHEET_MAX)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "heights are positive and far below 2^53")]
fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(total: u64) -> Window {
        let mut window = Window::new(total);
        window.measured(32.0, 640.0);
        window
    }

    #[test]
    fn before_it_is_measured_the_first_rows_are_drawn() {
        assert_eq!(Window::new(1000).rows(200), 0..200);
        assert_eq!(Window::new(7).rows(200), 0..7);
    }

    #[test]
    fn a_list_that_fits_on_the_sheet_stands_where_the_bar_stands() {
        let mut window = window(1000);
        assert_eq!(window.rows(0), 0..36);
        window.scrolled(3200.0);
        assert_eq!(window.rows(0), 88..136);
        assert_eq!(window.drawn(0), Drawn { rows: 88..136, above: 88 * 32, below: (1000 - 136) * 32, total: 1000 });
    }

    #[test]
    fn every_row_of_a_longer_list_can_be_reached_by_bar_by_wheel_and_by_key() {
        let total = 20_000_000;
        let mut window = window(total);
        let longest = SHEET_MAX - 640.0;
        window.scrolled(longest);
        assert_eq!(window.rows(0).end, total);
        window.scrolled(longest / 2.0);
        assert!(window.rows(0).start.abs_diff(total / 2) < 60, "{:?}", window.rows(0));
        // A wheel moves by pixels, not by parts of the whole.
        let before = window.rows(0).start;
        window.scrolled(longest / 2.0 + 320.0);
        assert!((8..=12).contains(&(window.rows(0).start - before)));
        let bar = window.bar_for(15_000_001).unwrap();
        window.scrolled(bar);
        assert!(window.rows(0).contains(&15_000_001));
        window.scrolled(0.0);
        assert_eq!(window.rows(0).start, 0);
    }

    #[test]
    fn what_is_drawn_lies_where_it_is_looked_for() {
        let mut window = window(20_000_000);
        for bar in [0.0, 5_000_000.0, 5_000_400.0, 12_345_678.0, SHEET_MAX - 640.0] {
            window.scrolled(bar);
            let Drawn { rows, above, .. } = window.drawn(0);
            let drawn = above as f64..=above as f64 + (rows.end - rows.start) as f64 * 32.0;
            assert!(drawn.contains(&bar) && drawn.contains(&(bar + 640.0 - 32.0)), "{bar} {drawn:?}");
        }
    }

    #[test]
    fn a_row_that_can_be_seen_moves_nothing() {
        let mut window = window(1000);
        assert_eq!(window.bar_for(5), None);
        assert_eq!(window.bar_for(19), Some(32.0));
        window.scrolled(3200.0);
        assert_eq!(window.bar_for(50), Some(1600.0));
    }

    #[test]
    fn a_list_that_became_shorter_ends_where_it_ends() {
        let mut window = window(20_000_000);
        window.scrolled(14_000_000.0);
        window.set_total(10);
        window.scrolled(0.0);
        assert_eq!(window.drawn(0), Drawn { rows: 0..10, above: 0, below: 0, total: 10 });
    }
}
