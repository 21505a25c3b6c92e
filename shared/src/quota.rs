//! Usage, limits and headroom: the arithmetic of admission.
//!
//! Headroom is hard limit − usage − open reservations, in bytes and in inodes apart.
//! Both sides compute it here, so the preview in the browser and the server's decision
//! cannot differ on the same numbers.

use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// An amount of storage: bytes that are charged, and inodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub bytes: u64,
    pub inodes: u64,
}

impl Amount {
    pub const ZERO: Self = Self { bytes: 0, inodes: 0 };

    /// Never below zero: usage as a file system reports it can lag behind (seconds on Lustre).
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_sub(other.bytes), inodes: self.inodes.saturating_sub(other.inodes) }
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_add(other.bytes), inodes: self.inodes.saturating_add(other.inodes) }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// The two bounds on one quantity; none where nothing is limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// May be exceeded for the grace time.
    pub soft: Option<u64>,
    /// Never to be exceeded by a move.
    pub hard: Option<u64>,
}

/// A project's limits, or a whole file system's capacity where there are no projects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub bytes: Bounds,
    pub inodes: Bounds,
}

/// What may still be added; none where nothing bounds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headroom {
    pub bytes: Option<u64>,
    pub inodes: Option<u64>,
}

impl Headroom {
    /// Hard limit − usage − open reservations, never below zero.
    pub fn of(limits: &Limits, usage: Amount, reserved: Amount) -> Self {
        let taken = usage + reserved;
        Self {
            bytes: limits.bytes.hard.map(|hard| hard.saturating_sub(taken.bytes)),
            inodes: limits.inodes.hard.map(|hard| hard.saturating_sub(taken.inodes)),
        }
    }

    /// The smaller of both, each quantity for itself.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let smaller = |a: Option<u64>, b: Option<u64>| a.into_iter().chain(b).min();
        Self { bytes: smaller(self.bytes, other.bytes), inodes: smaller(self.inodes, other.inodes) }
    }

    /// By how much `needed` is over; zero in each quantity that fits.
    pub fn shortage(&self, needed: Amount) -> Amount {
        let over = |needed: u64, room: Option<u64>| room.map_or(0, |room| needed.saturating_sub(room));
        Amount { bytes: over(needed.bytes, self.bytes), inodes: over(needed.inodes, self.inodes) }
    }

    pub fn fits(&self, needed: Amount) -> bool {
        self.shortage(needed) == Amount::ZERO
    }
}

/// Whether adding crosses a soft limit that is not crossed yet, which starts a grace clock.
pub fn crosses_soft_limit(limits: &Limits, usage: Amount, after: Amount) -> bool {
    let crosses = |soft: Option<u64>, before: u64, after: u64| soft.is_some_and(|soft| before <= soft && after > soft);
    crosses(limits.bytes.soft, usage.bytes, after.bytes) || crosses(limits.inodes.soft, usage.inodes, after.inodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits =
        Limits { bytes: Bounds { soft: Some(80), hard: Some(100) }, inodes: Bounds { soft: None, hard: Some(10) } };

    #[test]
    fn headroom_counts_what_running_moves_have_reserved() {
        let room = Headroom::of(&LIMITS, Amount { bytes: 50, inodes: 5 }, Amount { bytes: 30, inodes: 1 });
        assert_eq!(room, Headroom { bytes: Some(20), inodes: Some(4) });
        assert!(room.fits(Amount { bytes: 20, inodes: 4 }));
        assert_eq!(room.shortage(Amount { bytes: 21, inodes: 9 }), Amount { bytes: 1, inodes: 5 });
    }

    #[test]
    fn a_project_over_its_limit_has_no_headroom_and_not_a_huge_one() {
        let room = Headroom::of(&LIMITS, Amount { bytes: 500, inodes: 50 }, Amount::ZERO);
        assert_eq!(room, Headroom { bytes: Some(0), inodes: Some(0) });
    }

    #[test]
    fn without_a_limit_everything_fits() {
        let room = Headroom::of(&Limits::default(), Amount { bytes: u64::MAX, inodes: 1 }, Amount { bytes: 1, inodes: 1 });
        assert!(room.fits(Amount { bytes: u64::MAX, inodes: u64::MAX }));
    }

    #[test]
    fn a_soft_limit_is_crossed_only_once() {
        let at = |bytes| Amount { bytes, inodes: 0 };
        assert!(crosses_soft_limit(&LIMITS, at(80), at(81)));
        assert!(!crosses_soft_limit(&LIMITS, at(81), at(90)), "its clock already runs");
        assert!(!crosses_soft_limit(&LIMITS, at(10), at(80)));
    }
}
