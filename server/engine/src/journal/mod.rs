//! The journal: what was promised, in the order it was promised.
//!
//! An event is on stable storage before the effect it announces, so replaying the events
//! rebuilds every unfinished move. It is kept in one SQLite database in the state folder,
//! synced at every commit; which database it is nobody outside this folder knows.
//!
//! Not here: what to do next (`moves::decide`) and doing it (`steps`).

mod adopt;
mod ballast;
mod error;
mod kept;
mod schema;
mod state_folder;
mod store;
mod together;

pub use adopt::Adopted;
pub use error::JournalError;
pub use state_folder::StateFolder;
pub use store::{Journal, Recorded, Request, Verb, Watch};
pub(crate) use together::{Record, Together};
