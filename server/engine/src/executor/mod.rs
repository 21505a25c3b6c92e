//! The only driver of moves: decide → journal → order → report → apply, again and again.
//!
//! An event is in the journal before its effect begins. Steps never write the journal; this
//! folder does, and it is the only one that does.

mod drive;
mod live;
mod orders;
mod perform;
mod throttle;
mod turns;

pub(crate) use drive::{Driver, Halt};
pub(crate) use live::{Live, Versions};
pub(crate) use orders::notes;
pub(crate) use throttle::Throttle;
pub(crate) use turns::{Candidate, next};
