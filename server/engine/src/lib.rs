//! Plans moves, runs them step by step, and recovers them after any crash.
//!
//! Pure code decides (`planner`, `moves`, `reservation`), thin code acts (`survey`, `steps`,
//! `copy` through `fs`), and one driver (`executor`) goes between them and the `journal`.
//! Everything here is synchronous. Nothing here knows of HTTP, pages or sentences for people.

mod copy;
pub mod fs;
pub mod moves;
pub mod planner;
pub mod reservation;
pub mod survey;
mod steps;
pub mod worker;
