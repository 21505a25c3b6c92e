//! Plans moves, runs them step by step, and recovers them after any crash.
//!
//! Pure code decides (`planner`, `moves`, `reservation`), thin code acts (`survey`, `steps`,
//! `copy` through `fs`), and one driver (`executor`) goes between them and the `journal`.
//! Everything here is synchronous. Nothing here knows of HTTP, pages or sentences for people.

pub mod agents;
pub mod clock;
mod copy;
pub mod crew;
pub mod doctor;
pub mod drift;
mod engine;
mod error;
mod executor;
pub mod fs;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod inventory;
pub mod journal;
pub mod moves;
pub mod planner;
mod planning;
pub mod progress;
mod purging;
pub mod recovery;
pub mod reservation;
mod retention;
pub mod simulate;
mod steps;
pub mod survey;
pub mod worker;

pub use engine::{Answered, Engine, Snapshot, Turn, Waits};
pub use error::EngineError;
pub use retention::Retention;
