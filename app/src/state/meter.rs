//! What a meter draws: one bar for one quantity of one project.

use tidelock_shared::plan::ProjectChange;
use tidelock_shared::project::Project;
use tidelock_shared::quota::{Amount, Bounds};

/// Bytes or inodes: each has its own limits and its own bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    Bytes,
    Inodes,
}

impl Quantity {
    pub fn of(self, amount: Amount) -> u64 {
        match self {
            Self::Bytes => amount.bytes,
            Self::Inodes => amount.inodes,
        }
    }
}

/// One quantity's numbers, now and after a planned move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    pub quantity: Quantity,
    /// None where the caller may not read it.
    pub used: Option<u64>,
    pub reserved: u64,
    pub after: Option<u64>,
    pub bounds: Bounds,
}

/// How near the limits a quantity is. "Reached" and "exceeded" are not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The caller may not read the usage.
    Unknown,
    Calm,
    /// At least nine tenths of the hard limit.
    NearlyFull,
    SoftExceeded,
    HardReached,
    HardExceeded,
}

/// The parts of the bar as fractions of its length.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bar {
    pub used: f64,
    /// Begins where `used` ends.
    pub reserved: f64,
    /// Where the planned change begins and how long it is.
    pub change: Option<(f64, f64)>,
    pub soft: Option<f64>,
    pub hard: Option<f64>,
}

impl Meter {
    pub fn of_project(project: &Project, quantity: Quantity) -> Self {
        Self {
            quantity,
            used: project.usage.map(|usage| quantity.of(usage)),
            reserved: quantity.of(project.reserved),
            after: None,
            bounds: bounds(&project.limits, quantity),
        }
    }

    pub fn of_change(change: &ProjectChange, quantity: Quantity) -> Self {
        Self {
            quantity,
            used: change.usage.map(|usage| quantity.of(usage)),
            reserved: quantity.of(change.reserved),
            after: change.after.map(|after| quantity.of(after)),
            bounds: bounds(&change.limits, quantity),
        }
    }

    /// The level after the planned change, or now where nothing is planned.
    pub fn level(&self) -> Level {
        let Some(used) = self.after.or(self.used) else { return Level::Unknown };
        match self.bounds {
            Bounds { hard: Some(hard), .. } if used > hard => Level::HardExceeded,
            Bounds { hard: Some(hard), .. } if used == hard => Level::HardReached,
            Bounds { soft: Some(soft), .. } if used > soft => Level::SoftExceeded,
            Bounds { hard: Some(hard), .. } if u128::from(used) * 10 >= u128::from(hard) * 9 => Level::NearlyFull,
            _ => Level::Calm,
        }
    }

    /// The bar's parts. Its length is the hard limit, or more if something lies beyond it;
    /// without any limit it leaves a third of air.
    pub fn bar(&self) -> Bar {
        let used = self.used.unwrap_or(0) as f64;
        let after = self.after.map(|after| after as f64);
        let reserved = self.reserved as f64;
        let most = used.max(after.unwrap_or(0.0)).max(used + reserved);
        let length = match self.bounds {
            Bounds { hard: Some(hard), .. } => (hard as f64).max(most),
            Bounds { soft: Some(soft), .. } => (soft as f64 * 1.25).max(most),
            _ => most * 1.5,
        };
        if length <= 0.0 {
            return Bar::default();
        }
        let place = |value: f64| (value / length).clamp(0.0, 1.0);
        let kept = after.map_or(used, |after| used.min(after));
        Bar {
            used: place(kept),
            reserved: place(used.max(after.unwrap_or(used)) + reserved) - place(used.max(after.unwrap_or(used))),
            change: after.filter(|after| (*after - used).abs() > 0.0).map(|after| {
                let (low, high) = (used.min(after), used.max(after));
                (place(low), place(high) - place(low))
            }),
            soft: self.bounds.soft.map(|soft| place(soft as f64)),
            hard: self.bounds.hard.filter(|hard| (*hard as f64) < length).map(|hard| place(hard as f64)),
        }
    }

    /// Where the reserved part begins.
    pub fn reserved_from(&self) -> f64 {
        let bar = self.bar();
        bar.change.map_or(bar.used, |(start, length)| start + length)
    }
}

fn bounds(limits: &tidelock_shared::quota::Limits, quantity: Quantity) -> Bounds {
    match quantity {
        Quantity::Bytes => limits.bytes,
        Quantity::Inodes => limits.inodes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(used: u64, after: Option<u64>, soft: Option<u64>, hard: Option<u64>) -> Meter {
        Meter { quantity: Quantity::Bytes, used: Some(used), reserved: 0, after, bounds: Bounds { soft, hard } }
    }

    #[test]
    fn reached_and_exceeded_are_different() {
        assert_eq!(meter(50, None, None, Some(100)).level(), Level::Calm);
        assert_eq!(meter(90, None, None, Some(100)).level(), Level::NearlyFull);
        assert_eq!(meter(81, None, Some(80), Some(100)).level(), Level::SoftExceeded);
        assert_eq!(meter(80, None, Some(80), Some(100)).level(), Level::Calm);
        assert_eq!(meter(100, None, Some(80), Some(100)).level(), Level::HardReached);
        assert_eq!(meter(10, Some(101), None, Some(100)).level(), Level::HardExceeded);
        assert_eq!(Meter { used: None, ..meter(0, None, None, Some(1)) }.level(), Level::Unknown);
    }

    #[test]
    fn the_change_is_drawn_between_before_and_after_either_way() {
        let grows = meter(20, Some(60), None, Some(100)).bar();
        assert_eq!((grows.used, grows.change), (0.2, Some((0.2, 0.39999999999999997))));
        let shrinks = meter(60, Some(20), None, Some(100)).bar();
        assert_eq!((shrinks.used, shrinks.change), (0.2, Some((0.2, 0.39999999999999997))));
        assert_eq!(meter(20, Some(20), None, Some(100)).bar().change, None);
    }

    #[test]
    fn nothing_leaves_the_bar_even_beyond_the_limit() {
        let mut over = meter(80, Some(150), Some(70), Some(100));
        over.reserved = 30;
        let bar = over.bar();
        assert!(bar.used + bar.change.unwrap().1 + bar.reserved <= 1.0001);
        assert!(bar.hard.is_some_and(|hard| hard < 1.0), "the hard mark lies inside");
        assert_eq!(meter(0, None, None, None).bar(), Bar::default());
    }
}
