//! From what a survey found to a plan: pure.
//!
//! Everything that stops a move is found at once. Not here: reading anything; and sentences,
//! which the server makes of the typed refusals and warnings.

mod decide;
pub mod overlap;
pub mod plan;
pub mod sequence;
mod tally;

pub use decide::{Draft, Facts, FoundItem, PayerNumbers, payer_of, payer_of_new, plan};
