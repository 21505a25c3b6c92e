//! What a project used over time: as a line to draw, and as a sentence.

use tidelock_shared::history::UsageSample;
use tidelock_shared::quota::Bounds;

use super::meter::Quantity;

const DAY_MS: i64 = 86_400_000;
/// What is still to come is told by so many days before.
const RECENT_MS: i64 = 30 * DAY_MS;
/// A shorter time tells nothing of what is to come.
const TOLD_FROM_MS: i64 = 3 * DAY_MS;
/// Further ahead nobody plans.
const AHEAD_MAX_DAYS: f64 = 730.0;
/// Rows of the table beside the line.
const ROWS_MAX: usize = 24;

/// One quantity of one project over time; at least two moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    pub quantity: Quantity,
    /// The oldest first.
    values: Vec<(i64, u64)>,
    hard: Option<u64>,
}

impl Trend {
    /// None while there are too few samples for a line.
    pub fn of(samples: &[UsageSample], quantity: Quantity, bounds: Bounds) -> Option<Self> {
        let values: Vec<(i64, u64)> = samples.iter().map(|sample| (sample.time_ms, quantity.of(sample.usage))).collect();
        (values.len() >= 2).then_some(Self { quantity, values, hard: bounds.hard })
    }

    pub fn first(&self) -> (i64, u64) {
        self.values.first().copied().unwrap_or_default()
    }

    pub fn last(&self) -> (i64, u64) {
        self.values.last().copied().unwrap_or_default()
    }

    /// The upper edge of the drawing. The hard limit is in sight only where the usage is near enough
    /// for both to be seen.
    pub fn top(&self) -> u64 {
        let most = self.values.iter().map(|(_, value)| *value).max().unwrap_or_default().max(1);
        let with_air = most.saturating_add(most / 8).max(1);
        self.hard.filter(|hard| *hard / 2 <= most).map_or(with_air, |hard| with_air.max(hard.saturating_add(hard / 16)))
    }

    /// Where the hard limit is drawn, from the upper edge (0) to nothing (1).
    pub fn hard(&self) -> Option<f64> {
        self.hard.filter(|hard| *hard <= self.top()).map(|hard| self.height(hard))
    }

    /// The line: from left to right, and from the upper edge to nothing, each from 0 to 1.
    pub fn points(&self) -> Vec<(f64, f64)> {
        let (begin, end) = (self.first().0, self.last().0);
        let span = (end - begin).max(1) as f64;
        self.values.iter().map(|(time, value)| ((time - begin) as f64 / span, self.height(*value))).collect()
    }

    /// Days until the hard limit, if it goes on as it went lately; none where it does not get there.
    pub fn days_left(&self) -> Option<f64> {
        let (end, now) = self.last();
        let recent = self.values.iter().find(|(time, _)| end - time <= RECENT_MS)?;
        let span = end - recent.0;
        let left = self.hard?.checked_sub(now)?;
        let grown = now.checked_sub(recent.1).filter(|grown| *grown > 0 && span >= TOLD_FROM_MS)?;
        let days = left as f64 / grown as f64 * (span as f64 / DAY_MS as f64);
        (days <= AHEAD_MAX_DAYS).then_some(days)
    }

    /// Some of the moments, the newest first and the first and last among them.
    pub fn rows(&self) -> Vec<(i64, u64)> {
        let step = self.values.len().div_ceil(ROWS_MAX).max(1);
        let mut rows: Vec<(i64, u64)> = self.values.iter().rev().step_by(step).copied().collect();
        if rows.last() != Some(&self.first()) {
            rows.push(self.first());
        }
        rows
    }

    fn height(&self, value: u64) -> f64 {
        1.0 - value as f64 / self.top() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidelock_shared::quota::Amount;

    fn trend(values: &[(i64, u64)], hard: Option<u64>) -> Trend {
        let sample = |(day, bytes): &(i64, u64)| UsageSample { time_ms: day * DAY_MS, usage: Amount { bytes: *bytes, inodes: 0 } };
        let samples: Vec<UsageSample> = values.iter().map(sample).collect();
        Trend::of(&samples, Quantity::Bytes, Bounds { soft: None, hard }).unwrap()
    }

    #[test]
    fn one_sample_is_no_trend() {
        let sample = UsageSample { time_ms: 0, usage: Amount::ZERO };
        assert_eq!(Trend::of(&[sample], Quantity::Inodes, Bounds::default()), None);
    }

    #[test]
    fn the_line_begins_at_nothing_and_ends_below_the_upper_edge() {
        let trend = trend(&[(0, 0), (5, 400), (10, 800)], None);
        let points = trend.points();
        assert_eq!(points[0], (0.0, 1.0));
        assert_eq!(points[1].0, 0.5);
        assert_eq!(points[2].0, 1.0);
        assert!(points[2].1 > 0.0 && points[2].1 < 0.2, "{points:?}");
    }

    #[test]
    fn a_limit_is_drawn_where_it_does_not_flatten_the_line() {
        assert!(trend(&[(0, 0), (1, 600)], Some(1000)).hard().is_some_and(|place| (0.0..0.1).contains(&place)));
        assert_eq!(trend(&[(0, 0), (1, 600)], Some(10_000)).hard(), None);
        assert!(trend(&[(0, 0), (1, 2000)], Some(1000)).hard().is_some_and(|place| place > 0.5));
    }

    #[test]
    fn days_left_are_told_by_the_last_month() {
        // Ten a day lately, whatever was before.
        assert_eq!(trend(&[(0, 0), (100, 500), (130, 800)], Some(1000)).days_left(), Some(20.0));
        for (values, hard, why) in [
            ([(0, 800), (10, 800)], Some(1000), "nothing grows"),
            ([(0, 900), (10, 800)], Some(1000), "it shrinks"),
            ([(0, 700), (10, 800)], None, "there is no limit"),
            ([(0, 700), (10, 1200)], Some(1000), "it is over"),
            ([(0, 700), (2, 800)], Some(1000), "too short a time"),
            ([(0, 799), (10, 800)], Some(1_000_000), "too far ahead"),
        ] {
            assert_eq!(trend(&values, hard).days_left(), None, "{why}");
        }
    }

    #[test]
    fn the_table_has_the_newest_and_the_oldest_and_few_between() {
        let values: Vec<(i64, u64)> = (0..500_i64).map(|day| (day, day.unsigned_abs())).collect();
        let rows = trend(&values, None).rows();
        assert!(rows.len() <= ROWS_MAX + 1, "{}", rows.len());
        assert_eq!(rows.first(), Some(&(499 * DAY_MS, 499)));
        assert_eq!(rows.last(), Some(&(0, 0)));
    }
}
