//! The demo: an invented site on a simulated Lustre, to be looked at, moved about in and killed.
//!
//! Its world is a file in the state folder that outlives the process. It is made aside and takes
//! its name when it is whole, so a kill while it is made leaves none. Calls are fast while it is
//! made and take their time afterwards, so that a move can be watched.
//!
//! Not here: how a simulated file system behaves (the engine's `fs::simulator`).

mod furnish;
pub(crate) mod past;
mod place;
mod trees;
mod world;

#[cfg(test)]
pub(crate) use world::in_memory;
pub(crate) use world::{WORLD, World, open};
