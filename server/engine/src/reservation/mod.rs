//! Headroom set aside for open moves.

pub mod ledger;
