//! The life of a move as values: events in, state and decision out.
//!
//! Not here: doing anything. Nothing in this folder can reach a file, the journal or a clock.

pub mod decide;
pub mod event;
pub mod state;
