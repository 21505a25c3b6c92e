//! Engine.
pub mod fs;
